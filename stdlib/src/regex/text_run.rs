//! The most usual of the patterns that need no automaton: a text and a run of bytes behind it, as `token=[0-9a-f]+`.

use super::steps::Run;
use memchr::memmem;
use std::ops::Range;

/// How many more times the text's rarest byte may be found without a match before another search is asked: a bound on
/// the time.
const TRIES_MAX: usize = 8;

/// A byte is looked for in fewer bytes than these before a vector search is set up.
const SHORT: usize = 32;

/// A pattern that is a text and a run.
#[derive(Debug)]
pub(super) struct TextRun {
    text: Box<[u8]>,
    finder: Box<memmem::Finder<'static>>,
    /// The text's first bytes, up to eight, and which bits of a word they are.
    word: u64,
    mask: u64,
    /// The text's rarest byte and its position.
    rare: u8,
    rare_at: usize,
    run: Run,
}

impl TextRun {
    /// For a text, which is not empty, and a run.
    pub(super) fn new(text: &[u8], run: Run) -> TextRun {
        let known = text.len().min(8);
        let (mut word, mut mask) = ([0; 8], [0; 8]);
        word[..known].copy_from_slice(&text[..known]);
        mask[..known].fill(u8::MAX);
        let rare_at = (0..text.len()).min_by_key(|&at| frequency(text[at]));
        let rare_at = rare_at.unwrap_or_default();
        TextRun {
            text: text.into(),
            finder: Box::new(memmem::Finder::new(text).into_owned()),
            word: u64::from_le_bytes(word),
            mask: u64::from_le_bytes(mask),
            rare: text[rare_at],
            rare_at,
            run,
        }
    }

    /// The first match that begins at or behind `from`.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        if self.text.len() == 1 && self.run.len_min() > 0 {
            return self.find_byte(text, from);
        }
        // Where the last match could begin.
        let last = text
            .len()
            .checked_sub(self.text.len() + self.run.len_min())?;
        let start = self.find_rare(text, from, last)?;
        match self.match_at(text, start) {
            Some(end) => Some(start..end),
            None => self.find_further(text, start + 1, last),
        }
    }

    /// The same of a text of one byte, which may be met often where no match begins.
    #[inline]
    fn find_byte(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let is_start = |pair: &[u8]| pair[0] == self.rare && self.run.has(pair[1]);
        let mut start = from;
        loop {
            let rest = text.get(start..)?;
            if rest.len() >= SHORT {
                start += memchr::memchr(self.rare, rest)?;
            } else {
                start += rest.windows(2).position(is_start)?;
            }
            let end = start + 1;
            if let Some(length) = self.run.len(text.get(end..)?) {
                return Some(start..end + length);
            }
            start = end;
        }
    }

    /// The same after a try that failed.
    #[inline(never)]
    fn find_further(&self, text: &[u8], mut from: usize, last: usize) -> Option<Range<usize>> {
        for _ in 0..TRIES_MAX {
            let start = self.find_rare(text, from, last)?;
            if let Some(end) = self.match_at(text, start) {
                return Some(start..end);
            }
            from = start + 1;
        }
        loop {
            let start = from + self.finder.find(text.get(from..)?)?;
            if let Some(end) = self.match_at(text, start) {
                return Some(start..end);
            }
            from = start + 1;
        }
    }

    /// Where, from `from` to `last`, a match begins if the text's rarest byte belongs to one.
    #[inline(always)]
    fn find_rare(&self, text: &[u8], from: usize, last: usize) -> Option<usize> {
        let possible = text.get(from + self.rare_at..=last + self.rare_at)?;
        Some(from + position(possible, self.rare)?)
    }

    /// Where the match ends that begins at `start`, if one does.
    #[inline(always)]
    fn match_at(&self, text: &[u8], start: usize) -> Option<usize> {
        if !self.is_at(text, start) {
            return None;
        }
        let end = start + self.text.len();
        Some(end + self.run.len(text.get(end..)?)?)
    }

    /// Whether the text is at `start`.
    #[inline(always)]
    fn is_at(&self, text: &[u8], start: usize) -> bool {
        let rest = &text[start..];
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
        if let Some(found) = position_of_eight(chunk, byte) {
            return Some(at + found);
        }
        at += chunk.len();
    }
    match text.last_chunk() {
        // Those of them that were looked at are others.
        Some(chunk) => Some(text.len() - chunk.len() + position_of_eight(chunk, byte)?),
        None => text.iter().position(|found| *found == byte),
    }
}

#[inline(always)]
fn position_of_eight(chunk: &[u8; 8], byte: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = LOW * 0x80;
    let others = u64::from_le_bytes(*chunk) ^ (LOW * u64::from(byte));
    // The top bit of each byte that is zero, and perhaps of some above one: the lowest is exact.
    let marks = others.wrapping_sub(LOW) & !others & HIGH;
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
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
}
