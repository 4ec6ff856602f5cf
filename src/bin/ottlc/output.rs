//! Where results go: standard output or a file, in one of three formats.

use crate::error::CliError;
use clap::ValueEnum;
use ottl::run::Chunks;
use ottl_vm::wire::frame::{Format, LENGTH_BYTES};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How requests stand in a file, as named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// OTLP/JSON, one request a line, as the collector's file exporter writes it
    Json,
    /// OTLP protobuf, each request after its length (4 bytes, big endian), likewise
    Frames,
    /// OTLP protobuf, one request
    Proto,
}

impl FormatName {
    /// The format to read; `None` for JSON, where the input tells whether requests take one line or several.
    pub(crate) fn of_input(self) -> Option<Format> {
        match self {
            FormatName::Json => None,
            FormatName::Frames => Some(Format::LengthPrefixed),
            FormatName::Proto => Some(Format::Protobuf),
        }
    }

    /// The format to write.
    pub(crate) fn of_output(self) -> Format {
        match self {
            FormatName::Json => Format::JsonLines,
            FormatName::Frames => Format::LengthPrefixed,
            FormatName::Proto => Format::Protobuf,
        }
    }
}

/// A file or standard output.
pub(crate) struct Output {
    name: String,
    writer: BufWriter<Box<dyn Write + Send>>,
}

impl Output {
    /// Creates a file, or takes standard output for `None`.
    ///
    /// # Errors
    /// The file cannot be created, or is one of those that are read.
    pub(crate) fn open(path: Option<&Path>, inputs: &[PathBuf]) -> Result<Output, CliError> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            let writer = BufWriter::new(Box::new(io::stdout()) as Box<dyn Write + Send>);
            return Ok(Output {
                name: "<stdout>".to_owned(),
                writer,
            });
        };
        let name = path.display().to_string();
        let same = |input: &PathBuf| match (input.canonicalize(), path.canonicalize()) {
            (Ok(input), Ok(output)) => input == output,
            _ => false,
        };
        if inputs.iter().any(same) {
            return Err(CliError::about(
                &name,
                &"is an input, too; it would be lost",
            ));
        }
        let file = File::create(path).map_err(|error| CliError::writing(&name, &error))?;
        Ok(Output {
            name,
            writer: BufWriter::new(Box::new(file)),
        })
    }

    /// Writes requests in their format, or a part of one.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn write(&mut self, encoded: &[u8]) -> Result<(), CliError> {
        self.writer
            .write_all(encoded)
            .map_err(|error| CliError::writing(&self.name, &error))
    }

    /// Hands everything written on.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        self.writer
            .flush()
            .map_err(|error| CliError::writing(&self.name, &error))
    }
}

/// Begins a request: room for what is known only at its end.
pub(crate) fn begin(format: Format, out: &mut Chunks) {
    if format == Format::LengthPrefixed {
        out.first().extend_from_slice(&[0; LENGTH_BYTES]);
    }
}

/// Ends a request as the format has it: with its length before it, or a line end after it.
///
/// # Errors
/// It is too long for the format.
pub(crate) fn end(format: Format, out: &mut Chunks) -> Result<(), String> {
    match format {
        Format::LengthPrefixed => {
            let length = u32::try_from(out.len() - LENGTH_BYTES)
                .map_err(|_| "it has become too long for its length".to_owned())?;
            out.first()[..LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
        }
        Format::JsonLines | Format::Json => out.first().push(b'\n'),
        Format::Protobuf => {}
    }
    Ok(())
}
