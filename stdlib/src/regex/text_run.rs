//! The most usual of the patterns that need no automaton: a text and a run of bytes behind it, as `token=[0-9a-f]+`.

use super::needle::{Marks, Needle, SHORT};
use super::steps::Run;
use std::num::NonZeroUsize;
use std::ops::Range;

/// How many more times the text's rarest byte may be found without a match before another search is asked: a bound on
/// the time.
const TRIES_MAX: usize = 8;

/// A pattern that is a text and a run.
#[derive(Debug)]
pub(super) struct TextRun {
    text: Needle,
    /// The text, if it is one byte, which may be met often where no match begins, and the run takes one at least.
    byte: Option<u8>,
    run: Run,
}

impl TextRun {
    /// For a text, which is not empty, and a run.
    pub(super) fn new(text: &[u8], run: Run) -> TextRun {
        let byte = match *text {
            [byte] if run.len_min() > 0 => Some(byte),
            _ => None,
        };
        TextRun {
            text: Needle::new(text),
            byte,
            run,
        }
    }

    /// The first match that begins at or behind `from`.
    #[inline(always)]
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let found = match self.byte {
            Some(byte) => self.find_byte(byte, text, from),
            None => self.find_text(text, from),
        };
        found.map(|Found { start, end }| start..end.get())
    }

    #[inline(never)]
    fn find_text(&self, text: &[u8], from: usize) -> Option<Found> {
        // Where the last match could begin.
        let length_min = self.text.bytes().len() + self.run.len_min();
        let last = text.len().checked_sub(length_min)?;
        let start = self.text.find_rare(text, from, last)?;
        match self.match_at(text, start) {
            Some(found) => Some(found),
            None => self.find_further(text, start + 1, last),
        }
    }

    /// The first match, of a text that is this byte.
    #[inline(always)]
    fn find_byte(&self, byte: u8, text: &[u8], from: usize) -> Option<Found> {
        match last_words(text, from) {
            Some(last) => self.find_by_words(byte, text, from, last),
            None => self.find_one_by_one(byte, text, from),
        }
    }

    /// The same of a text of which little is left. There may be many such bytes in it without a run behind them.
    #[inline(never)]
    fn find_by_words(&self, byte: u8, text: &[u8], mut from: usize, last: usize) -> Option<Found> {
        while from < last + 8 {
            let at = from.min(last);
            let window: &[u8; 9] = text[at..].first_chunk()?;
            for found in Marks::of(window.first_chunk()?, byte).from(from - at) {
                if !self.run.has(window[found + 1]) {
                    continue;
                }
                let end = at + found + 1;
                if let Some(length) = self.run.len(&text[end..]) {
                    return Found::new(at + found, end + length);
                }
            }
            from = at + 8;
        }
        None
    }

    /// The same of a text of any length.
    #[inline(never)]
    fn find_one_by_one(&self, byte: u8, text: &[u8], mut from: usize) -> Option<Found> {
        loop {
            let start = from + memchr::memchr(byte, text.get(from..)?)?;
            let end = start + 1;
            if let Some(length) = self.run.len(text.get(end..)?) {
                return Found::new(start, end + length);
            }
            if let Some(last) = last_words(text, end) {
                return self.find_by_words(byte, text, end, last);
            }
            from = end;
        }
    }

    /// The first match after a try that failed.
    #[inline(never)]
    fn find_further(&self, text: &[u8], mut from: usize, last: usize) -> Option<Found> {
        for _ in 0..TRIES_MAX {
            let start = self.text.find_rare(text, from, last)?;
            if let Some(found) = self.match_at(text, start) {
                return Some(found);
            }
            from = start + 1;
        }
        loop {
            let start = from + self.text.find_in_long(text.get(from..)?)?;
            if let Some(found) = self.match_at(text, start) {
                return Some(found);
            }
            from = start + 1;
        }
    }

    /// The match that begins at `start`, if one does.
    #[inline(always)]
    fn match_at(&self, text: &[u8], start: usize) -> Option<Found> {
        if !self.text.is_at(text, start) {
            return None;
        }
        let end = start + self.text.bytes().len();
        Found::new(start, end + self.run.len(text.get(end..)?)?)
    }
}

/// The last place of a text with eight bytes and one behind them, if little is left of it from a place on.
#[inline(always)]
fn last_words(text: &[u8], from: usize) -> Option<usize> {
    let last = text.len().checked_sub(9)?;
    (text.len() < from + SHORT).then_some(last)
}

/// Where a match is, which is not empty: as registers hold it.
struct Found {
    start: usize,
    end: NonZeroUsize,
}

impl Found {
    #[inline(always)]
    fn new(start: usize, end: usize) -> Option<Found> {
        let end = NonZeroUsize::new(end)?;
        Some(Found { start, end })
    }
}
