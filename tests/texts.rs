//! Editors that change one text of each record, run on several at once, give what they give record by record.

use crate::configuration::compiled;
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::wire::json;
use serde_json::{Value, json};

/// Paths of texts, and what else runs over the same record: with the last one all attributes are remembered.
const PATHS: [(&str, &str); 7] = [
    ("log.body", "set(log.attributes[\"b\"], log.body)"),
    ("log.severity_text", "set(log.body, log.severity_text)"),
    (
        "log.attributes[\"a\"]",
        "set(log.body, log.attributes[\"a\"])",
    ),
    ("log.attributes[\"a\"]", "set(log.attributes[\"a\"], \"\")"),
    ("log.attributes[\"a\"]", "truncate_all(log.attributes, 3)"),
    (
        "resource.attributes[\"a\"]",
        "set(log.body, resource.attributes[\"a\"])",
    ),
    (
        "log.attributes[\"a\"][\"b\"]",
        "delete_key(log.attributes, \"a\")",
    ),
];

/// Patterns and replacements.
const REPLACED: [(&str, &str); 7] = [
    ("/[0-9]+", "/{id}"),
    ("/[0-9]{2,}", ""),
    ("token=[0-9a-f]+", "token=***"),
    ("x", "much longer than what it replaces"),
    ("^.*$", ""),
    ("ab", "b"),
    ("[^a]+", "-"),
];

/// A program that replaces; with a group that takes part in no match, if it is to be run record by record.
fn program(
    path: &str,
    (pattern, replacement): (&str, &str),
    last: &str,
    is_apart: bool,
) -> Program {
    let group = if is_apart { "${9}" } else { "" };
    let statements = [
        "set(log.attributes[\"first\"], true) where log.attributes[\"a\"] == nil".to_owned(),
        format!("replace_pattern({path}, {pattern:?}, \"{replacement}{group}\")"),
        format!("replace_pattern({path}, \"b\", \"c{group}\")"),
        last.to_owned(),
    ];
    let config = json!({"error_mode": "ignore", "log_statements": statements});
    let (kind, gates) = (ProcessorKind::Transform, Gates::default());
    compiled(kind, &config, Signal::Logs, Dialect::Upstream, &gates)
}

/// Values, most of them texts, about as long as the lengths around them take another byte.
fn values() -> Vec<Value> {
    let parts = ["/12", "/", "ab", "token=0f&", "x", "bab", "é/7x"];
    let mut values: Vec<Value> = (0..140)
        .map(|length| {
            let text: String = parts
                .iter()
                .cycle()
                .skip(length)
                .take(length / 3)
                .copied()
                .collect();
            json!({"stringValue": text})
        })
        .collect();
    values.extend((90..140).map(|length| json!({"stringValue": "a/12b".repeat(30)[..length]})));
    values.extend([
        json!({}),
        json!({"intValue": "12"}),
        json!({"stringValue": ""}),
    ]);
    values.push(
        json!({"kvlistValue": {"values": [{"key": "b", "value": {"stringValue": "ab/12"}}]}}),
    );
    values
}

/// A request with these values in all places.
fn request() -> Vec<u8> {
    let record = |value: &Value| {
        let attribute = json!({"key": "a", "value": value});
        let other = json!({"key": "other", "value": {"stringValue": "/12"}});
        json!({
            "severityText": value.get("stringValue").cloned().unwrap_or_default(),
            "body": value,
            "attributes": [other, attribute, attribute],
        })
    };
    let mut records: Vec<Value> = values().iter().map(record).collect();
    records.push(json!({}));
    let resource = json!({"attributes": [{"key": "a", "value": {"stringValue": "/1/22/x/"}}]});
    let scopes =
        json!([{"logRecords": records}, {"logRecords": [{"body": {"stringValue": "/1"}}]}]);
    let text = json!({"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]}).to_string();
    let mut request = Vec::new();
    json::read(ottl_vm::wire::Signal::Logs, text.as_bytes(), &mut request).expect("a request");
    request
}

#[test]
fn texts_at_once_become_what_they_become_record_by_record() {
    let request = request();
    let run = |program: &Program| {
        let (mut worker, mut out) = (Worker::new(), Vec::new());
        let outcome = worker.run(program, Validation::Full, &request, &mut out);
        (out, outcome.expect("a request").failure_count)
    };
    for (path, last) in PATHS {
        for replaced in REPLACED {
            let at_once = run(&program(path, replaced, last, false));
            assert!(at_once.0 != request);
            let apart = run(&program(path, replaced, last, true));
            assert!(at_once == apart, "{path} {replaced:?} {last}");
        }
    }
}
