//! The tests that see the whole: one binary, a module a kind.

mod bytecode;
mod cli;
mod conformance;
mod docs;
mod extended;
mod lower;
mod paths;
mod regressions;
mod streaming;
mod tidy;
mod touched;
