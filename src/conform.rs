//! Conformance cases: runs one case as the reference's `run` command does and says what came of it.
//!
//! A case is `{id, processor, signal, config, input | wire, gates}`, a result `{id, config_error?, error?,
//! logged?, output?}`; see `tests/reference/README.md`. The dialect is the reference's, every field of the
//! request is validated. With `now_unix_nano` the case runs at that time. Bytes of the output that are not UTF-8 become the characters U+F700 to U+F7FF.

use crate::compile::{Dialect, Gates, Options, Registry, compile};
use crate::config::{Processor, ProcessorKind, Signal};
use ottl_vm::exec::{Failure, Outcome, RunError, Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::text::float::append_go_json_float;
use ottl_vm::text::time::Time;
use ottl_vm::wire::json;
use serde_core::Serialize;
use serde_json::ser::Formatter;
use serde_json::{Map, Value, json as value};
use std::io;

/// Where bytes that are not UTF-8 begin among the characters.
const BAD_BYTE_BASE: u32 = 0xf700;

/// Runs a case.
pub fn run_case(case: &Value) -> Value {
    result_of(case, &prepare(case), Validation::Full)
}

/// Writes a result as JSON, its numbers as the reference writes them.
///
/// # Errors
/// What the output fails with.
pub fn write_result(result: &Value, output: impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(output, ReferenceNumbers);
    Ok(result.serialize(&mut serializer)?)
}

/// Compact JSON with doubles as the reference writes them.
struct ReferenceNumbers;

impl Formatter for ReferenceNumbers {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, double: f64) -> io::Result<()> {
        let mut text = Vec::new();
        append_go_json_float(&mut text, double);
        writer.write_all(&text)
    }
}

/// Runs a case in blocks of records and then record by record, even where records could run together: the results must
/// be the same.
pub fn run_case_both_ways(case: &Value) -> [Value; 2] {
    let mut prepared = prepare(case);
    let in_blocks = result_of(case, &prepared, Validation::Full);
    if let Ok((program, _)) = &mut prepared {
        program.passes.iter_mut().for_each(|pass| pass.lanes = 1);
    }
    [in_blocks, result_of(case, &prepared, Validation::Full)]
}

/// Runs a case in which only what the program looks at is validated: requests that are sound throughout must
/// give the same results.
pub fn run_case_touched(case: &Value) -> Value {
    result_of(case, &prepare(case), Validation::Touched)
}

/// Whether a result is what the reference gave: the same presence of errors, as many log entries, the same
/// output; `unordered` for cases in which the reference has the entries of maps in random order.
pub fn agrees(expected: &Value, result: &Value, unordered: bool) -> bool {
    let count = |value: &Value| value["logged"].as_array().map_or(0, Vec::len);
    let output = |value: &Value| match unordered {
        true => sorted(&value["output"]),
        false => value["output"].clone(),
    };
    ["config_error", "error"]
        .iter()
        .all(|field| expected[field].is_null() == result[field].is_null())
        && count(expected) == count(result)
        && output(expected) == output(result)
}

/// With the entries of maps by key.
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), sorted(value)))
            .collect(),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            if items.iter().any(|item| item["key"].is_string()) {
                items.sort_by(|a, b| a["key"].as_str().cmp(&b["key"].as_str()));
            }
            Value::Array(items)
        }
        value => value.clone(),
    }
}

/// What comes of a case, as a result.
fn result_of(case: &Value, prepared: &Prepared, validation: Validation) -> Value {
    let mut result = Map::new();
    result.insert("id".to_owned(), case.get("id").cloned().unwrap_or_default());
    let outcome = match prepared {
        Ok((program, input)) => {
            let now = case.get("now_unix_nano").and_then(Value::as_i64);
            run(program, validation, input, now.map(Time::from_unix_nano))
        }
        Err(Stop::Config(error)) => Ran {
            config_error: Some(error.clone()),
            ..Ran::default()
        },
        Err(Stop::Input(error)) => Ran {
            error: Some(error.clone()),
            ..Ran::default()
        },
    };
    let Ran {
        config_error,
        error,
        logged,
        output,
    } = outcome;
    let mut put = |key: &str, field: Option<Value>| {
        if let Some(field) = field {
            result.insert(key.to_owned(), field);
        }
    };
    put("config_error", config_error.map(Value::String));
    put("error", error.map(Value::String));
    put("logged", (!logged.is_empty()).then(|| value!(logged)));
    put("output", output);
    Value::Object(result)
}

/// What came of a case.
#[derive(Default)]
struct Ran {
    config_error: Option<String>,
    error: Option<String>,
    logged: Vec<String>,
    output: Option<Value>,
}

/// Why a case did not run.
enum Stop {
    Config(String),
    Input(String),
}

/// The program of a case and its request, as protobuf; `None` if one of them is refused.
pub fn prepared(case: &Value) -> Option<(Program, Vec<u8>)> {
    prepare(case).ok()
}

/// A case's program and request, as protobuf.
type Prepared = Result<(Program, Vec<u8>), Stop>;

fn prepare(case: &Value) -> Prepared {
    let program = program(case).map_err(Stop::Config)?;
    let mut input = Vec::new();
    match case.get("wire") {
        Some(wire) => {
            let text = wire.as_str().unwrap_or_default();
            json::base64_decode(text.as_bytes(), &mut input)
                .ok_or_else(|| Stop::Input("wire: not base64".to_owned()))?;
        }
        None => {
            let text = case.get("input").cloned().unwrap_or_default().to_string();
            json::read(program.signal, text.as_bytes(), &mut input)
                .map_err(|error| Stop::Input(format!("input: {error}")))?;
        }
    }
    Ok((program, input))
}

fn program(case: &Value) -> Result<Program, String> {
    let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match text("processor") {
        "" => ProcessorKind::Transform,
        name => {
            ProcessorKind::from_name(name).ok_or_else(|| format!("unknown processor {name:?}"))?
        }
    };
    let names = case
        .get("gates")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let gates = Gates::new(names.filter_map(Value::as_str))
        .map_err(|gate| format!("no such feature gate {gate:?}"))?;
    let empty = value!({});
    let config = case
        .get("config")
        .filter(|config| !config.is_null())
        .unwrap_or(&empty);
    let processor = Processor::from_json(kind, config).map_err(|errors| errors.to_string())?;
    processor
        .check_gates(&|gate| gates.is_enabled(gate))
        .map_err(|errors| errors.to_string())?;
    let signal = Signal::from_name(text("signal"))
        .ok_or_else(|| format!("unknown signal {:?}", text("signal")))?;
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let options = Options {
        signal,
        dialect: Dialect::Upstream,
        gates: &gates,
        registry: &registry,
    };
    compile(&processor, &options).map_err(|refusals| {
        let refusals = refusals
            .iter()
            .map(|refusal| format!("{}: {}", refusal.text.text, refusal.diagnostic));
        refusals.collect::<Vec<_>>().join("\n")
    })
}

fn run(program: &Program, validation: Validation, input: &[u8], now: Option<Time>) -> Ran {
    let mut output = Vec::new();
    let mut worker = Worker::new();
    if let Some(now) = now {
        worker = worker.with_time(now);
    }
    match worker.run(program, validation, input, &mut output) {
        Ok(Outcome {
            dropped_all,
            failures,
            failure_count,
            ..
        }) => {
            let mut logged: Vec<_> = failures
                .iter()
                .map(|failure| log_entry(program, failure))
                .collect();
            // All are counted, but the text of so many only is kept.
            let count = usize::try_from(failure_count).unwrap_or(usize::MAX);
            logged.resize(count, "failed".to_owned());
            if dropped_all {
                return Ran {
                    logged,
                    ..Ran::default()
                };
            }
            match to_json(program, &output) {
                Ok(output) => Ran {
                    logged,
                    output: Some(output),
                    ..Ran::default()
                },
                Err(error) => Ran {
                    logged,
                    error: Some(error),
                    ..Ran::default()
                },
            }
        }
        Err(RunError::Wire(error)) => Ran {
            error: Some(error.to_string()),
            ..Ran::default()
        },
        Err(RunError::Statement(failure)) => {
            let (what, text) = described(program, &failure);
            let error = format!("failed to {what}: {text}, {}", failure.error);
            let signal = format!("{:?}", program.signal).to_lowercase();
            let mut logged: Vec<_> = worker
                .failures()
                .iter()
                .map(|failure| log_entry(program, failure))
                .collect();
            logged.push(format!("failed processing {signal} {error}"));
            Ran {
                error: Some(error),
                logged,
                ..Ran::default()
            }
        }
    }
}

/// What failed, and its text.
fn described<'p>(program: &'p Program, failure: &Failure) -> (&'static str, &'p str) {
    let pass = program.passes.get(failure.pass);
    match pass.and_then(|pass| pass.statements.get(usize::from(failure.statement))) {
        Some(info) if info.is_condition => ("eval condition", &info.text),
        Some(info) => ("execute statement", &info.text),
        None => ("execute statement", ""),
    }
}

fn log_entry(program: &Program, failure: &Failure) -> String {
    let (what, _) = described(program, failure);
    format!("failed to {what} {}", failure.error)
}

fn to_json(program: &Program, output: &[u8]) -> Result<Value, String> {
    let mut text = Vec::new();
    json::write(program.signal, output, &mut text).map_err(|error| error.to_string())?;
    serde_json::from_str(&readable(&text)).map_err(|error| error.to_string())
}

/// Text in which each byte that is not UTF-8 is a character.
pub fn readable(text: &[u8]) -> String {
    let mut readable = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        readable.push_str(chunk.valid());
        let bad = chunk
            .invalid()
            .iter()
            .filter_map(|byte| char::from_u32(BAD_BYTE_BASE + u32::from(*byte)));
        readable.extend(bad);
    }
    readable
}
