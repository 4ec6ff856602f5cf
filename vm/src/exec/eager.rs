//! Locating messages while the request is read: messages without nodes inside them, whose bytes are at hand.

use super::locate::{Row, Slot};
use super::locator::{Action, Locator, NUMBERS, SKIP};
use super::walk::{Found, Walk, input_place};
use crate::path::Level;
use crate::wire::cursor::{Cursor, short_field};
use crate::wire::error::WireError;
use crate::wire::index::{Finder, Levels, Validation};
use crate::wire::tree::{NONE, Node, NodeId};

/// What is located, and where to.
pub(crate) struct Located<'m, 'a> {
    pub(crate) input: &'a [u8],
    pub(crate) locators: &'m [Locator; Level::COUNT],
    /// The levels whose messages are located.
    pub(crate) levels: Levels,
    pub(crate) slots: &'m mut Vec<Slot<'a>>,
    pub(crate) rows: &'m mut Vec<Row<'a>>,
}

impl<'m, 'a> Located<'m, 'a> {
    /// The locator for a node's messages, if they are located, and where its slots begin.
    #[inline(always)]
    fn open(&mut self, node: &mut Node) -> Option<&'m Locator> {
        if !self.levels.contains(node.level) {
            return None;
        }
        let locator = &self.locators[node.level as usize];
        node.slots = self.slots.len() as u32;
        node.rows = self.rows.len() as u32;
        self.slots
            .resize(self.slots.len() + usize::from(locator.slots), Slot::ABSENT);
        Some(locator)
    }

    #[inline(always)]
    fn found(&mut self, locator: &'m Locator, base: u32, first_row: u32) -> Found<'_, 'a> {
        Found {
            locator,
            slots: &mut self.slots[base as usize..],
            rows: self.rows,
            first_row,
        }
    }
}

/// A field to check: `at..end` of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubt {
    pub(crate) id: NodeId,
    pub(crate) at: u32,
    pub(crate) end: u32,
}

/// Walks over each message to be located.
pub(crate) struct Walked<'m, 'a> {
    pub(crate) located: Located<'m, 'a>,
    /// The fields that were found and could be malformed.
    pub(crate) doubts: &'m mut Vec<Doubt>,
    /// What was wrong with a message.
    pub(crate) error: Option<WireError>,
    /// Whether the attributes met last begin with their key.
    pub(crate) is_key_first: bool,
    pub(crate) is_irregular: bool,
    /// Whether an attribute has no key, or none that can be read.
    pub(crate) has_unnamed: bool,
}

impl<'a> Finder<'a> for Walked<'_, 'a> {
    const VALIDATION: Validation = Validation::Touched;

    #[inline(always)]
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) {
        let node = &mut nodes[id as usize];
        let Some(locator) = self.located.open(node) else {
            return;
        };
        let input = self.located.input;
        let mut walk = Walk {
            id,
            variant: node.variant,
            found: self.located.found(locator, node.slots, node.rows),
            is_key_first: self.is_key_first,
            is_irregular: false,
            has_unnamed: false,
            doubts: Some(self.doubts),
        };
        if let Err(error) = walk.raw(input, node.start, node.end) {
            self.error.get_or_insert(error);
        }
        self.is_key_first = walk.is_key_first;
        self.is_irregular |= walk.is_irregular;
        self.has_unnamed |= walk.has_unnamed;
        walk.found.finish(node);
    }
}

/// Is told of all fields and attributes.
pub(crate) struct Told<'m, 'a> {
    located: Located<'m, 'a>,
    /// The message at hand, [`NONE`] if it is not located; what to do at its fields and attributes, and
    /// where its slots and rows begin.
    open: NodeId,
    open_level: Level,
    locator: &'m Locator,
    actions: &'m [Action; NUMBERS],
    keys: u64,
    slots: u32,
    rows: u32,
}

impl<'m, 'a> Told<'m, 'a> {
    pub(crate) fn new(located: Located<'m, 'a>) -> Told<'m, 'a> {
        Told {
            open: NONE,
            open_level: Level::Cache,
            locator: &located.locators[Level::Cache as usize],
            actions: &[SKIP; NUMBERS],
            keys: 0,
            slots: 0,
            rows: 0,
            located,
        }
    }
}

impl<'a> Finder<'a> for Told<'_, 'a> {
    const VALIDATION: Validation = Validation::Full;

    #[inline]
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) {
        let node = &mut nodes[id as usize];
        let Some(locator) = self.located.open(node) else {
            return;
        };
        self.open = id;
        self.open_level = node.level;
        self.locator = locator;
        self.actions = &locator.actions[usize::from(node.variant)];
        self.keys = locator.keys_wanted();
        self.slots = node.slots;
        self.rows = node.rows;
    }

    #[inline]
    fn leave(&mut self, nodes: &mut [Node]) {
        if self.open == NONE {
            return;
        }
        let node = &mut nodes[self.open as usize];
        self.open = NONE;
        self.open_level = Level::Cache;
        self.located
            .found(self.locator, self.slots, self.rows)
            .finish(node);
    }

    #[inline(always)]
    fn field(&mut self, level: Level, number: u32, at: u32, end: u32) {
        // Fields beyond the table are never looked for.
        let action = self.actions[number as usize % NUMBERS];
        if action == SKIP || self.open_level != level || number as usize >= NUMBERS {
            return;
        }
        let place = input_place(at, end);
        let (at, end) = (at as usize, end as usize);
        let input = self.located.input;
        let field = input.get(..end).unwrap_or(input);
        let payload = match short_field(field, at) {
            Some((_, start, end)) => &field[start..end],
            None => match Cursor::over(field, at, end).field() {
                Ok(Some((_, _, payload))) => payload,
                _ => return,
            },
        };
        let slot = self.slots as usize + usize::from(action) - 1;
        self.located.slots[slot] = Slot::of(place, payload);
    }

    #[inline(always)]
    fn key_lengths(&self, level: Level) -> u64 {
        match self.open_level == level {
            true => self.keys,
            false => 0,
        }
    }

    #[inline(always)]
    fn attribute(&mut self, level: Level, at: u32, end: u32, key: &'a [u8], value: &'a [u8]) {
        if self.keys >> Locator::bucket(key) & 1 == 0 || self.open_level != level {
            return;
        }
        let place = input_place(at, end);
        self.located
            .found(self.locator, self.slots, self.rows)
            .attribute(Row { place, key, value }, self.locator.all_attributes);
    }
}
