//! The compiler: the one place where OTTL's syntax meets the engine's programs.
//!
//! Its stages are types. Texts are parsed to trees ([`ottl_grammar::ast`]); a tree is *resolved* once every
//! name is looked up and every literal typed; what is resolved is *lowered* to a [`Program`]. Everything
//! that is wrong with any statement is found before anything is refused.
//!
//! In the dialect [`Dialect::Upstream`] exactly what the reference refuses is refused.
//!
//! ```
//! use ottl::compile::{Dialect, Gates, Options, Registry, compile};
//! use ottl::config::{Processor, ProcessorKind, Signal};
//!
//! let json = serde_json::json!({"log_statements": ["set(log.attributes[\"env\"], \"prod\") where log.body == \"x\""]});
//! let processor = Processor::from_json(ProcessorKind::Transform, &json)?;
//! let registry = Registry::new(ottl_stdlib::FUNCTIONS);
//! let options = Options { signal: Signal::Logs, dialect: Dialect::Upstream, gates: &Gates::default(), registry: &registry };
//! let program = compile(&processor, &options).map_err(|refusals| refusals[0].diagnostic.to_string())?;
//! assert_eq!(program.passes.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arguments;
mod context;
mod desugar;
mod effects;
pub mod error;
mod fold;
mod gates;
mod group;
pub mod infer;
mod lambda;
mod literal;
mod lower;
mod matching;
mod mention;
mod paths;
mod plan;
mod registry;
mod resolve;
mod resolved;
mod upstream;
mod visit;
mod walk;
mod warn;

use crate::config::{ConditionGroup, Filter, Group, Processor, Signal, Text, Transform};
use crate::report::{Diagnostic, Source, locate};
use error::{Problem, ProblemKind};
use group::Groups;
use ottl_grammar::ast::Span;
use ottl_vm::path::Context;
use ottl_vm::program::{Program, ProgramId, Sweep, Sweeping};
use resolved::Resolved;

pub use gates::{Gates, KNOWN as KNOWN_GATES};
pub use ottl_grammar::Dialect;
pub(crate) use paths::context_of_name;
pub use registry::Registry;
pub use upstream::{Lowered, to_upstream};
pub use warn::CODES as WARNING_CODES;

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// The signal of the requests that the program will take.
    pub signal: Signal,
    /// The language of the statements.
    pub dialect: Dialect,
    /// The feature gates that are enabled.
    pub gates: &'o Gates,
    /// The functions that statements can call.
    pub registry: &'o Registry,
}

/// One thing found in a configuration: why it is refused, or what is to be warned of.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is. Its spans are bytes of `text`.
    pub diagnostic: Diagnostic,
    /// The statement or condition that it is about.
    pub text: Text,
}

impl Finding {
    fn of(diagnostic: Diagnostic, text: &Text) -> Finding {
        Finding {
            diagnostic,
            text: text.clone(),
        }
    }

    /// The diagnostic with spans in the file that the configuration was read from, if it was; and what its
    /// spans are bytes of.
    pub fn located(self, file: Option<&Source>) -> (Diagnostic, Source) {
        locate(self.diagnostic, &self.text, file)
    }
}

impl From<Problem> for Diagnostic {
    /// Spans are bytes of the statement.
    fn from(problem: Problem) -> Diagnostic {
        let span = problem.span.start as usize..problem.span.end as usize;
        let diagnostic =
            Diagnostic::error(problem.kind.code(), problem.kind.to_string()).at(span.clone(), "");
        let diagnostic = match problem.kind.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
        match problem.kind.replacement() {
            Some(replacement) => diagnostic.fix(span, replacement),
            None => diagnostic,
        }
    }
}

/// Compiles a processor's configuration for one signal. Groups of other signals are checked, too.
///
/// # Errors
/// All that is wrong, of all statements and conditions.
pub fn compile(processor: &Processor, options: &Options<'_>) -> Result<Program, Vec<Finding>> {
    let Resolution {
        resolved,
        sweeps,
        refusals,
        ..
    } = resolve(processor, options, false);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let (passes, touched) = lower::lower(resolved, options.gates.allows_nil())
        .map_err(|text| vec![too_complex(text)])?;
    let program = Program {
        id: ProgramId::unique(),
        signal: signal_of(options.signal),
        passes,
        sweeps,
        flattens_logs: match processor {
            Processor::Transform(transform) => {
                transform.flatten_data && options.signal == Signal::Logs
            }
            Processor::Filter(_) => false,
        },
        touched,
    };
    debug_assert_eq!(ottl_vm::code::verify(&program), Ok(()));
    Ok(program)
}

/// What is to be warned of in a processor's configuration: what certainly does something else than it says. Nothing is told
/// of statements that are refused.
///
/// ```
/// use ottl::compile::{Dialect, Gates, Options, Registry, warnings};
/// use ottl::config::{Processor, ProcessorKind, Signal};
///
/// let json = serde_json::json!({"trace_statements": ["set(span.name, \"x\") where span.kind == \"SERVER\""]});
/// let processor = Processor::from_json(ProcessorKind::Transform, &json)?;
/// let registry = Registry::new(ottl_stdlib::FUNCTIONS);
/// let options = Options { signal: Signal::Traces, dialect: Dialect::Upstream, gates: &Gates::default(), registry: &registry };
/// let warnings = warnings(&processor, &options);
/// assert_eq!(warnings[0].diagnostic.message, "`span.kind` is an int, which never equals a string");
/// assert_eq!(warnings[0].diagnostic.help, ["write `SPAN_KIND_SERVER`"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn warnings(processor: &Processor, options: &Options<'_>) -> Vec<Finding> {
    resolve(processor, options, true).warnings
}

/// What is known of a processor's configuration before it is lowered.
#[derive(Default)]
struct Resolution {
    /// For the signal asked for.
    resolved: Resolved,
    /// For the signal asked for.
    sweeps: Vec<Sweeping>,
    refusals: Vec<Finding>,
    warnings: Vec<Finding>,
}

/// Resolves a processor's groups for all signals; `warns` says whether warnings are wanted.
fn resolve(processor: &Processor, options: &Options<'_>, warns: bool) -> Resolution {
    let mut resolution = Resolution::default();
    for signal in Signal::ALL.iter().copied() {
        let mut groups = Groups {
            options,
            kind: processor.kind(),
            signal,
            error_mode: match processor {
                Processor::Transform(transform) => transform.error_mode,
                Processor::Filter(filter) => filter.error_mode,
            },
            resolved: Resolved::default(),
            refusals: Vec::new(),
            warns,
            shares: !matches!(processor, Processor::Transform(transform)
                if transform.flatten_data && signal == Signal::Logs),
            warnings: Vec::new(),
        };
        let sweeps = match processor {
            Processor::Transform(transform) => {
                transform
                    .groups(signal)
                    .iter()
                    .for_each(|group| groups.statements(group));
                Vec::new()
            }
            Processor::Filter(filter) => filter_lists(filter, &mut groups),
        };
        resolution.refusals.append(&mut groups.refusals);
        resolution.warnings.append(&mut groups.warnings);
        if signal == options.signal {
            resolution.resolved = groups.resolved;
            resolution.sweeps = sweeps;
        }
    }
    resolution
}

/// Compiles a transform processor that has one group of statements only.
///
/// # Errors
/// As for [`compile`].
pub fn compile_group(group: Group, options: &Options<'_>) -> Result<Program, Vec<Finding>> {
    let mut transform = Transform::default();
    match options.signal {
        Signal::Traces => transform.trace_statements.push(group),
        Signal::Metrics => transform.metric_statements.push(group),
        Signal::Logs => transform.log_statements.push(group),
        Signal::Profiles => transform.profile_statements.push(group),
    }
    compile(&Processor::Transform(transform), options)
}

/// Compiles a filter processor that has one group of conditions only.
///
/// # Errors
/// As for [`compile`].
pub fn compile_conditions(
    group: ConditionGroup,
    options: &Options<'_>,
) -> Result<Program, Vec<Finding>> {
    let mut filter = Filter::default();
    match options.signal {
        Signal::Traces => filter.trace_conditions.push(group),
        Signal::Metrics => filter.metric_conditions.push(group),
        Signal::Logs => filter.log_conditions.push(group),
        Signal::Profiles => filter.profile_conditions.push(group),
    }
    compile(&Processor::Filter(Box::new(filter)), options)
}

/// Resolves a filter processor's conditions for a signal; which parents left empty it removes, and when.
fn filter_lists(filter: &Filter, groups: &mut Groups<'_>) -> Vec<Sweeping> {
    let mut sweeps = Vec::new();
    let condition_groups = filter.groups(groups.signal);
    for group in condition_groups {
        let contexts = groups.conditions(group);
        let what = contexts.into_iter().map(sweep_of).max();
        sweeps.push(Sweeping {
            after: groups.resolved.groups.len(),
            what: what.unwrap_or(Sweep::Resources),
        });
    }
    if !condition_groups.is_empty() {
        return sweeps;
    }
    // The older lists are one group. None but the first that says something is looked at, and `include` and
    // `exclude` for the signal only that the program is for.
    let lists = filter.conditions_by_context(groups.signal);
    let mut what = lists
        .into_iter()
        .map(|(context, texts)| {
            let context = groups.list(context, texts);
            context.map_or(Sweep::Resources, sweep_of)
        })
        .max();
    if filter.uses_matching(groups.signal) && groups.signal == groups.options.signal {
        what = what.max(matching(filter, groups));
    }
    sweeps.extend(what.map(|what| Sweeping {
        after: groups.resolved.groups.len(),
        what,
    }));
    sweeps
}

/// Resolves a filter processor's `include` and `exclude`, as the conditions that they stand for.
fn matching(filter: &Filter, groups: &mut Groups<'_>) -> Option<Sweep> {
    let patterns = |pattern: &str| match ottl_stdlib::regex::Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(errors) = filter.check_matching(groups.signal, &patterns) {
        for error in &errors.0 {
            let text = Text {
                place: error.place.clone(),
                path: error.path.clone(),
                ..Text::default()
            };
            groups
                .refusals
                .push(Finding::of(Diagnostic::from(error), &text));
        }
        return None;
    }
    let mut what = None;
    // These are nobody's words.
    groups.warns = false;
    for (context, text) in matching::conditions(filter, groups.signal) {
        let text = Text {
            text,
            ..Text::default()
        };
        groups.list(paths::context_name(context), std::slice::from_ref(&text));
        what = what.max(Some(sweep_of(context)));
    }
    what
}

/// Which parents left empty go where records of a context are dropped.
fn sweep_of(context: Context) -> Sweep {
    match context {
        Context::Resource => Sweep::Resources,
        Context::DataPoint => Sweep::Metrics,
        _ => Sweep::Scopes,
    }
}

fn signal_of(signal: Signal) -> ottl_vm::wire::Signal {
    match signal {
        Signal::Traces => ottl_vm::wire::Signal::Traces,
        Signal::Metrics => ottl_vm::wire::Signal::Metrics,
        Signal::Logs => ottl_vm::wire::Signal::Logs,
        Signal::Profiles => ottl_vm::wire::Signal::Profiles,
    }
}

fn too_complex(text: String) -> Finding {
    let span = Span::new(0, text.len().try_into().unwrap_or(u32::MAX));
    let problem = Problem {
        kind: ProblemKind::TooComplex,
        span,
    };
    Finding {
        diagnostic: problem.into(),
        text: Text {
            text,
            ..Text::default()
        },
    }
}
