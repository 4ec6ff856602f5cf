//! What is to be run: configurations and statements of the command line, compiled for each signal.

use crate::error::CliError;
use crate::limits::{CONFIG_BYTES_MAX, TABLE_BYTES_MAX};
use clap::ValueEnum;
use ottl::compile::{
    Finding, Gates, KNOWN_GATES, Lowered, Options, Registry, compile, to_upstream, warnings,
};
use ottl::config::{
    Component, ConditionGroup, ConfigErrors, ContextName, ErrorMode, Filter, Group, Processor,
    ProcessorKind, Signal, Text, Transform,
};
use ottl::host::Places;
use ottl::report::{Diagnostic, Label, Source};
use ottl_stdlib::{Surroundings, Table, Tables};
use ottl_vm::exec::Validation;
use ottl_vm::program::Program;
use std::borrow::Borrow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// The language of statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// The collector's (pkg/ottl v0.161.0), no more and no less
    Upstream,
    /// The same and more: `condition > action`, durations such as `3s`, `span.duration`, lambdas, further functions
    #[default]
    Extended,
}

impl From<Dialect> for ottl::compile::Dialect {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Upstream => ottl::compile::Dialect::Upstream,
            Dialect::Extended => ottl::compile::Dialect::Extended,
        }
    }
}

/// How much of a request is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Validate {
    /// All of it: refuses what the collector refuses
    #[default]
    Full,
    /// What the statements can look at, down to the last value; the rest is passed on as it is
    Touched,
}

impl From<Validate> for Validation {
    fn from(validate: Validate) -> Self {
        match validate {
            Validate::Full => Validation::Full,
            Validate::Touched => Validation::Touched,
        }
    }
}

/// What to compile: shared by the commands that compile.
#[derive(clap::Args)]
pub(crate) struct ProgramArguments {
    /// Conditions of a filter: records for which one is true are dropped; they come after the statements
    #[arg(long, value_name = "CONDITION")]
    pub(crate) drop: Vec<String>,
    #[command(flatten)]
    pub(crate) language: LanguageArguments,
}

impl ProgramArguments {
    /// Whether there are conditions on the command line.
    pub(crate) fn has_conditions(&self) -> bool {
        !self.drop.is_empty()
    }
}

/// What `k8s` and `ec2` give. `run` fetches it once all is compiled.
pub(crate) static SURROUNDINGS: LazyLock<Surroundings> = LazyLock::new(|| {
    ottl::host::surroundings(Places::default(), |warning| eprintln!("warning: {warning}"))
});

/// How to compile.
#[derive(clap::Args)]
pub(crate) struct LanguageArguments {
    /// The signal of the statements; if absent, their paths and the data tell
    #[arg(long, value_name = "SIGNAL", value_parser = signal)]
    pub(crate) signal: Option<Signal>,
    /// The context of statements on the command line; if absent, their paths tell
    #[arg(long, value_name = "CONTEXT", value_parser = context)]
    context: Option<ContextName>,
    /// The language of the statements
    #[arg(long, value_enum, default_value_t)]
    pub(crate) dialect: Dialect,
    /// What a failed statement does: `ignore` (tell, and go on), `silent` (go on) or `propagate` (refuse the
    /// request). Beats the configuration's
    #[arg(long, value_name = "MODE", value_parser = error_mode)]
    error_mode: Option<ErrorMode>,
    /// Enables a feature gate of the collector; can be repeated
    #[arg(long = "gate", value_name = "GATE", value_parser = clap::builder::PossibleValuesParser::new(KNOWN_GATES), hide_possible_values = true)]
    gates: Vec<String>,
    /// A table for `Lookup("NAME", …)`: an object if FILE ends in `.json`, or else comma-separated values, the first
    /// row naming the columns, the first column having the keys; can be repeated
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = table)]
    tables: Vec<(String, Arc<Table>)>,
}

/// A table as an argument.
fn table(text: &str) -> Result<(String, Arc<Table>), String> {
    let (name, path) = text.split_once('=').ok_or("expected NAME=FILE")?;
    let file = File::open(path).map_err(|error| format!("cannot read: {error}"))?;
    let mut content = Vec::new();
    file.take(TABLE_BYTES_MAX + 1)
        .read_to_end(&mut content)
        .map_err(|error| format!("cannot read: {error}"))?;
    if content.len() as u64 > TABLE_BYTES_MAX {
        return Err(format!("larger than {TABLE_BYTES_MAX} bytes"));
    }
    let is_json = path.to_ascii_lowercase().ends_with(".json");
    let table = match is_json {
        true => Table::from_json(&content),
        false => Table::from_csv(&content),
    };
    let table = table.map_err(|error| error.to_string())?;
    Ok((name.to_owned(), Arc::new(table)))
}

/// A name of a list as an argument.
fn named<T>(
    text: &str,
    found: Option<T>,
    all: impl Iterator<Item = &'static str>,
) -> Result<T, String> {
    found.ok_or_else(|| {
        format!(
            "no such name `{text}`; there are {}",
            all.collect::<Vec<_>>().join(", ")
        )
    })
}

fn signal(text: &str) -> Result<Signal, String> {
    named(
        text,
        Signal::from_name(text),
        Signal::ALL.iter().map(|signal| signal.name()),
    )
}

fn context(text: &str) -> Result<ContextName, String> {
    let known = ContextName::of_processor(ProcessorKind::Transform);
    let found = ContextName::from_name(text).filter(|context| known.contains(context));
    named(text, found, known.iter().map(|context| context.name()))
}

fn error_mode(text: &str) -> Result<ErrorMode, String> {
    named(
        text,
        ErrorMode::parse(text),
        ErrorMode::ALL.iter().map(|mode| mode.name()),
    )
}

/// A variable of the environment, for `${NAME}` in configurations.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What configuration errors say of their file.
pub(crate) fn config_errors(errors: &ConfigErrors, source: &Source) -> Vec<(Diagnostic, Source)> {
    errors
        .0
        .iter()
        .map(|error| (Diagnostic::from(error), source.clone()))
        .collect()
}

/// One processor compiled for one signal.
pub(crate) struct Stage {
    /// `transform/foo`, or the bare kind.
    pub(crate) id: String,
    /// What it does.
    pub(crate) program: Program,
}

impl Borrow<Program> for Stage {
    fn borrow(&self) -> &Program {
        &self.program
    }
}

/// What runs on the requests of each signal.
pub(crate) struct Programs {
    /// Per signal, the processors in order; signals to which nothing applies are missing.
    by_signal: Vec<(Signal, Vec<Stage>)>,
    /// Whether they are statements of the command line, which should apply to whatever comes.
    is_adhoc: bool,
}

impl Programs {
    /// The processors for a signal; `None` if no statement or condition is for it.
    pub(crate) fn of(&self, signal: Signal) -> Option<&[Stage]> {
        self.by_signal
            .iter()
            .find(|(one, _)| *one == signal)
            .map(|(_, stages)| &stages[..])
    }

    /// All, with their signals.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Signal, &[Stage])> {
        self.by_signal
            .iter()
            .map(|(signal, stages)| (*signal, &stages[..]))
    }

    /// The signals that something is for.
    pub(crate) fn signals(&self) -> Vec<Signal> {
        self.by_signal.iter().map(|(signal, _)| *signal).collect()
    }

    /// Whether requests have to run one after the other, as one can see what another left.
    pub(crate) fn is_ordered(&self) -> bool {
        let mut stages = self.by_signal.iter().flat_map(|(_, stages)| stages);
        stages.any(|stage| stage.program.is_ordered())
    }

    /// Whether a request of a signal that nothing is for is a mistake.
    pub(crate) fn is_adhoc(&self) -> bool {
        self.is_adhoc
    }
}

/// A configuration or some statements, to be compiled.
pub(crate) struct Unit {
    components: Vec<Component>,
    /// The file; none for the command line.
    file: Option<Source>,
}

/// Everything that is wrong, each with what it is told of.
pub(crate) type Findings = Vec<(Diagnostic, Source)>;

impl Unit {
    /// Reads a configuration.
    ///
    /// # Errors
    /// The file cannot be read, or what the collector would refuse about it.
    pub(crate) fn read(path: &Path) -> Result<Result<Unit, Findings>, CliError> {
        let is_stdin = path.as_os_str() == "-";
        let name = if is_stdin {
            "<stdin>".to_owned()
        } else {
            path.display().to_string()
        };
        let failed = |error: io::Error| CliError::reading(Path::new(&name), &error);
        let input: Box<dyn Read> = match is_stdin {
            true => Box::new(io::stdin()),
            false => Box::new(File::open(path).map_err(failed)?),
        };
        let mut text = String::new();
        let read = input
            .take(CONFIG_BYTES_MAX + 1)
            .read_to_string(&mut text)
            .map_err(failed)?;
        if read as u64 > CONFIG_BYTES_MAX {
            return Err(CliError::about(
                &name,
                &format!("larger than {CONFIG_BYTES_MAX} bytes"),
            ));
        }
        let source = Source::new(name, text);
        Ok(match ottl::config::read(&source.text, &environment) {
            Ok(components) => Ok(Unit {
                components,
                file: Some(source),
            }),
            Err(errors) => Err(config_errors(&errors, &source)),
        })
    }

    /// What is to be compiled.
    pub(crate) fn components(&self) -> &[Component] {
        &self.components
    }

    /// The file that it was read from; none for the command line.
    pub(crate) fn file(&self) -> Option<&Source> {
        self.file.as_ref()
    }

    /// Statements and conditions of the command line, for a signal.
    pub(crate) fn adhoc(
        statements: &[String],
        drop: &[String],
        language: &LanguageArguments,
        signal: Signal,
    ) -> Unit {
        let texts = |what: &str, texts: &[String]| {
            let texts = texts.iter().enumerate().map(|(index, text)| {
                let path = if texts.len() == 1 {
                    format!("<{what}>")
                } else {
                    format!("<{what} {}>", index + 1)
                };
                Text {
                    text: text.clone(),
                    path,
                    ..Text::default()
                }
            });
            texts.collect::<Vec<_>>()
        };
        let mut components = Vec::new();
        let mut push = |processor: Processor| {
            let id = processor.kind().name().to_owned();
            components.push(Component {
                id,
                processor,
                place: Default::default(),
                signals: vec![signal],
            });
        };
        if !statements.is_empty() {
            let group = Group {
                context: language.context,
                statements: texts("statement", statements),
                ..Group::default()
            };
            let mut transform = Transform::default();
            match signal {
                Signal::Traces => transform.trace_statements.push(group),
                Signal::Metrics => transform.metric_statements.push(group),
                Signal::Logs => transform.log_statements.push(group),
                Signal::Profiles => transform.profile_statements.push(group),
            }
            push(Processor::Transform(transform));
        }
        if !drop.is_empty() {
            let group = ConditionGroup {
                context: language.context,
                conditions: texts("condition", drop),
                ..Default::default()
            };
            let mut filter = Filter::default();
            match signal {
                Signal::Traces => filter.trace_conditions.push(group),
                Signal::Metrics => filter.metric_conditions.push(group),
                Signal::Logs => filter.log_conditions.push(group),
                Signal::Profiles => filter.profile_conditions.push(group),
            }
            push(Processor::Filter(Box::new(filter)));
        }
        Unit {
            components,
            file: None,
        }
    }

    /// What is to be warned of. All statements are looked at whatever the signal.
    fn warnings(&self, language: &LanguageArguments, signal: Signal) -> Findings {
        let of_component =
            |component: &Component| with_options(component, language, signal, warnings);
        let components = self.components.iter();
        components
            .filter_map(|component| of_component(component).ok())
            .flatten()
            .map(|warning| warning.located(self.file.as_ref()))
            .collect()
    }

    /// Compiles all for the signals asked for.
    pub(crate) fn compile(
        &self,
        language: &LanguageArguments,
        signals: &[Signal],
    ) -> Result<Programs, Findings> {
        let mut findings = Vec::new();
        let mut by_signal: Vec<(Signal, Vec<Stage>)> =
            signals.iter().map(|signal| (*signal, Vec::new())).collect();
        for component in &self.components {
            if let Err(errors) = check_gates(component, language) {
                let source = self.file.clone();
                let source = source.unwrap_or_else(|| Source::new("<statement>", ""));
                findings.extend(config_errors(&errors, &source));
                continue;
            }
            for (index, (signal, stages)) in by_signal.iter_mut().enumerate() {
                // All statements are checked whatever the signal, so the first one is enough for that.
                if index > 0 && !component.processor.concerns(*signal) {
                    continue;
                }
                match compile_component(component, language, *signal) {
                    Ok(program) => {
                        let applies =
                            component.signals.is_empty() || component.signals.contains(signal);
                        if applies && !program.is_idle() {
                            stages.push(Stage {
                                id: component.id.clone(),
                                program,
                            });
                        }
                    }
                    // What is wrong is found whatever the signal, so it is told for the first one only.
                    Err(refusals) if index == 0 => {
                        findings.extend(
                            refusals
                                .into_iter()
                                .map(|refusal| refusal.located(self.file.as_ref())),
                        );
                    }
                    Err(_) => {}
                }
            }
        }
        if self.file.is_some() {
            sort(&mut findings);
        }
        if findings.is_empty() {
            by_signal.retain(|(_, stages)| !stages.is_empty());
            Ok(Programs {
                by_signal,
                is_adhoc: self.file.is_none(),
            })
        } else {
            Err(findings)
        }
    }
}

/// Compiles a configuration, as [`load_file`] does, and finds what is to be warned of.
///
/// # Errors
/// As [`load`].
pub(crate) fn check_file(
    path: &Path,
    arguments: &ProgramArguments,
) -> Result<(Result<Programs, Findings>, Findings), CliError> {
    let language = &arguments.language;
    Ok(match Unit::read(path)? {
        Ok(unit) => {
            let signals = candidates(language);
            let warnings = unit.warnings(language, signals[0]);
            (unit.compile(language, &signals), warnings)
        }
        Err(findings) => (Err(findings), Findings::new()),
    })
}

/// The same of statements and conditions of the command line. What is to be warned of is told of those that compile.
pub(crate) fn check_adhoc(
    statements: &[String],
    arguments: &ProgramArguments,
) -> (Result<Programs, Findings>, Findings) {
    let (drop, language) = (&arguments.drop, &arguments.language);
    let programs = load_adhoc(statements, drop, language);
    let signal = programs
        .as_ref()
        .ok()
        .and_then(|programs| programs.iter().next());
    let warnings = signal.map(|(signal, _)| {
        let unit = Unit::adhoc(statements, drop, language, signal);
        unit.warnings(language, signal)
    });
    (programs, warnings.unwrap_or_default())
}

/// Findings of a file come by group and kind: puts them in the order of the file.
pub(crate) fn sort(findings: &mut Findings) {
    let place = |label: &Label| label.span.start;
    findings.sort_by_key(|(diagnostic, _)| diagnostic.primary.as_ref().map(place));
}

/// Refuses a component that needs a gate which is not enabled.
fn check_gates(component: &Component, language: &LanguageArguments) -> Result<(), ConfigErrors> {
    let is_enabled = |gate: &str| language.gates.iter().any(|enabled| enabled == gate);
    component.processor.check_gates(&is_enabled)
}

fn compile_component(
    component: &Component,
    language: &LanguageArguments,
    signal: Signal,
) -> Result<Program, Vec<Finding>> {
    with_options(component, language, signal, compile).unwrap_or_else(|message| {
        Err(vec![Finding {
            diagnostic: Diagnostic::error("E200", message),
            text: Text::default(),
        }])
    })
}

/// What `work` makes of a component as the command line has it.
///
/// # Errors
/// A feature gate that does not exist.
fn with_options<T>(
    component: &Component,
    language: &LanguageArguments,
    signal: Signal,
    work: impl FnOnce(&Processor, &Options<'_>) -> T,
) -> Result<T, String> {
    let gates = Gates::new(language.gates.iter().map(String::as_str));
    let gates = gates.map_err(|gate| format!("there is no feature gate `{gate}`"))?;
    let mut processor = component.processor.clone();
    if let Some(mode) = language.error_mode {
        override_error_mode(&mut processor, mode);
    }
    let tables = language.tables.iter().cloned().collect::<Tables>();
    let registry = Registry::new(ottl_stdlib::FUNCTIONS)
        .with(tables)
        .with(SURROUNDINGS.clone());
    let options = Options {
        signal,
        dialect: language.dialect.into(),
        gates: &gates,
        registry: &registry,
    };
    Ok(work(&processor, &options))
}

/// What the statements and conditions of a component that compiles are upstream.
pub(crate) fn lower_component(
    component: &Component,
    language: &LanguageArguments,
    signal: Signal,
) -> Vec<Lowered> {
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let gates = Gates::new(language.gates.iter().map(String::as_str)).unwrap_or_default();
    let options = Options {
        signal,
        dialect: language.dialect.into(),
        gates: &gates,
        registry: &registry,
    };
    to_upstream(&component.processor, &options)
}

fn override_error_mode(processor: &mut Processor, mode: ErrorMode) {
    match processor {
        Processor::Transform(transform) => {
            transform.error_mode = mode;
            let groups = [
                &mut transform.trace_statements,
                &mut transform.metric_statements,
                &mut transform.log_statements,
                &mut transform.profile_statements,
            ];
            groups
                .into_iter()
                .flatten()
                .for_each(|group| group.error_mode = None);
        }
        Processor::Filter(filter) => {
            filter.error_mode = mode;
            let groups = [
                &mut filter.trace_conditions,
                &mut filter.metric_conditions,
                &mut filter.log_conditions,
                &mut filter.profile_conditions,
            ];
            groups
                .into_iter()
                .flatten()
                .for_each(|group| group.error_mode = None);
        }
    }
}

/// The signals in the order in which they are tried.
pub(crate) fn candidates(language: &LanguageArguments) -> Vec<Signal> {
    match language.signal {
        Some(signal) => vec![signal],
        None => vec![
            Signal::Traces,
            Signal::Logs,
            Signal::Metrics,
            Signal::Profiles,
        ],
    }
}

/// Compiles configurations, or else statements of the command line.
///
/// # Errors
/// A file cannot be read; or, as the inner error, what is wrong with all of them.
pub(crate) fn load(
    configs: &[PathBuf],
    statements: &[String],
    arguments: &ProgramArguments,
) -> Result<Result<Programs, Findings>, CliError> {
    let language = &arguments.language;
    if configs.is_empty() {
        return Ok(load_adhoc(statements, &arguments.drop, language));
    }
    if !statements.is_empty() || !arguments.drop.is_empty() {
        return Err(CliError::Message(
            "give either --config or statements, not both".to_owned(),
        ));
    }
    let mut all = Programs {
        by_signal: Vec::new(),
        is_adhoc: false,
    };
    let mut findings = Vec::new();
    for path in configs {
        match load_file(path, arguments)? {
            Ok(programs) => {
                for (signal, stages) in programs.by_signal {
                    match all.by_signal.iter_mut().find(|(one, _)| *one == signal) {
                        Some((_, found)) => found.extend(stages),
                        None => all.by_signal.push((signal, stages)),
                    }
                }
            }
            Err(more) => findings.extend(more),
        }
    }
    Ok(if findings.is_empty() {
        Ok(all)
    } else {
        Err(findings)
    })
}

/// Compiles a configuration.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_file(
    path: &Path,
    arguments: &ProgramArguments,
) -> Result<Result<Programs, Findings>, CliError> {
    let language = &arguments.language;
    Ok(Unit::read(path)?.and_then(|unit| unit.compile(language, &candidates(language))))
}

/// Compiles statements and conditions of the command line for all signals to which they can apply.
fn load_adhoc(
    statements: &[String],
    drop: &[String],
    language: &LanguageArguments,
) -> Result<Programs, Findings> {
    let mut all = Programs {
        by_signal: Vec::new(),
        is_adhoc: true,
    };
    let mut refused: Vec<(Signal, Findings)> = Vec::new();
    for signal in candidates(language) {
        match Unit::adhoc(statements, drop, language, signal).compile(language, &[signal]) {
            Ok(programs) => all.by_signal.extend(programs.by_signal),
            Err(findings) => refused.push((signal, findings)),
        }
    }
    if !all.by_signal.is_empty() {
        return Ok(all);
    }
    let texts = || statements.iter().chain(drop);
    let meant = refused.into_iter().min_by_key(|(signal, findings)| {
        (
            std::cmp::Reverse(texts().map(|text| mentions(text, *signal)).sum::<usize>()),
            findings.len(),
        )
    });
    match meant {
        Some((_, findings)) => Err(findings),
        None => Ok(all),
    }
}

/// How many names in a text are contexts that only this signal has.
fn mentions(text: &str, signal: Signal) -> usize {
    let names = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let contexts = ContextName::of_groups(ProcessorKind::Transform, signal);
    let is_own =
        |context: ContextName| !matches!(context, ContextName::Resource | ContextName::Scope);
    let found = names
        .filter_map(ContextName::from_name)
        .filter(|name| is_own(*name) && contexts.contains(name));
    found.count()
}
