//! Looking for a text. Most texts that are searched are short: there, a search of texts of any length takes longer to
//! set up than to ask all bytes at once.

use super::bits::{self, BLOCK};
use memchr::memmem;

/// A text to look for.
#[derive(Debug)]
pub(super) struct Needle {
    finder: Box<memmem::Finder<'static>>,
    text: Box<[u8]>,
    /// The text's first bytes, up to eight, and which bits of a word they are.
    word: u64,
    mask: u64,
    /// The text's rarest byte and its position.
    rare: u8,
    rare_at: usize,
}

impl Needle {
    pub(super) fn new(text: &[u8]) -> Needle {
        let known = text.len().min(8);
        let (mut word, mut mask) = ([0; 8], [0; 8]);
        word[..known].copy_from_slice(&text[..known]);
        mask[..known].fill(u8::MAX);
        let rare_at = (0..text.len()).min_by_key(|&at| frequency(text[at]));
        let rare_at = rare_at.unwrap_or_default();
        Needle {
            finder: Box::new(memmem::Finder::new(text).into_owned()),
            text: text.into(),
            word: u64::from_le_bytes(word),
            mask: u64::from_le_bytes(mask),
            rare: text.get(rare_at).copied().unwrap_or_default(),
            rare_at,
        }
    }

    /// The text.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// Where the text is first.
    #[inline]
    pub(super) fn find(&self, haystack: &[u8]) -> Option<usize> {
        if haystack.len() > BLOCK || self.text.is_empty() {
            return self.find_in_long(haystack);
        }
        let last = haystack.len().checked_sub(self.text.len())?;
        let mut places = self.places(haystack, 0, last)?;
        places.find(|at| self.is_at(haystack, *at))
    }

    /// The same, not set up for short texts.
    #[inline]
    pub(super) fn find_in_long(&self, haystack: &[u8]) -> Option<usize> {
        self.finder.find(haystack)
    }

    /// Where, in the block that begins at `from` and is not behind `last`, the text begins if its rarest byte belongs to
    /// it. The text is not empty, and `last` is not behind where it could begin.
    #[inline(always)]
    pub(super) fn places(&self, haystack: &[u8], from: usize, last: usize) -> Option<Places> {
        let possible = haystack.get(from + self.rare_at..=last + self.rare_at)?;
        Some(Places::of(
            &possible[..possible.len().min(BLOCK)],
            self.rare,
        ))
    }

    /// Whether the text is at `start`.
    #[inline(always)]
    pub(super) fn is_at(&self, haystack: &[u8], start: usize) -> bool {
        let rest = &haystack[start..];
        match rest.first_chunk() {
            Some(word) if u64::from_le_bytes(*word) & self.mask != self.word => false,
            Some(_) if self.text.len() <= 8 => true,
            _ => rest.starts_with(&self.text),
        }
    }
}

/// How often a byte is met, in the texts of telemetry: a rough order.
fn frequency(byte: u8) -> u8 {
    match byte {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'p' | b'/' | b' ' => 3,
        b'0'..=b'9' | b'c' | b'd' | b'h' | b'l' | b'm' | b'u' | b'.' | b'-' | b'"' => 2,
        b'b' | b'f' | b'g' | b'v' | b'w' | b'y' | b'=' | b':' | b',' | b'_' | b'&' => 1,
        _ => 0,
    }
}

/// Where in a block a byte is, in order.
pub(super) struct Places(u64);

impl Places {
    #[inline(always)]
    fn of(block: &[u8], byte: u8) -> Places {
        // Of very few bytes, each is asked sooner than all are gathered.
        if block.len() < 8 {
            let marks = block.iter().rev().map(|found| u64::from(*found == byte));
            return Places(marks.fold(0, |bits, mark| bits << 1 | mark));
        }
        let [places] = bits::of_block(block, |chunk| [bits::equal(chunk, byte)]);
        Places(places)
    }
}

impl Iterator for Places {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let at = self.0.trailing_zeros() as usize;
        (self.0 != 0).then(|| {
            self.0 &= self.0 - 1;
            at
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_byte_by_byte() {
        for length in 0..=BLOCK {
            for every in 1..=length + 1 {
                let block: Vec<u8> = (0..length)
                    .map(|at| if at % every == 0 { b'a' } else { b'a' ^ 0x80 })
                    .collect();
                assert!(Places::of(&block, b'a').eq((0..length).step_by(every)));
                assert_eq!(Places::of(&block, b'a' ^ 1).next(), None);
            }
        }
    }

    #[test]
    fn texts_are_found_as_their_twin_finds_them() {
        let texts: [&[u8]; 8] = [
            b"",
            b"k",
            b"kk",
            b"ab",
            b"kube",
            b"kube-probe",
            b"aaaaaaaaab",
            b"a\xffb",
        ];
        let pieces: [&[u8]; 7] = [b"k", b"a", b"b", b"kube-", b"kube-probe", b"\xff", b"e/1.2"];
        let mut seed = 1_u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % below
        };
        for text in texts {
            let needle = Needle::new(text);
            for _ in 0..5_000 {
                let count = next(14);
                let haystack: Vec<u8> = (0..count).flat_map(|_| pieces[next(7)]).copied().collect();
                assert_eq!(needle.find(&haystack), memmem::find(&haystack, text));
            }
        }
    }
}
