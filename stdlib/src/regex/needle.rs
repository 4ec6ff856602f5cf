//! Looking for a text. Most texts that are searched are short: there, a vector search takes longer to set up than to
//! compare words.

use memchr::memmem;

/// Texts of fewer bytes are searched word by word.
pub(super) const SHORT: usize = 32;

const LOW: u64 = 0x0101_0101_0101_0101;

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
        if haystack.len() >= SHORT || self.text.is_empty() {
            return self.find_in_long(haystack);
        }
        let last = haystack.len().checked_sub(self.text.len())?;
        let mut from = 0;
        loop {
            let start = self.find_rare(haystack, from, last)?;
            if self.is_at(haystack, start) {
                return Some(start);
            }
            from = start + 1;
        }
    }

    /// The same, not set up for short texts.
    #[inline]
    pub(super) fn find_in_long(&self, haystack: &[u8]) -> Option<usize> {
        self.finder.find(haystack)
    }

    /// Where, from `from` to `last`, the text begins if its rarest byte belongs to it. The text is not empty, and `last`
    /// is not behind where it could begin.
    #[inline(always)]
    pub(super) fn find_rare(&self, haystack: &[u8], from: usize, last: usize) -> Option<usize> {
        let possible = haystack.get(from + self.rare_at..=last + self.rare_at)?;
        Some(from + position(possible, self.rare)?)
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

/// Where a byte is first.
#[inline]
fn position(text: &[u8], byte: u8) -> Option<usize> {
    if text.len() >= SHORT {
        return memchr::memchr(byte, text);
    }
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk() {
        if let Some(found) = Marks::of(chunk, byte).next() {
            return Some(at + found);
        }
        at += chunk.len();
    }
    match text.last_chunk() {
        // Those of them that were looked at are others.
        Some(chunk) => Some(text.len() - chunk.len() + Marks::of(chunk, byte).next()?),
        None => text.iter().position(|found| *found == byte),
    }
}

/// Where a byte is among eight, in order: the top bits of those that are it.
pub(super) struct Marks(u64);

impl Marks {
    #[inline(always)]
    pub(super) fn of(chunk: &[u8; 8], byte: u8) -> Marks {
        const BELOW_TOP: u64 = LOW * 0x7f;
        let others = u64::from_le_bytes(*chunk) ^ (LOW * u64::from(byte));
        // No carry leaves a byte, so that each is told for itself.
        Marks(!(((others & BELOW_TOP) + BELOW_TOP) | others | BELOW_TOP))
    }

    /// Those at `from`, which is below eight, or behind.
    #[inline(always)]
    pub(super) fn from(self, from: usize) -> Marks {
        Marks(self.0 & u64::MAX << (8 * from))
    }
}

impl Iterator for Marks {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let at = self.0.trailing_zeros() as usize / 8;
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
    fn bytes_are_found_wherever_they_are() {
        for length in 0..70 {
            for at in 0..length {
                let mut text = vec![b'a' ^ 1; length];
                text[at..].fill(b'a');
                assert_eq!(position(&text, b'a'), Some(at), "of {length}");
            }
            assert_eq!(position(&vec![b'a' ^ 0x80; length], b'a'), None);
        }
    }

    #[test]
    fn marks_are_told_byte_by_byte() {
        for bits in 0..=u8::MAX {
            for other in [0, 1, 0x7f, 0x80, 0xff] {
                for byte in [other ^ 1, other ^ 0x80, !other] {
                    let chunk = std::array::from_fn(|at| match bits >> at & 1 {
                        0 => other,
                        _ => byte,
                    });
                    for from in 0..8 {
                        let expected = (from..8).filter(|at| chunk[*at] == byte);
                        assert!(Marks::of(&chunk, byte).from(from).eq(expected));
                    }
                }
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
