//! ParseJSON's reader. Objects and arrays are written at once as they stand on the wire, in the arena, since nearly
//! all of them are stored.

use super::error::ParseError;
use super::here::Here;
use super::marks::Marks;
use crate::compare::key_class;
use crate::limits::VALUE_DEPTH_MAX;
use crate::text::number::parse_float;
use crate::value::Value;
use crate::wire::any::{self, EntryField, MapIter, Sink};
use crate::wire::growing::Growing;
use bumpalo::Bump;
use smallvec::SmallVec;

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

/// Reads one JSON value. Objects become [`Value::WireMap`] (of equal keys the last counts, at the place of
/// the first), arrays [`Value::WireList`], numbers [`Value::Double`].
pub fn parse<'a>(arena: &'a Bump, text: &'a [u8]) -> Result<Value<'a>, ParseError<'a>> {
    let mut reader = Reader {
        arena,
        here: Here { text, at: 0 },
        marks: Marks::default(),
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
    /// Where it is. What reads an object or array has a copy, so that it stays in registers, and hands it over to what it calls
    /// [`aside`](Reader::aside) alone.
    here: Here<'a>,
    /// Where strings end.
    marks: Marks,
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
            _ => self.put_otherwise(out),
        }
    }

    /// Out of line, so that the copy of a window stays one of that many bytes.
    #[inline(never)]
    fn put_otherwise(self, out: &mut [u8]) {
        out[..self.len].copy_from_slice(self.bytes());
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
        let mut here = self.here;
        let token = self.token(&mut here, 0)?;
        if matches!(token, Token::Object | Token::Array) {
            // On the wire most texts take a little more.
            let rest = here.rest().len();
            let capacity = rest + rest / 4 + AHEAD_BYTES;
            self.out = Growing::with_capacity_in(capacity, self.arena);
            self.aside(&mut here, |reader| reader.container(&token, 1))?;
        }
        match here.peek_after_space() {
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

    /// Reads something out of line: what reads on does so from where that ended.
    #[inline(always)]
    fn aside<T>(&mut self, here: &mut Here<'a>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.here.at = here.at;
        let value = read(self);
        here.at = self.here.at;
        value
    }

    /// A scalar, or the brace or bracket of an object or array below `depth` others.
    #[inline(always)]
    fn token(&mut self, here: &mut Here<'a>, depth: u32) -> Read<Token<'a>> {
        match here.peek_after_space() {
            b'"' => Ok(Token::String(self.string(here)?)),
            byte @ (b'{' | b'[') => {
                if depth >= VALUE_DEPTH_MAX {
                    return self.fail(ParseError::TooDeep(byte));
                }
                here.at += 1;
                Ok(if byte == b'{' {
                    Token::Object
                } else {
                    Token::Array
                })
            }
            b'-' | b'0'..=b'9' => Ok(Token::Number(self.number(here)?)),
            byte => Ok(Token::Scalar(self.aside(here, |reader| reader.word(byte))?)),
        }
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
        let mut here = self.here;
        if here.peek_after_space() == b'}' {
            self.here.at = here.at + 1;
            return Ok(());
        }
        let first = self.out.len();
        // A set of 64 key classes: an object in which each key is alone in its class has no equal keys.
        let mut seen = 0u64;
        let mut unsure = false;
        loop {
            let key = match here.peek_after_space() {
                b'"' => self.string(&mut here)?,
                byte => {
                    self.aside(&mut here, |reader| reader.other_key(byte))?;
                    Text::of(&[])
                }
            };
            if !here.eat(b':') {
                return self.fail(ParseError::NoColon);
            }
            let class = key_class(key.bytes());
            unsure |= seen & class != 0;
            seen |= class;
            match self.token(&mut here, depth)? {
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
                    self.aside(&mut here, |reader| reader.inner(&token, depth + 1))?;
                    any::close(&mut self.out, value);
                    any::close(&mut self.out, entry);
                }
            }
            if here.eat(b',') {
                continue;
            }
            if here.eat(b'}') {
                break;
            }
            return self.fail(ParseError::NoComma);
        }
        self.here.at = here.at;
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

    /// What stands where a key should, and begins with this byte.
    #[inline(never)]
    fn other_key(&mut self, first: u8) -> Read<()> {
        match first {
            // The reference reads null as a key without a name.
            b'n' => self.letters(b"null", "null"),
            b'[' => self.fail(ParseError::Key("array")),
            b'{' => self.fail(ParseError::Key("object")),
            b'-' | b'0'..=b'9' => self.fail(ParseError::Key("number")),
            byte => self.fail(ParseError::BeginningOfValue(byte)),
        }
    }

    fn array(&mut self, depth: u32) -> Read<()> {
        let mut here = self.here;
        if here.peek_after_space() == b']' {
            self.here.at = here.at + 1;
            return Ok(());
        }
        loop {
            let item = any::open(&mut self.out, any::VALUES);
            match self.token(&mut here, depth)? {
                Token::String(text) => any::encode(&Value::String(text.bytes()), &mut self.out),
                Token::Number(number) => any::encode(&Value::Double(number), &mut self.out),
                Token::Scalar(value) => any::encode(&value, &mut self.out),
                token => self.aside(&mut here, |reader| reader.inner(&token, depth + 1))?,
            }
            any::close(&mut self.out, item);
            match here.peek_after_space() {
                b',' => here.at += 1,
                b']' => break,
                byte => {
                    return self.fail(ParseError::InvalidCharacter {
                        byte,
                        context: "slice",
                    });
                }
            }
        }
        self.here.at = here.at + 1;
        Ok(())
    }

    /// One of the three words, which begins with this byte.
    #[inline(never)]
    fn word(&mut self, first: u8) -> Read<Value<'a>> {
        match first {
            b't' => self.letters(b"true", "true").map(|()| Value::Bool(true)),
            b'f' => self.letters(b"false", "false").map(|()| Value::Bool(false)),
            b'n' => self.letters(b"null", "null").map(|()| Value::Nil),
            byte => self.fail(ParseError::BeginningOfValue(byte)),
        }
    }

    fn letters(&mut self, word: &[u8], context: &'static str) -> Read<()> {
        // The reference counts its closing zero byte as text.
        if word.len() > self.here.rest().len() + 1 {
            return self.fail(ParseError::UnexpectedEnd(context));
        }
        for &expected in word {
            let byte = self.here.peek();
            if byte != expected {
                return self.fail(ParseError::InvalidCharacter { byte, context });
            }
            self.here.at += 1;
        }
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self, here: &mut Here<'a>) -> Read<f64> {
        if let Some(number) = here.eat_digits() {
            return Ok(f64::from(number));
        }
        self.aside(here, Reader::any_number)
    }

    /// A number of any form.
    #[inline(never)]
    fn any_number(&mut self) -> Read<f64> {
        let rest = self.here.rest();
        let belongs = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let length = rest
            .iter()
            .position(|byte| !belongs(byte))
            .unwrap_or(rest.len());
        self.here.at += length;
        if !matches!(
            self.here.peek(),
            0 | b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'}' | b']'
        ) {
            return self.fail(ParseError::UnexpectedEnd("float"));
        }
        let number = &rest[..length];
        if length <= EXACT_DIGITS_MAX && number.iter().all(u8::is_ascii_digit) {
            let digits = number.iter().map(|digit| u64::from(digit - b'0'));
            return Ok(digits.fold(0, |number, digit| number * 10 + digit) as f64);
        }
        match parse_float(number) {
            Ok(number) => Ok(number),
            Err(error) => self.fail(ParseError::Number(error)),
        }
    }

    /// A string from its opening quote.
    #[inline(always)]
    fn string(&mut self, here: &mut Here<'a>) -> Read<Text<'a>> {
        let start = here.at + 1;
        here.at = self.marks.next(here.text, start);
        if here.peek() == b'"' {
            let len = here.at - start;
            here.at += 1;
            let from = &here.text[start..];
            return Ok(Text { from, len });
        }
        let text = self.aside(here, |reader| reader.escaped_string(start));
        text.map(Text::of).ok_or(Failed)
    }

    /// A string that has escapes, or no end, and begins at `start`, from its first escape, or zero byte, on.
    #[inline(never)]
    fn escaped_string(&mut self, start: usize) -> Option<&'a [u8]> {
        let text = self.here.text;
        loop {
            match self.here.peek() {
                b'"' => break,
                b'\\' => self.skip_escape().ok()?,
                _ => return self.fail(ParseError::UnexpectedEnd("string")).ok(),
            }
            self.here.at = self.marks.next(text, self.here.at);
        }
        let raw = &text[start..self.here.at];
        self.here.at += 1;
        Some(unescape(self.arena, raw))
    }

    /// Moves behind an escape, which must be a valid one.
    fn skip_escape(&mut self) -> Read<()> {
        self.here.at += 1;
        match *self.here.rest() {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.here.at += 1,
            [b'u', ref digits @ ..] if let Some(digits) = digits.first_chunk::<4>() => {
                if let Some(&byte) = digits.iter().find(|byte| !byte.is_ascii_hexdigit()) {
                    return self.fail(ParseError::HexEscape(byte));
                }
                self.here.at += 5;
            }
            _ => return self.fail(ParseError::UnexpectedEnd("escaped string")),
        }
        Ok(())
    }
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
