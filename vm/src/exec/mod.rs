//! The executor: runs a [`Program`](crate::program::Program) over a request, bytes in, bytes out.
//!
//! Invariants: running does no I/O; a request that is refused leaves no trace; what no statement touched
//! leaves as it came, byte for byte; in steady state a record costs no heap allocation.

mod access;
mod ahead;
mod arguments;
mod call;
mod check;
mod dictionary;
mod eager;
mod failures;
mod guard;
pub(crate) mod keyed;
mod lambda;
mod lane;
mod lane_nodes;
mod locate;
mod locator;
mod machine;
mod map_edit;
mod mask;
mod merge;
mod parts;
mod passes;
mod plan;
mod references;
mod remember;
mod rows;
mod run;
mod shortcut;
mod strings;
mod test;
mod texts;
mod unlisted;
mod walk;
mod whole;
mod worker;

pub use ahead::{call_ahead, literal};
pub use arguments::double_to_int;
pub use call::Call;
pub use dictionary::{ATTRIBUTE_TABLE, AttributeEntry, Dictionary, STRING_TABLE};
pub use failures::{Failure, keep_first};
pub use lane::Lane;
pub use machine::constant;
pub use map_edit::{MapEdit, MapItem};
pub use mask::BLOCK;
pub use merge::Strategy;
pub use parts::parts;
pub(crate) use plan::Plan;
pub use worker::{Outcome, RunError, Worker};

pub use crate::wire::index::Validation;
