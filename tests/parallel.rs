//! However many threads run requests, and in however many parts, what comes of them is the same.

use crate::configuration::{self, compiled};
use crate::corpus::{cases, is_varying};
use crate::shop::{self, Shape};
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl::run::{Chunks, Cores, Failed, Ran, Refused, Runner, requests};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use serde_json::{Value, json};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

const VALIDATIONS: [Validation; 2] = [Validation::Full, Validation::Touched];

fn count(number: usize) -> NonZero<usize> {
    NonZero::new(number).expect("not zero")
}

/// Cores that cut every request into as many parts as they can.
fn cutting(cores: usize) -> Cores {
    Cores::new(count(cores)).with_parts_of(count(1))
}

/// What comes of a request: whether something is left, what, and what failed.
type Came = (Result<bool, Refused>, Vec<u8>, Vec<Failed>);

fn run(runner: &mut Runner, programs: &[&Program], validation: Validation, request: &[u8]) -> Came {
    let mut output = Chunks::default();
    let result = runner.run(programs, validation, request, &mut output);
    (result, output.to_vec(), runner.failed().to_vec())
}

/// Fails if a request comes out in another way when it is cut into parts.
fn expect_same(
    whole: &mut Runner,
    cut: &mut Runner,
    programs: &[&Program],
    request: &[u8],
    what: &str,
) {
    for validation in VALIDATIONS {
        let expected = run(whole, programs, validation, request);
        let found = run(cut, programs, validation, request);
        assert!(
            expected == found,
            "{what}, {validation:?}:\n{expected:?}\n{found:?}"
        );
    }
}

#[test]
fn the_parts_of_a_request_give_what_all_of_it_gives() {
    // Of one runner for all programs: what it keeps of one must not be seen by the next.
    let mut cut = Runner::new(cutting(3));
    for case in cases().filter(|case| !is_varying(case)) {
        let Some((program, request)) = ottl::conform::prepared(&case) else {
            continue;
        };
        // Each resource several times, so that there is something to cut.
        let request = request.repeat(5);
        let mut whole = Runner::new(cutting(1));
        expect_same(
            &mut whole,
            &mut cut,
            &[&program],
            &request,
            &case["id"].to_string(),
        );
    }
}

/// What comes of a request that a worker runs: the output, what failed, how many records were visited, or why it is refused.
fn run_by(
    worker: &mut Worker,
    program: &Program,
    validation: Validation,
    request: &[u8],
) -> String {
    let mut out = Vec::new();
    let ran = worker.run(program, validation, request, &mut out);
    format!("{ran:?} {out:?}")
}

#[test]
fn a_worker_gives_the_same_in_parts_of_any_size() {
    let size = |bytes| NonZero::new(bytes).expect("not zero");
    let mut cut = Worker::new().with_parts_of(size(1));
    for case in cases().filter(|case| !is_varying(case)) {
        let Some((program, request)) = ottl::conform::prepared(&case) else {
            continue;
        };
        let request = request.repeat(3);
        let mut whole = Worker::new().with_parts_of(size(usize::MAX));
        for validation in VALIDATIONS {
            let expected = run_by(&mut whole, &program, validation, &request);
            let found = run_by(&mut cut, &program, validation, &request);
            assert!(expected == found, "{}:\n{expected}\n{found}", case["id"]);
        }
    }
}

/// A processor of traces.
fn of_traces(kind: ProcessorKind, config: &Value) -> Program {
    compiled(
        kind,
        config,
        Signal::Traces,
        Dialect::Extended,
        &Gates::default(),
    )
}

#[test]
fn requests_of_programs_that_remember_stay_whole() {
    let average = r#"set(span.attributes["usual"], EWMA("all", span.end_time_unix_nano, 0.5))"#;
    let config = json!({ "trace_statements": [average] });
    assert!(!of_traces(ProcessorKind::Transform, &config).is_separable());
}

#[test]
fn parts_go_through_several_programs_as_the_whole_does() {
    let transform = |mode: &str, statements: &[&str]| {
        let config = json!({ "error_mode": mode, "trace_statements": statements });
        of_traces(ProcessorKind::Transform, &config)
    };
    let filter = |mode: &str, condition: &str| {
        let config = json!({ "error_mode": mode, "traces": { "span": [condition] } });
        of_traces(ProcessorKind::Filter, &config)
    };
    let get = "set(span.name, ParseJSON(span.name)) where span.attributes[\"http.request.method\"] == \"GET\"";
    let programs = [
        transform(
            "ignore",
            &["set(span.attributes[\"seen\"], resource.attributes[\"tenant\"])"],
        ),
        // These fail, for some records or for all.
        transform("ignore", &[get]),
        transform("silent", &["set(span.name, ParseJSON(span.name))"]),
        transform("propagate", &[get]),
        filter("ignore", "span.attributes[\"url.path\"] == \"/healthz\""),
        filter("ignore", "ParseJSON(span.name) != nil"),
        filter("propagate", "ParseJSON(span.name) != nil"),
        // All of some parts, and all there is.
        filter("ignore", "resource.attributes[\"tenant\"] != \"A\""),
        filter("ignore", "true"),
    ];
    let shape = Shape {
        per_resource: 4,
        ..Shape::usual(200)
    };
    for seed in 0..3 {
        let request = shop::request("traces", shape, seed);
        for (first, one) in programs.iter().enumerate() {
            for (second, other) in programs.iter().enumerate() {
                for third in [&programs[0], &programs[1], &programs[3]] {
                    expect_same(
                        &mut Runner::new(cutting(1)),
                        &mut Runner::new(cutting(3)),
                        &[one, other, third],
                        &request,
                        &format!("{first}, {second} of seed {seed}"),
                    );
                }
            }
        }
    }
}

#[test]
fn a_request_that_is_malformed_anywhere_is_refused_alike() {
    let (whole, cut) = (&mut Runner::new(cutting(1)), &mut Runner::new(cutting(4)));
    for name in ["typical", "filter", "keep_keys", "json"] {
        let (signal, program) = configuration::program(name);
        let request = shop::request(&signal, Shape::usual(64), 0);
        for at in (0..request.len()).step_by(request.len() / 397) {
            for byte in [0, 0x0a, 0x7f, 0xff] {
                let mut request = request.clone();
                request[at] = byte;
                expect_same(
                    whole,
                    cut,
                    &[&program],
                    &request,
                    &format!("{name} {byte} at {at}"),
                );
            }
            expect_same(
                whole,
                cut,
                &[&program],
                &request[..at],
                &format!("{name} to {at}"),
            );
        }
    }
}

#[test]
fn any_number_of_threads_gives_what_one_gives() {
    for name in configuration::names() {
        let (signal, program) = configuration::program(&name);
        // Ids and times differ whenever they are made.
        if ["functions/uuid", "functions/ids"].contains(&&name[..]) {
            continue;
        }
        let all: Vec<Vec<u8>> = (0..8)
            .map(|seed| shop::request(&signal, Shape::usual(32 << (seed % 3)), seed))
            .collect();
        let mut worker = Worker::new();
        let expected: Vec<Vec<u8>> = all
            .iter()
            .map(|request| {
                let mut out = Vec::new();
                worker
                    .run(&program, Validation::Full, request, &mut out)
                    .expect("a sound request");
                out
            })
            .collect();
        for cores in [1, 2, 3, 8] {
            for cores in [Cores::new(count(cores)), cutting(cores)] {
                let mut found = Vec::new();
                requests(&[&program], Validation::Full, &cores, all.iter(), |ran| {
                    assert_eq!(ran.result, Ok(!ran.output.is_empty()));
                    found.push(ran.output.to_vec());
                    ControlFlow::Continue(())
                });
                assert!(found == expected, "{name} with {cores:?}");
            }
        }
    }
}

#[test]
fn requests_are_asked_for_when_there_is_room_and_no_longer_than_wanted() {
    let (signal, program) = configuration::program("set");
    let request = shop::request(&signal, Shape::usual(8), 0);
    let (asked, mut taken) = (AtomicUsize::new(0), 0);
    let endless = std::iter::from_fn(|| {
        asked.fetch_add(1, Ordering::SeqCst);
        Some(&request)
    });
    let cores = Cores::new(count(3));
    requests(
        &[&program],
        Validation::Full,
        &cores,
        endless,
        |Ran { result, .. }| {
            assert_eq!(result, Ok(true));
            taken += 1;
            assert!(
                asked.load(Ordering::SeqCst) - taken < 20,
                "many are on their way"
            );
            match taken {
                100 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        },
    );
    assert_eq!(taken, 100);
}
