//! `ottlc lower`: extended statements as the collector takes them.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::program::{
    Findings, LanguageArguments, ProgramArguments, Unit, candidates, load, lower_component,
};
use crate::subjects::Subjects;
use ottl::compile::Lowered;
use ottl::config::{Signal, Text, read, replace};
use ottl::report::{Diagnostic, Source, Style, locate, render};
use std::io::{self, Write};
use std::path::Path;

/// Rewrite extended statements to what the collector understands
///
/// Writes `condition > action` as `action where condition`, `3s` as `Duration("3s")`, `span.duration` as
/// `span.end_time - span.start_time`, `metric.attributes` as `datapoint.attributes`, and names the context of paths
/// that do not. What the collector takes as it is stays as it is written; of a configuration, all but the
/// statements stays, comments included. Where the collector has no way to say it, tells why.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  ottlc lower 'duration > 3s > set(status.message, \"timeout\")'
  ottlc lower transform.yaml > upstream.yaml

Exit status:
  0  all is upstream's language now; it is on standard output
  1  some statements cannot be said upstream; they stand as they were, and why is on standard error
  2  usage, statements or configuration that do not compile, or a file cannot be read")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subjects: Subjects,
    #[command(flatten)]
    program: ProgramArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let has_conditions = arguments.program.has_conditions();
    let (files, statements) = arguments.subjects.split("lower", has_conditions)?;
    let has_statements = !statements.is_empty() || has_conditions;
    let (text, findings) = match (&files[..], has_statements) {
        ([], true) => lower_statements(&statements, &arguments.program)?,
        ([file], false) => lower_file(file, &arguments.program.language)?,
        _ => {
            let message = "give one file or statements: there is one output";
            return Err(CliError::Message(message.to_owned()));
        }
    };
    write(&text)?;
    let style = Style::of_stderr();
    for (diagnostic, source) in &findings {
        eprint!("{}", render(diagnostic, source, style));
    }
    Ok(if findings.is_empty() { FINE } else { FINDINGS })
}

/// Writes to standard output.
pub(crate) fn write(text: &str) -> Result<(), CliError> {
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| CliError::writing("<stdout>", &error))
}

/// The statements and conditions of the command line, a line each.
fn lower_statements(
    statements: &[String],
    arguments: &ProgramArguments,
) -> Result<(String, Findings), CliError> {
    let language = &arguments.language;
    let mut results: Vec<(Vec<Signal>, Vec<Lowered>)> = Vec::new();
    for signal in candidates(language) {
        let unit = Unit::adhoc(statements, &arguments.drop, language, signal);
        if unit.compile(language, &[signal]).is_err() {
            continue;
        }
        let components = unit.components().iter();
        let lowered: Vec<_> = components
            .flat_map(|component| lower_component(component, language, signal))
            .collect();
        match results.iter_mut().find(|(_, other)| *other == lowered) {
            Some((signals, _)) => signals.push(signal),
            None => results.push((vec![signal], lowered)),
        }
    }
    // Where upstream can say it for some signals only, those are meant.
    if results.iter().any(|(_, lowered)| is_complete(lowered)) {
        results.retain(|(_, lowered)| is_complete(lowered));
    }
    match results.as_slice() {
        [] => Err(match load(&[], statements, arguments)? {
            Err(findings) => CliError::Diagnostics(findings),
            Ok(_) => CliError::Message("nothing to lower".to_owned()),
        }),
        [(_, lowered)] => {
            let lines = lowered.iter().map(|one| format!("{}\n", after(one)));
            Ok((lines.collect(), findings(lowered, None)))
        }
        several => {
            let mut message =
                "what this is upstream depends on the signal; give --signal".to_owned();
            for (signals, lowered) in several {
                let names: Vec<_> = signals.iter().map(|signal| signal.name()).collect();
                let texts: Vec<_> = lowered.iter().map(after).collect();
                message.push_str(&format!("\n  {}: {}", names.join(", "), texts.join("; ")));
            }
            Err(CliError::Message(message))
        }
    }
}

/// A text as it is to stand.
fn after(lowered: &Lowered) -> &str {
    match &lowered.outcome {
        Ok(Some(new)) => new,
        Ok(None) | Err(_) => &lowered.text.text,
    }
}

fn is_complete(lowered: &[Lowered]) -> bool {
    lowered.iter().all(|one| one.outcome.is_ok())
}

fn findings(lowered: &[Lowered], file: Option<&Source>) -> Findings {
    let failed = lowered.iter().filter_map(|one| {
        let diagnostic = one.outcome.as_ref().err()?;
        Some(locate(diagnostic.clone(), &one.text, file))
    });
    failed.collect()
}

/// A configuration, statements rewritten.
fn lower_file(path: &Path, language: &LanguageArguments) -> Result<(String, Findings), CliError> {
    let unit = Unit::read(path)?.map_err(CliError::Diagnostics)?;
    unit.compile(language, &candidates(language))
        .map_err(CliError::Diagnostics)?;
    let Some(file) = unit.file() else {
        return Ok((String::new(), Vec::new()));
    };
    let lowered = lower_all(&unit, language);
    let changes: Vec<(&Text, &str)> = lowered
        .iter()
        .filter_map(|one| Some((&one.text, one.outcome.as_ref().ok()?.as_deref()?)))
        .collect();
    let text = rewrite(file, &changes)?;
    Ok((text, findings(&lowered, Some(file))))
}

fn lower_all(unit: &Unit, language: &LanguageArguments) -> Vec<Lowered> {
    let components = unit.components().iter();
    components
        .flat_map(|component| lower_component(component, language, Signal::Traces))
        .collect()
}

/// A configuration with other statements, checked by reading it again.
pub(crate) fn rewrite(file: &Source, changes: &[(&Text, &str)]) -> Result<String, CliError> {
    let before = texts_of(&file.text);
    let wanted = before.iter().map(|text| {
        let change = changes.iter().find(|(changed, _)| *changed == text);
        change.map_or(text.text.trim_end(), |(_, new)| *new)
    });
    let wanted: Vec<&str> = wanted.collect();
    // A benchmark's file writes `$` as it is.
    for has_dollars in [true, false] {
        let written = replace(&file.text, changes, has_dollars).map_err(|(number, why)| {
            let diagnostic = Diagnostic::error("E281", format!("this cannot be rewritten: {why}"));
            CliError::Diagnostics(vec![locate(diagnostic, changes[number].0, Some(file))])
        })?;
        let after = texts_of(&written);
        if after
            .iter()
            .map(|text| text.text.trim_end())
            .eq(wanted.iter().copied())
        {
            return Ok(written);
        }
    }
    Err(CliError::about(
        &file.name,
        &"the statements cannot be written as YAML in their places; put them in single quotes first",
    ))
}

/// All statements and conditions of a configuration.
fn texts_of(text: &str) -> Vec<Text> {
    let components = read(text, &crate::program::environment).unwrap_or_default();
    let mut texts = Vec::new();
    for component in &components {
        let (statements, conditions) = component.processor.texts();
        texts.extend(statements.into_iter().chain(conditions).cloned());
    }
    texts
}
