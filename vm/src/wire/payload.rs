//! Payloads of values that are known before they are written, and so are all the lengths around them.

use super::any::{
    AROUND_ENTRY, ARRAY, BOOL, BYTES, INT, KEY, KEY_TAG, MAP, STRING, VALUE, VALUE_TAG, VALUES,
    double, field_len,
};
use super::cursor::WireType;
use super::sink::{Sink, put_field, put_tag, put_varint};
use crate::value::Value;

/// The tags and lengths within a short `KeyValue`: bytes.
const AROUND_KEY: usize = 4;

/// The tag of an item of a list.
const ITEM_TAG: u8 = (VALUES as u8) << 3 | WireType::Bytes as u8;

/// The longest that a payload begins with before its bytes: a tag and a varint.
const HEAD_MAX: usize = 11;

/// The payload of a value that is no container made while running: what it begins with, and bytes behind that.
pub(super) struct Flat<'t> {
    head: [u8; HEAD_MAX],
    head_len: usize,
    tail: &'t [u8],
}

impl<'t> Flat<'t> {
    /// Of a value that has such a payload.
    #[inline(always)]
    pub(super) fn of(value: &Value<'t>) -> Option<Flat<'t>> {
        let (tag, bytes) = match *value {
            Value::String(bytes) => (STRING, bytes),
            Value::Bool(v) => return Some(Flat::number(BOOL, u64::from(v))),
            Value::Int(v) => return Some(Flat::number(INT, v as u64)),
            Value::Double(v) => return Some(Flat::double(v)),
            Value::Bytes(bytes) => (BYTES, bytes),
            Value::WireMap(bytes) | Value::RawMap(bytes) => (MAP, bytes),
            Value::WireList(bytes) => (ARRAY, bytes),
            _ => return None,
        };
        let tag = (tag as u8) << 3 | WireType::Bytes as u8;
        Some(Flat::new(tag, bytes.len() as u64, bytes))
    }

    #[inline(always)]
    fn number(number: u32, value: u64) -> Flat<'t> {
        Flat::new((number as u8) << 3 | WireType::Varint as u8, value, &[])
    }

    #[inline(always)]
    fn new(tag: u8, mut varint: u64, tail: &'t [u8]) -> Flat<'t> {
        let mut head = [0; HEAD_MAX];
        head[0] = tag;
        let mut head_len = 2;
        while varint >= 0x80 {
            head[head_len - 1] = varint as u8 | 0x80;
            varint >>= 7;
            head_len += 1;
        }
        head[head_len - 1] = varint as u8;
        Flat {
            head,
            head_len,
            tail,
        }
    }

    #[inline(always)]
    fn double(value: f64) -> Flat<'t> {
        let mut head = [0; HEAD_MAX];
        let payload = double(value);
        head[..payload.len()].copy_from_slice(&payload);
        Flat {
            head,
            head_len: payload.len(),
            tail: &[],
        }
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.head_len + self.tail.len()
    }

    /// Writes the payload.
    #[inline(always)]
    pub(super) fn put(&self, out: &mut impl Sink) {
        match self.head {
            // The usual lengths, without a call.
            [tag, varint, ..] if self.head_len == 2 => out.slice(&[tag, varint]),
            [a, b, c, d, e, f, g, h, i, ..] if self.head_len == 9 => {
                out.slice(&[a, b, c, d, e, f, g, h, i]);
            }
            // What is too much is taken away again, which takes no call either.
            _ => {
                out.slice(&self.head);
                out.truncate(out.len() - (HEAD_MAX - self.head_len));
            }
        }
        if !self.tail.is_empty() {
            out.slice(self.tail);
        }
    }

    /// How many bytes the `KeyValue` field takes at most.
    #[inline(always)]
    pub(super) fn room(&self, key: &[u8]) -> usize {
        AROUND_ENTRY + key.len() + self.tail.len() + HEAD_MAX
    }

    /// Writes a whole `KeyValue` field.
    #[inline(always)]
    pub(super) fn put_entry(&self, number: u32, key: &[u8], out: &mut impl Sink) {
        let value = self.len();
        let payload = AROUND_KEY + key.len() + value;
        if number < 16 && payload < 0x80 {
            let tag = (number as u8) << 3 | WireType::Bytes as u8;
            out.slice(&[tag, payload as u8, KEY_TAG, key.len() as u8]);
            out.slice(key);
            out.slice(&[VALUE_TAG, value as u8]);
            return self.put(out);
        }
        put_tag(out, number, WireType::Bytes);
        put_varint(out, (field_len(key.len()) + field_len(value)) as u64);
        put_field(out, KEY, key);
        put_tag(out, VALUE, WireType::Bytes);
        put_varint(out, value as u64);
        self.put(out);
    }
}

/// The payload of a short string, a bool or a small int, which is most of what is written: two bytes, and those behind
/// them.
pub(super) struct Short<'t> {
    head: [u8; 2],
    tail: &'t [u8],
}

impl<'t> Short<'t> {
    /// Of a value that has such a payload, of fewer than 128 bytes.
    #[inline(always)]
    pub(super) fn of(value: &Value<'t>) -> Option<Short<'t>> {
        let (head, tail): (_, &[u8]) = match *value {
            Value::String(text) if text.len() < 0x7e => ([0x0a, text.len() as u8], text),
            Value::Bool(v) => ([0x10, u8::from(v)], &[]),
            Value::Int(v @ 0..0x80) => ([0x18, v as u8], &[]),
            _ => return None,
        };
        Some(Short { head, tail })
    }

    /// The same, if its `KeyValue` field has tags and lengths of a byte each.
    #[inline(always)]
    pub(super) fn of_entry(number: u32, key: &[u8], value: &Value<'t>) -> Option<Short<'t>> {
        Short::of(value).filter(|short| number < 16 && short.entry_len(key) < 0x80)
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// How long the payload of its `KeyValue` is.
    #[inline(always)]
    fn entry_len(&self, key: &[u8]) -> usize {
        self.len() + key.len() + AROUND_KEY
    }

    /// How many bytes its `KeyValue` field takes.
    #[inline(always)]
    pub(super) fn room(&self, key: &[u8]) -> usize {
        2 + self.entry_len(key)
    }

    /// Writes a whole `KeyValue` field; of what [`Short::of_entry`] gave for it.
    #[inline(always)]
    pub(super) fn put_entry(&self, number: u32, key: &[u8], out: &mut impl Sink) {
        let tag = (number as u8) << 3 | WireType::Bytes as u8;
        let payload = self.entry_len(key) as u8;
        out.slice(&[tag, payload, KEY_TAG, key.len() as u8]);
        out.slice(key);
        self.put_behind(VALUE_TAG, out);
    }

    /// Writes a whole item of a list.
    #[inline(always)]
    pub(super) fn put_item(&self, out: &mut impl Sink) {
        self.put_behind(ITEM_TAG, out);
    }

    #[inline(always)]
    fn put_behind(&self, tag: u8, out: &mut impl Sink) {
        let [first, second] = self.head;
        out.slice(&[tag, self.len() as u8, first, second]);
        if !self.tail.is_empty() {
            out.slice(self.tail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::sink::{close, open};

    /// The same field, its lengths filled in once what they count is there.
    fn by_parts(number: u32, key: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let entry = open(&mut out, number);
        put_field(&mut out, KEY, key);
        let value = open(&mut out, VALUE);
        out.slice(payload);
        close(&mut out, value);
        close(&mut out, entry);
        out
    }

    #[test]
    fn entries_are_those_made_part_by_part() {
        let long = vec![b'x'; 20_000];
        let lengths = [
            0, 1, 7, 60, 110, 118, 119, 120, 127, 128, 300, 16_384, 20_000,
        ];
        let ints = [0, 1, 127, 128, 16_384, -1, i64::MAX, i64::MIN];
        let texts = lengths.map(|length| &long[..length]);
        let mut values = vec![Value::Bool(false), Value::Bool(true), Value::Double(-0.5)];
        values.extend(ints.map(Value::Int));
        for text in texts {
            values.extend([Value::String(text), Value::Bytes(text)]);
            values.extend([Value::WireMap(text), Value::WireList(text)]);
        }
        for value in &values {
            let flat = Flat::of(value).expect("no container");
            let mut payload = Vec::new();
            match value {
                Value::Bool(v) => payload.extend([0x10, u8::from(*v)]),
                Value::Int(v) => {
                    put_tag(&mut payload, INT, WireType::Varint);
                    put_varint(&mut payload, *v as u64);
                }
                Value::Double(v) => payload.extend(double(*v)),
                Value::String(text) => put_field(&mut payload, STRING, text),
                Value::Bytes(bytes) => put_field(&mut payload, BYTES, bytes),
                Value::WireMap(map) => put_field(&mut payload, MAP, map),
                Value::WireList(list) => put_field(&mut payload, ARRAY, list),
                _ => {}
            }
            for (number, key) in [
                (1, texts[0]),
                (9, texts[2]),
                (15, texts[4]),
                (16, texts[3]),
                (9, texts[9]),
            ] {
                let mut out = Vec::new();
                flat.put_entry(number, key, &mut out);
                assert!(out == by_parts(number, key, &payload), "{number} {value:?}");
                assert!(out.len() <= flat.room(key));
                assert_eq!(payload.len(), flat.len());
                let Some(short) = Short::of_entry(number, key, value) else {
                    assert!(number > 15 || out.len() > 129 || matches!(payload[0], 0x18..));
                    continue;
                };
                let mut again = Vec::new();
                short.put_entry(number, key, &mut again);
                assert!(again == out && short.room(key) == out.len() && short.len() == flat.len());
            }
        }
        assert!(Flat::of(&Value::Nil).is_none() && Flat::of(&Value::List(&[])).is_none());
    }
}
