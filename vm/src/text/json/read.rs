//! ParseJSON's reader. Strings without escapes are ranges of the text; everything else is built in the
//! arena.

use crate::limits::VALUE_DEPTH_MAX;
use crate::text::number::{NumberError, parse_float};
use crate::value::{Entry, Value};
use bumpalo::Bump;
use smallvec::SmallVec;
use std::fmt;

/// Entries and items under construction that need no heap.
const STACK_INLINE: usize = 24;

/// Objects of up to this many entries are searched for equal keys by comparing all pairs.
const PAIRS_MAX: usize = 32;

/// Characters of a string that are looked at eight at a time before a search function is called.
const STRING_PROBE_BYTES: usize = 48;

/// Why a text is not the JSON that the reference takes, in its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError<'a> {
    /// No value begins with this byte.
    BeginningOfValue(u8),
    /// Something follows the value.
    AfterValue(u8),
    /// A byte that does not belong into what is being read; 0 is the text's end.
    InvalidCharacter {
        /// The byte.
        byte: u8,
        /// What is being read.
        context: &'static str,
    },
    /// The text ends within this, or so the reference takes it.
    UnexpectedEnd(&'static str),
    /// No colon after a key.
    NoColon,
    /// No comma after an object's value.
    NoComma,
    /// A byte that is no hexadecimal digit after `\u`.
    HexEscape(u8),
    /// A key that is not a string but this.
    Key(&'static str),
    /// Too many objects and arrays inside one another, at this byte.
    TooDeep(u8),
    /// A number that is none or does not fit.
    Number(NumberError<'a>),
}

impl fmt::Display for ParseError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ParseError::BeginningOfValue(byte) => {
                write!(
                    f,
                    "invalid character '{}' looking for beginning of value",
                    char::from(byte)
                )
            }
            ParseError::AfterValue(byte) => {
                write!(
                    f,
                    "invalid character '{}' after top-level value",
                    char::from(byte)
                )
            }
            ParseError::InvalidCharacter { byte: 0, context } => {
                write!(f, "json: invalid character as {context}")
            }
            ParseError::InvalidCharacter { byte, context } => {
                write!(
                    f,
                    "json: invalid character {} as {context}",
                    char::from(byte)
                )
            }
            ParseError::UnexpectedEnd(context) => {
                write!(f, "json: {context} unexpected end of JSON input")
            }
            ParseError::NoColon => f.write_str("expected colon after object key"),
            ParseError::NoComma => f.write_str("expected comma after object value"),
            ParseError::HexEscape(byte) => {
                let byte = char::from(byte);
                write!(
                    f,
                    "json: invalid character {byte} in \\u hexadecimal character escape"
                )
            }
            ParseError::Key(kind) => {
                write!(
                    f,
                    "json: cannot unmarshal {kind} into Go value of type string"
                )
            }
            ParseError::TooDeep(byte) => {
                write!(
                    f,
                    "invalid character \"{}\" exceeded max depth",
                    char::from(byte)
                )
            }
            ParseError::Number(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ParseError<'_> {}

/// Reads one JSON value. Objects become [`Value::Map`] (of equal keys the last counts, at the place of
/// the first), arrays [`Value::List`], numbers [`Value::Double`].
pub fn parse<'a>(arena: &'a Bump, text: &'a [u8]) -> Result<Value<'a>, ParseError<'a>> {
    let mut reader = Reader {
        arena,
        text,
        position: 0,
        stack: SmallVec::new(),
        error: ParseError::BeginningOfValue(0),
    };
    match reader.document() {
        Ok(value) => Ok(value),
        Err(Failed) => Err(reader.error),
    }
}

struct Reader<'a> {
    arena: &'a Bump,
    text: &'a [u8],
    position: usize,
    /// The entries of the objects and arrays that are open; items have no key.
    stack: SmallVec<[Entry<'a>; STACK_INLINE]>,
    /// Why reading failed, once it has: kept here so that results stay small.
    error: ParseError<'a>,
}

/// Reading failed; the reader knows why.
struct Failed;

type Read<T> = Result<T, Failed>;

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Value<'a>> {
        let value = self.value(0)?;
        match self.peek_after_space() {
            // A byte of zero ends the text, too.
            0 => Ok(value),
            byte => self.fail(ParseError::AfterValue(byte)),
        }
    }

    #[cold]
    fn fail<T>(&mut self, error: ParseError<'a>) -> Read<T> {
        self.error = error;
        Err(Failed)
    }

    /// The next byte, or 0 at the end.
    #[inline]
    fn peek(&self) -> u8 {
        self.text.get(self.position).copied().unwrap_or(0)
    }

    #[inline]
    fn peek_after_space(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\n' | b'\t' | b'\r' => self.position += 1,
                byte => return byte,
            }
        }
    }

    /// A value below `depth` objects and arrays.
    fn value(&mut self, depth: u32) -> Read<Value<'a>> {
        match self.peek_after_space() {
            b'"' => Ok(Value::String(self.string()?)),
            byte @ (b'{' | b'[') => {
                if depth >= VALUE_DEPTH_MAX {
                    return self.fail(ParseError::TooDeep(byte));
                }
                self.position += 1;
                if byte == b'{' {
                    self.object(depth + 1)
                } else {
                    self.array(depth + 1)
                }
            }
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true", "true", Value::Bool(true)),
            b'f' => self.word(b"false", "false", Value::Bool(false)),
            b'n' => self.word(b"null", "null", Value::Nil),
            byte => self.fail(ParseError::BeginningOfValue(byte)),
        }
    }

    /// An object after its brace.
    fn object(&mut self, depth: u32) -> Read<Value<'a>> {
        if self.peek_after_space() == b'}' {
            self.position += 1;
            return Ok(Value::Map(&[]));
        }
        let start = self.stack.len();
        loop {
            let key = self.key()?;
            if self.peek_after_space() != b':' {
                return self.fail(ParseError::NoColon);
            }
            self.position += 1;
            let value = self.value(depth)?;
            self.stack.push(Entry { key, value });
            match self.peek_after_space() {
                b',' => self.position += 1,
                b'}' => break,
                _ => return self.fail(ParseError::NoComma),
            }
        }
        self.position += 1;
        let count = merge_equal_keys(&mut self.stack[start..]);
        let entries = self
            .arena
            .alloc_slice_copy(&self.stack[start..start + count]);
        self.stack.truncate(start);
        Ok(Value::Map(entries))
    }

    fn key(&mut self) -> Read<&'a [u8]> {
        match self.peek_after_space() {
            b'"' => self.string(),
            // The reference reads null as a key without a name.
            b'n' => self.word(b"null", "null", &[][..]),
            b'[' => self.fail(ParseError::Key("array")),
            b'{' => self.fail(ParseError::Key("object")),
            b'-' | b'0'..=b'9' => self.fail(ParseError::Key("number")),
            byte => self.fail(ParseError::BeginningOfValue(byte)),
        }
    }

    /// An array after its bracket.
    fn array(&mut self, depth: u32) -> Read<Value<'a>> {
        if self.peek_after_space() == b']' {
            self.position += 1;
            return Ok(Value::List(&[]));
        }
        let start = self.stack.len();
        loop {
            let value = self.value(depth)?;
            self.stack.push(Entry { key: &[], value });
            match self.peek_after_space() {
                b',' => self.position += 1,
                b']' => break,
                byte => {
                    return self.fail(ParseError::InvalidCharacter {
                        byte,
                        context: "slice",
                    });
                }
            }
        }
        self.position += 1;
        let items = self.stack[start..].iter().map(|entry| entry.value);
        let items = self.arena.alloc_slice_fill_iter(items);
        self.stack.truncate(start);
        Ok(Value::List(items))
    }

    /// One of the three words.
    fn word<T>(&mut self, word: &[u8], context: &'static str, value: T) -> Read<T> {
        // The reference counts its closing zero byte as text.
        if self.position + word.len() > self.text.len() + 1 {
            return self.fail(ParseError::UnexpectedEnd(context));
        }
        for &expected in word {
            let byte = self.peek();
            if byte != expected {
                return self.fail(ParseError::InvalidCharacter { byte, context });
            }
            self.position += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Read<Value<'a>> {
        let rest = &self.text[self.position..];
        let belongs = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let length = rest
            .iter()
            .position(|byte| !belongs(byte))
            .unwrap_or(rest.len());
        self.position += length;
        if !matches!(
            self.peek(),
            0 | b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'}' | b']'
        ) {
            return self.fail(ParseError::UnexpectedEnd("float"));
        }
        match parse_float(&rest[..length]) {
            Ok(number) => Ok(Value::Double(number)),
            Err(error) => self.fail(ParseError::Number(error)),
        }
    }

    /// A string from its opening quote.
    #[inline]
    fn string(&mut self) -> Read<&'a [u8]> {
        let start = self.position + 1;
        let rest = &self.text[start..];
        let length = string_end(rest);
        self.position = start + length;
        match rest.get(length) {
            Some(b'"') => {
                self.position += 1;
                Ok(&rest[..length])
            }
            Some(b'\\') => self.escaped_string(start),
            _ => self.fail(ParseError::UnexpectedEnd("string")),
        }
    }

    /// A string that has escapes, from the first of them on; `start` is after its opening quote.
    #[cold]
    fn escaped_string(&mut self, start: usize) -> Read<&'a [u8]> {
        loop {
            self.position += string_end(&self.text[self.position..]);
            match self.peek() {
                b'"' => break,
                b'\\' => self.skip_escape()?,
                _ => return self.fail(ParseError::UnexpectedEnd("string")),
            }
        }
        let raw = &self.text[start..self.position];
        self.position += 1;
        Ok(unescape(self.arena, raw))
    }

    /// Moves behind an escape, which must be a valid one.
    fn skip_escape(&mut self) -> Read<()> {
        self.position += 1;
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.position += 1,
            b'u' if self.position + 5 <= self.text.len() => {
                let digits = &self.text[self.position + 1..self.position + 5];
                if let Some(&byte) = digits.iter().find(|byte| !byte.is_ascii_hexdigit()) {
                    return self.fail(ParseError::HexEscape(byte));
                }
                self.position += 5;
            }
            _ => return self.fail(ParseError::UnexpectedEnd("escaped string")),
        }
        Ok(())
    }
}

/// The index of the first quote, backslash or zero byte, or the text's length.
#[inline]
fn string_end(text: &[u8]) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    /// The top bit of each byte that is zero, and perhaps of some above one.
    fn zeros(word: u64) -> u64 {
        word.wrapping_sub(LOW) & !word & HIGH
    }
    let mut index = 0;
    while let Some(chunk) = text[index..].first_chunk::<8>() {
        if index >= STRING_PROBE_BYTES {
            let found = memchr::memchr3(b'"', b'\\', 0, &text[index..]);
            return found.map_or(text.len(), |at| index + at);
        }
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (LOW * b'"' as u64);
        let backslash = word ^ (LOW * b'\\' as u64);
        let found = zeros(word) | zeros(quote) | zeros(backslash);
        if found != 0 {
            // The lowest mark is exact.
            return index + found.trailing_zeros() as usize / 8;
        }
        index += 8;
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0);
    index
        + text[index..]
            .iter()
            .position(ends)
            .unwrap_or(text.len() - index)
}

/// A string's text with its escapes, which are valid, resolved. A surrogate without its other half
/// becomes a replacement character.
fn unescape<'a>(arena: &'a Bump, raw: &[u8]) -> &'a [u8] {
    let mut out = bumpalo::collections::Vec::with_capacity_in(raw.len(), arena);
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice_copy(&rest[..at]);
        let escape = &rest[at + 1..];
        let (byte, length) = match escape.first() {
            Some(b'u') => {
                let (character, length) = unicode_escape(escape);
                out.extend_from_slice_copy(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &escape[length..];
                continue;
            }
            Some(b'b') => (b'\x08', 1),
            Some(b'f') => (b'\x0c', 1),
            Some(b'n') => (b'\n', 1),
            Some(b'r') => (b'\r', 1),
            Some(b't') => (b'\t', 1),
            Some(&byte) => (byte, 1),
            None => break,
        };
        out.push(byte);
        rest = &escape[length..];
    }
    out.extend_from_slice_copy(rest);
    out.into_bump_slice()
}

/// The character of an escape that begins with `u`, and how much of the text it takes: two escapes if
/// they are the halves of one character.
fn unicode_escape(escape: &[u8]) -> (char, usize) {
    let unit = |text: &[u8]| {
        let digits = text.get(1..5).unwrap_or_default();
        digits.iter().fold(0, |n, &digit| {
            n << 4 | char::from(digit).to_digit(16).unwrap_or(0)
        })
    };
    let high = unit(escape);
    if let (0xd800..0xdc00, Some([b'\\', low @ ..])) = (high, escape.get(5..))
        && low.first() == Some(&b'u')
        && let low @ 0xdc00..0xe000 = unit(low)
    {
        let code = 0x1_0000 + ((high - 0xd800) << 10 | (low - 0xdc00));
        return (
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
            11,
        );
    }
    (
        char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
        5,
    )
}

/// Leaves one entry for each key, with the last value at the first place, and returns their number.
fn merge_equal_keys(entries: &mut [Entry<'_>]) -> usize {
    // A set of 64 key classes: an object in which each key is alone in its class has no equal keys.
    let mut seen = 0u64;
    let mut unsure = false;
    for Entry { key, .. } in entries.iter() {
        let first = key.first().copied().unwrap_or(0);
        let last = key.last().copied().unwrap_or(0);
        let class = 1u64 << ((usize::from(first) * 7 + usize::from(last) * 3 + key.len()) % 64);
        unsure |= seen & class != 0;
        seen |= class;
    }
    if !unsure {
        return entries.len();
    }
    if entries.len() <= PAIRS_MAX {
        merge_by_pairs(entries)
    } else {
        merge_by_order(entries)
    }
}

fn merge_by_pairs(entries: &mut [Entry<'_>]) -> usize {
    let mut count = 0;
    for index in 0..entries.len() {
        let entry = entries[index];
        match entries[..count]
            .iter()
            .position(|earlier| earlier.key == entry.key)
        {
            Some(earlier) => entries[earlier].value = entry.value,
            None => {
                entries[count] = entry;
                count += 1;
            }
        }
    }
    count
}

fn merge_by_order(entries: &mut [Entry<'_>]) -> usize {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by(|&a, &b| (entries[a].key, a).cmp(&(entries[b].key, b)));
    let mut repeated = vec![false; entries.len()];
    let mut first = 0;
    for (position, &index) in order.iter().enumerate() {
        if position > 0 && entries[index].key == entries[first].key {
            entries[first].value = entries[index].value;
            repeated[index] = true;
        } else {
            first = index;
        }
    }
    let mut count = 0;
    for index in 0..entries.len() {
        if !repeated[index] {
            entries[count] = entries[index];
            count += 1;
        }
    }
    count
}
