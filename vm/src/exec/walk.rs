//! A walk over one message that finds what its locator looks for.

use super::eager::Doubt;
use super::locate::{Row, Slot};
use super::locator::{ATTRIBUTE, Action, BUCKETS, Locator, NO_WIRE_TYPE, SKIP, Step, Steps};
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType, short_field};
use crate::wire::error::WireError;
use crate::wire::short::{Short, Window, attribute_head, is_other_order};
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
    /// Whether attributes are expected to begin with their key, as those before did.
    pub(super) is_key_first: bool,
    pub(super) is_irregular: bool,
    /// See [`Walked`](super::eager::Walked).
    pub(super) has_unnamed: bool,
    /// See [`Walked`](super::eager::Walked); `None` where all is checked already.
    pub(super) doubts: Option<&'s mut Vec<Doubt>>,
}

impl<'a> Walk<'_, 'a> {
    /// Over a message as it came in.
    #[inline(always)]
    pub(super) fn raw(&mut self, input: &'a [u8], start: u32, end: u32) -> Result<(), WireError> {
        let end = end.min(input.len() as u32);
        let mut at = start;
        while at < end {
            at = match self.is_key_first {
                true => self.fields::<false>(input, at, end)?,
                false => self.fields::<true>(input, at, end)?,
            };
        }
        Ok(())
    }

    /// From `at` on to the end, or to where attributes turn out to have the other order than expected.
    #[inline(always)]
    fn fields<const VALUE_FIRST: bool>(
        &mut self,
        input: &'a [u8],
        mut at: u32,
        end: u32,
    ) -> Result<u32, WireError> {
        let locator = self.found.locator;
        let steps = locator.steps(self.variant);
        let actions = &locator.actions[usize::from(self.variant)];
        let tag = locator.attribute_tags[usize::from(self.variant)];
        let head = attribute_head::<VALUE_FIRST>(tag);
        let message = &input[..end as usize];
        loop {
            if !locator.all_attributes {
                at = skip::<VALUE_FIRST>(input, at, end, steps, head, locator.keys_wanted());
            }
            if at >= end {
                return Ok(at);
            }
            let window = input[at as usize..].first_chunk();
            if let Some(window) = window
                && let Some(short) = Short::read::<VALUE_FIRST>(window, head)
                && let Some(field) = message[at as usize..].get(..short.length as usize)
            {
                let (key, value) = short.key_value::<VALUE_FIRST>(field);
                let place = input_place(at, at + short.length);
                self.attribute(Row { place, key, value }, is_plain_value(value));
                at += short.length;
                continue;
            }
            if let Some(&[tag, next, ..]) = window {
                if let Some(length) = steps[usize::from(tag)].length(next)
                    && length <= end - at
                {
                    at += length;
                    continue;
                }
                let (step, action) = (Step::usual(tag), actions[usize::from(tag >> 3)]);
                if let Some(length) = step.length(next)
                    && length <= end - at
                    && action != ATTRIBUTE
                    && action != SKIP
                {
                    let payload = &message[(at + step.start()) as usize..(at + length) as usize];
                    self.field_found(action, tag & 7, payload, input_place(at, at + length));
                    at += length;
                    continue;
                }
            }
            if window.is_some_and(|window| is_other_order::<VALUE_FIRST>(window, tag)) {
                self.is_key_first = VALUE_FIRST;
                return Ok(at);
            }
            at = self.careful_field(message, at)?;
        }
    }

    /// The field at `at`; where the next one begins.
    #[inline]
    fn careful_field(&mut self, message: &'a [u8], at: u32) -> Result<u32, WireError> {
        let Some((tag, start, end)) = short_field(message, at as usize) else {
            return self.long_field(message, at);
        };
        let action = self.found.locator.action(self.variant, u32::from(tag >> 3));
        if action != SKIP {
            let place = input_place(at, end as u32);
            self.found(action, tag & 7, &message[start..end], place);
        }
        Ok(end as u32)
    }

    /// The field at `at`, of any form; where the next one begins.
    #[inline(never)]
    fn long_field(&mut self, message: &'a [u8], at: u32) -> Result<u32, WireError> {
        let mut cursor = Cursor::over(message, at as usize, message.len());
        let field = cursor.field()?;
        let end = cursor.position() as u32;
        if let Some((_, number, payload)) = field {
            self.field(number, payload, input_place(at, end));
        }
        Ok(end)
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
        self.field_found(action, wire_type, payload, place);
    }

    /// The same of a field that is no attribute.
    #[inline(always)]
    fn field_found(&mut self, action: Action, wire_type: u8, payload: &'a [u8], place: Place) {
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

/// Steps over fields and attributes of the usual form that nobody looks for, and within the message. Where that ends.
#[inline(always)]
fn skip<const VALUE_FIRST: bool>(
    input: &[u8],
    mut at: u32,
    end: u32,
    steps: &Steps,
    attribute_head: u32,
    keys: u64,
) -> u32 {
    // Cut so that there is a window at each place within the message and at none behind it.
    let windows = input.get(..end as usize + size_of::<Window>() - 1);
    let windows = windows.unwrap_or(input);
    let mut next = at;
    while let Some(window) = windows.get(next as usize..next as usize + size_of::<Window>())
        && let Some(window) = window.first_chunk()
    {
        at = next;
        next += match Short::read::<VALUE_FIRST>(window, attribute_head) {
            Some(short) if keys >> (short.key_len::<VALUE_FIRST>() % BUCKETS) & 1 == 0 => {
                short.length
            }
            Some(_) => return at,
            None => match steps[usize::from(window[0])].length(window[1]) {
                Some(length) => length,
                None => return at,
            },
        };
    }
    // A field that goes beyond the message is not stepped over.
    if next > end { at } else { next }
}

/// A place that no edit has changed.
#[inline(always)]
pub(super) fn input_place(at: u32, end: u32) -> Place {
    Place {
        at,
        end,
        edit: NONE,
    }
}
