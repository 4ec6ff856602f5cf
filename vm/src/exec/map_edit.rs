//! Editing a map as a whole: what editors such as `keep_keys` and `merge_maps` work on.
//!
//! A [`MapEdit`] is a detached copy of a map's entries; values stay undecoded until asked for. Writing it
//! back changes only the entries that changed, wherever they stand in the request.

use super::locate::Row;
use crate::compare::{key_class, same_text};
use crate::value::{self, Value};
use crate::wire::any;
use crate::wire::tree::{NONE, Place};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Entries that a map has room for from the start: entries.
const ENTRIES_USUAL: usize = 16;

/// A detached copy of a map's entries.
#[derive(Debug)]
pub struct MapEdit<'a> {
    items: Vec<'a, MapItem<'a>>,
    /// Where the entries of a record's attributes stood, in order; empty for a map inside a value.
    pub(crate) places: Vec<'a, Place>,
    is_changed: bool,
}

/// An entry of a map that is being edited.
#[derive(Clone, Copy, Debug)]
pub struct MapItem<'a> {
    key: &'a [u8],
    value: ItemValue<'a>,
    /// The number of the place that it came from; [`NONE`] for a new entry.
    pub(crate) origin: u32,
    is_unchanged: bool,
}

#[derive(Clone, Copy, Debug)]
enum ItemValue<'a> {
    Wire(&'a [u8]),
    Value(Value<'a>),
}

impl<'a> MapItem<'a> {
    /// An entry to look at.
    #[inline]
    pub(crate) fn of_row(row: &Row<'a>) -> MapItem<'a> {
        MapItem {
            key: row.key,
            value: ItemValue::Wire(row.value),
            origin: NONE,
            is_unchanged: true,
        }
    }

    pub(crate) fn of_entry(entry: value::Entry<'a>) -> MapItem<'a> {
        MapItem {
            key: entry.key,
            value: ItemValue::Value(entry.value),
            origin: NONE,
            is_unchanged: false,
        }
    }

    /// The key.
    #[inline]
    pub fn key(&self) -> &'a [u8] {
        self.key
    }

    /// Whether it has this key.
    #[inline]
    fn has_key(&self, key: &[u8]) -> bool {
        same_text(self.key, key)
    }

    /// The value.
    #[inline(always)]
    pub fn value(&self) -> Value<'a> {
        match self.value {
            ItemValue::Wire(wire) => any::decode(wire),
            ItemValue::Value(value) => value,
        }
    }

    /// Gives the entry another value.
    pub fn set_value(&mut self, value: Value<'a>) {
        self.value = ItemValue::Value(value);
        self.is_unchanged = false;
    }

    /// Gives the entry another key.
    pub fn set_key(&mut self, key: &'a [u8]) {
        self.key = key;
        self.is_unchanged = false;
    }

    /// Its value's payload, if the entry is as it came.
    pub(crate) fn unchanged(&self) -> Option<&'a [u8]> {
        match self.value {
            ItemValue::Wire(value) if self.is_unchanged => Some(value),
            _ => None,
        }
    }
}

impl<'a> MapEdit<'a> {
    pub(crate) fn new(arena: &'a Bump) -> MapEdit<'a> {
        MapEdit {
            items: Vec::with_capacity_in(ENTRIES_USUAL, arena),
            places: Vec::with_capacity_in(ENTRIES_USUAL, arena),
            is_changed: false,
        }
    }

    /// Adds an entry of a record's attributes.
    #[inline]
    pub(crate) fn push_row(&mut self, row: Row<'a>) {
        let origin = self.places.len() as u32;
        self.places.push(row.place);
        self.items.push(MapItem {
            origin,
            ..MapItem::of_row(&row)
        });
    }

    /// Adds an entry of a map inside a value.
    pub(crate) fn push_unchanged(&mut self, entry: value::Entry<'a>) {
        self.items.push(MapItem::of_entry(entry));
    }

    /// How many entries there are, duplicates counted.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> + '_ {
        self.items.iter().map(|item| (item.key, item.value()))
    }

    /// The keys in order; values stay undecoded.
    pub fn keys(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.items.iter().map(|item| item.key)
    }

    /// The entries, to look at.
    pub fn items(&self) -> &[MapItem<'a>] {
        &self.items
    }

    /// The entries, to change in place.
    pub fn items_mut(&mut self) -> &mut [MapItem<'a>] {
        self.is_changed = true;
        &mut self.items
    }

    /// The first entry with this key.
    pub fn get(&self, key: &[u8]) -> Option<Value<'a>> {
        self.items
            .iter()
            .find(|item| item.has_key(key))
            .map(MapItem::value)
    }

    /// Gives the first entry with this key another value, or adds one.
    pub fn set(&mut self, key: &'a [u8], value: Value<'a>) {
        match self.items.iter_mut().find(|item| item.has_key(key)) {
            Some(item) => item.set_value(value),
            None => self.push(key, value),
        }
        self.is_changed = true;
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, key: &'a [u8], value: Value<'a>) {
        self.items.push(MapItem {
            key,
            value: ItemValue::Value(value),
            origin: NONE,
            is_unchanged: false,
        });
        self.is_changed = true;
    }

    /// Keeps the entries that `keep` says, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&MapItem<'a>) -> bool) {
        let before = self.items.len();
        self.items.retain(|item| keep(item));
        self.is_changed |= self.items.len() != before;
    }

    /// Gives the strings longer than `length_max` bytes the value that `change` makes of them.
    pub(crate) fn update_long_strings(
        &mut self,
        length_max: usize,
        mut change: impl FnMut(&'a [u8]) -> &'a [u8],
    ) {
        for item in &mut self.items {
            if let Value::String(text) = item.value()
                && text.len() > length_max
            {
                item.set_value(Value::String(change(text)));
                self.is_changed = true;
            }
        }
    }

    /// Gives each entry the key that `rename` has for its own, and removes it if there is none.
    pub fn rename(&mut self, mut rename: impl FnMut(&'a [u8]) -> Option<&'a [u8]>) {
        let mut is_changed = false;
        self.items.retain_mut(|item| {
            let key = rename(item.key);
            if key != Some(item.key) {
                is_changed = true;
                item.set_key(key.unwrap_or_default());
            }
            key.is_some()
        });
        self.is_changed |= is_changed;
    }

    /// Takes the entries out, to be pushed again where they stay.
    pub fn take_items(&mut self) -> Vec<'a, MapItem<'a>> {
        self.is_changed = true;
        let empty = Vec::with_capacity_in(self.items.len(), self.items.bump());
        std::mem::replace(&mut self.items, empty)
    }

    /// Adds an entry at the end that [`take_items`](MapEdit::take_items) gave.
    pub fn push_item(&mut self, item: MapItem<'a>) {
        self.items.push(item);
        self.is_changed = true;
    }

    /// Of entries with equal keys one stays: at the place of the first, with the value of the last.
    pub fn merge_equal_keys(&mut self) {
        /// How many entries are searched one by one.
        const SCAN_MAX: usize = 32;
        let count = self.items.len();
        let mut places = HashMap::new();
        let mut kept = 0;
        // Those of the keys so far; most keys are in a class of their own.
        let mut classes = 0u64;
        for at in 0..count {
            let item = self.items[at];
            let class = key_class(item.key);
            let is_new = classes & class == 0;
            classes |= class;
            let known = match count {
                _ if is_new && count <= SCAN_MAX => None,
                0..=SCAN_MAX => self.items[..kept].iter().position(|i| i.has_key(item.key)),
                _ => match places.entry(item.key) {
                    Entry::Occupied(place) => Some(*place.get()),
                    Entry::Vacant(place) => {
                        place.insert(kept);
                        None
                    }
                },
            };
            match known {
                Some(place) => {
                    self.items[place].value = item.value;
                    self.items[place].is_unchanged = false;
                }
                None => {
                    self.items[kept] = item;
                    kept += 1;
                }
            }
        }
        self.is_changed |= kept < count;
        self.items.truncate(kept);
    }

    /// Removes the first entry with this key; the last entry moves into the hole. Whether there was one.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let Some(at) = self.items.iter().position(|item| item.has_key(key)) else {
            return false;
        };
        self.items.swap_remove(at);
        self.is_changed = true;
        true
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.is_changed |= !self.items.is_empty();
        self.items.clear();
    }

    /// Whether anything was changed.
    pub(crate) fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// The entries as a value.
    pub fn into_value(self, arena: &'a Bump) -> Value<'a> {
        let entries = self.items.iter().map(|item| value::Entry {
            key: item.key,
            value: item.value(),
        });
        Value::Map(arena.alloc_slice_fill_iter(entries))
    }

    /// Whether what remains of the original entries stands in its original order, new entries last: then
    /// every entry can stay where it is.
    pub(crate) fn is_in_order(&self) -> bool {
        self.items.is_sorted_by(|a, b| {
            if b.origin == NONE {
                true
            } else {
                a.origin < b.origin
            }
        })
    }

    /// Whether the entries, which are [in order](MapEdit::is_in_order), are the original ones: none is gone, and none new.
    pub(crate) fn keeps_all_entries(&self) -> bool {
        let is_original = |item: &MapItem<'_>| item.origin != NONE;
        self.items.len() == self.places.len() && self.items.last().is_none_or(is_original)
    }
}
