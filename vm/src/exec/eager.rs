//! Locating messages while the request is read.

use super::locate::{Row, Slot};
use super::locator::{Action, Locator, NUMBERS, SKIP};
use super::walk::{Found, Walk, input_place};
use crate::path::Level;
use crate::wire::cursor::{Cursor, short_field};
use crate::wire::error::WireError;
use crate::wire::index::{Finder, Levels};
use crate::wire::tree::{NONE, Node, NodeId};

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
    locator: &'m Locator,
    actions: &'m [Action; NUMBERS],
    keys: u64,
    base: usize,
    first_row: u32,
    /// What was wrong with a message that was walked over.
    pub(crate) error: Option<WireError>,
    pub(crate) is_irregular: bool,
    /// Whether an attribute that was walked over has no key, or none that can be read.
    pub(crate) has_unnamed: bool,
    /// Of the messages that were walked over, the fields that were found and could be malformed.
    doubts: &'m mut Vec<Doubt>,
}

/// A field to check: `at..end` of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubt {
    pub(crate) id: NodeId,
    pub(crate) at: u32,
    pub(crate) end: u32,
}

impl<'m, 'a> Eager<'m, 'a> {
    pub(crate) fn new(
        input: &'a [u8],
        locators: &'m [Locator; Level::COUNT],
        nodes: Levels,
        is_told: bool,
        slots: &'m mut Vec<Slot<'a>>,
        rows: &'m mut Vec<Row<'a>>,
        doubts: &'m mut Vec<Doubt>,
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
            locator: &locators[Level::Cache as usize],
            actions: &[SKIP; NUMBERS],
            keys: 0,
            base: 0,
            first_row: 0,
            error: None,
            is_irregular: false,
            has_unnamed: false,
            doubts,
        }
    }

    #[inline(always)]
    fn found(&mut self) -> Found<'_, 'a> {
        Found {
            locator: self.locator,
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
        self.locator = locator;
        self.actions = &locator.actions[usize::from(node.variant)];
        self.keys = locator.keys_wanted();
        if self.is_told {
            return;
        }
        let mut walk = Walk {
            id,
            variant: node.variant,
            found: Found {
                locator,
                slots: &mut self.slots[self.base..],
                rows: self.rows,
                first_row: self.first_row,
            },
            is_irregular: false,
            has_unnamed: false,
            doubts: Some(self.doubts),
        };
        if let Err(error) = walk.raw(self.input, node.start as usize, node.end as usize) {
            self.error.get_or_insert(error);
        }
        self.is_irregular |= walk.is_irregular;
        self.has_unnamed |= walk.has_unnamed;
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
        self.found().finish(node);
    }

    #[inline(always)]
    fn field(&mut self, level: Level, number: u32, at: u32, end: u32) {
        // Fields beyond the table are never looked for.
        let action = self.actions[number as usize % NUMBERS];
        if action == SKIP || self.open_level != level || number as usize >= NUMBERS {
            return;
        }
        let (at, end) = (at as usize, end as usize);
        let field = self.input.get(..end).unwrap_or(self.input);
        let payload = match short_field(field, at) {
            Some((_, start, end)) => &field[start..end],
            None => match Cursor::over(field, at, end).field() {
                Ok(Some((_, _, payload))) => payload,
                _ => return,
            },
        };
        self.slots[self.base + usize::from(action) - 1] = Slot::of(input_place(at, end), payload);
    }

    #[inline(always)]
    fn attribute(&mut self, level: Level, at: u32, end: u32, key: &'a [u8], value: &'a [u8]) {
        if self.keys >> Locator::bucket(key) & 1 == 0 || self.open_level != level {
            return;
        }
        let place = input_place(at as usize, end as usize);
        self.found().attribute(Row { place, key, value });
    }
}
