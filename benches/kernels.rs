//! Benchmarks of the parts: starting up, parsing, compiling, validation, hashes, and the configurations of `tests/reference/bench`.
//!
//! `cargo bench --bench kernels -- typical` measures one. `benches/compare` compares with the reference.

mod configuration;
#[path = "../fuzz/src/protobuf.rs"]
#[allow(unreachable_pub, reason = "public for the fuzzers")]
mod protobuf;
mod shop;

use bumpalo::Bump;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ottl::run::{Chunks, Cores, Runner};
use ottl_grammar::{Dialect, parse_statement};
use ottl_vm::exec::{BLOCK, Validation, Worker};
use ottl_vm::function::Shortcut;
use ottl_vm::value::Value;
use ottl_vm::wire::Signal;
use ottl_vm::wire::validate::validate;
use sha2::{Digest, Sha256};
use shop::Shape;
use std::hint::black_box;
use std::num::NonZero;
use std::process::{Command, Stdio};

/// Records in a request, as in the data sets of the reference.
const RECORD_COUNT: u64 = 512;

/// Records in a request that is worth being run in parts.
const LARGE_RECORD_COUNT: u64 = 64 * RECORD_COUNT;

const STATEMENT: &str = r#"set(span.attributes["slow"], true) where span.end_time - span.start_time > Duration("3s") and IsMatch(span.name, "^GET")"#;

fn front_end(criterion: &mut Criterion) {
    // A process that compiles a statement, reads nothing and ends.
    criterion.bench_function("start-up", |b| {
        b.iter(|| {
            Command::new(env!("CARGO_BIN_EXE_ottlc"))
                .args(["run", STATEMENT])
                .stdin(Stdio::null())
                .status()
        })
    });
    criterion.bench_function("parse", |b| {
        b.iter(|| parse_statement(black_box(STATEMENT), Dialect::Upstream))
    });
    for name in ["typical", "more/statements_200"] {
        criterion.bench_function(&format!("compile {name}"), |b| {
            b.iter(|| configuration::program(black_box(name)))
        });
    }
}

fn wire(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("validate");
    group.throughput(Throughput::Elements(RECORD_COUNT));
    for (name, signal) in [
        ("traces", Signal::Traces),
        ("logs", Signal::Logs),
        ("metrics", Signal::Metrics),
    ] {
        let request = shop::request(name, Shape::usual(RECORD_COUNT), 0);
        group.bench_function(name, |b| {
            b.iter(|| validate(signal, black_box(&request), &mut ()))
        });
    }
}

/// The hashes of a block of strings as long as the bodies of logs: as `SHA256` takes them, and one by one by the crate.
fn hashes(criterion: &mut Criterion) {
    let texts: Vec<String> = (0..BLOCK).map(|i| "x".repeat(91 + i * 37 % 157)).collect();
    let strings: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let mut functions = ottl_stdlib::FUNCTIONS.iter();
    let Some(Shortcut::TakesStrings(hash_all)) = functions
        .find(|function| function.name == "SHA256")
        .and_then(|function| function.shortcut)
    else {
        panic!("SHA256 takes several strings at once");
    };
    let mut group = criterion.benchmark_group("SHA256");
    group.throughput(Throughput::Elements(BLOCK as u64));
    let mut arena = Bump::new();
    group.bench_function("at once", |b| {
        b.iter(|| {
            arena.reset();
            let mut results = [Value::Nil; BLOCK];
            hash_all(black_box(&strings), &mut results, &arena);
            black_box(results);
        })
    });
    group.bench_function("one by one", |b| {
        b.iter(|| {
            for string in black_box(&strings) {
                black_box(Sha256::digest(string));
            }
        })
    });
}

fn run(criterion: &mut Criterion) {
    for (label, validation) in [("full", Validation::Full), ("touched", Validation::Touched)] {
        let mut group = criterion.benchmark_group(label);
        group.throughput(Throughput::Elements(RECORD_COUNT));
        for name in configuration::names() {
            let (signal, program) = configuration::program(&name);
            let request = shop::request(&signal, Shape::usual(RECORD_COUNT), 0);
            let (mut worker, mut output) = (Worker::new(), Vec::new());
            group.bench_function(&name, |b| {
                b.iter(|| {
                    output.clear();
                    worker
                        .run(&program, validation, black_box(&request), &mut output)
                        .map(|_| ())
                });
            });
        }
    }
}

/// One request at a time, on one core and, in parts, on all.
fn large(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("large");
    group.throughput(Throughput::Elements(LARGE_RECORD_COUNT));
    for name in ["set", "typical"] {
        let (signal, program) = configuration::program(name);
        let shape = Shape {
            per_resource: RECORD_COUNT / 8,
            ..Shape::usual(LARGE_RECORD_COUNT)
        };
        let request = shop::request(&signal, shape, 0);
        for (label, cores) in [
            ("one core", Cores::new(NonZero::<usize>::MIN)),
            ("all cores", Cores::all()),
        ] {
            let (mut runner, mut output) = (Runner::new(cores), Chunks::default());
            group.bench_function(format!("{name}, {label}"), |b| {
                b.iter(|| {
                    output.clear();
                    runner.run(
                        &[&program],
                        Validation::Full,
                        black_box(&request),
                        &mut output,
                    )
                });
            });
        }
    }
}

criterion_group!(benches, front_end, wire, hashes, run, large);
criterion_main!(benches);
