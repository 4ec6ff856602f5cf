//! Random configurations over the paths and functions that are repeatable.

use super::choices::Choices;
use serde_json::{Value, json};

const KEYS: &[&str] = &["a", "b", "env", "", "url.path", "é"];
const STRINGS: &[&str] = &[
    "",
    "a",
    "prod",
    "token=12ab",
    "é€",
    "{\\\"a\\\": [1, 2.5, null]}",
    "10",
    "1.5",
    "x y z",
    "A\\nB",
];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "3",
    "500",
    "9223372036854775807",
    "1.5",
    "-0.0",
    "2.0",
    "1000000000",
];
const PATTERNS: &[&str] = &[
    "a",
    "^p",
    "[0-9a-f]+",
    "(t)(o)",
    "",
    ".*",
    "é$",
    "token=[0-9a-f]+",
];

/// The contexts of a signal's statements.
pub fn contexts(signal: &str) -> &'static [&'static str] {
    match signal {
        "traces" => &["span", "spanevent", "scope", "resource"],
        "logs" => &["log", "scope", "resource"],
        _ => &["datapoint", "metric", "scope", "resource"],
    }
}

/// A configuration for a signal: the processor and its settings.
pub fn configuration(choices: &mut Choices<'_>, signal: &str) -> (bool, Value) {
    let mode = choices.pick(&["ignore", "ignore", "propagate", "silent"]);
    if choices.once_in(4) {
        let context = contexts(signal)[0];
        let conditions: Vec<String> = (0..1 + choices.below(3))
            .map(|_| condition(choices, context, 0))
            .collect();
        let list = match context {
            "log" => "log_record",
            other => other,
        };
        return (
            true,
            json!({"error_mode": mode, signal: {list: conditions}}),
        );
    }
    let groups: Vec<Value> = (0..1 + choices.below(2))
        .map(|_| group(choices, signal))
        .collect();
    let key = format!("{}_statements", signal.trim_end_matches('s'));
    (false, json!({"error_mode": mode, key: groups}))
}

fn group(choices: &mut Choices<'_>, signal: &str) -> Value {
    let context = choices.pick(contexts(signal));
    let statements: Vec<String> = (0..1 + choices.below(5))
        .map(|_| statement(choices, context))
        .collect();
    let conditions: Vec<String> = match choices.once_in(3) {
        true => (0..1 + choices.below(2))
            .map(|_| condition(choices, context, 0))
            .collect(),
        false => Vec::new(),
    };
    json!({
        "context": context, "statements": statements, "conditions": conditions,
        "shared_cache": choices.once_in(8),
    })
}

/// A statement for a context.
pub fn statement(choices: &mut Choices<'_>, context: &str) -> String {
    let editor = editor(choices, context);
    match choices.below(3) {
        0 => editor,
        _ => format!("{editor} where {}", condition(choices, context, 0)),
    }
}

fn editor(choices: &mut Choices<'_>, context: &str) -> String {
    let map = map(choices, context);
    let key = choices.pick(KEYS);
    match choices.below(14) {
        0..=3 => format!(
            "set({}, {})",
            writable(choices, context),
            value(choices, context, 0)
        ),
        4 => format!("delete_key({map}, \"{key}\")"),
        5 => format!(
            "delete_matching_keys({map}, \"{}\")",
            choices.pick(PATTERNS)
        ),
        6 => format!("keep_keys({map}, [\"{key}\", \"b\"])"),
        7 => format!("keep_matching_keys({map}, \"{}\")", choices.pick(PATTERNS)),
        8 => format!("limit({map}, {}, [\"{key}\"])", 1 + choices.below(5)),
        9 => format!("truncate_all({map}, {})", choices.below(6)),
        10 => format!(
            "merge_maps({map}, {}, \"{}\")",
            map_value(choices, context),
            choices.pick(&["upsert", "insert", "update"])
        ),
        11 => format!(
            "replace_pattern({}, \"{}\", \"<$0>\")",
            writable(choices, context),
            choices.pick(PATTERNS)
        ),
        12 => {
            let part = choices.pick(&["key", "value"]);
            format!(
                "replace_all_patterns({map}, \"{part}\", \"{}\", \"*\")",
                choices.pick(PATTERNS)
            )
        }
        _ => format!("append({map}[\"{key}\"], {})", value(choices, context, 1)),
    }
}

fn map(choices: &mut Choices<'_>, context: &str) -> String {
    match choices.below(6) {
        0 | 1 if context != "metric" => format!("{context}.attributes"),
        2 | 3 => "resource.attributes".to_owned(),
        4 if context != "resource" => "scope.attributes".to_owned(),
        _ => format!("{context}.cache"),
    }
}

fn map_value(choices: &mut Choices<'_>, context: &str) -> String {
    match choices.below(3) {
        0 => "ParseJSON(\"{\\\"a\\\": {\\\"b\\\": [1]}, \\\"c\\\": null}\")".to_owned(),
        1 => format!(
            "{{\"a\": {}, \"m\": {{\"n\": 1}}}}",
            value(choices, context, 2)
        ),
        _ => map(choices, context),
    }
}

fn field(choices: &mut Choices<'_>, context: &str) -> &'static str {
    choices.pick(match context {
        "span" => &[
            "span.name",
            "span.kind",
            "span.status.code",
            "span.status.message",
            "span.start_time",
            "span.end_time",
            "span.end_time_unix_nano",
            "span.trace_id",
            "span.span_id.string",
            "span.dropped_events_count",
            "span.trace_state",
            "span.kind.string",
            "span.status",
        ],
        "spanevent" => &[
            "spanevent.name",
            "spanevent.time",
            "spanevent.event_index",
            "span.name",
            "span.status.code",
        ],
        "log" => &[
            "log.body",
            "log.body.string",
            "log.severity_number",
            "log.severity_text",
            "log.time",
            "log.trace_id.string",
            "log.flags",
            "log.event_name",
            "log.observed_time_unix_nano",
            "log.body[\"a\"]",
        ],
        "datapoint" => &[
            "datapoint.value_int",
            "datapoint.value_double",
            "datapoint.time",
            "datapoint.count",
            "datapoint.sum",
            "metric.name",
            "metric.type",
            "datapoint.flags",
        ],
        "metric" => &[
            "metric.name",
            "metric.unit",
            "metric.type",
            "metric.is_monotonic",
            "metric.description",
        ],
        "scope" => &[
            "scope.name",
            "scope.version",
            "scope.schema_url",
            "scope.dropped_attributes_count",
        ],
        _ => &["resource.schema_url", "resource.dropped_attributes_count"],
    })
}

fn writable(choices: &mut Choices<'_>, context: &str) -> String {
    match choices.below(3) {
        0 => field(choices, context).to_owned(),
        1 => format!("{}[\"{}\"]", map(choices, context), choices.pick(KEYS)),
        _ => format!(
            "{}[\"{}\"][\"{}\"]",
            map(choices, context),
            choices.pick(KEYS),
            choices.pick(KEYS)
        ),
    }
}

fn value(choices: &mut Choices<'_>, context: &str, depth: usize) -> String {
    let bound = if depth < 3 { 22 } else { 6 };
    let inner = |choices: &mut Choices<'_>| value(choices, context, depth + 1);
    match choices.below(bound) {
        0 => format!("\"{}\"", choices.pick(STRINGS)),
        1 => choices.pick(NUMBERS).to_owned(),
        2 => choices
            .pick(&["true", "false", "nil", "0x00ff", "[]", "{}"])
            .to_owned(),
        3 | 4 => writable(choices, context),
        5 => field(choices, context).to_owned(),
        6 => format!("Concat([{}, {}], \"-\")", inner(choices), inner(choices)),
        7 => format!(
            "Split({}, \"{}\")",
            inner(choices),
            choices.pick(&[",", " ", "a"])
        ),
        8 => format!(
            "Substring({}, {}, {})",
            inner(choices),
            choices.below(4),
            choices.below(4)
        ),
        9 => {
            let function = choices.pick(&[
                "Int",
                "String",
                "Double",
                "Len",
                "ToUpperCase",
                "ToLowerCase",
                "SHA256",
                "ParseJSON",
                "Duration",
                "IsString",
                "IsMap",
                "IsInt",
                "UnixNano",
                "Hour",
            ]);
            format!("{function}({})", inner(choices))
        }
        10 => format!("Coalesce([{}, {}])", inner(choices), inner(choices)),
        11 => {
            let operator = choices.pick(&["+", "-", "*", "/"]);
            format!(
                "({} {operator} {})",
                number(choices, context),
                number(choices, context)
            )
        }
        12 => format!("-{}", field(choices, context)),
        13 => format!("[{}, {}]", inner(choices), inner(choices)),
        14 => format!("{{\"k\": {}}}", inner(choices)),
        15 => format!("Split({}, \"a\")[{}]", inner(choices), choices.below(3)),
        16 => format!(
            "IsMatch({}, \"{}\")",
            inner(choices),
            choices.pick(PATTERNS)
        ),
        17 => format!(
            "{}[{}]",
            map(choices, context),
            choices.pick(&["\"a\"", "0", "Concat([\"a\", \"\"], \"\")"])
        ),
        18 => format!("HasPrefix({}, \"a\")", inner(choices)),
        19 | 20 => lambda_call(choices, context, depth),
        _ => map(choices, context),
    }
}

/// A call of a function that takes a lambda.
fn lambda_call(choices: &mut Choices<'_>, context: &str, depth: usize) -> String {
    let source = match choices.below(4) {
        0 => value(choices, context, depth + 1),
        1 => format!("Split({}, \"a\")", writable(choices, context)),
        _ => map(choices, context),
    };
    let body = lambda_body(choices, context, depth);
    match choices.below(5) {
        0 => format!("Reduce({source}, \"\", (v, k, _) => {body})"),
        1 => format!(
            "When(() => {}, {source}, 1)",
            condition(choices, context, 3)
        ),
        2 => format!("Find({source}, (_, v) => v != nil, (k, v) => {body})"),
        _ => {
            let function = choices.pick(&["Any", "All", "Filter", "MapEach", "MapKeys"]);
            format!("{function}({source}, (k, v) => {body})")
        }
    }
}

/// A lambda's body, of its parameters `k` and `v` and the record.
fn lambda_body(choices: &mut Choices<'_>, context: &str, depth: usize) -> String {
    match choices.below(10) {
        0 => "k".to_owned(),
        1 => "v".to_owned(),
        2 => format!("v == {}", value(choices, context, 3)),
        3 => format!("k != \"{}\" and IsString(v)", choices.pick(KEYS)),
        4 => format!("IsInt(v) or {}", condition(choices, context, 3)),
        5 => format!("Concat([k, v, {}], \"\")", value(choices, context, 3)),
        6 => format!("v[\"{}\"]", choices.pick(KEYS)),
        7 => format!("{}[k]", map(choices, context)),
        8 => format!("Any({}, (k, w) => w == v)", map(choices, context)),
        _ => value(choices, context, depth + 1),
    }
}

/// An operand of arithmetic.
fn number(choices: &mut Choices<'_>, context: &str) -> String {
    match choices.below(4) {
        0 => choices.pick(NUMBERS).to_owned(),
        1 => writable(choices, context),
        2 => format!("Int({})", writable(choices, context)),
        _ => field(choices, context).to_owned(),
    }
}

fn condition(choices: &mut Choices<'_>, context: &str, depth: usize) -> String {
    let bound = if depth < 3 { 11 } else { 6 };
    let inner = |choices: &mut Choices<'_>| condition(choices, context, depth + 1);
    match choices.below(bound) {
        0..=3 => {
            let operator = choices.pick(&["==", "!=", "<", "<=", ">", ">="]);
            format!(
                "{} {operator} {}",
                value(choices, context, 2),
                value(choices, context, 2)
            )
        }
        4 => format!(
            "IsMatch({}, \"{}\")",
            writable(choices, context),
            choices.pick(PATTERNS)
        ),
        5 => choices.pick(&["true", "false"]).to_owned(),
        6 | 7 => format!("{} and {}", inner(choices), inner(choices)),
        8 => format!("{} or {}", inner(choices), inner(choices)),
        9 => format!("not ({})", inner(choices)),
        _ => format!("({})", inner(choices)),
    }
}
