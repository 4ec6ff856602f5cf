//! The tests that see the whole: one binary, a module a kind.

mod bytecode;
mod cli;
mod conformance;
mod docs;
mod lower;
mod regressions;
mod tidy;
mod touched;
