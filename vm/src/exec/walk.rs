//! A walk over one message that finds what its locator looks for.

use super::eager::Doubt;
use super::locate::{Row, Slot};
use super::locator::{
    ALL_WANTED, ATTRIBUTE, Action, BUCKETS, Locator, NONE_WANTED, SKIP, SOME_WANTED, Step, Wanted,
};
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType, short_field};
use crate::wire::error::WireError;
use crate::wire::short::{Short, Window, is_other_order};
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
    /// Whether the attribute was wanted; `all` says whether all are.
    #[inline(always)]
    pub(super) fn attribute(&mut self, row: Row<'a>, all: bool) -> bool {
        let mut number = NONE;
        if all {
            number = self.rows.len() as u32 - self.first_row;
            self.rows.push(row);
        }
        let Some(slot) = self.locator.slot_of_key(row.key) else {
            return all;
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
        let wanted = self.found.locator.attributes_wanted(self.variant);
        let mut at = start;
        while at < end {
            at = match (wanted, self.is_key_first) {
                (NONE_WANTED, _) => self.fields::<NONE_WANTED, true>(input, at, end)?,
                (SOME_WANTED, false) => self.fields::<SOME_WANTED, true>(input, at, end)?,
                (SOME_WANTED, true) => self.fields::<SOME_WANTED, false>(input, at, end)?,
                (_, false) => self.fields::<ALL_WANTED, true>(input, at, end)?,
                (_, true) => self.fields::<ALL_WANTED, false>(input, at, end)?,
            };
        }
        Ok(())
    }

    /// From `at` on to the end, or to where attributes turn out to have the other order than expected.
    #[inline(always)]
    fn fields<const WANTED: Wanted, const VALUE_FIRST: bool>(
        &mut self,
        input: &'a [u8],
        mut at: u32,
        end: u32,
    ) -> Result<u32, WireError> {
        loop {
            at = self.usual::<WANTED, VALUE_FIRST>(input, at, end);
            if at >= end {
                return Ok(at);
            }
            let [tag, ..] = self.head::<VALUE_FIRST>().to_le_bytes();
            if WANTED != NONE_WANTED && is_other_order::<VALUE_FIRST>(&input[at as usize..], tag) {
                self.is_key_first = VALUE_FIRST;
                return Ok(at);
            }
            at = self.careful_field(&input[..end as usize], at)?;
        }
    }

    /// How attributes begin.
    #[inline(always)]
    fn head<const VALUE_FIRST: bool>(&self) -> u32 {
        self.found.locator.attribute_heads[usize::from(self.variant)][usize::from(VALUE_FIRST)]
    }

    /// Goes over fields and attributes of the usual form. Where that ends: at the end of the message, or before a field of
    /// another form, or one that goes beyond it or lies near the end of the request.
    #[inline(always)]
    fn usual<const WANTED: Wanted, const VALUE_FIRST: bool>(
        &mut self,
        input: &'a [u8],
        at: u32,
        end: u32,
    ) -> u32 {
        let locator = self.found.locator;
        let steps = locator.steps(self.variant);
        let (head, keys) = (self.head::<VALUE_FIRST>(), locator.keys_wanted());
        // Cut so that there is a window at each place within the message and at none behind it.
        let windows = input.get(..end as usize + size_of::<Window>() - 1);
        let windows = windows.unwrap_or(input);
        // As wide as an address, so that nothing is widened for each field.
        let (mut at, mut next, end) = (at as usize, at as usize, end as usize);
        while let Some(window) = window_at(windows, next) {
            at = next;
            if WANTED != NONE_WANTED
                && let Some(short) = Short::read::<VALUE_FIRST>(window, head)
            {
                next += short.length as usize;
                let is_whole = match WANTED {
                    SOME_WANTED if keys >> (short.key_len::<VALUE_FIRST>() % BUCKETS) & 1 == 0 => {
                        continue;
                    }
                    SOME_WANTED => self.some_attribute::<VALUE_FIRST>(input, at, end, short),
                    _ => self.short_attribute::<VALUE_FIRST, true>(input, at, end, short),
                };
                if !is_whole {
                    return at as u32;
                }
                continue;
            }
            let (tag, length) = (window[0], window[1]);
            let found = match steps[usize::from(tag)] {
                Step::Fixed64 => {
                    next += 9;
                    continue;
                }
                Step::Fixed32 => {
                    next += 5;
                    continue;
                }
                Step::Varint if length < 0x80 => {
                    next += 2;
                    continue;
                }
                Step::Bytes if length < 0x80 => {
                    next += 2 + usize::from(length);
                    if WANTED == NONE_WANTED {
                        (at, next) = skip_run(windows, at, next, tag);
                    }
                    continue;
                }
                Step::FoundFixed64 => 9,
                Step::FoundFixed32 => 5,
                Step::FoundVarint if length < 0x80 => 2,
                Step::FoundBytes if length < 0x80 => 2 + usize::from(length),
                Step::FoundEmpty if length == 0 => 2,
                _ => return at as u32,
            };
            next += found;
            if !self.usual_field(input, at, next, end) {
                return at as u32;
            }
        }
        // A field that goes beyond the message is not stepped over.
        (if next > end { at } else { next }) as u32
    }

    /// An attribute with a key of a length that is looked for. Out of line, as few are.
    #[inline(never)]
    fn some_attribute<const VALUE_FIRST: bool>(
        &mut self,
        input: &'a [u8],
        at: usize,
        end: usize,
        short: Short,
    ) -> bool {
        self.short_attribute::<VALUE_FIRST, false>(input, at, end, short)
    }

    /// An attribute of the usual form. Whether it ends within its message.
    #[inline(always)]
    fn short_attribute<const VALUE_FIRST: bool, const ALL: bool>(
        &mut self,
        input: &'a [u8],
        at: usize,
        end: usize,
        short: Short,
    ) -> bool {
        let next = at + short.length as usize;
        let Some(field) = input[..end].get(at..next) else {
            return false;
        };
        let (key, value) = short.key_value::<VALUE_FIRST>(field);
        let place = input_place(at as u32, next as u32);
        self.attribute(Row { place, key, value }, ALL, || is_plain_value(value));
        true
    }

    /// Notes where a field of the usual form stands that needs no check. Whether it ends within its message.
    #[inline(never)]
    fn usual_field(&mut self, input: &'a [u8], at: usize, next: usize, end: usize) -> bool {
        let Some(field) = input[..end].get(at..next) else {
            return false;
        };
        let [tag, payload @ ..] = field else {
            return false;
        };
        let payload = match WireType::of(u64::from(*tag)) {
            Some(WireType::Bytes) => &payload[1..],
            _ => payload,
        };
        let action = self.found.locator.actions[usize::from(self.variant)][usize::from(tag >> 3)];
        let place = input_place(at as u32, next as u32);
        self.note(usize::from(action) - 1, payload, place);
        true
    }

    /// The field at `at`; where the next one begins.
    #[inline(never)]
    fn careful_field(&mut self, message: &'a [u8], at: u32) -> Result<u32, WireError> {
        let Some((tag, start, end)) = short_field(message, at as usize) else {
            return self.long_field(message, at);
        };
        let action = self.found.locator.action(self.variant, u32::from(tag >> 3));
        if action != SKIP {
            let wire_type = WireType::of(u64::from(tag));
            let place = input_place(at, end as u32);
            self.found(action, wire_type, &message[start..end], place);
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
            self.found(action, None, payload, place);
        }
    }

    /// A field to do something at. Its wire type is that of a field of the usual form.
    fn found(
        &mut self,
        action: Action,
        wire_type: Option<WireType>,
        payload: &'a [u8],
        place: Place,
    ) {
        if action == ATTRIBUTE {
            let known = any::key_and_value(payload).filter(|_| wire_type == Some(WireType::Bytes));
            let (key, value) = known.unwrap_or_else(|| any::key_value(payload));
            let is_plain = || known.is_some() && is_plain_value(value);
            let all = self.found.locator.all_attributes;
            return self.attribute(Row { place, key, value }, all, is_plain);
        }
        let slot = usize::from(action) - 1;
        let plain = self.found.locator.plain[usize::from(self.variant)][slot];
        if !plain.allows(wire_type, payload) {
            self.doubt(place);
        }
        self.note(slot, payload, place);
    }

    /// Notes where a field stands that has a slot.
    #[inline(always)]
    fn note(&mut self, slot: usize, payload: &'a [u8], place: Place) {
        let slot = &mut self.found.slots[slot];
        self.is_irregular |= slot.payload.is_some();
        *slot = Slot::of(place, payload);
    }

    #[inline(always)]
    fn attribute(&mut self, row: Row<'a>, all: bool, is_plain: impl FnOnce() -> bool) {
        self.has_unnamed |= row.key.is_empty();
        if self.found.attribute(row, all) && !is_plain() {
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

#[inline(always)]
fn window_at(windows: &[u8], at: usize) -> Option<&Window> {
    windows.get(at..at + size_of::<Window>())?.first_chunk()
}

/// Steps over fields of fewer than 128 bytes that follow one with the same tag and end at `next`. Where the last
/// begins and where it ends.
#[inline(always)]
fn skip_run(windows: &[u8], mut at: usize, mut next: usize, tag: u8) -> (usize, usize) {
    while let Some(&[again, length @ 0..0x80, ..]) = window_at(windows, next)
        && again == tag
    {
        at = next;
        next += 2 + usize::from(length);
    }
    (at, next)
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
