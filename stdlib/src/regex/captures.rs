//! Where a match and its groups lie: a buffer that is filled again and again.

use std::ops::Range;

use regex_automata::util::primitives::NonMaxUsize;

/// The ranges of a match and of its groups, in bytes of the haystack.
///
/// The fewer groups are wanted, the faster the search: to find a match whole costs a fraction of
/// what its groups cost.
#[derive(Clone, Debug)]
pub struct Captures {
    /// Start and end of each group in turn.
    slots: Vec<Option<NonMaxUsize>>,
    /// How many groups to find, the whole match included.
    wanted: usize,
}

impl Default for Captures {
    /// As [`Captures::new`].
    fn default() -> Self {
        Self::new()
    }
}

impl Captures {
    /// A buffer for all groups.
    pub fn new() -> Self {
        Self::with_groups(usize::MAX)
    }

    /// A buffer for the first `count` groups, of which the first is the whole match. At least
    /// that one is always found.
    pub fn with_groups(count: usize) -> Self {
        Self {
            slots: Vec::new(),
            wanted: count.max(1),
        }
    }

    /// The range of a group; group 0 is the whole match. None if the group took no part in the
    /// match, wasn't wanted or doesn't exist, or if there was no match.
    pub fn get(&self, group: usize) -> Option<Range<usize>> {
        let start = *self.slots.get(group.checked_mul(2)?)?;
        let end = *self.slots.get(group * 2 + 1)?;
        Some(start?.get()..end?.get())
    }

    /// How many groups the last search looked for, the whole match included.
    pub fn len(&self) -> usize {
        self.slots.len() / 2
    }

    /// Whether no search has used the buffer yet.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn want(&mut self, count: usize) {
        self.wanted = count.max(1);
    }

    /// Clears all groups and makes room for those of a pattern that has `available`.
    pub(super) fn reset(&mut self, available: usize) -> &mut [Option<NonMaxUsize>] {
        self.slots.clear();
        self.slots.resize(2 * self.wanted.min(available), None);
        &mut self.slots
    }

    /// Sets the whole match. True.
    pub(super) fn set_whole(&mut self, range: Range<usize>) -> bool {
        self.slots[0] = NonMaxUsize::new(range.start);
        self.slots[1] = NonMaxUsize::new(range.end);
        true
    }

    /// Sets where a group begins, or with `is_end` where it ends, if the group is wanted.
    pub(super) fn set_bound(&mut self, group: usize, is_end: bool, at: usize) {
        if let Some(slot) = self.slots.get_mut(2 * group + usize::from(is_end)) {
            *slot = NonMaxUsize::new(at);
        }
    }

    pub(super) fn map_offsets(&mut self, map: impl Fn(usize) -> usize) {
        for offset in self.slots.iter_mut().flatten() {
            if let Some(mapped) = NonMaxUsize::new(map(offset.get())) {
                *offset = mapped;
            }
        }
    }
}
