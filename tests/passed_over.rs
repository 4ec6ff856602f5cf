//! Programs that pass over resources, by their guards, do what the same programs do that look at every record.

use crate::configuration::compiled;
use crate::corpus::{cases, is_varying};
use crate::protobuf::Message;
use crate::regressions::fuzz::choices::Choices;
use crate::regressions::input;
use crate::shop::{self, Shape};
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::limits::GUARDED_RESOURCE_BYTES_MIN;
use ottl_vm::program::Program;
use serde_json::{Value, json};
use std::num::NonZero;

const PROGRAM_COUNT: u64 = 200;

const STATEMENTS_MAX: usize = 3;

/// What conditions are made of, alone, or joined by `and` or `or`; some fail for most records. The first ones are the
/// resource's alone.
const CONDITIONS: [&str; 9] = [
    r#"resource.attributes["tenant"] == "A""#,
    r#"resource.attributes["tenant"] == "B""#,
    r#"resource.attributes["env"] == "staging""#,
    r#"resource.attributes["none"] != nil"#,
    r#"IsMatch(resource.attributes["service.name"], "^c")"#,
    r#"IsMatch(resource.attributes["none"], "^c")"#,
    r#"NAME != "a""#,
    r#"ParseJSON(NAME) != nil"#,
    r#"scope.name == "otelhttp""#,
];

const OF_RESOURCES: usize = 6;

/// What statements do; some fail, some change what others look at.
const ACTIONS: [&str; 7] = [
    r#"set(RECORD.attributes["seen"], resource.attributes["tenant"])"#,
    r#"set(NAME, "changed")"#,
    r#"set(NAME, ParseJSON(NAME))"#,
    r#"delete_key(RECORD.attributes, "url.full")"#,
    r#"set(scope.attributes["seen"], NAME)"#,
    r#"set(RECORD.attributes["hash"], SHA256(resource.attributes["service.name"]))"#,
    r#"set(resource.attributes["tenant"], "B")"#,
];

/// A signal, the section of its statements, and what a record and its name are called there.
const SIGNALS: [(&str, Signal, &str, &str, &str); 5] = [
    (
        "traces",
        Signal::Traces,
        "trace_statements",
        "spanevent",
        "spanevent.name",
    ),
    (
        "traces",
        Signal::Traces,
        "trace_statements",
        "span",
        "span.name",
    ),
    (
        "traces",
        Signal::Traces,
        "trace_statements",
        "scope",
        "scope.name",
    ),
    (
        "logs",
        Signal::Logs,
        "log_statements",
        "log",
        "log.severity_text",
    ),
    (
        "metrics",
        Signal::Metrics,
        "metric_statements",
        "datapoint",
        "metric.name",
    ),
];

fn condition(choices: &mut Choices<'_>) -> String {
    let count = match choices.below(5) {
        0 => CONDITIONS.len(),
        _ => OF_RESOURCES,
    };
    let first = CONDITIONS[choices.below(count)];
    let mut any = || CONDITIONS[choices.below(CONDITIONS.len())];
    let (second, third) = (any(), any());
    match choices.below(6) {
        0 => format!("{first} and {second}"),
        1 => format!("{first} and {second} and {third}"),
        2 => format!("{first} or {second}"),
        _ => first.to_owned(),
    }
}

/// Groups of statements of a signal.
fn config(choices: &mut Choices<'_>, record: &str, name: &str) -> Value {
    let mut groups = Vec::new();
    for _ in 0..1 + choices.below(2) {
        let mut statements = Vec::new();
        for _ in 0..1 + choices.below(STATEMENTS_MAX) {
            // What changes a resource makes a program look at every record, so that it is seldom.
            let count = ACTIONS.len() - usize::from(choices.below(6) != 0);
            let action = ACTIONS[choices.below(count)];
            statements.push(match choices.below(20) {
                0 => action.to_owned(),
                _ => format!("{action} where {}", condition(choices)),
            });
        }
        let conditions: Vec<String> = (0..choices.below(5).saturating_sub(2))
            .map(|_| condition(choices))
            .collect();
        let mode = ["ignore", "propagate", "silent"][choices.below(3)];
        groups.push(json!({
            "context": record,
            "error_mode": mode,
            "statements": statements,
            "conditions": conditions,
        }));
    }
    let text = json!(groups).to_string();
    let text = text.replace("RECORD", record).replace("NAME", name);
    serde_json::from_str(&text).expect("it is JSON")
}

/// What comes of a request: what failed and how many records were visited, or why it is refused; and the output.
type Came = (String, Vec<u8>);

fn ran(worker: &mut Worker, program: &Program, validation: Validation, request: &[u8]) -> Came {
    let mut out = Vec::new();
    let ran = worker.run(program, validation, request, &mut out);
    (format!("{ran:?}"), out)
}

fn is_guarded(program: &Program) -> bool {
    program.passes.iter().all(|pass| !pass.guards.is_empty())
}

fn without_guards(mut program: Program) -> Program {
    for pass in &mut program.passes {
        pass.guards.clear();
    }
    program
}

/// Workers that run requests whole, and in small parts.
fn workers() -> [Worker; 2] {
    [usize::MAX, 1].map(|bytes| {
        let bytes = NonZero::new(bytes).expect("not zero");
        Worker::new().with_parts_of(bytes)
    })
}

/// Fails if a program does something else to a request than it does without its guards.
fn expect_same(with: &Program, without: &Program, request: &[u8], what: &dyn Fn() -> String) {
    let mut expected = None;
    for validation in [Validation::Full, Validation::Touched] {
        for mut worker in workers() {
            let found = ran(&mut worker, with, validation, request);
            // Anything is passed on of what is passed over: what is refused for its form is refused by `Full` alone.
            if found.0.starts_with("Err") {
                assert_eq!(
                    found,
                    ran(&mut worker, without, validation, request),
                    "{}",
                    what()
                );
                continue;
            }
            let expected =
                expected.get_or_insert_with(|| ran(&mut worker, without, validation, request));
            assert!(
                *expected == found,
                "{}:\n{}\n{}",
                what(),
                expected.0,
                found.0
            );
        }
    }
}

#[test]
fn resources_are_passed_over_unnoticed() {
    let mut guarded_count = 0;
    for seed in 0..PROGRAM_COUNT {
        let data = input(seed);
        let choices = &mut Choices(&data);
        let (signal, kind, section, record, name) = SIGNALS[choices.below(SIGNALS.len())];
        let config = json!({ section: config(choices, record, name) });
        let program = || {
            let (of, dialect) = (ProcessorKind::Transform, Dialect::Upstream);
            compiled(of, &config, kind, dialect, &Gates::default())
        };
        let (with, without) = (program(), without_guards(program()));
        guarded_count += u64::from(is_guarded(&with));
        let shape = Shape {
            per_resource: 20,
            is_ascending: choices.below(2) == 0,
            ..Shape::usual(120)
        };
        let request = shop::request(signal, shape, seed);
        expect_same(&with, &without, &request, &|| {
            format!("program {seed}, {config}")
        });
    }
    assert!(guarded_count > PROGRAM_COUNT / 3, "{guarded_count}");
}

/// A resource so large that it is worth reading resources first. It has no records.
fn large_resource() -> Vec<u8> {
    let text = "large ".repeat(GUARDED_RESOURCE_BYTES_MIN / 6);
    let fill = |request: &mut Message| {
        request.message(1, |container| {
            container.message(1, |resource| {
                resource.message(1, |attribute| {
                    attribute.bytes(1, b"padding");
                    attribute.message(2, |value| value.bytes(1, text.as_bytes()));
                });
            });
        });
    };
    Message::new(fill).0
}

#[test]
fn recorded_cases_pass_over_resources_unnoticed() {
    let (large, mut guarded_count) = (large_resource(), 0);
    for case in cases().filter(|case| !is_varying(case)) {
        let Some((program, request)) = ottl::conform::prepared(&case) else {
            continue;
        };
        if program.passes.is_empty() || !is_guarded(&program) {
            continue;
        }
        guarded_count += 1;
        let (unguarded, _) = ottl::conform::prepared(&case).expect("it was prepared");
        let request = [large.as_slice(), &request, &request].concat();
        let without = without_guards(unguarded);
        expect_same(&program, &without, &request, &|| case["id"].to_string());
    }
    assert!(guarded_count > 10, "{guarded_count}");
}

#[test]
fn what_is_passed_over_is_checked_as_validation_says() {
    let statement = r#"set(span.attributes["a"], 1) where resource.attributes["env"] == "prod""#;
    let config = json!({ "trace_statements": [statement] });
    let (kind, dialect) = (ProcessorKind::Transform, Dialect::Upstream);
    let program = compiled(kind, &config, Signal::Traces, dialect, &Gates::default());
    // A resource without that attribute, and a span that ends within its first field.
    let fill = |request: &mut Message| {
        request.message(1, |container| {
            container.message(2, |scope| scope.message(2, |span| span.0.extend([0x2a, 5])));
        });
    };
    let request = [large_resource(), Message::new(fill).0].concat();
    let mut out = Vec::new();
    let mut worker = Worker::new();
    let refused = worker.run(&program, Validation::Full, &request, &mut out);
    assert!(refused.is_err());
    assert!(
        worker
            .run(&program, Validation::Touched, &request, &mut out)
            .is_ok()
    );
    assert_eq!(out, request);
}
