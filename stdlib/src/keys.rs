//! Sets of keys that are known when a program is compiled.
//!
//! Attribute keys are short and sets of them small: a key is looked for among those of its length
//! alone, by comparing bytes, which beats hashing it.

use ottl_vm::function::{Literal, Literals};
use std::ops::Range;

/// Keys at least this long, in bytes, share one group.
const LONG: usize = 64;

/// In a group larger than this the search is binary.
const SCAN_MAX: usize = 8;

/// A set of keys.
pub(crate) struct KeySet {
    /// Sorted by length, then by bytes.
    keys: Vec<Vec<u8>>,
    /// Where each length's keys begin in `keys`; the last is their number.
    starts: [u32; LONG + 2],
}

impl KeySet {
    pub(crate) fn new(mut keys: Vec<Vec<u8>>) -> KeySet {
        keys.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        keys.dedup();
        let mut starts = [0; LONG + 2];
        for key in &keys {
            starts[key.len().min(LONG) + 1] += 1;
        }
        for length in 0..=LONG {
            starts[length + 1] += starts[length];
        }
        KeySet { keys, starts }
    }

    /// The strings of a list literal, if all its items are known.
    pub(crate) fn from_literals(literals: Literals<'_>, parameter: usize) -> Option<KeySet> {
        strings(literals, parameter).map(KeySet::new)
    }

    #[inline]
    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        let group = &self.keys[self.group(key.len())];
        if group.len() <= SCAN_MAX {
            return group.iter().any(|known| known == key);
        }
        let order = |known: &Vec<u8>| {
            known
                .len()
                .cmp(&key.len())
                .then_with(|| known.as_slice().cmp(key))
        };
        group.binary_search_by(order).is_ok()
    }

    fn group(&self, length: usize) -> Range<usize> {
        let length = length.min(LONG);
        self.starts[length] as usize..self.starts[length + 1] as usize
    }
}

/// The strings of a list literal in order, if all its items are known.
pub(crate) fn strings(literals: Literals<'_>, parameter: usize) -> Option<Vec<Vec<u8>>> {
    let text = |item: &Literal| match item {
        Literal::String(text) => Some(text.clone()),
        _ => None,
    };
    literals.list(parameter)?.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_exactly_its_keys() {
        let keys: Vec<Vec<u8>> = (0..200)
            .map(|n| vec![b'a' + (n % 3) as u8; n])
            .chain([b"a".to_vec(), b"c".to_vec()])
            .collect();
        let set = KeySet::new(keys.clone());
        assert!(keys.iter().all(|key| set.contains(key)));
        assert!((0..220).all(|n| !set.contains(&vec![b'x'; n]) || n == 0));
        assert!(!KeySet::new(Vec::new()).contains(b""));
    }

    #[test]
    fn searches_large_groups() {
        let keys: Vec<Vec<u8>> = (0..100)
            .map(|n| format!("key{n:03}").into_bytes())
            .collect();
        let set = KeySet::new(keys.clone());
        assert!(keys.iter().all(|key| set.contains(key)));
        assert!(!set.contains(b"key100") && !set.contains(b"key00a"));
    }
}
