//! What ends a command early, and the exit statuses.

use ottl::report::{Diagnostic, Source, Style, render};
use std::fmt;
use std::io::{self, IsTerminal};
use std::path::Path;

/// What a command's success is: 0, or [`FINDINGS`].
pub(crate) type Status = u8;

/// All went well.
pub(crate) const FINE: Status = 0;
/// There are findings, or statements failed under `propagate`.
pub(crate) const FINDINGS: Status = 1;
/// Usage, or unusable input; clap's status for usage, too.
pub(crate) const UNUSABLE: Status = 2;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum CliError {
    /// Whoever read the output wants no more of it; no error for the user.
    BrokenPipe,
    /// What is wrong, in a sentence without a full stop.
    Message(String),
    /// What is wrong with statements or configurations, each with what it is told of; never empty.
    Diagnostics(Vec<(Diagnostic, Source)>),
}

impl CliError {
    /// Something went wrong with a file, or with a stream that is named like one.
    pub(crate) fn about(name: &str, error: &dyn fmt::Display) -> CliError {
        CliError::Message(format!("{name}: {error}"))
    }

    /// Writing `name` failed.
    pub(crate) fn writing(name: &str, error: &io::Error) -> CliError {
        match error.kind() {
            io::ErrorKind::BrokenPipe => CliError::BrokenPipe,
            _ => CliError::Message(format!("{name}: cannot write: {error}")),
        }
    }

    /// Reading a file failed.
    pub(crate) fn reading(path: &Path, error: &io::Error) -> CliError {
        CliError::Message(format!("{}: cannot read: {error}", path.display()))
    }
}

/// How findings are dressed up on standard output: as on standard error, if it is a terminal, too.
pub(crate) fn style_of_stdout() -> Style {
    let style = Style::of_stderr();
    Style {
        has_colour: style.has_colour && io::stdout().is_terminal(),
        ..style
    }
}

impl fmt::Display for CliError {
    /// Lines, each ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::BrokenPipe => Ok(()),
            CliError::Message(message) => writeln!(f, "ottlc: {message}"),
            CliError::Diagnostics(all) => {
                let style = Style::of_stderr();
                all.iter().try_for_each(|(diagnostic, source)| {
                    f.write_str(&render(diagnostic, source, style))
                })
            }
        }
    }
}
