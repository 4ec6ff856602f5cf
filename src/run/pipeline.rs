//! Work on several threads whose results come out in the order in which the work came in.
//!
//! Every thread does all of it: it takes a piece of work from the source, does it, and leaves the result; whoever
//! leaves the one whose turn it is hands it on, and those after it that are there. What is on its way is bounded, so
//! that memory is, too, and its buffers are used again.

use super::limits::{WAITING_BYTES_MAX, WAITING_PER_THREAD_MAX};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Where work comes from.
pub trait Source<Work>: Send {
    /// Puts the next piece of work in the place of an earlier one; `false` if there is none.
    fn next(&mut self, work: &mut Work) -> bool;
}

/// Where results go.
pub trait Sink<Done>: Sync {
    /// The next result, in order, of which the memory may stay. Breaks if it is the last that is wanted.
    fn take(&self, done: &mut Done) -> ControlFlow<()>;

    /// How many bytes a result holds: while many wait for their turn, no more work is begun.
    fn bytes(&self, done: &Done) -> usize;
}

/// Does what `source` gives on `threads` threads, this one among them, each with a `worker` of its own, and hands
/// the results to `sink`, in the order in which the work came. A few pieces of work for each thread are on their way at
/// any time.
pub fn in_order<Work: Default, Done: Default + Send, Doing: FnMut(&mut Work, &mut Done)>(
    threads: usize,
    source: &mut impl Source<Work>,
    worker: impl Fn() -> Doing + Sync,
    sink: &impl Sink<Done>,
) {
    let source = Mutex::new(Numbered {
        source,
        next: Some(0),
    });
    let turns = Turns {
        waiting_max: threads.saturating_mul(WAITING_PER_THREAD_MAX),
        ordered: Mutex::default(),
        is_room: Condvar::new(),
        sink,
    };
    // A function, so that the source is free again before the work is done.
    let next = |work: &mut Work| locked(&source).next(work);
    let work = || {
        let _over = OverIfPanicking(&turns);
        let (mut doing, mut work, mut done) = (worker(), Work::default(), Done::default());
        while turns.wait_for_room().is_continue()
            && let Some(number) = next(&mut work)
        {
            doing(&mut work, &mut done);
            done = turns.put(number, done);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Without the thread, the others do its work.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
}

/// Poisoned or not: a panic ends the run anyway.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A source that numbers what it gives.
struct Numbered<'s, S> {
    source: &'s mut S,
    /// `None` once there is nothing more.
    next: Option<u64>,
}

impl<S> Numbered<'_, S> {
    fn next<Work>(&mut self, work: &mut Work) -> Option<u64>
    where
        S: Source<Work>,
    {
        let number = self.next.take()?;
        self.next = self.source.next(work).then_some(number + 1);
        self.next.map(|_| number)
    }
}

/// Results, brought into order.
struct Turns<'s, Done, K> {
    waiting_max: usize,
    ordered: Mutex<Ordered<Done>>,
    /// Told when results have been handed on.
    is_room: Condvar,
    sink: &'s K,
}

struct Ordered<Done> {
    /// Whose turn it is.
    next: u64,
    waiting: BTreeMap<u64, Done>,
    waiting_bytes: usize,
    /// Results that were handed on, whose memory is used again.
    spare: Vec<Done>,
    /// Whether a thread is handing results on.
    is_busy: bool,
    /// Whether no more results are wanted.
    is_over: bool,
}

impl<Done> Default for Ordered<Done> {
    fn default() -> Self {
        Ordered {
            next: 0,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            spare: Vec::new(),
            is_busy: false,
            is_over: false,
        }
    }
}

impl<Done: Default, K: Sink<Done>> Turns<'_, Done, K> {
    /// Waits while too many results do. The one whose turn it is has been begun, so it will come. Breaks if no more
    /// are wanted.
    fn wait_for_room(&self) -> ControlFlow<()> {
        let is_full = |ordered: &mut Ordered<Done>| {
            let is_much = ordered.waiting_bytes >= WAITING_BYTES_MAX;
            (ordered.waiting.len() >= self.waiting_max || is_much) && !ordered.is_over
        };
        let ordered = self.is_room.wait_while(locked(&self.ordered), is_full);
        match ordered.unwrap_or_else(PoisonError::into_inner).is_over {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Leaves a result, and hands on those whose turn it is unless another thread does. Gives room for the next one.
    fn put(&self, number: u64, done: Done) -> Done {
        let mut ordered = locked(&self.ordered);
        ordered.waiting_bytes += self.sink.bytes(&done);
        ordered.waiting.insert(number, done);
        while !ordered.is_busy && !ordered.is_over {
            let next = ordered.next;
            let Some(mut done) = ordered.waiting.remove(&next) else {
                break;
            };
            ordered.waiting_bytes -= self.sink.bytes(&done);
            ordered.is_busy = true;
            drop(ordered);
            let flow = self.sink.take(&mut done);
            ordered = locked(&self.ordered);
            ordered.is_busy = false;
            ordered.next += 1;
            ordered.is_over |= flow.is_break();
            ordered.spare.push(done);
            self.is_room.notify_all();
        }
        ordered.spare.pop().unwrap_or_default()
    }
}

/// Ends the others' work if a thread panics, as the result that they would wait for does not come.
struct OverIfPanicking<'t, 's, Done, K>(&'t Turns<'s, Done, K>);

impl<Done, K> Drop for OverIfPanicking<'_, '_, Done, K> {
    fn drop(&mut self) {
        if thread::panicking() {
            locked(&self.0.ordered).is_over = true;
            self.0.is_room.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    /// Numbers up to a bound.
    struct Count {
        next: u64,
        end: u64,
    }

    impl Source<u64> for Count {
        fn next(&mut self, work: &mut u64) -> bool {
            *work = self.next;
            self.next += 1;
            *work < self.end
        }
    }

    /// What was taken, and how much is wanted.
    struct Seen(Mutex<Vec<u64>>, usize);

    impl Sink<u64> for Seen {
        fn take(&self, done: &mut u64) -> ControlFlow<()> {
            let mut seen = locked(&self.0);
            seen.push(*done);
            match seen.len() == self.1 {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        }

        /// Half of them are of a size of which few may wait.
        fn bytes(&self, done: &u64) -> usize {
            (*done % 2) as usize * WAITING_BYTES_MAX
        }
    }

    /// Takes longer for some numbers than for others.
    fn slowly(number: &mut u64, done: &mut u64) {
        thread::sleep(std::time::Duration::from_micros(*number * 7919 % 300));
        *done = *number;
    }

    #[test]
    fn results_come_in_order() {
        for threads in [1, 2, 5] {
            let seen = Seen(Mutex::default(), usize::MAX);
            let started = AtomicUsize::new(0);
            let doing = || {
                |number: &mut u64, done: &mut u64| {
                    started.fetch_add(1, Ordering::Relaxed);
                    slowly(number, done);
                }
            };
            in_order(threads, &mut Count { next: 0, end: 500 }, doing, &seen);
            assert!(locked(&seen.0).iter().copied().eq(0..500));
            assert_eq!(started.load(Ordering::Relaxed), 500);
        }
    }

    #[test]
    fn threads_work_at_the_same_time() {
        let (seen, inside) = (Seen(Mutex::default(), usize::MAX), AtomicUsize::new(0));
        // Ends once all three are in the middle of their work.
        let doing = || {
            |number: &mut u64, done: &mut u64| {
                inside.fetch_add(1, Ordering::Relaxed);
                let start = Instant::now();
                while inside.load(Ordering::Relaxed) < 3 {
                    assert!(start.elapsed().as_secs() < 60, "nobody else works");
                    thread::yield_now();
                }
                *done = *number;
            }
        };
        in_order(3, &mut Count { next: 0, end: 3 }, doing, &seen);
        assert!(locked(&seen.0).iter().copied().eq(0..3));
    }

    #[test]
    fn few_are_on_their_way_while_one_takes_long() {
        let (seen, started) = (Seen(Mutex::default(), usize::MAX), AtomicUsize::new(0));
        let most = AtomicUsize::new(0);
        let doing = || {
            |number: &mut u64, done: &mut u64| {
                started.fetch_add(1, Ordering::Relaxed);
                if *number == 0 {
                    thread::sleep(std::time::Duration::from_millis(100));
                    most.store(started.load(Ordering::Relaxed), Ordering::Relaxed);
                }
                *done = *number;
            }
        };
        in_order(3, &mut Count { next: 0, end: 500 }, doing, &seen);
        assert!(locked(&seen.0).iter().copied().eq(0..500));
        let most = most.into_inner();
        assert!(most <= 3 * (WAITING_PER_THREAD_MAX + 1), "{most}");
    }

    #[test]
    fn a_sink_that_breaks_stops_the_source() {
        let seen = Seen(Mutex::default(), 10);
        let mut source = Count {
            next: 0,
            end: u64::MAX,
        };
        in_order(3, &mut source, || slowly, &seen);
        assert!(locked(&seen.0).iter().copied().eq(0..10));
        assert!(source.next < 100, "{}", source.next);
    }
}
