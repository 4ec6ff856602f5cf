//! The tests that see the whole: one binary, a module a kind.

#[path = "../benches/configuration.rs"]
mod configuration;
#[path = "../benches/shop/mod.rs"]
mod shop;

mod at_once;
mod bounds;
mod bytecode;
mod check;
mod cli;
mod conformance;
mod corpus;
mod docs;
mod extended;
mod fused;
mod lower;
mod merging;
mod parallel;
mod passed_over;
mod paths;
mod programs;
mod regressions;
mod sequences;
mod shortcuts;
mod stepwise;
mod streaming;
mod texts;
mod tidy;
mod touched;
mod warnings;

// The requests of the benchmarks are written with it.
use regressions::fuzz::protobuf;
