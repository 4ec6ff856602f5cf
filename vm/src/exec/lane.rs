//! One record's messages, for paths and functions that look at more than a field.

use super::machine::Machine;
use crate::error::Error;
use crate::path::form::{Form, length_delimited};
use crate::path::special::METRIC_DATA;
use crate::path::{FieldNumbers, Level};
use crate::value::Value;
use crate::wire::tree::{NONE, NodeId, Place};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use smallvec::SmallVec;
use std::ops::ControlFlow;

type Result<'a, T> = std::result::Result<T, Error<'a>>;

/// One record's messages, for paths that are more than a field.
pub struct Lane<'m, 'p: 'a, 'a> {
    pub(crate) machine: &'m mut Machine<'p, 'a>,
    pub(crate) lane: usize,
}

/// Whether a field's messages can be records of a pass.
fn has_records(level: Level, number: u32) -> bool {
    match level {
        Level::Span => number == 11,
        Level::MetricData => number == 1,
        Level::DataPoint => matches!(number, 5 | 8 | 11),
        _ => false,
    }
}

impl<'p: 'a, 'a> Lane<'_, 'p, 'a> {
    /// The record's message at a level as it is now.
    ///
    /// # Errors
    /// The record has no such message.
    pub fn message(&self, level: Level) -> Result<'a, &'a [u8]> {
        let id = self.machine.holder(level, self.lane)?;
        Ok(self.machine.tree.render(id, self.machine.arena))
    }

    /// The field that a statement put in the place of the metric's data: its number and payload. `None` if
    /// the metric has the data that it came with, of which the nodes then are.
    pub(crate) fn replaced_data(&self) -> Option<(u32, &'a [u8])> {
        let id = self.machine.holder(Level::Metric, self.lane).ok()?;
        let is_data = |number| METRIC_DATA.iter().any(|(field, _)| *field == number);
        let fields = self.machine.tree.fields(id);
        let data = fields.filter(|field| is_data(field.number)).last()?;
        (data.place.edit != NONE).then_some((data.number, data.payload))
    }

    /// Gives the metric other data: field `number` of the metric with this payload.
    ///
    /// # Errors
    /// The record has no metric.
    pub fn set_metric_data(&mut self, number: u32, payload: &[u8]) -> Result<'a, ()> {
        for (field, _) in METRIC_DATA {
            self.replace(Level::Metric, field, &[])?;
        }
        let field = length_delimited(number, payload, self.machine.arena);
        self.replace(Level::Metric, number, field)?;
        self.machine.tree.is_restructured = true;
        Ok(())
    }

    /// Adds a metric with this payload to the metric's scope. The pass visits it, too.
    ///
    /// # Errors
    /// A request that makes more metrics than its bounds allow.
    pub fn add_metric(&mut self, payload: &[u8]) -> Result<'a, ()> {
        const METRICS_FIELD: u32 = 2;
        let id = self.machine.holder(Level::ScopeContainer, self.lane)?;
        self.machine.made.count(payload.len())?;
        let field = length_delimited(METRICS_FIELD, payload, self.machine.arena);
        self.machine.tree.append(id, field);
        self.machine.forget_slots(id);
        self.machine.tree.is_restructured = true;
        Ok(())
    }

    /// Counts bytes that a statement is about to make of fewer.
    ///
    /// # Errors
    /// A request that makes more than its bounds allow.
    pub fn grow(&mut self, bytes: usize) -> Result<'a, ()> {
        self.machine.made.grow(bytes)
    }

    /// How many bytes the request's statements may make yet.
    pub fn room(&self) -> usize {
        self.machine.made.room()
    }

    /// The request's arena.
    pub fn arena(&self) -> &'a Bump {
        self.machine.arena
    }

    /// The variant of the record's message at a level (see [`FieldNumbers`]); `None` if it has none.
    pub fn variant(&self, level: Level) -> Option<u8> {
        match self.machine.node_of(level, self.lane) {
            NONE => None,
            id => Some(self.machine.tree.node(id).variant),
        }
    }

    /// The payload of a singular field of the record's message at a level.
    pub fn field(&mut self, level: Level, field: &FieldNumbers) -> Option<&'a [u8]> {
        let id = self.machine.holder(level, self.lane).ok()?;
        let slot = self.slot_of_field(id, self.machine.number(id, field));
        self.machine.field(id, field, slot).payload
    }

    /// The slot of a field of a message, if the program has one for it.
    fn slot_of_field(&self, id: NodeId, number: u32) -> Option<u16> {
        let node = self.machine.tree.node(id);
        self.machine.locators[node.level as usize].slot_of_field(node.variant, number)
    }

    /// All fields with this number, whole, one after the other, and how many there are.
    pub fn run(&self, level: Level, number: u32) -> (&'a [u8], usize) {
        let Ok(id) = self.machine.holder(level, self.lane) else {
            return (&[], 0);
        };
        let mut out = Vec::new_in(self.machine.arena);
        let mut count = 0;
        let whole = self.machine.tree.render(id, self.machine.arena);
        let fields = crate::wire::tree::message_fields(whole);
        for field in fields.filter(|f| f.number == number) {
            out.extend_from_slice_copy(field.whole);
            count += 1;
        }
        (out.into_bump_slice(), count)
    }

    /// Shows the payloads of the fields with this number of the record's message at a level.
    pub fn each(&self, level: Level, number: u32, mut look: impl FnMut(&'a [u8])) {
        if let Ok(id) = self.machine.holder(level, self.lane) {
            let _ = self.machine.tree.each_field(id, number, |_, payload| {
                look(payload);
                ControlFlow::Continue(())
            });
        }
    }

    /// The items of a repeated fixed64 or double of the record's message at a level, packed or not, as bits.
    pub fn fixed64s(&self, level: Level, number: u32) -> Vec<'a, u64> {
        let mut all = Vec::new_in(self.machine.arena);
        self.each(level, number, |payload| {
            let (items, _) = payload.as_chunks();
            all.reserve(items.len());
            all.extend(items.iter().map(|item| u64::from_le_bytes(*item)));
        });
        all
    }

    /// The numbers of all fields of the record's message at a level.
    pub fn numbers(&self, level: Level) -> impl Iterator<Item = u32> + '_ {
        let id = self.machine.holder(level, self.lane).ok();
        let mut fields = id.map(|id| self.machine.tree.fields(id));
        std::iter::from_fn(move || Some(fields.as_mut()?.next()?.number))
    }

    /// Replaces all fields with this number by whole fields of the same number, or by nothing.
    pub fn replace(&mut self, level: Level, number: u32, bytes: &'a [u8]) -> Result<'a, ()> {
        let id = self.machine.holder(level, self.lane)?;
        if let Some(slot) = self.slot_of_field(id, number) {
            let old = self.machine.slot(id, slot);
            if old.payload.is_some() {
                self.machine.tree.detach(id, old.place);
            }
            // A field that has a slot is one that a message has once.
            self.machine.put(id, old, Some(slot), bytes);
            return Ok(());
        }
        let holds_records = has_records(level, number);
        // Records that take their own places stay the same records.
        if holds_records && self.run(level, number).0 == bytes {
            return Ok(());
        }
        let mut places: SmallVec<[Place; 4]> = SmallVec::new();
        let _ = self.machine.tree.each_field(id, number, |place, _| {
            places.push(place);
            ControlFlow::Continue(())
        });
        let mut fields = crate::wire::tree::message_fields(bytes).map(|field| field.whole);
        let tree = &mut self.machine.tree;
        for place in places {
            tree.detach(id, place);
            match fields.next() {
                Some(field) => {
                    tree.replace(id, place, field);
                }
                None => tree.remove(id, place),
            }
        }
        tree.is_restructured |= holds_records;
        fields.for_each(|field| {
            tree.append(id, field);
        });
        self.machine.forget_slots(id);
        Ok(())
    }

    /// Reads a field as a form does.
    pub fn read(&mut self, level: Level, field: &FieldNumbers, form: Form) -> Value<'a> {
        let payload = self.field(level, field);
        form.decode(payload, self.machine.arena)
    }

    /// Writes a field as a form does.
    pub fn write(
        &mut self,
        level: Level,
        number: u32,
        form: Form,
        value: Value<'a>,
    ) -> Result<'a, ()> {
        let current = self.field(level, &crate::path::every(number));
        let bytes = form.encode(number, value, current, self.machine.arena)?;
        self.replace(level, number, bytes)
    }
}
