//! What failed while a request ran.
//!
//! Under `ignore` failures are counted and the first ones kept; under `propagate` the first in the
//! reference's order (record by record, each with all statements) refuses the request.

use crate::limits::FAILURES_KEPT_MAX;
use crate::program::{ErrorMode, Pass};

/// A statement that failed on a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number of the pass in its program.
    pub pass: usize,
    /// The number of the statement in its pass.
    pub statement: u16,
    /// The number of the record among the pass's records.
    pub record: u64,
    /// Why.
    pub error: String,
}

/// The failures of a request.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// The pass that runs.
    pub(crate) pass: usize,
    /// How many there were under `ignore`.
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) kept: Vec<Failure>,
    /// The one that refuses the request.
    pub(crate) fatal: Option<Failure>,
}

impl Failures {
    #[cold]
    pub(crate) fn push(&mut self, pass: &Pass, statement: u16, record: u64, error: &str) {
        let is_condition = pass
            .statements
            .get(usize::from(statement))
            .is_some_and(|s| s.is_condition);
        let mode = if is_condition {
            pass.condition_error_mode
        } else {
            pass.error_mode
        };
        let failure = || Failure {
            pass: self.pass,
            statement,
            record,
            error: error.to_owned(),
        };
        match mode {
            ErrorMode::Silent => {}
            ErrorMode::Ignore => {
                self.count += 1;
                if self.kept.len() < FAILURES_KEPT_MAX {
                    let failure = failure();
                    self.kept.push(failure);
                }
            }
            ErrorMode::Propagate => {
                if self.fatal.as_ref().is_none_or(|f| {
                    (self.pass, record, statement) < (f.pass, f.record, f.statement)
                }) {
                    self.fatal = Some(failure());
                }
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Failures {
            kept: std::mem::take(&mut self.kept),
            ..Failures::default()
        };
        self.kept.clear();
    }
}
