//! The dictionary of a request of profiles: its strings and attributes by index.
//!
//! Read from the tree when it is first needed, then kept as the tree is: what runs only ever adds to it.

use super::lane::Lane;
use super::machine::Machine;
use crate::compare::{equal, same_text};
use crate::error::Error;
use crate::path::Level;
use crate::path::form::{length_delimited, varint_field};
use crate::value::Value;
use crate::wire::any::{self, put_field};
use crate::wire::cursor::{Cursor, WireType};
use crate::wire::error::{WireError, WireErrorKind};
use crate::wire::profiles::index_of;
use crate::wire::schema::MessageKind;
use crate::wire::tree::{NodeId, Tree, message_fields};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

type Result<'a, T> = std::result::Result<T, Error<'a>>;

/// `ProfilesDictionary.string_table`.
pub const STRING_TABLE: u32 = 5;
/// `ProfilesDictionary.attribute_table`.
pub const ATTRIBUTE_TABLE: u32 = 6;
const KEY: u32 = 1;
const VALUE: u32 = 2;
const UNIT: u32 = 3;

/// A dictionary's strings and attributes.
#[derive(Debug, Default)]
pub struct Dictionary<'a> {
    /// Which node it is.
    id: NodeId,
    strings: std::vec::Vec<&'a [u8]>,
    /// The payloads of the attributes.
    attributes: std::vec::Vec<&'a [u8]>,
    /// Where each string stands, once somebody asked: all of the first so many.
    known: HashTable<Known>,
    known_count: usize,
    /// The same of attributes without a unit: of those whose values are scalars the first ones' indices, and all others'.
    scalars: HashTable<i32>,
    others: std::vec::Vec<i32>,
    known_attributes: usize,
    state: RandomState,
}

/// Where a string stands in the table, which may have it more than once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) first: i32,
    pub(super) last: i32,
}

/// A `KeyValueAndUnit`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttributeEntry<'a> {
    /// Its key's index in the string table.
    pub key: i32,
    /// Its unit's index in the string table; 0 for none.
    pub unit: i32,
    /// The payload of its value.
    pub value: &'a [u8],
}

impl<'a> AttributeEntry<'a> {
    #[inline]
    fn of_wire(wire: &'a [u8]) -> AttributeEntry<'a> {
        AttributeEntry::of_usual_form(wire).unwrap_or_else(|| AttributeEntry::of_any_form(wire))
    }

    /// One of a value and a key, as the collector writes them, or of a key and a value, each of usual length.
    #[inline]
    fn of_usual_form(wire: &'a [u8]) -> Option<AttributeEntry<'a>> {
        let (key, value) = match *wire {
            [0x12, length @ 0..0x80, ref rest @ ..] => {
                let (value, rest) = rest.split_at_checked(usize::from(length))?;
                (rest.strip_prefix(&[0x08])?, value)
            }
            [0x08, 0..0x80, 0x12, length @ 0..0x80, ref value @ ..]
                if value.len() == usize::from(length) =>
            {
                (&wire[1..2], value)
            }
            [0x08, low, 0..0x80, 0x12, length @ 0..0x80, ref value @ ..]
                if low >= 0x80 && value.len() == usize::from(length) =>
            {
                (&wire[1..3], value)
            }
            _ => return None,
        };
        let key = match *key {
            [key @ 0..0x80] => i32::from(key),
            [low, high @ 0..0x80] => i32::from(low & 0x7f) | i32::from(high) << 7,
            _ => return None,
        };
        Some(AttributeEntry {
            key,
            unit: 0,
            value,
        })
    }

    #[inline(never)]
    fn of_any_form(wire: &'a [u8]) -> AttributeEntry<'a> {
        let mut entry = AttributeEntry::default();
        for field in message_fields(wire) {
            match field.number {
                KEY => entry.key = index_of(field.payload),
                UNIT => entry.unit = index_of(field.payload),
                VALUE => entry.value = field.payload,
                _ => {}
            }
        }
        entry
    }
}

impl<'a> Dictionary<'a> {
    /// The same memory for another request, emptied by `empty`.
    pub(super) fn recycle<'b>(
        mut self,
        empty: impl Fn(std::vec::Vec<&'a [u8]>) -> std::vec::Vec<&'b [u8]>,
    ) -> Dictionary<'b> {
        self.known.clear();
        self.scalars.clear();
        self.others.clear();
        Dictionary {
            id: 0,
            strings: empty(self.strings),
            attributes: empty(self.attributes),
            known: self.known,
            known_count: 0,
            scalars: self.scalars,
            others: self.others,
            known_attributes: 0,
            state: self.state,
        }
    }

    /// Reads the dictionary that is a node of a request.
    ///
    /// # Errors
    /// Fields that do not parse, and strings and attributes that are something else.
    fn read(&mut self, id: NodeId, tree: &Tree<'a>) -> std::result::Result<(), WireError> {
        self.id = id;
        let node = tree.node(id);
        let mut cursor = Cursor::over(tree.input, node.start as usize, node.end as usize);
        while let Some((at, number, payload)) = cursor.field()? {
            let list = match number {
                STRING_TABLE => &mut self.strings,
                ATTRIBUTE_TABLE => &mut self.attributes,
                _ => continue,
            };
            if u32::from(tree.input[at] & 7) != WireType::Bytes as u32 {
                return Err(WireError::new(WireErrorKind::WrongWireType, at));
            }
            list.push(payload);
        }
        Ok(())
    }

    /// The string with this index, if there is one.
    pub(super) fn text(&self, index: i32) -> Option<&'a [u8]> {
        self.strings.get(usize::try_from(index).ok()?).copied()
    }

    /// Where a string stands in the table, if it does.
    pub(super) fn known(&mut self, text: &[u8]) -> Option<Known> {
        self.know_all();
        let strings = &self.strings;
        let is_it = |known: &Known| same_text(strings[known.first as usize], text);
        self.known
            .find(hash_of_text(text, &self.state), is_it)
            .copied()
    }

    /// Learns where the strings stand that nobody asked about so far.
    fn know_all(&mut self) {
        let (strings, state) = (&self.strings, &self.state);
        for (index, text) in strings.iter().enumerate().skip(self.known_count) {
            let index = index as i32;
            let is_it = |known: &Known| same_text(strings[known.first as usize], text);
            let hash = |known: &Known| hash_of_text(strings[known.first as usize], state);
            self.known
                .entry(hash_of_text(text, state), is_it, hash)
                .and_modify(|known| known.last = index)
                .or_insert(Known {
                    first: index,
                    last: index,
                });
        }
        self.known_count = strings.len();
    }

    /// The string with this index.
    ///
    /// # Errors
    /// There is none.
    pub fn string(&self, index: i32, arena: &'a Bump) -> Result<'a, &'a [u8]> {
        self.text(index).ok_or_else(|| {
            let count = self.strings.len();
            let text = format_args!("string index {index} out of bounds [0, {count})");
            Error::format(arena, text)
        })
    }

    /// The attribute with this index.
    ///
    /// # Errors
    /// There is none.
    pub fn attribute(&self, index: i32, arena: &'a Bump) -> Result<'a, AttributeEntry<'a>> {
        let found = usize::try_from(index)
            .ok()
            .and_then(|at| self.attributes.get(at));
        found
            .map(|wire| AttributeEntry::of_wire(wire))
            .ok_or_else(|| {
                let count = self.attributes.len();
                let text = format_args!("attribute index {index} out of bounds [0, {count})");
                Error::format(arena, text)
            })
    }

    /// The index of the first attribute without a unit that has this key and value, if there is one.
    fn known_attribute(&mut self, key: i32, value: &Value<'a>) -> Option<i32> {
        self.know_all_attributes();
        let is_it = |index: &i32| {
            let (other, its_value) = keyed_value(self.attributes[*index as usize]);
            other == key && equal(&its_value, value)
        };
        match hash_of(key, value, &self.state) {
            Some(hash) => self.scalars.find(hash, is_it).copied(),
            None => self.others.iter().copied().find(is_it),
        }
    }

    fn know_all_attributes(&mut self) {
        let (attributes, state) = (&self.attributes, &self.state);
        for (index, wire) in attributes.iter().enumerate().skip(self.known_attributes) {
            let entry = AttributeEntry::of_wire(wire);
            let value = any::decode(entry.value);
            let index = index as i32;
            let is_it = |other: &i32| {
                let (key, its_value) = keyed_value(attributes[*other as usize]);
                key == entry.key && equal(&its_value, &value)
            };
            let hash_again = |other: &i32| {
                let (key, value) = keyed_value(attributes[*other as usize]);
                hash_of(key, &value, state).unwrap_or_default()
            };
            match hash_of(entry.key, &value, state) {
                _ if entry.unit != 0 => {}
                Some(hash) => {
                    self.scalars.entry(hash, is_it, hash_again).or_insert(index);
                }
                None => self.others.push(index),
            }
        }
        self.known_attributes = attributes.len();
    }
}

fn hash_of_text(text: &[u8], state: &RandomState) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The key and the value of an attribute.
fn keyed_value(wire: &[u8]) -> (i32, Value<'_>) {
    let entry = AttributeEntry::of_wire(wire);
    (entry.key, any::decode(entry.value))
}

/// A hash of a key and a scalar; `None` for maps, lists and what is equal to nothing.
fn hash_of(key: i32, value: &Value<'_>, state: &RandomState) -> Option<u64> {
    Some(match *value {
        Value::Nil => state.hash_one((key, 0)),
        Value::Bool(bool) => state.hash_one((key, 1, bool)),
        Value::Int(int) => state.hash_one((key, 2, int)),
        // The two zeros are equal.
        Value::Double(double) if !double.is_nan() => {
            state.hash_one((key, 3, (double + 0.0).to_bits()))
        }
        Value::String(text) => state.hash_one((key, 4, text)),
        Value::Bytes(bytes) => state.hash_one((key, 5, bytes)),
        _ => return None,
    })
}

impl<'a> Machine<'_, 'a> {
    /// Reads the request's dictionary. Whether it has one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read_dictionary(&mut self) -> std::result::Result<bool, WireError> {
        let mut nodes = self.tree.nodes.iter();
        let Some(id) = nodes.position(|node| node.level == Level::Dictionary) else {
            return Ok(false);
        };
        let dictionary = self.dictionary.get_or_insert_default();
        let read = dictionary.read(id as NodeId, &self.tree);
        read.map_err(|error| error.within(MessageKind::ProfilesDictionary))?;
        Ok(true)
    }

    /// Adds a string to the dictionary. Its index.
    ///
    /// # Errors
    /// The string table is full.
    pub(super) fn add_string(&mut self, text: &'a [u8]) -> Result<'a, i32> {
        let dictionary = self.dictionary.get_or_insert_default();
        let index = i32::try_from(dictionary.strings.len())
            .map_err(|_| Error::new("too many entries in StringTable"))?;
        dictionary.strings.push(text);
        let field = length_delimited(STRING_TABLE, text, self.arena);
        self.tree.append(dictionary.id, field);
        Ok(index)
    }
}

impl<'a> Lane<'_, '_, 'a> {
    /// The dictionary of the request, which is one of profiles.
    pub fn dictionary(&mut self) -> &mut Dictionary<'a> {
        self.machine.dictionary.get_or_insert_default()
    }

    /// The index of a string, which is added to the dictionary if need be.
    ///
    /// # Errors
    /// Its string table is full.
    pub fn intern(&mut self, text: &'a [u8]) -> Result<'a, i32> {
        match self.dictionary().known(text) {
            Some(known) => Ok(known.first),
            None => self.machine.add_string(text),
        }
    }

    /// The index of an attribute without a unit, which is added to the dictionary if need be.
    ///
    /// # Errors
    /// Its attribute table is full.
    pub fn intern_attribute(&mut self, key: i32, value: Value<'a>) -> Result<'a, i32> {
        let arena = self.arena();
        let mut encoded = Vec::with_capacity_in(any::encoded_len(&value), arena);
        any::encode(&value, &mut encoded);
        let encoded = encoded.into_bump_slice();
        let dictionary = self.dictionary();
        // As it is read back: a list literal and a list from the wire are the same then.
        if let Some(index) = dictionary.known_attribute(key, &any::decode(encoded)) {
            return Ok(index);
        }
        let index = i32::try_from(dictionary.attributes.len())
            .map_err(|_| Error::new("too many entries in AttributeTable"))?;
        let mut payload = Vec::new_in(arena);
        payload.extend_from_slice_copy(varint_field(KEY, key as u64, arena));
        put_field(&mut payload, VALUE, encoded);
        let payload = payload.into_bump_slice();
        dictionary.attributes.push(payload);
        let id = dictionary.id;
        let field = length_delimited(ATTRIBUTE_TABLE, payload, arena);
        self.machine.tree.append(id, field);
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_usual_form_are_read_as_any() {
        let mut usual = 0;
        for key in [0, 1, 127, 128, 300, 16_383, 16_384] {
            for length in [0, 1, 5, 127, 128] {
                let arena = Bump::new();
                let value = vec![7; length];
                let key = varint_field(KEY, key, &arena);
                let value = length_delimited(VALUE, &value, &arena);
                for wire in [[key, value].concat(), [value, key].concat()] {
                    let AttributeEntry { key, unit, value } = AttributeEntry::of_any_form(&wire);
                    if let Some(entry) = AttributeEntry::of_usual_form(&wire) {
                        assert_eq!((entry.key, entry.unit, entry.value), (key, unit, value));
                        usual += 1;
                    }
                    assert_eq!(AttributeEntry::of_wire(&wire).value, value);
                }
            }
        }
        assert!(usual > 30, "{usual}");
    }
}
