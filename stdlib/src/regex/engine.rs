//! How a pattern is searched for: by comparing bytes where that says it all, else by the automata
//! of `regex-automata`.
//!
//! Two questions have an engine each. *Where* is the match needs the pattern as it is. *Is there*
//! one needs less: repetitions that may be absent at an open end of the pattern don't matter, so
//! `.*error.*` is a substring search.

use super::needle::Needle;
use super::replaced::replace_all;
use bumpalo::Bump;
use ottl_vm::function::Changed;
use regex_automata::{Input, meta};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::limits;

/// Finds out where a match is.
#[derive(Debug)]
pub(super) enum Engine {
    // Boxed: much larger than the other.
    Literal(Box<Literal>),
    Automaton(Automaton),
}

/// An automaton of `regex-automata`.
#[derive(Debug)]
pub(super) struct Automaton {
    pub(super) regex: meta::Regex,
    /// Whether a search for existence may stop at the first sign of a match. Where a match can be
    /// empty it may not: one that lies within a character would be dropped together with longer
    /// ones that began before it.
    can_stop_early: bool,
}

/// Finds out whether there is a match, by less than the engine needs.
#[derive(Debug)]
pub(super) enum Existence {
    /// Any haystack matches.
    Always,
    Literal(Box<Literal>),
    /// One byte of a set will do: an entry a byte. Boxed for its size.
    ByteSet(Box<[bool; 256]>),
    /// The pattern without what it begins with and does not need: unlike the whole of it, this
    /// can be looked for by its first bytes.
    Automaton(Automaton),
}

/// A text, perhaps bound to the start or the end of the haystack.
#[derive(Debug)]
pub(super) struct Literal {
    text: Needle,
    at_start: bool,
    at_end: bool,
}

impl Literal {
    /// Whether the haystack contains the text where it should.
    pub(super) fn is_match(&self, haystack: &[u8]) -> bool {
        let text = self.text.bytes();
        match (self.at_start, self.at_end) {
            (true, true) => haystack == text,
            (true, false) => haystack.starts_with(text),
            (false, true) => haystack.ends_with(text),
            (false, false) => self.text.find(haystack).is_some(),
        }
    }

    /// Where the text first begins at or behind `at`.
    pub(super) fn find(&self, haystack: &[u8], at: usize) -> Option<usize> {
        let text = self.text.bytes();
        let start = match (self.at_start, self.at_end) {
            (true, true) => (haystack == text).then_some(0)?,
            (true, false) => haystack.starts_with(text).then_some(0)?,
            (false, true) => haystack
                .ends_with(text)
                .then(|| haystack.len() - text.len())?,
            (false, false) => at + self.text.find(haystack.get(at..)?)?,
        };
        (start >= at).then_some(start)
    }

    /// The haystack with each occurrence replaced, as [`Regex::replaced_by_steps`](super::Regex::replaced_by_steps)
    /// tells it.
    pub(super) fn replace_all<'a>(
        &self,
        haystack: &[u8],
        replacement: &[u8],
        head: &[u8],
        arena: &'a Bump,
    ) -> Changed<'a> {
        // Of what is empty, not every occurrence counts.
        if self.len() == 0 {
            return Changed::Untold;
        }
        let find = |at| {
            let start = self.find(haystack, at);
            Ok(start.map(|start| start..start + self.len()))
        };
        replace_all(haystack, replacement, head, arena, find)
    }

    /// Length of the text, in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.bytes().len()
    }

    /// The literal that a sequence of pattern parts amounts to.
    fn of(parts: &[&Hir]) -> Option<Self> {
        let is_look =
            |part: &&Hir, look| matches!(part.kind(), HirKind::Look(found) if *found == look);
        let starts = parts
            .iter()
            .take_while(|part| is_look(part, Look::Start))
            .count();
        let parts = &parts[starts..];
        let ends = parts
            .iter()
            .rev()
            .take_while(|part| is_look(part, Look::End))
            .count();
        let mut text = Vec::new();
        for part in &parts[..parts.len() - ends] {
            match part.kind() {
                HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
                HirKind::Empty => {}
                _ => return None,
            }
        }
        if has_replacement(&text) {
            // Bad bytes match as well.
            return None;
        }
        Some(Self {
            text: Needle::new(&text),
            at_start: starts > 0,
            at_end: ends > 0,
        })
    }
}

impl Engine {
    /// Builds the engine for a pattern with `group_count` groups beside the whole match, whose
    /// syntax tree is `height` nodes high. None if the automaton would exceed its bound.
    pub(super) fn new(hir: &Hir, group_count: usize, height: u32) -> Option<Self> {
        if group_count == 0 {
            let parts = match hir.kind() {
                HirKind::Concat(parts) => parts.iter().collect(),
                _ => vec![hir],
            };
            if let Some(literal) = Literal::of(&parts) {
                return Some(Self::Literal(Box::new(literal)));
            }
        }
        let automaton = if height <= limits::REGEX_INLINE_HEIGHT_MAX {
            Automaton::build(hir)
        } else {
            // The builder recurses over the tree: give it a stack that suffices.
            let builder = std::thread::Builder::new().stack_size(limits::REGEX_BUILD_STACK_BYTES);
            std::thread::scope(|scope| {
                builder
                    .spawn_scoped(scope, || Automaton::build(hir))
                    .ok()?
                    .join()
                    .ok()?
            })
        };
        automaton.map(Self::Automaton)
    }
}

impl Automaton {
    fn build(hir: &Hir) -> Option<Self> {
        let config = meta::Config::new()
            .nfa_size_limit(Some(limits::REGEX_NFA_BYTES_MAX))
            .hybrid_cache_capacity(limits::REGEX_DFA_CACHE_BYTES_MAX);
        let regex = meta::Builder::new()
            .configure(config)
            .build_from_hir(hir)
            .ok()?;
        Some(Self {
            regex,
            can_stop_early: hir.properties().minimum_len() != Some(0),
        })
    }

    /// Memory of the automaton without its caches, in bytes.
    pub(super) fn memory_usage(&self) -> usize {
        self.regex.memory_usage()
    }

    /// Whether there is a match in a text that needs no repair.
    pub(super) fn is_match(&self, memory: &mut meta::Cache, text: &[u8]) -> bool {
        let input = Input::new(text).earliest(self.can_stop_early);
        self.regex.search_half_with(memory, &input).is_some()
    }
}

impl Existence {
    /// The shortcut for a pattern, if it has one.
    pub(super) fn new(hir: &Hir, height: u32) -> Option<Self> {
        let (parts, is_shorter) = essential_parts(hir);
        if parts.is_empty() {
            return Some(Self::Always);
        }
        if let Some(literal) = Literal::of(&parts) {
            let is_trivial = literal.len() == 0 && !(literal.at_start && literal.at_end);
            return Some(if is_trivial {
                Self::Always
            } else {
                Self::Literal(Box::new(literal))
            });
        }
        if let Some(set) = byte_set(&parts) {
            return Some(Self::ByteSet(set));
        }
        if !is_shorter || height > limits::REGEX_INLINE_HEIGHT_MAX {
            return None;
        }
        let rest = Hir::concat(parts.into_iter().cloned().collect());
        Automaton::build(&rest).map(Self::Automaton)
    }
}

/// The bytes that a pattern of one ASCII class matches.
fn byte_set(parts: &[&Hir]) -> Option<Box<[bool; 256]>> {
    let [part] = parts else { return None };
    let HirKind::Class(Class::Unicode(class)) = part.kind() else {
        return None;
    };
    if !class.is_ascii() {
        return None;
    }
    let mut set = Box::new([false; 256]);
    for range in class.ranges() {
        // ASCII: the ends fit a byte.
        set[range.start() as usize..=range.end() as usize].fill(true);
    }
    Some(set)
}

/// The parts, in order, that a haystack must match for the pattern to match somewhere in it.
/// Groups dissolve. Also whether something was left out before them.
fn essential_parts(hir: &Hir) -> (Vec<&Hir>, bool) {
    let mut parts = flattened(hir);
    let mut from = 0;
    let mut is_shorter = false;
    loop {
        match edge(parts.get(from).copied()) {
            Edge::Needless => {
                from += 1;
                is_shorter = true;
            }
            Edge::Once(sub) => drop(parts.splice(from..=from, flattened(sub))),
            Edge::Kept => break,
        }
    }
    parts.drain(..from);
    loop {
        match edge(parts.last().copied()) {
            Edge::Needless => drop(parts.pop()),
            Edge::Once(sub) => {
                parts.pop();
                parts.extend(flattened(sub));
            }
            Edge::Kept => break,
        }
    }
    // `(?s)^.*x` is as good as `x`.
    while let [first, second, ..] = parts.as_slice()
        && matches!(first.kind(), HirKind::Look(Look::Start))
        && is_anything(second)
    {
        parts.drain(..2);
        is_shorter = true;
    }
    while let [.., second, last] = parts.as_slice()
        && matches!(last.kind(), HirKind::Look(Look::End))
        && is_anything(second)
    {
        parts.truncate(parts.len() - 2);
    }
    (parts, is_shorter)
}

/// What a part at the open end of a pattern comes down to.
enum Edge<'h> {
    Needless,
    /// One occurrence of this.
    Once(&'h Hir),
    Kept,
}

fn edge(part: Option<&Hir>) -> Edge<'_> {
    match part.map(Hir::kind) {
        Some(HirKind::Empty) => Edge::Needless,
        Some(HirKind::Repetition(repetition)) if repetition.min == 0 => Edge::Needless,
        Some(HirKind::Repetition(repetition)) if repetition.min == 1 => Edge::Once(&repetition.sub),
        _ => Edge::Kept,
    }
}

/// The parts of a concatenation, with groups and concatenations inside it dissolved.
fn flattened(hir: &Hir) -> Vec<&Hir> {
    let mut parts = Vec::new();
    let mut pending = vec![hir];
    while let Some(hir) = pending.pop() {
        match hir.kind() {
            HirKind::Capture(capture) => pending.push(&capture.sub),
            HirKind::Concat(subs) => pending.extend(subs.iter().rev()),
            _ => parts.push(hir),
        }
    }
    parts
}

/// Whether this matches any text.
fn is_anything(hir: &Hir) -> bool {
    let HirKind::Repetition(repetition) = hir.kind() else {
        return false;
    };
    let HirKind::Class(Class::Unicode(class)) = repetition.sub.kind() else {
        return false;
    };
    repetition.min == 0
        && repetition.max.is_none()
        && matches!(class.ranges(), [all] if all.start() == '\0' && all.end() == char::MAX)
}

pub(super) fn has_replacement(text: &[u8]) -> bool {
    memchr::memmem::find(text, "\u{FFFD}".as_bytes()).is_some()
}

/// Whether it can matter to the pattern that a haystack isn't UTF-8: whether some part of it
/// matches U+FFFD, or all of it matches the empty text, which must not lie within a character.
/// (Elsewhere, no byte of a bad sequence can be part of a match.)
pub(super) fn sees_bad_bytes(hir: &Hir) -> bool {
    if hir.properties().minimum_len() == Some(0) {
        return true;
    }
    let mut pending = vec![hir];
    while let Some(hir) = pending.pop() {
        match hir.kind() {
            HirKind::Class(Class::Unicode(class)) => {
                if super::unicode::contains(class, char::REPLACEMENT_CHARACTER) {
                    return true;
                }
            }
            HirKind::Class(Class::Bytes(class)) => {
                if !class.is_ascii() {
                    return true;
                }
            }
            HirKind::Literal(literal) => {
                if has_replacement(&literal.0) {
                    return true;
                }
            }
            HirKind::Repetition(repetition) => pending.push(&repetition.sub),
            HirKind::Capture(capture) => pending.push(&capture.sub),
            HirKind::Concat(subs) | HirKind::Alternation(subs) => pending.extend(subs),
            HirKind::Empty | HirKind::Look(_) => {}
        }
    }
    false
}
