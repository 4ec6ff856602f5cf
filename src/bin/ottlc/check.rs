//! `ottlc check`: what is wrong with configurations and statements.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::program::{Findings, ProgramArguments, Programs, load};
use clap::ValueEnum;
use ottl::report::{render, render_json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Find what is wrong with configurations and statements
///
/// Tells everything that is wrong at once, each with its place and, where it can be told, what was likely meant.
/// Arguments that are files, or are named like YAML or JSON files, are configurations; all others are statements.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  ottlc check collector.yaml
  ottlc check 'set(span.attributes[\"a\"], 1) where span.kind == SPAN_KIND_SERVER'
  ottlc check --format json collector.yaml | jq .fix

Exit status:
  0  nothing is wrong
  1  there are findings; they are on standard output
  2  usage, or a file cannot be read")]
pub(crate) struct Arguments {
    /// Configurations (`-` for standard input), or statements
    #[arg(value_name = "FILE|STATEMENT")]
    subjects: Vec<String>,
    #[command(flatten)]
    program: ProgramArguments,
    /// How findings are written: for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
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

/// What a name ends in that is a configuration's even if there is no such file.
const CONFIG_ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

/// Splits arguments into files and statements.
pub(crate) fn files_and_statements(subjects: &[String]) -> (Vec<PathBuf>, Vec<String>) {
    let is_file = |subject: &&String| {
        let is_call = subject.contains('(');
        *subject == "-"
            || (!is_call && CONFIG_ENDINGS.iter().any(|end| subject.ends_with(end)))
            || Path::new(subject).is_file()
    };
    let (files, statements): (Vec<_>, Vec<_>) = subjects.iter().partition(is_file);
    (
        files.into_iter().map(PathBuf::from).collect(),
        statements.into_iter().cloned().collect(),
    )
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let (files, statements) = files_and_statements(&arguments.subjects);
    if files.is_empty() && statements.is_empty() && !arguments.program.has_conditions() {
        return Err(CliError::Message(
            "nothing to check: give files or statements".to_owned(),
        ));
    }
    let mut findings = Vec::new();
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut take = |result: Result<Programs, Findings>| match result {
        Ok(programs) if arguments.verbose => eprint!("{}", contexts(&programs)),
        Ok(_) => {}
        Err(more) => findings.extend(more),
    };
    for file in files {
        take(crate::program::load_file(&file, &arguments.program)?);
    }
    if !statements.is_empty() || arguments.program.has_conditions() {
        take(load(&[], &statements, &arguments.program)?);
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
    Ok(if findings.is_empty() { FINE } else { FINDINGS })
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
