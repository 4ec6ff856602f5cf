//! The most usual of the patterns that need no automaton: a text and a run of bytes behind it, as `token=[0-9a-f]+`.

use super::bits::{self, BLOCK, ByteSet};
use super::needle::Needle;
use super::steps::Run;
use std::num::NonZeroUsize;
use std::ops::Range;

/// How many bytes of a run are told at once, which most runs do not have.
const RUN_USUAL: usize = 32;

/// A pattern that is a text and a run.
#[derive(Debug)]
pub(super) struct TextRun {
    text: Needle,
    /// The text, if it is one byte, which may be met often where no match begins.
    byte: Option<u8>,
    run: Run,
    /// The bytes that the run takes.
    set: ByteSet,
}

impl TextRun {
    /// For a text, which is not empty, and a run.
    pub(super) fn new(text: &[u8], run: Run) -> TextRun {
        TextRun {
            text: Needle::new(text),
            byte: <[u8; 1]>::try_from(text).ok().map(|[byte]| byte),
            set: ByteSet::of(run.set()),
            run,
        }
    }

    /// The first match that begins at or behind `from`.
    #[inline(always)]
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        match self.by_blocks(text, from) {
            Some(mut blocks) => blocks.find(from),
            None => self.find_text(text, from),
        }
    }

    /// The search for all matches behind `from`, if the pattern's text is one byte.
    #[inline(always)]
    pub(super) fn by_blocks<'t>(&'t self, text: &'t [u8], from: usize) -> Option<Blocks<'t>> {
        let mut blocks = Blocks {
            pattern: self,
            byte: self.byte?,
            text,
            at: from,
            starts: 0,
            taken: 0,
        };
        blocks.read();
        Some(blocks)
    }

    /// The first match that begins at or behind `from`, of any text.
    #[inline(always)]
    pub(super) fn find_text(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        self.find_text_in(text, from).map(Found::range)
    }

    #[inline(never)]
    fn find_text_in(&self, text: &[u8], from: usize) -> Option<Found> {
        // Where the last match could begin.
        let length_min = self.text.bytes().len() + self.run.len_min();
        let last = text.len().checked_sub(length_min)?;
        let mut places = self.text.places(text, from, last)?;
        if let Some(found) = places.find_map(|at| self.match_at(text, from + at)) {
            return Some(found);
        }
        if last < from + BLOCK {
            return None;
        }
        self.find_in_long(text, from + BLOCK)
    }

    #[inline(never)]
    fn find_in_long(&self, text: &[u8], mut from: usize) -> Option<Found> {
        loop {
            let start = from + self.text.find_in_long(text.get(from..)?)?;
            if let Some(found) = self.match_at(text, start) {
                return Some(found);
            }
            from = start + 1;
        }
    }

    /// The match that begins at `start`, if one does.
    #[inline(never)]
    fn match_at(&self, text: &[u8], start: usize) -> Option<Found> {
        if !self.text.is_at(text, start) {
            return None;
        }
        let end = start + self.text.bytes().len();
        Found::new(start, end + self.run_length(text.get(end..)?)?)
    }

    /// How many bytes the run takes of what the text begins with, if they suffice.
    #[inline(always)]
    fn run_length(&self, text: &[u8]) -> Option<usize> {
        let block = &text[..text.len().min(RUN_USUAL)];
        let [taken] = bits::of_block(block, |chunk| [self.set.bits(chunk)]);
        match taken.trailing_ones() as usize {
            RUN_USUAL => self.run.len(text),
            length if length < self.run.len_min() => None,
            length => Some(length.min(self.run.len_max())),
        }
    }
}

/// Looks for a byte and a run by blocks of a text.
pub(super) struct Blocks<'t> {
    pattern: &'t TextRun,
    byte: u8,
    text: &'t [u8],
    /// Where the block at hand begins.
    at: usize,
    /// Where in it matches begin. Of one that is not whole in the block, the next tells.
    starts: u64,
    /// Which of its bytes the run takes.
    taken: u64,
}

impl Blocks<'_> {
    /// Reads the block at hand.
    #[inline(always)]
    fn read(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let block = &rest[..rest.len().min(BLOCK)];
        let set = &self.pattern.set;
        let kinds = |chunk: &_| [bits::equal(chunk, self.byte), set.bits(chunk)];
        let [mut starts, taken] = bits::of_block(block, kinds);
        for length in 1..=self.pattern.run.len_min() {
            starts &= taken >> length;
        }
        (self.starts, self.taken) = (starts, taken);
    }

    /// The first match that begins at or behind `from`, which is not ahead of the block at hand.
    #[inline(always)]
    pub(super) fn find(&mut self, from: usize) -> Option<Range<usize>> {
        let known = (from - self.at).min(BLOCK) as u32;
        let starts = self.starts & u64::MAX.checked_shl(known).unwrap_or_default();
        let found = match starts {
            0 if self.text.len() <= self.at + BLOCK => None,
            0 => self.find_behind(from),
            _ => self.match_of(starts),
        };
        found.map(Found::range)
    }

    /// The match that begins first of these.
    #[inline(always)]
    fn match_of(&self, starts: u64) -> Option<Found> {
        let first = starts.trailing_zeros();
        let start = self.at + first as usize;
        let run_at = start + 1;
        let length = (self.taken >> first >> 1).trailing_ones() as usize;
        let length = match run_at + length == self.at + BLOCK {
            true => self.long_run(run_at)?,
            false => length.min(self.pattern.run.len_max()),
        };
        Found::new(start, run_at + length)
    }

    /// How many bytes the run takes that begins here and may go on behind the block.
    #[inline(never)]
    fn long_run(&self, at: usize) -> Option<usize> {
        self.pattern.run.len(&self.text[at..])
    }

    /// The first match that begins at or behind `from` of which the block at hand does not tell.
    #[inline(never)]
    fn find_behind(&mut self, from: usize) -> Option<Found> {
        let mut from = from.max(self.at + BLOCK - self.pattern.run.len_min());
        loop {
            self.at = from + memchr::memchr(self.byte, self.text.get(from..)?)?;
            self.read();
            if self.starts != 0 {
                return self.match_of(self.starts);
            }
            from = self.at + BLOCK - self.pattern.run.len_min();
        }
    }
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

    #[inline(always)]
    fn range(self) -> Range<usize> {
        self.start..self.end.get()
    }
}
