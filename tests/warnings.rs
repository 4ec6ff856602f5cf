//! What is warned of is certain: whatever the reference was recorded to do does what the warning says.

use crate::corpus::{topics, whole};
use ottl::compile::{Dialect, Finding, Gates, Options, Registry, WARNING_CODES, warnings};
use ottl::config::{Processor, ProcessorKind, Signal};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be warned of in a recorded case.
fn warnings_of(case: &Value) -> Vec<Finding> {
    let kind = match case["processor"].as_str() {
        Some("filter") => ProcessorKind::Filter,
        _ => ProcessorKind::Transform,
    };
    let gates = case["gates"].as_array().into_iter().flatten();
    let gates = Gates::new(gates.filter_map(Value::as_str)).unwrap_or_default();
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let signal = case["signal"].as_str().and_then(Signal::from_name);
    let options = Options {
        signal: signal.expect("a signal"),
        dialect: Dialect::Upstream,
        gates: &gates,
        registry: &registry,
    };
    match Processor::from_json(kind, &case["config"]) {
        Ok(processor) => warnings(&processor, &options),
        Err(_) => Vec::new(),
    }
}

/// What the engine makes of a case with another statement, or none, in the place of one.
fn output_with(case: &Value, statement: &str, other: Option<&str>) -> Value {
    let mut case = case.clone();
    replace(&mut case["config"], statement, other);
    ottl::conform::run_case(&case)["output"].take()
}

fn replace(config: &mut Value, statement: &str, other: Option<&str>) {
    match config {
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| replace(field, statement, other)),
        Value::Array(items) => {
            items.retain(|item| other.is_some() || item != statement);
            items
                .iter_mut()
                .for_each(|item| replace(item, statement, other));
        }
        Value::String(text) if text == statement => *text = other.unwrap_or_default().to_owned(),
        _ => {}
    }
}

/// Whether the reference's answer is what a warning says, if that can be told from it.
fn is_so(case: &Value, expected: &Value, warning: &Finding) -> bool {
    if !expected["config_error"].is_null() || case["config"]["error_mode"] == "silent" {
        return true;
    }
    let (notes, statement) = (&warning.diagnostic.notes, &warning.text.text);
    let says = |text: &str| notes.iter().any(|note| note == text);
    let does_nothing = || expected["output"] == output_with(case, statement, None);
    match warning.diagnostic.code {
        // Summaries have no exemplars.
        "W202"
            if statement.starts_with("set(exemplar.")
                && case["id"]
                    .as_str()
                    .is_some_and(|id| id.contains("/summary/")) =>
        {
            true
        }
        "W202" if warning.diagnostic.message.ends_with(" does nothing") => does_nothing(),
        "W201" | "W202" => !expected["logged"].is_null() || !expected["error"].is_null(),
        "W206" => {
            let path = warning.diagnostic.message.split('`').nth(1);
            let with_nil = statement.replace(path.unwrap_or_default(), "nil");
            expected["output"] == output_with(case, statement, Some(&with_nil))
        }
        "W207" => {
            let group = warning.diagnostic.message.split('`').nth(1);
            let group = group.unwrap_or_default();
            let mut without = statement.clone();
            for reference in [format!("${{{group}}}"), format!("${group}")] {
                without = without.replace(&reference, "");
            }
            expected["output"] == output_with(case, statement, Some(&without))
        }
        _ if says("one suffices, so every record is dropped") => {
            let output = expected["output"].to_string();
            !["logRecords", "spans", "metrics", "samples"]
                .iter()
                .any(|records| output.contains(records))
        }
        _ if says("so the statement does nothing") => does_nothing(),
        _ if says("so the condition makes no difference") => {
            let action = statement.split_once(" where ").map(|(action, _)| action);
            expected["output"] == output_with(case, statement, action)
        }
        _ => true,
    }
}

#[test]
fn recorded_answers_are_what_warnings_say() {
    let (mut inputs, mut wrong, mut told) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for topic in topics() {
        for case in &topic.cases {
            let (case, expected) = whole(&topic, case, &mut inputs);
            for warning in warnings_of(&case) {
                told.insert(warning.diagnostic.code);
                if !is_so(&case, &expected, &warning) {
                    let (text, message) = (&warning.text.text, &warning.diagnostic.message);
                    wrong.push(format!("{}: {text}: {message}", case["id"]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told.iter().eq(WARNING_CODES), "{told:?}");
}

/// What is to be warned of in a statement, each as `code: message | note | help`.
fn told(signal: &str, statement: &str) -> Vec<String> {
    told_of(signal, &[statement])
}

/// The same in statements of one group.
fn told_of(signal: &str, statements: &[&str]) -> Vec<String> {
    let key = format!("{}_statements", signal.trim_end_matches('s'));
    lines(&json!({"signal": signal, "config": {key: statements}}))
}

fn lines(case: &Value) -> Vec<String> {
    let line = |Finding { diagnostic, .. }: Finding| {
        let parts = [vec![diagnostic.message], diagnostic.notes, diagnostic.help].concat();
        format!("{}: {}", diagnostic.code, parts.join(" | "))
    };
    warnings_of(case).into_iter().map(line).collect()
}

#[test]
fn what_is_certain_is_warned_of() {
    for (statement, expected) in [
        (
            "set(span.attributes[\"a\"], Duration(\"3x\"))",
            "W201: this call of `Duration` always fails: time: unknown unit \"x\" in duration \"3x\" | `ottlc doc Duration` tells what it takes",
        ),
        (
            "set(span.start_time, Time(\"2024\", \"%Y-%m\"))",
            "W201: this call of `Time` always fails: parsing time \"2024\" as \"%Y-%m\": cannot parse \"\" as \"-\" | `ottlc doc Time` tells what it takes",
        ),
        (
            "set(span.attributes[\"a\"], 7 / (1 - 1))",
            "W201: this always fails: attempted to divide by 0",
        ),
        (
            "set(span.start_time, \"2024-01-01\")",
            "W202: `span.start_time` takes a time, not a string | it is an error on every record: expects time.Time but got string | write `Time(\"2024-01-01\", \"%Y-%m-%d\")`",
        ),
        (
            "set(value=\"Ok\", target=span.status.code)",
            "W202: `span.status.code` takes an int, not a string | it is an error on every record: expects int64 but got string | write `STATUS_CODE_OK`",
        ),
        (
            "set(span.span_id.string, \"12\")",
            "W202: `span.span_id.string` cannot be this | it is an error on every record: span ids must be 16 hex characters",
        ),
        (
            "set(span.attributes[\"a\"], Duration(\"3s\"))",
            "W202: `span.attributes[\"a\"]` takes a string, a number, a bool, bytes, a list or a map, not a duration | it is an error on every record: unsupported type time.Duration for set operation | `Seconds`, `Milliseconds` and the like make numbers of a duration",
        ),
        (
            "set(span.attributes, \"a\")",
            "W202: `span.attributes` takes a map, not a string | it is an error on every record: unsupported type provided for setting a pcommon.Map: string | write a map, or set one of its keys: `span.attributes[\"key\"]`",
        ),
        (
            "set(span.name, nil)",
            "W202: `span.name` cannot be nil | it is an error on every record: setting a value to nil is not supported | write `\"\"`",
        ),
        (
            "set(span.name, \"a\") where Len(\"abc\") == 3",
            "W203: this is always true | so the condition makes no difference",
        ),
        (
            "set(span.name, \"a\") where span.name != \"b\" and not (1 < 2)",
            "W203: this is always true | so the statement does nothing",
        ),
        (
            "set(span.name, \"a\") where span.name == \"b\" or true",
            "W203: because of this the condition is always true | so the condition makes no difference",
        ),
        (
            "set(span.name, \"a\") where \"server\" == span.kind",
            "W204: `span.kind` is an int, which never equals a string | so the statement does nothing | write `SPAN_KIND_SERVER`",
        ),
        (
            "set(span.name, \"a\") where span.kind == \"2\" or span.name == \"b\"",
            "W204: `span.kind` is an int, which never equals a string | write `2`",
        ),
        (
            "set(span.name, \"a\") where span.start_time > 5",
            "W204: `span.start_time` is a time, which is neither more nor less than an int | so the statement does nothing | `span.start_time_unix_nano` is the same as an int",
        ),
        (
            "set(span.name, \"a\") where span.end_time - span.start_time > 3",
            "W204: this compares a duration, which is neither more nor less than an int | so the statement does nothing | write a duration, such as `Duration(\"3s\")`",
        ),
        (
            "set(span.name, \"a\") where span.trace_id != \"5b8efff798038103d269b633813fc60c\"",
            "W204: `span.trace_id` is a trace id, which never equals a string | so the condition makes no difference | `span.trace_id.string` is the same as a string",
        ),
        (
            "set(span.name, \"a\") where span.parent_span_id == nil",
            "W204: `span.parent_span_id` is never nil | so the statement does nothing | write `SpanID(0x0000000000000000)`",
        ),
        (
            "replace_pattern(span.name, \"user=(\\\\w+)\", \"user:$1x\")",
            "W207: the pattern has no group `1x`, so nothing takes its place | if the group `1` is meant, write `${1}x`",
        ),
        (
            "replace_all_patterns(replacement=\"$2\", regex_pattern=\"(a)b\", mode=\"key\", target=span.attributes)",
            "W207: the pattern has no group `2`, so nothing takes its place",
        ),
    ] {
        assert_eq!(told("traces", statement), [expected], "{statement}");
    }
    for (statement, expected) in [
        (
            "set(datapoint.value_double, 1)",
            "W202: `datapoint.value_double` takes a float, not an int | it is an error on every record: expects float64 but got int64 | write `1.0`",
        ),
        (
            "set(metric.type, METRIC_DATA_TYPE_SUM)",
            "W202: setting `metric.type` does nothing | functions such as `convert_gauge_to_sum` change a metric's type",
        ),
        (
            "set(metric.name, \"a\") where metric.type == \"Sum\"",
            "W204: `metric.type` is an int, which never equals a string | so the statement does nothing | write `METRIC_DATA_TYPE_SUM`",
        ),
    ] {
        assert_eq!(told("metrics", statement), [expected], "{statement}");
    }
}

#[test]
fn what_is_not_certain_is_not_warned_of() {
    for statement in [
        "set(span.name, \"a\") where true",
        "set(span.name, \"a\") where false",
        "set(span.name, \"a\") where span.name == \"b\" and true",
        "set(span.name, \"a\") where span.kind == 2.0",
        "set(span.name, \"a\") where span.attributes[\"a\"] == 1",
        "set(span.name, \"a\") where span.trace_state[\"a\"] == nil",
        "set(span.kind, SPAN_KIND_SERVER) where span.status == nil",
        "set(span.attributes[\"a\"], nil)",
        "set(span.attributes, {\"a\": 1})",
        "set(span.attributes, nil)",
        "set(span.end_time, span.start_time + Duration(\"3s\"))",
        "set(span.attributes[\"a\"], ParseJSON(span.name))",
        // A leap day.
        "set(span.start_time, Time(\"02-29\", \"%m-%d\"))",
        "set(span.start_time, Time(\"2024-02-29\", \"%Y-%m-%d\"))",
        "set(span.attributes[\"a\"], UUID())",
        "replace_pattern(span.name, \"(?P<name>a)(b)\", \"$0 $1 ${2}x $name $$9 $\")",
        "replace_pattern(span.name, span.kind.string, \"$9\")",
    ] {
        let told = told("traces", statement);
        assert!(told.is_empty(), "{statement}: {told:?}");
    }
    let lambda = "set(log.attributes[\"a\"], Any([1], (v) => v == Duration(\"3x\")))";
    let told = told("logs", lambda);
    assert!(told.is_empty(), "{lambda}: {told:?}");
}

#[test]
fn what_statements_do_to_each_other_is_warned_of() {
    let copy = "set(span.attributes[\"b\"], resource.attributes[\"a\"])";
    let remove = "delete_key(resource.attributes, \"a\")";
    let of_all = "after the first span of a resource, `resource.attributes[\"a\"]` is gone for the others | they share the \
        resource, and `set(span.attributes[\"b\"], resource.attributes[\"a\"])` runs on each | remove it in a group of its own \
        that runs later, with `context: resource`";
    let of_one = "`resource.attributes[\"a\"]` is removed before it is read | it is nil here, after \
        `delete_key(resource.attributes, \"a\")`";
    for (statements, expected) in [
        (&[copy, remove][..], &[("W205", of_all)][..]),
        (&[remove, copy], &[("W206", of_one)]),
        (
            &[
                "keep_keys(span.attributes, [\"a\"])",
                "set(span.name, span.attributes[\"b\"][0])",
            ],
            &[(
                "W206",
                "`span.attributes[\"b\"][0]` is removed before it is read | it is nil here, after \
                 `keep_keys(span.attributes, [\"a\"])`",
            )],
        ),
        (
            &["set(resource.attributes[\"n\"], span.name)"],
            &[(
                "W205",
                "`resource.attributes[\"n\"]` is set for each span of a resource: the last one wins | `span.name` is that of one \
                 span, and they share the resource | set an attribute of the span, or let the first one win with `where \
                 resource.attributes[\"n\"] == nil`",
            )],
        ),
        (
            &["set(span.status.message, spanevent.name)"],
            &[(
                "W205",
                "`span.status.message` is set for each spanevent of a span: the last one wins | `spanevent.name` is that of one \
                 spanevent, and they share the span | set an attribute of the spanevent",
            )],
        ),
        (
            &["set(resource.attributes[\"n\"], scope.name)"],
            &[(
                "W205",
                "`resource.attributes[\"n\"]` is set for each scope of a resource: the last one wins | `scope.name` is that of one \
                 scope, and they share the resource | set an attribute of the scope, or let the first one win with `where \
                 resource.attributes[\"n\"] == nil`",
            )],
        ),
        (
            &[
                "set(span.name, \"a\") where span.name != \"a\" or span.kind == 1 or span.name != \"b\"",
            ],
            &[(
                "W203",
                "one of these is always true | so the condition makes no difference",
            )],
        ),
        (
            &["set(span.name, \"a\") where span.name == \"a\" and (span.name) == \"b\""],
            &[(
                "W203",
                "these are never both true | so the statement does nothing",
            )],
        ),
        (
            &[remove, "keep_keys(resource.attributes, [\"c\"])", copy],
            &[("W206", of_one)],
        ),
        // Something else, or there again.
        (&[remove, "set(span.name, resource.attributes[\"b\"])"], &[]),
        (&[remove, "set(span.name, span.attributes[\"a\"])"], &[]),
        (
            &[remove, "set(resource.attributes[\"a\"], \"x\")", copy],
            &[],
        ),
        (
            &[
                remove,
                "merge_maps(resource.attributes, {\"a\": 1}, \"insert\")",
                copy,
            ],
            &[],
        ),
        (
            &[
                "delete_key(resource.attributes, \"a\") where span.name == \"x\"",
                "set(span.name, resource.attributes[\"a\"])",
            ],
            &[],
        ),
        (
            &["keep_keys(resource.attributes, [\"a\", \"b\"])", copy],
            &[],
        ),
        // Of the span itself, each has its own.
        (
            &[
                "set(span.name, span.attributes[\"a\"])",
                "delete_key(span.attributes, \"a\")",
            ],
            &[],
        ),
        // Whatever record comes last, it is the same; or the first one wins.
        (
            &["set(resource.attributes[\"n\"], \"x\") where span.kind == 1"],
            &[],
        ),
        (
            &["set(resource.attributes[\"n\"], resource.attributes[\"m\"])"],
            &[],
        ),
        (
            &["set(resource.attributes[\"n\"], span.name) where resource.attributes[\"n\"] == nil"],
            &[],
        ),
        (&["append(resource.attributes[\"n\"], span.name)"], &[]),
        (
            &["set(span.name, \"a\") where span.name != \"a\" and span.name != \"b\""],
            &[],
        ),
        (
            &["set(span.name, \"a\") where span.kind != 1 or span.kind != 1.0"],
            &[],
        ),
        (
            &["set(span.name, \"a\") where span.name != \"a\" or span.kind != 2"],
            &[],
        ),
    ] {
        let found = told_of("traces", statements);
        let expected: Vec<_> = expected
            .iter()
            .map(|(code, words)| format!("{code}: {words}"))
            .collect();
        assert_eq!(found, expected, "{statements:?}");
    }
    // Each log has a resource of its own.
    let statements = ["set(resource.attributes[\"n\"], log.body)"];
    for (is_flat, count) in [(false, 1), (true, 0)] {
        let config = json!({"flatten_data": is_flat, "log_statements": statements});
        let case = json!({"signal": "logs", "gates": ["transform.flatten.logs"], "config": config});
        assert_eq!(lines(&case).len(), count);
    }
}

#[test]
fn conditions_of_which_one_always_holds_are_warned_of() {
    let conditions = ["span.name != \"a\"", "span.kind == 1", "span.name != \"b\""];
    let note = "if this is false, `span.name != \"a\"` is true | one suffices, so";
    let expected = |consequence: &str| {
        [format!(
            "W203: of these conditions one is always true | {note} {consequence} | join them with `and`"
        )]
    };
    let list = json!({"traces": {"span": conditions}});
    let group = json!({"trace_conditions": [{"context": "span", "conditions": conditions}]});
    for config in [list, group] {
        let case = json!({"processor": "filter", "signal": "traces", "config": config});
        assert_eq!(lines(&case), expected("every record is dropped"));
    }
    let statements = json!([{"context": "span", "conditions": conditions, "statements": ["set(span.name, \"c\")"]}]);
    let case = json!({"signal": "traces", "config": {"trace_statements": statements}});
    assert_eq!(lines(&case), expected("the statements run on every record"));
}
