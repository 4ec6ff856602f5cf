//! Merging a map's entries into another map: by key, each in the place of the one that is there, or at the end.
//!
//! A record's attributes take them row by row, as in [`rows`](super::rows); entries that stand on the wire already
//! are copied as they are.

use super::locate::{Row, Slot};
use super::machine::Machine;
use super::map_edit::{MapEdit, MapItem};
use crate::compare::same_text;
use crate::path::FieldNumbers;
use crate::value::Value;
use crate::wire::any;
use crate::wire::entries::{as_fields, split_field};
use crate::wire::tree::{NONE, NodeId};
use smallvec::SmallVec;
use std::ops::ControlFlow;

/// Which of a map's entries are put into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Those whose key it does not have.
    Insert,
    /// Those whose key it has.
    Update,
    /// All.
    Upsert,
}

impl Strategy {
    fn wants(self, is_there: bool) -> bool {
        match self {
            Strategy::Insert => !is_there,
            Strategy::Update => is_there,
            Strategy::Upsert => true,
        }
    }
}

/// Maps of up to this many entries need no index: a key that might be there is compared with all.
const SCAN_MAX: usize = 32;

/// Places of an index that need no heap: it has up to four an entry.
const PLACES_INLINE: usize = 256;

/// Which keys a map has.
#[derive(Default)]
struct Keys {
    /// Of 64 classes those that its keys are of.
    classes: u64,
    /// An index of a map that is large or gets so: the numbers of entries, each at the first free place from its key's
    /// hash on, of equal keys the first. At least half of the places are free.
    places: SmallVec<[u32; PLACES_INLINE]>,
}

impl Keys {
    /// Begins with these, of a map that will have up to `count_max`.
    fn fill<'k>(&mut self, keys: impl Iterator<Item = &'k [u8]>, count_max: usize) {
        if count_max > SCAN_MAX {
            let places = (2 * count_max).next_power_of_two();
            self.places.resize(places, NONE);
        }
        for (number, key) in keys.enumerate() {
            self.add(hash(key), number);
        }
    }

    /// Adds the key of an entry by its hash.
    #[inline]
    fn add(&mut self, hash: usize, number: usize) {
        self.classes |= class(hash);
        if !self.places.is_empty() {
            let place = self.place(hash, |_| false);
            self.places[place] = number as u32;
        }
    }

    /// The number of the first entry with this key, of which `hash` is the hash.
    #[inline]
    fn find<'e, T: Keyed + 'e>(
        &self,
        key: &[u8],
        hash: usize,
        entries: impl FnOnce() -> &'e [T],
    ) -> Option<usize> {
        match self.classes & class(hash) {
            0 => None,
            _ => self.find_among(key, hash, entries()),
        }
    }

    /// The same where the key's class does not tell.
    #[inline(never)]
    fn find_among<T: Keyed>(&self, key: &[u8], hash: usize, entries: &[T]) -> Option<usize> {
        if self.places.is_empty() {
            return entries.iter().position(|entry| same_text(entry.key(), key));
        }
        let place = self.place(hash, |number| entries[number].key() == key);
        match self.places[place] {
            NONE => None,
            number => Some(number as usize),
        }
    }

    /// The first place from a hash on that is free or of which `is_it` holds.
    fn place(&self, hash: usize, is_it: impl Fn(usize) -> bool) -> usize {
        let mut place = hash;
        loop {
            place &= self.places.len() - 1;
            if self.places[place] == NONE || is_it(self.places[place] as usize) {
                return place;
            }
            place += 1;
        }
    }
}

/// What has a key.
trait Keyed {
    fn key(&self) -> &[u8];
}

impl Keyed for Row<'_> {
    fn key(&self) -> &[u8] {
        self.key
    }
}

impl Keyed for MapItem<'_> {
    fn key(&self) -> &[u8] {
        MapItem::key(self)
    }
}

/// A class of keys, by their hash.
#[inline]
fn class(hash: usize) -> u64 {
    1 << (hash % 64)
}

/// A hash of a key's ends and length. Keys made to meet take longer to find, as in a map that is searched.
#[inline]
fn hash(key: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let ends = if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
        u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
    } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
        u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
    } else {
        key.iter()
            .fold(0, |bits, byte| bits << 8 | u64::from(*byte))
    };
    ((ends ^ key.len() as u64).wrapping_mul(FACTOR) >> 32) as usize
}

impl<'a> MapEdit<'a> {
    /// Puts the entries of the map `source` into this one.
    pub(crate) fn merge(&mut self, source: &Value<'a>, strategy: Strategy) {
        let entries = source.entries().into_iter().flatten();
        let mut keys = Keys::default();
        keys.fill(self.keys(), self.len() + entries.clone().count());
        for entry in entries {
            let hash = hash(entry.key);
            let found = keys.find(entry.key, hash, || self.items());
            if !strategy.wants(found.is_some()) {
                continue;
            }
            match found {
                Some(number) => self.items_mut()[number].set_value(entry.value),
                None => {
                    keys.add(hash, self.len());
                    self.push(entry.key, entry.value);
                }
            }
        }
    }
}

impl<'a> Machine<'_, 'a> {
    /// Puts the entries of the map `source` into the attributes of a message.
    #[inline(never)]
    pub(crate) fn merge_attributes(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        source: &Value<'a>,
        strategy: Strategy,
    ) {
        let number = self.number(id, field);
        let (fields, count) = as_fields(source, number, self.arena);
        let first_row = self.rows.len();
        let keeps_rows = self.rows(id, field).is_some();
        if !keeps_rows {
            self.list_rows(id, number);
        }
        let mut keys = Keys::default();
        let mut merge = Merge {
            id,
            strategy,
            keys: &mut keys,
            has_room: false,
        };
        merge.fields(self, fields, count);
        if !keeps_rows {
            self.rows.truncate(first_row);
            let node = &mut self.tree.nodes[id as usize];
            (node.slots, node.rows) = (NONE, NONE);
        }
    }

    /// Lists the rows of a message for which the program keeps none, a cache, as the last ones.
    fn list_rows(&mut self, id: NodeId, number: u32) {
        let Machine {
            tree, rows, slots, ..
        } = self;
        let first_row = rows.len();
        let _ = tree.each_field(id, number, |place, attribute| {
            let (key, value) = any::key_value(attribute);
            rows.push(Row { place, key, value });
            ControlFlow::Continue(())
        });
        let node = &mut tree.nodes[id as usize];
        (node.slots, node.rows) = (slots.len() as u32, first_row as u32);
        node.rows_len = (rows.len() - first_row) as u32;
        node.rows_room = node.rows_len;
    }

    /// The rows of a message that is located.
    pub(super) fn rows_of(&self, id: NodeId) -> &[Row<'a>] {
        let node = self.tree.node(id);
        &self.rows[node.row_range()]
    }

    /// Makes a message's rows the last ones, so that more can come after them.
    fn move_rows_to_end(&mut self, id: NodeId) {
        let node = &mut self.tree.nodes[id as usize];
        let range = node.row_range();
        if node.rows_len > 0 && range.start + node.rows_room as usize == self.rows.len() {
            self.rows.truncate(range.end);
        } else {
            node.rows = self.rows.len() as u32;
            self.rows.extend_from_within(range);
        }
        node.rows_room = node.rows_len;
    }
}

/// What merging into a message's attributes goes on.
struct Merge<'k> {
    id: NodeId,
    strategy: Strategy,
    keys: &'k mut Keys,
    /// Whether the message's rows are the last ones.
    has_room: bool,
}

impl Merge<'_> {
    /// Gets ready for so many entries.
    fn begin(&mut self, machine: &Machine<'_, '_>, count: usize) {
        let rows = machine.rows_of(self.id);
        self.keys
            .fill(rows.iter().map(|row| row.key), rows.len() + count);
    }

    /// Puts entries that are fields of the message already, so many.
    fn fields<'a>(&mut self, machine: &mut Machine<'_, 'a>, mut fields: &'a [u8], count: usize) {
        self.begin(machine, count);
        // In a large map most keys might be there.
        let appends = self.strategy.wants(false) && self.keys.places.is_empty();
        loop {
            if appends {
                self.append_new(machine, &mut fields);
            }
            let Some((bytes, key, value)) = split_field(&mut fields) else {
                return;
            };
            self.put(machine, bytes, key, value);
        }
    }

    /// Appends the entries up to the first whose key might be there already; it and what follows are left.
    #[inline(never)]
    fn append_new<'a>(&mut self, machine: &mut Machine<'_, 'a>, fields: &mut &'a [u8]) {
        self.make_room(machine);
        let Machine {
            tree,
            rows,
            slots,
            locators,
            ..
        } = machine;
        let node = tree.node(self.id);
        let locator = &locators[node.level as usize];
        let (first_row, slots) = (node.rows as usize, &mut slots[node.slots as usize..]);
        let (mut classes, mut left) = (self.keys.classes, *fields);
        tree.append_all(self.id, |place| {
            let mut rest = left;
            let (bytes, key, value) = split_field(&mut rest)?;
            let class = class(hash(key));
            if classes & class != 0 {
                return None;
            }
            classes |= class;
            left = rest;
            let row = Row { place, key, value };
            if let Some(slot) = locator.slot_of_key(key) {
                let number = (rows.len() - first_row) as u32;
                slots[usize::from(slot)] = Slot::of_row(number, &row);
            }
            rows.push(row);
            Some(bytes)
        });
        (self.keys.classes, *fields) = (classes, left);
        let node = &mut tree.nodes[self.id as usize];
        node.rows_len = (rows.len() - first_row) as u32;
        node.rows_room = node.rows_len;
    }

    /// Makes the message's rows the last ones.
    fn make_room(&mut self, machine: &mut Machine<'_, '_>) {
        if !std::mem::replace(&mut self.has_room, true) {
            machine.move_rows_to_end(self.id);
        }
    }

    /// Puts an entry into the attributes, if it is one of those to be put.
    #[inline(always)]
    fn put<'a>(
        &mut self,
        machine: &mut Machine<'_, 'a>,
        bytes: &'a [u8],
        key: &'a [u8],
        value: &'a [u8],
    ) {
        let hash = hash(key);
        let found = self.keys.find(key, hash, || machine.rows_of(self.id));
        if !self.strategy.wants(found.is_some()) {
            return;
        }
        match found {
            Some(number) => self.replace(machine, number, key, bytes, value),
            None => self.append(machine, hash, key, bytes, value),
        }
    }

    #[inline(always)]
    fn append<'a>(
        &mut self,
        machine: &mut Machine<'_, 'a>,
        hash: usize,
        key: &'a [u8],
        bytes: &'a [u8],
        value: &'a [u8],
    ) {
        self.make_room(machine);
        let place = machine.tree.append(self.id, bytes);
        let row = Row { place, key, value };
        machine.rows.push(row);
        let node = &mut machine.tree.nodes[self.id as usize];
        let number = node.rows_len;
        node.rows_len += 1;
        node.rows_room += 1;
        self.keys.add(hash, number as usize);
        self.set_slot(machine, number, &row);
    }

    #[inline(never)]
    fn replace<'a>(
        &mut self,
        machine: &mut Machine<'_, 'a>,
        number: usize,
        key: &'a [u8],
        bytes: &'a [u8],
        value: &'a [u8],
    ) {
        let at = machine.tree.node(self.id).rows as usize + number;
        let place = machine.rows[at].place;
        let place = machine.tree.replace(self.id, place, bytes);
        let row = Row { place, key, value };
        machine.rows[at] = row;
        self.set_slot(machine, number as u32, &row);
    }

    /// Makes the slot of a row's key, if there is one, say where the row stands.
    #[inline(always)]
    fn set_slot<'a>(&self, machine: &mut Machine<'_, 'a>, number: u32, row: &Row<'a>) {
        let node = machine.tree.node(self.id);
        if let Some(slot) = machine.locators[node.level as usize].slot_of_key(row.key) {
            let slot = node.slots as usize + usize::from(slot);
            machine.slots[slot] = Slot::of_row(number, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keyed for String {
        fn key(&self) -> &[u8] {
            self.as_bytes()
        }
    }

    #[test]
    fn keys_find_the_first_of_equal_ones() {
        for count in [0, 1, 20, SCAN_MAX, SCAN_MAX + 1, 300] {
            let distinct = count.div_ceil(2);
            let name = |n: usize| format!("k{n}");
            let all: Vec<String> = (0..count).map(|n| name(n % distinct)).collect();
            let mut keys = Keys::default();
            keys.fill(all.iter().map(String::as_bytes), count);
            let find = |key: &str| {
                let key = key.as_bytes();
                keys.find(key, hash(key), || &all)
            };
            for (number, key) in all[..distinct].iter().enumerate() {
                assert_eq!(find(key), Some(number), "of {count}");
            }
            for key in ["", "k150", "a key that is longer than eight bytes"] {
                assert_eq!(find(key), None, "{key} of {count}");
            }
        }
    }
}
