//! `ottlc conform`: runs conformance cases, line by line.

use crate::error::{CliError, FINE, Status};
use ottl::conform::{run_case, write_result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;

/// Run conformance cases and write what came of each
///
/// Reads one case a line: `{"id", "processor", "signal", "config", "input" | "wire", "gates"}`, and writes one
/// result a line, in the same order: `{"id", "config_error"?, "error"?, "logged"?, "output"?}`. It is what the
/// Go reference's `run` does (tests/reference/README.md), in the dialect `upstream`, every request validated in
/// full.
#[derive(clap::Args)]
#[command(after_long_help = "\
Example:
  ottlc conform cases.jsonl > ours.jsonl; reference run < cases.jsonl > theirs.jsonl")]
pub(crate) struct Arguments {
    /// The cases; standard input if absent or `-`
    #[arg(value_name = "CASES.jsonl")]
    cases: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let path = arguments
        .cases
        .as_deref()
        .filter(|path| path.as_os_str() != "-");
    let name = path.map_or_else(|| "<stdin>".to_owned(), |path| path.display().to_string());
    let input: Box<dyn Read> = match path {
        Some(path) => Box::new(File::open(path).map_err(|error| CliError::reading(path, &error))?),
        None => Box::new(io::stdin()),
    };
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.map_err(|error| CliError::about(&name, &error))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let case = serde_json::from_slice(&line);
        let case = case
            .map_err(|error| CliError::Message(format!("{name}:{number}: not a case: {error}")))?;
        let written =
            write_result(&run_case(&case), &mut output).and_then(|()| output.write_all(b"\n"));
        written.map_err(|error| CliError::writing("<stdout>", &error))?;
    }
    output
        .flush()
        .map_err(|error| CliError::writing("<stdout>", &error))?;
    Ok(FINE)
}
