//! Editing attributes row by row: what changes single entries does not copy the map.
//!
//! Each function says whether the program keeps rows of these attributes; if not it has done nothing, and
//! the map has to be edited as a whole.

use super::locate::{Row, Slot};
use super::machine::Machine;
use super::map_edit::MapItem;
use crate::path::FieldNumbers;
use crate::value::Value;
use crate::wire::any;
use crate::wire::tree::{NodeId, Removal};

impl<'a> Machine<'_, 'a> {
    /// Gives the attributes for which `change` has one another value.
    pub(crate) fn update_rows(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        mut change: impl FnMut(&MapItem<'a>) -> Option<Value<'a>>,
    ) -> bool {
        if self.rows(id, field).is_none() {
            return false;
        }
        let node = *self.tree.node(id);
        let number = self.number(id, field);
        for index in 0..node.rows_len {
            let row = self.rows[(node.rows + index) as usize];
            let Some(value) = change(&MapItem::of_row(&row)) else {
                continue;
            };
            let (bytes, value) = any::key_value_field(self.arena, number, row.key, &value);
            let place = self.replace_or_append(id, Some(row.place), bytes);
            let new = Row {
                place,
                value,
                ..row
            };
            self.rows[(node.rows + index) as usize] = new;
            self.settle_slot(id, row.key);
        }
        true
    }

    /// Keeps the attributes that `keep` says, in their order.
    pub(crate) fn retain_rows(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        mut keep: impl FnMut(&MapItem<'a>) -> bool,
    ) -> bool {
        if self.rows(id, field).is_none() {
            return false;
        }
        let node = *self.tree.node(id);
        let mut kept = 0;
        let mut removal = Removal::default();
        for index in 0..node.rows_len {
            let row = self.rows[(node.rows + index) as usize];
            if keep(&MapItem::of_row(&row)) {
                self.rows[(node.rows + kept) as usize] = row;
                kept += 1;
                continue;
            }
            removal.remove(&mut self.tree, id, row.place);
        }
        removal.finish(&mut self.tree, id);
        if kept != node.rows_len {
            self.tree.nodes[id as usize].rows_len = kept;
            self.settle_slots(id);
        }
        true
    }

    /// Removes the first attribute with this key; the last one moves into the hole.
    pub(crate) fn remove_row(&mut self, id: NodeId, field: &FieldNumbers, key: &[u8]) -> bool {
        let Some(rows) = self.rows(id, field) else {
            return false;
        };
        let (Some(hole), Some(last)) = (
            rows.iter().position(|row| row.key == key),
            rows.last().copied(),
        ) else {
            return true;
        };
        let is_last = hole + 1 == rows.len();
        let node = *self.tree.node(id);
        let hole = node.rows as usize + hole;
        let last_bytes = self.tree.whole(last.place);
        self.tree.replace(id, last.place, &[]);
        if !is_last {
            let place = self.replace_or_append(id, Some(self.rows[hole].place), last_bytes);
            self.rows[hole] = Row { place, ..last };
        }
        self.tree.nodes[id as usize].rows_len -= 1;
        self.settle_slot(id, key);
        self.settle_slot(id, last.key);
        true
    }

    /// Makes the slot of a key, if there is one, say where the first row with the key stands.
    fn settle_slot(&mut self, id: NodeId, key: &[u8]) {
        let node = *self.tree.node(id);
        let Some(slot) = self.locators[node.level as usize].slot_of_key(key) else {
            return;
        };
        let rows = &self.rows[node.rows as usize..][..node.rows_len as usize];
        let found = rows.iter().position(|row| row.key == key);
        self.slots[node.slots as usize + usize::from(slot)] = match found {
            Some(index) => Slot::of_row(index as u32, &rows[index]),
            None => Slot::ABSENT,
        };
    }

    /// The same for all keys.
    fn settle_slots(&mut self, id: NodeId) {
        let node = *self.tree.node(id);
        let keys = self.locators[node.level as usize].keys();
        for key in keys {
            self.settle_slot(id, key);
        }
    }
}
