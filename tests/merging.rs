//! Merging into a record's attributes, which goes row by row, gives what merging into a map in the cache gives.

use crate::programs::of_logs;
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::wire::json;

/// What the statements make of a request.
fn run(statements: &[&str], request: &[u8]) -> Vec<u8> {
    let config = serde_json::json!({ "log_statements": statements });
    let program = of_logs(&config);
    let mut out = Vec::new();
    let mut worker = Worker::new();
    let outcome = worker.run(&program, Validation::Full, request, &mut out);
    assert_eq!(outcome.expect("a request").failure_count, 0);
    out
}

/// A log with so many attributes and a JSON object of so many entries as its body; every third key is in both. Two with
/// one attribute come after it.
fn request(attributes: usize, entries: usize) -> Vec<u8> {
    let key = |n: usize| format!("{n}{}", "k".repeat(n % 20));
    let attributes: Vec<_> = (0..attributes)
        .map(|n| serde_json::json!({"key": key(3 * n), "value": {"intValue": n}}))
        .collect();
    let entries = (0..entries).map(|n| match n % 4 {
        0 => (key(n), serde_json::json!(n)),
        1 => (key(n), serde_json::json!({"a": [n], "b": "x".repeat(n)})),
        _ => (key(n), serde_json::json!("y".repeat(5 * n))),
    });
    let body = serde_json::Value::Object(entries.collect()).to_string();
    let (body, attributes) = (serde_json::json!(body), serde_json::json!(attributes));
    // Attributes come last, so that new ones stand where they do when all are written anew.
    let record = format!(r#"{{"body":{{"stringValue":{body}}},"attributes":{attributes}}}"#);
    let after =
        r#"{"body":{"stringValue":"{}"},"attributes":[{"key":"4kkkk","value":{"intValue":4}}]}"#;
    let records = format!("[{record},{after},{after}]");
    let text = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":{records}}}]}}]}}"#);
    let mut request = Vec::new();
    json::read(ottl_vm::wire::Signal::Logs, text.as_bytes(), &mut request).expect("a request");
    request
}

#[test]
fn attributes_are_merged_as_any_map() {
    // What is merged is found, changed and removed afterwards.
    let after = [
        r#"set(log.attributes["0"], log.attributes["2kk"])"#,
        r#"set(log.attributes["3kkk"], "z")"#,
        r#"delete_key(log.attributes, "4kkkk")"#,
    ];
    for attributes in [0, 1, 4, 12, 40] {
        for entries in [0, 1, 2, 5, 9, 20, 31, 60] {
            let request = request(attributes, entries);
            for strategy in ["insert", "update", "upsert"] {
                let merge = |target: &str| {
                    format!(r#"merge_maps({target}, ParseJSON(log.body), "{strategy}")"#)
                };
                let (by_rows, in_cache) = (merge("log.attributes"), merge(r#"log.cache["m"]"#));
                let by_rows = [&[by_rows.as_str()][..], &after].concat();
                let in_cache = [
                    r#"set(log.cache["m"], log.attributes)"#,
                    in_cache.as_str(),
                    r#"set(log.attributes, log.cache["m"])"#,
                ];
                let in_cache = [&in_cache[..], &after].concat();
                assert!(
                    run(&by_rows, &request) == run(&in_cache, &request),
                    "{strategy} of {entries} into {attributes}"
                );
            }
        }
    }
}
