//! Locating messages while the request is read: messages without nodes inside them, whose bytes are at hand.

use super::locate::Row;
use super::locator::{Action, Locator, NUMBERS, SKIP};
use super::walk::{Found, Walk, input_place};
use crate::path::Level;
use crate::wire::cursor::{Cursor, short_field};
use crate::wire::index::{Finder, Levels, Validation};
use crate::wire::tree::{NONE, Node, NodeId};

/// Which messages are located.
#[derive(Clone, Copy)]
pub(crate) struct Located<'m> {
    pub(crate) locators: &'m [Locator; Level::COUNT],
    /// Their levels.
    pub(crate) levels: Levels,
}

impl<'m> Located<'m> {
    /// What is looked for in messages of a level, if they are located.
    #[inline(always)]
    fn locator(self, level: Level) -> Option<&'m Locator> {
        let is_located = self.levels.contains(level);
        is_located.then(|| &self.locators[level as usize])
    }
}

/// Walks over each message to be located.
pub(crate) struct Walked<'m, 'a> {
    pub(super) located: Located<'m>,
    pub(super) walk: Walk<'m, 'a>,
}

impl<'a> Finder<'a> for Walked<'_, 'a> {
    const VALIDATION: Validation = Validation::Touched;

    #[inline(always)]
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) {
        let node = &mut nodes[id as usize];
        if let Some(locator) = self.located.locator(node.level) {
            self.walk.message(locator, id, node);
        }
    }

    #[inline(always)]
    fn messages(&mut self, nodes: &mut Vec<Node>, like: Node, bytes: &'a [u8], at: usize) -> usize {
        match self.located.locator(like.level) {
            Some(locator) => self.walk.messages(locator, nodes, like, bytes, at),
            None => at,
        }
    }
}

/// Is told of all fields and attributes.
pub(crate) struct Told<'m, 'a> {
    located: Located<'m>,
    input: &'a [u8],
    found: Found<'m, 'a>,
    /// The message at hand, [`NONE`] if it is not located, and what to do at its fields and attributes.
    open: NodeId,
    open_level: Level,
    actions: &'m [Action; NUMBERS],
    keys: u64,
    all_attributes: bool,
}

impl<'m, 'a> Told<'m, 'a> {
    pub(crate) fn new(located: Located<'m>, input: &'a [u8], found: Found<'m, 'a>) -> Self {
        Told {
            located,
            input,
            found,
            open: NONE,
            open_level: Level::Cache,
            actions: &[SKIP; NUMBERS],
            keys: 0,
            all_attributes: false,
        }
    }
}

impl<'a> Finder<'a> for Told<'_, 'a> {
    const VALIDATION: Validation = Validation::Full;

    #[inline]
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) {
        let node = &mut nodes[id as usize];
        let Some(locator) = self.located.locator(node.level) else {
            return;
        };
        self.found.begin(locator, node);
        self.open = id;
        self.open_level = node.level;
        self.actions = &locator.variant(node.variant).actions;
        self.keys = locator.keys_wanted;
        self.all_attributes = locator.all_attributes;
    }

    #[inline]
    fn leave(&mut self, nodes: &mut [Node]) {
        if self.open == NONE {
            return;
        }
        self.found.finish(&mut nodes[self.open as usize]);
        self.open = NONE;
        self.open_level = Level::Cache;
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
        let field = self.input.get(..end).unwrap_or(self.input);
        let payload = match short_field(field, at) {
            Some((_, start, end)) => &field[start..end],
            None => match Cursor::over(field, at, end).field() {
                Ok(Some((_, _, payload))) => payload,
                _ => return,
            },
        };
        self.found.field(usize::from(action) - 1, payload, place);
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
        self.found
            .attribute(Row { place, key, value }, self.all_attributes);
    }
}
