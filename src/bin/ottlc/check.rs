//! `ottlc check`: what is wrong with configurations and statements.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::program::{Findings, ProgramArguments, Programs, check_adhoc, check_file, sort};
use crate::subjects::Subjects;
use clap::ValueEnum;
use ottl::report::{Severity, render, render_json};
use std::io::{self, Write};

/// Find what is wrong with configurations and statements
///
/// Tells everything that is wrong at once, each with its place and, where it can be told, what was likely meant. Warnings
/// are of what can be run but certainly does something else than it says, on every record.
/// Arguments that are files, or are named like YAML or JSON files, are configurations; all others are statements.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  ottlc check collector.yaml
  ottlc check 'set(span.attributes[\"a\"], 1) where span.kind == SPAN_KIND_SERVER'
  ottlc check --format json collector.yaml | jq .fix

Exit status:
  0  nothing is wrong, warnings aside
  1  there are errors, or warnings that are denied; findings are on standard output
  2  usage, or a file cannot be read")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subjects: Subjects,
    #[command(flatten)]
    program: ProgramArguments,
    /// How findings are written: for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with 1 if there are warnings, too
    #[arg(long)]
    deny_warnings: bool,
    /// Also tell which context each group of statements runs on
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let is_enough = arguments.program.has_conditions();
    let (files, statements) = arguments.subjects.split("check", is_enough)?;
    let mut findings = Vec::new();
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut take = |(result, mut more): (Result<Programs, Findings>, Findings), is_file: bool| {
        match result {
            Ok(programs) if arguments.verbose => eprint!("{}", contexts(&programs)),
            Ok(_) => {}
            Err(errors) => more.extend(errors),
        }
        if is_file {
            sort(&mut more);
        }
        findings.append(&mut more);
    };
    for file in files {
        take(check_file(&file, &arguments.program)?, true);
    }
    if !statements.is_empty() || arguments.program.has_conditions() {
        take(check_adhoc(&statements, &arguments.program), false);
    }
    let style = crate::error::style_of_stdout();
    for (index, (diagnostic, source)) in findings.iter().enumerate() {
        let written = match arguments.format {
            Format::Text if index > 0 => write!(output, "\n{}", render(diagnostic, source, style)),
            Format::Text => write!(output, "{}", render(diagnostic, source, style)),
            Format::Json => write!(output, "{}", render_json(diagnostic, source)),
        };
        written.map_err(|error| CliError::writing("<stdout>", &error))?;
    }
    output
        .flush()
        .map_err(|error| CliError::writing("<stdout>", &error))?;
    let counts = |severity| severity == Severity::Error || arguments.deny_warnings;
    let mut severities = findings.iter().map(|(found, _)| found.severity);
    Ok(if severities.any(counts) {
        FINDINGS
    } else {
        FINE
    })
}

/// Which context each group runs on, a line each.
fn contexts(programs: &Programs) -> String {
    let mut text = String::new();
    for (signal, stages) in programs.iter() {
        for stage in stages {
            for (number, pass) in stage.program.passes.iter().enumerate() {
                let first = pass
                    .statements
                    .first()
                    .map_or("", |statement| statement.text.as_str());
                let (id, context) = (&stage.id, pass.context.name());
                text.push_str(&format!(
                    "{signal}: {id}: group {number} runs on each {context}: {first}\n"
                ));
            }
        }
    }
    text
}
