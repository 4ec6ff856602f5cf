//! `ottlc`: OTTL on the command line. One file a subcommand, each owning its arguments and help; this one
//! only dispatches.
//!
//! Invariants: results go to standard output, all else to standard error; nothing that a user gives makes it
//! panic; the exit status is one of `status`.

mod bench;
mod check;
mod conform;
mod disasm;
mod doc;
mod error;
mod failures;
mod fmt;
mod input;
mod limits;
mod lower;
mod output;
mod program;
mod progress;
mod run;
mod signals;
mod subjects;

use clap::{Parser, Subcommand};
use error::CliError;
use std::process::ExitCode;

/// Transforms and filters OpenTelemetry data with OTTL, the OpenTelemetry Transformation Language.
///
/// Statements are those of the OpenTelemetry Collector's transform and filter processors; configurations are the
/// collector's own YAML. Data is OTLP, as JSON or protobuf.
#[derive(Parser)]
#[command(name = "ottlc", version, after_long_help = AFTER_HELP, max_term_width = 110)]
#[command(
    propagate_version = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Arguments),
    Check(check::Arguments),
    Lower(lower::Arguments),
    Fmt(fmt::Arguments),
    Disasm(disasm::Arguments),
    Doc(doc::Arguments),
    Conform(conform::Arguments),
    Bench(bench::Arguments),
}

const AFTER_HELP: &str = "\
Examples:
  Mark slow spans, statements on the command line:
    ottlc run 'set(span.status.message, \"timeout\") where span.end_time - span.start_time > Duration(\"3s\")' \\
        < traces.jsonl > marked.jsonl
  Run the transform and filter processors of a collector's configuration:
    ottlc run --config collector.yaml -i traces.jsonl -o out.jsonl
  Find what is wrong with a configuration, in CI:
    ottlc check collector.yaml

Exit status:
  0  everything went well
  1  findings (check), or requests refused because statements failed under error_mode `propagate` (run)
  2  usage errors, unreadable files, unusable input or configuration

Environment:
  NO_COLOR  if set and not empty, no colours are used; there are none either where stderr is no terminal
  ${NAME}   in configurations is replaced as the collector does

`ottlc COMMAND --help` is the manual of each command.";

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Lower(arguments) => lower::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Disasm(arguments) => disasm::run(&arguments),
        Command::Doc(arguments) => doc::run(&arguments),
        Command::Conform(arguments) => conform::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        // Whoever read our output has seen enough.
        Err(CliError::BrokenPipe) => ExitCode::from(error::FINE),
        Err(error) => {
            eprint!("{error}");
            ExitCode::from(error::UNUSABLE)
        }
    }
}
