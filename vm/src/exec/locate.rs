//! Locating: one walk over a message finds the fields and attributes that a program touches.
//!
//! A slot remembers where a touched field stands and its payload; where a program touches attributes as a
//! whole, rows do so for all of a message's attributes, in their order. Slots and rows are a cache over
//! [`Tree::fields`]: what stores through them keeps them right, anything else that edits a message forgets
//! them, and the next use locates again. Where few records come to a statement that looks at all attributes, their rows are
//! made when it asks for them.

use super::locator::Locator;
use super::machine::Machine;
use super::map_edit::MapEdit;
use super::walk::{Found, Walk};
use crate::compare::same_text;
use crate::path::form::{Form, any_field, length_delimited};
use crate::path::{FieldNumbers, Level};
use crate::program::Rows;
use crate::value::Value;
use crate::wire::any::field_len;
use crate::wire::tree::{NONE, NodeId, Place, Tree, read_whole};
use crate::wire::validate::is_plain_attribute;

/// Where a touched field stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<'a> {
    /// Its place; meaningless if the field is absent.
    pub(crate) place: Place,
    /// Of an attribute with a row, which of its message's rows it is.
    row: u32,
    /// Its payload; of an attribute the payload of its value. `None` if it is absent.
    pub(crate) payload: Option<&'a [u8]>,
}

impl<'a> Slot<'a> {
    pub(crate) const ABSENT: Slot<'static> = Slot {
        place: Place {
            at: 0,
            end: 0,
            edit: NONE,
        },
        row: NONE,
        payload: None,
    };

    /// Of a field that is there, if it is no attribute with a row.
    pub(crate) fn of(place: Place, payload: &'a [u8]) -> Slot<'a> {
        Slot {
            place,
            row: NONE,
            payload: Some(payload),
        }
    }

    /// Of all attributes of a message, which stand one after the other; where the last of them begins, or [`NONE`] if that is
    /// not known.
    pub(super) fn of_run(place: Place, last: u32) -> Slot<'static> {
        Slot {
            place,
            row: last,
            payload: Some(&[]),
        }
    }

    /// Where the last attribute of a [run](Slot::of_run) begins.
    pub(super) fn last_of_run(&self) -> u32 {
        self.row
    }

    /// Whether it is of an attribute that is row `row` of its message.
    pub(crate) fn is_of_row(&self, row: u32) -> bool {
        self.payload.is_some() && self.row == row
    }

    /// Whether it is of an attribute that is a row of its message behind row `row`.
    pub(crate) fn is_behind_row(&self, row: u32) -> bool {
        self.payload.is_some() && self.row > row
    }

    /// Of an attribute that is row `row` of its message.
    pub(crate) fn of_row(row: u32, attribute: &Row<'a>) -> Slot<'a> {
        Slot {
            place: attribute.place,
            row,
            payload: Some(attribute.value),
        }
    }
}

/// An attribute of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// Where its field stands.
    pub(crate) place: Place,
    pub(crate) key: &'a [u8],
    /// The payload of its value.
    pub(crate) value: &'a [u8],
}

impl Row<'_> {
    pub(super) const EMPTY: Row<'static> = Row {
        place: Slot::ABSENT.place,
        key: &[],
        value: &[],
    };
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// The slot of a message's touched field.
    #[inline]
    pub(crate) fn slot(&mut self, id: NodeId, slot: u16) -> Slot<'a> {
        let base = self.located(id);
        self.slots[base as usize + usize::from(slot)]
    }

    /// Where the message's slots begin.
    #[inline]
    pub(super) fn located(&mut self, id: NodeId) -> u32 {
        match self.tree.node(id).slots {
            NONE => self.locate(id),
            base => base,
        }
    }

    /// All attributes of a message in order; `None` if the program does not keep rows of them.
    #[inline]
    pub(crate) fn rows(&mut self, id: NodeId, field: &FieldNumbers) -> Option<&[Row<'a>]> {
        let locator = &self.locators[self.tree.node(id).level as usize];
        if locator.rows == Rows::Never || locator.attributes != Some(*field) {
            return None;
        }
        self.located(id);
        if self.tree.node(id).rows == NONE {
            self.make_rows(id);
        } else if locator.rows_are_ahead && self.doubts_rows {
            self.check_rows(id);
        }
        Some(self.rows_of(id))
    }

    /// The same, if they are made already, for those who do not look at all of them.
    #[inline]
    pub(super) fn made_rows(&mut self, id: NodeId, field: &FieldNumbers) -> Option<&[Row<'a>]> {
        let node = self.tree.node(id);
        let locator = &self.locators[node.level as usize];
        let are_made = node.slots != NONE && node.rows != NONE;
        if !are_made && locator.rows != Rows::AtOnce || locator.attributes != Some(*field) {
            return None;
        }
        self.located(id);
        Some(self.rows_of(id))
    }

    /// Checks the attributes of a message with rows.
    #[inline(never)]
    fn check_rows(&mut self, id: NodeId) {
        for at in self.tree.node(id).row_range() {
            self.check_attribute(id, self.rows[at].place);
        }
    }

    /// Checks an attribute that nobody looked for when the message was found, unless it was written since.
    pub(super) fn check_attribute(&mut self, id: NodeId, place: Place) {
        let is_fine = |whole| {
            let field = read_whole(whole);
            field.is_some_and(|field| is_plain_attribute(field.payload))
        };
        if place.edit == NONE && !is_fine(self.tree.whole(place)) {
            self.note_check(self.check_at(id, place.at, place.end));
        }
    }

    /// The slot of the attribute with this key, if the message is located and there is one.
    #[inline]
    pub(super) fn slot_of_key(&mut self, id: NodeId, key: &[u8]) -> Option<&mut Slot<'a>> {
        let node = self.tree.node(id);
        let slot = self.locators[node.level as usize].slot_of_key(key)?;
        let base = node.slots as usize;
        self.slots.get_mut(base + usize::from(slot))
    }

    /// Remembers where a field that was just written stands.
    #[inline]
    pub(crate) fn set_slot(&mut self, id: NodeId, slot: u16, new: Slot<'a>) {
        let base = self.tree.node(id).slots;
        if base != NONE {
            self.slots[base as usize + usize::from(slot)] = new;
        }
    }

    /// Adds an attribute to a message of a level without rows, if it is located and lacks the attribute. Whether it did.
    #[inline(always)]
    pub(crate) fn add_attribute(
        &mut self,
        id: NodeId,
        slot: u16,
        bytes: &'a [u8],
        value: &'a [u8],
    ) -> bool {
        let base = self.tree.node(id).slots as usize;
        match self.slots.get_mut(base + usize::from(slot)) {
            Some(slot) if slot.payload.is_none() => {
                *slot = Slot::of(self.tree.append(id, bytes), value);
                true
            }
            _ => false,
        }
    }

    /// Puts an attribute's field in the place of the one that its slot says, or adds it. `value` is its value's
    /// payload within.
    #[inline(always)]
    pub(crate) fn put_attribute(
        &mut self,
        id: NodeId,
        slot: u16,
        key: &'a [u8],
        bytes: &'a [u8],
        value: &'a [u8],
    ) {
        let at = self.located(id) as usize + usize::from(slot);
        let slot = &mut self.slots[at];
        let Tree { nodes, edits, .. } = &mut self.tree;
        let node = &mut nodes[id as usize];
        let (old, mut row) = (slot.payload, slot.row);
        let place = match old {
            Some(_) => node.replace(edits, slot.place, bytes),
            None => node.append(edits, bytes),
        };
        node.measure(value.len());
        let new = Row { place, key, value };
        if node.rows != NONE {
            if old.is_none() {
                if node.rows_len == node.rows_room {
                    node.slots = NONE;
                    return;
                }
                row = node.rows_len;
                node.rows_len += 1;
            }
            self.rows[(node.rows + row) as usize] = new;
        } else if old.is_none() {
            node.rows_len += 1;
        }
        *slot = Slot::of_row(row, &new);
    }

    /// Gives a field that is a string or any value, and has a slot, a text. Whether it could: not if the value or the
    /// field is another, nor if there is no such message or field, nor if a string becomes empty, as it goes then.
    #[inline(never)]
    pub(crate) fn put_text(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        slot: u16,
        form: Form,
        value: &Value<'a>,
    ) -> bool {
        let Value::String(text) = value else {
            return false;
        };
        let number = match id {
            NONE => 0,
            id => self.number(id, field),
        };
        if number == 0 {
            return false;
        }
        let (bytes, payload_len) = match form {
            Form::String if !text.is_empty() => {
                (length_delimited(number, text, self.arena), text.len())
            }
            Form::Any => (any_field(number, value, self.arena), field_len(text.len())),
            _ => return false,
        };
        let payload = &bytes[bytes.len() - payload_len..];
        self.put_field(id, slot, bytes, payload);
        true
    }

    /// Puts a field with this payload in the place of the one that its slot says, or adds it.
    #[inline(always)]
    pub(super) fn put_field(&mut self, id: NodeId, slot: u16, bytes: &'a [u8], payload: &'a [u8]) {
        let at = self.located(id) as usize + usize::from(slot);
        let slot = &mut self.slots[at];
        let Tree { nodes, edits, .. } = &mut self.tree;
        let node = &mut nodes[id as usize];
        let place = match slot.payload {
            Some(_) => node.replace(edits, slot.place, bytes),
            None => node.append(edits, bytes),
        };
        *slot = Slot::of(place, payload);
    }

    /// Gives a message other attributes, whose fields stand where the rows say.
    pub(crate) fn set_rows(&mut self, id: NodeId, rows: impl Iterator<Item = Row<'a>>) {
        let node = &mut self.tree.nodes[id as usize];
        if node.slots == NONE || node.rows == NONE {
            node.slots = NONE;
            return;
        }
        let locator = &self.row_locators[node.level as usize];
        let mut found = Found::new(locator, &mut self.slots, &mut self.rows);
        found.begin_again(node);
        for row in rows {
            found.attribute(row, true);
        }
        found.finish(node);
    }

    /// Whether a message is located and has so many rows.
    pub(super) fn has_rows(&self, id: NodeId, count: usize) -> bool {
        let node = self.tree.node(id);
        node.slots != NONE && node.rows != NONE && node.rows_len as usize == count
    }

    /// Writes attributes back of which each has its row: those that did not change stay.
    pub(super) fn store_changed(&mut self, id: NodeId, number: u32, edit: &MapEdit<'a>) {
        let mut are_slots_right = true;
        for (row, item) in edit.items().iter().enumerate() {
            if item.unchanged().is_some() {
                continue;
            }
            let (bytes, value) = self.entry_bytes(number, item, &edit.places);
            let (key, place) = (item.key(), self.tree.replace(id, edit.places[row], bytes));
            are_slots_right &= self.change_row(id, row, Row { place, key, value });
        }
        if !are_slots_right {
            let rows = self.rows_of(id).to_vec();
            self.set_rows(id, rows.into_iter());
        }
    }

    /// Gives a located message another attribute in the place of one that has a row. Whether its slots are still right.
    fn change_row(&mut self, id: NodeId, row: usize, new: Row<'a>) -> bool {
        let node = self.tree.node(id);
        let old = std::mem::replace(&mut self.rows[node.rows as usize + row], new);
        let locator = &self.locators[node.level as usize];
        if !same_text(old.key, new.key) {
            return locator.key_slots().next().is_none();
        }
        // Of entries with the same key the first counts.
        if let Some(slot) = self.slot_of_key(id, new.key)
            && slot.row == row as u32
        {
            *slot = Slot::of_row(row as u32, &new);
        }
        true
    }

    /// Forgets a message's slots and rows, after edits that did not go through them.
    pub(crate) fn forget_slots(&mut self, id: NodeId) {
        self.tree.nodes[id as usize].slots = NONE;
    }

    #[inline(never)]
    fn locate(&mut self, id: NodeId) -> u32 {
        self.locate_by(self.locators, id)
    }

    /// Locates a message anew, with rows for all its attributes, which were not looked at so far.
    #[inline(never)]
    fn make_rows(&mut self, id: NodeId) {
        self.rows_made += 1;
        self.locate_by(self.row_locators, id);
        self.check_rows(id);
    }

    /// Locates a message by what these say to look for.
    fn locate_by(&mut self, locators: &'p [Locator; Level::COUNT], id: NodeId) -> u32 {
        let mut node = *self.tree.node(id);
        let locator = &locators[node.level as usize];
        let found = Found::new(locator, &mut self.slots, &mut self.rows);
        let mut walk = Walk::<false>::new(self.tree.input, found, None);
        if node.first_edit == NONE {
            walk.message(locator, id, &mut node);
        } else {
            walk.edited(locator, id, &mut node, self.tree.edits_of(id));
        }
        if let Some(error) = walk.error {
            self.wire_error.get_or_insert(error);
        }
        self.tree.is_irregular |= walk.is_irregular;
        self.tree.nodes[id as usize] = node;
        node.slots
    }
}
