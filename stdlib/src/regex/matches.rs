//! All matches in a haystack, in order.

use super::captures::Captures;
use super::haystack::{self, Repaired};
use super::steps::GaveUp;
use super::{Cache, Regex};

/// The matches of a pattern in a haystack; see [`Regex::matches`].
#[derive(Debug)]
pub struct Matches<'a> {
    regex: &'a Regex,
    cache: &'a mut Cache,
    haystack: &'a [u8],
    /// Whether the pattern's steps find the matches, in the haystack as it is.
    is_stepping: bool,
    /// Whether the text searched is the one in `cache.repaired` instead of the haystack.
    is_repaired: bool,
    /// Where to search next, in bytes of the text searched; beyond its end if there is no more.
    at: usize,
    /// Where the last match ended, in bytes of the text searched.
    last_end: Option<usize>,
}

impl<'a> Matches<'a> {
    pub(super) fn new(regex: &'a Regex, cache: &'a mut Cache, haystack: &'a [u8]) -> Self {
        let mut matches = Self {
            regex,
            cache,
            haystack,
            is_stepping: regex.steps.is_some(),
            is_repaired: false,
            at: 0,
            last_end: None,
        };
        if !matches.is_stepping {
            matches.repair();
        }
        matches
    }

    /// Goes on in a text that the automaton can read.
    fn repair(&mut self) {
        self.is_stepping = false;
        self.is_repaired = self.regex.must_repair(self.haystack);
        if self.is_repaired {
            let repaired = &mut self.cache.repaired;
            repaired.fill(self.haystack);
            self.at = repaired.repaired_offset(self.at);
            self.last_end = self.last_end.map(|end| repaired.repaired_offset(end));
        }
    }

    /// Fills in the next match; false if there is none.
    ///
    /// Not an `Iterator`, as each match overwrites the one before.
    pub fn next(&mut self, captures: &mut Captures) -> bool {
        if self.is_stepping {
            // Matches by steps are never empty.
            match self.regex.by_steps(self.haystack, self.at, captures) {
                Some(Ok(found)) => {
                    self.at = match captures.get(0) {
                        Some(range) if found => range.end,
                        _ => self.haystack.len() + 1,
                    };
                    self.last_end = Some(self.at);
                    return found;
                }
                Some(Err(GaveUp)) | None => self.repair(),
            }
        }
        if !self.is_repaired {
            return self.advance(self.haystack, captures);
        }
        let repaired: Repaired = std::mem::take(&mut self.cache.repaired);
        let found = self.advance(repaired.text(), captures);
        captures.map_offsets(|offset| repaired.original_offset(offset));
        self.cache.repaired = repaired;
        found
    }

    fn advance(&mut self, text: &[u8], captures: &mut Captures) -> bool {
        loop {
            let found = self.regex.search(self.cache, text, self.at, captures);
            let Some(range) = captures.get(0).filter(|_| found) else {
                self.at = text.len() + 1;
                return false;
            };
            let is_new = !range.is_empty() || self.last_end != Some(range.end);
            self.at = range.end;
            if range.is_empty() {
                // A byte that is no character counts as one.
                self.at += haystack::decode(&text[range.end..]).map_or(1, char::len_utf8);
            }
            self.last_end = Some(range.end);
            if is_new {
                return true;
            }
        }
    }
}
