//! Regular expressions as the reference has them: the syntax and the meaning of Go's `regexp`,
//! the speed of `regex-automata`.
//!
//! A pattern is parsed by rules of our own (`parse`, `class`, `stack`, `unicode`) and handed to the
//! engine as a syntax tree; the engine's own parser is never asked, as the two languages differ.
//! Haystacks are bytes, and a byte that is not UTF-8 is read as one U+FFFD (`haystack`).
//!
//! - A [`Regex`] is immutable and shared; what a search needs to write is in a [`Cache`], one a
//!   worker and pattern. There are no locks.
//! - Offsets are byte offsets into the haystack as given.
//! - A match never begins or ends within a character.
//! - A search allocates nothing once its cache and captures have grown to size.

mod bits;
mod captures;
mod class;
mod dynamic;
mod engine;
mod error;
mod escaped;
mod haystack;
mod matches;
mod needle;
mod parse;
mod replaced;
mod stack;
mod steps;
mod template;
mod text_run;
mod unicode;

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use bumpalo::Bump;
use ottl_vm::function::{Changed, TellText};
use regex_automata::{Input, meta};

pub use captures::Captures;
pub use dynamic::DynamicCache;
pub use error::{Error, ErrorKind};
pub use matches::Matches;
pub(crate) use template::replaced_len_max;
pub use template::{Template, TooLong};

use crate::limits;
use engine::{Automaton, Engine, Existence};
use haystack::Repaired;
use steps::{GaveUp, Steps};

/// A compiled pattern.
pub struct Regex {
    pattern: Box<[u8]>,
    group_names: Box<[Option<Box<str>>]>,
    engine: Engine,
    /// The faster way to the same matches, if the pattern has one.
    steps: Option<Steps>,
    existence: Option<Existence>,
    /// Whether a haystack that isn't UTF-8 has to be repaired before the engine reads it.
    sees_bad_bytes: bool,
    /// Tells the caches of one pattern from those of another.
    id: u64,
}

/// The memory of searches for one pattern by one worker.
///
/// A cache that has served one [`Regex`] may be given to another: it starts afresh then, which
/// costs as much as a new cache.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// The `id` of the pattern it is for; 0 for none.
    owner: u64,
    engine: Option<meta::Cache>,
    existence: Option<meta::Cache>,
    repaired: Repaired,
    captures: Captures,
}

impl Cache {
    /// An empty cache, for any pattern.
    pub fn new() -> Self {
        Self::default()
    }

    /// The part of the cache that `automaton` uses, which must be the engine of pattern `owner`.
    fn engine(&mut self, owner: u64, automaton: &Automaton) -> &mut meta::Cache {
        self.claim(owner);
        self.engine
            .get_or_insert_with(|| automaton.regex.create_cache())
    }

    fn claim(&mut self, owner: u64) {
        if self.owner != owner {
            self.owner = owner;
            self.engine = None;
            self.existence = None;
        }
    }
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Where the reference refuses the pattern, with the same text; and
    /// [`ErrorKind::TooLarge`] for a pattern whose automaton would not fit its bound.
    pub fn new(pattern: impl AsRef<[u8]>) -> Result<Self, Error> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let pattern = pattern.as_ref();
        let parse::Pattern {
            parsed,
            group_names,
        } = parse::parse(pattern)?;
        let engine = Engine::new(&parsed.hir, group_names.len() - 1, parsed.height)
            .ok_or_else(|| Error::new(ErrorKind::TooLarge, pattern))?;
        let steps = match &engine {
            Engine::Automaton(_) if parsed.height <= limits::REGEX_INLINE_HEIGHT_MAX => {
                Steps::of(&parsed.hir)
            }
            _ => None,
        };
        Ok(Self {
            pattern: pattern.into(),
            steps,
            group_names: group_names.into(),
            engine,
            existence: Existence::new(&parsed.hir, parsed.height),
            sees_bad_bytes: engine::sees_bad_bytes(&parsed.hir),
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// The pattern as it was given.
    pub fn pattern(&self) -> &[u8] {
        &self.pattern
    }

    /// How many groups capture, the whole match not counted.
    pub fn capture_count(&self) -> usize {
        self.group_names.len() - 1
    }

    /// The name of each group by number; entry 0 is the whole match and has none. Names may
    /// occur more than once.
    pub fn group_names(&self) -> &[Option<Box<str>>] {
        &self.group_names
    }

    /// Memory of the automata of the pattern, in bytes; caches not counted.
    pub fn memory_usage(&self) -> usize {
        let engine = if let Engine::Automaton(automaton) = &self.engine {
            automaton.memory_usage()
        } else {
            0
        };
        match &self.existence {
            Some(Existence::Automaton(automaton)) => engine + automaton.memory_usage(),
            _ => engine,
        }
    }

    /// Whether most haystacks tell without a cache whether the pattern matches.
    pub(crate) fn is_told_by_bytes(&self) -> bool {
        match (&self.existence, &self.engine) {
            (Some(Existence::Automaton(_)), _) => false,
            (Some(_), _) | (None, Engine::Literal(_)) => true,
            (None, Engine::Automaton(_)) => self.steps.is_some(),
        }
    }

    /// Whether the pattern matches anywhere in the haystack, if that can be told without a cache.
    #[inline(always)]
    pub(crate) fn is_match_by_bytes(&self, haystack: &[u8]) -> Option<bool> {
        match (&self.existence, &self.engine) {
            (Some(Existence::Always), _) => Some(true),
            (Some(Existence::Literal(literal)), _) => Some(literal.is_match(haystack)),
            (Some(Existence::ByteSet(set)), _) => {
                Some(haystack.iter().any(|&byte| set[usize::from(byte)]))
            }
            (Some(Existence::Automaton(_)), _) => None,
            (None, Engine::Automaton(_)) => {
                let found = self.steps.as_ref()?.find(haystack, 0, &mut |_, _, _| {});
                Some(found.ok()?.is_some())
            }
            (None, Engine::Literal(literal)) => Some(literal.is_match(haystack)),
        }
    }

    /// Whether the pattern matches anywhere in the haystack.
    pub fn is_match(&self, cache: &mut Cache, haystack: &[u8]) -> bool {
        self.is_match_by_bytes(haystack)
            .unwrap_or_else(|| self.is_match_by_automaton(cache, haystack))
    }

    /// The same where bytes do not tell.
    pub(crate) fn is_match_by_automaton(&self, cache: &mut Cache, haystack: &[u8]) -> bool {
        match (&self.existence, &self.engine) {
            (Some(Existence::Automaton(automaton)), _) => {
                cache.claim(self.id);
                let memory = cache
                    .existence
                    .get_or_insert_with(|| automaton.regex.create_cache());
                self.automaton_matches(automaton, memory, &mut cache.repaired, haystack)
            }
            (_, Engine::Automaton(automaton)) => {
                cache.claim(self.id);
                let memory = cache
                    .engine
                    .get_or_insert_with(|| automaton.regex.create_cache());
                self.automaton_matches(automaton, memory, &mut cache.repaired, haystack)
            }
            // A literal is told by bytes.
            (_, Engine::Literal(literal)) => literal.is_match(haystack),
        }
    }

    fn automaton_matches(
        &self,
        automaton: &Automaton,
        memory: &mut meta::Cache,
        repaired: &mut Repaired,
        haystack: &[u8],
    ) -> bool {
        // A match of valid characters is one whatever stands around it, so only a miss makes it
        // worth to look for bad bytes.
        if automaton.is_match(memory, haystack) {
            return true;
        }
        if !self.sees_bad_bytes || haystack::is_valid(haystack) {
            return false;
        }
        repaired.fill(haystack);
        automaton.is_match(memory, repaired.text())
    }

    /// The first match that begins at or behind `at`, which must not lie within a character.
    /// What stands before `at` still counts for `^` and `\b`. None also if `at` is beyond the end.
    ///
    /// To go through all matches use [`Regex::matches`]: it looks at bad bytes once only.
    pub fn find_at(&self, cache: &mut Cache, haystack: &[u8], at: usize) -> Option<Range<usize>> {
        if let Engine::Literal(literal) = &self.engine {
            return literal
                .find(haystack, at)
                .map(|start| start..start + literal.len());
        }
        let mut captures = std::mem::take(&mut cache.captures);
        captures.want(1);
        let found = self.captures_at(cache, haystack, at, &mut captures);
        let range = captures.get(0).filter(|_| found);
        cache.captures = captures;
        range
    }

    /// The first match in the haystack, with as many of its groups as `captures` wants. False,
    /// with no group set, if there is none.
    pub fn captures(&self, cache: &mut Cache, haystack: &[u8], captures: &mut Captures) -> bool {
        self.captures_at(cache, haystack, 0, captures)
    }

    /// As [`Regex::captures`], of the first match that begins at or behind `at`, as
    /// [`Regex::find_at`] takes it.
    pub fn captures_at(
        &self,
        cache: &mut Cache,
        haystack: &[u8],
        at: usize,
        captures: &mut Captures,
    ) -> bool {
        if let Some(Ok(found)) = self.by_steps(haystack, at, captures) {
            return found;
        }
        if !self.must_repair(haystack) {
            return self.search(cache, haystack, at, captures);
        }
        let mut repaired = std::mem::take(&mut cache.repaired);
        repaired.fill(haystack);
        let found = self.search(
            cache,
            repaired.text(),
            repaired.repaired_offset(at),
            captures,
        );
        captures.map_offsets(|offset| repaired.original_offset(offset));
        cache.repaired = repaired;
        found
    }

    /// All matches from the start of the haystack to its end that don't overlap. An empty match
    /// right behind another match is none.
    pub fn matches<'a>(&'a self, cache: &'a mut Cache, haystack: &'a [u8]) -> Matches<'a> {
        Matches::new(self, cache, haystack)
    }

    /// Appends the haystack to `out`, each match replaced by the expanded template. If nothing
    /// matches, returns false and leaves `out` alone.
    ///
    /// # Errors
    /// What comes in the place of matches is more than 64 MiB; `out` is of no use then.
    pub fn replace_all(
        &self,
        cache: &mut Cache,
        haystack: &[u8],
        template: &Template,
        out: &mut Vec<u8>,
    ) -> Result<bool, TooLong> {
        let length_max = out.len() + replaced_len_max(haystack);
        let mut captures = std::mem::take(&mut cache.captures);
        captures.want(template.group_count());
        let mut copied = None;
        let mut done = Ok(());
        let mut matches = self.matches(cache, haystack);
        while done.is_ok() && matches.next(&mut captures) {
            // Set after every match.
            let Some(range) = captures.get(0) else { break };
            out.extend_from_slice(&haystack[copied.unwrap_or(0)..range.start]);
            done = template.expand_within(length_max, self, haystack, &captures, out);
            copied = Some(range.end);
        }
        cache.captures = captures;
        done?;
        if let Some(copied) = copied {
            out.extend_from_slice(&haystack[copied..]);
        }
        Ok(copied.is_some())
    }

    /// The haystack with each match replaced by a text, behind a copy of `head` in the arena. It is not told if this has to
    /// be asked of [`Regex::replace_all`].
    #[inline]
    pub(crate) fn replaced_by_steps<'a>(
        &self,
        haystack: &[u8],
        replacement: &[u8],
        head: &[u8],
        arena: &'a Bump,
    ) -> Changed<'a> {
        match (&self.steps, &self.engine) {
            (Some(steps), _) => steps.replace_all(haystack, replacement, head, arena),
            (None, Engine::Literal(literal)) => {
                literal.replace_all(haystack, replacement, head, arena)
            }
            (None, Engine::Automaton(_)) => Changed::Untold,
        }
    }

    /// One search by steps, which bad bytes do not bother; `None` if the pattern has none.
    fn by_steps(
        &self,
        haystack: &[u8],
        at: usize,
        captures: &mut Captures,
    ) -> Option<Result<bool, GaveUp>> {
        let steps = self.steps.as_ref()?;
        captures.reset(self.capture_count() + 1);
        if at > haystack.len() {
            return Some(Ok(false));
        }
        let found = steps.find(haystack, at, &mut |group, is_end, at| {
            captures.set_bound(group, is_end, at);
        });
        Some(match found {
            Ok(Some(range)) => Ok(captures.set_whole(range)),
            Ok(None) => {
                captures.reset(self.capture_count() + 1);
                Ok(false)
            }
            Err(gave_up) => Err(gave_up),
        })
    }

    #[cfg(test)]
    fn without_steps(mut self) -> Self {
        self.steps = None;
        self
    }

    #[cfg(test)]
    fn has_steps(&self) -> bool {
        self.steps.is_some()
    }

    fn must_repair(&self, haystack: &[u8]) -> bool {
        self.sees_bad_bytes
            && matches!(self.engine, Engine::Automaton(_))
            && !haystack::is_valid(haystack)
    }

    /// One search of a text that needs no repair.
    fn search(&self, cache: &mut Cache, text: &[u8], at: usize, captures: &mut Captures) -> bool {
        let slots = captures.reset(self.capture_count() + 1);
        if at > text.len() {
            return false;
        }
        match &self.engine {
            Engine::Literal(literal) => match literal.find(text, at) {
                Some(start) => captures.set_whole(start..start + literal.len()),
                None => false,
            },
            Engine::Automaton(automaton) => {
                let input = Input::new(text).range(at..);
                let memory = cache.engine(self.id, automaton);
                // Groups that can never take part may be missing at the end.
                let known = slots.len().min(automaton.regex.group_info().slot_len());
                automaton
                    .regex
                    .search_slots_with(memory, &input, &mut slots[..known])
                    .is_some()
            }
        }
    }
}

impl TellText for Regex {
    fn tell(&self, text: &[u8]) -> Option<bool> {
        self.is_match_by_bytes(text)
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex")
            .field(&String::from_utf8_lossy(&self.pattern))
            .finish()
    }
}
