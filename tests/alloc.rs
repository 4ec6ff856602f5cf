//! In steady state running a program costs no heap allocation per record.
//!
//! A program of its own, as it counts every allocation of the process; its tests therefore are one test.

#[path = "../benches/configuration.rs"]
mod configuration;
#[path = "../fuzz/src/protobuf.rs"]
#[allow(unreachable_pub, reason = "public for the fuzzers")]
mod protobuf;
#[path = "../benches/shop/mod.rs"]
mod shop;

use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use shop::Shape;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts allocations, and passes them on.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs before counting starts: buffers and caches reach their size.
const WARM_UP_COUNT: usize = 5;

/// Runs that are counted.
const RUN_COUNT: u64 = 10;

/// Allocations per run of a request of `records` records, warmed up.
fn allocations(signal: &str, program: &Program, validation: Validation, records: u64) -> u64 {
    let request = shop::request(signal, Shape::usual(records), 0);
    let (mut worker, mut output) = (Worker::new(), Vec::new());
    let mut run = || {
        output.clear();
        worker
            .run(program, validation, &request, &mut output)
            .map(|_| ())
            .expect("the request is sound");
    };
    (0..WARM_UP_COUNT).for_each(|_| run());
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    (0..RUN_COUNT).for_each(|_| run());
    (ALLOCATIONS.load(Ordering::Relaxed) - before).div_ceil(RUN_COUNT)
}

/// A program whose statements evaluate lambdas.
fn lambdas() -> Program {
    let statements = [
        "set(span.attributes[\"x\"], Any(span.attributes, (key, value) => key == \"a\" or value == span.name))",
        "set(span.attributes, Filter(span.attributes, (key, _) => not Any([\"b\"], (_, other) => other == key)))",
        "set(span.name, When(() => span.kind == 1, \"internal\", span.name))",
    ];
    let config = serde_json::json!({ "trace_statements": statements });
    configuration::compiled(
        ProcessorKind::Transform,
        &config,
        Signal::Traces,
        Dialect::Extended,
        &Gates::default(),
    )
}

/// Configurations that allocate for a record, each with the reason.
const EXCEPT: &[(&str, &str)] = &[
    (
        "functions/convert",
        "doubles become text by way of the heap",
    ),
    (
        "functions/format",
        "what a verb prints is written apart, so that it can be padded",
    ),
    (
        "functions/glob",
        "where a star can end in several places, they are listed",
    ),
    (
        "functions/key_value",
        "a map of many keys gets an index of them",
    ),
    (
        "functions/map_text",
        "entries are sorted in lists of their own, one a map",
    ),
    (
        "functions/metric_aggregate",
        "points are grouped in a map by their attributes",
    ),
    (
        "functions/metric_aggregate_value",
        "points are grouped in a map by their attributes",
    ),
    (
        "functions/metric_copy",
        "the request is written and read again, so that metrics that were made are visited",
    ),
    (
        "functions/time_parse",
        "texts are matched by directives that keep what they have read",
    ),
    (
        "functions/url",
        "results of costly calls are remembered, and so are those that replace them",
    ),
    (
        "functions/user_agent_distinct",
        "results of costly calls are remembered, and so are those that replace them",
    ),
    ("functions/xml_edit", "a document becomes a tree"),
    ("functions/xml_parse", "a document becomes a tree"),
    (
        "more/failing",
        "the first failures of a request are kept with their texts",
    ),
    (
        "more/flatten",
        "resources and scopes that are put together again are listed, with what they hold",
    ),
    (
        "more/shared_cache",
        "what the cache holds is kept for the request to come",
    ),
];

#[test]
fn a_record_costs_no_allocation() {
    let mut found = Vec::new();
    let programs = configuration::names().into_iter().map(|name| {
        let program = configuration::program(&name);
        (name, program)
    });
    let lambdas = ("lambdas".to_owned(), ("traces".to_owned(), lambdas()));
    let mut steady: Vec<&str> = EXCEPT.iter().map(|(name, _)| *name).collect();
    for (name, (signal, program)) in programs.chain([lambdas]) {
        let counts = if name.starts_with("functions/") {
            [64, 512]
        } else {
            [1024, 8192]
        };
        for validation in [Validation::Full, Validation::Touched] {
            for records in counts {
                let count = allocations(&signal, &program, validation, records);
                if count == 0 {
                    continue;
                }
                if EXCEPT.iter().any(|(except, _)| *except == name) {
                    steady.retain(|except| *except != name);
                    continue;
                }
                found.push(format!(
                    "{name}, {validation:?}, {records} records: {count} allocations a run"
                ));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(steady.is_empty(), "these need no exception: {steady:?}");
}
