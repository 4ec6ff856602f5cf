//! The strings of a request of profiles that stand in its dictionary: keys and texts of attributes by index into the string
//! table.
//!
//! The reference's decoder puts strings in the place of such references, in the attributes of resources and scopes, and its
//! encoder puts references in the place of strings: [`exchanged`] does either, to one attribute. Attributes of what else
//! there is in a request are in tables of the dictionary as a whole.

use super::any::{
    self, KEY_TAG, STRING_TAG, VALUE_TAG, close, open, put_field, put_tag, put_varint,
};
use super::cursor::{Cursor, WireType, short_field};
use super::tree::{Field, message_fields};
use super::validate::is_plain_value;
use crate::path::form::length_delimited;
use bumpalo::Bump;
use bumpalo::collections::Vec;

/// `ExportProfilesServiceRequest.dictionary`.
pub(super) const DICTIONARY: u32 = 2;
/// `KeyValue.key` and `KeyValue.key_strindex`.
const KEYS: (u32, u32) = (any::KEY, 3);
/// `AnyValue.string_value` and `AnyValue.string_value_strindex`.
const STRINGS: (u32, u32) = (any::STRING, 8);

/// Those that refer, as tags.
const KEY_INDEX_TAG: u8 = 0x18;
const STRING_INDEX_TAG: u8 = 0x40;

/// A string as it stands in an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told<'a> {
    /// Spelled out.
    Text(&'a [u8]),
    /// Its index in the string table.
    Index(i32),
}

impl Told<'_> {
    /// How many bytes it takes but for what is around it, or more.
    fn len(self) -> usize {
        match self {
            Told::Text(text) => text.len(),
            Told::Index(_) => 0,
        }
    }
}

/// A message that strings can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    KeyValue,
    AnyValue,
    /// An `ArrayValue`.
    Array,
    /// A `KeyValueList`.
    Map,
}

impl Part {
    /// The message that one of its fields is, if strings can be in that.
    fn inside(self, number: u32) -> Option<Part> {
        Some(match (self, number) {
            (Part::KeyValue, any::VALUE) | (Part::Array, any::VALUES) => Part::AnyValue,
            (Part::AnyValue, any::ARRAY) => Part::Array,
            (Part::AnyValue, any::MAP) => Part::Map,
            (Part::Map, any::VALUES) => Part::KeyValue,
            _ => return None,
        })
    }

    /// The fields of which one holds its own string: the string, and its index.
    fn own(self) -> Option<(u32, u32)> {
        match self {
            Part::KeyValue => Some(KEYS),
            Part::AnyValue => Some(STRINGS),
            Part::Array | Part::Map => None,
        }
    }
}

/// The field with this number that a canonical attribute becomes with what `exchange` gives for its strings; `None` if that is
/// nothing for any of them.
pub(crate) fn exchanged_attribute<'a>(
    number: u32,
    attribute: &'a [u8],
    exchange: &mut impl FnMut(Told<'a>) -> Option<Told<'a>>,
    arena: &'a Bump,
) -> Option<&'a [u8]> {
    let Some((key, value)) = usual_attribute(attribute) else {
        let new = exchanged(Part::KeyValue, attribute, exchange, arena)?;
        return Some(length_delimited(number, new, arena));
    };
    let (new_key, new_value) = (exchange(key), value.string.and_then(&mut *exchange));
    if new_key.is_none() && new_value.is_none() {
        return None;
    }
    let (key, string) = (new_key.unwrap_or(key), new_value.or(value.string));
    let length = key.len() + string.map_or(value.whole.len(), Told::len);
    let mut out = Vec::with_capacity_in(length + AROUND_BYTES, arena);
    let start = open(&mut out, number);
    put_string(&mut out, KEYS, key);
    match string {
        Some(string) => {
            let start = open(&mut out, any::VALUE);
            put_string(&mut out, STRINGS, string);
            close(&mut out, start);
        }
        None => put_field(&mut out, any::VALUE, value.whole),
    }
    close(&mut out, start);
    Some(out.into_bump_slice())
}

/// Tags and lengths around the strings of an attribute, or more: bytes.
const AROUND_BYTES: usize = 24;

/// A value that is one scalar.
struct Scalar<'a> {
    whole: &'a [u8],
    /// The string, if it is one and not empty.
    string: Option<Told<'a>>,
}

/// The key and the value of an attribute that has one of each, both of the usual form and the value a scalar.
fn usual_attribute(attribute: &[u8]) -> Option<(Told<'_>, Scalar<'_>)> {
    let (tag, first, at) = usual_field(attribute, 0)?;
    let (other_tag, second, end) = usual_field(attribute, at)?;
    let (tag, key, value) = match (tag, other_tag) {
        (KEY_TAG | KEY_INDEX_TAG, VALUE_TAG) => (tag, first, second),
        (VALUE_TAG, KEY_TAG | KEY_INDEX_TAG) => (other_tag, second, first),
        _ => return None,
    };
    let key = told(tag == KEY_TAG, key)?;
    if end != attribute.len() {
        return None;
    }
    let string = match *value {
        [STRING_TAG | STRING_INDEX_TAG, ..] => {
            let (tag, string, end) = usual_field(value, 0)?;
            if end != value.len() {
                return None;
            }
            Some(told(tag == STRING_TAG, string)?)
        }
        _ if is_plain_value(value) => None,
        _ => return None,
    };
    let whole = value;
    Some((key, Scalar { whole, string }))
}

/// A string that is not empty and no reference that says so.
fn told(is_text: bool, payload: &[u8]) -> Option<Told<'_>> {
    match (is_text, payload) {
        (true, []) => None,
        (true, text) => Some(Told::Text(text)),
        (false, index) => {
            let index = index_of(index);
            Some(Told::Index(index)).filter(|_| index != 0)
        }
    }
}

/// The index that a varint is.
#[inline]
pub(crate) fn index_of(varint: &[u8]) -> i32 {
    Cursor::new(varint).varint().unwrap_or_default() as i32
}

/// The field at `at`, if it has bytes or a varint of usual length: its tag, its payload, and where the next one begins.
fn usual_field(message: &[u8], at: usize) -> Option<(u8, &[u8], usize)> {
    let tag = *message.get(at)?;
    if tag & 7 != WireType::Varint as u8 {
        let (tag, start, end) = short_field(message, at)?;
        return Some((tag, &message[start..end], end));
    }
    let rest = message.get(at + 1..)?;
    let last = rest.iter().take(3).position(|byte| *byte < 0x80)?;
    Some((tag, &rest[..=last], at + 2 + last))
}

/// A canonical message with what `exchange` gives for its strings; `None` if that is nothing for any of them. A key is told
/// before what is in its value. Strings that are empty are not told, nor are references that say so.
fn exchanged<'a>(
    part: Part,
    message: &'a [u8],
    exchange: &mut impl FnMut(Told<'a>) -> Option<Told<'a>>,
    arena: &'a Bump,
) -> Option<&'a [u8]> {
    let own = part.own();
    let new = own
        .and_then(|own| own_string(message, own))
        .and_then(&mut *exchange);
    let is_own = |number| own.is_some_and(|(text, index)| number == text || number == index);
    let mut out: Option<Vec<'a, u8>> = None;
    // Where what stays as it is begins.
    let mut kept = 0;
    let mut is_new_due = new;
    for field in message_fields(message) {
        let Field { number, place, .. } = field;
        let inner = part.inside(number);
        let inner = inner.and_then(|inner| exchanged(inner, field.payload, exchange, arena));
        if inner.is_none() && !(new.is_some() && is_own(number)) {
            continue;
        }
        let out = out.get_or_insert_with(|| Vec::with_capacity_in(2 * message.len(), arena));
        out.extend_from_slice_copy(&message[kept..place.at as usize]);
        kept = place.end as usize;
        if let Some(inner) = inner {
            put_field(out, number, inner);
        } else if let (Some(new), Some(own)) = (is_new_due.take(), own) {
            // It takes the place of all that tell it.
            put_string(out, own, new);
        }
    }
    out.map(|mut out| {
        out.extend_from_slice_copy(&message[kept..]);
        out.into_bump_slice()
    })
}

/// The string of a message whose fields these are: what is spelled out counts, if it is not empty.
fn own_string<'a>(message: &'a [u8], (text, index): (u32, u32)) -> Option<Told<'a>> {
    let mut told = None;
    for field in message_fields(message) {
        if field.number == text && !field.payload.is_empty() {
            return Some(Told::Text(field.payload));
        }
        if field.number == index {
            let index = index_of(field.payload);
            told = Some(Told::Index(index)).filter(|_| index != 0);
        }
    }
    told
}

fn put_string(out: &mut Vec<'_, u8>, (text, index): (u32, u32), string: Told<'_>) {
    match string {
        Told::Text(string) => put_field(out, text, string),
        Told::Index(at) => {
            put_tag(out, index, WireType::Varint);
            put_varint(out, i64::from(at) as u64);
        }
    }
}

/// Whether a request of profiles has a dictionary.
pub(super) fn has_dictionary(request: &[u8]) -> bool {
    message_fields(request).any(|field| field.number == DICTIONARY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field: impl FnOnce(&mut std::vec::Vec<u8>)) -> std::vec::Vec<u8> {
        let mut out = std::vec::Vec::new();
        field(&mut out);
        out
    }

    /// Attributes with keys and values told in all ways, in both orders.
    fn attributes() -> std::vec::Vec<std::vec::Vec<u8>> {
        let long = [b'x'; 200];
        let texts: [&[u8]; 3] = [b"a", b"", &long];
        let indices = [0u64, 5, 127, 128, 20_000, 3_000_000];
        let strings = |(text, index): (u32, u32)| {
            let texts = texts.map(|string| field(|out| put_field(out, text, string)));
            let indices = indices.map(|at| {
                field(|out| {
                    put_tag(out, index, WireType::Varint);
                    put_varint(out, at);
                })
            });
            texts.into_iter().chain(indices)
        };
        let others = [
            &[0x18, 7][..],
            &[0x10, 1],
            &[0x2a, 4, 0x0a, 2, 0x40, 5],
            &[],
        ];
        let others = others.map(<[u8]>::to_vec);
        let values: std::vec::Vec<_> = strings(STRINGS).chain(others).collect();
        let mut attributes = std::vec::Vec::new();
        for key in strings(KEYS) {
            for value in &values {
                let value = field(|out| put_field(out, any::VALUE, value));
                attributes.push([key.clone(), value.clone()].concat());
                attributes.push([value, key.clone()].concat());
            }
        }
        attributes
    }

    fn fields(message: &[u8]) -> std::vec::Vec<(u32, &[u8])> {
        let fields = message_fields(message).map(|field| (field.number, field.payload));
        let mut fields: std::vec::Vec<_> = fields.collect();
        fields.sort_unstable();
        fields
    }

    /// Something else for all strings but those that are kept, which are told.
    fn exchange<'a>(
        told: Told<'a>,
        kept: usize,
        list: &mut std::vec::Vec<Told<'a>>,
    ) -> Option<Told<'a>> {
        list.push(told);
        match told {
            Told::Text(text) if text.len() == kept => None,
            Told::Text(_) => Some(Told::Index(300)),
            Told::Index(index) if index as usize == kept => None,
            Told::Index(_) => Some(Told::Text(b"text")),
        }
    }

    #[test]
    fn attributes_of_usual_form_are_exchanged_as_any() {
        let arena = Bump::new();
        let (mut exchanged_count, mut usual) = (0, 0);
        for attribute in attributes() {
            for kept in [0, 1, 2, 5, 128] {
                let (mut known, mut others) = (std::vec::Vec::new(), std::vec::Vec::new());
                let attribute = arena.alloc_slice_copy(&attribute);
                let new = exchanged_attribute(
                    1,
                    attribute,
                    &mut |told| exchange(told, kept, &mut known),
                    &arena,
                );
                let other = exchanged(
                    Part::KeyValue,
                    attribute,
                    &mut |told| exchange(told, kept, &mut others),
                    &arena,
                );
                let new = new.map(|field| {
                    &*arena.alloc_slice_copy(message_fields(field).next().expect("a field").payload)
                });
                assert_eq!(new.map(fields), other.map(fields), "{attribute:x?}");
                assert_eq!(known, others);
                exchanged_count += usize::from(new.is_some());
                usual += usize::from(usual_attribute(attribute).is_some());
            }
        }
        assert!(
            exchanged_count > 300 && usual > 300,
            "{exchanged_count} {usual}"
        );
    }
}
