//! Bracket classes, class escapes and character escapes: the part of the syntax that stands for
//! single characters.

use regex_syntax::hir::ClassUnicode;

use super::error::{Error, ErrorKind};
use super::parse::Parser;
use super::unicode;

/// Inclusive ranges of characters.
type Ranges = [(char, char)];

/// `[:name:]` classes, all within ASCII.
const POSIX_CLASSES: &[(&[u8], &Ranges)] = &[
    (b"alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    (b"alpha", &[('A', 'Z'), ('a', 'z')]),
    (b"ascii", &[('\0', '\x7F')]),
    (b"blank", &[('\t', '\t'), (' ', ' ')]),
    (b"cntrl", &[('\0', '\x1F'), ('\x7F', '\x7F')]),
    (b"digit", DIGIT),
    (b"graph", &[('!', '~')]),
    (b"lower", &[('a', 'z')]),
    (b"print", &[(' ', '~')]),
    (b"punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    (b"space", &[('\t', '\r'), (' ', ' ')]),
    (b"upper", &[('A', 'Z')]),
    (b"word", WORD),
    (b"xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

const DIGIT: &Ranges = &[('0', '9')];
/// Unlike `[:space:]`, without the vertical tab.
const SPACE: &Ranges = &[('\t', '\n'), ('\x0C', '\r'), (' ', ' ')];
const WORD: &Ranges = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

impl Parser<'_> {
    /// The class of the bracket at `start`, and where it ends.
    pub(super) fn bracket_class(&self, start: usize) -> Result<(ClassUnicode, usize), Error> {
        let negated = self.byte(start + 1) == Some(b'^');
        let first = start + 1 + usize::from(negated);
        let mut at = first;
        // Named parts have had their case folded before any negation of theirs; ranges have it at
        // the end, all together.
        let mut named = unicode::class(&[]);
        let mut ranges = Vec::new();
        while self.byte(at) != Some(b']') || at == first {
            if let Some((class, end)) = self.posix_class(at)? {
                named.union(&class);
                at = end;
            } else if let Some((class, end)) = self.escaped_class(at)? {
                named.union(&class);
                at = end;
            } else {
                let (low, high, end) = self.class_range(at, start)?;
                ranges.extend(unicode::range(low, high));
                at = end;
            }
        }
        let mut class = ClassUnicode::new(ranges);
        if self.flags.fold_case {
            unicode::fold(&mut class);
        }
        class.union(&named);
        if negated {
            class.negate();
        }
        Ok((class, at + 1))
    }

    /// `a` or `a-z` at `at` in the bracket that begins at `start`: both ends and where it ends.
    fn class_range(&self, at: usize, start: usize) -> Result<(u32, u32, usize), Error> {
        let (low, end) = self.class_char(at, start)?;
        // A hyphen before the closing bracket is itself.
        if self.byte(end) != Some(b'-') || matches!(self.byte(end + 1), None | Some(b']')) {
            return Ok((low, low, end));
        }
        let (high, end) = self.class_char(end + 1, start)?;
        if high < low {
            return Err(self.error(ErrorKind::InvalidCharRange, at, end));
        }
        Ok((low, high, end))
    }

    fn class_char(&self, at: usize, start: usize) -> Result<(u32, usize), Error> {
        match self.byte(at) {
            None => Err(self.error(ErrorKind::MissingBracket, start, self.pattern.len())),
            Some(b'\\') => self.escaped_char(at),
            Some(_) => self
                .next_char(at, self.pattern.len())
                .map(|(c, end)| (u32::from(c), end)),
        }
    }

    /// `[:name:]` or `[:^name:]` at `at`, if it is one.
    fn posix_class(&self, at: usize) -> Result<Option<(ClassUnicode, usize)>, Error> {
        let rest = &self.pattern[at..];
        if !rest.starts_with(b"[:") {
            return Ok(None);
        }
        let Some(length) = rest[2..].windows(2).position(|pair| pair == b":]") else {
            return Ok(None);
        };
        let (name, end) = (&rest[2..2 + length], at + length + 4);
        let (name, negated) = name
            .strip_prefix(b"^")
            .map_or((name, false), |name| (name, true));
        match POSIX_CLASSES.iter().find(|(known, _)| *known == name) {
            Some((_, ranges)) => Ok(Some((self.group(ranges, negated), end))),
            None => Err(self.error(ErrorKind::InvalidCharRange, at, end)),
        }
    }

    /// `\d`, `\pL`, `\p{Greek}` and their like at `at`, if it is one.
    pub(super) fn escaped_class(&self, at: usize) -> Result<Option<(ClassUnicode, usize)>, Error> {
        let (Some(b'\\'), Some(letter)) = (self.byte(at), self.byte(at + 1)) else {
            return Ok(None);
        };
        let ranges = match letter.to_ascii_lowercase() {
            b'd' => DIGIT,
            b's' => SPACE,
            b'w' => WORD,
            b'p' => return self.unicode_class(at).map(Some),
            _ => return Ok(None),
        };
        Ok(Some((
            self.group(ranges, letter.is_ascii_uppercase()),
            at + 2,
        )))
    }

    fn group(&self, ranges: &Ranges, negated: bool) -> ClassUnicode {
        let mut class = unicode::class(ranges);
        if self.flags.fold_case {
            unicode::fold(&mut class);
        }
        if negated {
            class.negate();
        }
        class
    }

    /// `\pN`, `\p{Name}`, `\P…` or `\p{^Name}` at `at`.
    fn unicode_class(&self, at: usize) -> Result<(ClassUnicode, usize), Error> {
        let (c, after) = self.next_char(at + 2, self.pattern.len())?;
        let (mut name, end) = if c == '{' {
            let Some(close) = self.find(at, b'}') else {
                self.check_utf8(at, self.pattern.len())?;
                return Err(self.error(ErrorKind::InvalidCharRange, at, self.pattern.len()));
            };
            self.check_utf8(at + 3, close)?;
            (&self.pattern[at + 3..close], close + 1)
        } else {
            (&self.pattern[at + 2..after], after)
        };
        let mut negated = self.pattern[at + 1] == b'P';
        if let Some(rest) = name.strip_prefix(b"^") {
            negated = !negated;
            name = rest;
        }
        let mut class = unicode::named(name, self.flags.fold_case)
            .ok_or_else(|| self.error(ErrorKind::InvalidCharRange, at, end))?;
        if negated {
            class.negate();
        }
        Ok((class, end))
    }

    /// An escape that stands for one code point, at `at`, and where it ends.
    pub(super) fn escaped_char(&self, at: usize) -> Result<(u32, usize), Error> {
        if at + 1 == self.pattern.len() {
            return Err(Error::new(ErrorKind::TrailingBackslash, b""));
        }
        let (c, end) = self.next_char(at + 1, self.pattern.len())?;
        let control = match c {
            '0' => return Ok(self.octal(at + 1)),
            '1'..='7' if matches!(self.byte(end), Some(b'0'..=b'7')) => {
                return Ok(self.octal(at + 1));
            }
            'x' => return self.hexadecimal(at, end),
            'a' => 0x07,
            'f' => 0x0C,
            'n' => 0x0A,
            'r' => 0x0D,
            't' => 0x09,
            'v' => 0x0B,
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            _ => return Err(self.error(ErrorKind::InvalidEscape, at, end)),
        };
        Ok((control, end))
    }

    /// One to three octal digits at `at`.
    fn octal(&self, at: usize) -> (u32, usize) {
        let rest = &self.pattern[at..];
        let count = rest
            .iter()
            .take(3)
            .take_while(|byte| matches!(byte, b'0'..=b'7'))
            .count();
        let value = rest[..count]
            .iter()
            .fold(0, |value, digit| value * 8 + u32::from(digit - b'0'));
        (value, at + count)
    }

    /// `\x7F` or `\x{10FFFF}`: the backslash is at `at`, the digits or the brace at `next`.
    fn hexadecimal(&self, at: usize, next: usize) -> Result<(u32, usize), Error> {
        let length = self.pattern.len();
        let fail = |end| self.error(ErrorKind::InvalidEscape, at, end);
        if next == length {
            return Err(fail(next));
        }
        let (first, mut end) = self.next_char(next, length)?;
        if first != '{' {
            let (second, end) = self.next_char(end, length)?;
            return match (first.to_digit(16), second.to_digit(16)) {
                (Some(high), Some(low)) => Ok((high * 16 + low, end)),
                _ => Err(fail(end)),
            };
        }
        let digits = end;
        let mut value = 0;
        while end < length {
            let start = end;
            let c;
            (c, end) = self.next_char(end, length)?;
            match c.to_digit(16) {
                Some(digit) => value = value * 16 + digit,
                None if c == '}' && start > digits => return Ok((value, end)),
                None => return Err(fail(end)),
            }
            if value > u32::from(char::MAX) {
                return Err(fail(end));
            }
        }
        Err(fail(end))
    }
}
