//! Running compiled programs over requests, on as many cores as there are.
//!
//! [`requests`] runs programs over one request after the other, several at once, and gives what comes of them in their
//! order. What it is made of is here for hosts that do more with a request: [`in_order`] does any work on several
//! threads, and a [`Runner`] is what each of them needs to run requests, large ones in parts.
//!
//! ```
//! use ottl::compile::{Dialect, Gates, Options, Registry, compile};
//! use ottl::config::{Processor, ProcessorKind, Signal};
//! use ottl::run::{Cores, Ran, requests};
//! use ottl_vm::exec::Validation;
//! use std::ops::ControlFlow;
//!
//! let config = serde_json::json!({ "log_statements": ["set(log.severity_text, \"INFO\")"] });
//! let program = compile(
//!     &Processor::from_json(ProcessorKind::Transform, &config)?,
//!     &Options {
//!         signal: Signal::Logs,
//!         dialect: Dialect::Upstream,
//!         gates: &Gates::default(),
//!         registry: &Registry::new(ottl_stdlib::FUNCTIONS),
//!     },
//! )
//! .expect("the statement is sound");
//!
//! // An `ExportLogsServiceRequest` with one log record that has nothing in it, a hundred times.
//! let one: &[u8] = &[0x0a, 4, 0x12, 2, 0x12, 0];
//! let mut outputs = Vec::new();
//! requests(
//!     &[program],
//!     Validation::Full,
//!     &Cores::all(),
//!     std::iter::repeat_n(one, 100),
//!     |Ran { request, result, output, .. }| {
//!         assert_eq!((*request, result), (one, Ok(true)));
//!         outputs.push(output.to_vec());
//!         ControlFlow::Continue(())
//!     },
//! );
//! assert_eq!(outputs.len(), 100);
//! assert!(outputs.iter().all(|output| output.ends_with(b"\x1a\x04INFO")));
//! # Ok::<(), ottl::config::ConfigErrors>(())
//! ```

mod chain;
mod chunks;
mod limits;
mod pipeline;
mod requests;
mod runner;

pub use chunks::Chunks;
pub use pipeline::{Sink, Source, in_order};
pub use requests::{Ran, requests};
pub use runner::{Cores, Runner};

use ottl_vm::exec::{Failure, RunError};
use std::fmt;

/// What failed in a request under `ignore`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// The number of the program.
    pub program: usize,
    /// How many statements failed.
    pub count: u64,
    /// The first of them in the reference's order, at most
    /// [`FAILURES_KEPT_MAX`](ottl_vm::limits::FAILURES_KEPT_MAX).
    pub failures: Vec<Failure>,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The number of the program that it was refused by.
    pub program: usize,
    /// Why.
    pub error: RunError,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
