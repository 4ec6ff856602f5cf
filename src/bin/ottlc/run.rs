//! `ottlc run`: requests in, requests out.

use crate::error::{CliError, FINDINGS, FINE, Status};
use crate::failures::Failures;
use crate::input::{Input, Place, Watch, next_document};
use crate::limits::{JOBS_MAX, TEXT_BYTES};
use crate::output::{FormatName, Output, begin, end};
use crate::program::{ProgramArguments, Programs, SURROUNDINGS, Validate, load};
use crate::progress::Progress;
use crate::signals::{of_json, of_protobuf, wire_signal};
use ottl::config::Signal;
use ottl::run::{Chunks, Cores, Runner, Sink, Source, in_order};
use ottl_vm::exec::{RunError, Validation};
use ottl_vm::wire::frame::Format;
use ottl_vm::wire::json;
use ottl_vm::wire::validate::validate;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// How many requests to run at once; one for each core if absent. A large request is run in parts while cores have
    /// nothing else to do. Results keep their order. Programs whose requests share a cache or that remember values
    /// (`EWMA`, `ZScore`) run one at a time
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
    let results = Results::new(Output::open(arguments.output.as_deref(), &arguments.input)?);
    let mut reading = Reading {
        arguments,
        programs: &programs,
        progress: Progress::new(&arguments.input, arguments.output.is_some()),
        results: &results,
        paths: &arguments.input,
        input: match arguments.input.is_empty() {
            true => Some(Opened::new(None, arguments, &results)?),
            false => None,
        },
        error: None,
    };
    let jobs = arguments.jobs.map(usize::from).and_then(NonZero::new);
    let cores = jobs.map_or_else(Cores::all, Cores::new);
    let worker = || {
        let mut work = Work::new(arguments, &programs, cores.clone());
        move |job: &mut Job, done: &mut Done| work.run(job, done)
    };
    let threads = match programs.is_ordered() {
        true => 1,
        false => cores.count(),
    };
    in_order(threads, &mut reading, worker, &results);
    let read = reading.error.take().map_or(Ok(()), Err);
    drop(reading);
    let Written {
        mut output,
        failures,
        has_met_program,
        other_signal,
        error,
    } = results.into_inner();
    let flushed = output.flush();
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

/// Reads requests.
struct Reading<'s> {
    arguments: &'s Arguments,
    programs: &'s Programs,
    progress: Progress,
    results: &'s Results,
    /// The files that come after the input.
    paths: &'s [PathBuf],
    input: Option<Opened<'s>>,
    /// What ended the reading early.
    error: Option<CliError>,
}

/// An input that is being read.
struct Opened<'s> {
    input: Input<'s>,
    name: Arc<str>,
    /// The signal of the requests in protobuf, once the records have told.
    told: Option<Signal>,
    /// JSON of which a request takes several lines, or several requests one.
    text: Option<Text>,
}

/// A text of JSON documents, of which some have been handed out.
struct Text {
    bytes: Vec<u8>,
    start: usize,
    /// Where it continues.
    place: Place,
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

impl Default for Job {
    fn default() -> Job {
        Job {
            name: Arc::from(""),
            place: Place {
                line: None,
                offset: 0,
            },
            format: Format::JsonLines,
            signal: None,
            bytes: Vec::new(),
        }
    }
}

impl<'s> Opened<'s> {
    /// Opens a file, or standard input.
    fn new(
        path: Option<&Path>,
        arguments: &Arguments,
        results: &'s Results,
    ) -> Result<Opened<'s>, CliError> {
        let path = path.filter(|path| path.as_os_str() != "-");
        let format = arguments.input_format.and_then(FormatName::of_input);
        let input = Input::open(path, format, results)?;
        let is_wrong =
            arguments.input_format == Some(FormatName::Json) && !input.format().is_json();
        if is_wrong {
            return Err(CliError::about(
                input.name(),
                &"this is not OTLP/JSON: a request is an object",
            ));
        }
        Ok(Opened {
            name: Arc::from(input.name()),
            input,
            told: None,
            text: None,
        })
    }
}

impl Text {
    /// Puts the next request into `job`; `false` if there is none.
    fn next(&mut self, job: &mut Job) -> bool {
        let Some(document) = next_document(&self.bytes, self.start) else {
            return false;
        };
        self.pass(document.start - self.start);
        job.place = self.place;
        job.bytes.clear();
        job.bytes.extend_from_slice(&self.bytes[document.clone()]);
        self.pass(document.len());
        true
    }

    /// Goes on by so many bytes.
    fn pass(&mut self, length: usize) {
        let end = self.start + length;
        let passed = &self.bytes[self.start..end];
        let lines = passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.place.line = self.place.line.map(|line| line + lines);
        self.place.offset += length as u64;
        self.start = end;
    }
}

impl Source<Job> for Reading<'_> {
    fn next(&mut self, job: &mut Job) -> bool {
        let found = self.job(job);
        self.progress.update(self.results.read());
        found.unwrap_or_else(|error| {
            self.error = Some(error);
            false
        })
    }
}

impl Reading<'_> {
    /// The next request of all inputs, in place of the one in `job`; whether there is one.
    fn job(&mut self, job: &mut Job) -> Result<bool, CliError> {
        loop {
            if self.next_of_input(job)? {
                return Ok(true);
            }
            let Some((path, rest)) = self.paths.split_first() else {
                return Ok(false);
            };
            self.paths = rest;
            self.input = Some(Opened::new(Some(path), self.arguments, self.results)?);
        }
    }

    fn next_of_input(&mut self, job: &mut Job) -> Result<bool, CliError> {
        let Some(open) = &mut self.input else {
            return Ok(false);
        };
        let format = open.input.format();
        job.name = Arc::clone(&open.name);
        job.format = match format {
            Format::Json => Format::JsonLines,
            format => format,
        };
        job.signal = None;
        if let Some(text) = &mut open.text {
            return Ok(text.next(job));
        }
        while let Some(place) = open.input.next(&mut job.bytes)? {
            if !format.is_json() && place.offset == 0 && is_text(&job.bytes) {
                if job.bytes.trim_ascii().is_empty() {
                    continue;
                }
                let message = "this is text, but neither OTLP/JSON, of which each request begins with `{`, nor protobuf";
                return Err(CliError::about(&job.name, &message));
            }
            if format == Format::Json {
                let text = open.text.insert(Text {
                    bytes: std::mem::take(&mut job.bytes),
                    start: 0,
                    place,
                });
                return Ok(text.next(job));
            }
            job.place = place;
            if !format.is_json() {
                let told = open.told;
                job.signal = Some(self.signal(&job.name, &job.bytes, place, told)?);
                // An empty request tells nothing.
                if let (Some(open), false) = (&mut self.input, job.bytes.is_empty()) {
                    open.told = job.signal;
                }
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// The signal of a request in protobuf.
    fn signal(
        &self,
        name: &str,
        request: &[u8],
        place: Place,
        told: Option<Signal>,
    ) -> Result<Signal, CliError> {
        if let Some(signal) = self.arguments.program.language.signal.or(told) {
            return Ok(signal);
        }
        self.signal_of(request).map_err(|reason| {
            let at = place.offset;
            CliError::Message(format!("{name}: the request at byte {at}: {reason}"))
        })
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
    /// One a signal: each keeps memory of its programs.
    runners: BTreeMap<Signal, Runner>,
    cores: Cores,
    /// A request read as JSON.
    protobuf: Vec<u8>,
    /// What comes of a request, if it is to be written as JSON.
    passed: Chunks,
}

/// What came of a request.
#[derive(Default)]
struct Done {
    /// What is to be written.
    output: Chunks,
    failures: Failures,
    /// Whether there is a program for it.
    has_met_program: bool,
    /// Its signal, if there is none.
    other_signal: Option<Signal>,
    error: Option<CliError>,
}

impl Done {
    /// Keeps the memory alone.
    fn clear(&mut self) {
        let mut output = std::mem::take(&mut self.output);
        output.clear();
        *self = Done {
            output,
            ..Done::default()
        };
    }
}

impl<'s> Work<'s> {
    fn new(arguments: &'s Arguments, programs: &'s Programs, cores: Cores) -> Work<'s> {
        Work {
            arguments,
            programs,
            runners: BTreeMap::new(),
            cores,
            protobuf: Vec::new(),
            passed: Chunks::default(),
        }
    }

    fn run(&mut self, job: &Job, done: &mut Done) {
        done.clear();
        let validation = self.arguments.validate.into();
        let ran = match job.signal {
            Some(signal) => self.request(job, signal, validation, &job.bytes, done),
            None => self.json(job, done),
        };
        done.error = ran.err();
    }

    fn json(&mut self, job: &Job, done: &mut Done) -> Result<(), CliError> {
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
        let result = self.request(job, signal, Validation::Touched, &request, done);
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
        done: &mut Done,
    ) -> Result<(), CliError> {
        match self.programs.of(signal) {
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
        let format = self.arguments.output_format;
        let format = format.map_or(job.format, FormatName::of_output);
        let is_any_left = self.pass_through(job, signal, validation, request, format, done)?;
        if !is_any_left {
            done.output.clear();
            return Ok(());
        }
        let about =
            |error: &dyn std::fmt::Display| CliError::about(&job.place.within(&job.name), error);
        if format.is_json() {
            let out = done.output.first();
            json::write(wire_signal(signal), self.passed.join(), out).map_err(|e| about(&e))?;
        }
        end(format, &mut done.output).map_err(|error| about(&error))
    }

    /// Runs one request in protobuf through the processors that are for its signal; whether something is left of it
    /// to be written. What is to be written as JSON is in `passed` then.
    fn pass_through(
        &mut self,
        job: &Job,
        signal: Signal,
        validation: Validation,
        request: &[u8],
        format: Format,
        done: &mut Done,
    ) -> Result<bool, CliError> {
        let place = || job.place.within(&job.name);
        self.passed.clear();
        let out = match format.is_json() {
            true => &mut self.passed,
            false => &mut done.output,
        };
        begin(format, out);
        let Some(stages) = self.programs.of(signal) else {
            if validation == Validation::Full {
                let valid = validate(wire_signal(signal), request, &mut ());
                valid.map_err(|error| CliError::about(&place(), &error))?;
            }
            out.first().extend_from_slice(request);
            return Ok(true);
        };
        let runner = self
            .runners
            .entry(signal)
            .or_insert_with(|| Runner::new(self.cores.clone()));
        let ran = runner.run(stages, validation, request, out);
        for failed in runner.failed() {
            done.failures.add(signal, failed, &place);
        }
        let refused = match ran {
            Ok(is_any_left) => return Ok(is_any_left),
            Err(refused) => refused,
        };
        let RunError::Statement(failure) = &refused.error else {
            return Err(CliError::about(&place(), &refused));
        };
        done.failures
            .refuse(signal, refused.program, failure, &place);
        Ok(false)
    }
}

/// Takes what came of the requests, in their order.
struct Results {
    written: Mutex<Written>,
    /// Bytes that were read.
    read: AtomicU64,
    /// Whether the input is being waited for. What is written then goes on at once: who reads the other end of a
    /// pipe sees results as soon as they are there.
    is_reading: AtomicBool,
}

/// What came of the requests so far.
struct Written {
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
    fn new(output: Output) -> Results {
        Results {
            written: Mutex::new(Written {
                output,
                failures: Failures::default(),
                has_met_program: false,
                other_signal: None,
                error: None,
            }),
            read: AtomicU64::new(0),
            is_reading: AtomicBool::new(false),
        }
    }

    fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Nothing is half done in it, whoever panics.
    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_inner(self) -> Written {
        self.written
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn add(&mut self, done: &mut Done) -> ControlFlow<()> {
        let result = done.error.take().map_or(Ok(()), Err).and_then(|()| {
            self.failures.append(std::mem::take(&mut done.failures));
            self.has_met_program |= done.has_met_program;
            self.other_signal = self.other_signal.or(done.other_signal);
            done.output
                .iter()
                .try_for_each(|bytes| self.output.write(bytes))
        });
        self.or_stop(result)
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let result = self.output.flush();
        self.or_stop(result)
    }

    fn or_stop(&mut self, result: Result<(), CliError>) -> ControlFlow<()> {
        match result {
            Ok(()) if self.error.is_none() => ControlFlow::Continue(()),
            Ok(()) => ControlFlow::Break(()),
            Err(error) => {
                self.error.get_or_insert(error);
                ControlFlow::Break(())
            }
        }
    }
}

impl Sink<Done> for Results {
    fn take(&self, done: &mut Done) -> ControlFlow<()> {
        let flow = self.written().add(done);
        match self.is_reading.load(Ordering::SeqCst) {
            true if flow.is_continue() => self.written().flush(),
            _ => flow,
        }
    }

    fn bytes(&self, done: &Done) -> usize {
        done.output.len()
    }
}

impl Watch for Results {
    fn before_read(&self) {
        self.is_reading.store(true, Ordering::SeqCst);
        // If somebody writes, he sees afterwards that the input is being waited for. An error stops the next result.
        if let Ok(mut written) = self.written.try_lock() {
            let _ = written.flush();
        }
    }

    fn after_read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
        self.is_reading.store(false, Ordering::SeqCst);
    }
}
