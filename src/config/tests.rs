//! Configurations against the reference's verdicts, and positions in files.
//!
//! `testdata/cases.jsonl` is input of `tests/reference run`, `testdata/results.jsonl` what it printed.

use super::*;
use serde_json::Value;

/// Refused by the reference only once it looks at statements, paths and contexts, which happens later here.
const REFUSED_LATER: &[&str] = &[
    "transform/group-empty",
    "transform/group-no-statements-inferred",
    "transform/group-statements-string-comma",
    "transform/group-statements-null-item",
    "filter/logs-record-null-item",
];

/// Accepted by the reference, but not supported.
const NOT_SUPPORTED: &[&str] = &["filter/metrics-include-expr"];

/// What is wrong with a case's configuration; nothing if it is accepted.
fn verdict(case: &Value) -> Result<(), ConfigErrors> {
    let text = |key: &str| case[key].as_str().expect("a string");
    let kind = ProcessorKind::from_name(text("processor")).expect("a processor");
    let signal = Signal::from_name(text("signal")).expect("a signal");
    let processor = Processor::from_json(kind, &case["config"])?;
    let gates = case["gates"].as_array().cloned().unwrap_or_default();
    processor.check_gates(&|gate| gates.iter().any(|enabled| enabled == gate))?;
    // Good enough for the patterns of the cases.
    let patterns =
        |pattern: &str| match pattern.matches('(').count() == pattern.matches(')').count() {
            true => Ok(()),
            false => Err("unbalanced".to_owned()),
        };
    match &processor {
        Processor::Filter(filter) => filter.check_matching(signal, &patterns),
        Processor::Transform(_) => Ok(()),
    }
}

#[test]
fn the_reference_agrees() {
    let cases = include_str!("testdata/cases.jsonl").lines();
    let results = include_str!("testdata/results.jsonl").lines();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (case, result) in cases.zip(results) {
        let case: Value = serde_json::from_str(case).expect("a case");
        let result: Value = serde_json::from_str(result).expect("a result");
        assert_eq!(case["id"], result["id"]);
        let id = case["id"].as_str().expect("an id");
        let expected = result["config_error"].as_str();
        let ours = verdict(&case);
        let is_excused = (REFUSED_LATER.contains(&id) && expected.is_some() && ours.is_ok())
            || (NOT_SUPPORTED.contains(&id) && expected.is_none() && ours.is_err());
        if expected.is_some() != ours.is_err() && !is_excused {
            wrong.push(format!("{id}: {expected:?}, but {ours:?}"));
        }
        if expected.is_some() == ours.is_err() {
            assert!(
                !REFUSED_LATER.contains(&id) && !NOT_SUPPORTED.contains(&id),
                "{id} needs no excuse"
            );
        }
        count += 1;
    }
    assert!(count > 190, "{count} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn transform(yaml_text: &str) -> Transform {
    match read(yaml_text, &|_| None)
        .expect("a valid configuration")
        .remove(0)
        .processor
    {
        Processor::Transform(transform) => transform,
        Processor::Filter(_) => panic!("a transform processor"),
    }
}

fn errors(yaml_text: &str) -> Vec<String> {
    let errors = read(yaml_text, &|_| None).expect_err("a refused configuration");
    errors.0.iter().map(ConfigError::to_string).collect()
}

const COLLECTOR: &str = "\
receivers:
  otlp: {protocols: {grpc: {endpoint: '${env:ENDPOINT}'}}}
processors:
  batch:
  transform:
    log_statements:
      - set(log.body, \"x\")
  filter/drop_debug:
    error_mode: Silent
    log_conditions:
      - log.severity_number < SEVERITY_NUMBER_INFO
  transform/unused:
service:
  pipelines:
    logs/a: {receivers: [otlp], processors: [filter/drop_debug, batch, transform]}
    traces: {receivers: [otlp], processors: [transform]}
";

#[test]
fn a_collector_file_gives_its_components() {
    let components = read(COLLECTOR, &|_| None).expect("a valid configuration");
    let summary: Vec<_> = components
        .iter()
        .map(|one| (one.id.as_str(), one.place.line, one.signals.clone()))
        .collect();
    assert_eq!(
        summary,
        [
            ("transform", 5, vec![Signal::Traces, Signal::Logs]),
            ("filter/drop_debug", 8, vec![Signal::Logs]),
            ("transform/unused", 12, vec![]),
        ]
    );
    let Processor::Filter(filter) = &components[1].processor else {
        panic!("a filter processor")
    };
    assert_eq!(filter.error_mode, ErrorMode::Silent);
    assert_eq!(
        filter.log_conditions[0].conditions[0].path,
        "log_conditions[0]"
    );
}

#[test]
fn parts_of_a_collector_file_are_told_apart() {
    let kinds = |yaml_text: &str| -> Vec<(String, ProcessorKind)> {
        let components = read(yaml_text, &|_| None).expect("a valid configuration");
        components
            .into_iter()
            .map(|one| (one.id, one.processor.kind()))
            .collect()
    };
    let transform = |id: &str| vec![(id.to_owned(), ProcessorKind::Transform)];
    let filter = |id: &str| vec![(id.to_owned(), ProcessorKind::Filter)];
    assert_eq!(
        kinds("transform/a: {error_mode: ignore}\nbatch: {}"),
        transform("transform/a")
    );
    assert_eq!(
        kinds("error_mode: ignore\nlog_statements: []"),
        transform("transform")
    );
    assert_eq!(kinds("traces: {span: ['name == \"x\"']}"), filter("filter"));
    assert_eq!(kinds("traces::span: ['name == \"x\"']"), filter("filter"));
    assert_eq!(
        kinds(r#"{"processor": "filter", "signal": "logs", "config": {}}"#),
        filter("filter")
    );
    assert_eq!(
        read("a: 1", &|_| None).expect_err("nothing there").0[0]
            .kind
            .code(),
        "E266"
    );
    assert_eq!(
        read("", &|_| None).expect_err("nothing there").0[0]
            .kind
            .code(),
        "E266"
    );
    assert_eq!(
        read("processors: {batch: }", &|_| None)
            .expect_err("nothing there")
            .0[0]
            .kind
            .code(),
        "E266"
    );
}

#[test]
fn dollars_and_variables_are_replaced_in_files_only() {
    let yaml_text = "log_statements:\n  - replace_pattern(log.body, \"(a)\", \"$$1${env:X}\")";
    let lookup = |name: &str| (name == "X").then(|| "y".to_owned());
    let components = read(yaml_text, &lookup).expect("a valid configuration");
    let Processor::Transform(transform) = &components[0].processor else {
        panic!("a transform processor")
    };
    assert_eq!(
        transform.log_statements[0].statements[0].text,
        "replace_pattern(log.body, \"(a)\", \"$1y\")"
    );
    let bench = r#"{"processor": "transform", "signal": "logs", "config": {"log_statements": ["a$$b ${c}"]}}"#;
    assert_eq!(
        self::transform(bench).log_statements[0].statements[0].text,
        "a$$b ${c}"
    );
}

#[test]
fn errors_say_where_and_what_to_do() {
    assert_eq!(
        errors("log_statements:\n  - statments: []\n"),
        ["2:5: transform: log_statements[0]: unknown key `statments` (did you mean `statements`?)"]
    );
    assert_eq!(
        errors("transform/a:\n  error_mode: ignor\n  metric_statements: 5"),
        [
            "3:22: transform/a: metric_statements: expected a list of statements or of groups, found an int",
            "2:15: transform/a: error_mode: unknown error mode `ignor` (did you mean `ignore`?)",
        ]
    );
    let unset = errors("log_statements:\n  - |\n    set(log.body,\n      \"${env:HOME}\")\n");
    assert!(
        unset[0].starts_with("4:8: transform: log_statements[0]: the environment variable `HOME`"),
        "{unset:?}"
    );
    let conflict = errors("log_conditions: []\nlogs:\n  log_record: []\n");
    assert_eq!(
        conflict,
        ["3:3: filter: `log_conditions` and `logs.log_record` cannot be used at the same time"]
    );
}

#[test]
fn ids_are_checked_as_by_the_collector() {
    let code =
        |yaml_text: &str| read(yaml_text, &|_| None).map_err(|errors| errors.0[0].kind.code());
    assert_eq!(code("processors: {transform/: }"), Err("E267"));
    assert_eq!(code("processors: {transform/a b: }"), Err("E267"));
    assert_eq!(
        code("processors: {transform/a: , 'transform/ a': }"),
        Err("E251")
    );
    let longest = "n".repeat(limits::NAME_BYTES_MAX);
    assert!(code(&format!("? transform/{longest}\n: {{}}")).is_ok());
    assert_eq!(
        code(&format!("? transform/{longest}n\n: {{}}")),
        Err("E267")
    );
}

#[test]
fn bare_statements_make_up_the_last_group() {
    let transform = transform("log_statements:\n  - statements: [a]\n  - b\n  - c\n");
    let texts: Vec<Vec<_>> = transform
        .groups(Signal::Logs)
        .iter()
        .map(|group| {
            group
                .statements
                .iter()
                .map(|text| text.text.as_str())
                .collect()
        })
        .collect();
    assert_eq!(texts, [vec!["a"], vec!["b", "c"]]);
}

#[test]
fn a_string_in_place_of_a_list_is_split_at_commas() {
    let yaml_text = "log_statements:\n  - context: log\n    statements: set(body, 1)\n";
    let statements = &transform(yaml_text).log_statements[0].statements;
    let pieces: Vec<_> = statements
        .iter()
        .map(|text| (text.text.as_str(), text.is_split, text.range(0..1)))
        .collect();
    assert_eq!(
        pieces,
        [
            ("set(body", true, Some(49..50)),
            (" 1)", true, Some(58..59))
        ]
    );
    assert_eq!(&yaml_text[58..61], " 1)");
}
