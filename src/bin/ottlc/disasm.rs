//! `ottlc disasm`: the bytecode of configurations and statements.

use crate::error::{CliError, FINE, Status};
use crate::program::{ProgramArguments, load};
use crate::subjects::Subjects;
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
    #[command(flatten)]
    subjects: Subjects,
    #[command(flatten)]
    program: ProgramArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let is_enough = arguments.program.has_conditions();
    let (files, statements) = arguments.subjects.split("show", is_enough)?;
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
