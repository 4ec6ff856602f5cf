//! Fused instructions give what the instructions give that they stand for, and the compiler fuses what it should.

use crate::configuration::compiled;
use crate::regressions::fuzz::choices::Choices;
use crate::regressions::fuzz::{request, unfused};
use crate::regressions::input;
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::instruction::Op;
use ottl_vm::program::Program;

/// Requests that each condition is run over.
const REQUEST_COUNT: u64 = 40;

/// Conditions, with how many tests each is made of.
const CONDITIONS: [(Signal, &str, usize); 41] = [
    // Tests of texts.
    (Signal::Traces, r#"IsMatch(span.attributes["a"], "a")"#, 1),
    (
        Signal::Traces,
        r#"not IsMatch(span.attributes["a"], "^a")"#,
        1,
    ),
    (
        Signal::Traces,
        r#"IsMatch(span.attributes["b"], "[0-9]")"#,
        1,
    ),
    (Signal::Traces, r#"IsMatch(span.name, "")"#, 1),
    (
        Signal::Traces,
        r#"span.kind == SPAN_KIND_SERVER or IsMatch(span.name, "[a-z]")"#,
        2,
    ),
    (Signal::Logs, r#"IsMatch(log.body, "[a1]")"#, 1),
    (
        Signal::Metrics,
        r#"IsMatch(datapoint.attributes["a"], "a$")"#,
        1,
    ),
    // Bytes alone do not tell; no field with a text; no pattern that is known.
    (Signal::Traces, r#"IsMatch(span.name, "(a|é)+b?$")"#, 0),
    (Signal::Logs, r#"IsMatch(log.body, "[0-9]+x|bc")"#, 0),
    (Signal::Traces, r#"IsMatch(span.kind, "1")"#, 0),
    (Signal::Traces, r#"IsMatch(span.name, span.name)"#, 0),
    (Signal::Traces, r#"span.attributes["a"] == "prod""#, 1),
    (Signal::Traces, r#""prod" != span.attributes["env"]"#, 1),
    (Signal::Traces, r#"span.attributes["a"] != nil"#, 1),
    (Signal::Traces, r#"nil == span.attributes[""]"#, 1),
    (Signal::Traces, r#"10 <= span.attributes["b"]"#, 1),
    (Signal::Traces, r#"span.attributes["b"] < 0.5"#, 1),
    (Signal::Traces, r#"span.attributes["b"] == true"#, 1),
    (Signal::Traces, r#"span.attributes["a"] == ["a"]"#, 1),
    (Signal::Traces, r#"span.name == "a""#, 1),
    (Signal::Traces, r#"span.kind == SPAN_KIND_SERVER"#, 1),
    (Signal::Traces, r#"span.status.code != STATUS_CODE_OK"#, 1),
    (Signal::Traces, r#"span.status.message == """#, 1),
    (Signal::Traces, r#"span.dropped_links_count >= 1"#, 1),
    (
        Signal::Traces,
        r#"span.end_time - span.start_time > Duration("1s")"#,
        1,
    ),
    (
        Signal::Traces,
        r#"Duration("-1h") + Duration("1ns") >= span.start_time - span.end_time"#,
        1,
    ),
    (
        Signal::Traces,
        r#"span.name == "a" or span.attributes["a"] == "a" and not (span.attributes["b"] > 1)"#,
        3,
    ),
    // What is read so often is loaded once.
    (
        Signal::Traces,
        r#"span.name == "" or span.name == "a" or span.name == "x" or span.name == "é""#,
        0,
    ),
    // More than a field or attribute, and no constant.
    (Signal::Traces, r#"span.attributes["a"]["b"] == 1"#, 0),
    (Signal::Traces, r#"span.trace_state["a"] == "b""#, 0),
    (Signal::Traces, r#"span.name == span.attributes["a"]"#, 0),
    (
        Signal::Traces,
        r#"span.attributes["a"] == Duration("one second")"#,
        0,
    ),
    (Signal::Traces, r#"resource.attributes["env"] == "prod""#, 1),
    (Signal::Logs, r#"log.body == "a""#, 1),
    (Signal::Logs, r#"log.body != nil"#, 1),
    (
        Signal::Logs,
        r#"log.severity_number >= SEVERITY_NUMBER_WARN"#,
        1,
    ),
    (
        Signal::Logs,
        r#"log.time - log.observed_time < Duration("0s")"#,
        1,
    ),
    (Signal::Metrics, r#"metric.name == "a""#, 1),
    (Signal::Metrics, r#"datapoint.attributes["a"] == "a""#, 1),
    (Signal::Metrics, r#"datapoint.flags == 0"#, 1),
    // Not every kind of data point has it.
    (Signal::Metrics, r#"datapoint.count == 0"#, 0),
];

fn program(signal: Signal, condition: &str) -> Program {
    let (key, target) = match signal {
        Signal::Traces => ("trace_statements", "span.attributes"),
        Signal::Logs => ("log_statements", "log.attributes"),
        _ => ("metric_statements", "datapoint.attributes"),
    };
    let statement = format!("set({target}[\"holds\"], true) where {condition}");
    let config = serde_json::json!({"error_mode": "ignore", key: [statement]});
    let kind = ProcessorKind::Transform;
    let dialect = Dialect::Upstream;
    compiled(kind, &config, signal, dialect, &Gates::default())
}

fn tests_in(program: &Program) -> usize {
    let of = |pass: &ottl_vm::program::Pass| {
        let sections = pass.hoisted.iter().flat_map(|section| &section.code);
        let all = sections.chain(&pass.code);
        all.filter(|one| matches!(one.op, Op::Test | Op::TestText))
            .count()
    };
    program.passes.iter().map(of).sum()
}

fn run(program: &Program, validation: Validation, request: &[u8]) -> Option<(Vec<u8>, u64)> {
    let mut out = Vec::new();
    let mut worker = Worker::new();
    let outcome = worker.run(program, validation, request, &mut out).ok()?;
    let failure_count = outcome.failure_count;
    Some((out, failure_count))
}

#[test]
fn conditions_are_fused_and_give_what_loads_and_comparisons_give() {
    let mut held_count = 0;
    for (signal, condition, count) in CONDITIONS {
        let fused = program(signal, condition);
        assert_eq!(tests_in(&fused), count, "{condition}");
        let mut written_out = program(signal, condition);
        unfused::unfuse(&mut written_out);
        let mut held = false;
        for seed in 0..REQUEST_COUNT {
            let data = input(seed);
            let request = request::request(&mut Choices(&data), signal.name());
            for validation in [Validation::Full, Validation::Touched] {
                let result = run(&fused, validation, &request);
                let expected = run(&written_out, validation, &request);
                assert_eq!(result, expected, "{condition} {seed}");
                let holds = |out: &[u8]| out.windows(5).any(|window| window == b"holds");
                held |= result.is_some_and(|(out, _)| holds(&out));
            }
        }
        held_count += usize::from(held);
    }
    assert!(
        held_count > CONDITIONS.len() / 2,
        "{held_count} conditions hold for any record"
    );
}
