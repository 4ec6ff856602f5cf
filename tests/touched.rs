//! `Validation::Touched`: gives what `Full` gives wherever that accepts a request, refuses what is malformed where a
//! statement looks, and passes on what is malformed elsewhere. Requests are the inputs of the conformance cases with
//! bytes changed.

use crate::configuration::compiled;
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::wire::normalize::normalize;
use ottl_vm::wire::{json, message_fields};
use std::path::Path;

/// Programs that look at requests in every way there is: one field, one key, all attributes, keys computed, paths
/// that are more than a field, values within values, conditions, filters.
const PROGRAMS: [(Signal, &str); 41] = [
    (Signal::Logs, r#"set(log.attributes["x"], 1)"#),
    (
        Signal::Logs,
        r#"set(log.attributes["copy"], log.attributes["list"])"#,
    ),
    (
        Signal::Logs,
        r#"set(log.attributes["copy"], log.body) where log.severity_number >= SEVERITY_NUMBER_INFO"#,
    ),
    (
        Signal::Logs,
        r#"set(log.body["a"], log.attributes["map"]["k"])"#,
    ),
    (Signal::Logs, r#"keep_keys(log.attributes, ["str", "map"])"#),
    (Signal::Logs, r#"delete_key(log.attributes, "str")"#),
    (Signal::Logs, r#"truncate_all(log.attributes, 3)"#),
    (Signal::Logs, r#"limit(log.attributes, 2, [])"#),
    (
        Signal::Metrics,
        r#"keep_keys(datapoint.attributes, ["n", "str"])"#,
    ),
    (
        Signal::Logs,
        r#"replace_all_patterns(log.attributes, "value", "a", "b")"#,
    ),
    (Signal::Logs, r#"flatten(log.attributes)"#),
    (
        Signal::Logs,
        r#"merge_maps(log.attributes, resource.attributes, "upsert")"#,
    ),
    (
        Signal::Logs,
        r#"set(log.attributes[log.severity_text], scope.name)"#,
    ),
    (
        Signal::Logs,
        r#"set(log.attributes["t"], log.time_unix_nano + Len(log.body))"#,
    ),
    (
        Signal::Logs,
        r#"set(resource.attributes["r"], log.trace_id.string)"#,
    ),
    (Signal::Logs, r#"set(resource.schema_url, scope.version)"#),
    (
        Signal::Traces,
        r#"set(span.status.message, "x") where span.end_time - span.start_time > Duration("1ms")"#,
    ),
    (
        Signal::Traces,
        r#"set(span.attributes["s"], span.trace_state["a"])"#,
    ),
    (
        Signal::Traces,
        r#"set(spanevent.attributes["of"], span.attributes["str"])"#,
    ),
    (
        Signal::Traces,
        r#"set(span.attributes["n"], Len(span.events)) where span.kind == SPAN_KIND_SERVER"#,
    ),
    (Signal::Traces, r#"set(span.links, [])"#),
    (
        Signal::Traces,
        r#"set(span.attributes["root"], IsRootSpan())"#,
    ),
    (
        Signal::Traces,
        r#"set(span.name, "map") where IsMap(span.attributes)"#,
    ),
    (
        Signal::Traces,
        r#"set_semconv_span_name("1.37.0", "was") where span.name != "x""#,
    ),
    (
        Signal::Metrics,
        r#"set(datapoint.attributes["n"], datapoint.value_double)"#,
    ),
    (Signal::Metrics, r#"set(datapoint.explicit_bounds, [1.0])"#),
    (
        Signal::Metrics,
        r#"set(metric.description, metric.unit) where metric.type != METRIC_DATA_TYPE_NONE"#,
    ),
    (
        Signal::Metrics,
        r#"set(datapoint.attributes["b"], datapoint.positive.bucket_counts)"#,
    ),
    (
        Signal::Metrics,
        r#"set(metric.name, "x") where Len(metric.data_points) > 1"#,
    ),
    (
        Signal::Traces,
        r#"set(span.kind.string, "Client") where span.kind.string != "Server""#,
    ),
    (
        Signal::Traces,
        r#"set(span.status.code, 2) where span.status != nil"#,
    ),
    (Signal::Logs, r#"set(log.body.string, "x")"#),
    (
        Signal::Profiles,
        r#"set(profile.attributes["x"], resource.attributes["str"])"#,
    ),
    (
        Signal::Profiles,
        r#"set(resource.attributes["x"], profile.attributes["s"])"#,
    ),
    (
        Signal::Profiles,
        r#"merge_maps(profile.attributes, resource.attributes, "upsert")"#,
    ),
    (
        Signal::Profiles,
        r#"set(profile.sample_type.type, "x") where profile.period_type.unit != "y""#,
    ),
    (
        Signal::Profiles,
        r#"set(profile.period, 3) where profile.time_unix_nano > 5"#,
    ),
    (
        Signal::Profiles,
        r#"set(profile.dropped_attributes_count, Len(profile.sample))"#,
    ),
    (
        Signal::Profiles,
        r#"set(profile.attribute_indices, [1, 2])"#,
    ),
    (Signal::Profiles, r#"set(profile.period, 3)"#),
    (Signal::Profiles, r#"keep_keys(scope.attributes, ["str"])"#),
];

/// Conditions of a filter.
const FILTERS: [(Signal, &str); 4] = [
    (
        Signal::Logs,
        r#"log.attributes["str"] == "x" or IsMatch(log.body, "^a")"#,
    ),
    (Signal::Traces, r#"spanevent.name == "x""#),
    (Signal::Metrics, r#"datapoint.attributes["n"] == 1"#),
    (Signal::Profiles, r#"profile.attributes["s"] == "x""#),
];

fn inputs(signal: Signal) -> &'static [&'static str] {
    match signal {
        Signal::Logs => &["log", "logs", "log_bodies"],
        Signal::Traces => &["span", "traces"],
        Signal::Profiles => &["profile", "profile_minimal"],
        _ => &["metrics", "histogram", "exponential_histogram", "summary"],
    }
}

fn wire(signal: Signal) -> ottl_vm::wire::Signal {
    match signal {
        Signal::Logs => ottl_vm::wire::Signal::Logs,
        Signal::Traces => ottl_vm::wire::Signal::Traces,
        Signal::Profiles => ottl_vm::wire::Signal::Profiles,
        _ => ottl_vm::wire::Signal::Metrics,
    }
}

fn request(signal: Signal, name: &str) -> Vec<u8> {
    let path = format!("tests/conformance/inputs/{name}.json");
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("an input");
    let mut request = Vec::new();
    json::read(wire(signal), &text, &mut request).expect("a request");
    request
}

fn program(kind: ProcessorKind, signal: Signal, text: &str) -> Program {
    let what = match kind {
        ProcessorKind::Transform => "statements",
        ProcessorKind::Filter => "conditions",
    };
    let config =
        serde_json::json!({ format!("{}_{what}", signal.name().trim_end_matches('s')): [text] });
    compiled(kind, &config, signal, Dialect::Upstream, &Gates::default())
}

/// What a program makes of a request; the error's text if it is refused.
fn run(
    program: &Program,
    validation: Validation,
    request: &[u8],
) -> Result<(Vec<u8>, u64), String> {
    run_by(&mut Worker::new(), program, validation, request)
}

/// The same by a worker that may have run before.
fn run_by(
    worker: &mut Worker,
    program: &Program,
    validation: Validation,
    request: &[u8],
) -> Result<(Vec<u8>, u64), String> {
    let mut out = Vec::new();
    let outcome = worker.run(program, validation, request, &mut out);
    let failures = outcome.map_err(|error| error.to_string())?.failure_count;
    Ok((out, failures))
}

/// The same in canonical form: what repeats fields comes out of `Full` in it, of `Touched` only if a statement
/// looks at them.
fn canonical(signal: Signal, (out, failures): (Vec<u8>, u64)) -> (Vec<u8>, u64) {
    let mut canonical = Vec::new();
    normalize(wire(signal), &out, &mut canonical).expect("a request that was accepted");
    (canonical, failures)
}

/// The same of what can be malformed where nobody looked.
fn kept(signal: Signal, (out, failures): (Vec<u8>, u64)) -> (Vec<u8>, u64) {
    let mut canonical = Vec::new();
    match normalize(wire(signal), &out, &mut canonical) {
        Ok(()) => (canonical, failures),
        Err(_) => (out, failures),
    }
}

/// The request with one byte after the other changed, and cut off, as long as `step` bytes lie between.
fn mutations(request: &[u8], step: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
    let changes: [fn(u8) -> u8; 5] = [
        |b| b ^ 1,
        |b| b ^ 0x80,
        |b| b.wrapping_add(1),
        |_| 0,
        |_| 0xff,
    ];
    (0..request.len()).step_by(step).flat_map(move |at| {
        let changed = changes.into_iter().map(move |change| {
            let mut changed = request.to_vec();
            changed[at] = change(changed[at]);
            changed
        });
        changed.chain([request[..at].to_vec()])
    })
}

#[test]
fn touched_gives_what_full_gives_and_nothing_panics() {
    let transforms = PROGRAMS.iter().map(|one| (ProcessorKind::Transform, one));
    let filters = FILTERS.iter().map(|one| (ProcessorKind::Filter, one));
    let (mut accepted, mut refused_by_both, mut passed) = (0, 0, 0);
    for (number, (kind, (signal, text))) in transforms.chain(filters).enumerate() {
        let program = program(kind, *signal, text);
        for name in inputs(*signal) {
            let request = request(*signal, name);
            // Each program has other bytes changed.
            for changed in mutations(&request[..], 3).skip(number % 6).step_by(2) {
                let full = run(&program, Validation::Full, &changed);
                let touched = run(&program, Validation::Touched, &changed);
                match (full, touched) {
                    (Ok(full), Ok(touched)) => {
                        accepted += 1;
                        let full = canonical(*signal, full);
                        let touched = canonical(*signal, touched);
                        assert!(full == touched, "{text} on {name}: {changed:x?}");
                    }
                    (Ok(_), Err(error)) => panic!("{text} on {name}: {error}: {changed:x?}"),
                    (Err(_), Err(_)) => refused_by_both += 1,
                    (Err(_), Ok(_)) => passed += 1,
                }
            }
        }
    }
    assert!(
        accepted > 1000 && refused_by_both > 1000 && passed > 100,
        "{accepted} {refused_by_both} {passed}"
    );
}

/// The places of a request's own tags and lengths.
fn headers(request: &[u8]) -> Vec<usize> {
    let mut at = 0;
    let mut places = Vec::new();
    for field in message_fields(request) {
        places.extend(at..at + field.whole.len() - field.payload.len());
        at += field.whole.len();
    }
    places
}

/// Most of a request is read in windows that reach beyond a field. Near its end there are none, so that a short request
/// is read in the careful way, and in the quick way if something follows.
#[test]
fn what_follows_a_message_changes_nothing() {
    let mut after = vec![0x7a, 0xac, 2];
    after.resize(3 + 300, 0x4a);
    let transforms = PROGRAMS.iter().map(|one| (ProcessorKind::Transform, one));
    let filters = FILTERS.iter().map(|one| (ProcessorKind::Filter, one));
    let (mut accepted, mut refused) = (0, 0);
    for (number, (kind, (signal, text))) in transforms.chain(filters).enumerate() {
        let program = program(kind, *signal, text);
        for name in inputs(*signal) {
            let request = request(*signal, name);
            let headers = headers(&request);
            let same_length = |changed: &Vec<u8>| {
                changed.len() == request.len()
                    && headers.iter().all(|at| changed[*at] == request[*at])
            };
            let changes = mutations(&request, 3).filter(same_length);
            for changed in changes.skip(number % 5).step_by(5) {
                let longer = [&changed[..], &after].concat();
                for validation in [Validation::Full, Validation::Touched] {
                    let alone = run(&program, validation, &changed);
                    let followed = run(&program, validation, &longer);
                    match (alone, followed) {
                        (Ok(alone), Ok(followed)) => {
                            accepted += 1;
                            let (alone, followed) = (kept(*signal, alone), kept(*signal, followed));
                            let same = [alone.0.clone(), [&alone.0[..], &after].concat()];
                            let is_same = same.contains(&followed.0) && alone.1 == followed.1;
                            assert!(is_same, "{text} on {name}: {changed:x?}");
                        }
                        (alone, followed) => {
                            refused += 1;
                            assert_eq!(
                                alone.err(),
                                followed.err(),
                                "{text} on {name}: {changed:x?}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted} {refused}");
}

/// Statements that look at all attributes of some records.
const OF_SOME: [&str; 6] = [
    "flatten(log.attributes)",
    r#"merge_maps(log.attributes, {"str": 1, "new": 2}, "upsert")"#,
    r#"replace_all_patterns(log.attributes, "value", "a", "b")"#,
    r#"keep_matching_keys(log.attributes, "^s")"#,
    "set(log.body, log.attributes)",
    r#"set(log.attributes["n"], Len(log.attributes))"#,
];

/// Statements that look at some attributes of all records.
const BESIDE: [&str; 5] = [
    r#"set(log.attributes["str"], "new")"#,
    r#"delete_key(log.attributes, "map")"#,
    "truncate_all(log.attributes, 3)",
    "limit(log.attributes, 2, [])",
    r#"set(log.attributes["list"], log.attributes["map"]["k"])"#,
];

/// A worker that was often asked for all attributes finds them before it is asked; what it refuses stays the same.
#[test]
fn what_a_worker_did_before_changes_nothing() {
    let often = program(
        ProcessorKind::Transform,
        Signal::Logs,
        r#"set(log.severity_text, "often")"#,
    );
    let logs = request(Signal::Logs, "logs");
    let (all, _) = run(&often, Validation::Full, &logs).expect("a sound request");
    let (mut accepted, mut refused) = (0, 0);
    for (number, (asking, beside)) in OF_SOME
        .into_iter()
        .flat_map(|asking| BESIDE.map(|beside| (asking, beside)))
        .enumerate()
    {
        let asking = format!(r#"{asking} where log.severity_text == "often""#);
        for texts in [[&asking[..], beside], [beside, &asking]] {
            let config = serde_json::json!({ "log_statements": texts });
            let program = compiled(
                ProcessorKind::Transform,
                &config,
                Signal::Logs,
                Dialect::Upstream,
                &Gates::default(),
            );
            let mut worker = Worker::new();
            for request in [&logs, &all] {
                for changed in mutations(request, 3).skip(number % 11).step_by(11) {
                    let fresh = run(&program, Validation::Touched, &changed);
                    // So that it goes on finding them ahead, and has done so before.
                    let before = run_by(&mut worker, &program, Validation::Touched, &all);
                    assert!(before.is_ok(), "{texts:?}");
                    let used = run_by(&mut worker, &program, Validation::Touched, &changed);
                    match fresh.is_ok() {
                        true => accepted += 1,
                        false => refused += 1,
                    }
                    assert!(fresh == used, "{texts:?}: {changed:x?}");
                }
            }
        }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted} {refused}");
}

/// A log record with an attribute `x` whose value is malformed deep inside, an attribute `y` that is not, and
/// a body.
fn malformed_within() -> Vec<u8> {
    let deep = [0x2a, 0x04, 0x0a, 0x02, 0x0a, 0x09]; // a list of a string that is longer than its list
    let value = [&[0x0a, 1, b'x', 0x12, 6][..], &deep].concat();
    let attribute = [&[0x32, value.len() as u8][..], &value].concat();
    let other = [0x32, 8, 0x0a, 1, b'y', 0x12, 3, 0x0a, 1, b'z'];
    let body = [0x2a, 3, 0x0a, 1, b'b'];
    let record = [&attribute[..], &other, &body].concat();
    let within = |bytes: &[u8]| [&[0x12, bytes.len() as u8][..], bytes].concat();
    let resource = within(&within(&record));
    [&[0x0a, resource.len() as u8][..], &resource].concat()
}

#[test]
fn what_is_looked_at_is_checked_and_nothing_else() {
    let request = malformed_within();
    let whole = run(
        &program(
            ProcessorKind::Transform,
            Signal::Logs,
            r#"set(log.body, "x")"#,
        ),
        Validation::Full,
        &request,
    );
    let error = whole.expect_err("the reference refuses it");
    assert!(error.contains("at byte"), "{error}");
    let looking = [
        r#"set(log.body, log.attributes["x"])"#,
        r#"set(log.attributes["a"], log.attributes["x"])"#,
        r#"set(log.attributes["x"], 1)"#,
        r#"set(log.attributes["x"]["k"], 1)"#,
        r#"set(log.body, log.attributes)"#,
        r#"set(log.body, "x") where log.attributes["x"] == nil"#,
        r#"set(log.body, log.attributes[log.body])"#,
        r#"flatten(log.attributes)"#,
        r#"keep_keys(log.attributes, ["x"])"#,
        r#"delete_key(log.attributes, "x")"#,
        r#"limit(log.attributes, 0, [])"#,
        r#"merge_maps(log.attributes, {"a": 1}, "upsert")"#,
    ];
    for text in looking {
        let program = program(ProcessorKind::Transform, Signal::Logs, text);
        let touched = run(&program, Validation::Touched, &request);
        assert_eq!(touched.as_ref().err(), Some(&error), "{text}");
    }
    let elsewhere = [
        r#"set(log.body, "x")"#,
        r#"set(log.body, log.attributes["y"])"#,
        r#"set(log.attributes["a"], log.body)"#,
        // It leaves alone what is no string.
        r#"truncate_all(log.attributes, 0)"#,
        r#"set(log.severity_text, "x") where log.attributes["z"] == nil"#,
        r#"delete_key(log.attributes, "y")"#,
        r#"truncate_all(log.attributes, 100)"#,
        r#"limit(log.attributes, 100, [])"#,
    ];
    for text in elsewhere {
        let program = program(ProcessorKind::Transform, Signal::Logs, text);
        let touched = run(&program, Validation::Touched, &request);
        let (output, failures) = touched.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(failures, 0, "{text}");
        let broken = [0x2a, 0x04, 0x0a, 0x02, 0x0a, 0x09];
        assert!(
            output.windows(6).any(|part| part == broken),
            "{text} keeps it"
        );
    }
}
