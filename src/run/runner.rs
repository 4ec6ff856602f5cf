//! A runner: runs one request at a time, a large one in parts on several threads.

use super::chain::{Chain, Log};
use super::chunks::Chunks;
use super::limits::{PART_BYTES_MIN, PARTS_PER_THREAD};
use super::pipeline::locked;
use super::{Failed, Refused};
use ottl_vm::exec::{Validation, keep_first, parts};
use ottl_vm::program::Program;
use std::borrow::Borrow;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// How many threads runners may have at work, all together: those that share them help each other with large requests
/// while they have nothing else to do. A clone stands for the same cores.
#[derive(Clone, Debug)]
pub struct Cores {
    count: usize,
    idle: Arc<AtomicUsize>,
    part_bytes_min: usize,
}

impl Cores {
    /// So many.
    pub fn new(count: NonZero<usize>) -> Cores {
        Cores {
            count: count.get(),
            idle: Arc::new(AtomicUsize::new(count.get())),
            part_bytes_min: PART_BYTES_MIN,
        }
    }

    /// As many as the machine has.
    pub fn all() -> Cores {
        Cores::new(thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN))
    }

    /// The same with another bound for when a part of a request is worth a thread: bytes.
    #[must_use]
    pub fn with_parts_of(self, bytes: NonZero<usize>) -> Cores {
        Cores {
            part_bytes_min: bytes.get(),
            ..self
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// At most `count` of those that are idle.
    fn take(&self, count: usize) -> Taken {
        let (acquire, relaxed) = (Ordering::AcqRel, Ordering::Relaxed);
        let left = |idle: usize| Some(idle.saturating_sub(count));
        let idle = self.idle.fetch_update(acquire, relaxed, left);
        Taken {
            count: idle.unwrap_or_else(|idle| idle).min(count),
            idle: Arc::clone(&self.idle),
        }
    }
}

/// Cores that are at work.
struct Taken {
    count: usize,
    idle: Arc<AtomicUsize>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.idle.fetch_add(self.count, Ordering::AcqRel);
    }
}

/// Runs requests through programs, one request at a time. Give each thread its own; it keeps its memory.
///
/// A request of megabytes is run in parts, by threads of the runner's, if there are [`Cores`] that nobody else uses and
/// the programs [allow it](Program::is_separable). Its output and its failures are the same.
pub struct Runner {
    cores: Cores,
    /// One a thread.
    chains: Vec<Chain>,
    failed: Vec<Failed>,
}

impl Runner {
    /// A runner with nothing kept yet.
    pub fn new(cores: Cores) -> Runner {
        Runner {
            cores,
            chains: vec![Chain::default()],
            failed: Vec::new(),
        }
    }

    /// What failed in the last request and did not refuse it, by program; those in which nothing failed are missing.
    pub fn failed(&self) -> &[Failed] {
        &self.failed
    }

    /// Runs a request, which is protobuf, through `programs`, one after the other, and appends what comes of it to the
    /// first buffer of `out` and those after it, which must be empty. Whether something does: filters can drop all.
    ///
    /// # Errors
    /// The request is malformed, as far as `validation` looks, or a statement failed under `propagate`; `out` is as it
    /// was.
    pub fn run<P: Borrow<Program> + Sync>(
        &mut self,
        programs: &[P],
        validation: Validation,
        request: &[u8],
        out: &mut Chunks,
    ) -> Result<bool, Refused> {
        let _this_one = self.cores.take(1);
        self.failed.clear();
        let worth = request.len() / self.cores.part_bytes_min;
        if worth > 1 && programs.iter().all(|one| one.borrow().is_separable()) {
            let helpers = self.cores.take(worth - 1);
            if helpers.count > 0
                && let Some(is_any_left) =
                    self.run_parts(programs, validation, request, helpers.count, out)
            {
                return Ok(is_any_left);
            }
        }
        self.chains[0].run(programs, validation, request, out.first(), &mut self.failed)
    }

    /// Runs a request in parts, with the help of so many threads; `None`, and `out` as it was, if it must be run as a
    /// whole.
    fn run_parts<P: Borrow<Program> + Sync>(
        &mut self,
        programs: &[P],
        validation: Validation,
        request: &[u8],
        helpers: usize,
        out: &mut Chunks,
    ) -> Option<bool> {
        let count =
            ((helpers + 1) * PARTS_PER_THREAD).min(request.len() / self.cores.part_bytes_min);
        let parts = parts(request, count);
        if parts.len() < 2 {
            return None;
        }
        let before = out.first().len();
        let mut ran: Vec<Ran> = parts.iter().map(|_| Ran::default()).collect();
        let is_whole = AtomicBool::new(false);
        {
            let jobs = parts.iter().zip(out.get(parts.len())).zip(&mut ran);
            let jobs = Mutex::new(jobs);
            let work = |chain: &mut Chain| {
                let next = || locked(&jobs).next();
                while !is_whole.load(Ordering::Relaxed)
                    && let Some(((part, out), ran)) = next()
                {
                    match chain.run_part(programs, validation, part, out, &mut ran.logs) {
                        Some(is_any_left) => ran.is_any_left = is_any_left,
                        None => is_whole.store(true, Ordering::Relaxed),
                    }
                }
            };
            let count = self.chains.len().max(helpers + 1);
            self.chains.resize_with(count, Chain::default);
            let mut chains = self.chains.iter_mut().take(helpers + 1);
            let own = chains.next();
            thread::scope(|scope| {
                for chain in chains {
                    // Without the thread there is less help.
                    let _ = thread::Builder::new().spawn_scoped(scope, || work(chain));
                }
                own.map(work);
            });
        }
        if is_whole.into_inner() {
            let buffers = out.get(parts.len());
            buffers[0].truncate(before);
            buffers[1..].iter_mut().for_each(Vec::clear);
            return None;
        }
        let is_any_left = ran.iter().any(|ran| ran.is_any_left);
        self.failed = joined(programs.len(), ran);
        Some(is_any_left)
    }
}

/// What came of a part.
#[derive(Default)]
struct Ran {
    is_any_left: bool,
    /// By program, up to the one that dropped all.
    logs: Vec<Log>,
}

/// The failures of the parts as those of the request: the records of a part come after those of the parts before it.
fn joined(programs: usize, parts: Vec<Ran>) -> Vec<Failed> {
    let mut all: Vec<Log> = (0..programs).map(|_| Log::default()).collect();
    for (number, log) in parts
        .into_iter()
        .flat_map(|part| part.logs)
        .map(|log| (log.failed.program, log))
    {
        let all = &mut all[number];
        all.failed.program = number;
        all.failed.count += log.failed.count;
        all.visited
            .resize(log.visited.len().max(all.visited.len()), 0);
        let later = log.failed.failures.into_iter().map(|mut failure| {
            failure.record += all.visited.get(failure.pass).copied().unwrap_or_default();
            failure
        });
        all.failed.failures.extend(later);
        for (all, visited) in all.visited.iter_mut().zip(log.visited) {
            *all += visited;
        }
    }
    let mut failed: Vec<Failed> = all.into_iter().map(|log| log.failed).collect();
    failed.retain(|failed| failed.count > 0);
    failed
        .iter_mut()
        .for_each(|failed| keep_first(&mut failed.failures));
    failed
}
