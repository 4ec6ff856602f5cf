//! Replacement templates: text in which `$1`, `${name}` and `$$` stand for something else.
//!
//! A name is the longest run of letters, digits and underscores of any script, so `$1x` is the
//! group named `1x`. Digits without a leading zero are a group's number. A `$` that begins
//! nothing valid is itself. A group that doesn't exist or took no part is empty.

use super::captures::Captures;
use super::haystack::decode;
use super::{Regex, unicode};
use crate::limits::REPLACED_BYTES_MAX;
use std::fmt;

/// A parsed template, for any pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    group_count: usize,
}

/// What replaces the matches in a text makes it too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text gets too long by what replaces its matches")
    }
}

impl std::error::Error for TooLong {}

/// How long a text may get by what replaces its matches: bytes.
pub(crate) fn replaced_len_max(text: &[u8]) -> usize {
    text.len().saturating_add(REPLACED_BYTES_MAX)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Group(usize),
    Name(Vec<u8>),
}

impl Template {
    /// Parses a template. Any text is one.
    pub fn new(text: impl AsRef<[u8]>) -> Self {
        let mut rest = text.as_ref();
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        while let Some(dollar) = memchr::memchr(b'$', rest) {
            plain.extend_from_slice(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(after) = rest.strip_prefix(b"$") {
                plain.push(b'$');
                rest = after;
            } else if let Some((name, after)) = reference(rest) {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(
                    group_number(name).map_or_else(|| Part::Name(name.to_vec()), Part::Group),
                );
                rest = after;
            } else {
                plain.push(b'$');
            }
        }
        plain.extend_from_slice(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        let needed = parts.iter().map(|part| match part {
            Part::Text(_) => 1,
            Part::Group(number) => number + 1,
            Part::Name(_) => usize::MAX,
        });
        let group_count = needed.max().unwrap_or(1);
        Self { parts, group_count }
    }

    /// The text the template always expands to, if it refers to no group.
    pub fn literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [] => Some(b""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// How many groups, the whole match included, have to be captured for the template to be
    /// expanded. `usize::MAX` stands for all of them.
    pub fn group_count(&self) -> usize {
        self.group_count
    }

    /// The name or number of the first group that the template refers to and a pattern does not have.
    ///
    /// ```
    /// use ottl_stdlib::regex::{Regex, Template};
    /// let regex = Regex::new("user=(?P<name>\\w+)")?;
    /// assert_eq!(Template::new("$1x").missing_group(&regex).as_deref(), Some("1x"));
    /// assert_eq!(Template::new("${1}x ${name}").missing_group(&regex), None);
    /// # Ok::<(), ottl_stdlib::regex::Error>(())
    /// ```
    pub fn missing_group(&self, regex: &Regex) -> Option<String> {
        self.parts.iter().find_map(|part| match part {
            Part::Group(number) if *number > regex.capture_count() => Some(number.to_string()),
            Part::Name(name) => {
                let mut names = regex.group_names().iter().flatten();
                let is_there = names.any(|group| group.as_bytes() == name);
                (!is_there).then(|| String::from_utf8_lossy(name).into_owned())
            }
            Part::Text(_) | Part::Group(_) => None,
        })
    }

    /// Appends the template to `out`, expanded for a match of `regex` in `haystack`.
    pub fn expand(&self, regex: &Regex, haystack: &[u8], captures: &Captures, out: &mut Vec<u8>) {
        for piece in self.pieces(regex, haystack, captures) {
            out.extend_from_slice(piece);
        }
    }

    /// The same unless `out` would be longer than `length_max`: bytes.
    pub(crate) fn expand_within(
        &self,
        length_max: usize,
        regex: &Regex,
        haystack: &[u8],
        captures: &Captures,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        for piece in self.pieces(regex, haystack, captures) {
            if out.len() + piece.len() > length_max {
                return Err(TooLong);
            }
            out.extend_from_slice(piece);
        }
        Ok(())
    }

    fn pieces<'t>(
        &'t self,
        regex: &Regex,
        haystack: &'t [u8],
        captures: &Captures,
    ) -> impl Iterator<Item = &'t [u8]> {
        self.parts.iter().filter_map(|part| {
            let range = match part {
                Part::Text(text) => return Some(text.as_slice()),
                Part::Group(number) => captures.get(*number),
                Part::Name(name) => named_group(regex, captures, name),
            };
            haystack.get(range?)
        })
    }
}

/// The first group of that name which took part in the match.
fn named_group(regex: &Regex, captures: &Captures, name: &[u8]) -> Option<std::ops::Range<usize>> {
    let has_name = |group: &Option<Box<str>>| {
        group
            .as_deref()
            .is_some_and(|group| group.as_bytes() == name)
    };
    let groups = regex
        .group_names()
        .iter()
        .enumerate()
        .filter(|(_, group)| has_name(group));
    groups
        .map(|(number, _)| number)
        .find_map(|number| captures.get(number))
}

/// The name that the text behind a `$` begins with, in braces or not, and what follows.
fn reference(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (text, is_braced) = text
        .strip_prefix(b"{")
        .map_or((text, false), |inner| (inner, true));
    let mut length = 0;
    while let Some(c) = decode(&text[length..]).filter(|&c| unicode::is_name_char(c)) {
        length += c.len_utf8();
    }
    let (name, rest) = text.split_at(length);
    if name.is_empty() {
        return None;
    }
    Some((
        name,
        if is_braced {
            rest.strip_prefix(b"}")?
        } else {
            rest
        },
    ))
}

/// A group number: ASCII digits, no leading zero, small.
fn group_number(name: &[u8]) -> Option<usize> {
    if name.len() > 1 && name[0] == b'0' {
        return None;
    }
    std::str::from_utf8(name)
        .ok()?
        .parse()
        .ok()
        .filter(|_| name.len() <= GROUP_DIGITS_MAX)
}

/// Digits of a group number; a longer one is the name of a group. The reference's bound.
const GROUP_DIGITS_MAX: usize = 9;
