//! From a pattern to its tree.

use crate::limits::{GLOB_DEPTH_MAX, GLOB_PARTS_MAX};
use crate::utf8;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// `*`.
    Any,
    /// `**`, which is the same where there are no separators.
    Super,
    /// `?`.
    Single,
    /// `[abc]`.
    List {
        characters: Vec<char>,
        not: bool,
    },
    /// `[a-z]`.
    Range {
        low: char,
        high: char,
        not: bool,
    },
    /// `{a,b}`: patterns, as long as nothing took them apart.
    AnyOf(Vec<Part>),
    /// Parts one after the other.
    Pattern(Vec<Part>),
    /// The empty text.
    Nothing,
}

/// Reads a pattern. A NUL ends it, as it does for the reference.
pub(super) fn parse(pattern: &[u8]) -> Result<Part, String> {
    let mut parser = Parser {
        rest: pattern,
        count: 0,
    };
    let mut open: Vec<Vec<Vec<Part>>> = Vec::new();
    let mut current = Vec::new();
    while let Some(c) = parser.peek()? {
        match c {
            '{' => {
                parser.bump(c);
                open.push(Vec::new());
                if open.len() > GLOB_DEPTH_MAX {
                    return Err("the pattern is nested too deeply".to_owned());
                }
                current = parser.enter(&mut open, current);
            }
            ',' if !open.is_empty() => {
                parser.bump(c);
                if let Some(alternatives) = open.last_mut() {
                    alternatives.push(std::mem::take(&mut current));
                }
            }
            '}' if !open.is_empty() => {
                parser.bump(c);
                current = leave(&mut open, current);
            }
            '[' => {
                parser.bump(c);
                current.push(parser.class()?);
            }
            '?' => {
                parser.bump(c);
                current.push(Part::Single);
            }
            '*' => {
                parser.bump(c);
                current.push(match parser.peek()? {
                    Some('*') => {
                        parser.bump('*');
                        Part::Super
                    }
                    _ => Part::Any,
                });
            }
            _ => {
                let stops: &[char] = match open.is_empty() {
                    true => &['?', '*', '[', '{'],
                    false => &['?', '*', '[', '{', '}', ','],
                };
                let text = parser.text(stops)?;
                if !text.is_empty() {
                    current.push(Part::Text(text));
                }
            }
        }
        parser.count += 1;
        if parser.count > GLOB_PARTS_MAX {
            return Err("the pattern has too many parts".to_owned());
        }
    }
    while !open.is_empty() {
        current = leave(&mut open, current);
    }
    Ok(Part::Pattern(current))
}

/// Ends the innermost alternatives: what stood before them, with them.
fn leave(open: &mut Vec<Vec<Vec<Part>>>, last: Vec<Part>) -> Vec<Part> {
    let Some(mut level) = open.pop() else {
        return last;
    };
    level.push(last);
    let mut outer = level.remove(0);
    outer.push(Part::AnyOf(level.into_iter().map(Part::Pattern).collect()));
    outer
}

struct Parser<'p> {
    rest: &'p [u8],
    /// Parts read so far.
    count: usize,
}

impl Parser<'_> {
    /// Begins alternatives; what stands before them is kept as the first of them until they end.
    fn enter(&mut self, open: &mut [Vec<Vec<Part>>], before: Vec<Part>) -> Vec<Part> {
        if let Some(level) = open.last_mut() {
            level.push(before);
        }
        Vec::new()
    }

    /// The next character; none at the end.
    fn peek(&self) -> Result<Option<char>, String> {
        match self.rest {
            [] | [0, ..] => Ok(None),
            rest => match utf8::first(rest).0 {
                char::REPLACEMENT_CHARACTER => Err("could not read rune".to_owned()),
                c => Ok(Some(c)),
            },
        }
    }

    fn bump(&mut self, c: char) {
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn next(&mut self) -> Result<Option<char>, String> {
        let c = self.peek()?;
        if let Some(c) = c {
            self.bump(c);
        }
        Ok(c)
    }

    /// Text up to one of the characters, or the end. A backslash at the end is left out.
    fn text(&mut self, stops: &[char]) -> Result<String, String> {
        let mut text = String::new();
        while let Some(c) = self.peek()? {
            if stops.contains(&c) {
                break;
            }
            self.bump(c);
            match c {
                '\\' => text.extend(self.next()?),
                c => text.push(c),
            }
        }
        Ok(text)
    }

    /// What stands behind `[`.
    fn class(&mut self) -> Result<Part, String> {
        let end = || "unexpected end of input".to_owned();
        let mut first = self.peek()?.ok_or_else(end)?;
        let not = first == '!';
        if not {
            self.bump(first);
            first = self.peek()?.ok_or_else(end)?;
        }
        let start = self.rest;
        self.bump(first);
        let part = if self.peek()? == Some('-') {
            self.bump('-');
            let high = self.next()?.ok_or_else(end)?;
            if high < first {
                return Err(format!(
                    "hi character '{high}' should be greater than lo '{first}'"
                ));
            }
            Part::Range {
                low: first,
                high,
                not,
            }
        } else {
            self.rest = start;
            let text = self.text(&[']'])?;
            Part::List {
                characters: text.chars().collect(),
                not,
            }
        };
        match self.next()? {
            None => Err(end()),
            Some(']') => match part {
                Part::List { characters, .. } if characters.is_empty() => {
                    Err("could not parse range".to_owned())
                }
                part => Ok(part),
            },
            Some(_) => Err("expected close range character".to_owned()),
        }
    }
}
