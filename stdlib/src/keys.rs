//! Sets of keys that are known when a program is compiled.
//!
//! Attribute keys are short and sets of them small: a key is looked for among those of its length
//! alone, by comparing bytes, which beats hashing it. Most keys that are not in a set have a length that no key
//! in it has.

use ottl_vm::function::{Literal, Literals};
use std::ops::Range;

/// Keys at least this long, in bytes, share one group.
const LONG: usize = 64;

/// In a group larger than this the search is binary.
const SCAN_MAX: usize = 8;

/// A set of keys.
pub(crate) struct KeySet {
    /// Sorted by length, then by bytes.
    keys: Vec<Known>,
    /// Where each length's keys begin in `keys`; the last is their number.
    starts: [u32; LONG + 2],
    /// Bit n: there are keys of n bytes; the last bit is for all that are longer, too.
    lengths: u64,
}

struct Known {
    ends: [u64; 2],
    key: Vec<u8>,
}

/// Keys of this length at most are known by their length and ends.
const ENDS_ALONE: usize = 16;

/// A key's first and last bytes, eight of each if it has as many.
#[inline]
fn ends(key: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
        [u64::from_le_bytes(*first), u64::from_le_bytes(*last)]
    } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
        [first, last].map(|end| u64::from(u32::from_le_bytes(*end)))
    } else {
        let bytes = key.iter();
        [
            bytes.fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)),
            0,
        ]
    }
}

/// The bit of a length in [`KeySet::lengths`].
#[inline]
fn length_bit(length: usize) -> u32 {
    length.min(63) as u32
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
        let lengths = keys
            .iter()
            .fold(0, |lengths, key| lengths | 1 << length_bit(key.len()));
        let known = |key: Vec<u8>| Known {
            ends: ends(&key),
            key,
        };
        KeySet {
            keys: keys.into_iter().map(known).collect(),
            starts,
            lengths,
        }
    }

    /// The strings of a list literal, if all its items are known.
    pub(crate) fn from_literals(literals: Literals<'_>, parameter: usize) -> Option<KeySet> {
        strings(literals, parameter).map(KeySet::new)
    }

    #[inline(always)]
    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.lengths >> length_bit(key.len()) & 1 != 0 && self.is_in_group(key)
    }

    /// Whether the key is among those of its length.
    #[inline(never)]
    fn is_in_group(&self, key: &[u8]) -> bool {
        match &self.keys[self.group(key.len())] {
            // Mostly there is but one.
            [known] if key.len() <= ENDS_ALONE => known.ends == ends(key),
            group => is_among(group, key),
        }
    }

    #[inline]
    fn group(&self, length: usize) -> Range<usize> {
        let length = length.min(LONG);
        self.starts[length] as usize..self.starts[length + 1] as usize
    }
}

#[inline(never)]
fn is_among(group: &[Known], key: &[u8]) -> bool {
    if group.len() <= SCAN_MAX {
        let ends = ends(key);
        return group.iter().any(|known| {
            known.ends == ends && (key.len() <= ENDS_ALONE || known.key.as_slice() == key)
        });
    }
    let order = |known: &Known| {
        let by_length = known.key.len().cmp(&key.len());
        by_length.then_with(|| known.key.as_slice().cmp(key))
    };
    group.binary_search_by(order).is_ok()
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
    fn tells_keys_by_every_byte() {
        for length in 0..40 {
            let key: Vec<u8> = (0..length).collect();
            let set = KeySet::new(vec![key.clone()]);
            assert!(set.contains(&key));
            for at in 0..key.len() {
                let mut other = key.clone();
                other[at] ^= 0x80;
                assert!(!set.contains(&other), "{at} of {length}");
                assert!(!set.contains(&key[..at]), "{at} of {length}");
            }
        }
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
