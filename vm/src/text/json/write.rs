//! Values as JSON text, with the keys of maps in order.

use crate::limits::JSON_WRITE_DEPTH_MAX;
use crate::text::float::{
    FloatForm, append_float, append_go_json_float, append_int, append_json_float,
    append_pdata_float,
};
use crate::text::quote::LossyText;
use crate::text::time::Time;
use crate::value::{Element, Entry, Items, TypedList, Value};
use crate::wire::json::base64_encode;
use smallvec::SmallVec;
use std::fmt;
use std::ops::Range;

/// Why a value has no JSON text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WriteError {
    /// A float that is no number, or infinite.
    Float(f64),
    /// A time outside the years 0 to 9999, or a zone a day or more from UTC.
    Time,
    /// Too many maps and lists inside one another.
    TooDeep,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Float(float) => {
                let mut text = Vec::new();
                append_float(&mut text, *float, FloatForm::General);
                write!(f, "json: unsupported value: {}", LossyText(&text))
            }
            WriteError::Time => f.write_str("json: error calling MarshalJSON for type time.Time"),
            WriteError::TooDeep => {
                write!(
                    f,
                    "json: more than {JSON_WRITE_DEPTH_MAX} maps and lists inside one another"
                )
            }
        }
    }
}

impl std::error::Error for WriteError {}

/// Appends any value as go-json's `json.Marshal` writes its Go counterpart, for maps and lists that of
/// `AsRaw`. In lists of any type, maps and lists of the record show as `{}`, as they do there.
///
/// # Errors
///
/// After an error the text is incomplete.
pub fn append_value(out: &mut Vec<u8>, value: &Value<'_>) -> Result<(), WriteError> {
    Writer::new(out, Dialect::GoJson).value(value, 0)
}

/// Appends a value as `pcommon.Value.AsString` writes it: strings as they are, bytes in base64, maps
/// and lists as encoding/json without HTML's escapes. What has no such text is left out.
pub fn append_pdata_string(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Nil => {}
        Value::String(text) => out.extend_from_slice(text),
        Value::Double(float) => append_pdata_float(out, *float),
        Value::Bytes(bytes) => base64_encode(bytes, out),
        value => {
            let start = out.len();
            if Writer::new(out, Dialect::Standard).value(value, 0).is_err() {
                out.truncate(start);
            }
        }
    }
}

/// Whose habits to follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// goccy/go-json: escapes for HTML, exponents of two digits, maps ordered by their keys' JSON.
    GoJson,
    /// encoding/json without escapes for HTML.
    Standard,
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// The quoted keys of the maps that are being written.
    keys: Vec<u8>,
    dialect: Dialect,
}

/// Room that a map's keys usually need.
const KEYS_BYTES_RESERVED: usize = 384;

/// Entries of a map that are put in order without the heap.
const ENTRIES_INLINE: usize = 16;

/// Where an entry comes in a map.
#[derive(Clone, Copy)]
struct Position {
    /// The first bytes of its key that tell, zeros behind them, as a number: most keys differ in them.
    head: u64,
    number: u32,
}

type Written = Result<(), WriteError>;

impl<'o> Writer<'o> {
    fn new(out: &'o mut Vec<u8>, dialect: Dialect) -> Writer<'o> {
        Writer {
            out,
            keys: Vec::new(),
            dialect,
        }
    }

    fn value(&mut self, value: &Value<'_>, depth: u32) -> Written {
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(n) | Value::Duration(n) => append_int(self.out, *n),
            Value::Byte(byte) => append_int(self.out, (*byte).into()),
            Value::Double(float) if !float.is_finite() => return Err(WriteError::Float(*float)),
            Value::Double(float) => match self.dialect {
                Dialect::GoJson => append_go_json_float(self.out, *float),
                Dialect::Standard => append_json_float(self.out, *float),
            },
            Value::String(text) => append_string(self.out, text, self.dialect),
            // Go has no bytes here rather than none of them.
            Value::Bytes([]) => self.out.extend_from_slice(b"null"),
            Value::Bytes(bytes) => {
                self.out.push(b'"');
                base64_encode(bytes, self.out);
                self.out.push(b'"');
            }
            Value::Time(time) => self.time(*time)?,
            Value::WireMap(_) | Value::Map(_) | Value::RawMap(_) => self.map(value, depth)?,
            Value::TypedList(TypedList {
                element: Element::Any,
                items,
            }) => {
                self.any_list(items, depth)?;
            }
            Value::WireList(_) | Value::List(_) | Value::TypedList(_) => {
                if let Some(items) = value.items() {
                    self.list(items, depth)?;
                }
            }
            Value::TraceId(id) | Value::ProfileId(id) => self.numbers(id),
            Value::SpanId(id) => self.numbers(id),
            // A Go struct without public fields.
            Value::Pdata(_) | Value::Error(_) => self.out.extend_from_slice(b"{}"),
        }
        Ok(())
    }

    /// A time as `Time.MarshalJSON` writes it.
    fn time(&mut self, time: Time) -> Written {
        const HOUR: i32 = 3_600;
        if !(0..=9_999).contains(&time.civil().year) || time.offset().seconds.abs() >= 24 * HOUR {
            return Err(WriteError::Time);
        }
        self.out.push(b'"');
        time.append_rfc3339_nano(self.out);
        self.out.push(b'"');
        Ok(())
    }

    /// An array of bytes, which Go shows as numbers.
    fn numbers(&mut self, bytes: &[u8]) {
        self.out.push(b'[');
        for (index, &byte) in bytes.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            append_int(self.out, i64::from(byte));
        }
        self.out.push(b']');
    }

    fn list(&mut self, items: Items<'_>, depth: u32) -> Written {
        let depth = deeper(depth)?;
        self.out.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.value(&item, depth)?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// A `[]any`, whose maps and lists of the record's kind Go shows as structs without public fields.
    fn any_list(&mut self, items: &[Value<'_>], depth: u32) -> Written {
        let depth = deeper(depth)?;
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            match item {
                Value::WireMap(_) | Value::Map(_) | Value::WireList(_) | Value::List(_) => {
                    self.out.extend_from_slice(b"{}");
                }
                item => self.value(item, depth)?,
            }
        }
        self.out.push(b']');
        Ok(())
    }

    /// A map in the order of its keys; of equal keys the last counts.
    fn map(&mut self, map: &Value<'_>, depth: u32) -> Written {
        let depth = deeper(depth)?;
        let keys_before = self.keys.len();
        self.keys.reserve(KEYS_BYTES_RESERVED);
        let mut entries = SmallVec::<[(Range<usize>, Entry<'_>); ENTRIES_INLINE]>::new();
        for entry in map.entries().into_iter().flatten() {
            let start = self.keys.len();
            append_string(&mut self.keys, entry.key, self.dialect);
            entries.push((start..self.keys.len(), entry));
        }
        self.out.push(b'{');
        let mut first = true;
        let order = self.order(&entries);
        for (index, position) in order.iter().enumerate() {
            let (quoted, entry) = &entries[position.number as usize];
            if order.get(index + 1).is_some_and(|next| {
                next.head == position.head && entries[next.number as usize].1.key == entry.key
            }) {
                continue;
            }
            if !first {
                self.out.push(b',');
            }
            first = false;
            self.out.extend_from_slice(&self.keys[quoted.clone()]);
            self.out.push(b':');
            self.value(&entry.value, depth)?;
        }
        self.out.push(b'}');
        self.keys.truncate(keys_before);
        Ok(())
    }

    /// The order of a map's entries, which come with where their quoted keys are; equal keys stay in theirs.
    fn order(&self, entries: &[(Range<usize>, Entry<'_>)]) -> SmallVec<[Position; ENTRIES_INLINE]> {
        let text = |number: usize| -> &[u8] {
            let (quoted, entry) = &entries[number];
            match self.dialect {
                Dialect::Standard => entry.key,
                // The order of the quoted keys, so that `a!` comes before `a`.
                Dialect::GoJson => &self.keys[quoted.start + 1..quoted.end],
            }
        };
        let position = |number: usize| Position {
            head: head(text(number)),
            number: number as u32,
        };
        let mut order: SmallVec<_> = (0..entries.len()).map(position).collect();
        order.sort_by(|a: &Position, b: &Position| {
            let by_head = a.head.cmp(&b.head);
            by_head.then_with(|| text(a.number as usize).cmp(text(b.number as usize)))
        });
        order
    }
}

/// A text's first eight bytes as a number that is as great as they are; if it has fewer, with zeros behind them.
fn head(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(head) => u64::from_be_bytes(*head),
        None => {
            let bytes = text
                .iter()
                .fold(0, |bytes, byte| bytes << 8 | u64::from(*byte));
            bytes.checked_shl(64 - 8 * text.len() as u32).unwrap_or(0)
        }
    }
}

fn deeper(depth: u32) -> Result<u32, WriteError> {
    if depth < JSON_WRITE_DEPTH_MAX {
        Ok(depth + 1)
    } else {
        Err(WriteError::TooDeep)
    }
}

/// Appends a string in quotes. Bytes that are no UTF-8 become replacement characters, and the two
/// line separators that JavaScript knows are escaped.
fn append_string(out: &mut Vec<u8>, text: &[u8], dialect: Dialect) {
    out.push(b'"');
    let html = dialect == Dialect::GoJson;
    let mut rest = text;
    loop {
        let plain = plain_length(rest, html);
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        let Some(&byte) = rest.first() else { break };
        if byte >= 0x80 {
            rest = append_characters(out, rest);
            continue;
        }
        rest = &rest[1..];
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\x08' if !html => out.extend_from_slice(b"\\b"),
            b'\x0c' if !html => out.extend_from_slice(b"\\f"),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let [high, low] = [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
    }
    out.push(b'"');
}

/// How many bytes at the start of a text stand for themselves in a string.
fn plain_length(text: &[u8], html: bool) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Of the top bits, the lowest that is set marks the first such byte; those above it may be wrong.
    let equal = |word: u64, byte: u8| (word ^ (LOW * u64::from(byte))).wrapping_sub(LOW);
    let mut index = 0;
    while let Some(chunk) = text[index..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let controls = word.wrapping_sub(LOW * 0x20);
        let mut marks = word | controls | equal(word, b'"') | equal(word, b'\\');
        if html {
            marks |= equal(word, b'<') | equal(word, b'>') | equal(word, b'&');
        }
        if marks & HIGH != 0 {
            return index + (marks & HIGH).trailing_zeros() as usize / 8;
        }
        index += 8;
    }
    let rest = &text[index..];
    index
        + rest
            .iter()
            .position(|&byte| !is_plain(byte, html))
            .unwrap_or(rest.len())
}

/// Whether a byte stands for itself in a string.
#[inline]
fn is_plain(byte: u8, html: bool) -> bool {
    matches!(byte, b' '..=0x7f)
        && byte != b'"'
        && byte != b'\\'
        && !(html && matches!(byte, b'<' | b'>' | b'&'))
}

/// Appends the run of bytes outside ASCII that a text begins with, and returns what follows it.
fn append_characters<'t>(out: &mut Vec<u8>, text: &'t [u8]) -> &'t [u8] {
    let end = text.iter().position(u8::is_ascii).unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    for chunk in run.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\u{2028}' => out.extend_from_slice(b"\\u2028"),
                '\u{2029}' => out.extend_from_slice(b"\\u2029"),
                c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        for _ in chunk.invalid() {
            out.extend_from_slice(b"\\ufffd");
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_in_the_order_of_their_texts() {
        let pieces = ["", "\0", "a", "a!", "abcdefg", "abcdefgh", "\u{ff}"];
        let texts = pieces
            .iter()
            .flat_map(|a| pieces.map(|b| format!("{a}{b}")));
        let texts: Vec<String> = texts.collect();
        for a in &texts {
            for b in &texts {
                let (head_a, head_b) = (head(a.as_bytes()), head(b.as_bytes()));
                if head_a != head_b {
                    assert_eq!(head_a.cmp(&head_b), a.cmp(b), "{a:?} and {b:?}");
                }
            }
        }
    }

    #[test]
    fn maps_are_in_the_order_of_their_quoted_keys() {
        let mut keys: Vec<String> = (0..40).map(|n| format!("key.{}", n * 7 % 40)).collect();
        keys.extend(["key", "key!", "", "k"].map(str::to_owned));
        let repeated = keys.iter().chain(&keys[..9]);
        let entries: Vec<Entry<'_>> = (0..)
            .zip(repeated)
            .map(|(n, key)| Entry {
                key: key.as_bytes(),
                value: Value::Int(n),
            })
            .collect();
        let mut expected: Vec<String> = (0..)
            .zip(&keys)
            .map(|(n, key)| {
                let last = if n < 9 { n + keys.len() } else { n };
                format!("\"{key}\":{last}")
            })
            .collect();
        expected.sort();
        let mut out = Vec::new();
        append_value(&mut out, &Value::Map(&entries)).expect("text");
        let expected = format!("{{{}}}", expected.join(","));
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
