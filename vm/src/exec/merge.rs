//! Merging a map's entries into another map: by key, each in the place of the one that is there, or at the end.
//!
//! A record's attributes take them row by row, as in [`rows`](super::rows); entries that stand on the wire already
//! are copied as they are.

use super::locate::{Row, Slot};
use super::machine::Machine;
use super::map_edit::MapEdit;
use crate::path::FieldNumbers;
use crate::value::Value;
use crate::wire::any;
use crate::wire::tree::{NONE, NodeId};
use bumpalo::Bump;
use smallvec::{SmallVec, smallvec};

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

/// Places of an index that need no heap: it has up to four an entry.
const PLACES_INLINE: usize = 256;

/// The fewest places of an index.
const PLACES_MIN: usize = 16;

/// Where entries are by their keys: their numbers, each at the first free place from its hash on, of equal keys the
/// first. At least half of the places are free.
struct KeyIndex<'i>(&'i mut [u32]);

/// Free places for an index of so many entries.
fn places(count: usize) -> SmallVec<[u32; PLACES_INLINE]> {
    smallvec![NONE; (2 * count).next_power_of_two().max(PLACES_MIN)]
}

impl KeyIndex<'_> {
    /// The place of the entry with this key, or the free one where it would be; `is_it` tells whether an entry has
    /// the key.
    #[inline]
    fn find(&self, key: &[u8], is_it: impl Fn(usize) -> bool) -> usize {
        let places = &*self.0;
        let mut place = hash(key);
        loop {
            place &= places.len() - 1;
            if places[place] == NONE || is_it(places[place] as usize) {
                return place;
            }
            place += 1;
        }
    }

    fn add(&mut self, key: &[u8], number: usize) {
        let place = self.find(key, |_| false);
        self.0[place] = number as u32;
    }
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
        let mut places = places(self.len() + entries.clone().count());
        let mut index = KeyIndex(&mut places);
        for (number, key) in self.keys().enumerate() {
            index.add(key, number);
        }
        for entry in entries {
            let place = index.find(entry.key, |number| self.items()[number].key() == entry.key);
            let number = index.0[place];
            if !strategy.wants(number != NONE) {
                continue;
            }
            if number == NONE {
                index.0[place] = self.len() as u32;
                self.push(entry.key, entry.value);
            } else {
                self.items_mut()[number as usize].set_value(entry.value);
            }
        }
    }
}

impl<'a> Machine<'_, 'a> {
    /// Puts the entries of the map `source` into the attributes of a message. Without effect if the program does not
    /// keep rows of them.
    pub(crate) fn merge_rows(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        source: &Value<'a>,
        strategy: Strategy,
    ) {
        let Some(rows) = self.rows(id, field) else {
            return;
        };
        let row_count = rows.len();
        let number = self.number(id, field);
        let fields = match source {
            Value::WireMap(wire) if number < 16 => any::as_fields(wire, number, self.arena),
            _ => None,
        };
        let entries = source.entries().into_iter().flatten();
        let count = match fields {
            Some((_, count)) => count,
            None => entries.clone().count(),
        };
        let mut places = places(row_count + count);
        let mut index = KeyIndex(&mut places);
        let rows = &self.rows[self.tree.node(id).rows as usize..][..row_count];
        for (number, row) in rows.iter().enumerate() {
            index.add(row.key, number);
        }
        let mut merge = Merge {
            id,
            strategy,
            index,
            has_room: false,
        };
        if let Some((mut fields, _)) = fields {
            while let Some((bytes, key, value)) = any::split_field(&mut fields) {
                merge.put(self, key, |_| (bytes, value));
            }
            return;
        }
        for entry in entries {
            merge.put(self, entry.key, |arena| {
                any::key_value_field(arena, number, entry.key, &entry.value)
            });
        }
    }

    /// Makes a message's rows the last ones, so that more can come after them.
    fn move_rows_to_end(&mut self, id: NodeId) {
        let node = &mut self.tree.nodes[id as usize];
        let (start, end) = (node.rows as usize, (node.rows + node.rows_len) as usize);
        if start + node.rows_room as usize == self.rows.len() {
            self.rows.truncate(end);
        } else {
            node.rows = self.rows.len() as u32;
            self.rows.extend_from_within(start..end);
        }
        node.rows_room = node.rows_len;
    }
}

/// What merging into a message's attributes goes on.
struct Merge<'i> {
    id: NodeId,
    strategy: Strategy,
    index: KeyIndex<'i>,
    /// Whether the message's rows are the last ones.
    has_room: bool,
}

impl Merge<'_> {
    /// Puts an entry into the attributes, if it is one of those to be put; `make` makes its field and its value's
    /// payload.
    #[inline(always)]
    fn put<'a>(
        &mut self,
        machine: &mut Machine<'_, 'a>,
        key: &'a [u8],
        make: impl FnOnce(&'a Bump) -> (&'a [u8], &'a [u8]),
    ) {
        let first = machine.tree.node(self.id).rows as usize;
        let place = self
            .index
            .find(key, |number| machine.rows[first + number].key == key);
        let number = self.index.0[place];
        if !self.strategy.wants(number != NONE) {
            return;
        }
        let (bytes, value) = make(machine.arena);
        let (row, number) = if number == NONE {
            if !std::mem::replace(&mut self.has_room, true) {
                machine.move_rows_to_end(self.id);
            }
            let at = machine.tree.append(self.id, bytes);
            let row = Row {
                place: at,
                key,
                value,
            };
            machine.rows.push(row);
            let node = &mut machine.tree.nodes[self.id as usize];
            let number = node.rows_len;
            node.rows_len += 1;
            node.rows_room += 1;
            self.index.0[place] = number;
            (row, number)
        } else {
            let at = machine.rows[first + number as usize].place;
            let place = machine.tree.replace(self.id, at, bytes);
            let row = Row { place, key, value };
            machine.rows[first + number as usize] = row;
            (row, number)
        };
        let node = machine.tree.node(self.id);
        if let Some(slot) = machine.locators[node.level as usize].slot_of_key(key) {
            let slot = node.slots as usize + usize::from(slot);
            machine.slots[slot] = Slot::of_row(number, &row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_the_first_of_equal_keys() {
        let keys: Vec<String> = (0..300).map(|n| format!("k{}", n % 150)).collect();
        let mut places = places(keys.len());
        let mut index = KeyIndex(&mut places);
        for (number, key) in keys.iter().enumerate() {
            index.add(key.as_bytes(), number);
        }
        for (number, key) in keys[..150].iter().enumerate() {
            let place = index.find(key.as_bytes(), |number| keys[number] == *key);
            assert_eq!(index.0[place], number as u32);
        }
        for key in ["", "k150", "a key that is longer than eight bytes"] {
            let place = index.find(key.as_bytes(), |n| keys[n] == key);
            assert_eq!(index.0[place], NONE);
        }
    }
}
