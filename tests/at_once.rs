//! Functions that take the strings of several records at once give each record what they give it alone, and fail where
//! it has no string.

use crate::programs::of_logs;
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::wire::json;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Records of the request: more than a block, which ends within a group.
const RECORD_COUNT: usize = 301;

/// A record's body: strings of all lengths, ints, and none.
fn body(i: usize) -> Value {
    match i % 7 {
        3 => json!({ "intValue": i.to_string() }),
        5 => Value::Null,
        _ => json!({ "stringValue": "text ".repeat(i * 37 % 61) }),
    }
}

fn request() -> Vec<u8> {
    let record = |i| match body(i) {
        Value::Null => json!({ "severityNumber": i % 3 }),
        body => json!({ "severityNumber": i % 3, "body": body }),
    };
    let records: Vec<Value> = (0..RECORD_COUNT).map(record).collect();
    let request = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": records }] }] });
    let mut bytes = Vec::new();
    let signal = ottl_vm::wire::Signal::Logs;
    json::read(signal, request.to_string().as_bytes(), &mut bytes).expect("a request");
    bytes
}

/// What a program makes of a request, and how its statements fail.
fn run(program: &Program, request: &[u8]) -> (Value, Vec<(u64, u16, String)>) {
    let (mut worker, mut out, mut text) = (Worker::new(), Vec::new(), Vec::new());
    let outcome = worker
        .run(program, Validation::Touched, request, &mut out)
        .expect("a request that is accepted");
    let failures = outcome.failures.iter();
    let failures = failures
        .map(|failure| (failure.record, failure.statement, failure.error.clone()))
        .collect();
    json::write(ottl_vm::wire::Signal::Logs, &out, &mut text).expect("a request");
    (serde_json::from_slice(&text).expect("JSON"), failures)
}

fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn records_get_what_they_get_alone() {
    let config = json!({ "error_mode": "ignore", "log_statements": [
        r#"set(log.attributes["sha"], SHA256(log.body)) where log.severity_number != 1"#,
        r#"set(log.attributes["fnv"], FNV(log.body))"#,
        r#"set(log.attributes["again"], SHA256(SHA256(log.body)))"#,
        r#"set(log.attributes["one"], SHA256("one"))"#,
    ] });
    let mut program = of_logs(&config);
    let request = request();
    let at_once = run(&program, &request);
    program.passes.iter_mut().for_each(|pass| pass.lanes = 1);
    assert_eq!(at_once, run(&program, &request));
    let (output, failures) = at_once;

    let records = output["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        .as_array()
        .expect("records");
    for (i, record) in records.iter().enumerate() {
        let attributes = record["attributes"].as_array().into_iter().flatten();
        let hash = attributes
            .clone()
            .find(|attribute| attribute["key"] == "sha")
            .and_then(|attribute| attribute["value"]["stringValue"].as_str());
        let expected = body(i)["stringValue"]
            .as_str()
            .filter(|_| i % 3 != 1)
            .map(digest);
        assert_eq!(hash, expected.as_deref(), "record {i}");
    }
    assert_eq!(records.len(), RECORD_COUNT);
    assert!(
        failures.contains(&(3, 0, "expected string but got int64".to_owned())),
        "{failures:?}"
    );
}
