//! `ottlc disasm`: the bytecode of configurations and statements.

use crate::check::files_and_statements;
use crate::error::{CliError, FINE, Status};
use crate::program::{ProgramArguments, load};
use ottl_vm::code::disasm;
use std::io::{self, Write};

/// Show the bytecode of configurations and statements
///
/// Shows for each signal and processor what runs once per resource or scope, what runs per record, and whether
/// records run in blocks or one by one.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  ottlc disasm 'set(log.body, Concat([log.severity_text, log.body], \": \")) where IsString(log.body)'
  ottlc disasm --signal traces collector.yaml")]
pub(crate) struct Arguments {
    /// Configurations (`-` for standard input), or statements
    #[arg(value_name = "FILE|STATEMENT")]
    subjects: Vec<String>,
    #[command(flatten)]
    program: ProgramArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let (files, statements) = files_and_statements(&arguments.subjects);
    if files.is_empty() && statements.is_empty() && !arguments.program.has_conditions() {
        return Err(CliError::Message(
            "nothing to show: give files or statements".to_owned(),
        ));
    }
    let programs = load(&files, &statements, &arguments.program)?.map_err(CliError::Diagnostics)?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    let failed = |error| CliError::writing("<stdout>", &error);
    for (signal, stages) in programs.iter() {
        for stage in stages {
            write!(
                output,
                "# {} for {signal}\n{}\n",
                stage.id,
                disasm(&stage.program)
            )
            .map_err(failed)?;
        }
    }
    output.flush().map_err(failed)?;
    Ok(FINE)
}
