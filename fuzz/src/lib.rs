//! What each fuzz target checks, as plain functions over bytes.
//!
//! The ordinary tests include this module, too: they replay `regressions/` and a few hundred inputs of
//! their own. Invariant: every input is a valid one, and the same bytes check the same thing each time.

pub mod choices;
mod engine;
mod language;
mod program;
pub mod protobuf;
pub mod request;
pub mod unfused;

pub use engine::{blocks_vs_lanes, wire};
pub use language::{parse, print_parse};

/// A target's name, which is that of its folder in `regressions/`, and its check.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("parse", parse),
    ("print_parse", print_parse),
    ("blocks_vs_lanes", blocks_vs_lanes),
    ("wire", wire),
];
