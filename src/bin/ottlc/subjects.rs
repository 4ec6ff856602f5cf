//! What the commands that look at statements, and not at data, are given: configurations or statements.

use crate::error::CliError;
use std::path::{Path, PathBuf};

/// Arguments that are files, or are named like YAML or JSON files, are configurations; all others are statements.
#[derive(clap::Args)]
pub(crate) struct Subjects {
    /// Configurations (`-` for standard input), or statements
    #[arg(value_name = "FILE|STATEMENT")]
    subjects: Vec<String>,
    /// A configuration, as `ottlc run` is given it; can be repeated
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,
}

/// What a name ends in that is a configuration's even if there is no such file.
const CONFIG_ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

impl Subjects {
    /// The files and the statements. With `is_enough`, none of either need be given.
    ///
    /// # Errors
    /// There are none; `what` is not to be done then.
    pub(crate) fn split(
        &self,
        what: &str,
        is_enough: bool,
    ) -> Result<(Vec<PathBuf>, Vec<String>), CliError> {
        let (named, statements): (Vec<_>, Vec<_>) = self
            .subjects
            .iter()
            .cloned()
            .partition(|subject| is_file(subject));
        let named = named.into_iter().map(PathBuf::from);
        let files: Vec<_> = self.config.iter().cloned().chain(named).collect();
        if files.is_empty() && statements.is_empty() && !is_enough {
            let message = format!("nothing to {what}: give files or statements");
            return Err(CliError::Message(message));
        }
        Ok((files, statements))
    }
}

fn is_file(subject: &str) -> bool {
    let is_call = subject.contains('(');
    subject == "-"
        || (!is_call && CONFIG_ENDINGS.iter().any(|end| subject.ends_with(end)))
        || Path::new(subject).is_file()
}
