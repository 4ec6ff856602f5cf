//! Locating: one walk over a message finds the fields and attributes that a pass touches.
//!
//! A slot remembers where a touched field stands and its payload. Slots are a cache over
//! [`Tree::fields`]: a store through a slot keeps it right, anything else that edits a message forgets
//! the message's slots, and the next use locates them again.

use super::machine::Machine;
use crate::path::FieldNumbers;
use crate::program::Touched;
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType};
use crate::wire::error::WireError;
use crate::wire::tree::{Field, NONE, NodeId, Place};

/// Where a touched field stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<'a> {
    /// Its place; meaningless if the field is absent.
    pub(crate) place: Place,
    /// Its payload; of an attribute the payload of its value. `None` if it is absent.
    pub(crate) payload: Option<&'a [u8]>,
}

impl Slot<'_> {
    pub(crate) const ABSENT: Slot<'static> = Slot {
        place: Place {
            at: 0,
            end: 0,
            edit: NONE,
        },
        payload: None,
    };
}

/// What a walk does at a field: nothing, fill slot n - 1, or look at an attribute's key.
type Action = u8;
const SKIP: Action = 0;
const ATTRIBUTE: Action = u8::MAX;

/// Field numbers that get a place in the table; none that is touched is larger.
const NUMBERS: usize = 32;

/// What to look for in the messages of a level, in the form that a walk wants it.
#[derive(Clone, Debug)]
pub(crate) struct Locator {
    actions: [[Action; NUMBERS]; 4],
    /// Bit n: some key is n bytes long, modulo 64.
    key_lengths: u64,
    keys: Vec<(Box<[u8]>, u16)>,
    slots: u16,
}

impl Locator {
    pub(crate) fn new(touched: &Touched) -> Locator {
        let mut actions = [[SKIP; NUMBERS]; 4];
        let mut set = |field: &FieldNumbers, action: Action| {
            for (variant, number) in actions.iter_mut().zip(field) {
                variant[*number as usize] = action;
            }
        };
        for (field, slot) in &touched.fields {
            set(field, *slot as Action + 1);
        }
        if let Some(field) = &touched.attributes {
            set(field, ATTRIBUTE);
        }
        // Number 0 stands for "no such field in this variant".
        for variant in &mut actions {
            variant[0] = SKIP;
        }
        Locator {
            actions,
            key_lengths: touched
                .keys
                .iter()
                .fold(0, |bits, (key, _)| bits | 1 << (key.len() % 64)),
            keys: touched
                .keys
                .iter()
                .map(|(key, slot)| (key.as_slice().into(), *slot))
                .collect(),
            slots: touched.slots,
        }
    }

    #[inline]
    fn action(&self, variant: u8, number: u32) -> Action {
        self.actions[usize::from(variant)]
            .get(number as usize)
            .copied()
            .unwrap_or(SKIP)
    }

    #[inline]
    fn slot_of_key(&self, key: &[u8]) -> Option<u16> {
        if self.key_lengths >> (key.len() % 64) & 1 == 0 {
            return None;
        }
        self.keys
            .iter()
            .find(|(candidate, _)| **candidate == *key)
            .map(|(_, slot)| *slot)
    }
}

impl<'a> Machine<'_, 'a> {
    /// The slot of a message's touched field.
    #[inline]
    pub(crate) fn slot(&mut self, id: NodeId, slot: u16) -> Slot<'a> {
        let base = match self.tree.node(id).slots {
            NONE => self.locate(id),
            base => base,
        };
        self.slots[base as usize + usize::from(slot)]
    }

    /// Remembers where a field that was just written stands.
    pub(crate) fn set_slot(&mut self, id: NodeId, slot: u16, new: Slot<'a>) {
        let base = self.tree.node(id).slots;
        if base != NONE {
            self.slots[base as usize + usize::from(slot)] = new;
        }
    }

    /// Forgets a message's slots, after edits that did not go through them.
    pub(crate) fn forget_slots(&mut self, id: NodeId) {
        self.tree.nodes[id as usize].slots = NONE;
    }

    fn locate(&mut self, id: NodeId) -> u32 {
        let node = *self.tree.node(id);
        let locator = &self.locators[node.level as usize];
        let base = self.slots.len();
        self.slots
            .resize(base + usize::from(locator.slots), Slot::ABSENT);
        let slots = &mut self.slots[base..];
        if node.first_edit == NONE {
            let cursor = Cursor::over(self.tree.input, node.start as usize, node.end as usize);
            let walk = Walk {
                locator,
                variant: node.variant,
                slots,
                is_irregular: &mut self.tree.is_irregular,
            };
            if let Err(error) = walk.raw(cursor, self.tree.input) {
                self.wire_error.get_or_insert(error);
            }
        } else {
            let mut is_irregular = false;
            let mut walk = Walk {
                locator,
                variant: node.variant,
                slots,
                is_irregular: &mut is_irregular,
            };
            for field in self.tree.fields(id) {
                walk.field(&field);
            }
            self.tree.is_irregular |= is_irregular;
        }
        self.tree.nodes[id as usize].slots = base as u32;
        base as u32
    }
}

struct Walk<'m, 's, 'a> {
    locator: &'m Locator,
    variant: u8,
    slots: &'s mut [Slot<'a>],
    is_irregular: &'m mut bool,
}

impl<'a> Walk<'_, '_, 'a> {
    /// Over a message as it came in.
    #[inline]
    fn raw(mut self, mut cursor: Cursor<'a>, input: &'a [u8]) -> Result<(), WireError> {
        while !cursor.is_at_end() {
            let at = cursor.position();
            let (number, wire_type) = cursor.tag()?;
            let action = self.locator.action(self.variant, number);
            if action == SKIP {
                cursor.skip(wire_type)?;
                continue;
            }
            let payload = if wire_type == WireType::Bytes {
                cursor.bytes()?
            } else {
                let start = cursor.position();
                cursor.skip(wire_type)?;
                &input[start..cursor.position()]
            };
            let place = Place {
                at: at as u32,
                end: cursor.position() as u32,
                edit: NONE,
            };
            self.found(action, payload, place);
        }
        Ok(())
    }

    fn field(&mut self, field: &Field<'a>) {
        let action = self.locator.action(self.variant, field.number);
        if action != SKIP {
            self.found(action, field.payload, field.place);
        }
    }

    #[inline]
    fn found(&mut self, action: Action, payload: &'a [u8], place: Place) {
        if action == ATTRIBUTE {
            let (key, value) = any::key_value(payload);
            // Of entries with the same key the first counts.
            if let Some(slot) = self.locator.slot_of_key(key)
                && let slot = &mut self.slots[usize::from(slot)]
                && slot.payload.is_none()
            {
                *slot = Slot {
                    place,
                    payload: Some(value),
                };
            }
        } else {
            let slot = &mut self.slots[usize::from(action) - 1];
            *self.is_irregular |= slot.payload.is_some();
            *slot = Slot {
                place,
                payload: Some(payload),
            };
        }
    }
}
