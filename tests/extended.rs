//! The functions of the extended dialect: that the reference's has none of them, and what they do over many records.

use ottl::compile::{Dialect, Finding, Gates, Options, Registry, compile_group};
use ottl::config::{ContextName, Group, Signal, Text};
use ottl_stdlib::{Table, Tables};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::wire::json;
use serde_json::{Value, json};

fn compiled(dialect: Dialect, statements: &[&str]) -> Result<Program, Vec<Finding>> {
    let text = |text: &&str| Text {
        text: (*text).to_owned(),
        ..Text::default()
    };
    let group = Group {
        context: Some(ContextName::Log),
        statements: statements.iter().map(text).collect(),
        ..Group::default()
    };
    let table = Table::from_json(br#"{"a": {"n": 1}, "404": "missing", "null": null}"#);
    let tables = Tables::from_iter([("things", table.expect("a table"))]);
    let options = Options {
        signal: Signal::Logs,
        dialect,
        gates: &Gates::default(),
        registry: &Registry::new(ottl_stdlib::FUNCTIONS).with(tables),
    };
    compile_group(group, &options)
}

fn extended(statements: &[&str]) -> Program {
    compiled(Dialect::Extended, statements).expect("it compiles")
}

/// What is wrong with a statement, and what to do.
fn refusal(dialect: Dialect, statement: &str) -> String {
    let refusals = compiled(dialect, &[statement]).expect_err(statement);
    refusals[0].diagnostic.to_string()
}

/// The attribute `out` of each record after a request of records with these bodies.
fn run(worker: &mut Worker, program: &Program, bodies: &[Value]) -> Vec<Value> {
    let records: Vec<_> = bodies.iter().map(|body| json!({"body": body})).collect();
    let request = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).to_string();
    let (mut input, mut output, mut text) = (Vec::new(), Vec::new(), Vec::new());
    json::read(program.signal, request.as_bytes(), &mut input).expect("a request");
    let outcome = worker.run(program, Validation::Full, &input, &mut output);
    assert_eq!(outcome.expect("it runs").failures, []);
    json::write(program.signal, &output, &mut text).expect("a request");
    let output: Value = serde_json::from_slice(&text).expect("JSON");
    let records = &output["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    let records = records.as_array().expect("records").iter();
    records
        .map(|record| record["attributes"][0]["value"].clone())
        .collect()
}

fn numbers(values: &[Value]) -> Vec<Option<f64>> {
    let number = |value: &Value| value["doubleValue"].as_f64();
    values.iter().map(number).collect()
}

fn double(value: f64) -> Value {
    json!({"doubleValue": value})
}

#[test]
fn the_reference_s_dialect_has_none_of_them() {
    let extensions = ottl_stdlib::FUNCTIONS
        .iter()
        .filter(|function| function.extension);
    let mut count = 0;
    for function in extensions {
        count += 1;
        let told = refusal(
            Dialect::Upstream,
            &format!("set(log.body, {}())", function.name),
        );
        let is_unknown = told.contains(&format!("no function `{}`", function.name))
            || told.contains(&format!("`{}` is an editor", function.name));
        assert!(is_unknown && !told.contains("it exists"), "{told}");
    }
    assert!(count >= 4, "{count}");
}

#[test]
fn calls_in_lower_case_are_looked_up_by_kind() {
    for (statement, expected) in [
        (
            "set(log.body, delete_key(log.attributes, \"a\"))",
            "values come from converters, but `delete_key` is an editor",
        ),
        (
            "regex_replace(log.body, \"a\", \"b\")",
            "a statement begins with an editor, but `regex_replace` is a converter",
        ),
        (
            "set(log.body, \"x\") where is_match(log.body, \"x\")",
            "did you mean `IsMatch`?",
        ),
        (
            "set(log.body, regex_replce(log.body, \"a\", \"b\"))",
            "did you mean `regex_replace`?",
        ),
        (
            "set(log.body, regex_replace(log.body, \"(\", \"b\"))",
            "is not a valid pattern",
        ),
        (
            "set(log.body, Lookup(\"thigns\", \"a\"))",
            "there is no table `thigns`; did you mean `things`?",
        ),
        (
            "set(log.body, Lookup(\"x\", \"a\"))",
            "there is no table `x`",
        ),
        (
            "set(log.body, Lookup(log.body, \"a\"))",
            "`table` of `Lookup` must be a string literal",
        ),
        (
            "set(log.body, EWMA(\"a\", 1, 0.0))",
            "alpha must be above 0 and at most 1",
        ),
        (
            "set(log.body, ZScore(\"a\", 1, 1025))",
            "window must be from 2 to 1024",
        ),
    ] {
        let told = refusal(Dialect::Extended, statement);
        assert!(told.contains(expected), "{statement}: {told}");
    }
    let accepted = [
        "regex_replace(log.body, \"a\", \"b\") == \"b\" > set(log.body, \"c\")",
        "set(log.body, \"c\") where regex_replace(log.body, \"a\", \"b\") == \"b\"",
        "set(log.attributes[regex_replace(\"ab\", \"a\", \"b\")], 1)",
    ];
    extended(&accepted);
}

#[test]
fn regex_replace_gives_what_replace_pattern_leaves() {
    let bodies = [
        "",
        "abc",
        "aXbXc",
        "héllo wörld",
        "$1",
        "line\nline",
        "x=1;y=22",
    ];
    for (pattern, replacement) in [
        ("X", "-"),
        ("", "|"),
        ("([a-z])=(?P<n>[0-9]+)", "${n}<$1$$"),
        ("(?i)x", "$0$0"),
        ("^line$", "L"),
        ("(?m)^line$", "L"),
        ("[^a-z]", ""),
        (".*", "all"),
        ("\\\\b", "!"),
    ] {
        let literal = extended(&[&format!(
            "set(log.attributes[\"out\"], regex_replace(log.body, \"{pattern}\", \"{replacement}\"))"
        )]);
        let evaluated = extended(&[&format!(
            "set(log.attributes[\"out\"], regex_replace(log.body, Concat([\"{pattern}\"], \"\"), \
             Concat([\"{replacement}\"], \"\")))"
        )]);
        let editor = extended(&[
            "set(log.attributes[\"out\"], log.body)",
            &format!("replace_pattern(log.attributes[\"out\"], \"{pattern}\", \"{replacement}\")"),
        ]);
        let bodies = bodies.map(|body| json!({"stringValue": body}));
        let expected = run(&mut Worker::new(), &editor, &bodies);
        assert_eq!(
            run(&mut Worker::new(), &literal, &bodies),
            expected,
            "{pattern}"
        );
        assert_eq!(
            run(&mut Worker::new(), &evaluated, &bodies),
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn keys_of_any_kind_are_looked_up_by_their_text() {
    let program = extended(&[
        "set(log.attributes[\"out\"], Coalesce([Lookup(\"things\", log.body), \"none\"]))",
    ]);
    let bodies = [
        json!({"stringValue": "a"}),
        json!({"intValue": 404}),
        json!({"stringValue": "b"}),
        json!({}),
        json!({"stringValue": "null"}),
    ];
    let found = run(&mut Worker::new(), &program, &bodies);
    let entry = &found[0]["kvlistValue"]["values"][0];
    assert_eq!(entry["key"], "n");
    assert_eq!(entry["value"]["doubleValue"].as_f64(), Some(1.0));
    assert_eq!(found[1], json!({"stringValue": "missing"}));
    assert_eq!(found[2..], vec![json!({"stringValue": "none"}); 3]);
}

const AVERAGE: &str = "set(log.attributes[\"out\"], EWMA(\"s\", log.body, 0.5))";

#[test]
fn averages_go_on_from_record_to_record_and_from_request_to_request() {
    let program = extended(&[AVERAGE]);
    assert!(program.is_ordered());
    let mut worker = Worker::new();
    let first = [
        double(10.0),
        json!({"intValue": 20}),
        json!({"stringValue": "5"}),
        json!({"boolValue": true}),
    ];
    let found = numbers(&run(&mut worker, &program, &first));
    assert_eq!(found, [Some(10.0), Some(15.0), Some(10.0), Some(5.5)]);
    // Another worker goes on, too: the averages are the program's.
    let found = numbers(&run(&mut Worker::new(), &program, &[double(5.5)]));
    assert_eq!(found, [Some(5.5)]);
    // Another program begins.
    let found = numbers(&run(&mut worker, &extended(&[AVERAGE]), &[double(1.0)]));
    assert_eq!(found, [Some(1.0)]);
}

#[test]
fn what_is_no_number_does_not_count() {
    let program = extended(&[AVERAGE]);
    let special = |text: &str| json!({"doubleValue": text});
    let bodies = [
        double(4.0),
        special("NaN"),
        special("Infinity"),
        special("-Infinity"),
        json!({}),
        double(2.0),
        double(f64::MAX),
        double(-f64::MAX),
    ];
    let found = numbers(&run(&mut Worker::new(), &program, &bodies));
    assert_eq!(found[..6], [Some(4.0), None, None, None, None, Some(3.0)]);
    assert!(
        found[6..]
            .iter()
            .flatten()
            .all(|average| average.is_finite())
    );
}

#[test]
fn calls_and_keys_have_series_of_their_own() {
    let by_key = extended(&[
        "set(log.attributes[\"out\"], EWMA(log.body, Len(log.body), 0.5) + EWMA(\"all\", Len(log.body), 0.5))",
    ]);
    let bodies = ["a", "bbb", "a"].map(|body| json!({"stringValue": body}));
    let found = numbers(&run(&mut Worker::new(), &by_key, &bodies));
    assert_eq!(found, [Some(2.0), Some(5.0), Some(2.5)]);
    let condition = extended(&[
        "set(log.attributes[\"out\"], EWMA(\"s\", log.body, 0.5)) where log.body > 1.0",
    ]);
    let found = numbers(&run(
        &mut Worker::new(),
        &condition,
        &[double(2.0), double(1.0), double(4.0)],
    ));
    assert_eq!(found, [Some(2.0), None, Some(3.0)]);
}

#[test]
fn scores_are_those_of_the_window_before() {
    let program = extended(&["set(log.attributes[\"out\"], ZScore(\"s\", log.body, 4))"]);
    assert!(program.is_ordered());
    let values: Vec<f64> = (0..600u32).map(|n| f64::from(n * 7919 % 101)).collect();
    let bodies: Vec<_> = values.iter().map(|value| double(*value)).collect();
    let found = numbers(&run(&mut Worker::new(), &program, &bodies));
    for (at, found) in found.into_iter().enumerate() {
        let window = &values[at.saturating_sub(4)..at];
        let count = window.len() as f64;
        let mean = window.iter().sum::<f64>() / count;
        let variance = window
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / count;
        let expected = (at >= 2).then(|| (values[at] - mean) / variance.sqrt());
        match (found, expected) {
            (Some(found), Some(expected)) => {
                assert!((found - expected).abs() < 1e-9, "{at}: {found} {expected}")
            }
            (found, expected) => assert_eq!(found, expected, "{at}"),
        }
    }
    // Equal values have no spread, though their mean may be off by a bit.
    let program = extended(&["set(log.attributes[\"out\"], ZScore(\"s\", log.body, 3))"]);
    let bodies = [0.1, 0.1, 0.1, 5.0, 5.0, 1e308, 1e308, -1e308].map(double);
    let found = numbers(&run(&mut Worker::new(), &program, &bodies));
    assert_eq!(
        found.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, false, false, false, true, true, true, true]
    );
}

#[test]
fn only_programs_that_remember_run_in_order() {
    assert!(!extended(&["set(log.body, regex_replace(log.body, \"a\", \"b\"))"]).is_ordered());
    let within = "set(log.attributes[\"out\"], MapEach([1.0], (x) => EWMA(\"s\", x, 0.5)))";
    if let Ok(program) = compiled(Dialect::Extended, &[within]) {
        assert!(program.is_ordered());
    }
}
