//! Locating messages while the request is read: messages without nodes inside them, whose bytes are at hand.

use super::locator::Locator;
use super::walk::Walk;
use crate::path::Level;
use crate::wire::error::WireError;
use crate::wire::index::{Finder, Levels, Validation};
use crate::wire::tree::{Node, NodeId};

/// Walks over each message to be located; with `FULL` it checks all of it on the way.
pub(crate) struct Walked<'m, 'a, const FULL: bool> {
    pub(super) locators: &'m [Locator; Level::COUNT],
    /// The levels of the messages to be located.
    pub(super) levels: Levels,
    pub(super) walk: Walk<'m, 'a, FULL>,
}

impl<'m, const FULL: bool> Walked<'m, '_, FULL> {
    /// What is looked for in messages of a level, if they are located.
    #[inline(always)]
    fn locator(&self, level: Level) -> Option<&'m Locator> {
        let is_located = self.levels.contains(level);
        is_located.then(|| &self.locators[level as usize])
    }
}

impl<'a, const FULL: bool> Finder<'a> for Walked<'_, 'a, FULL> {
    const VALIDATION: Validation = match FULL {
        true => Validation::Full,
        false => Validation::Touched,
    };

    #[inline(always)]
    fn enter(&mut self, nodes: &mut [Node], id: NodeId) -> bool {
        let node = &mut nodes[id as usize];
        match self.locator(node.level) {
            Some(locator) => {
                self.walk.message(locator, id, node);
                true
            }
            None => false,
        }
    }

    #[inline(always)]
    fn messages(
        &mut self,
        nodes: &mut Vec<Node>,
        like: Node,
        bytes: &'a [u8],
        at: usize,
    ) -> Result<usize, WireError> {
        match self.locator(like.level) {
            Some(locator) => self.walk.messages(locator, nodes, like, bytes, at),
            None => Ok(at),
        }
    }
}
