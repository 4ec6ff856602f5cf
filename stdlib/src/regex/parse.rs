//! Go's pattern syntax → [`Hir`].
//!
//! The language is RE2's as Go 1.26 accepts it, with every refusal in Go's words. Positions are
//! byte offsets into the pattern. No function recurses.

use regex_syntax::hir::{ClassUnicode, Look};

use super::error::{Error, ErrorKind};
use super::haystack::decode;
use super::stack::{Flags, Operator, Parsed, Stack};
use super::unicode;
use crate::limits;

/// A translated pattern.
pub(super) struct Pattern {
    pub(super) parsed: Parsed,
    /// Name of each group, group 0 (the whole match) included.
    pub(super) group_names: Vec<Option<Box<str>>>,
}

/// Parses a whole pattern.
pub(super) fn parse(pattern: &[u8]) -> Result<Pattern, Error> {
    let mut parser = Parser {
        pattern,
        flags: Flags {
            fold_case: false,
            one_line: true,
            dot_newline: false,
            swap_greed: false,
        },
        stack: Stack::default(),
        group_names: vec![None],
    };
    let mut at = 0;
    let mut last_repeat = None;
    while at < pattern.len() {
        let before = at;
        let repeated;
        (at, repeated) = parser.item(at, last_repeat)?;
        last_repeat = repeated.then_some(before);
    }
    let parsed = parser
        .stack
        .finish()
        .map_err(|kind| Error::new(kind, pattern))?;
    Ok(Pattern {
        parsed,
        group_names: parser.group_names,
    })
}

/// The state of a parse; `class.rs` has the rest of its methods.
pub(super) struct Parser<'p> {
    pub(super) pattern: &'p [u8],
    pub(super) flags: Flags,
    stack: Stack,
    group_names: Vec<Option<Box<str>>>,
}

impl<'p> Parser<'p> {
    /// Parses one item at `at`: returns where it ends and whether it was a repetition operator.
    /// `last_repeat` is where the item before starts if that was one.
    fn item(&mut self, at: usize, last_repeat: Option<usize>) -> Result<(usize, bool), Error> {
        let next = at + 1;
        let end = match self.pattern[at] {
            b'(' if self.byte(next) == Some(b'?') => self.group_or_flags(at)?,
            b'(' => {
                self.open_capture(None);
                next
            }
            b'|' => self.pushed(|stack, _| stack.bar(), next)?,
            b')' => {
                self.flags = self.stack.close_group().map_err(|kind| self.whole(kind))?;
                next
            }
            b'^' => self.look(
                if self.flags.one_line {
                    Look::Start
                } else {
                    Look::StartLF
                },
                next,
            )?,
            b'$' => self.look(
                if self.flags.one_line {
                    Look::End
                } else {
                    Look::EndLF
                },
                next,
            )?,
            b'.' if self.flags.dot_newline => self.class(unicode::any(), next)?,
            b'.' => self.class(unicode::class(&[('\0', '\x09'), ('\x0B', char::MAX)]), next)?,
            b'[' => {
                let (class, end) = self.bracket_class(at)?;
                self.class(class, end)?
            }
            b'*' => return self.repeat(Operator::Star, at, next, last_repeat),
            b'+' => return self.repeat(Operator::Plus, at, next, last_repeat),
            b'?' => return self.repeat(Operator::Optional, at, next, last_repeat),
            b'{' => match self.count(at) {
                None => self.literal(u32::from(b'{'), next)?,
                Some((bounds, end)) => {
                    let operator =
                        bounds.ok_or_else(|| self.error(ErrorKind::InvalidRepeatSize, at, end))?;
                    return self.repeat(operator, at, end, last_repeat);
                }
            },
            b'\\' => self.escaped(at)?,
            _ => {
                let (c, end) = self.next_char(at, self.pattern.len())?;
                self.literal(u32::from(c), end)?
            }
        };
        Ok((end, false))
    }

    /// A repetition operator of `at..end`; a `?` behind it belongs to it.
    fn repeat(
        &mut self,
        operator: Operator,
        at: usize,
        mut end: usize,
        last_repeat: Option<usize>,
    ) -> Result<(usize, bool), Error> {
        let mut greedy = !self.flags.swap_greed;
        if self.byte(end) == Some(b'?') {
            end += 1;
            greedy = !greedy;
        }
        if let Some(start) = last_repeat {
            return Err(self.error(ErrorKind::InvalidRepeatOp, start, end));
        }
        self.stack
            .repeat(operator, greedy)
            .map_err(|kind| match kind {
                ErrorKind::MissingRepeatArgument | ErrorKind::InvalidRepeatSize => {
                    self.error(kind, at, end)
                }
                _ => self.whole(kind),
            })?;
        Ok((end, true))
    }

    /// `{min}`, `{min,}` or `{min,max}` at `at`, and its end; None if it is something else and so
    /// literal text. The operator is None if a count is out of bounds.
    fn count(&self, at: usize) -> Option<(Option<Operator>, usize)> {
        let (min, mut at) = self.integer(at + 1)?;
        let mut max = Some(min);
        if self.byte(at) == Some(b',') {
            at += 1;
            max = None;
            if self.byte(at) != Some(b'}') {
                let (value, after) = self.integer(at)?;
                max = Some(value);
                at = after;
            }
        }
        if self.byte(at) != Some(b'}') {
            return None;
        }
        let legal = min.max(max.unwrap_or(0)) <= limits::REGEX_REPEAT_MAX
            && max.is_none_or(|max| min <= max);
        Some((legal.then_some(Operator::Count { min, max }), at + 1))
    }

    /// Decimal digits at `at` without a leading zero; huge numbers saturate.
    fn integer(&self, at: usize) -> Option<(u32, usize)> {
        let digits = self.pattern[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let text = &self.pattern[at..at + digits];
        if text.is_empty() || (text.len() > 1 && text[0] == b'0') {
            return None;
        }
        let add = |value: u32, digit: &u8| {
            value
                .saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'))
        };
        Some((text.iter().fold(0, add), at + digits))
    }

    /// `(?…` at `at`: a named group, a group with flags, or flags for the rest of this group.
    fn group_or_flags(&mut self, at: usize) -> Result<usize, Error> {
        let rest = &self.pattern[at..];
        let name_start = match rest {
            [_, _, b'P', b'<', _, ..] => Some(at + 4),
            [_, _, b'<', _, ..] => Some(at + 3),
            _ => None,
        };
        if let Some(start) = name_start {
            return self.named_group(at, start);
        }
        let mut flags = self.flags;
        let (mut switch, mut saw_flag, mut negated) = (true, false, false);
        let mut next = at + 2;
        while next < self.pattern.len() {
            let c;
            (c, next) = self.next_char(next, self.pattern.len())?;
            match c {
                'i' => flags.fold_case = switch,
                'm' => flags.one_line = !switch,
                's' => flags.dot_newline = switch,
                'U' => flags.swap_greed = switch,
                '-' if !negated => {
                    (switch, negated, saw_flag) = (false, true, false);
                    continue;
                }
                ':' | ')' if !negated || saw_flag => {
                    if c == ':' {
                        self.stack.open_group(None, self.flags);
                    }
                    self.flags = flags;
                    return Ok(next);
                }
                _ => return Err(self.error(ErrorKind::InvalidPerlOp, at, next)),
            }
            saw_flag = true;
        }
        Err(self.error(ErrorKind::InvalidPerlOp, at, next))
    }

    /// `(?P<name>` or `(?<name>` at `at`, whose name begins at `start`.
    fn named_group(&mut self, at: usize, start: usize) -> Result<usize, Error> {
        let Some(end) = self.find(at, b'>') else {
            self.check_utf8(at, self.pattern.len())?;
            return Err(self.error(ErrorKind::InvalidNamedCapture, at, self.pattern.len()));
        };
        self.check_utf8(start, end)?;
        let name = &self.pattern[start..end];
        let is_valid = !name.is_empty()
            && name
                .iter()
                .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_valid {
            return Err(self.error(ErrorKind::InvalidNamedCapture, at, end + 1));
        }
        self.open_capture(Some(String::from_utf8_lossy(name).into()));
        Ok(end + 1)
    }

    fn open_capture(&mut self, name: Option<Box<str>>) {
        // A pattern of 4 GiB could have more groups than this counts; memory ends before.
        let index = u32::try_from(self.group_names.len()).unwrap_or(u32::MAX);
        self.group_names.push(name);
        self.stack.open_group(Some(index), self.flags);
    }

    /// A backslash at `at`, outside brackets.
    fn escaped(&mut self, at: usize) -> Result<usize, Error> {
        let end = at + 2;
        match self.byte(at + 1) {
            Some(b'A') => return self.look(Look::Start, end),
            Some(b'z') => return self.look(Look::End, end),
            Some(b'b') => return self.look(Look::WordAscii, end),
            Some(b'B') => return self.look(Look::WordAsciiNegate, end),
            Some(b'C') => return Err(self.error(ErrorKind::InvalidEscape, at, end)),
            Some(b'Q') => return self.quoted(end),
            _ => {}
        }
        if let Some((class, end)) = self.escaped_class(at)? {
            return self.class(class, end);
        }
        let (c, end) = self.escaped_char(at)?;
        self.literal(c, end)
    }

    /// The text behind `\Q`, up to `\E` or the end of the pattern.
    fn quoted(&mut self, start: usize) -> Result<usize, Error> {
        let close = self.pattern[start..]
            .windows(2)
            .position(|pair| pair == b"\\E");
        let (stop, after) = match close {
            Some(offset) => (start + offset, start + offset + 2),
            None => (self.pattern.len(), self.pattern.len()),
        };
        let mut at = start;
        while at < stop {
            let c;
            (c, at) = self.next_char(at, stop)?;
            self.literal(u32::from(c), at)?;
        }
        Ok(after)
    }

    fn literal(&mut self, c: u32, end: usize) -> Result<usize, Error> {
        self.pushed(|stack, flags| stack.literal(c, flags), end)
    }

    fn class(&mut self, class: ClassUnicode, end: usize) -> Result<usize, Error> {
        self.pushed(|stack, _| stack.class(class), end)
    }

    fn look(&mut self, look: Look, end: usize) -> Result<usize, Error> {
        self.pushed(|stack, _| stack.look(look), end)
    }

    /// Pushes something that ends at `end`. What can fail then is a bound of the whole pattern.
    fn pushed(
        &mut self,
        push: impl FnOnce(&mut Stack, Flags) -> Result<(), ErrorKind>,
        end: usize,
    ) -> Result<usize, Error> {
        push(&mut self.stack, self.flags).map_err(|kind| self.whole(kind))?;
        Ok(end)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.pattern.get(at).copied()
    }

    /// Where `byte` first occurs at or behind `at`.
    pub(super) fn find(&self, at: usize, byte: u8) -> Option<usize> {
        self.pattern[at..]
            .iter()
            .position(|&b| b == byte)
            .map(|offset| at + offset)
    }

    /// The character at `at` of a text that ends at `end`, and where it ends. At the end: U+FFFD,
    /// as in the reference, which nothing that asks for a certain character takes for one.
    pub(super) fn next_char(&self, at: usize, end: usize) -> Result<(char, usize), Error> {
        if at >= end {
            return Ok((char::REPLACEMENT_CHARACTER, at));
        }
        match decode(&self.pattern[at..end]) {
            Some(c) => Ok((c, at + c.len_utf8())),
            None => Err(self.error(ErrorKind::InvalidUtf8, at, end)),
        }
    }

    pub(super) fn check_utf8(&self, start: usize, end: usize) -> Result<(), Error> {
        match std::str::from_utf8(&self.pattern[start..end]) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.error(ErrorKind::InvalidUtf8, start + error.valid_up_to(), end)),
        }
    }

    /// An error about `start..end`.
    pub(super) fn error(&self, kind: ErrorKind, start: usize, end: usize) -> Error {
        Error::new(kind, &self.pattern[start..end])
    }

    fn whole(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.pattern)
    }
}
