//! `ottlc run`: requests in, requests out.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::failures::Failures;
use crate::input::{Input, Place, documents};
use crate::limits::{JOBS_MAX, TEXT_BYTES};
use crate::output::{FormatName, Output, encode};
use crate::pipeline::{self, Feed, Sink};
use crate::program::{ProgramArguments, Programs, SURROUNDINGS, Validate, load};
use crate::progress::Progress;
use crate::signals::{of_json, of_protobuf, wire_signal};
use crate::stages::{Passed, Runner};
use ottl::config::Signal;
use ottl_vm::exec::Validation;
use ottl_vm::wire::frame::Format;
use ottl_vm::wire::json;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// Transform and filter OTLP data
///
/// Reads requests, runs statements on them and writes what comes of it, a few requests at a time: memory does not
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
    /// How many requests to run at once; one for each core if absent. Results keep their order. Programs whose
    /// requests share a cache or that remember values (`EWMA`, `ZScore`) run one at a time
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=JOBS_MAX))]
    jobs: Option<u16>,
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
    SURROUNDINGS.fetch();
    let mut results = Results {
        output: Output::open(arguments.output.as_deref(), &arguments.input)?,
        failures: Failures::default(),
        has_met_program: false,
        other_signal: None,
        error: None,
    };
    let mut progress = Progress::new(&arguments.input, arguments.output.is_some());
    let worker = || {
        let mut work = Work::new(arguments, &programs);
        move |job| work.run(job)
    };
    let threads = match programs.is_ordered() {
        true => 1,
        false => arguments.jobs.map_or_else(default_jobs, usize::from),
    };
    let read = pipeline::run(threads, worker, &mut results, |feed| {
        Reading {
            arguments,
            programs: &programs,
            progress: &mut progress,
            feed,
        }
        .all()
    });
    let flushed = results.output.flush();
    drop(progress);
    let Results {
        failures,
        has_met_program,
        other_signal,
        error,
        ..
    } = results;
    eprint!("{}", failures.summary(&programs));
    // What went wrong with a request comes before what was read after it.
    error.map_or(Ok(()), Err)?;
    read?;
    flushed?;
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

/// Whether what should be protobuf is text: a request without a byte that no text has is none.
fn is_text(request: &[u8]) -> bool {
    let start = &request[..request.len().min(TEXT_BYTES)];
    let is_letter = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    !request.is_empty() && start.iter().all(is_letter)
}

/// How many threads run requests if the command line does not say: one for each core.
fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Reads requests and hands them in.
struct Reading<'s> {
    arguments: &'s Arguments,
    programs: &'s Programs,
    progress: &'s mut Progress,
    feed: &'s mut Feed<Job>,
}

/// A request as it was read.
struct Job {
    /// The input's name.
    name: Arc<str>,
    place: Place,
    format: Format,
    /// The signal of a request in protobuf.
    signal: Option<Signal>,
    bytes: Vec<u8>,
}

impl Reading<'_> {
    fn all(&mut self) -> Result<(), CliError> {
        if self.arguments.input.is_empty() {
            return self.input(None).map(drop);
        }
        for path in &self.arguments.input {
            if self.input(Some(path))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn input(&mut self, path: Option<&PathBuf>) -> Result<ControlFlow<()>, CliError> {
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
        let (name, format) = (Arc::from(input.name()), input.format());
        // The signal of the requests in protobuf, once the records have told.
        let mut told = None;
        while let Some(request) = input.next()? {
            if !format.is_json() && request.place.offset == 0 && is_text(request.bytes) {
                if request.bytes.trim_ascii().is_empty() {
                    continue;
                }
                let message = "this is text, but neither OTLP/JSON, of which each request begins with `{`, nor protobuf";
                return Err(CliError::about(&name, &message));
            }
            let flow = match format {
                Format::Json => self.documents(&name, request.bytes, request.place),
                _ => {
                    let signal = match format {
                        Format::JsonLines => None,
                        _ => Some(self.signal(&name, request.bytes, request.place, &mut told)?),
                    };
                    self.feed.put(Job {
                        name: Arc::clone(&name),
                        place: request.place,
                        format,
                        signal,
                        bytes: request.bytes.to_vec(),
                    })
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
            self.progress.update();
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The requests of a JSON text, which may take several lines each.
    fn documents(&mut self, name: &Arc<str>, text: &[u8], place: Place) -> ControlFlow<()> {
        let (mut lines, mut counted) = (0, 0);
        for (at, document) in documents(text) {
            lines += text[counted..at].iter().filter(|&&b| b == b'\n').count() as u64;
            counted = at;
            self.feed.put(Job {
                name: Arc::clone(name),
                place: Place {
                    line: place.line.map(|line| line + lines),
                    offset: place.offset + at as u64,
                },
                format: Format::JsonLines,
                signal: None,
                bytes: document.to_vec(),
            })?;
        }
        ControlFlow::Continue(())
    }

    /// The signal of a request in protobuf.
    fn signal(
        &self,
        name: &str,
        request: &[u8],
        place: Place,
        told: &mut Option<Signal>,
    ) -> Result<Signal, CliError> {
        if let Some(signal) = self.arguments.program.language.signal.or(*told) {
            return Ok(signal);
        }
        let signal = self.signal_of(request).map_err(|reason| {
            let at = place.offset;
            CliError::Message(format!("{name}: the request at byte {at}: {reason}"))
        })?;
        *told = Some(signal).filter(|_| !request.is_empty());
        Ok(signal)
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
}

/// Runs requests: one a thread.
struct Work<'s> {
    arguments: &'s Arguments,
    programs: &'s Programs,
    runner: Runner,
    /// A request read as JSON.
    protobuf: Vec<u8>,
    /// One written as JSON.
    json: Vec<u8>,
}

/// What came of a request.
#[derive(Default)]
struct Done {
    /// What is to be written.
    output: Vec<u8>,
    failures: Failures,
    /// Whether there is a program for it.
    has_met_program: bool,
    /// Its signal, if there is none.
    other_signal: Option<Signal>,
}

impl<'s> Work<'s> {
    fn new(arguments: &'s Arguments, programs: &'s Programs) -> Work<'s> {
        Work {
            arguments,
            programs,
            runner: Runner::default(),
            protobuf: Vec::new(),
            json: Vec::new(),
        }
    }

    fn run(&mut self, job: Job) -> Result<Done, CliError> {
        let validation = self.arguments.validate.into();
        let Some(signal) = job.signal else {
            return self.json(&job);
        };
        self.request(&job, signal, validation, &job.bytes)
    }

    fn json(&mut self, job: &Job) -> Result<Done, CliError> {
        let (name, line) = (&job.name, job.place.line.unwrap_or(1));
        let Some(signal) = of_json(&job.bytes).or(self.arguments.program.language.signal) else {
            return Err(CliError::Message(format!(
                "{name}:{line}: this is no OTLP/JSON request: it has no `resourceSpans`, `resourceLogs` or `resourceMetrics`"
            )));
        };
        let mut request = std::mem::take(&mut self.protobuf);
        request.clear();
        json::read(wire_signal(signal), &job.bytes, &mut request).map_err(|error| {
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
        let result = self.request(job, signal, Validation::Touched, &request);
        self.protobuf = request;
        result
    }

    /// Runs one request in protobuf.
    fn request(
        &mut self,
        job: &Job,
        signal: Signal,
        validation: Validation,
        request: &[u8],
    ) -> Result<Done, CliError> {
        let mut done = Done::default();
        let stages = self.programs.of(signal);
        match stages {
            Some(_) => done.has_met_program = true,
            None if self.programs.is_adhoc() => {
                let ours = self
                    .programs
                    .signals()
                    .iter()
                    .map(|signal| signal.name())
                    .collect::<Vec<_>>()
                    .join(" and ");
                let place = job.place.within(&job.name);
                return Err(CliError::Message(format!(
                    "{place}: the statements are for {ours}, the request is {signal}"
                )));
            }
            None => done.other_signal = Some(signal),
        }
        let passed = self.runner.run(
            stages.unwrap_or_default(),
            wire_signal(signal),
            validation,
            request,
            |failed| {
                let place = || job.place.within(&job.name);
                done.failures.add(signal, &failed, &place);
            },
        );
        let about =
            |error: &dyn std::fmt::Display| CliError::about(&job.place.within(&job.name), error);
        if let Passed::On(request) = passed.map_err(|error| about(&error))? {
            let format = self
                .arguments
                .output_format
                .map_or(job.format, FormatName::of_output);
            let (json, out) = (&mut self.json, &mut done.output);
            encode(wire_signal(signal), format, request, json, out).map_err(|e| about(&e))?;
        }
        Ok(done)
    }
}

/// Takes what came of the requests, in their order.
struct Results {
    output: Output,
    failures: Failures,
    /// Whether there was a request for which there is a program.
    has_met_program: bool,
    /// The signal of one for which there is none.
    other_signal: Option<Signal>,
    /// What ended the run early.
    error: Option<CliError>,
}

impl Results {
    fn or_stop(&mut self, result: Result<(), CliError>) -> ControlFlow<()> {
        match result {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.error = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

impl Sink<Result<Done, CliError>> for Results {
    fn take(&mut self, done: Result<Done, CliError>) -> ControlFlow<()> {
        let result = done.and_then(|done| {
            self.failures.append(done.failures);
            self.has_met_program |= done.has_met_program;
            self.other_signal = self.other_signal.or(done.other_signal);
            self.output.write(&done.output)
        });
        self.or_stop(result)
    }

    fn idle(&mut self) -> ControlFlow<()> {
        // Who reads the other end of a pipe sees results as soon as they are there.
        let result = self.output.flush();
        self.or_stop(result)
    }
}
