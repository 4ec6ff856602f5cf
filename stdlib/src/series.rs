//! What functions remember of series of values, by key: as much as fits, the least recently used goes first.

use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_128;

/// States by key. A key is known by its hash of 128 bits, so that long keys take no more memory.
pub(crate) struct Series<T> {
    count_max: usize,
    positions: HashMap<u128, usize>,
    entries: Vec<Entry<T>>,
    /// The ends of the list of entries by use.
    newest: usize,
    oldest: usize,
}

struct Entry<T> {
    key: u128,
    state: T,
    newer: usize,
    older: usize,
}

/// No entry.
const NONE: usize = usize::MAX;

impl<T: Default> Series<T> {
    /// No series yet, and never more than this; at least one.
    pub(crate) fn new(count_max: usize) -> Series<T> {
        Series {
            count_max: count_max.max(1),
            positions: HashMap::new(),
            entries: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }

    /// The state of a series, a new one if it is not known (any more). It is now the one used last.
    pub(crate) fn state(&mut self, key: &[u8]) -> &mut T {
        let key = xxh3_128(key);
        let position = match self.positions.get(&key) {
            Some(&position) => {
                self.unlink(position);
                position
            }
            None => {
                let position = self.vacate(key);
                self.positions.insert(key, position);
                position
            }
        };
        self.link_newest(position);
        &mut self.entries[position].state
    }

    /// A place for a new series, in no list: the least recently used one's if there are as many as may be.
    fn vacate(&mut self, key: u128) -> usize {
        if self.entries.len() < self.count_max {
            self.entries.push(Entry {
                key,
                state: T::default(),
                newer: NONE,
                older: NONE,
            });
            return self.entries.len() - 1;
        }
        let position = self.oldest;
        self.unlink(position);
        let entry = &mut self.entries[position];
        self.positions.remove(&entry.key);
        (entry.key, entry.state) = (key, T::default());
        position
    }

    fn unlink(&mut self, position: usize) {
        let (newer, older) = (self.entries[position].newer, self.entries[position].older);
        match self.entries.get_mut(newer) {
            Some(entry) => entry.older = older,
            None => self.newest = older,
        }
        match self.entries.get_mut(older) {
            Some(entry) => entry.newer = newer,
            None => self.oldest = newer,
        }
    }

    fn link_newest(&mut self, position: usize) {
        let before = std::mem::replace(&mut self.newest, position);
        match self.entries.get_mut(before) {
            Some(entry) => entry.newer = position,
            None => self.oldest = position,
        }
        let entry = &mut self.entries[position];
        (entry.newer, entry.older) = (NONE, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_series_goes_first() {
        let mut series: Series<Option<u32>> = Series::new(2);
        *series.state(b"a") = Some(1);
        *series.state(b"b") = Some(2);
        assert_eq!(*series.state(b"a"), Some(1));
        *series.state(b"c") = Some(3);
        assert_eq!(*series.state(b"a"), Some(1));
        assert_eq!(*series.state(b"b"), None);
        assert_eq!(*series.state(b"c"), None);
        assert_eq!(series.entries.len(), 2);
    }

    #[test]
    fn it_remembers_what_a_plain_list_would() {
        let mut series: Series<u64> = Series::new(5);
        let mut plain: Vec<(u8, u64)> = Vec::new();
        let mut random = 1u64;
        for _ in 0..10_000 {
            random = random
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let key = (random >> 60) as u8;
            let known = plain.iter().position(|(other, _)| *other == key);
            let mut entry = known.map_or((key, 0), |at| plain.remove(at));
            entry.1 += 1;
            plain.push(entry);
            if plain.len() > 5 {
                plain.remove(0);
            }
            let state = series.state(&[key]);
            *state += 1;
            assert_eq!(*state, entry.1);
        }
    }
}
