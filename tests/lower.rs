//! `lower`: each extended statement of `lower.tsv` is upstream what stands beside it, and both do the same to the
//! inputs of the conformance cases; what the reference makes of it is recorded there (`lowered`).

use ottl::compile::{Dialect, Gates, Options, Registry, compile, to_upstream};
use ottl::config::{Processor, ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::function::Function;
use ottl_vm::wire::json;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path);
    std::fs::read_to_string(path).expect("a file of the tests")
}

fn processor(signal: Signal, statement: &str) -> Processor {
    let key = format!("{}_statements", signal.name().trim_end_matches('s'));
    let config = serde_json::json!({ key: [statement] });
    Processor::from_json(ProcessorKind::Transform, &config).expect("a configuration")
}

/// What a statement makes of a request.
fn run(options: &Options<'_>, statement: &str, request: &[u8]) -> Vec<u8> {
    let program = compile(&processor(options.signal, statement), options)
        .unwrap_or_else(|refusals| panic!("{statement}: {}", refusals[0].diagnostic));
    let mut out = Vec::new();
    let mut worker = Worker::new();
    let outcome = worker.run(&program, Validation::Full, request, &mut out);
    format!("{:?}", outcome.map(|outcome| outcome.failure_count))
        .into_bytes()
        .into_iter()
        .chain(out)
        .collect()
}

#[test]
fn what_is_lowered_does_the_same() {
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let gates = Gates::default();
    let recorded = read("conformance/recorded/lowered.jsonl");
    for line in read("lower.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let [signal, extended, upstream] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}: three columns")
        };
        let signal = Signal::from_name(signal).expect("a signal");
        let options = |dialect| Options {
            signal,
            dialect,
            gates: &gates,
            registry: &registry,
        };
        let lowered = to_upstream(&processor(signal, extended), &options(Dialect::Extended));
        let [lowered] = &lowered[..] else {
            panic!("{extended}: one text")
        };
        let text = lowered.outcome.as_ref().expect(extended);
        assert_eq!(text.as_deref().unwrap_or(extended), upstream);
        let quoted = serde_json::to_string(upstream).expect("JSON");
        assert!(recorded.contains(&quoted), "{upstream} is recorded");
        let again = to_upstream(&processor(signal, upstream), &options(Dialect::Extended));
        assert_eq!(again[0].outcome, Ok(None), "{upstream} stays");

        let names: &[&str] = match signal {
            Signal::Logs => &["logs", "log", "log_bodies"],
            Signal::Traces => &["traces", "span"],
            _ => &["metrics", "sum", "histogram"],
        };
        for name in names {
            let input = read(&format!("conformance/inputs/{name}.json"));
            let mut request = Vec::new();
            let wire = match signal {
                Signal::Logs => ottl_vm::wire::Signal::Logs,
                Signal::Traces => ottl_vm::wire::Signal::Traces,
                _ => ottl_vm::wire::Signal::Metrics,
            };
            json::read(wire, input.as_bytes(), &mut request).expect("a request");
            let ours = run(&options(Dialect::Extended), extended, &request);
            let theirs = run(&options(Dialect::Upstream), upstream, &request);
            assert!(ours == theirs, "{extended} differs on {name}");
        }
    }
}

#[test]
fn what_upstream_cannot_say_is_told() {
    let known = ottl_stdlib::FUNCTIONS
        .iter()
        .find(|function| function.name == "SHA256")
        .expect("a function");
    let ours: &'static Function = Box::leak(Box::new(Function {
        name: "Seal",
        extension: true,
        ..**known
    }));
    let functions: Vec<&'static Function> = [ours, known].into();
    let registry = Registry::new(functions.leak());
    let options = Options {
        signal: Signal::Logs,
        dialect: Dialect::Extended,
        gates: &Gates::default(),
        registry: &registry,
    };
    let config = serde_json::json!({"log_conditions": ["Seal(body) == \"x\"", "body == \"x\""]});
    let filter = Processor::from_json(ProcessorKind::Filter, &config).expect("valid");
    let lowered = to_upstream(&filter, &options);
    let reason = lowered[0]
        .outcome
        .as_ref()
        .expect_err("no such function upstream");
    assert!(
        reason.message.starts_with("upstream cannot say this: "),
        "{reason}"
    );
    assert!(reason.message.contains("Seal"), "{reason}");
    assert_eq!(lowered[1].outcome, Ok(Some("log.body == \"x\"".to_owned())));
}
