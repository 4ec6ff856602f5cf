//! `ottlc doc`: the reference of the functions.

use crate::error::{CliError, FINE, Status};
use ottl::doc;
use std::io::{self, Write};

/// Show what functions do
///
/// Without a name all functions are listed, by family. With one, its page: how it is called, what its parameters
/// take, what it yields, when it fails, and examples.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  ottlc doc
  ottlc doc replace_pattern
  ottlc doc --json | jq -r '.functions[] | select(.kind == \"editor\") | .name'")]
pub(crate) struct Arguments {
    /// A function
    name: Option<String>,
    /// Print all functions, paths, enum symbols and instructions as one JSON object
    #[arg(long, conflicts_with = "name")]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let functions = ottl_stdlib::FUNCTIONS;
    let text = match &arguments.name {
        Some(name) => doc::page(functions, name).map_err(|nearest| unknown(name, nearest))?,
        None if arguments.json => format!("{:#}\n", doc::json(functions)),
        None => doc::overview(functions),
    };
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| CliError::writing("<stdout>", &error))?;
    Ok(FINE)
}

fn unknown(name: &str, nearest: Option<&str>) -> CliError {
    let meant = nearest.map(|nearest| format!("; did you mean `{nearest}`?"));
    let meant = meant.unwrap_or_else(|| "; `ottlc doc` lists all".to_owned());
    CliError::Message(format!("there is no function `{name}`{meant}"))
}
