//! The strings of a request of profiles that stand in its dictionary: keys and texts of attributes by index into the string
//! table.
//!
//! The reference's decoder puts strings in the place of such references, in the attributes of resources and scopes, and its
//! encoder puts references in the place of strings: [`exchanged`] does either, to one attribute. Attributes of what else
//! there is in a request are in tables of the dictionary as a whole.

use super::any::{self, put_field, put_tag, put_varint};
use super::cursor::{Cursor, WireType};
use super::tree::{Field, message_fields};
use bumpalo::Bump;
use bumpalo::collections::Vec;

/// `ExportProfilesServiceRequest.dictionary`.
pub(super) const DICTIONARY: u32 = 2;
/// `KeyValue.key_strindex`.
const KEY_INDEX: u32 = 3;
/// `AnyValue.string_value_strindex`.
const STRING_INDEX: u32 = 8;

/// A string as it stands in an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told<'a> {
    /// Spelled out.
    Text(&'a [u8]),
    /// Its index in the string table.
    Index(i32),
}

/// A message that strings can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
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
            Part::KeyValue => Some((any::KEY, KEY_INDEX)),
            Part::AnyValue => Some((any::STRING, STRING_INDEX)),
            Part::Array | Part::Map => None,
        }
    }
}

/// A canonical message with what `exchange` gives for its strings; `None` if that is nothing for any of them. A key is told
/// before what is in its value. Strings that are empty are not told, nor are references that say so.
pub(crate) fn exchanged<'a>(
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
        &*out.into_bump_slice()
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
            let index = Cursor::new(field.payload).varint().unwrap_or_default() as i32;
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
