//! What failed in a run: counted by statement, told at its end.

use crate::limits::FAILED_STATEMENTS_TOLD_MAX;
use crate::program::{Programs, Stage};
use ottl::config::Signal;
use ottl::run::Failed;
use ottl_vm::exec::Failure;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;

/// The failures of a run.
#[derive(Default)]
pub(crate) struct Failures {
    /// By signal, processor, pass and statement.
    by_statement: BTreeMap<(Signal, usize, usize, u16), Tally>,
    /// All, those included that no statement could be told of.
    count: u64,
    /// Requests that were refused.
    refused: u64,
}

/// The failures of one statement.
struct Tally {
    count: u64,
    first_error: String,
    /// Where the first one was: the request, and the record in it, from 1.
    first_place: String,
    first_record: u64,
}

impl Failures {
    /// Counts what failed in a request that stands at `place`.
    pub(crate) fn add(&mut self, signal: Signal, failed: &Failed, place: &dyn Fn() -> String) {
        self.count += failed.count;
        self.tell(signal, failed.program, &failed.failures, place);
    }

    /// Counts a request that stands at `place` and that a processor refused.
    pub(crate) fn refuse(
        &mut self,
        signal: Signal,
        stage: usize,
        failure: &Failure,
        place: &dyn Fn() -> String,
    ) {
        self.count += 1;
        self.refused += 1;
        self.tell(signal, stage, std::slice::from_ref(failure), place);
    }

    fn tell(
        &mut self,
        signal: Signal,
        stage: usize,
        failures: &[Failure],
        place: &dyn Fn() -> String,
    ) {
        for failure in failures {
            let key = (signal, stage, failure.pass, failure.statement);
            let tally = self.by_statement.entry(key).or_insert_with(|| Tally {
                count: 0,
                first_error: failure.error.clone(),
                first_place: place(),
                first_record: failure.record + 1,
            });
            tally.count += 1;
        }
    }

    /// Adds what failed in later requests.
    pub(crate) fn append(&mut self, later: Failures) {
        self.count += later.count;
        self.refused += later.refused;
        for (key, tally) in later.by_statement {
            match self.by_statement.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(tally)),
                Entry::Occupied(mut entry) => entry.get_mut().count += tally.count,
            }
        }
    }

    /// How many requests were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    /// The summary; empty if nothing failed.
    pub(crate) fn summary(&self, programs: &Programs) -> String {
        let mut text = String::new();
        for ((signal, stage, pass, statement), tally) in
            self.by_statement.iter().take(FAILED_STATEMENTS_TOLD_MAX)
        {
            let stage = programs.of(*signal).and_then(|stages| stages.get(*stage));
            let (what, source) = described(stage, *pass, *statement);
            let times = if tally.count == 1 {
                "once".to_owned()
            } else {
                format!("{} times", tally.count)
            };
            let id = stage.map_or("", |stage| stage.id.as_str());
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "warning[E300]: a {what} of {id} ({signal}) failed {times}\n  {source}\n  first: {}, record {}: {}",
                tally.first_place, tally.first_record, tally.first_error
            );
        }
        let told: u64 = self
            .by_statement
            .values()
            .take(FAILED_STATEMENTS_TOLD_MAX)
            .map(|tally| tally.count)
            .sum();
        if told < self.count {
            let _ = writeln!(text, "warning[E300]: {} more failures", self.count - told);
        }
        if self.refused > 0 {
            let requests = if self.refused == 1 {
                "request was"
            } else {
                "requests were"
            };
            let _ = writeln!(
                text,
                "error[E301]: {} {requests} refused: error_mode is `propagate`",
                self.refused
            );
        }
        text
    }
}

/// What a statement is, and its text.
fn described(stage: Option<&Stage>, pass: usize, statement: u16) -> (&'static str, &str) {
    let pass = stage.and_then(|stage| stage.program.passes.get(pass));
    match pass.and_then(|pass| pass.statements.get(usize::from(statement))) {
        Some(info) if info.is_condition => ("condition", &info.text),
        Some(info) => ("statement", &info.text),
        None => ("statement", ""),
    }
}
