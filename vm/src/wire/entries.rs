//! Entries of maps and attributes of messages: the same fields, but for their number, so that the ones are copied as the
//! others without a look at what is in them.

use super::any::{self, VALUES, key_value, short_attribute};
use super::cursor::WireType;
use super::tree::field_at;
use crate::value::Value;
use bumpalo::Bump;

/// The tag of entries or attributes with a number, which is below 16.
#[inline(always)]
pub(crate) fn tag_of(number: u32) -> u8 {
    (number as u8) << 3 | WireType::Bytes as u8
}

/// The entries of a map as fields with this number, which is below 16, one after the other; and how many they are.
pub(crate) fn as_fields<'a>(map: &Value<'a>, number: u32, arena: &'a Bump) -> (&'a [u8], usize) {
    if let Value::WireMap(wire) | Value::RawMap(wire) = map
        && let Some(fields) = wire_fields(wire, number, arena)
    {
        return fields;
    }
    let entries = map.entries().into_iter().flatten();
    let mut fields = bumpalo::collections::Vec::with_capacity_in(any::capacity(map), arena);
    let mut count = 0;
    for entry in entries {
        any::encode_key_value(number, entry.key, &entry.value, &mut fields);
        count += 1;
    }
    (fields.into_bump_slice(), count)
}

/// The same of a map as it stands on the wire; `None` if there is anything else in it.
fn wire_fields<'a>(map: &'a [u8], number: u32, arena: &'a Bump) -> Option<(&'a [u8], usize)> {
    if number == VALUES {
        let (mut at, mut count) = (0, 0);
        while at < map.len() {
            (at, count) = (end_of(map, at, VALUES)?, count + 1);
        }
        return Some((map, count));
    }
    let fields = arena.alloc_slice_copy(map);
    let count = renumber(fields, VALUES, number)?;
    Some((fields, count))
}

/// Gives fields that stand one after the other another number; both are below 16. How many they are; `None` if one of them
/// begins otherwise.
pub(crate) fn renumber(fields: &mut [u8], from: u32, to: u32) -> Option<usize> {
    let (mut at, mut count) = (0, 0);
    while at < fields.len() {
        let end = end_of(fields, at, from)?;
        fields[at] = tag_of(to);
        (at, count) = (end, count + 1);
    }
    Some(count)
}

/// Where the field with this number ends that begins at `at`; `None` if it is another, or has a tag of another form.
#[inline(always)]
pub(crate) fn end_of(fields: &[u8], at: usize, number: u32) -> Option<usize> {
    if fields[at] != tag_of(number) {
        return None;
    }
    // Nearly all are short.
    match fields.get(at + 1) {
        Some(length @ 0..0x80) => {
            let end = at + 2 + usize::from(*length);
            (end <= fields.len()).then_some(end)
        }
        _ => end_of_long(fields, at),
    }
}

#[inline(never)]
fn end_of_long(fields: &[u8], at: usize) -> Option<usize> {
    field_at(fields, at).map(|(_, _, end)| end)
}

/// Takes the first of the fields that [`as_fields`] made with this number.
#[inline(always)]
pub(crate) fn take_field<'a>(fields: &mut &'a [u8], number: u32) -> Option<&'a [u8]> {
    if fields.is_empty() {
        return None;
    }
    let field;
    (field, *fields) = fields.split_at_checked(end_of(fields, 0, number)?)?;
    Some(field)
}

/// Takes the first of the fields that [`as_fields`] made apart: the field, its key, and its value's payload.
#[inline(always)]
pub(crate) fn split_field<'a>(fields: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    let (key, value, end) = match short_attribute(fields.get(1..)?) {
        Some((key, value, length)) => (key, value, 1 + length),
        None => long_attribute(fields)?,
    };
    let (field, rest) = fields.split_at_checked(end)?;
    *fields = rest;
    Some((field, key, value))
}

#[inline(never)]
fn long_attribute(fields: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let (_, payload, end) = field_at(fields, 0)?;
    let (key, value) = key_value(payload);
    Some((key, value, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Entry;

    /// Maps with entries of any length, as they are made and as they stand on the wire.
    #[test]
    fn entries_become_fields_and_come_apart_again() {
        let arena = Bump::new();
        let long = vec![b'x'; 70_000];
        let entries = [0, 1, 60, 127, 128, 300, 17_000, 70_000].map(|length| Entry {
            key: &long[..length / 2],
            value: Value::String(&long[..length]),
        });
        let made = Value::Map(&entries);
        let bytes = any::encoded(&made);
        for number in [1, 9, 15] {
            for map in [made, any::decode(&bytes)] {
                let (mut fields, count) = as_fields(&map, number, &arena);
                assert_eq!(count, entries.len());
                for entry in entries {
                    let (field, key, value) = split_field(&mut fields).expect("a field");
                    assert_eq!(field[0], tag_of(number));
                    assert_eq!(key, entry.key);
                    let text = any::decode(value);
                    assert!(
                        matches!((text, entry.value), (Value::String(a), Value::String(b)) if a == b)
                    );
                }
                assert!(split_field(&mut fields).is_none());
            }
        }
    }

    #[test]
    fn what_is_no_entry_is_left_out() {
        let arena = Bump::new();
        // An unknown number before the entry.
        let map = [0x18, 1, 0x0a, 3, 0x0a, 1, b'k'];
        let (fields, count) = as_fields(&Value::WireMap(&map), 9, &arena);
        assert_eq!((fields[0], count), (tag_of(9), 1));
    }
}
