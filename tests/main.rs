//! The tests that see the whole: one binary, a module a kind.

mod bytecode;
mod cli;
mod conformance;
mod docs;
mod lower;
mod paths;
mod extended;
mod regressions;
mod tidy;
mod touched;
