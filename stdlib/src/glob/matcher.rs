//! Matchers: whether a text matches, and where in a text a match begins and may end.
//!
//! Lengths are in characters, or unknown, which is `None`.

use crate::strings::find;
use crate::utf8;
use memchr::memmem;

#[derive(Debug)]
pub(super) enum Matcher {
    Text(Vec<u8>),
    /// Any text.
    Super,
    /// Any character.
    Single,
    List {
        characters: Vec<char>,
        not: bool,
    },
    Range {
        low: char,
        high: char,
        not: bool,
    },
    AnyOf(Vec<Matcher>),
    /// All of them match.
    EveryOf(Vec<Matcher>),
    Nothing,
    /// At least so many characters.
    Min(usize),
    /// At most so many characters.
    Max(usize),
    Contains {
        needle: Vec<u8>,
        not: bool,
    },
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    PrefixSuffix(Vec<u8>, Vec<u8>),
    /// Matchers of known length, one after the other; the sum of their lengths.
    Row(Vec<Matcher>, usize),
    Tree(Box<Tree>),
}

/// A matcher with those for what is left and right of it.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) value: Matcher,
    pub(super) left: Option<Matcher>,
    pub(super) right: Option<Matcher>,
    left_length: Option<usize>,
    right_length: Option<usize>,
    length: Option<usize>,
}

impl Tree {
    pub(super) fn new(value: Matcher, left: Option<Matcher>, right: Option<Matcher>) -> Tree {
        let length = |side: &Option<Matcher>| side.as_ref().map_or(Some(0), Matcher::length);
        let (left_length, right_length) = (length(&left), length(&right));
        let sum = |a: Option<usize>, b: Option<usize>| Some(a? + b?);
        Tree {
            length: sum(sum(left_length, value.length()), right_length),
            value,
            left,
            right,
            left_length,
            right_length,
        }
    }

    fn is_match(&self, text: &[u8]) -> bool {
        if self.length.is_some_and(|length| length > text.len()) {
            return false;
        }
        // Lengths are in characters, of which each has a byte at least.
        let mut offset = self.left_length.unwrap_or(0);
        let Some(limit) = text.len().checked_sub(self.right_length.unwrap_or(0)) else {
            return false;
        };
        while offset < limit {
            let Some((index, ends)) = self.value.find(&text[offset..limit]) else {
                return false;
            };
            let at = offset + index;
            if side(&self.left, &text[..at]) {
                let right = |end: &usize| side(&self.right, text.get(at + end..).unwrap_or(b""));
                if ends.iter().rev().any(right) {
                    return true;
                }
            }
            offset = at
                + text
                    .get(at..)
                    .filter(|rest| !rest.is_empty())
                    .map_or(1, |rest| utf8::first(rest).1);
        }
        false
    }
}

fn side(matcher: &Option<Matcher>, text: &[u8]) -> bool {
    matcher
        .as_ref()
        .map_or(text.is_empty(), |matcher| matcher.is_match(text))
}

/// The characters of a text and where they begin; a bad byte is U+FFFD.
fn characters(text: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (c, length) = utf8::first(rest);
        let start = at;
        at += length;
        Some((start, c))
    })
}

/// Whether a text is one character that `is_wanted`. Empty text counts as a bad character.
fn is_one(text: &[u8], is_wanted: impl Fn(char) -> bool) -> bool {
    if text.is_empty() {
        return is_wanted(char::REPLACEMENT_CHARACTER);
    }
    let (c, length) = utf8::first(text);
    length == text.len() && is_wanted(c)
}

impl Matcher {
    /// How many characters a match has, if that is known.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Matcher::Text(text) => Some(characters(text).count()),
            Matcher::Single | Matcher::List { .. } | Matcher::Range { .. } => Some(1),
            Matcher::Nothing => Some(0),
            Matcher::Row(_, length) => Some(*length),
            Matcher::Tree(tree) => tree.length,
            Matcher::AnyOf(matchers) => {
                // One of unknown length ahead of the others does not count.
                let mut common = None;
                for matcher in matchers {
                    let length = matcher.length();
                    if common.is_none() {
                        common = length;
                    } else if common != length {
                        return None;
                    }
                }
                common
            }
            _ => None,
        }
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Matcher::Text(expected) => expected == text,
            Matcher::Super => true,
            Matcher::Single => is_one(text, |_| true),
            Matcher::List { characters, not } => is_one(text, |c| characters.contains(&c) != *not),
            Matcher::Range { low, high, not } => {
                is_one(text, |c| (*low..=*high).contains(&c) != *not)
            }
            Matcher::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.is_match(text)),
            Matcher::EveryOf(matchers) => matchers.iter().all(|matcher| matcher.is_match(text)),
            Matcher::Nothing => text.is_empty(),
            Matcher::Min(limit) => characters(text).count() >= *limit.max(&1),
            Matcher::Max(limit) => characters(text).count() <= *limit,
            Matcher::Contains { needle, not } => find(text, needle).is_some() != *not,
            Matcher::Prefix(prefix) => text.starts_with(prefix),
            Matcher::Suffix(suffix) => text.ends_with(suffix),
            Matcher::PrefixSuffix(prefix, suffix) => {
                text.starts_with(prefix) && text.ends_with(suffix)
            }
            Matcher::Row(matchers, length) => {
                characters(text).count() == *length && row(matchers, text)
            }
            Matcher::Tree(tree) => tree.is_match(text),
        }
    }

    /// Where the first match begins, and where matches that begin there end, counted from there. An end may
    /// lie beyond the text: a bad byte counts as the three bytes of U+FFFD.
    fn find(&self, text: &[u8]) -> Option<(usize, Vec<usize>)> {
        match self {
            Matcher::Text(needle) => Some((find(text, needle)?, vec![needle.len()])),
            Matcher::Super => Some((0, starts_and_end(text, 0))),
            Matcher::Single => one(text, |_| true),
            Matcher::List { characters, not } => one(text, |c| characters.contains(&c) != *not),
            Matcher::Range { low, high, not } => one(text, |c| (*low..=*high).contains(&c) != *not),
            Matcher::AnyOf(matchers) => first_of(matchers, text),
            Matcher::EveryOf(matchers) => common_of(matchers, text),
            Matcher::Nothing => Some((0, vec![0])),
            Matcher::Min(limit) => {
                let ends: Vec<usize> = ends(text, 0).skip(limit.saturating_sub(1)).collect();
                (!ends.is_empty()).then_some((0, ends))
            }
            Matcher::Max(limit) => Some((
                0,
                std::iter::once(0)
                    .chain(ends(text, 0).take(*limit))
                    .collect(),
            )),
            Matcher::Contains { needle, not } => match (find(text, needle), not) {
                (None, false) => None,
                (Some(at), false) => {
                    let offset = at + needle.len();
                    Some((0, starts_and_end(&text[offset..], offset)))
                }
                (at, true) => Some((0, starts_and_end(&text[..at.unwrap_or(text.len())], 0))),
            },
            Matcher::Prefix(prefix) => {
                let at = find(text, prefix)?;
                let after = &text[at + prefix.len()..];
                let ends = std::iter::once(prefix.len()).chain(ends(after, prefix.len()));
                Some((at, ends.collect()))
            }
            Matcher::Suffix(suffix) => Some((0, vec![find(text, suffix)? + suffix.len()])),
            Matcher::PrefixSuffix(prefix, suffix) => {
                let at = find(text, prefix)?;
                let mut rest = &text[at..];
                let mut ends = Vec::new();
                while let Some(found) = memmem::rfind(rest, suffix) {
                    ends.push(found + suffix.len());
                    rest = &rest[..found];
                }
                ends.reverse();
                (!ends.is_empty()).then_some((at, ends))
            }
            Matcher::Row(matchers, length) => characters(text)
                .map(|(start, _)| start)
                .take_while(|start| text.len() - start >= *length)
                .find(|start| row(matchers, &text[*start..]))
                .map(|start| (start, vec![*length])),
            // The reference never finds a tree inside of something else.
            Matcher::Tree(_) => None,
        }
    }
}

/// Where the characters of a text end.
fn ends(text: &[u8], offset: usize) -> impl Iterator<Item = usize> + '_ {
    characters(text).map(move |(start, c)| offset + start + c.len_utf8())
}

/// Where the characters of a text begin, and its end.
fn starts_and_end(text: &[u8], offset: usize) -> Vec<usize> {
    let starts = characters(text).map(|(start, _)| offset + start);
    starts.chain([offset + text.len()]).collect()
}

fn one(text: &[u8], is_wanted: impl Fn(char) -> bool) -> Option<(usize, Vec<usize>)> {
    let (start, c) = characters(text).find(|(_, c)| is_wanted(*c))?;
    Some((start, vec![c.len_utf8()]))
}

/// The match that begins first; of those at the same place all ends.
fn first_of(matchers: &[Matcher], text: &[u8]) -> Option<(usize, Vec<usize>)> {
    let mut best: Option<(usize, Vec<usize>)> = None;
    for (at, ends) in matchers.iter().filter_map(|matcher| matcher.find(text)) {
        match &mut best {
            Some((first, _)) if at > *first => {}
            Some((first, all)) if at == *first => {
                all.extend(ends);
                all.sort_unstable();
                all.dedup();
            }
            _ => best = Some((at, ends)),
        }
    }
    best
}

/// The ends that all matchers have in common.
fn common_of(matchers: &[Matcher], text: &[u8]) -> Option<(usize, Vec<usize>)> {
    let mut common: Vec<usize> = Vec::new();
    let (mut index, mut offset) = (0, 0);
    let mut rest = text;
    for (number, matcher) in matchers.iter().enumerate() {
        let (at, ends) = matcher.find(rest)?;
        if number == 0 {
            common = ends;
        } else {
            let moved = |end: &usize| (end + index).checked_sub(at + offset);
            common = common
                .iter()
                .filter_map(moved)
                .filter(|end| ends.contains(end))
                .collect();
            if common.is_empty() {
                return None;
            }
        }
        index = at + offset;
        rest = text.get(index..)?;
        offset += at;
    }
    Some((index, common))
}

/// Whether the matchers match one after the other, each the characters that it is long. Of its last
/// character each sees the first byte alone.
fn row(matchers: &[Matcher], mut text: &[u8]) -> bool {
    for matcher in matchers {
        let length = matcher.length().unwrap_or(0);
        let (count, last) = match length {
            0 => characters(text).enumerate().last(),
            length => characters(text).take(length).enumerate().last(),
        }
        .map_or((0, 0), |(count, (start, _))| (count + 1, start));
        let Some(part) = text.get(..last + 1) else {
            return false;
        };
        if count < length || !matcher.is_match(part) {
            return false;
        }
        text = &text[last + 1..];
    }
    true
}
