//! Locating: one walk over a message finds the fields and attributes that a program touches.
//!
//! A slot remembers where a touched field stands and its payload; where a program touches attributes as a
//! whole, rows do so for all of a message's attributes, in their order. Slots and rows are a cache over
//! [`Tree::fields`]: what stores through them keeps them right, anything else that edits a message forgets
//! them, and the next use locates again.

use super::machine::Machine;
use crate::path::{FieldNumbers, Level};
use crate::program::Touched;
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType};
use crate::wire::error::WireError;
use crate::wire::index::{Finder, Levels};
use crate::wire::tree::{NONE, Node, NodeId, Place};

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

    /// Whether its message has a row for it.
    pub(crate) fn has_row(&self) -> bool {
        self.row != NONE
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
    const EMPTY: Row<'static> = Row {
        place: Slot::ABSENT.place,
        key: &[],
        value: &[],
    };
}

/// What a walk does at a field: nothing, fill slot n - 1, or look at an attribute's key.
type Action = u8;
const SKIP: Action = 0;
const ATTRIBUTE: Action = u8::MAX;

/// Field numbers that get a place in the table; none that is touched is larger.
const NUMBERS: usize = 32;

/// Rows that a message has room for beside those it has when it is located.
const ROWS_SPARE_MAX: usize = 4;

/// What to look for in the messages of a level, in the form that a walk wants it.
#[derive(Clone, Debug)]
pub(crate) struct Locator {
    actions: [[Action; NUMBERS]; 4],
    attributes: Option<FieldNumbers>,
    /// Whether all attributes get rows.
    all_attributes: bool,
    /// The keys with their slots, by [`Locator::bucket`].
    keys: Vec<(Box<[u8]>, u16)>,
    /// Where a bucket's keys begin, and at the end how many keys there are.
    buckets: [u16; BUCKETS + 1],
    /// Bit n: bucket n has keys.
    filled: u64,
    slots: u16,
}

/// Whether two keys are the same; without a call for those of the usual lengths.
#[inline(always)]
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.len(), b.len()) {
        (8..=16, length) if length == a.len() => {
            a.first_chunk::<8>() == b.first_chunk::<8>()
                && a.last_chunk::<8>() == b.last_chunk::<8>()
        }
        (17..=32, length) if length == a.len() => {
            a.first_chunk::<16>() == b.first_chunk::<16>()
                && a.last_chunk::<16>() == b.last_chunk::<16>()
        }
        _ => a == b,
    }
}

/// Keys are told apart by their length first.
const BUCKETS: usize = 64;

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
        let mut keys: Vec<(Box<[u8]>, u16)> = touched
            .keys
            .iter()
            .map(|(key, slot)| (key.as_slice().into(), *slot))
            .collect();
        keys.sort_by_key(|(key, _)| Locator::bucket(key));
        let mut buckets = [0; BUCKETS + 1];
        for (bucket, start) in buckets.iter_mut().enumerate() {
            *start = keys.partition_point(|(key, _)| Locator::bucket(key) < bucket) as u16;
        }
        Locator {
            actions,
            attributes: touched.attributes,
            all_attributes: touched.all_attributes,
            filled: keys
                .iter()
                .fold(0, |bits, (key, _)| bits | 1 << Locator::bucket(key)),
            keys,
            buckets,
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
    fn bucket(key: &[u8]) -> usize {
        key.len() % BUCKETS
    }

    /// The slot of an attribute, if it has one.
    #[inline]
    pub(crate) fn slot_of_key(&self, key: &[u8]) -> Option<u16> {
        let bucket = Locator::bucket(key);
        if self.filled >> bucket & 1 == 0 {
            return None;
        }
        let (start, end) = (self.buckets[bucket], self.buckets[bucket + 1]);
        self.keys
            .get(usize::from(start)..usize::from(end))?
            .iter()
            .find(|(candidate, _)| same(candidate, key))
            .map(|(_, slot)| *slot)
    }

    /// The keys that have slots.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.iter().map(|(key, _)| &**key)
    }

    /// How many slots a message has.
    pub(crate) fn slot_count(&self) -> usize {
        usize::from(self.slots)
    }

    /// Whether there is anything to look for.
    fn wants_anything(&self) -> bool {
        self.slots > 0 || self.all_attributes
    }

    fn rows_spare(&self) -> usize {
        self.keys.len().min(ROWS_SPARE_MAX)
    }
}

impl<'a> Machine<'_, 'a> {
    /// The slot of a message's touched field.
    #[inline]
    pub(crate) fn slot(&mut self, id: NodeId, slot: u16) -> Slot<'a> {
        let base = self.located(id);
        self.slots[base as usize + usize::from(slot)]
    }

    /// Where the message's slots begin.
    #[inline]
    fn located(&mut self, id: NodeId) -> u32 {
        match self.tree.node(id).slots {
            NONE => self.locate(id),
            base => base,
        }
    }

    /// All attributes of a message in order; `None` if the program does not keep rows of them.
    #[inline]
    pub(crate) fn rows(&mut self, id: NodeId, field: &FieldNumbers) -> Option<&[Row<'a>]> {
        let locator = &self.locators[self.tree.node(id).level as usize];
        if !locator.all_attributes || locator.attributes != Some(*field) {
            return None;
        }
        self.located(id);
        let node = self.tree.node(id);
        self.rows
            .get(node.rows as usize..)?
            .get(..node.rows_len as usize)
    }

    /// Remembers where a field that was just written stands.
    #[inline]
    pub(crate) fn set_slot(&mut self, id: NodeId, slot: u16, new: Slot<'a>) {
        let base = self.tree.node(id).slots;
        if base != NONE {
            self.slots[base as usize + usize::from(slot)] = new;
        }
    }

    /// Remembers where an attribute that was just written stands; `old` is what its slot said before.
    #[inline]
    pub(crate) fn set_attribute(&mut self, id: NodeId, slot: u16, old: Slot<'a>, new: Row<'a>) {
        let node = &mut self.tree.nodes[id as usize];
        if node.slots == NONE {
            return;
        }
        let mut row = NONE;
        if self.locators[node.level as usize].all_attributes {
            row = old.row;
            if old.payload.is_none() {
                if node.rows_len == node.rows_room {
                    return self.forget_slots(id);
                }
                row = node.rows_len;
                node.rows_len += 1;
            }
            self.rows[(node.rows + row) as usize] = new;
        }
        self.slots[node.slots as usize + usize::from(slot)] = Slot::of_row(row, &new);
    }

    /// Gives a message other attributes, whose fields stand where the rows say.
    pub(crate) fn set_rows(&mut self, id: NodeId, rows: impl Iterator<Item = Row<'a>>) {
        let node = &mut self.tree.nodes[id as usize];
        let locator = &self.locators[node.level as usize];
        if node.slots == NONE || !locator.all_attributes {
            node.slots = NONE;
            return;
        }
        let slots = &mut self.slots[node.slots as usize..];
        for (_, slot) in &locator.keys {
            slots[usize::from(*slot)] = Slot::ABSENT;
        }
        node.rows = self.rows.len() as u32;
        let mut found = Found {
            locator,
            slots,
            rows: &mut self.rows,
            first_row: node.rows,
        };
        rows.for_each(|row| found.attribute(row));
        found.finish(node);
    }

    /// Forgets a message's slots and rows, after edits that did not go through them.
    pub(crate) fn forget_slots(&mut self, id: NodeId) {
        self.tree.nodes[id as usize].slots = NONE;
    }

    #[inline(never)]
    fn locate(&mut self, id: NodeId) -> u32 {
        let node = *self.tree.node(id);
        let locator = &self.locators[node.level as usize];
        let base = self.slots.len();
        self.slots
            .resize(base + usize::from(locator.slots), Slot::ABSENT);
        let first_row = self.rows.len() as u32;
        let mut walk = Walk {
            variant: node.variant,
            found: Found {
                locator,
                slots: &mut self.slots[base..],
                rows: &mut self.rows,
                first_row,
            },
            is_irregular: false,
            has_unnamed: false,
        };
        if node.first_edit == NONE {
            if let Err(error) = walk.raw(self.tree.input, node.start as usize, node.end as usize) {
                self.wire_error.get_or_insert(error);
            }
        } else {
            for field in self.tree.fields(id) {
                walk.field(field.number, field.payload, field.place);
            }
        }
        let is_irregular = walk.is_irregular;
        let node = &mut self.tree.nodes[id as usize];
        node.slots = base as u32;
        node.rows = first_row;
        walk.found.finish(node);
        self.tree.is_irregular |= is_irregular;
        base as u32
    }
}

/// Locates messages without nodes inside them while the request is read, when their bytes are at hand.
pub(crate) struct Eager<'m, 'a> {
    pub(crate) input: &'a [u8],
    pub(crate) locators: &'m [Locator; Level::COUNT],
    /// The levels whose messages are located.
    pub(crate) levels: Levels,
    /// Whether fields are told one by one; if not, each message is walked over.
    pub(crate) is_told: bool,
    pub(crate) slots: &'m mut Vec<Slot<'a>>,
    pub(crate) rows: &'m mut Vec<Row<'a>>,
    /// The message at hand, [`NONE`] if it is not located; what to do at its fields and attributes, and
    /// where its slots and rows begin.
    open: NodeId,
    open_level: Level,
    actions: &'m [Action; NUMBERS],
    keys: u64,
    base: usize,
    first_row: u32,
    /// What was wrong with a message that was walked over.
    pub(crate) error: Option<WireError>,
    pub(crate) is_irregular: bool,
    /// Whether an attribute that was walked over has no key, or none that can be read.
    pub(crate) has_unnamed: bool,
}

impl<'m, 'a> Eager<'m, 'a> {
    pub(crate) fn new(
        input: &'a [u8],
        locators: &'m [Locator; Level::COUNT],
        nodes: Levels,
        is_told: bool,
        slots: &'m mut Vec<Slot<'a>>,
        rows: &'m mut Vec<Row<'a>>,
    ) -> Eager<'m, 'a> {
        let mut levels = Levels::default();
        for level in LEAVES {
            let holds_nodes = inside(level).is_some_and(|inner| nodes.contains(inner));
            if nodes.contains(level) && !holds_nodes && locators[level as usize].wants_anything() {
                levels.insert(level);
            }
        }
        Eager {
            input,
            locators,
            levels,
            is_told,
            slots,
            rows,
            open: NONE,
            open_level: Level::Cache,
            actions: &[SKIP; NUMBERS],
            keys: 0,
            base: 0,
            first_row: 0,
            error: None,
            is_irregular: false,
            has_unnamed: false,
        }
    }

    #[inline(always)]
    fn found(&mut self, level: Level) -> Found<'_, '_, 'a> {
        Found {
            locator: &self.locators[level as usize],
            slots: &mut self.slots[self.base..],
            rows: self.rows,
            first_row: self.first_row,
        }
    }
}

/// The levels whose messages may have no nodes inside them.
const LEAVES: [Level; 8] = [
    Level::Resource,
    Level::Scope,
    Level::Span,
    Level::SpanEvent,
    Level::Log,
    Level::Metric,
    Level::DataPoint,
    Level::Exemplar,
];

/// The level of the nodes inside a message.
fn inside(level: Level) -> Option<Level> {
    match level {
        Level::Span => Some(Level::SpanEvent),
        Level::Metric => Some(Level::MetricData),
        Level::DataPoint => Some(Level::Exemplar),
        _ => None,
    }
}

impl<'a> Finder<'a> for Eager<'_, 'a> {
    #[inline]
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) {
        let node = &mut nodes[id as usize];
        if !self.levels.contains(node.level) {
            return;
        }
        let locator = &self.locators[node.level as usize];
        self.base = self.slots.len();
        self.slots
            .resize(self.base + usize::from(locator.slots), Slot::ABSENT);
        self.first_row = self.rows.len() as u32;
        self.open = id;
        self.open_level = node.level;
        self.actions = &locator.actions[usize::from(node.variant)];
        self.keys = match locator.all_attributes {
            true => u64::MAX,
            false => locator.filled,
        };
        if self.is_told {
            return;
        }
        let (start, end) = (node.start as usize, node.end as usize);
        let (input, variant) = (self.input, node.variant);
        let mut walk = Walk {
            variant,
            found: self.found(node.level),
            is_irregular: false,
            has_unnamed: false,
        };
        let result = walk.raw(input, start, end);
        let (is_irregular, has_unnamed) = (walk.is_irregular, walk.has_unnamed);
        self.is_irregular |= is_irregular;
        self.has_unnamed |= has_unnamed;
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    #[inline]
    fn leave(&mut self, nodes: &mut [Node]) {
        if self.open == NONE {
            return;
        }
        let node = &mut nodes[self.open as usize];
        self.open = NONE;
        self.open_level = Level::Cache;
        node.slots = self.base as u32;
        node.rows = self.first_row;
        self.found(node.level).finish(node);
    }

    #[inline(always)]
    fn field(&mut self, level: Level, number: u32, at: u32, end: u32) {
        // Fields beyond the table are never looked for.
        let action = self.actions[number as usize % NUMBERS];
        if action == SKIP || self.open_level != level || number as usize >= NUMBERS {
            return;
        }
        let mut cursor = Cursor::over(self.input, at as usize, end as usize);
        if let Ok(Some((_, _, payload))) = cursor.field() {
            let place = input_place(at as usize, end as usize);
            self.slots[self.base + usize::from(action) - 1] = Slot::of(place, payload);
        }
    }

    #[inline(always)]
    fn attribute(&mut self, level: Level, at: u32, end: u32, key: &'a [u8], value: &'a [u8]) {
        if self.keys >> Locator::bucket(key) & 1 == 0 || self.open_level != level {
            return;
        }
        let place = input_place(at as usize, end as usize);
        self.found(level).attribute(Row { place, key, value });
    }
}

/// What a walk over one message has found.
struct Found<'m, 's, 'a> {
    locator: &'m Locator,
    slots: &'s mut [Slot<'a>],
    rows: &'s mut Vec<Row<'a>>,
    first_row: u32,
}

impl<'a> Found<'_, '_, 'a> {
    #[inline(always)]
    fn attribute(&mut self, row: Row<'a>) {
        let mut number = NONE;
        if self.locator.all_attributes {
            number = self.rows.len() as u32 - self.first_row;
            self.rows.push(row);
        }
        // Of entries with the same key the first counts.
        if let Some(slot) = self.locator.slot_of_key(row.key)
            && let slot = &mut self.slots[usize::from(slot)]
            && slot.payload.is_none()
        {
            *slot = Slot::of_row(number, &row);
        }
    }

    /// Tells the node what rows it has.
    fn finish(self, node: &mut Node) {
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
struct Walk<'m, 's, 'a> {
    variant: u8,
    found: Found<'m, 's, 'a>,
    is_irregular: bool,
    /// See [`Eager::has_unnamed`].
    has_unnamed: bool,
}

impl<'a> Walk<'_, '_, 'a> {
    /// Over a message as it came in.
    #[inline(always)]
    fn raw(&mut self, input: &'a [u8], start: usize, end: usize) -> Result<(), WireError> {
        let message = input.get(..end).unwrap_or(input);
        let actions = &self.found.locator.actions[usize::from(self.variant)];
        let mut at = start;
        while at < message.len() {
            // A byte for the tag and a byte for the length: most fields.
            if let Some(&[tag @ 8..0x80, length @ 0..0x80]) = message[at..].first_chunk()
                && tag & 7 == WireType::Bytes as u8
                && let end = at + 2 + usize::from(length)
                && let Some(payload) = message.get(at + 2..end)
            {
                let action = actions[usize::from(tag >> 3)];
                if action != SKIP {
                    self.found(action, payload, input_place(at, end));
                }
                at = end;
                continue;
            }
            at = self.long_field(message, at)?;
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

    fn field(&mut self, number: u32, payload: &'a [u8], place: Place) {
        let action = self.found.locator.action(self.variant, number);
        if action != SKIP {
            self.found(action, payload, place);
        }
    }

    #[inline(always)]
    fn found(&mut self, action: Action, payload: &'a [u8], place: Place) {
        if action == ATTRIBUTE {
            let (key, value) = any::key_value(payload);
            self.has_unnamed |= key.is_empty();
            return self.found.attribute(Row { place, key, value });
        }
        let slot = &mut self.found.slots[usize::from(action) - 1];
        self.is_irregular |= slot.payload.is_some();
        *slot = Slot::of(place, payload);
    }
}

/// A place that no edit has changed.
#[inline(always)]
fn input_place(at: usize, end: usize) -> Place {
    Place {
        at: at as u32,
        end: end as u32,
        edit: NONE,
    }
}
