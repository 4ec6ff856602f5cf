//! `AnyValue`, `KeyValue`, `KeyValueList` and `ArrayValue`: wire bytes to values and back.
//!
//! Reading trusts that the bytes were validated: what does not parse reads as absent, it never panics.
//! A `Value` is decoded one level deep; maps and lists stay ranges of the wire.

use super::cursor::{Cursor, WireType, short_bytes, varint_len};
pub(crate) use super::glance::{is_one_value, one_double, short_int, short_text};
use super::payload::{Flat, Short};
pub(crate) use super::sink::{Sink, close, open, put_field, put_tag, put_varint};
use crate::error::Error;
use crate::value::{Element, Entry, TypedList, Value};
use bumpalo::Bump;

/// `KeyValueList.values` and `ArrayValue.values`.
pub(crate) const VALUES: u32 = 1;
pub(crate) const KEY: u32 = 1;
pub(crate) const VALUE: u32 = 2;
pub(super) const STRING: u32 = 1;
pub(super) const BOOL: u32 = 2;
pub(super) const INT: u32 = 3;
const DOUBLE: u32 = 4;
pub(crate) const ARRAY: u32 = 5;
pub(crate) const MAP: u32 = 6;
pub(super) const BYTES: u32 = 7;

/// Reads an `AnyValue`'s payload. The last of several fields counts; none is nil.
#[inline(always)]
pub fn decode(wire: &[u8]) -> Value<'_> {
    // Nearly every value is a short string.
    match short_text(wire) {
        Some(text) => Value::String(text),
        None => decode_other(wire),
    }
}

/// [`decode`] of what may be absent, into the place where the value stays: by way of the stack, it would be written in parts and
/// then read as a whole, for which processors have to wait until all of it is in the cache.
#[inline(always)]
pub(crate) fn decode_into<'a>(wire: Option<&'a [u8]>, value: &mut Value<'a>) {
    match wire.map(|wire| (wire, short_text(wire))) {
        None => *value = Value::Nil,
        Some((_, Some(text))) => *value = Value::String(text),
        Some((wire, None)) => *value = decode_other(wire),
    }
}

/// [`decode`] of what is no short string.
#[inline(always)]
fn decode_other(wire: &[u8]) -> Value<'_> {
    if let [0x10, bool @ 0..0x80] = *wire {
        return Value::Bool(bool != 0);
    }
    if let Some(int) = short_int(wire) {
        return Value::Int(int);
    }
    decode_fields(wire)
}

fn decode_fields(wire: &[u8]) -> Value<'_> {
    // One field of the usual form that fills the message: nearly all that are left.
    if let Some(double) = one_double(wire) {
        return Value::Double(double);
    }
    match *wire {
        [tag @ (0x0a | 0x2a | 0x32), ..]
            if let Some((start, end)) = short_bytes(wire, 1)
                && end == wire.len() =>
        {
            let bytes = &wire[start..];
            return match tag {
                0x0a => Value::String(bytes),
                0x2a => Value::WireList(bytes),
                _ => Value::WireMap(bytes),
            };
        }
        _ => {}
    }
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

/// The same of the `KeyValue` that begins with its length, if that takes a byte; and how many bytes that and the
/// message take.
#[inline(always)]
pub(crate) fn short_attribute(wire: &[u8]) -> Option<(&[u8], &[u8], usize)> {
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

/// The tags of a `KeyValue`'s fields.
pub(crate) const KEY_TAG: u8 = 0x0a;
pub(crate) const VALUE_TAG: u8 = 0x12;

/// The tag of an `AnyValue` that is a string.
pub(crate) const STRING_TAG: u8 = 0x0a;

/// A tag and a length: bytes that are around a string at least.
pub(crate) const AROUND_STRING: usize = 2;

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

    #[inline]
    fn next(&mut self) -> Option<Entry<'a>> {
        let EntryField { key, value, .. } = self.next_field()?;
        Some(Entry {
            key,
            value: decode(value),
        })
    }
}

/// An entry as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryField<'a> {
    /// Where its field begins in the map.
    pub(crate) at: usize,
    /// Where it ends.
    pub(crate) end: usize,
    pub(crate) key: &'a [u8],
    /// The payload of its value.
    pub(crate) value: &'a [u8],
}

impl<'a> MapIter<'a> {
    /// The next entry, not decoded.
    #[inline]
    pub(crate) fn next_field(&mut self) -> Option<EntryField<'a>> {
        let cursor = &mut self.0.0;
        if let [0x0a, rest @ ..] = cursor.rest()
            && let Some((key, value, length)) = short_attribute(rest)
        {
            let at = cursor.position();
            cursor.step(1 + length);
            let end = cursor.position();
            return Some(EntryField {
                at,
                end,
                key,
                value,
            });
        }
        let (at, payload) = self.0.next_message()?;
        let (key, value) = key_value(payload);
        Some(EntryField {
            at,
            end: self.0.0.position(),
            key,
            value,
        })
    }

    /// The next entry with this key.
    pub(crate) fn find_key(&mut self, key: &[u8]) -> Option<EntryField<'a>> {
        std::iter::from_fn(|| self.next_field()).find(|entry| entry.key == key)
    }
}

/// These entries as a `KeyValueList`'s payload, which takes so many bytes as far as is known.
pub(crate) fn wire_map<'a, 'e>(
    entries: impl IntoIterator<Item = Entry<'e>>,
    bytes: usize,
    arena: &'a Bump,
) -> &'a [u8] {
    let mut out = bumpalo::collections::Vec::with_capacity_in(bytes, arena);
    for entry in entries {
        encode_key_value(VALUES, entry.key, &entry.value, &mut out);
    }
    out.into_bump_slice()
}

/// A map in which the first entry with `key` has the value that `change` makes of the one it had, or of nil; if there
/// is none, one comes last. And what else `change` tells.
pub(crate) fn with_entry<'a, T>(
    wire: &'a [u8],
    key: &[u8],
    arena: &'a Bump,
    change: impl FnOnce(Value<'a>) -> (Value<'a>, T),
) -> (&'a [u8], T) {
    let (at, end, old) = match MapIter::new(wire).find_key(key) {
        Some(found) => (found.at, found.end, decode(found.value)),
        None => (wire.len(), wire.len(), Value::Nil),
    };
    let (value, told) = change(old);
    let room = wire.len() + AROUND_ENTRY + key.len() + capacity(&value);
    let mut out = bumpalo::collections::Vec::with_capacity_in(room, arena);
    out.slice(&wire[..at]);
    encode_key_value(VALUES, key, &value, &mut out);
    out.slice(&wire[end..]);
    (out.into_bump_slice(), told)
}

/// Iterates the items of an `ArrayValue`'s payload.
#[derive(Clone, Debug)]
pub struct ListIter<'a>(pub(super) Cursor<'a>);

impl<'a> ListIter<'a> {
    /// Over an `ArrayValue`'s payload.
    pub fn new(wire: &'a [u8]) -> ListIter<'a> {
        ListIter(Cursor::new(wire))
    }

    /// Where the next item's field begins, and its payload.
    #[inline]
    pub(super) fn next_message(&mut self) -> Option<(usize, &'a [u8])> {
        let rest = self.0.rest();
        if rest.is_empty() {
            return None;
        }
        if let [0x0a, ..] = rest
            && let Some((start, end)) = short_bytes(rest, 1)
            && let Some(message) = rest.get(start..end)
        {
            let at = self.0.position();
            self.0.step(end);
            return Some((at, message));
        }
        self.next_of_any_form()
    }

    #[inline(never)]
    fn next_of_any_form(&mut self) -> Option<(usize, &'a [u8])> {
        while !self.0.is_at_end() {
            let at = self.0.position();
            match self.0.tag().ok()? {
                (VALUES, WireType::Bytes) => return Some((at, self.0.bytes().ok()?)),
                (_, wire_type) => self.0.skip(wire_type).ok()?,
            }
        }
        None
    }
}

impl<'a> Iterator for ListIter<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        self.next_message().map(|(_, item)| decode(item))
    }

    // Items that nobody looks at are not decoded.

    fn count(mut self) -> usize {
        std::iter::from_fn(|| self.next_message()).count()
    }

    fn nth(&mut self, index: usize) -> Option<Value<'a>> {
        let (_, item) = std::iter::from_fn(|| self.next_message()).nth(index)?;
        Some(decode(item))
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
        Value::String(b)
        | Value::Bytes(b)
        | Value::WireMap(b)
        | Value::RawMap(b)
        | Value::WireList(b) => field_len(b.len()),
        Value::Map(entries) => field_len(map_len(entries)),
        Value::List(items) | Value::TypedList(TypedList { items, .. }) => {
            field_len(list_len(items))
        }
        _ => 0,
    }
}

pub(crate) fn map_len(entries: &[Entry<'_>]) -> usize {
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
    if let Some(flat) = Flat::of(value) {
        return flat.put(out);
    }
    match value {
        Value::Map(entries) => {
            let map = open(out, MAP);
            for entry in *entries {
                encode_key_value(VALUES, entry.key, &entry.value, out);
            }
            close(out, map);
        }
        Value::List(items) | Value::TypedList(TypedList { items, .. }) => {
            let list = open(out, ARRAY);
            for item in *items {
                encode_item(item, out);
            }
            close(out, list);
        }
        _ => {}
    }
}

/// A double as an `AnyValue`'s payload.
#[inline(always)]
pub(crate) fn double(v: f64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = v.to_le_bytes();
    [0x21, a, b, c, d, e, f, g, h]
}

/// Writes an item of an `ArrayValue`: the whole field.
pub(crate) fn encode_item(item: &Value<'_>, out: &mut impl Sink) {
    if let Some(short) = Short::of(item) {
        return short.put_item(out);
    }
    if let Some(flat) = Flat::of(item) {
        put_tag(out, VALUES, WireType::Bytes);
        put_varint(out, flat.len() as u64);
        return flat.put(out);
    }
    let start = open(out, VALUES);
    encode(item, out);
    close(out, start);
}

/// Writes a whole `KeyValue` field: tag, length, key, value. How long the value's payload is, with which it ends.
#[inline]
pub(crate) fn encode_key_value(
    number: u32,
    key: &[u8],
    value: &Value<'_>,
    out: &mut impl Sink,
) -> usize {
    if let Some(short) = Short::of_entry(number, key, value) {
        short.put_entry(number, key, out);
        return short.len();
    }
    if let Some(flat) = Flat::of(value) {
        flat.put_entry(number, key, out);
        return flat.len();
    }
    let entry = open(out, number);
    put_field(out, KEY, key);
    let start = open(out, VALUE);
    encode(value, out);
    let length = out.len() - start;
    close(out, start);
    close(out, entry);
    length
}

/// The tags and lengths of an entry, its key and its value take no more: bytes.
pub(super) const AROUND_ENTRY: usize = 3 * (1 + 5);

/// A tag and a length, or a number behind its tag, take no more: bytes.
const HEAD_MAX: usize = 11;

/// Memory for a value's payload: no less than it takes, so that nothing is copied into more memory as it is written.
pub(crate) fn capacity(value: &Value<'_>) -> usize {
    match value {
        Value::String(b)
        | Value::Bytes(b)
        | Value::WireMap(b)
        | Value::RawMap(b)
        | Value::WireList(b) => HEAD_MAX + b.len(),
        Value::Map(entries) => entries.iter().fold(HEAD_MAX, |sum, entry| {
            sum + AROUND_ENTRY + entry.key.len() + capacity(&entry.value)
        }),
        Value::List(items) | Value::TypedList(TypedList { items, .. }) => items
            .iter()
            .fold(HEAD_MAX, |sum, item| sum + HEAD_MAX + capacity(item)),
        _ => HEAD_MAX,
    }
}

/// A whole `KeyValue` field in the arena, and its value's payload within.
#[inline]
pub(crate) fn key_value_field<'a>(
    arena: &'a Bump,
    number: u32,
    key: &[u8],
    value: &Value<'_>,
) -> (&'a [u8], &'a [u8]) {
    if let Some(short) = Short::of_entry(number, key, value) {
        let mut field = bumpalo::collections::Vec::with_capacity_in(short.room(key), arena);
        short.put_entry(number, key, &mut field);
        let field = field.into_bump_slice();
        return (field, &field[field.len() - short.len()..]);
    }
    let flat = Flat::of(value);
    let room = match &flat {
        Some(flat) => flat.room(key),
        None => AROUND_ENTRY + key.len() + capacity(value),
    };
    let mut field = bumpalo::collections::Vec::with_capacity_in(room, arena);
    let length = match flat {
        Some(flat) => {
            flat.put_entry(number, key, &mut field);
            flat.len()
        }
        None => encode_key_value(number, key, value, &mut field),
    };
    let field = field.into_bump_slice();
    (field, &field[field.len() - length..])
}

/// A value that an `AnyValue` can hold, made from any value, as the reference's `SetValue` does.
///
/// # Errors
///
/// For times, durations, single bytes, ids and pdata, which no attribute holds.
pub fn storable<'a>(
    value: Value<'a>,
    current: &Value<'_>,
    arena: &'a Bump,
) -> Result<Value<'a>, Error<'a>> {
    match value {
        Value::Error(error) => Err(error),
        Value::Time(_)
        | Value::Duration(_)
        | Value::Byte(_)
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
        Value::WireMap(_) | Value::Map(_) | Value::RawMap(_) => "Map",
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
