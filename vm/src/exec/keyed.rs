//! Indexing: reading and writing inside maps and lists by keys.
//!
//! Paths and converters index by different rules: a path's missing key is nil, a converter's is an error.
//! Values are immutable, so a write makes the containers on its way anew.

use super::access::is_storable;
use crate::error::Error;
use crate::path::special::ResolvedKey;
use crate::value::{Element, Entry, TypedList, Value};
use crate::wire::any;
use bumpalo::Bump;
use bumpalo::collections::Vec;

type Result<'a, T> = std::result::Result<T, Error<'a>>;

/// A key as a map's key.
pub(crate) fn map_key<'a>(key: &ResolvedKey<'a>, arena: &'a Bump) -> Result<'a, &'a [u8]> {
    match key {
        ResolvedKey::String(text) => Ok(text),
        ResolvedKey::Int(_) => Err(Error::new(
            "unable to resolve a string index in map: invalid key type",
        )),
        ResolvedKey::Expression(value) => match value.ok()? {
            Value::String(text) => Ok(text),
            other => Err(wrong_key(
                "unable to resolve a string index in map",
                "string",
                &other,
                arena,
            )),
        },
    }
}

/// A key as a list's index.
pub(crate) fn list_index<'a>(key: &ResolvedKey<'a>, arena: &'a Bump) -> Result<'a, i64> {
    match key {
        ResolvedKey::Int(index) => Ok(*index),
        ResolvedKey::String(_) => Err(Error::new(
            "unable to resolve an integer index in slice: invalid key type",
        )),
        ResolvedKey::Expression(value) => match value.ok()? {
            Value::Int(index) => Ok(index),
            other => Err(wrong_key(
                "unable to resolve an integer index in slice",
                "int64",
                &other,
                arena,
            )),
        },
    }
}

fn wrong_key<'a>(what: &str, expected: &str, found: &Value<'_>, arena: &'a Bump) -> Error<'a> {
    let found = found.type_name();
    Error::format(
        arena,
        format_args!(
            "{what}: could not resolve key for map/slice, expecting '{expected}' but got '{found}'"
        ),
    )
}

fn out_of_bounds<'a>(index: i64, arena: &'a Bump) -> Error<'a> {
    Error::format(arena, format_args!("index {index} out of bounds"))
}

fn not_indexable<'a>(value: &Value<'_>, arena: &'a Bump) -> Error<'a> {
    let kind = any::kind_name(value);
    Error::format(
        arena,
        format_args!("type {kind} does not support string indexing"),
    )
}

/// A path's value under further keys: a missing key is nil.
pub(crate) fn read<'a>(
    value: Value<'a>,
    keys: &[ResolvedKey<'a>],
    arena: &'a Bump,
) -> Result<'a, Value<'a>> {
    let mut value = value;
    for key in keys {
        value = match value {
            Value::WireMap(_) | Value::Map(_) => match value.get(map_key(key, arena)?) {
                Some(found) => found,
                None => return Ok(Value::Nil),
            },
            Value::WireList(_) | Value::List(_) | Value::TypedList(_) => {
                let index = list_index(key, arena)?;
                let found = usize::try_from(index)
                    .ok()
                    .and_then(|index| value.at(index));
                found.ok_or_else(|| out_of_bounds(index, arena))?
            }
            other => return Err(not_indexable(&other, arena)),
        };
    }
    Ok(value)
}

/// A converter's result under keys: what is missing is an error.
pub(crate) fn read_result<'a>(
    value: Value<'a>,
    keys: &[ResolvedKey<'a>],
    arena: &'a Bump,
) -> Result<'a, Value<'a>> {
    let mut value = value.ok()?;
    for key in keys {
        let key = match key {
            ResolvedKey::Expression(key) => match key.ok()? {
                Value::String(text) => ResolvedKey::String(text),
                Value::Int(index) => ResolvedKey::Int(index),
                Value::Nil => {
                    return Err(Error::new(
                        "key expression returned nil, expected an int or string",
                    ));
                }
                other => {
                    let found = other.type_name();
                    return Err(Error::format(
                        arena,
                        format_args!("key expression must evaluate to string or int, got {found}"),
                    ));
                }
            },
            key => *key,
        };
        value = match key {
            ResolvedKey::String(text) if value.entries().is_some() => {
                value.get(text).ok_or(Error::new("key not found in map"))?
            }
            ResolvedKey::Int(index) => match (value, usize::try_from(index)) {
                (Value::TypedList(list), _)
                    if matches!(list.element, Element::Uint | Element::Bytes) =>
                {
                    return Err(unsupported_index("int", &value, arena));
                }
                (Value::Bytes(bytes), Ok(at)) if at < bytes.len() => Value::Byte(bytes[at]),
                (_, Ok(at)) if value.items().is_some() => {
                    value.at(at).ok_or_else(|| out_of_bounds(index, arena))?
                }
                (Value::Bytes(_), _) => return Err(out_of_bounds(index, arena)),
                _ if value.items().is_some() => return Err(out_of_bounds(index, arena)),
                (other, _) => return Err(unsupported_index("int", &other, arena)),
            },
            _ => return Err(unsupported_index("string", &value, arena)),
        };
    }
    Ok(value)
}

fn unsupported_index<'a>(kind: &str, value: &Value<'_>, arena: &'a Bump) -> Error<'a> {
    let found = value.type_name();
    Error::format(
        arena,
        format_args!("type {found} does not support {kind} indexing"),
    )
}

/// `current` with `new` written under `keys`. Containers that are missing are made; what was made stays
/// even if the write then fails, as in the reference.
pub(crate) fn write<'a>(
    current: Value<'a>,
    keys: &[ResolvedKey<'a>],
    new: Value<'a>,
    arena: &'a Bump,
) -> (Value<'a>, Result<'a, ()>) {
    let Some((key, rest)) = keys.split_first() else {
        return match storable(new, &current, arena) {
            (value, Ok(())) => (value, Ok(())),
            // A list is stored even so, with empty items where one could not be.
            (value @ Value::List(_), Err(error)) => (value, Err(error)),
            (_, Err(error)) => (current, Err(error)),
        };
    };
    match current {
        Value::WireMap(_) | Value::Map(_) => match map_key(key, arena) {
            Ok(key) => write_entry(current, key, rest, new, arena),
            Err(error) => (current, Err(error)),
        },
        Value::WireList(_) | Value::List(_) | Value::TypedList(_) => {
            write_item(current, key, rest, new, arena)
        }
        Value::Nil => write_new(key, rest, new, arena),
        other => (current, Err(not_indexable(&other, arena))),
    }
}

/// The value as it is stored, and the error of storing it. Of a list literal with items that cannot be
/// stored only the last item's error counts, and the list is stored with those items empty.
pub(crate) fn storable<'a>(
    value: Value<'a>,
    current: &Value<'_>,
    arena: &'a Bump,
) -> (Value<'a>, Result<'a, ()>) {
    match value {
        Value::TypedList(TypedList {
            element: Element::Any,
            items,
        }) => {
            let mut result = Ok(());
            let items = arena.alloc_slice_fill_iter(items.iter().map(|item| {
                if is_storable(item) {
                    result = Ok(());
                    return *item;
                }
                let (stored, error) = storable(*item, &Value::Nil, arena);
                result = error;
                if error.is_ok() { stored } else { Value::Nil }
            }));
            (Value::List(items), result)
        }
        value => match any::storable(value, current, arena) {
            Ok(value) => (value, Ok(())),
            Err(error) => (value, Err(error)),
        },
    }
}

fn write_entry<'a>(
    current: Value<'a>,
    key: &'a [u8],
    rest: &[ResolvedKey<'a>],
    new: Value<'a>,
    arena: &'a Bump,
) -> (Value<'a>, Result<'a, ()>) {
    if let Value::WireMap(wire) = current {
        let (wire, result) = any::with_entry(wire, key, arena, |old| write(old, rest, new, arena));
        return (Value::WireMap(wire), result);
    }
    let mut entries: Vec<'a, Entry<'a>> = Vec::new_in(arena);
    entries.extend(current.entries().into_iter().flatten());
    let at = entries
        .iter()
        .position(|entry| entry.key == key)
        .unwrap_or_else(|| {
            entries.push(Entry {
                key,
                value: Value::Nil,
            });
            entries.len() - 1
        });
    let (value, result) = write(entries[at].value, rest, new, arena);
    entries[at].value = value;
    (Value::Map(entries.into_bump_slice()), result)
}

fn write_item<'a>(
    current: Value<'a>,
    key: &ResolvedKey<'a>,
    rest: &[ResolvedKey<'a>],
    new: Value<'a>,
    arena: &'a Bump,
) -> (Value<'a>, Result<'a, ()>) {
    let index = match list_index(key, arena) {
        Ok(index) => index,
        Err(error) => return (current, Err(error)),
    };
    let mut items: Vec<'a, Value<'a>> = Vec::new_in(arena);
    items.extend(current.items().into_iter().flatten());
    let Some(item) = usize::try_from(index)
        .ok()
        .and_then(|index| items.get_mut(index))
    else {
        return (current, Err(out_of_bounds(index, arena)));
    };
    let (value, result) = write(*item, rest, new, arena);
    *item = value;
    (Value::List(items.into_bump_slice()), result)
}

/// A key under nil makes a map, an index a list with so many empty items before it.
fn write_new<'a>(
    key: &ResolvedKey<'a>,
    rest: &[ResolvedKey<'a>],
    new: Value<'a>,
    arena: &'a Bump,
) -> (Value<'a>, Result<'a, ()>) {
    let key = match key {
        ResolvedKey::Expression(Value::Int(index)) => ResolvedKey::Int(*index),
        ResolvedKey::Expression(Value::String(text)) => ResolvedKey::String(text),
        ResolvedKey::Expression(_) => {
            let error = Error::new(
                "neither a string nor an int index was given, this is an error in the OTTL",
            );
            return (Value::Nil, Err(error));
        }
        key => *key,
    };
    match key {
        ResolvedKey::Int(index) => {
            let before = usize::try_from(index).unwrap_or_default();
            if before > crate::limits::LIST_LEN_MAX {
                return (
                    Value::Nil,
                    Err(Error::format(
                        arena,
                        format_args!("index {index} is too large"),
                    )),
                );
            }
            let (value, result) = write(Value::Nil, rest, new, arena);
            let items = arena.alloc_slice_fill_copy(before + 1, Value::Nil);
            items[before] = value;
            (Value::List(items), result)
        }
        ResolvedKey::String(key) => write_entry(Value::WireMap(&[]), key, rest, new, arena),
        ResolvedKey::Expression(_) => (Value::Nil, Ok(())),
    }
}
