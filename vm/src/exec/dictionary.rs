//! The dictionary of a request of profiles: its strings and attributes by index.
//!
//! Read from the tree when it is first needed, then kept as the tree is: what runs only ever adds to it.

use super::lane::Lane;
use super::machine::Machine;
use crate::compare::equal;
use crate::error::Error;
use crate::path::Level;
use crate::path::form::{length_delimited, varint_field};
use crate::value::Value;
use crate::wire::any::{self, put_field};
use crate::wire::cursor::Cursor;
use crate::wire::tree::{NONE, NodeId, Tree, message_fields};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

type Result<'a, T> = std::result::Result<T, Error<'a>>;

const STRING_TABLE: u32 = 5;
const ATTRIBUTE_TABLE: u32 = 6;
const KEY: u32 = 1;
const VALUE: u32 = 2;
const UNIT: u32 = 3;

/// A dictionary's strings and attributes.
#[derive(Debug)]
pub struct Dictionary<'a> {
    /// Which node it is; [`NONE`] until it is read.
    id: NodeId,
    strings: std::vec::Vec<&'a [u8]>,
    attributes: std::vec::Vec<AttributeEntry<'a>>,
    /// Where each string stands, once somebody asked: all of the first so many.
    known: HashTable<Known>,
    known_count: usize,
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

impl Default for Dictionary<'_> {
    fn default() -> Self {
        Dictionary {
            id: NONE,
            strings: std::vec::Vec::new(),
            attributes: std::vec::Vec::new(),
            known: HashTable::new(),
            known_count: 0,
            state: RandomState::default(),
        }
    }
}

impl<'a> Dictionary<'a> {
    /// The same memory for another request, emptied by `empty`.
    pub(super) fn recycle<'b>(
        mut self,
        strings: impl FnOnce(std::vec::Vec<&'a [u8]>) -> std::vec::Vec<&'b [u8]>,
        attributes: impl FnOnce(std::vec::Vec<AttributeEntry<'a>>) -> std::vec::Vec<AttributeEntry<'b>>,
    ) -> Dictionary<'b> {
        self.known.clear();
        Dictionary {
            id: NONE,
            strings: strings(self.strings),
            attributes: attributes(self.attributes),
            known: self.known,
            known_count: 0,
            state: self.state,
        }
    }

    /// Reads the dictionary of a tree. Whether there is one.
    fn read(&mut self, tree: &Tree<'a>) -> bool {
        let mut nodes = tree.nodes.iter();
        let Some(id) = nodes.position(|node| node.level == Level::Dictionary) else {
            return false;
        };
        self.id = id as NodeId;
        for field in tree.fields(self.id) {
            match field.number {
                STRING_TABLE => self.strings.push(field.payload),
                ATTRIBUTE_TABLE => self.attributes.push(AttributeEntry::of_wire(field.payload)),
                _ => {}
            }
        }
        true
    }

    /// The string with this index, if there is one.
    pub(super) fn text(&self, index: i32) -> Option<&'a [u8]> {
        self.strings.get(usize::try_from(index).ok()?).copied()
    }

    /// Where a string stands in the table, if it does.
    pub(super) fn known(&mut self, text: &[u8]) -> Option<Known> {
        self.know_all();
        let strings = &self.strings;
        let is_it = |known: &Known| strings[known.first as usize] == text;
        self.known.find(self.state.hash_one(text), is_it).copied()
    }

    /// Learns where the strings stand that nobody asked about so far.
    fn know_all(&mut self) {
        let (strings, state) = (&self.strings, &self.state);
        for (index, text) in strings.iter().enumerate().skip(self.known_count) {
            let index = index as i32;
            let is_it = |known: &Known| strings[known.first as usize] == *text;
            let hash = |known: &Known| state.hash_one(strings[known.first as usize]);
            self.known
                .entry(state.hash_one(*text), is_it, hash)
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
        found.copied().ok_or_else(|| {
            let count = self.attributes.len();
            let text = format_args!("attribute index {index} out of bounds [0, {count})");
            Error::format(arena, text)
        })
    }
}

impl<'a> Machine<'_, 'a> {
    /// The request's dictionary, if it has one.
    pub(super) fn dictionary(&mut self) -> Option<&mut Dictionary<'a>> {
        let is_there = self.dictionary.id != NONE || self.dictionary.read(&self.tree);
        is_there.then_some(&mut self.dictionary)
    }

    /// Adds a string to the dictionary, which is there. Its index.
    ///
    /// # Errors
    /// The string table is full.
    pub(super) fn add_string(&mut self, text: &'a [u8]) -> Result<'a, i32> {
        let dictionary = &mut self.dictionary;
        let index = i32::try_from(dictionary.strings.len())
            .map_err(|_| Error::new("too many entries in StringTable"))?;
        dictionary.strings.push(text);
        let field = length_delimited(STRING_TABLE, text, self.arena);
        self.tree.append(dictionary.id, field);
        Ok(index)
    }
}

impl<'a> Lane<'_, '_, 'a> {
    /// The request's dictionary.
    ///
    /// # Errors
    /// The request has none.
    pub fn dictionary(&mut self) -> Result<'a, &mut Dictionary<'a>> {
        let dictionary = self.machine.dictionary();
        dictionary.ok_or(Error::new("the request has no dictionary"))
    }

    /// The index of a string, which is added to the dictionary if need be.
    ///
    /// # Errors
    /// The request has no dictionary, or its string table is full.
    pub fn intern(&mut self, text: &'a [u8]) -> Result<'a, i32> {
        match self.dictionary()?.known(text) {
            Some(known) => Ok(known.first),
            None => self.machine.add_string(text),
        }
    }

    /// The index of an attribute without a unit, which is added to the dictionary if need be.
    ///
    /// # Errors
    /// The request has no dictionary, or its attribute table is full.
    pub fn intern_attribute(&mut self, key: i32, value: Value<'a>) -> Result<'a, i32> {
        let arena = self.arena();
        let dictionary = self.dictionary()?;
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
        let id = dictionary.id;
        let mut payload = Vec::new_in(arena);
        payload.extend_from_slice_copy(varint_field(KEY, key as u64, arena));
        put_field(&mut payload, VALUE, entry.value);
        let field = length_delimited(ATTRIBUTE_TABLE, &payload, arena);
        self.machine.tree.append(id, field);
        Ok(index)
    }
}
