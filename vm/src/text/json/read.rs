//! ParseJSON's reader. Objects and arrays are written at once as they stand on the wire, in the arena, since nearly
//! all of them are stored.

use crate::compare::key_class;
use crate::limits::VALUE_DEPTH_MAX;
use crate::text::number::{NumberError, parse_float};
use crate::value::Value;
use crate::wire::any::{self, EntryField, MapIter, Sink};
use crate::wire::growing::Growing;
use bumpalo::Bump;
use smallvec::SmallVec;
use std::fmt;

/// Entries of an object with keys that might be equal that need no heap.
const ENTRIES_INLINE: usize = 24;

/// Objects of up to this many entries are searched for equal keys by comparing all pairs.
const PAIRS_MAX: usize = 32;

/// What an entry takes whose tags and lengths are all one byte.
const SHORT_ENTRY_BYTES: usize = 2 + 0x7f;

/// If its key and its string take no more, or its key if it is a number, an entry is such a one.
const SHORT_STRINGS_BYTES: usize = 0x7f - 13;

/// Strings of up to so many bytes are copied as a window of that many, of which what is behind them is of no account.
const WINDOW_BYTES: usize = 32;

/// The memory that it takes to write a short entry by windows.
const AHEAD_BYTES: usize = SHORT_ENTRY_BYTES + WINDOW_BYTES;

/// An integer of this many digits is a double as it is.
const EXACT_DIGITS_MAX: usize = 15;

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

/// Reads one JSON value. Objects become [`Value::WireMap`] (of equal keys the last counts, at the place of
/// the first), arrays [`Value::WireList`], numbers [`Value::Double`].
pub fn parse<'a>(arena: &'a Bump, text: &'a [u8]) -> Result<Value<'a>, ParseError<'a>> {
    let mut reader = Reader {
        arena,
        rest: text,
        out: Growing::with_capacity_in(0, arena),
        error: ParseError::BeginningOfValue(0),
    };
    match reader.document() {
        Ok(Token::String(text)) => Ok(Value::String(text.bytes())),
        Ok(Token::Number(number)) => Ok(Value::Double(number)),
        Ok(Token::Scalar(value)) => Ok(value),
        Ok(Token::Object) => Ok(Value::WireMap(reader.out.into_slice())),
        Ok(Token::Array) => Ok(Value::WireList(reader.out.into_slice())),
        Err(Failed) => Err(reader.error),
    }
}

struct Reader<'a> {
    arena: &'a Bump,
    /// What is yet to be read.
    rest: &'a [u8],
    /// What is written of the outermost object or array.
    out: Growing<'a>,
    /// Why reading failed, once it has: kept here so that results stay small.
    error: ParseError<'a>,
}

/// The string that bytes begin with; what follows it there is of no account.
#[derive(Clone, Copy)]
struct Text<'a> {
    from: &'a [u8],
    len: usize,
}

impl<'a> Text<'a> {
    #[inline(always)]
    fn of(text: &'a [u8]) -> Text<'a> {
        Text {
            from: text,
            len: text.len(),
        }
    }

    #[inline(always)]
    fn bytes(self) -> &'a [u8] {
        &self.from[..self.len]
    }

    /// Puts it at the beginning of `out`, which has room for a window more; what stands behind it then is anything.
    #[inline(always)]
    fn put(self, out: &mut [u8]) {
        match self.from.first_chunk::<WINDOW_BYTES>() {
            Some(window) if self.len <= WINDOW_BYTES => {
                out[..WINDOW_BYTES].copy_from_slice(window);
            }
            _ => out[..self.len].copy_from_slice(self.bytes()),
        }
    }
}

/// A scalar, or what an object or array begins with.
enum Token<'a> {
    String(Text<'a>),
    Number(f64),
    /// Any other.
    Scalar(Value<'a>),
    Object,
    Array,
}

/// Reading failed; the reader knows why.
struct Failed;

type Read<T> = Result<T, Failed>;

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Token<'a>> {
        let token = self.token(0)?;
        if matches!(token, Token::Object | Token::Array) {
            // On the wire most texts take a little more.
            let capacity = self.rest.len() + self.rest.len() / 4 + AHEAD_BYTES;
            self.out = Growing::with_capacity_in(capacity, self.arena);
            self.container(&token, 1)?;
        }
        match self.peek_after_space() {
            // A byte of zero ends the text, too.
            0 => Ok(token),
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
        self.rest.first().copied().unwrap_or(0)
    }

    /// Goes on by so many bytes, or to the end.
    #[inline(always)]
    fn step(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Goes on behind this byte, if it comes next after space.
    #[inline(always)]
    fn eat(&mut self, byte: u8) -> bool {
        let is_next =
            matches!(self.rest, [first, ..] if *first == byte) || self.peek_after_space() == byte;
        if is_next {
            self.step(1);
        }
        is_next
    }

    #[inline]
    fn peek_after_space(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\n' | b'\t' | b'\r' => self.step(1),
                byte => return byte,
            }
        }
    }

    /// A scalar, or the brace or bracket of an object or array below `depth` others.
    #[inline(always)]
    fn token(&mut self, depth: u32) -> Read<Token<'a>> {
        let value = match self.peek_after_space() {
            b'"' => return Ok(Token::String(self.string()?)),
            byte @ (b'{' | b'[') => {
                if depth >= VALUE_DEPTH_MAX {
                    return self.fail(ParseError::TooDeep(byte));
                }
                self.step(1);
                return Ok(if byte == b'{' {
                    Token::Object
                } else {
                    Token::Array
                });
            }
            b'-' | b'0'..=b'9' => return Ok(Token::Number(self.number()?)),
            b't' => self.word(b"true", "true", Value::Bool(true))?,
            b'f' => self.word(b"false", "false", Value::Bool(false))?,
            b'n' => self.word(b"null", "null", Value::Nil)?,
            byte => return self.fail(ParseError::BeginningOfValue(byte)),
        };
        Ok(Token::Scalar(value))
    }

    /// An object or array after its brace or bracket: writes its entries or items.
    fn container(&mut self, token: &Token<'a>, depth: u32) -> Read<()> {
        match token {
            Token::Object => self.object(depth),
            _ => self.array(depth),
        }
    }

    /// The same within another one: writes it as an `AnyValue`'s payload.
    fn inner(&mut self, token: &Token<'a>, depth: u32) -> Read<()> {
        let number = match token {
            Token::Object => any::MAP,
            _ => any::ARRAY,
        };
        let start = any::open(&mut self.out, number);
        self.container(token, depth)?;
        any::close(&mut self.out, start);
        Ok(())
    }

    fn object(&mut self, depth: u32) -> Read<()> {
        if self.peek_after_space() == b'}' {
            self.step(1);
            return Ok(());
        }
        let first = self.out.len();
        // A set of 64 key classes: an object in which each key is alone in its class has no equal keys.
        let mut seen = 0u64;
        let mut unsure = false;
        loop {
            let key = match self.rest {
                [b'"', ..] => self.string()?,
                _ => self.key()?,
            };
            if !self.eat(b':') {
                return self.fail(ParseError::NoColon);
            }
            let class = key_class(key.bytes());
            unsure |= seen & class != 0;
            seen |= class;
            match self.token(depth)? {
                Token::String(text) if key.len + text.len <= SHORT_STRINGS_BYTES => {
                    self.short_string_entry(key, text);
                }
                Token::String(text) => self.entry(key, &Value::String(text.bytes())),
                Token::Number(number) if key.len <= SHORT_STRINGS_BYTES => {
                    self.short_double_entry(key, number);
                }
                Token::Number(number) => self.entry(key, &Value::Double(number)),
                Token::Scalar(value) => self.entry(key, &value),
                token => {
                    let entry = any::open(&mut self.out, any::VALUES);
                    any::put_field(&mut self.out, any::KEY, key.bytes());
                    let value = any::open(&mut self.out, any::VALUE);
                    self.inner(&token, depth + 1)?;
                    any::close(&mut self.out, value);
                    any::close(&mut self.out, entry);
                }
            }
            if self.eat(b',') {
                continue;
            }
            if self.eat(b'}') {
                break;
            }
            return self.fail(ParseError::NoComma);
        }
        if unsure {
            self.merge_equal_keys(first);
        }
        Ok(())
    }

    #[inline(never)]
    fn entry(&mut self, key: Text<'a>, value: &Value<'a>) {
        any::encode_key_value(any::VALUES, key.bytes(), value, &mut self.out);
    }

    /// Writes an entry that is a string, whose tags and lengths are all one byte.
    #[inline(always)]
    fn short_string_entry(&mut self, key: Text<'_>, text: Text<'_>) {
        let payload = key.len + text.len + 6;
        let entry = self.out.ahead::<AHEAD_BYTES>();
        entry[..4].copy_from_slice(&[0x0a, payload as u8, 0x0a, key.len as u8]);
        key.put(&mut entry[4..]);
        let value = &mut entry[4 + key.len..];
        value[..4].copy_from_slice(&[0x12, text.len as u8 + 2, 0x0a, text.len as u8]);
        text.put(&mut value[4..]);
        self.out.take(2 + payload);
    }

    /// The same of a number.
    #[inline(always)]
    fn short_double_entry(&mut self, key: Text<'_>, number: f64) {
        let payload = key.len + 13;
        let entry = self.out.ahead::<AHEAD_BYTES>();
        entry[..4].copy_from_slice(&[0x0a, payload as u8, 0x0a, key.len as u8]);
        key.put(&mut entry[4..]);
        let value = &mut entry[4 + key.len..];
        value[..2].copy_from_slice(&[0x12, 9]);
        value[2..11].copy_from_slice(&any::double(number));
        self.out.take(2 + payload);
    }

    /// Of the entries of an object, which is written from `start` on, leaves one for each key, with the last value at
    /// the first place.
    #[inline(never)]
    fn merge_equal_keys(&mut self, start: usize) {
        let object = &self.out[start..];
        let mut fields = MapIter::new(object);
        let fields = std::iter::from_fn(|| fields.next_field());
        let mut entries: SmallVec<[EntryField<'_>; ENTRIES_INLINE]> = fields.collect();
        let count = match entries.len() {
            0..=PAIRS_MAX => merge_by_pairs(&mut entries),
            _ => merge_by_order(&mut entries),
        };
        if count == entries.len() {
            return;
        }
        let kept = entries[..count].iter();
        let kept: Vec<u8> = kept
            .flat_map(|entry| &object[entry.at..entry.end])
            .copied()
            .collect();
        drop(entries);
        self.out.truncate(start);
        self.out.slice(&kept);
    }

    fn key(&mut self) -> Read<Text<'a>> {
        match self.peek_after_space() {
            b'"' => self.string(),
            // The reference reads null as a key without a name.
            b'n' => self.word(b"null", "null", Text::of(&[])),
            b'[' => self.fail(ParseError::Key("array")),
            b'{' => self.fail(ParseError::Key("object")),
            b'-' | b'0'..=b'9' => self.fail(ParseError::Key("number")),
            byte => self.fail(ParseError::BeginningOfValue(byte)),
        }
    }

    fn array(&mut self, depth: u32) -> Read<()> {
        if self.peek_after_space() == b']' {
            self.step(1);
            return Ok(());
        }
        loop {
            let item = any::open(&mut self.out, any::VALUES);
            match self.token(depth)? {
                Token::String(text) => any::encode(&Value::String(text.bytes()), &mut self.out),
                Token::Number(number) => any::encode(&Value::Double(number), &mut self.out),
                Token::Scalar(value) => any::encode(&value, &mut self.out),
                token => self.inner(&token, depth + 1)?,
            }
            any::close(&mut self.out, item);
            match self.peek_after_space() {
                b',' => self.step(1),
                b']' => break,
                byte => {
                    return self.fail(ParseError::InvalidCharacter {
                        byte,
                        context: "slice",
                    });
                }
            }
        }
        self.step(1);
        Ok(())
    }

    /// One of the three words.
    #[inline(never)]
    fn word<T>(&mut self, word: &[u8], context: &'static str, value: T) -> Read<T> {
        // The reference counts its closing zero byte as text.
        if word.len() > self.rest.len() + 1 {
            return self.fail(ParseError::UnexpectedEnd(context));
        }
        for &expected in word {
            let byte = self.peek();
            if byte != expected {
                return self.fail(ParseError::InvalidCharacter { byte, context });
            }
            self.step(1);
        }
        Ok(value)
    }

    #[inline]
    fn number(&mut self) -> Read<f64> {
        let rest = self.rest;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
        let (count, number) = digits.fold((0, 0u64), |(count, number), digit| {
            let digit = u64::from(digit - b'0');
            (count + 1, number.wrapping_mul(10).wrapping_add(digit))
        });
        if (1..=EXACT_DIGITS_MAX).contains(&count)
            && matches!(rest.get(count), Some(b',' | b'}' | b']'))
        {
            self.step(count);
            return Ok(number as f64);
        }
        let belongs = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let length = rest
            .iter()
            .position(|byte| !belongs(byte))
            .unwrap_or(rest.len());
        self.step(length);
        if !matches!(
            self.peek(),
            0 | b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'}' | b']'
        ) {
            return self.fail(ParseError::UnexpectedEnd("float"));
        }
        match parse_float(&rest[..length]) {
            Ok(number) => Ok(number),
            Err(error) => self.fail(ParseError::Number(error)),
        }
    }

    /// A string from its opening quote.
    #[inline(always)]
    fn string(&mut self) -> Read<Text<'a>> {
        let text = &self.rest[1..];
        let len = string_end(text);
        if let Some([b'"', rest @ ..]) = text.get(len..) {
            self.rest = rest;
            return Ok(Text { from: text, len });
        }
        self.step(1);
        self.escaped_string()
    }

    /// A string that has escapes, or no end, from behind its opening quote.
    #[inline(never)]
    fn escaped_string(&mut self) -> Read<Text<'a>> {
        let text = self.rest;
        loop {
            self.step(string_end(self.rest));
            match self.peek() {
                b'"' => break,
                b'\\' => self.skip_escape()?,
                _ => return self.fail(ParseError::UnexpectedEnd("string")),
            }
        }
        let raw = &text[..text.len() - self.rest.len()];
        self.step(1);
        Ok(Text::of(unescape(self.arena, raw)))
    }

    /// Moves behind an escape, which must be a valid one.
    fn skip_escape(&mut self) -> Read<()> {
        self.step(1);
        match *self.rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.step(1),
            [b'u', ref digits @ ..] if let Some(digits) = digits.first_chunk::<4>() => {
                if let Some(&byte) = digits.iter().find(|byte| !byte.is_ascii_hexdigit()) {
                    return self.fail(ParseError::HexEscape(byte));
                }
                self.step(5);
            }
            _ => return self.fail(ParseError::UnexpectedEnd("escaped string")),
        }
        Ok(())
    }
}

/// The index of the first quote, backslash or zero byte, or the text's length.
#[inline(always)]
fn string_end(text: &[u8]) -> usize {
    match text.first_chunk() {
        Some(first) => ending(first).unwrap_or_else(|| string_end_far(text)),
        None => string_end_near(text),
    }
}

/// The same, of a text of which the first eight bytes are others.
#[inline(never)]
fn string_end_far(text: &[u8]) -> usize {
    let mut index = 8;
    while let Some(chunk) = text[index..].first_chunk() {
        if index >= STRING_PROBE_BYTES {
            let found = memchr::memchr3(b'"', b'\\', 0, &text[index..]);
            return found.map_or(text.len(), |at| index + at);
        }
        if let Some(at) = ending(chunk) {
            return index + at;
        }
        index += 8;
    }
    index + string_end_near(&text[index..])
}

/// The same, of a few bytes.
fn string_end_near(text: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0);
    text.iter().position(ends).unwrap_or(text.len())
}

/// The index of the first quote, backslash or zero byte of eight.
#[inline(always)]
fn ending(chunk: &[u8; 8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    /// The top bit of each byte that is zero, and perhaps of some above one.
    fn zeros(word: u64) -> u64 {
        word.wrapping_sub(LOW) & !word
    }
    let word = u64::from_le_bytes(*chunk);
    let quote = word ^ (LOW * b'"' as u64);
    let backslash = word ^ (LOW * b'\\' as u64);
    let found = (zeros(word) | zeros(quote) | zeros(backslash)) & HIGH;
    // The lowest mark is exact.
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
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
fn merge_by_pairs(entries: &mut [EntryField<'_>]) -> usize {
    let mut count = 0;
    for index in 0..entries.len() {
        let entry = entries[index];
        match entries[..count]
            .iter()
            .position(|earlier| earlier.key == entry.key)
        {
            Some(earlier) => entries[earlier] = entry,
            None => {
                entries[count] = entry;
                count += 1;
            }
        }
    }
    count
}

/// The same of many entries.
fn merge_by_order(entries: &mut [EntryField<'_>]) -> usize {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by(|&a, &b| (entries[a].key, a).cmp(&(entries[b].key, b)));
    let mut repeated = vec![false; entries.len()];
    let mut first = 0;
    for (position, &index) in order.iter().enumerate() {
        if position > 0 && entries[index].key == entries[first].key {
            entries[first] = entries[index];
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
