//! The dictionary of a request of profiles: its strings and attributes by index.
//!
//! Read from the tree when a path first needs it, then kept as the tree is: paths only ever add to it.

use super::lane::Lane;
use super::machine::Machine;
use crate::compare::equal;
use crate::error::Error;
use crate::path::Level;
use crate::path::form::{length_delimited, varint_field};
use crate::value::Value;
use crate::wire::any::{self, put_field};
use crate::wire::cursor::Cursor;
use crate::wire::tree::{NodeId, Tree, message_fields};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use std::collections::HashMap;

type Result<'a, T> = std::result::Result<T, Error<'a>>;

const STRING_TABLE: u32 = 5;
const ATTRIBUTE_TABLE: u32 = 6;
const KEY: u32 = 1;
const VALUE: u32 = 2;
const UNIT: u32 = 3;

/// A dictionary's strings and attributes.
pub struct Dictionary<'a> {
    id: NodeId,
    arena: &'a Bump,
    strings: std::vec::Vec<&'a [u8]>,
    /// Of equal strings the first one's index.
    indices: HashMap<&'a [u8], i32>,
    attributes: std::vec::Vec<AttributeEntry<'a>>,
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
    fn of_wire(wire: &'a [u8]) -> AttributeEntry<'a> {
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

fn index_of(payload: &[u8]) -> i32 {
    Cursor::new(payload).varint().unwrap_or_default() as i32
}

impl<'a> Dictionary<'a> {
    fn of_tree(tree: &Tree<'a>, arena: &'a Bump) -> Option<Dictionary<'a>> {
        let id = tree
            .nodes
            .iter()
            .position(|node| node.level == Level::Dictionary)? as NodeId;
        let mut dictionary = Dictionary {
            id,
            arena,
            strings: std::vec::Vec::new(),
            indices: HashMap::new(),
            attributes: std::vec::Vec::new(),
        };
        for field in tree.fields(id) {
            match field.number {
                STRING_TABLE => dictionary.push_string(field.payload),
                ATTRIBUTE_TABLE => {
                    let entry = AttributeEntry::of_wire(field.payload);
                    dictionary.attributes.push(entry);
                }
                _ => {}
            }
        }
        Some(dictionary)
    }

    fn push_string(&mut self, text: &'a [u8]) {
        let index = self.strings.len() as i32;
        self.strings.push(text);
        self.indices.entry(text).or_insert(index);
    }

    /// The string with this index.
    ///
    /// # Errors
    /// There is none.
    pub fn string(&self, index: i32) -> Result<'a, &'a [u8]> {
        let found = usize::try_from(index)
            .ok()
            .and_then(|at| self.strings.get(at));
        found.copied().ok_or_else(|| {
            let count = self.strings.len();
            self.error(format_args!(
                "string index {index} out of bounds [0, {count})"
            ))
        })
    }

    /// The attribute with this index.
    ///
    /// # Errors
    /// There is none.
    pub fn attribute(&self, index: i32) -> Result<'a, AttributeEntry<'a>> {
        let found = usize::try_from(index)
            .ok()
            .and_then(|at| self.attributes.get(at));
        found.copied().ok_or_else(|| {
            let count = self.attributes.len();
            self.error(format_args!(
                "attribute index {index} out of bounds [0, {count})"
            ))
        })
    }

    fn error(&self, text: std::fmt::Arguments<'_>) -> Error<'a> {
        Error::format(self.arena, text)
    }
}

impl<'a> Machine<'_, 'a> {
    fn dictionary(&mut self) -> Result<'a, &mut Dictionary<'a>> {
        if self.dictionary.is_none() {
            self.dictionary = Dictionary::of_tree(&self.tree, self.arena).map(Box::new);
        }
        let dictionary = self.dictionary.as_deref_mut();
        dictionary.ok_or(Error::new("the request has no dictionary"))
    }
}

impl<'a> Lane<'_, '_, 'a> {
    /// The request's dictionary.
    ///
    /// # Errors
    /// The request has none.
    pub fn dictionary(&mut self) -> Result<'a, &Dictionary<'a>> {
        Ok(self.machine.dictionary()?)
    }

    /// The index of a string, which is added to the dictionary if need be.
    ///
    /// # Errors
    /// The request has no dictionary, or its string table is full.
    pub fn intern(&mut self, text: &'a [u8]) -> Result<'a, i32> {
        let dictionary = self.machine.dictionary()?;
        if let Some(index) = dictionary.indices.get(text) {
            return Ok(*index);
        }
        let index = i32::try_from(dictionary.strings.len())
            .map_err(|_| Error::new("too many entries in StringTable"))?;
        dictionary.push_string(text);
        let (id, field) = (
            dictionary.id,
            length_delimited(STRING_TABLE, text, dictionary.arena),
        );
        self.machine.tree.append(id, field);
        Ok(index)
    }

    /// The index of an attribute without a unit, which is added to the dictionary if need be.
    ///
    /// # Errors
    /// The request has no dictionary, or its attribute table is full.
    pub fn intern_attribute(&mut self, key: i32, value: Value<'a>) -> Result<'a, i32> {
        let dictionary = self.machine.dictionary()?;
        let arena = dictionary.arena;
        let mut encoded = Vec::with_capacity_in(any::encoded_len(&value), arena);
        any::encode(&value, &mut encoded);
        let entry = AttributeEntry {
            key,
            unit: 0,
            value: encoded.into_bump_slice(),
        };
        // As it is read back: a list literal and a list from the wire are the same then.
        let value = any::decode(entry.value);
        let is_same = |other: &AttributeEntry<'a>| {
            (other.key, other.unit) == (key, 0) && equal(&any::decode(other.value), &value)
        };
        if let Some(index) = dictionary.attributes.iter().position(is_same) {
            return Ok(index as i32);
        }
        let index = i32::try_from(dictionary.attributes.len())
            .map_err(|_| Error::new("too many entries in AttributeTable"))?;
        dictionary.attributes.push(entry);
        let mut payload = Vec::new_in(arena);
        payload.extend_from_slice_copy(varint_field(KEY, key as u64, arena));
        put_field(&mut payload, VALUE, entry.value);
        let (id, field) = (
            dictionary.id,
            length_delimited(ATTRIBUTE_TABLE, &payload, arena),
        );
        self.machine.tree.append(id, field);
        Ok(index)
    }
}
