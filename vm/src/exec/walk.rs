//! A walk over one message that finds what its locator looks for.

use super::eager::Doubt;
use super::locate::{Row, Slot};
use super::locator::{ATTRIBUTE, Action, Locator, NO_WIRE_TYPE, SKIP};
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType, short_field};
use crate::wire::error::WireError;
use crate::wire::tree::{NONE, Node, NodeId, Place};
use crate::wire::validate::is_plain_value;

/// What a walk over one message has found.
pub(super) struct Found<'s, 'a> {
    pub(super) locator: &'s Locator,
    pub(super) slots: &'s mut [Slot<'a>],
    pub(super) rows: &'s mut Vec<Row<'a>>,
    pub(super) first_row: u32,
}

impl<'a> Found<'_, 'a> {
    /// Whether the attribute was wanted.
    #[inline(always)]
    pub(super) fn attribute(&mut self, row: Row<'a>) -> bool {
        let mut number = NONE;
        if self.locator.all_attributes {
            number = self.rows.len() as u32 - self.first_row;
            self.rows.push(row);
        }
        let Some(slot) = self.locator.slot_of_key(row.key) else {
            return self.locator.all_attributes;
        };
        let slot = &mut self.slots[usize::from(slot)];
        // Of entries with the same key the first counts.
        if slot.payload.is_none() {
            *slot = Slot::of_row(number, &row);
        }
        true
    }

    /// Tells the node what rows it has.
    pub(super) fn finish(self, node: &mut Node) {
        node.rows_len = self.rows.len() as u32 - node.rows;
        node.rows_room = node.rows_len;
        if self.locator.all_attributes {
            let spare = self.locator.rows_spare();
            self.rows.resize(self.rows.len() + spare, Row::EMPTY);
            node.rows_room += spare as u32;
        }
    }
}

/// A walk over one message.
pub(super) struct Walk<'s, 'a> {
    pub(super) id: NodeId,
    pub(super) variant: u8,
    pub(super) found: Found<'s, 'a>,
    pub(super) is_irregular: bool,
    /// See [`Eager::has_unnamed`].
    pub(super) has_unnamed: bool,
    /// See [`Eager::doubts`]; `None` where all is checked already.
    pub(super) doubts: Option<&'s mut Vec<Doubt>>,
}

impl<'a> Walk<'_, 'a> {
    /// Over a message as it came in.
    #[inline(always)]
    pub(super) fn raw(
        &mut self,
        input: &'a [u8],
        start: usize,
        end: usize,
    ) -> Result<(), WireError> {
        let message = input.get(..end).unwrap_or(input);
        let locator = self.found.locator;
        let actions = &locator.actions[usize::from(self.variant)];
        let attribute_tag = locator.attribute_tags[usize::from(self.variant)];
        let keys = locator.keys_wanted();
        let mut at = start;
        while let Some([tag, rest @ ..]) = message.get(at..) {
            if *tag == attribute_tag
                && let Some((key, value, length)) = any::short_attribute(rest)
            {
                let end = at + 1 + length;
                if keys >> Locator::bucket(key) & 1 != 0 {
                    let place = input_place(at, end);
                    self.attribute(Row { place, key, value }, is_plain_value(value));
                }
                at = end;
                continue;
            }
            let Some((tag, start, end)) = short_field(message, at) else {
                at = self.long_field(message, at)?;
                continue;
            };
            let action = actions[usize::from(tag >> 3)];
            if action != SKIP {
                let place = input_place(at, end);
                self.found(action, tag & 7, &message[start..end], place);
            }
            at = end;
        }
        Ok(())
    }

    /// The field at `at`, of any form; where the next one begins.
    #[inline(never)]
    fn long_field(&mut self, message: &'a [u8], at: usize) -> Result<usize, WireError> {
        let mut cursor = Cursor::over(message, at, message.len());
        if let Some((at, number, payload)) = cursor.field()? {
            self.field(number, payload, input_place(at, cursor.position()));
        }
        Ok(cursor.position())
    }

    pub(super) fn field(&mut self, number: u32, payload: &'a [u8], place: Place) {
        let action = self.found.locator.action(self.variant, number);
        if action != SKIP {
            self.found(action, NO_WIRE_TYPE, payload, place);
        }
    }

    /// A field to do something at. Its wire type is that of a field of the usual form.
    fn found(&mut self, action: Action, wire_type: u8, payload: &'a [u8], place: Place) {
        if action == ATTRIBUTE {
            let known = any::key_and_value(payload).filter(|_| wire_type == WireType::Bytes as u8);
            let (key, value) = known.unwrap_or_else(|| any::key_value(payload));
            let is_plain = known.is_some() && is_plain_value(value);
            return self.attribute(Row { place, key, value }, is_plain);
        }
        let number = usize::from(action) - 1;
        let slot = &mut self.found.slots[number];
        self.is_irregular |= slot.payload.is_some();
        *slot = Slot::of(place, payload);
        if self.found.locator.plain[usize::from(self.variant)][number] != wire_type {
            self.doubt(place);
        }
    }

    #[inline(always)]
    fn attribute(&mut self, row: Row<'a>, is_plain: bool) {
        self.has_unnamed |= row.key.is_empty();
        if self.found.attribute(row) && !is_plain {
            self.doubt(row.place);
        }
    }

    #[inline(never)]
    fn doubt(&mut self, place: Place) {
        if let Some(doubts) = &mut self.doubts {
            let (id, at, end) = (self.id, place.at, place.end);
            doubts.push(Doubt { id, at, end });
        }
    }
}

/// A place that no edit has changed.
#[inline(always)]
pub(super) fn input_place(at: usize, end: usize) -> Place {
    Place {
        at: at as u32,
        end: end as u32,
        edit: NONE,
    }
}
