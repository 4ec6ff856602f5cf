//! Editing attributes row by row: what changes single entries does not copy the map.
//!
//! What has to look at all attributes says whether the program keeps rows of them; if not it has done nothing, and the map
//! has to be edited as a whole. What is about single ones does without rows, where there are [none](super::unlisted).

use super::locate::{Row, Slot};
use super::machine::Machine;
use crate::compare::same_text;
use crate::path::FieldNumbers;
use crate::value::Value;
use crate::wire::any;
use crate::wire::tree::{NodeId, Removal};

impl<'a> Machine<'_, 'a> {
    /// Gives the attributes that are strings longer than `length_max` bytes the value that `change` makes of them.
    #[inline]
    pub(crate) fn update_long_attributes(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        length_max: usize,
        mut change: impl FnMut(&'a [u8]) -> &'a [u8],
    ) {
        if self.made_rows(id, field).is_none() {
            return self.update_long_unlisted(id, field, length_max, change);
        }
        let mut rows = self.rows_of(id);
        let payload_max = length_max.saturating_add(any::AROUND_STRING);
        let mut from = 0;
        while let Some(ahead) = rows.iter().position(|row| row.value.len() > payload_max) {
            let index = from + ahead;
            if let Value::String(text) = any::decode(rows[ahead].value)
                && text.len() > length_max
            {
                let place = rows[ahead].place;
                if self.doubts_rows {
                    self.check_attribute(id, place);
                }
                self.update_row(id, field, index, &Value::String(change(text)));
            }
            from = index + 1;
            let node = self.tree.node(id);
            rows = &self.rows[node.row_range()][from..];
        }
    }

    /// Gives the attribute of a row another value.
    fn update_row(&mut self, id: NodeId, field: &FieldNumbers, index: usize, value: &Value<'a>) {
        let number = self.number(id, field);
        let at = self.tree.node(id).rows as usize + index;
        let row = self.rows[at];
        let (bytes, value) = any::key_value_field(self.arena, number, row.key, value);
        let place = self.tree.replace(id, row.place, bytes);
        let row = Row {
            place,
            value,
            ..row
        };
        self.rows[at] = row;
        // Of equal keys, the slot is for the first.
        if let Some(slot) = self.slot_of_key(id, row.key)
            && slot.is_of_row(index as u32)
        {
            *slot = Slot::of_row(index as u32, &row);
        }
    }

    /// Keeps the attributes whose keys `keep` says, in their order.
    #[inline]
    pub(crate) fn retain_rows(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        mut keep: impl FnMut(&'a [u8]) -> bool,
    ) -> bool {
        if self.rows(id, field).is_none() {
            return false;
        }
        let node = self.tree.node(id);
        let rows = &mut self.rows[node.row_range()];
        let mut kept = 0;
        let mut removal = Removal::default();
        for index in 0..rows.len() {
            if keep(rows[index].key) {
                rows[kept] = rows[index];
                kept += 1;
            } else {
                removal.remove(&mut self.tree, id, &rows[index].place);
            }
        }
        if kept == rows.len() {
            return true;
        }
        removal.finish(&mut self.tree, id);
        self.tree.nodes[id as usize].rows_len = kept as u32;
        let level = self.tree.node(id).level;
        if self.locators[level as usize].keys().next().is_some() {
            self.settle_slots(id);
        }
        true
    }

    /// Removes the first attribute with this key; the last one moves into the hole.
    pub(crate) fn remove_attribute(&mut self, id: NodeId, field: &FieldNumbers, key: &[u8]) {
        let Some(rows) = self.made_rows(id, field) else {
            return self.remove_unlisted(id, field, key);
        };
        let (Some(hole), Some(last)) = (
            rows.iter().position(|row| same_text(row.key, key)),
            rows.last().copied(),
        ) else {
            return;
        };
        let behind = &rows[hole + 1..];
        let next = behind.iter().position(|row| same_text(row.key, key));
        let is_last = behind.is_empty();
        let first_row = self.tree.node(id).rows as usize;
        let last_bytes = self.tree.whole(last.place);
        self.tree.remove(id, last.place);
        self.tree.nodes[id as usize].rows_len -= 1;
        if !is_last {
            let row = &mut self.rows[first_row + hole];
            let place = self.tree.replace(id, row.place, last_bytes);
            *row = Row { place, ..last };
        }
        // The first row with the key is the next one now, unless the one that moved ahead has it, too.
        if !is_last && same_text(last.key, key) {
            self.settle_slot(id, key, Some(hole));
        } else {
            self.settle_slot(id, key, next.map(|next| hole + 1 + next));
            if !is_last && self.is_slot_behind(id, last.key, hole) {
                self.settle_slot(id, last.key, Some(hole));
            }
        }
    }

    /// Whether a key has a slot that says a row behind this one.
    fn is_slot_behind(&mut self, id: NodeId, key: &[u8], row: usize) -> bool {
        let slot = self.slot_of_key(id, key);
        slot.is_some_and(|slot| slot.is_behind_row(row as u32))
    }

    /// Makes the slot of a key, if there is one, say that this is the first row with the key.
    fn settle_slot(&mut self, id: NodeId, key: &[u8], first: Option<usize>) {
        let first_row = self.tree.node(id).rows as usize;
        let new = match first {
            Some(row) => Slot::of_row(row as u32, &self.rows[first_row + row]),
            None => Slot::ABSENT,
        };
        if let Some(slot) = self.slot_of_key(id, key) {
            *slot = new;
        }
    }

    /// Makes the slots of all keys say where the first row with the key stands.
    fn settle_slots(&mut self, id: NodeId) {
        let node = self.tree.node(id);
        let locator = &self.locators[node.level as usize];
        let rows = &self.rows[node.row_range()];
        let slots = &mut self.slots[node.slots as usize..];
        for (key, slot) in locator.keys().zip(locator.key_slots()) {
            let first = rows.iter().position(|row| same_text(row.key, key));
            slots[usize::from(slot)] = match first {
                Some(row) => Slot::of_row(row as u32, &rows[row]),
                None => Slot::ABSENT,
            };
        }
    }
}
