//! Editing single attributes of a message that has no rows.

use super::locate::{Row, Slot};
use super::machine::Machine;
use super::walk::input_place;
use crate::compare::same_text;
use crate::path::FieldNumbers;
use crate::value::Value;
use crate::wire::any;
use crate::wire::entries::end_of;
use crate::wire::tree::{NONE, NodeId, Place, field_at, read_whole};
use bumpalo::collections::Vec;
use std::ops::ControlFlow;

/// Attributes of a message, each with its place and its payload.
type Attributes<'a> = Vec<'a, (Place, &'a [u8])>;

impl<'a> Machine<'_, 'a> {
    /// Gives the attributes that are strings longer than `length_max` bytes the value that `change` makes of them.
    #[inline(never)]
    pub(super) fn update_long_unlisted(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        length_max: usize,
        mut change: impl FnMut(&'a [u8]) -> &'a [u8],
    ) {
        let number = self.number(id, field);
        for (place, attribute) in self.longer_attributes(id, number, length_max) {
            let (key, value) = any::key_value(attribute);
            if let Value::String(text) = any::decode(value)
                && text.len() > length_max
            {
                self.check_attribute(id, place);
                let text = Value::String(change(text));
                let (bytes, value) = any::key_value_field(self.arena, number, key, &text);
                let new = self.tree.replace(id, place, bytes);
                self.move_slot(id, key, place, Slot::of(new, value));
            }
        }
    }

    /// The attributes that are longer, as a whole, than so many bytes.
    fn longer_attributes(&self, id: NodeId, number: u32, length_max: usize) -> Attributes<'a> {
        let mut longer = Attributes::new_in(self.arena);
        let Some(run) = self.run_of(id) else {
            let _ = self.tree.each_field(id, number, |place, attribute| {
                if attribute.len() > length_max {
                    longer.push((place, attribute));
                }
                ControlFlow::Continue(())
            });
            return longer;
        };
        let (mut at, end) = (run.place.at as usize, run.place.end as usize);
        let attributes = &self.tree.input[..end];
        while at < end {
            // Most are short. In a run, all have a tag of one byte.
            if let Some([_, length @ 0..0x80]) = attributes[at..].first_chunk()
                && usize::from(*length) <= length_max
            {
                at += 2 + usize::from(*length);
                continue;
            }
            let Some((_, attribute, next)) = field_at(attributes, at) else {
                break;
            };
            if attribute.len() > length_max {
                let (at, end, edit) = (at as u32, next as u32, NONE);
                longer.push((Place { at, end, edit }, attribute));
            }
            at = next;
        }
        for (place, whole) in self.tree.edits_of(id) {
            // It comes in the place of what the request has there.
            longer.retain(|(other, _)| other.edit != NONE || other.at != place.at);
            if whole.len() > length_max
                && let Some(field) = read_whole(whole)
                && field.number == number
            {
                longer.push((place, field.payload));
            }
        }
        longer
    }

    /// Removes the first attribute with this key; the last one moves into the hole.
    #[inline(never)]
    pub(super) fn remove_unlisted(&mut self, id: NodeId, field: &FieldNumbers, key: &[u8]) {
        let number = self.number(id, field);
        let (hole, next, last) = match self.alone_and_last(id, number, key) {
            Some((hole, last)) => (hole, None, last),
            None => match self.first_next_and_last(id, number, key) {
                Some(found) => found,
                None => return,
            },
        };
        let last_bytes = self.tree.whole(last.place);
        self.tree.remove(id, last.place);
        self.shorten_run(id, last.place);
        let node = &mut self.tree.nodes[id as usize];
        node.rows_len = node.rows_len.saturating_sub(1);
        if last.place == hole {
            return self.move_slot(id, key, hole, Slot::ABSENT);
        }
        let place = self.tree.replace(id, hole, last_bytes);
        let moved = Slot::of(place, last.value);
        // The first with the key is the next one now, unless the one that moved ahead has it, too.
        let is_same = same_text(last.key, key);
        let first = match next {
            _ if is_same => moved,
            Some(next) => Slot::of(next.place, next.value),
            None => Slot::ABSENT,
        };
        self.move_slot(id, key, hole, first);
        if !is_same
            && let Some(slot) = self.slot_of_key(id, last.key)
            && slot.payload.is_some()
            && slot.place.is_behind(hole)
        {
            *slot = moved;
        }
    }

    /// Where the only attribute with a key that has a slot stands, and the last attribute, if that is told without a look at
    /// the keys of the others.
    fn alone_and_last(&self, id: NodeId, number: u32, key: &[u8]) -> Option<(Place, Row<'a>)> {
        let run = self.run_of(id)?;
        let node = self.tree.node(id);
        let slot = self.locators[node.level as usize].slot_of_key(key)?;
        let hole = self.slots[node.slots as usize + usize::from(slot)];
        hole.payload?;
        let last = self.last_in_run(&run, number);
        let mut place = input_place(last, run.place.end);
        for (edited, whole) in self.tree.edits_of(id) {
            // Other fields are added, too.
            let is_one = |whole| read_whole(whole).is_some_and(|field| field.number == number);
            if edited.at == last || edited.is_added() && is_one(whole) {
                place = edited;
            }
        }
        let field = read_whole(self.tree.whole(place))?;
        let (key, value) = any::key_value(field.payload);
        Some((hole.place, Row { place, key, value }))
    }

    /// Where the last attribute of a [run](Machine::run_of) begins, of which all have this number.
    fn last_in_run(&self, run: &Slot<'_>, number: u32) -> u32 {
        if run.last_of_run() != NONE {
            return run.last_of_run();
        }
        let attributes = &self.tree.input[..run.place.end as usize];
        let (mut last, mut at) = (run.place.at as usize, run.place.at as usize);
        while at < attributes.len()
            && let Some(next) = end_of(attributes, at, number)
        {
            (last, at) = (at, next);
        }
        last as u32
    }

    /// The last attribute, which stood here, went: if it was of the [run](Machine::run_of), that ends before it.
    fn shorten_run(&mut self, id: NodeId, last: Place) {
        let node = self.tree.node(id);
        let (Some(run), Some(mut old)) = (self.locators[node.level as usize].run, self.run_of(id))
        else {
            return;
        };
        if last.at < old.place.end {
            old.place.end = last.at;
            let slot = &mut self.slots[node.slots as usize + usize::from(run)];
            *slot = match old.place.at < last.at {
                true => Slot::of_run(old.place, NONE),
                false => Slot::ABSENT,
            };
        }
    }

    /// Where the first attribute with a key stands, the next one with it, and the last of all.
    fn first_next_and_last(
        &self,
        id: NodeId,
        number: u32,
        key: &[u8],
    ) -> Option<(Place, Option<Row<'a>>, Row<'a>)> {
        let (mut first, mut next, mut last) = (None, None, None);
        let _ = self.tree.each_field(id, number, |place, attribute| {
            let (its_key, value) = any::key_value(attribute);
            let row = Row {
                place,
                key: its_key,
                value,
            };
            if same_text(its_key, key) {
                match first {
                    None => first = Some(place),
                    Some(_) => next = next.or(Some(row)),
                }
            }
            last = Some(row);
            ControlFlow::Continue(())
        });
        Some((first?, next, last?))
    }

    /// Makes the slot of a key, if there is one and it is of this place, say that the first attribute with the key is
    /// `new`.
    fn move_slot(&mut self, id: NodeId, key: &[u8], place: Place, new: Slot<'a>) {
        if let Some(slot) = self.slot_of_key(id, key)
            && slot.payload.is_some()
            && slot.place == place
        {
            *slot = new;
        }
    }
}
