//! Work on several threads whose results come out in the order in which the work went in.
//!
//! One thread (the caller's) hands work in, some do it, one takes the results. What is on its way is bounded,
//! so that memory is, too: whoever is ahead waits.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Pieces of work that may be on their way at once, for each thread that does them.
const IN_FLIGHT_PER_THREAD: usize = 4;

/// Where work is handed in.
pub(crate) struct Feed<Work> {
    permits: SyncSender<()>,
    work: SyncSender<(u64, Work)>,
    next: u64,
}

impl<Work> Feed<Work> {
    /// Hands a piece of work in; waits while too many are on their way. Breaks once nobody takes results.
    pub(crate) fn put(&mut self, work: Work) -> ControlFlow<()> {
        let number = self.next;
        self.next += 1;
        let is_open = self.permits.send(()).is_ok() && self.work.send((number, work)).is_ok();
        match is_open {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }
}

/// Takes results.
pub(crate) trait Sink<Done>: Send {
    /// The next result, in order. Breaks if it is the last that is wanted.
    fn take(&mut self, done: Done) -> ControlFlow<()>;

    /// Nothing more is at hand right now.
    fn idle(&mut self) -> ControlFlow<()>;
}

/// Runs `feed` on this thread, what `worker` makes on `threads` others, and `sink` on one more.
pub(crate) fn run<Work: Send, Done: Send, Doing: FnMut(Work) -> Done, T>(
    threads: usize,
    worker: impl Fn() -> Doing + Sync,
    sink: &mut impl Sink<Done>,
    feed: impl FnOnce(&mut Feed<Work>) -> T,
) -> T {
    let in_flight_max = threads * IN_FLIGHT_PER_THREAD;
    let (permits, permitted) = sync_channel(in_flight_max);
    let (work, todo) = sync_channel(in_flight_max);
    let (done, results) = sync_channel(in_flight_max);
    let todo = Mutex::new(todo);
    thread::scope(|scope| {
        scope.spawn(move || in_order(results, &permitted, sink));
        for _ in 0..threads {
            let (todo, done, worker) = (&todo, done.clone(), &worker);
            scope.spawn(move || {
                let mut doing = worker();
                while let Some((number, work)) = next(todo) {
                    if done.send((number, doing(work))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let mut handed = Feed {
            permits,
            work,
            next: 0,
        };
        feed(&mut handed)
    })
}

fn next<Work>(todo: &Mutex<Receiver<(u64, Work)>>) -> Option<(u64, Work)> {
    // Poisoned or not: the receiver is as good as it was.
    let todo = todo
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    todo.recv().ok()
}

/// Hands results on in the order of their numbers, each of which makes room for more work.
fn in_order<Done>(
    results: Receiver<(u64, Done)>,
    permitted: &Receiver<()>,
    sink: &mut impl Sink<Done>,
) {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    loop {
        let result = match results.try_recv() {
            Ok(result) => result,
            Err(_) if sink.idle().is_break() => return,
            Err(_) => match results.recv() {
                Ok(result) => result,
                Err(_) => return,
            },
        };
        waiting.insert(result.0, result.1);
        while let Some(done) = waiting.remove(&next) {
            next += 1;
            if sink.take(done).is_break() {
                return;
            }
            // There is one for every result.
            let _ = permitted.recv();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Seen(Vec<u64>, usize);

    impl Sink<u64> for Seen {
        fn take(&mut self, done: u64) -> ControlFlow<()> {
            self.0.push(done);
            match self.0.len() == self.1 {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        }

        fn idle(&mut self) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }
    }

    /// Takes longer for some numbers than for others.
    fn slowly(number: u64) -> u64 {
        thread::sleep(std::time::Duration::from_micros(number * 7919 % 300));
        number
    }

    #[test]
    fn results_come_in_order_and_few_are_on_their_way() {
        for threads in [1, 2, 5] {
            let mut seen = Seen(Vec::new(), usize::MAX);
            let started = AtomicUsize::new(0);
            let doing = || {
                |number| {
                    started.fetch_add(1, Ordering::Relaxed);
                    slowly(number)
                }
            };
            let fed = run(threads, doing, &mut seen, |feed| {
                (0..500).try_for_each(|number| feed.put(number))
            });
            assert!(fed.is_continue());
            assert!(seen.0.iter().copied().eq(0..500));
            assert_eq!(started.load(Ordering::Relaxed), 500);
        }
    }

    #[test]
    fn a_sink_that_breaks_stops_the_feed() {
        let mut seen = Seen(Vec::new(), 10);
        let fed = run(
            3,
            || slowly,
            &mut seen,
            |feed| (0..u64::MAX).find(|number| feed.put(*number).is_break()),
        );
        assert!(seen.0.iter().copied().eq(0..10));
        assert!(fed.is_some_and(|fed| fed < 100), "{fed:?}");
    }
}
