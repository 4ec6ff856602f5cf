//! `ottlc run`: requests in, requests out.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::failures::Failures;
use crate::input::{Input, Place, documents};
use crate::output::{FormatName, Output};
use crate::program::{ProgramArguments, Programs, Validate, load};
use crate::progress::Progress;
use crate::signals::{of_json, of_protobuf, wire_signal};
use crate::stages::{Passed, Runner};
use ottl::config::Signal;
use ottl_vm::exec::Validation;
use ottl_vm::wire::frame::Format;
use ottl_vm::wire::json;
use std::path::PathBuf;

/// Transform and filter OTLP data
///
/// Reads requests, runs statements on them and writes what comes of it, one request at a time: memory does not
/// grow with the input. Statements come from a configuration (--config: a collector's YAML, some processors of
/// one, or what stands within one processor) or from the command line.
///
/// The processors of a configuration run in the order written, each on the signals of the pipelines that name it,
/// or on all signals if there are no pipelines. Statements on the command line run as one group: all of them on
/// one record, then on the next.
///
/// Failed statements (error_mode `ignore`, the default) are counted and told at the end. Under `propagate` the
/// request is refused, and the exit status is 1.
#[derive(clap::Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// Statements; quote each for your shell
    #[arg(value_name = "STATEMENT")]
    statements: Vec<String>,
    /// A configuration, or `-` for standard input; can be repeated
    #[arg(short, long, value_name = "FILE")]
    config: Vec<PathBuf>,
    #[command(flatten)]
    program: ProgramArguments,
    /// A file to read instead of standard input; can be repeated
    #[arg(short, long, value_name = "FILE")]
    input: Vec<PathBuf>,
    /// A file to write instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How requests stand in the input; its first bytes tell if absent
    #[arg(long, value_enum, value_name = "FORMAT")]
    input_format: Option<FormatName>,
    /// How to write requests; as in the input if absent
    #[arg(long, value_enum, value_name = "FORMAT")]
    output_format: Option<FormatName>,
    /// How much of each request to check
    #[arg(long, value_enum, default_value_t)]
    validate: Validate,
}

const HELP: &str = "\
Examples:
  One statement over what the collector's file exporter wrote:
    ottlc run 'delete_key(span.attributes, \"http.request.header.authorization\")' < traces.jsonl
  Drop debug logs:
    ottlc run --drop 'log.severity_number < SEVERITY_NUMBER_INFO' -i logs.jsonl -o kept.jsonl
  A configuration, over protobuf, shown as JSON:
    ottlc run --config collector.yaml -i metrics.otlp --output-format json

Formats:
  json    OTLP/JSON, one request a line (or one that takes several lines)
  frames  OTLP protobuf, each request after its length: 4 bytes, big endian
  proto   one bare OTLP protobuf request; several are written one after the other, which is one request again
  Of which signal a request is, JSON tells by its first name (`resourceSpans`); for protobuf, the statements
  tell, or the records, or --signal.

Exit status:
  0  all went well, though statements may have failed under `ignore`: see standard error
  1  requests were refused because statements failed under `propagate`
  2  usage, statements or configuration that do not compile, unreadable or malformed input. What came before
     the malformed request has been written";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let nothing = arguments.config.is_empty()
        && arguments.statements.is_empty()
        && !arguments.program.has_conditions();
    if nothing {
        return Err(CliError::Message(
            "nothing to run: give statements, --drop or --config".to_owned(),
        ));
    }
    let programs = load(&arguments.config, &arguments.statements, &arguments.program)?;
    let programs = programs.map_err(CliError::Diagnostics)?;
    let mut session = Session {
        arguments,
        programs: &programs,
        runner: Runner::default(),
        output: Output::open(arguments.output.as_deref(), &arguments.input)?,
        progress: Progress::new(&arguments.input, arguments.output.is_some()),
        failures: Failures::default(),
        protobuf: Vec::new(),
        has_met_program: false,
        other_signal: None,
    };
    let result = session.all();
    let flushed = session.output.flush();
    let Session {
        failures,
        has_met_program,
        other_signal,
        progress,
        ..
    } = session;
    drop(progress);
    eprint!("{}", failures.summary(&programs));
    result.and(flushed)?;
    if let (false, Some(signal)) = (has_met_program, other_signal) {
        eprintln!(
            "note: nothing in the configuration is for {signal}; the data went through as it was"
        );
    }
    Ok(if failures.refused() > 0 {
        FINDINGS
    } else {
        FINE
    })
}

/// A run.
struct Session<'s> {
    arguments: &'s Arguments,
    programs: &'s Programs,
    runner: Runner,
    output: Output,
    progress: Progress,
    failures: Failures,
    /// A request read as JSON.
    protobuf: Vec<u8>,
    /// Whether there was a request for which there is a program.
    has_met_program: bool,
    /// The signal of one for which there is none.
    other_signal: Option<Signal>,
}

impl Session<'_> {
    fn all(&mut self) -> Result<(), CliError> {
        if self.arguments.input.is_empty() {
            return self.input(None);
        }
        self.arguments
            .input
            .iter()
            .try_for_each(|path| self.input(Some(path)))
    }

    fn input(&mut self, path: Option<&PathBuf>) -> Result<(), CliError> {
        let path = path
            .map(PathBuf::as_path)
            .filter(|path| path.as_os_str() != "-");
        let format = self.arguments.input_format.and_then(FormatName::of_input);
        let mut input = Input::open(path, format, self.progress.counter())?;
        let is_wrong =
            self.arguments.input_format == Some(FormatName::Json) && !input.format().is_json();
        if is_wrong {
            return Err(CliError::about(
                input.name(),
                &"this is not OTLP/JSON: a request is an object",
            ));
        }
        let (name, format) = (input.name().to_owned(), input.format());
        // The signal of the requests in protobuf, once the records have told.
        let mut told = None;
        while let Some(request) = input.next()? {
            match format {
                Format::Json => {
                    for (at, document) in documents(request.bytes) {
                        let lines = request.bytes[..at]
                            .iter()
                            .filter(|&&byte| byte == b'\n')
                            .count() as u64;
                        let place = Place {
                            line: request.place.line.map(|line| line + lines),
                            offset: request.place.offset + at as u64,
                        };
                        self.json(&name, document, place)?;
                    }
                }
                Format::JsonLines => self.json(&name, request.bytes, request.place)?,
                Format::LengthPrefixed | Format::Protobuf => {
                    self.protobuf(&name, format, request.bytes, request.place, &mut told)?;
                }
            }
            self.progress.update();
        }
        Ok(())
    }

    fn json(&mut self, name: &str, text: &[u8], place: Place) -> Result<(), CliError> {
        let line = place.line.unwrap_or(1);
        let Some(signal) = of_json(text).or(self.arguments.program.language.signal) else {
            return Err(CliError::Message(format!(
                "{name}:{line}: this is no OTLP/JSON request: it has no `resourceSpans`, `resourceLogs` or `resourceMetrics`"
            )));
        };
        let mut request = std::mem::take(&mut self.protobuf);
        request.clear();
        json::read(wire_signal(signal), text, &mut request).map_err(|error| {
            let line = line + error.line as u64 - 1;
            let path = if error.path.is_empty() {
                String::new()
            } else {
                format!(" (in {})", error.path)
            };
            CliError::Message(format!(
                "{name}:{line}:{}: {}{path}",
                error.column, error.message
            ))
        })?;
        // What was read from JSON is well-formed.
        let result = self.request(
            name,
            signal,
            Format::JsonLines,
            Validation::Touched,
            &request,
            place,
        );
        self.protobuf = request;
        result
    }

    fn protobuf(
        &mut self,
        name: &str,
        format: Format,
        request: &[u8],
        place: Place,
        told: &mut Option<Signal>,
    ) -> Result<(), CliError> {
        let signal = match self.arguments.program.language.signal.or(*told) {
            Some(signal) => signal,
            None => match self.signal_of(request) {
                Ok(signal) => {
                    *told = Some(signal).filter(|_| !request.is_empty());
                    signal
                }
                Err(reason) => {
                    return Err(CliError::Message(format!(
                        "{name}: the request at byte {}: {reason}",
                        place.offset
                    )));
                }
            },
        };
        self.request(
            name,
            signal,
            format,
            self.arguments.validate.into(),
            request,
            place,
        )
    }

    /// The signal of a request in protobuf: what its records can be, and of that, what there are programs for.
    fn signal_of(&self, request: &[u8]) -> Result<Signal, String> {
        let ours = self.programs.signals();
        let possible = of_protobuf(request);
        let wanted: Vec<Signal> = possible
            .iter()
            .copied()
            .filter(|signal| ours.contains(signal))
            .collect();
        match (&wanted[..], &possible[..], &ours[..]) {
            ([signal], ..) | ([], [signal], _) => Ok(*signal),
            // Malformed: where there is no doubt, let the reader say what is wrong.
            ([], [], [signal]) => Ok(*signal),
            ([], [], _) => Err(
                "this is no OTLP request of any signal; --signal tells what is wrong with it"
                    .to_owned(),
            ),
            // Without records it is the same for all.
            ([signal, ..], ..) | (_, [signal, ..], _) if request.is_empty() => Ok(*signal),
            _ => Err("its signal cannot be told; give --signal".to_owned()),
        }
    }

    /// Runs one request in protobuf.
    fn request(
        &mut self,
        name: &str,
        signal: Signal,
        format: Format,
        validation: Validation,
        request: &[u8],
        place: Place,
    ) -> Result<(), CliError> {
        let stages = self.programs.of(signal);
        match stages {
            Some(_) => self.has_met_program = true,
            None if self.programs.is_adhoc() => {
                let ours = self
                    .programs
                    .signals()
                    .iter()
                    .map(|signal| signal.name())
                    .collect::<Vec<_>>()
                    .join(" and ");
                let place = place.within(name);
                return Err(CliError::Message(format!(
                    "{place}: the statements are for {ours}, the request is {signal}"
                )));
            }
            None => self.other_signal = Some(signal),
        }
        let failures = &mut self.failures;
        let passed = self.runner.run(
            stages.unwrap_or_default(),
            wire_signal(signal),
            validation,
            request,
            |failed| {
                failures.add(signal, &failed, &|| place.within(name));
            },
        );
        let passed = passed.map_err(|error| CliError::about(&place.within(name), &error))?;
        match passed {
            Passed::On(request) => {
                let format = self
                    .arguments
                    .output_format
                    .map_or(format, FormatName::of_output);
                self.output.write(wire_signal(signal), format, request)
            }
            Passed::Dropped | Passed::Refused => Ok(()),
        }
    }
}
