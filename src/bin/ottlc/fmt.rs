//! `ottlc fmt`: statements in their canonical spelling.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::lower::{rewrite, write};
use crate::program::{Dialect, Unit};
use crate::subjects::Subjects;
use ottl::config::Text;
use ottl::report::{Diagnostic, Source, locate};
use ottl_grammar::{Errors, parse_condition, parse_statement};
use std::path::Path;

/// Write statements in one spelling
///
/// Writes statements, or a configuration with its statements, as `ottlc` would write them. Statements that stand on
/// several lines keep their lines, and all of a configuration but its statements stays, comments included.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  ottlc fmt 'set( log.body,\"x\" )where log.body==nil'
  ottlc fmt --write transform.yaml
  ottlc fmt --check *.yaml

Exit status:
  0  written, or with --check all is canonical
  1  with --check: something is not; standard output names it
  2  usage, statements that do not parse, or a file cannot be read or written")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subjects: Subjects,
    /// Only tell what is not canonical
    #[arg(long)]
    check: bool,
    /// Write files back to where they were read from
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// The language of the statements
    #[arg(long, value_enum, default_value_t)]
    dialect: Dialect,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let (files, statements) = arguments.subjects.split("write", false)?;
    if files.len() > 1 && !arguments.check && !arguments.write {
        let message = "several files would become one; give --write or --check";
        return Err(CliError::Message(message.to_owned()));
    }
    let mut names = Vec::new();
    for statement in &statements {
        let text = canonical(statement, true, arguments.dialect).map_err(|errors| {
            let diagnostics = errors.as_slice().iter().map(Diagnostic::from);
            let source = Source::new("<statement>", statement.clone());
            CliError::Diagnostics(diagnostics.map(|one| (one, source.clone())).collect())
        })?;
        if text != *statement {
            names.push(statement.clone());
        }
        if !arguments.check {
            write(&format!("{text}\n"))?;
        }
    }
    for path in &files {
        let (before, after) = file(path, arguments.dialect)?;
        if before.text != after {
            names.push(path.display().to_string());
            if arguments.write {
                std::fs::write(path, &after)
                    .map_err(|error| CliError::writing(&before.name, &error))?;
            }
        }
        if !arguments.check && !arguments.write {
            write(&after)?;
        }
    }
    if !arguments.check {
        return Ok(FINE);
    }
    let told: String = names.iter().map(|name| format!("{name}\n")).collect();
    write(&told)?;
    Ok(if names.is_empty() { FINE } else { FINDINGS })
}

/// A statement or condition as it is printed.
fn canonical(text: &str, is_statement: bool, dialect: Dialect) -> Result<String, Errors> {
    Ok(match is_statement {
        true => parse_statement(text, dialect.into())?.to_string(),
        false => parse_condition(text, dialect.into())?.to_string(),
    })
}

/// A configuration as it is, and with its statements as they are printed.
fn file(path: &Path, dialect: Dialect) -> Result<(Source, String), CliError> {
    let unit = Unit::read(path)?.map_err(CliError::Diagnostics)?;
    let Some(source) = unit.file() else {
        return Err(CliError::Message("there is no file".to_owned()));
    };
    let (mut found, mut findings) = (Vec::new(), Vec::new());
    for component in unit.components() {
        let (statements, conditions) = component.processor.texts();
        let statements = statements.into_iter().map(|text| (text, true));
        let conditions = conditions.into_iter().map(|text| (text, false));
        for (text, is_statement) in statements.chain(conditions) {
            match canonical(&text.text, is_statement, dialect) {
                Ok(new) if new != text.text.trim_end() && is_one_line(text, source) => {
                    found.push((text, new));
                }
                Ok(_) => {}
                Err(errors) => {
                    let diagnostics = errors.as_slice().iter().map(Diagnostic::from);
                    findings.extend(diagnostics.map(|one| locate(one, text, Some(source))));
                }
            }
        }
    }
    if !findings.is_empty() {
        return Err(CliError::Diagnostics(findings));
    }
    let changes: Vec<_> = found
        .iter()
        .map(|(text, new)| (*text, new.as_str()))
        .collect();
    Ok((source.clone(), rewrite(source, &changes)?))
}

/// Whether a statement stands on one line of its file.
fn is_one_line(text: &Text, source: &Source) -> bool {
    let content = text
        .range(0..text.text.trim_end().len())
        .unwrap_or_default();
    source
        .text
        .get(content)
        .is_some_and(|written| !written.contains('\n'))
}
