//! What statements may make of a request is bounded: they fail where they would go beyond, and change nothing.

use crate::programs::of_logs;
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::wire::json;
use serde_json::json;

/// Runs a statement over a log record with a text and a body; what it failed with, if it did, and whether the request
/// came out as it was.
fn run(statement: &str, attribute: &str, body: &str) -> (Vec<String>, bool) {
    let config = json!({"error_mode": "ignore", "log_statements": [statement]});
    let program = of_logs(&config);
    let record = json!({
        "attributes": [{"key": "text", "value": {"stringValue": attribute}}],
        "body": {"stringValue": body},
    });
    let request = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).to_string();
    let (mut input, mut output) = (Vec::new(), Vec::new());
    json::read(program.signal, request.as_bytes(), &mut input).expect("a request");
    let mut worker = Worker::new();
    let outcome = worker.run(&program, Validation::Full, &input, &mut output);
    let failures = outcome.expect("it is ignored").failures;
    let texts = failures.iter().map(|failure| failure.error.clone());
    (texts.collect(), input == output)
}

#[test]
fn a_text_does_not_grow_without_end_by_what_replaces_its_matches() {
    // A thousand and one empty matches, each replaced by 100,000 bytes: 100 MB.
    let long = "r".repeat(100_000);
    let body = "b".repeat(1000);
    let (failures, is_unchanged) = run(
        r#"replace_pattern(log.body, "", log.attributes["text"])"#,
        &long,
        &body,
    );
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].contains("too long"), "{failures:?}");
    assert!(is_unchanged);
    // References to what was matched count with what they stand for.
    let references = "$0".repeat(1000);
    let (failures, is_unchanged) = run(
        r#"replace_pattern(log.body, "b+", log.attributes["text"])"#,
        &references,
        &"b".repeat(100_000),
    );
    assert!(
        failures.iter().any(|text| text.contains("too long")),
        "{failures:?}"
    );
    assert!(is_unchanged);
}

#[test]
fn what_stays_within_the_bound_is_replaced() {
    let (failures, is_unchanged) = run(
        r#"replace_pattern(log.body, "", log.attributes["text"])"#,
        &"r".repeat(10_000),
        &"b".repeat(1000),
    );
    assert!(failures.is_empty() && !is_unchanged, "{failures:?}");
}

#[test]
fn nor_within_an_xpath_expression() {
    let replaced = format!("/a[replace(., 'b', '{}') = '']", "r".repeat(100));
    let (failures, is_unchanged) = run(
        &format!("set(log.body, GetXML(log.body, \"{replaced}\"))"),
        "",
        &format!("<a>{}</a>", "b".repeat(1_000_000)),
    );
    assert!(
        failures.iter().any(|text| text.contains("too long")),
        "{failures:?}"
    );
    assert!(is_unchanged);
}
