//! Patterns known only at run time, kept compiled for when they come again.

use super::{Cache, Error, Regex};
use crate::limits;

/// Compiled patterns of one call site and worker, bounded in number and memory. The one not used
/// for the longest time makes room for a new one. Refusals are kept as well.
#[derive(Debug, Default)]
pub struct DynamicCache {
    /// Few enough to be searched one by one.
    entries: Vec<Entry>,
    /// The entry used last, looked at first: mostly, one pattern comes many times in a row.
    last: usize,
    /// Ticks with every look-up.
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    pattern: Box<[u8]>,
    compiled: Result<(Regex, Cache), Error>,
    used: u64,
}

impl Entry {
    /// Memory of the compiled pattern, in bytes.
    fn size(&self) -> usize {
        self.pattern.len()
            + self
                .compiled
                .as_ref()
                .map_or(0, |(regex, _)| regex.memory_usage())
    }
}

impl DynamicCache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// The compiled pattern, with the memory to search for it.
    ///
    /// # Errors
    ///
    /// Those of [`Regex::new`].
    pub fn get(&mut self, pattern: &[u8]) -> Result<(&Regex, &mut Cache), &Error> {
        self.clock += 1;
        self.last = self.position(pattern);
        let entry = &mut self.entries[self.last];
        entry.used = self.clock;
        match &mut entry.compiled {
            Ok((regex, cache)) => Ok((regex, cache)),
            Err(error) => Err(error),
        }
    }

    fn position(&mut self, pattern: &[u8]) -> usize {
        let is_it = |entry: &Entry| *entry.pattern == *pattern;
        if self.entries.get(self.last).is_some_and(is_it) {
            return self.last;
        }
        if let Some(position) = self.entries.iter().position(is_it) {
            return position;
        }
        let compiled = Regex::new(pattern).map(|regex| (regex, Cache::new()));
        let entry = Entry {
            pattern: pattern.into(),
            compiled,
            used: self.clock,
        };
        self.make_room(entry.size());
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Drops what was used longest ago until an entry of `size` bytes fits, or none is left: the
    /// new one is kept whatever its size.
    fn make_room(&mut self, size: usize) {
        let mut total = self.entries.iter().map(Entry::size).sum::<usize>() + size;
        while self.entries.len() >= limits::DYNAMIC_PATTERNS_MAX
            || total > limits::REGEX_DYNAMIC_BYTES_MAX
        {
            let oldest = self
                .entries
                .iter()
                .enumerate()
                .min_by_key(|(_, entry)| entry.used);
            let Some((position, _)) = oldest else { return };
            total -= self.entries.swap_remove(position).size();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pattern_too_many_drops_the_oldest() {
        let mut cache = DynamicCache::new();
        let pattern = |number: usize| format!("a{{{number}}}").into_bytes();
        for number in 0..=limits::DYNAMIC_PATTERNS_MAX {
            assert!(cache.get(&pattern(number)).is_ok());
            assert!(cache.get(&pattern(1)).is_ok());
        }
        assert_eq!(cache.entries.len(), limits::DYNAMIC_PATTERNS_MAX);
        let has = |number| {
            cache
                .entries
                .iter()
                .any(|entry| *entry.pattern == pattern(number))
        };
        assert!(!has(0) && has(1) && has(3));
    }

    #[test]
    fn large_patterns_make_others_go() {
        let mut cache = DynamicCache::new();
        for text in [
            "a",
            r"\pL{300}",
            r"\pL{301}",
            r"\pL{302}",
            r"\pL{303}",
            r"\pL{304}",
        ] {
            assert!(cache.get(text.as_bytes()).is_ok());
        }
        let total = cache.entries.iter().map(Entry::size).sum::<usize>();
        assert!(total <= limits::REGEX_DYNAMIC_BYTES_MAX, "{total}");
        assert!((1..6).contains(&cache.entries.len()));
        assert_eq!(
            cache.entries.last().map(|entry| &*entry.pattern),
            Some(&br"\pL{304}"[..])
        );
    }

    #[test]
    fn refusals_are_kept() {
        let mut cache = DynamicCache::new();
        for _ in 0..2 {
            let error = cache.get(b"a**").expect_err("refused").to_string();
            assert_eq!(
                error,
                "error parsing regexp: invalid nested repetition operator: `**`"
            );
        }
        assert_eq!(cache.entries.len(), 1);
    }
}
