//! The project's tests over all its crates: one binary, a module a kind of test.

mod cli;
