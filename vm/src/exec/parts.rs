//! Parts of a request that can be run apart from one another: runs of its resources.
//!
//! Every resource is read, run and written on its own, so the outputs of the parts, one after the other, are the
//! output of the whole. Where that is not so, [`Program::is_separable`] says no, or `Worker::run_part` finds out.
//! Large requests are run so by one worker, too: what is read, run and written of a part stays in the cache meanwhile.

use crate::function::{Contexts, Purity};
use crate::limits::REQUEST_BYTES_MAX;
use crate::program::{Pass, Program};
use crate::wire::{Cursor, Signal, WireType};

/// The field that is a request's list of resources.
const RESOURCES: u32 = 1;

impl Program {
    /// Whether running it over the parts of a request is the same as running it over all of it.
    ///
    /// Not if resources share something (a dictionary, a cache, what a call remembers), if equal ones become one
    /// again, or if what statements make is bounded for the whole request: metrics, and what lambdas evaluate. Only what
    /// memory a request may take is then a bound of each part, and the whole may take more.
    pub fn is_separable(&self) -> bool {
        self.plan().is_separable
    }

    pub(super) fn find_separable(&self) -> bool {
        self.signal != Signal::Profiles
            && !self.flattens_logs
            && self
                .passes
                .iter()
                .all(|pass| is_separable(self.signal, pass))
    }
}

fn is_separable(signal: Signal, pass: &Pass) -> bool {
    let makes_metrics =
        |contexts| signal == Signal::Metrics && matches!(contexts, Contexts::Only(_));
    let mut calls = pass.calls.iter().map(|call| call.function);
    !pass.shared_cache
        && pass.lambdas.is_empty()
        && calls.all(|f| f.purity != Purity::Stateful && !makes_metrics(f.contexts))
}

/// Cuts a request between resources into at most `count` parts of about as many bytes each. It stays in one piece if
/// it has anything but resources, which would be lost with a part that a filter drops.
pub fn parts(request: &[u8], count: usize) -> Vec<&[u8]> {
    cuts(request, count).unwrap_or_else(|| vec![request])
}

fn cuts(request: &[u8], count: usize) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::with_capacity(count);
    let mut start = 0;
    for end in resource_ends(request) {
        let end = end?;
        // As many parts as the bytes so far make up.
        let due = (end as u128 * count as u128 / request.len() as u128) as usize;
        if due > parts.len() || end == request.len() {
            parts.push(&request[start..end]);
            start = end;
        }
    }
    Some(parts)
}

/// Parts that begin one after the other and are of so many bytes or more, but for the last; `None` where there is
/// something else than resources, which is the last then.
pub(super) fn parts_of(request: &[u8], bytes_min: usize) -> impl Iterator<Item = Option<&[u8]>> {
    let (mut ends, mut start) = (resource_ends(request), 0);
    std::iter::from_fn(move || {
        let end = ends
            .find(|end| end.is_none_or(|end| end - start >= bytes_min || end == request.len()))?;
        let part = end.map(|end| &request[start..end]);
        start = end.unwrap_or(start);
        Some(part)
    })
}

/// Where each resource of a request ends; `None`, and nothing after it, where there is something else, or too much.
pub(super) fn resource_ends(request: &[u8]) -> impl Iterator<Item = Option<usize>> {
    let mut cursor = Some(Cursor::new(request)).filter(|cursor| !cursor.is_at_end());
    std::iter::from_fn(move || {
        let mut now = cursor.take()?;
        let is_resource = request.len() <= REQUEST_BYTES_MAX
            && now.tag() == Ok((RESOURCES, WireType::Bytes))
            && now.bytes().is_ok();
        let end = now.position();
        cursor = Some(now).filter(|now| is_resource && !now.is_at_end());
        Some(is_resource.then_some(end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request with resources of these many bytes, their headers included.
    fn request(sizes: &[u8]) -> Vec<u8> {
        let resource = |size: &u8| {
            let content = vec![0; usize::from(size - 2)];
            [vec![0x0a, size - 2], content].concat()
        };
        sizes.iter().flat_map(resource).collect()
    }

    fn sizes(request: &[u8], count: usize) -> Vec<usize> {
        let parts = parts(request, count);
        assert_eq!(parts.concat(), request);
        parts.iter().map(|part| part.len()).collect()
    }

    #[test]
    fn parts_are_of_about_equal_size() {
        let even = request(&[10; 12]);
        assert_eq!(sizes(&even, 1), [120]);
        assert_eq!(sizes(&even, 2), [60, 60]);
        assert_eq!(sizes(&even, 5), [30, 20, 30, 20, 20]);
        assert_eq!(sizes(&even, 100), [10; 12]);
        assert_eq!(sizes(&request(&[100, 2, 2]), 3), [100, 2, 2]);
        assert_eq!(sizes(&request(&[2, 2, 100]), 3), [104]);
    }

    #[test]
    fn parts_are_of_a_size_at_least() {
        let sizes = |request: &[u8], bytes_min| -> Vec<usize> {
            let parts: Option<Vec<&[u8]>> = parts_of(request, bytes_min).collect();
            let parts = parts.expect("resources alone");
            assert_eq!(parts.concat(), request);
            parts.iter().map(|part| part.len()).collect()
        };
        let even = request(&[10; 12]);
        assert_eq!(sizes(&even, 1), [10; 12]);
        assert_eq!(sizes(&even, 11), [20; 6]);
        assert_eq!(sizes(&even, 50), [50, 50, 20]);
        assert_eq!(sizes(&even, 1000), [120]);
        assert_eq!(sizes(&[], 1), [0; 0]);
    }

    #[test]
    fn what_is_more_than_resources_stays_whole() {
        let one = request(&[10; 2]);
        for other in [&[0x12, 0][..], &[0x08, 1], &[0x0a], &[0x0a, 5, 0], &[0x0c]] {
            let request = [&one, other, &one].concat();
            assert_eq!(sizes(&request, 4).len(), 1, "{other:?}");
            let parts: Vec<_> = parts_of(&request, 1).collect();
            assert_eq!(
                parts[..2],
                [Some(&one[..10]), Some(&one[10..])],
                "{other:?}"
            );
            assert_eq!(parts.last(), Some(&None), "{other:?}");
        }
        assert_eq!(sizes(&[], 4), [0; 0]);
    }
}
