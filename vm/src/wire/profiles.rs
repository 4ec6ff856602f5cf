//! String references of profiles: attributes of resources and scopes by index into the string table.
//!
//! The reference's decoder puts the strings in place ([`resolve`]) and its encoder puts references back
//! ([`refer`]), adding to the dictionary's string table; statements only ever see strings. Both take a
//! canonical request and leave everything else as it is. Attributes elsewhere aren't touched.

use super::cursor::{Cursor, WireType, write_bytes, write_tag, write_varint};
use super::error::WireError;
use super::schema::MessageKind;
use std::collections::HashMap;

const DICTIONARY: u32 = 2;
const STRING_TABLE: u32 = 5;
const KEY: u32 = 1;
const KEY_INDEX: u32 = 3;
const STRING_VALUE: u32 = 1;
const STRING_INDEX: u32 = 8;

/// Appends a canonical `ExportProfilesServiceRequest` to `out` with strings for references. References
/// that point nowhere stay; so do those of keys that are spelled out as well. A request without a dictionary
/// gets an empty one.
///
/// # Errors
/// Malformed input; `out` may have been added to.
pub fn resolve(request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let table = string_table(request)?;
    let mut change = Resolve { table };
    rewrite(
        MessageKind::ExportProfilesServiceRequest,
        request,
        &mut change,
        out,
    )?;
    if children(request, DICTIONARY)?.is_empty() {
        write_bytes(out, DICTIONARY, &[]);
    }
    Ok(())
}

/// Appends a canonical `ExportProfilesServiceRequest` to `out` with references for strings that aren't
/// empty. Strings that the table doesn't have are added at its end, in the order resource before scope
/// and key before value.
///
/// # Errors
/// Malformed input; `out` may have been added to.
pub fn refer(request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let table = string_table(request)?;
    // Of equal strings the last one counts.
    let indices = table
        .iter()
        .enumerate()
        .map(|(index, text)| (*text, index as i32))
        .collect();
    let mut change = Refer {
        old: table.len(),
        new: Vec::new(),
        indices,
    };
    for resource in children(request, 1)? {
        for part in children(resource, 1)? {
            for attribute in children(part, 1)? {
                change.collect(MessageKind::KeyValue, attribute)?;
            }
        }
        for scope in children(resource, 2)? {
            for part in children(scope, 1)? {
                for attribute in children(part, 3)? {
                    change.collect(MessageKind::KeyValue, attribute)?;
                }
            }
        }
    }
    let start = out.len();
    rewrite(
        MessageKind::ExportProfilesServiceRequest,
        request,
        &mut change,
        out,
    )?;
    if !change.new.is_empty() {
        add_to_table(&change.new, start, out)?;
    }
    Ok(())
}

/// Moves the dictionary of the request that starts at `start` to its end and adds `strings` to it.
fn add_to_table(strings: &[&[u8]], start: usize, out: &mut Vec<u8>) -> Result<(), WireError> {
    let request = out.split_off(start);
    let mut dictionary = Vec::new();
    for field in Fields(Cursor::new(&request)) {
        let field = field?;
        if field.number == DICTIONARY {
            dictionary.extend_from_slice(field.payload);
        } else {
            out.extend_from_slice(field.whole);
        }
    }
    for text in strings {
        write_bytes(&mut dictionary, STRING_TABLE, text);
    }
    write_bytes(out, DICTIONARY, &dictionary);
    Ok(())
}

struct OneField<'a> {
    number: u32,
    wire_type: WireType,
    /// Tag, length and value.
    whole: &'a [u8],
    /// The value; of length-delimited fields without the length.
    payload: &'a [u8],
}

/// The fields of one message, in wire order.
struct Fields<'a>(Cursor<'a>);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<OneField<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_at_end() {
            return None;
        }
        Some(self.field())
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<OneField<'a>, WireError> {
        let cursor = &mut self.0;
        let before = cursor.rest();
        let (number, wire_type) = cursor.tag()?;
        let value = cursor.rest();
        let payload = match wire_type {
            WireType::Bytes => cursor.bytes()?,
            _ => {
                cursor.skip(wire_type)?;
                &value[..value.len() - cursor.rest().len()]
            }
        };
        let whole = &before[..before.len() - cursor.rest().len()];
        Ok(OneField {
            number,
            wire_type,
            whole,
            payload,
        })
    }
}

fn children(message: &[u8], number: u32) -> Result<Vec<&[u8]>, WireError> {
    let fields = Fields(Cursor::new(message));
    let of_number = fields.filter(|field| !matches!(field, Ok(field) if field.number != number));
    of_number
        .map(|field| field.map(|field| field.payload))
        .collect()
}

fn string_table(request: &[u8]) -> Result<Vec<&[u8]>, WireError> {
    match children(request, DICTIONARY)?.last() {
        Some(dictionary) => children(dictionary, STRING_TABLE),
        None => Ok(Vec::new()),
    }
}

/// What happens to a `KeyValue` or `AnyValue`.
trait Change {
    /// Writes what one field of `message` becomes; false if it stays as it is.
    fn field(
        &mut self,
        kind: MessageKind,
        message: &[u8],
        field: &OneField<'_>,
        out: &mut Vec<u8>,
    ) -> bool;
}

/// The message inside which attributes may be, if `number` of `kind` is one.
fn way_to_attributes(kind: MessageKind, number: u32) -> Option<MessageKind> {
    Some(match (kind, number) {
        (MessageKind::ExportProfilesServiceRequest, 1) => MessageKind::ResourceProfiles,
        (MessageKind::ResourceProfiles, 1) => MessageKind::Resource,
        (MessageKind::ResourceProfiles, 2) => MessageKind::ScopeProfiles,
        (MessageKind::ScopeProfiles, 1) => MessageKind::InstrumentationScope,
        (MessageKind::Resource, 1) | (MessageKind::InstrumentationScope, 3) => {
            MessageKind::KeyValue
        }
        (MessageKind::KeyValue, 2) => MessageKind::AnyValue,
        (MessageKind::AnyValue, 5) => MessageKind::ArrayValue,
        (MessageKind::AnyValue, 6) => MessageKind::KeyValueList,
        (MessageKind::ArrayValue, 1) => MessageKind::AnyValue,
        (MessageKind::KeyValueList, 1) => MessageKind::KeyValue,
        _ => return None,
    })
}

fn rewrite(
    kind: MessageKind,
    message: &[u8],
    change: &mut impl Change,
    out: &mut Vec<u8>,
) -> Result<(), WireError> {
    for field in Fields(Cursor::new(message)) {
        let field = field?;
        if let Some(inner) = way_to_attributes(kind, field.number) {
            let mut payload = Vec::with_capacity(field.payload.len());
            rewrite(inner, field.payload, change, &mut payload)?;
            write_bytes(out, field.number, &payload);
        } else if !change.field(kind, message, &field, out) {
            out.extend_from_slice(field.whole);
        }
    }
    Ok(())
}

/// The value of a varint field of a canonical message, as `int32`; 0 if there is none.
fn index_in(message: &[u8], number: u32) -> i32 {
    let payload = children(message, number)
        .ok()
        .and_then(|found| found.last().copied());
    payload
        .and_then(|payload| Cursor::new(payload).varint().ok())
        .unwrap_or(0) as i32
}

fn has_key(key_value: &[u8]) -> bool {
    children(key_value, KEY).is_ok_and(|keys| keys.iter().any(|key| !key.is_empty()))
}

struct Resolve<'a> {
    table: Vec<&'a [u8]>,
}

impl Resolve<'_> {
    fn text(&self, index: i32) -> Option<&[u8]> {
        self.table.get(usize::try_from(index).ok()?).copied()
    }
}

impl Change for Resolve<'_> {
    fn field(
        &mut self,
        kind: MessageKind,
        message: &[u8],
        field: &OneField<'_>,
        out: &mut Vec<u8>,
    ) -> bool {
        let (number, text_number) = match (kind, field.number) {
            (MessageKind::KeyValue, KEY_INDEX) if !has_key(message) => (KEY_INDEX, KEY),
            // An empty key gives way to the one that is referred to.
            (MessageKind::KeyValue, KEY) if field.payload.is_empty() => {
                return self.text(index_in(message, KEY_INDEX)).is_some();
            }
            (MessageKind::AnyValue, STRING_INDEX) => (STRING_INDEX, STRING_VALUE),
            _ => return false,
        };
        let index = index_in(message, number);
        match self.text(index).filter(|_| index != 0) {
            Some(text) => write_bytes(out, text_number, text),
            None => return false,
        }
        true
    }
}

struct Refer<'a> {
    /// Strings that the table had.
    old: usize,
    /// Strings to add to it.
    new: Vec<&'a [u8]>,
    indices: HashMap<&'a [u8], i32>,
}

impl<'a> Refer<'a> {
    fn add(&mut self, text: &'a [u8]) {
        if !text.is_empty() && !self.indices.contains_key(text) {
            self.indices
                .insert(text, (self.old + self.new.len()) as i32);
            self.new.push(text);
        }
    }

    /// Adds the strings of a `KeyValue` or a value to the table: the key first, wherever it stands.
    fn collect(&mut self, kind: MessageKind, message: &'a [u8]) -> Result<(), WireError> {
        if kind == MessageKind::KeyValue {
            children(message, KEY)?
                .into_iter()
                .for_each(|key| self.add(key));
        }
        for field in Fields(Cursor::new(message)) {
            let field = field?;
            match way_to_attributes(kind, field.number) {
                Some(inner) => self.collect(inner, field.payload)?,
                None if kind == MessageKind::AnyValue && field.number == STRING_VALUE => {
                    self.add(field.payload)
                }
                None => {}
            }
        }
        Ok(())
    }
}

impl Change for Refer<'_> {
    fn field(
        &mut self,
        kind: MessageKind,
        message: &[u8],
        field: &OneField<'_>,
        out: &mut Vec<u8>,
    ) -> bool {
        let number = match (kind, field.number, field.wire_type) {
            (MessageKind::KeyValue, KEY, _) => KEY_INDEX,
            // The key's own reference, if it has one to come, takes its place.
            (MessageKind::KeyValue, KEY_INDEX, _) => return has_key(message),
            (MessageKind::AnyValue, STRING_VALUE, WireType::Bytes) => STRING_INDEX,
            _ => return false,
        };
        match self
            .indices
            .get(field.payload)
            .filter(|_| !field.payload.is_empty())
        {
            Some(&index) => {
                write_tag(out, number, WireType::Varint);
                write_varint(out, index as u64);
                true
            }
            None => false,
        }
    }
}
