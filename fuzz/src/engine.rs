//! The engine: blocks of records do what single records do, parts of a request do what all of it does, fused
//! instructions do what they stand for, and no request makes it panic.

use super::choices::Choices;
use super::{program, request, unfused};
use ottl::compile::{Dialect, Gates, Options, Registry, compile};
use ottl::config::{Processor, ProcessorKind, Signal};
use ottl_vm::exec::{Failure, RunError, Validation, Worker, parts};
use ottl_vm::program::Program;
use ottl_vm::text::time::Time;
use ottl_vm::wire::json;
use ottl_vm::wire::validate::validate;
use serde_json::{Value, json};
use std::sync::OnceLock;

const SIGNALS: [Signal; 3] = [Signal::Traces, Signal::Logs, Signal::Metrics];

/// The program of a configuration, unless it is refused.
fn compiled(is_filter: bool, config: &Value, signal: Signal) -> Option<Program> {
    let kind = if is_filter {
        ProcessorKind::Filter
    } else {
        ProcessorKind::Transform
    };
    let processor = Processor::from_json(kind, config).ok()?;
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let gates = Gates::new(["ottl.functions.enableLambda"]).ok()?;
    let options = Options {
        signal,
        dialect: Dialect::Upstream,
        gates: &gates,
        registry: &registry,
    };
    compile(&processor, &options).ok()
}

fn midnight() -> Time {
    Time::default()
}

/// What came of a request, comparable.
#[derive(Debug, PartialEq)]
struct Ran {
    output: Vec<u8>,
    dropped_all: bool,
    failure_count: u64,
    failures: Vec<(usize, u64, u16, String)>,
}

fn run(program: &Program, input: &[u8]) -> Result<Ran, String> {
    let mut output = Vec::new();
    let mut worker = Worker::new().with_time(midnight());
    let outcome = worker.run(program, Validation::Full, input, &mut output);
    let outcome = outcome.map_err(|error| format!("{error:?}"))?;
    let told = |f: &Failure| (f.pass, f.record, f.statement, f.error.clone());
    let failures = outcome.failures.iter().map(told).collect();
    let (dropped_all, failure_count) = (outcome.dropped_all, outcome.failure_count);
    Ok(Ran {
        output,
        dropped_all,
        failure_count,
        failures,
    })
}

/// The same, part by part; `None` if the request must be run as a whole.
fn run_in_parts(program: &Program, input: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    let mut worker = Worker::new().with_time(midnight());
    for part in parts(input, 3) {
        worker.run_part(program, Validation::Full, part, &mut output)?;
    }
    Some(output)
}

/// Checks that a random program does to a random request in blocks what it does record by record, in parts, and without
/// fused instructions, and that the result is a request.
///
/// # Panics
/// If not.
pub fn blocks_vs_lanes(data: &[u8]) {
    let mut choices = Choices(data);
    let signal = choices.pick(&SIGNALS);
    let (is_filter, config) = program::configuration(&mut choices, signal.name());
    let Some(in_blocks) = compiled(is_filter, &config, signal) else {
        return;
    };
    let Some(mut one_by_one) = compiled(is_filter, &config, signal) else {
        return;
    };
    one_by_one.passes.iter_mut().for_each(|pass| pass.lanes = 1);
    let input = request::request(&mut choices, signal.name());
    let expected = run(&one_by_one, &input);
    let result = run(&in_blocks, &input);
    assert!(
        expected == result,
        "{config:#}\nsingle records: {expected:?}\nin blocks: {result:?}"
    );
    if in_blocks.passes.iter().any(|pass| !pass.tests.is_empty())
        && let Some(mut written_out) = compiled(is_filter, &config, signal)
    {
        unfused::unfuse(&mut written_out);
        let expected = run(&written_out, &input);
        assert!(
            expected == result,
            "{config:#}\nwritten out: {expected:?}\nfused: {result:?}"
        );
    }
    if in_blocks.is_separable()
        && let Some(output) = run_in_parts(&in_blocks, &input)
    {
        assert!(
            result.as_ref().is_ok_and(|ran| ran.output == output),
            "{config:#}\nin parts: {output:?}\nas a whole: {result:?}"
        );
    }
    if let Ok(ran) = result {
        let valid = validate(in_blocks.signal, &ran.output, &mut ());
        assert!(
            valid.is_ok(),
            "{config:#}\nthe output is not a request: {valid:?}"
        );
    }
}

/// The programs that every request must survive: no statement, one statement, statements of every kind.
fn programs(signal: Signal) -> &'static [Program; 3] {
    static PROGRAMS: [OnceLock<[Program; 3]>; 3] = [const { OnceLock::new() }; 3];
    let index = SIGNALS.iter().position(|one| *one == signal).unwrap_or(0);
    PROGRAMS[index].get_or_init(|| {
        let (key, few, many): (&str, &[&str], &[&str]) = match signal {
            Signal::Logs => (
                "log_statements",
                &["set(log.attributes[\"a\"], \"b\")"],
                LOG_STATEMENTS,
            ),
            Signal::Metrics => (
                "metric_statements",
                &["set(datapoint.attributes[\"a\"], 1)"],
                DATA_POINT_STATEMENTS,
            ),
            _ => (
                "trace_statements",
                &["set(span.attributes[\"a\"], \"b\")"],
                SPAN_STATEMENTS,
            ),
        };
        [&[], few, many].map(|statements| {
            let config = json!({"error_mode": "ignore", key: statements});
            compiled(false, &config, signal)
                .unwrap_or_else(|| panic!("a fixed configuration is refused: {config}"))
        })
    })
}

const SPAN_STATEMENTS: &[&str] = &[
    "set(span.name, Concat([span.name, resource.attributes[\"env\"]], \"-\"))",
    "set(span.status.message, \"slow\") where span.end_time - span.start_time > Duration(\"3s\")",
    "set(span.attributes[\"n\"][\"m\"], span.status.code)",
    "delete_key(span.attributes, \"b\") where span.kind == SPAN_KIND_SERVER",
    "keep_keys(resource.attributes, [\"a\", \"env\"])",
    "truncate_all(span.attributes, 3)",
    "limit(span.attributes, 4, [])",
    "set(scope.name, \"x\") where IsMatch(span.trace_id.string, \"^00\")",
    "set(span.trace_state[\"k\"], \"v\")",
];

const LOG_STATEMENTS: &[&str] = &[
    "merge_maps(log.attributes, log.body, \"upsert\") where IsMap(log.body)",
    "set(log.body, SHA256(log.body)) where IsString(log.body)",
    "set(log.severity_text, ToUpperCase(log.severity_text)) where log.severity_number >= SEVERITY_NUMBER_WARN",
    "replace_all_patterns(log.attributes, \"key\", \"a\", \"z\")",
    "set(log.time, log.observed_time)",
    "append(log.attributes[\"l\"], Len(log.body.string))",
];

const DATA_POINT_STATEMENTS: &[&str] = &[
    "keep_matching_keys(datapoint.attributes, \"^[ab]\")",
    "set(datapoint.value_double, datapoint.value_double * 2.0) where metric.type == METRIC_DATA_TYPE_GAUGE",
    "set(metric.name, Concat([metric.name, \"x\"], \".\"))",
    "set(datapoint.count, 3)",
    "set(datapoint.attributes[\"time\"], datapoint.time_unix_nano)",
];

/// Checks a request, sound or not, against fixed programs: what validation accepts runs and gives a
/// request, what it refuses is refused; without statements the bytes stay as they are.
///
/// # Panics
/// If not.
pub fn wire(data: &[u8]) {
    let mut choices = Choices(data);
    let signal = choices.pick(&SIGNALS);
    let input = match choices.byte() % 4 {
        0 => choices.0.to_vec(),
        kind => {
            let edits = choices.take(usize::from(kind - 1) * 4);
            let mut request = request::request(&mut choices, signal.name());
            damage(&mut request, &mut Choices(edits), kind - 1);
            request
        }
    };
    let [identity, ..] = programs(signal);
    let verdict = validate(identity.signal, &input, &mut ());
    for (number, program) in programs(signal).iter().enumerate() {
        for validation in [Validation::Full, Validation::Touched] {
            let mut worker = Worker::new().with_time(midnight());
            let mut output = Vec::new();
            let outcome = worker
                .run(program, validation, &input, &mut output)
                .map(|_| ());
            match (verdict, outcome) {
                (Ok(_), Ok(())) => {
                    let valid = validate(program.signal, &output, &mut ());
                    assert!(
                        valid.is_ok(),
                        "{input:02x?} becomes {output:02x?}: {valid:?}"
                    );
                    assert!(
                        number > 0 || output == input,
                        "{input:02x?} does not stay as it is"
                    );
                }
                (Ok(_), Err(error)) => panic!("{input:02x?} is valid, yet {error}"),
                (Err(refused), Err(RunError::Wire(_))) => {
                    assert!(refused.offset() as usize <= input.len())
                }
                (Err(_), Err(error)) => panic!("{input:02x?} is not valid, yet {error}"),
                (Err(error), Ok(())) => assert!(
                    validation == Validation::Touched,
                    "{input:02x?} runs: {error}"
                ),
            }
        }
    }
    let mut text = Vec::new();
    let written = json::write(identity.signal, &input, &mut text);
    assert_eq!(
        written.is_ok(),
        verdict.is_ok(),
        "{input:02x?}: {written:?}, {verdict:?}"
    );
    // Any text is read or refused; what is read is a request.
    let mut again = Vec::new();
    if json::read(
        identity.signal,
        if written.is_ok() { &text } else { &input },
        &mut again,
    )
    .is_ok()
    {
        assert!(
            validate(identity.signal, &again, &mut ()).is_ok(),
            "from {}",
            String::from_utf8_lossy(&text)
        );
    }
}

/// Overwrites `count` bytes of a request, then cuts it half of the time.
fn damage(request: &mut Vec<u8>, choices: &mut Choices<'_>, count: u8) {
    for _ in 0..count {
        if request.is_empty() {
            return;
        }
        let at = choices.below(request.len().min(1 << 16));
        request[at] = choices.byte();
    }
    if count > 0 && choices.once_in(2) {
        let length = choices.below(request.len().clamp(1, 1 << 16));
        request.truncate(length);
    }
}
