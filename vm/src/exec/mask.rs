//! Masks: which lanes of a block an instruction is for.

use std::ops::Range;

/// Records that run together: lanes of a block.
pub const BLOCK: usize = 256;

const WORDS: usize = BLOCK / 64;

/// A set of lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mask([u64; WORDS]);

impl Mask {
    /// No lane.
    pub(crate) const NONE: Mask = Mask([0; WORDS]);

    /// The first `count` lanes.
    pub(crate) fn first(count: usize) -> Mask {
        let mut words = [0; WORDS];
        for (i, word) in words.iter_mut().enumerate() {
            let lanes = count.saturating_sub(i * 64);
            *word = if lanes >= 64 {
                u64::MAX
            } else {
                (1 << lanes) - 1
            };
        }
        Mask(words)
    }

    /// One lane.
    pub(crate) fn only(lane: usize) -> Mask {
        let mut mask = Mask::NONE;
        mask.insert(lane);
        mask
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn contains(self, lane: usize) -> bool {
        self.0[lane / 64] >> (lane % 64) & 1 != 0
    }

    pub(crate) fn insert(&mut self, lane: usize) {
        self.0[lane / 64] |= 1 << (lane % 64);
    }

    /// Inserts lanes that follow each other.
    pub(crate) fn insert_all(&mut self, lanes: Range<usize>) {
        let mut at = lanes.start;
        while at < lanes.end {
            let bits = (64 - at % 64).min(lanes.end - at);
            self.0[at / 64] |= u64::MAX >> (64 - bits) << (at % 64);
            at += bits;
        }
    }

    pub(crate) fn remove(&mut self, lane: usize) {
        self.0[lane / 64] &= !(1 << (lane % 64));
    }

    pub(crate) fn and(self, other: Mask) -> Mask {
        Mask(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    pub(crate) fn or(self, other: Mask) -> Mask {
        Mask(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    pub(crate) fn without(self, other: Mask) -> Mask {
        Mask(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// Calls `f` with each lane in order.
    #[inline(always)]
    pub(crate) fn each(self, mut f: impl FnMut(usize)) {
        for at in 0..self.words_used() {
            let mut word = self.0[at];
            while word != 0 {
                f(at * 64 + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }

    /// How many words there are up to the last lane. With a fixed number, the loops over lanes would be written out word
    /// by word, and what they do would no longer be in line.
    fn words_used(&self) -> usize {
        let last = self.0.iter().rposition(|word| *word != 0);
        last.map_or(0, |last| last + 1)
    }

    /// The lanes for which `holds`, which is asked in order.
    #[inline(always)]
    pub(crate) fn filter(self, mut holds: impl FnMut(usize) -> bool) -> Mask {
        let mut those = Mask::NONE;
        for at in 0..self.words_used() {
            let (mut word, mut chosen) = (self.0[at], 0);
            while word != 0 {
                let bit = word.trailing_zeros();
                chosen |= u64::from(holds(at * 64 + bit as usize)) << bit;
                word &= word - 1;
            }
            those.0[at] = chosen;
        }
        those
    }

    /// The lanes in order.
    #[inline]
    pub(crate) fn lanes(self) -> Lanes {
        Lanes {
            words: self.0,
            word: 0,
        }
    }
}

/// Iterates a mask's lanes.
pub(crate) struct Lanes {
    words: [u64; WORDS],
    word: usize,
}

impl Iterator for Lanes {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.words[self.word] == 0 {
            if self.word + 1 == WORDS {
                return None;
            }
            self.word += 1;
        }
        let bit = self.words[self.word].trailing_zeros() as usize;
        self.words[self.word] &= self.words[self.word] - 1;
        Some(self.word * 64 + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_sets() {
        for count in [0, 1, 63, 64, 65, 255, 256] {
            let mask = Mask::first(count);
            assert!(mask.lanes().eq(0..count));
            assert_eq!(mask.is_empty(), count == 0);
        }
        let mut mask = Mask::first(256);
        mask.remove(100);
        let mut seen = Vec::new();
        mask.each(|lane| seen.push(lane));
        assert!(mask.lanes().eq(seen));
        let odd = mask.filter(|lane| lane % 2 == 1);
        assert!(odd.lanes().eq((1..256).step_by(2)));
        assert!(!mask.contains(100) && mask.contains(101));
        assert!(
            Mask::first(200)
                .without(Mask::first(198))
                .lanes()
                .eq([198, 199])
        );
        for (start, end) in [
            (0, 0),
            (0, 256),
            (5, 5),
            (5, 6),
            (60, 64),
            (60, 70),
            (64, 200),
        ] {
            let mut mask = Mask::NONE;
            mask.insert_all(start..end);
            assert_eq!(mask, Mask::first(end).without(Mask::first(start)));
        }
        assert_eq!(Mask::first(3).and(Mask::first(5)), Mask::first(3));
        assert_eq!(Mask::first(3).or(Mask::first(5)), Mask::first(5));
    }
}
