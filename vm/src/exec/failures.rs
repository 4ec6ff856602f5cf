//! What failed while a request ran.
//!
//! Under `ignore` failures are counted and the first ones kept; under `propagate` the first one refuses the request.
//! First is who comes first in the reference's order (record by record, each with all statements), in whatever order
//! they are met.

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

impl Failure {
    /// Where it stands in the reference's order: pass by pass, record by record, statement by statement.
    pub fn order(&self) -> (usize, u64, u16) {
        (self.pass, self.record, self.statement)
    }
}

/// Brings failures into the reference's order and keeps the first [`FAILURES_KEPT_MAX`].
pub fn keep_first(failures: &mut Vec<Failure>) {
    // Stable: a record that a pass visits again can fail again.
    failures.sort_by_key(Failure::order);
    failures.truncate(FAILURES_KEPT_MAX);
}

/// The failures of a request.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// The pass that runs.
    pub(crate) pass: usize,
    /// How many there were under `ignore`.
    pub(crate) count: u64,
    /// The first of them, and some others until [`settle`](Failures::settle).
    pub(crate) kept: Vec<Failure>,
    /// Of later ones none is kept.
    last_kept: Option<(usize, u64, u16)>,
    /// The one that refuses the request.
    pub(crate) fatal: Option<Failure>,
    /// How many records each pass has gone over in the part that runs.
    pub(crate) visiting: Vec<u64>,
    /// How many records each pass went over in the parts that have ended.
    pub(crate) visited: Vec<u64>,
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
        let record = record + self.visited.get(self.pass).copied().unwrap_or_default();
        let order = (self.pass, record, statement);
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
                if self.last_kept.is_none_or(|last| order < last) {
                    let failure = failure();
                    self.kept.push(failure);
                }
                // Those that come in order are no longer kept once there are so many.
                let room = match self.last_kept {
                    None => FAILURES_KEPT_MAX,
                    Some(_) => 2 * FAILURES_KEPT_MAX,
                };
                if self.kept.len() == room {
                    self.settle();
                }
            }
            ErrorMode::Propagate => {
                if self.fatal.as_ref().is_none_or(|f| order < f.order()) {
                    self.fatal = Some(failure());
                }
            }
        }
    }

    /// Leaves the first ones in `kept`, in order.
    pub(crate) fn settle(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        keep_first(&mut self.kept);
        if self.kept.len() == FAILURES_KEPT_MAX {
            self.last_kept = self.kept.last().map(Failure::order);
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Failures {
            kept: std::mem::take(&mut self.kept),
            visiting: std::mem::take(&mut self.visiting),
            visited: std::mem::take(&mut self.visited),
            ..Failures::default()
        };
        self.kept.clear();
        self.visiting.clear();
        self.visited.clear();
    }

    /// The records of what follows come after those of the part that ran.
    pub(crate) fn end_part(&mut self) {
        let passes = self.visited.len().max(self.visiting.len());
        self.visited.resize(passes, 0);
        for (visited, now) in self.visited.iter_mut().zip(self.visiting.drain(..)) {
            *visited += now;
        }
    }
}
