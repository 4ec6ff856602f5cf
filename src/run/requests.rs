//! Requests of an iterator, run on several threads.

use super::pipeline::{Sink, Source, in_order, locked};
use super::{Chunks, Cores, Failed, Refused, Runner};
use ottl_vm::exec::Validation;
use ottl_vm::program::Program;
use std::borrow::Borrow;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// What came of a request.
#[derive(Debug)]
pub struct Ran<'r, R> {
    /// The request as the iterator gave it.
    pub request: &'r R,
    /// Whether something is left of it: filters can drop all.
    pub result: Result<bool, Refused>,
    /// What is left.
    pub output: &'r Chunks,
    /// What failed and did not refuse it, by program.
    pub failed: &'r [Failed],
}

/// Runs each request, which is protobuf, through `programs`, one after the other, on as many threads as `cores` has,
/// this one among them, and gives what comes of them to `take` in the order of the requests, until it breaks.
///
/// A few requests for each thread are on their way at any time; no more of them are asked for until `take` has taken
/// some. Where requests have to be run in order ([`Program::is_ordered`]), one thread runs them.
pub fn requests<P, R>(
    programs: &[P],
    validation: Validation,
    cores: &Cores,
    requests: impl Iterator<Item = R> + Send,
    take: impl FnMut(Ran<'_, R>) -> ControlFlow<()> + Send,
) where
    P: Borrow<Program> + Sync,
    R: AsRef<[u8]> + Send,
{
    let is_ordered = programs.iter().any(|program| program.borrow().is_ordered());
    let threads = if is_ordered { 1 } else { cores.count() };
    let worker = || {
        let mut runner = Runner::new(cores.clone());
        move |request: &mut Option<R>, done: &mut Done<R>| {
            done.output.clear();
            if let Some(request) = &request {
                done.result = runner.run(programs, validation, request.as_ref(), &mut done.output);
                done.failed.clear();
                done.failed.extend_from_slice(runner.failed());
            }
            done.request = request.take();
        }
    };
    in_order(
        threads,
        &mut Requests(requests),
        worker,
        &Taking(Mutex::new(take)),
    );
}

struct Requests<I>(I);

impl<R, I: Iterator<Item = R> + Send> Source<Option<R>> for Requests<I> {
    fn next(&mut self, work: &mut Option<R>) -> bool {
        *work = self.0.next();
        work.is_some()
    }
}

struct Done<R> {
    request: Option<R>,
    result: Result<bool, Refused>,
    output: Chunks,
    failed: Vec<Failed>,
}

impl<R> Default for Done<R> {
    fn default() -> Done<R> {
        Done {
            request: None,
            result: Ok(false),
            output: Chunks::default(),
            failed: Vec::new(),
        }
    }
}

struct Taking<F>(Mutex<F>);

impl<R, F> Sink<Done<R>> for Taking<F>
where
    F: FnMut(Ran<'_, R>) -> ControlFlow<()> + Send,
{
    fn take(&self, done: &mut Done<R>) -> ControlFlow<()> {
        let Some(request) = done.request.take() else {
            return ControlFlow::Break(());
        };
        let mut take = locked(&self.0);
        take(Ran {
            request: &request,
            result: mem::replace(&mut done.result, Ok(false)),
            output: &done.output,
            failed: &done.failed,
        })
    }

    fn bytes(&self, done: &Done<R>) -> usize {
        done.output.len()
    }
}
