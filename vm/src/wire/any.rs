//! `AnyValue`, `KeyValue`, `KeyValueList` and `ArrayValue`: wire bytes to values and back.
//!
//! Reading trusts that the bytes were validated: what does not parse reads as absent, it never panics.
//! A `Value` is decoded one level deep; maps and lists stay ranges of the wire.

use super::cursor::{Cursor, WireType, short_bytes, varint_len};
use crate::error::Error;
use crate::value::{Element, Entry, TypedList, Value};
use bumpalo::Bump;

/// `KeyValueList.values` and `ArrayValue.values`.
pub(crate) const VALUES: u32 = 1;
const KEY: u32 = 1;
const VALUE: u32 = 2;
const STRING: u32 = 1;
const BOOL: u32 = 2;
const INT: u32 = 3;
const DOUBLE: u32 = 4;
const ARRAY: u32 = 5;
const MAP: u32 = 6;
const BYTES: u32 = 7;

/// Reads an `AnyValue`'s payload. The last of several fields counts; none is nil.
#[inline(always)]
pub fn decode(wire: &[u8]) -> Value<'_> {
    // One string field that fills the message: nearly every value is this.
    if let [0x0a, length, text @ ..] = wire
        && text.len() == usize::from(*length)
        && *length < 0x80
    {
        return Value::String(text);
    }
    // A bool or a small int.
    match *wire {
        [0x10, bool @ 0..0x80] => return Value::Bool(bool != 0),
        [0x18, int @ 0..0x80] => return Value::Int(i64::from(int)),
        [0x18, low @ 0x80..=0xff, high @ 0..0x80] => {
            return Value::Int(i64::from(low & 0x7f) | i64::from(high) << 7);
        }
        _ => {}
    }
    decode_fields(wire)
}

fn decode_fields(wire: &[u8]) -> Value<'_> {
    let mut cursor = Cursor::new(wire);
    let mut value = Value::Nil;
    while !cursor.is_at_end() {
        let Ok((number, wire_type)) = cursor.tag() else {
            break;
        };
        let read = match (number, wire_type) {
            (STRING, WireType::Bytes) => cursor.bytes().map(Value::String),
            (BOOL, WireType::Varint) => cursor.varint().map(|v| Value::Bool(v != 0)),
            (INT, WireType::Varint) => cursor.varint().map(|v| Value::Int(v as i64)),
            (DOUBLE, WireType::Fixed64) => {
                cursor.fixed64().map(|v| Value::Double(f64::from_bits(v)))
            }
            (ARRAY, WireType::Bytes) => cursor.bytes().map(Value::WireList),
            (MAP, WireType::Bytes) => cursor.bytes().map(Value::WireMap),
            (BYTES, WireType::Bytes) => cursor.bytes().map(Value::Bytes),
            (8, WireType::Varint) => cursor.varint().map(|_| Value::Nil),
            _ => match cursor.skip(wire_type) {
                Ok(()) => continue,
                Err(error) => Err(error),
            },
        };
        let Ok(read) = read else { break };
        value = read;
    }
    value
}

/// A `KeyValue`'s key and the payload of its value, wherever they stand. Absent parts are empty.
#[inline]
pub fn key_value(wire: &[u8]) -> (&[u8], &[u8]) {
    key_and_value(wire).unwrap_or_else(|| key_value_fields(wire))
}

/// The same of a `KeyValue` that is one key and one value with lengths of a byte or two, in either order: the value
/// first, as the Go collector writes, or the key, as SDKs do.
#[inline]
pub(crate) fn key_and_value(wire: &[u8]) -> Option<(&[u8], &[u8])> {
    let first_tag = *wire.first()?;
    let (start, end) = short_bytes(wire, 1)?;
    let second_tag = *wire.get(end)?;
    let (second_start, second_end) = short_bytes(wire, end + 1)?;
    let (first, second) = (wire.get(start..end)?, wire.get(second_start..)?);
    if second_end != wire.len() {
        return None;
    }
    in_order(first_tag, first, second_tag, second)
}

/// A key, the payload of a value, and how many bytes the `KeyValue` takes with its length.
pub(crate) type ShortAttribute<'a> = (&'a [u8], &'a [u8], usize);

/// The same of the `KeyValue` that begins with its length, if that takes a byte; and how many bytes that and the
/// message take.
#[inline(always)]
pub(crate) fn short_attribute(wire: &[u8]) -> Option<ShortAttribute<'_>> {
    let [length @ 0..0x80, rest @ ..] = wire else {
        return None;
    };
    // What is within a message of fewer than 128 bytes has lengths of a byte, or is malformed.
    let [first_tag, first_len, rest @ ..] = rest.get(..usize::from(*length))? else {
        return None;
    };
    let (first, rest) = rest.split_at_checked(usize::from(*first_len))?;
    let [second_tag, second_len, second @ ..] = rest else {
        return None;
    };
    if second.len() != usize::from(*second_len) {
        return None;
    }
    let (key, value) = in_order(*first_tag, first, *second_tag, second)?;
    Some((key, value, 1 + usize::from(*length)))
}

/// Whether an `AnyValue` is one scalar of the usual width: valid and canonical.
#[inline(always)]
pub(crate) fn is_plain_value(value: &[u8]) -> bool {
    match *value {
        [0x0a, length @ 0..0x80, ref text @ ..] => text.len() == usize::from(length),
        [0x0a, low, high, ref text @ ..] => {
            high < 0x80 && text.len() == usize::from(low & 0x7f) | usize::from(high) << 7
        }
        [0x10, bool] => bool < 0x80,
        [0x18, int] => int < 0x80,
        [0x18, low, high] => low >= 0x80 && high < 0x80,
        [0x21, ref double @ ..] => double.len() == 8,
        _ => false,
    }
}

pub(super) const KEY_TAG: u8 = 0x0a;
pub(super) const VALUE_TAG: u8 = 0x12;

/// The key and the value, of two fields with their tags.
#[inline(always)]
fn in_order<'a>(
    first_tag: u8,
    first: &'a [u8],
    second_tag: u8,
    second: &'a [u8],
) -> Option<(&'a [u8], &'a [u8])> {
    match (first_tag, second_tag) {
        (VALUE_TAG, KEY_TAG) => Some((second, first)),
        (KEY_TAG, VALUE_TAG) => Some((first, second)),
        _ => None,
    }
}

fn key_value_fields(wire: &[u8]) -> (&[u8], &[u8]) {
    let (mut key, mut value): (&[u8], &[u8]) = (&[], &[]);
    let mut cursor = Cursor::new(wire);
    while !cursor.is_at_end() {
        let Ok((number, wire_type)) = cursor.tag() else {
            break;
        };
        match (number, wire_type) {
            (KEY | VALUE, WireType::Bytes) => {
                let Ok(bytes) = cursor.bytes() else { break };
                if number == KEY {
                    key = bytes
                } else {
                    value = bytes
                }
            }
            _ => {
                if cursor.skip(wire_type).is_err() {
                    break;
                }
            }
        }
    }
    (key, value)
}

/// Iterates the entries of a `KeyValueList`'s payload.
#[derive(Clone, Debug)]
pub struct MapIter<'a>(ListIter<'a>);

impl<'a> MapIter<'a> {
    /// Over a `KeyValueList`'s payload.
    pub fn new(wire: &'a [u8]) -> MapIter<'a> {
        MapIter(ListIter::new(wire))
    }
}

impl<'a> Iterator for MapIter<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let (key, value) = key_value(self.0.next_message()?);
        Some(Entry {
            key,
            value: decode(value),
        })
    }
}

/// Iterates the items of an `ArrayValue`'s payload.
#[derive(Clone, Debug)]
pub struct ListIter<'a>(Cursor<'a>);

impl<'a> ListIter<'a> {
    /// Over an `ArrayValue`'s payload.
    pub fn new(wire: &'a [u8]) -> ListIter<'a> {
        ListIter(Cursor::new(wire))
    }

    fn next_message(&mut self) -> Option<&'a [u8]> {
        while !self.0.is_at_end() {
            match self.0.tag().ok()? {
                (VALUES, WireType::Bytes) => return self.0.bytes().ok(),
                (_, wire_type) => self.0.skip(wire_type).ok()?,
            }
        }
        None
    }
}

impl<'a> Iterator for ListIter<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.next_message().map(decode)
    }
}

/// The length in bytes of a field with a one-byte tag and a length prefix.
#[inline]
pub(crate) fn field_len(payload: usize) -> usize {
    1 + varint_len(payload as u64) + payload
}

/// The length in bytes of a value as an `AnyValue`'s payload; 0 for what an `AnyValue` cannot hold.
pub(crate) fn encoded_len(value: &Value<'_>) -> usize {
    match value {
        Value::Bool(_) => 2,
        Value::Int(v) => 1 + varint_len(*v as u64),
        Value::Double(_) => 9,
        Value::String(b) | Value::Bytes(b) | Value::WireMap(b) | Value::WireList(b) => {
            field_len(b.len())
        }
        Value::Map(entries) => field_len(map_len(entries)),
        Value::List(items) | Value::TypedList(TypedList { items, .. }) => {
            field_len(list_len(items))
        }
        _ => 0,
    }
}

fn map_len(entries: &[Entry<'_>]) -> usize {
    entries
        .iter()
        .map(|entry| field_len(key_value_len(entry.key, &entry.value)))
        .sum()
}

fn list_len(items: &[Value<'_>]) -> usize {
    items.iter().map(|item| field_len(encoded_len(item))).sum()
}

/// The length in bytes of a `KeyValue`'s payload.
pub(crate) fn key_value_len(key: &[u8], value: &Value<'_>) -> usize {
    field_len(key.len()) + field_len(encoded_len(value))
}

/// A writer into memory whose size was computed before.
pub(crate) trait Sink {
    /// Appends one byte.
    fn byte(&mut self, byte: u8);
    /// Appends bytes.
    fn slice(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }
    fn slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Memory that is filled from its beginning, once, to its end.
pub(crate) struct Filler<'b>(&'b mut [u8]);

impl Sink for Filler<'_> {
    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        self.slice(&[byte]);
    }

    #[inline(always)]
    fn slice(&mut self, bytes: &[u8]) {
        let (place, rest) = std::mem::take(&mut self.0).split_at_mut(bytes.len());
        place.copy_from_slice(bytes);
        self.0 = rest;
    }
}

/// `length` bytes in the arena, which `fill` writes.
#[inline(always)]
pub(crate) fn filled(arena: &Bump, length: usize, fill: impl FnOnce(&mut Filler<'_>)) -> &[u8] {
    let memory = arena.alloc_slice_fill_copy(length, 0);
    let mut filler = Filler(memory);
    fill(&mut filler);
    debug_assert!(filler.0.is_empty(), "the length is right");
    memory
}

impl Sink for bumpalo::collections::Vec<'_, u8> {
    #[inline]
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }
    #[inline]
    fn slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice_copy(bytes);
    }
}

#[inline(always)]
pub(crate) fn put_varint(out: &mut impl Sink, mut value: u64) {
    while value >= 0x80 {
        out.byte(value as u8 | 0x80);
        value >>= 7;
    }
    out.byte(value as u8);
}

#[inline(always)]
pub(crate) fn put_tag(out: &mut impl Sink, number: u32, wire_type: WireType) {
    put_varint(out, u64::from(number) << 3 | wire_type as u64);
}

#[inline(always)]
pub(crate) fn put_field(out: &mut impl Sink, number: u32, payload: &[u8]) {
    put_tag(out, number, WireType::Bytes);
    put_varint(out, payload.len() as u64);
    out.slice(payload);
}

/// A value as an `AnyValue`'s payload, as [`decode`] reads it: for values that outlive a request.
///
/// ```
/// use ottl_vm::{value::Value, wire::any};
/// let kept = any::encoded(&Value::String(b"x"));
/// assert!(matches!(any::decode(&kept), Value::String(b"x")));
/// ```
pub fn encoded(value: &Value<'_>) -> Box<[u8]> {
    let mut out = Vec::with_capacity(encoded_len(value));
    encode(value, &mut out);
    out.into()
}

/// Writes a value as an `AnyValue`'s payload. Maps and lists come in the order that they have.
pub(crate) fn encode(value: &Value<'_>, out: &mut impl Sink) {
    match value {
        Value::Bool(v) => {
            put_tag(out, BOOL, WireType::Varint);
            out.byte(u8::from(*v));
        }
        Value::Int(v) => {
            put_tag(out, INT, WireType::Varint);
            put_varint(out, *v as u64);
        }
        Value::Double(v) => {
            put_tag(out, DOUBLE, WireType::Fixed64);
            out.slice(&v.to_bits().to_le_bytes());
        }
        Value::String(bytes) => put_field(out, STRING, bytes),
        Value::Bytes(bytes) => put_field(out, BYTES, bytes),
        Value::WireMap(bytes) => put_field(out, MAP, bytes),
        Value::WireList(bytes) => put_field(out, ARRAY, bytes),
        Value::Map(entries) => {
            put_tag(out, MAP, WireType::Bytes);
            put_varint(out, map_len(entries) as u64);
            for entry in *entries {
                encode_key_value(VALUES, entry.key, &entry.value, out);
            }
        }
        Value::List(items) | Value::TypedList(TypedList { items, .. }) => {
            put_tag(out, ARRAY, WireType::Bytes);
            put_varint(out, list_len(items) as u64);
            for item in *items {
                put_tag(out, VALUES, WireType::Bytes);
                put_varint(out, encoded_len(item) as u64);
                encode(item, out);
            }
        }
        _ => {}
    }
}

/// Writes a whole `KeyValue` field: tag, length, key, value.
pub(crate) fn encode_key_value(number: u32, key: &[u8], value: &Value<'_>, out: &mut impl Sink) {
    put_tag(out, number, WireType::Bytes);
    put_varint(out, key_value_len(key, value) as u64);
    put_field(out, KEY, key);
    put_tag(out, VALUE, WireType::Bytes);
    put_varint(out, encoded_len(value) as u64);
    encode(value, out);
}

/// A whole `KeyValue` field in the arena, and its value's payload within.
pub(crate) fn key_value_field<'a>(
    arena: &'a Bump,
    number: u32,
    key: &[u8],
    value: &Value<'_>,
) -> (&'a [u8], &'a [u8]) {
    if let Some(done) = short_text_field(arena, number, key, value) {
        return done;
    }
    let value_length = encoded_len(value);
    let payload = field_len(key.len()) + field_len(value_length);
    let length = varint_len(u64::from(number) << 3) + varint_len(payload as u64) + payload;
    let field = filled(arena, length, |out| {
        put_tag(out, number, WireType::Bytes);
        put_varint(out, payload as u64);
        put_field(out, KEY, key);
        put_tag(out, VALUE, WireType::Bytes);
        put_varint(out, value_length as u64);
        encode(value, out);
    });
    (field, &field[length - value_length..])
}

/// [`key_value_field`] of a string, where every tag and length is one byte: most of what is written.
#[inline(always)]
fn short_text_field<'a>(
    arena: &'a Bump,
    number: u32,
    key: &[u8],
    value: &Value<'_>,
) -> Option<(&'a [u8], &'a [u8])> {
    let Value::String(text) = value else {
        return None;
    };
    let payload = key.len() + text.len() + 6;
    if payload >= 0x80 || number >= 16 {
        return None;
    }
    let mut field = bumpalo::collections::Vec::with_capacity_in(payload + 2, arena);
    field.extend_from_slice_copy(&[
        (number << 3) as u8 | 2,
        payload as u8,
        0x0a,
        key.len() as u8,
    ]);
    field.extend_from_slice_copy(key);
    field.extend_from_slice_copy(&[0x12, text.len() as u8 + 2, 0x0a, text.len() as u8]);
    field.extend_from_slice_copy(text);
    let field = field.into_bump_slice();
    Some((field, &field[key.len() + 6..]))
}

/// A value that an `AnyValue` can hold, made from any value, as the reference's `SetValue` does.
///
/// # Errors
///
/// For times, durations, ids and pdata, which no attribute holds.
pub fn storable<'a>(
    value: Value<'a>,
    current: &Value<'_>,
    arena: &'a Bump,
) -> Result<Value<'a>, Error<'a>> {
    match value {
        Value::Error(error) => Err(error),
        Value::Time(_)
        | Value::Duration(_)
        | Value::TraceId(_)
        | Value::SpanId(_)
        | Value::ProfileId(_)
        | Value::TypedList(TypedList {
            element: Element::Uint,
            ..
        })
        | Value::Pdata(_) => Err(Error::format(
            arena,
            format_args!(
                "unsupported type {} for set operation; current value type is {}",
                value.type_name(),
                kind_name(current)
            ),
        )),
        value => Ok(value),
    }
}

/// The name of a value's `AnyValue` type, as pdata's `ValueType` prints it.
pub fn kind_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::String(_) => "Str",
        Value::Bool(_) => "Bool",
        Value::Int(_) => "Int",
        Value::Double(_) => "Double",
        Value::WireMap(_) | Value::Map(_) => "Map",
        Value::WireList(_) | Value::List(_) | Value::TypedList(_) => "Slice",
        Value::Bytes(_) => "Bytes",
        _ => "Empty",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(value: &Value<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        encode(value, &mut out);
        assert_eq!(out.len(), encoded_len(value));
        out
    }

    #[test]
    fn values_read_as_written() {
        let long = vec![b'x'; 300];
        let items = [Value::Int(-1), Value::Nil, Value::Bool(true)];
        let entries = [
            Entry {
                key: b"a",
                value: Value::List(&items),
            },
            Entry {
                key: b"",
                value: Value::Double(0.5),
            },
            Entry {
                key: &long,
                value: Value::String(&long),
            },
        ];
        let wire = any(&Value::Map(&entries));
        let map = decode(&wire);
        let read: Vec<_> = map.entries().expect("a map").collect();
        assert_eq!(read.len(), 3);
        assert_eq!(read[2].key, long);
        assert!(matches!(read[2].value, Value::String(text) if text == long));
        let list: Vec<_> = read[0].value.items().expect("a list").collect();
        assert!(matches!(
            list[..],
            [Value::Int(-1), Value::Nil, Value::Bool(true)]
        ));
        assert_eq!(any(&map), wire);
    }

    #[test]
    fn key_and_value_stand_in_any_order() {
        let arena = Bump::new();
        let (field, value) = key_value_field(&arena, 9, b"key", &Value::String(b"text"));
        assert_eq!(decode(value).type_name(), "string");
        let payload = &field[2..];
        assert_eq!(key_value(payload), (&b"key"[..], value));
        let mut backwards = Vec::new();
        put_field(&mut backwards, VALUE, value);
        put_field(&mut backwards, KEY, b"key");
        assert_eq!(key_value(&backwards), (&b"key"[..], value));
        put_field(&mut backwards, 7, b"unknown");
        assert_eq!(key_value(&backwards), (&b"key"[..], value));
    }
}
