//! [`Validation::Touched`](crate::wire::index::Validation): checks what a program can look at, once the request's
//! messages are found.
//!
//! What is checked: every field that a path of the program names, down to the last value; of attributes, those
//! with the keys that it names, or all of them where it names none and comes to look at each; what a call leaves alone or
//! removes without a look is not. Where a function or path looks at more than a
//! field, its whole message is. So nothing that is read or copied is malformed; the rest is passed on.

use super::locator::Locator;
use super::machine::Machine;
use super::plan::Looks;
use crate::program::Program;
use crate::wire::any;
use crate::wire::cursor::{Cursor, WireType, short_field};
use crate::wire::error::WireError;
use crate::wire::index::kind_of;
use crate::wire::schema::MessageKind;
use crate::wire::tree::{Node, NodeId};
use crate::wire::validate::{Canonical, validate_message};

impl Machine<'_, '_> {
    /// Checks what the program looks at. The answer covers that alone. With `has_unnamed`, attributes whose keys cannot
    /// be read are looked for.
    pub(crate) fn check_touched(
        &self,
        program: &Program,
        has_unnamed: bool,
    ) -> Result<Canonical, WireError> {
        let plan = program.plan();
        let levels = plan.levels_to_check(has_unnamed);
        let mut canonical = Canonical::Yes;
        let nodes = match levels.is_empty() {
            true => &[],
            false => self.tree.nodes.as_slice(),
        };
        // The last message that was checked as a whole, and with it those within.
        let mut checked = 0..0;
        for node in nodes.iter().filter(|node| levels.contains(node.level)) {
            if checked.start < node.start && node.end <= checked.end {
                continue;
            }
            // Containers are looked into to find the messages.
            let Some(kind) = kind_of(node, self.tree.input) else {
                continue;
            };
            let found = if plan.looks.whole.contains(node.level) {
                checked = node.start..node.end;
                self.check(kind, node.start, node.end)?
            } else {
                self.check_fields(kind, node, &plan.looks)?
            };
            if found == Canonical::No {
                canonical = Canonical::No;
            }
        }
        match self.check_doubts()? {
            Canonical::Yes => Ok(canonical),
            Canonical::No => Ok(Canonical::No),
        }
    }

    /// Checks what was found and could be malformed.
    fn check_doubts(&self) -> Result<Canonical, WireError> {
        let mut canonical = Canonical::Yes;
        for doubt in &self.doubts {
            if self.check_at(doubt.id, doubt.at, doubt.end)? == Canonical::No {
                canonical = Canonical::No;
            }
        }
        Ok(canonical)
    }

    /// Notes what a check showed after the request was read.
    pub(super) fn note_check(&mut self, checked: Result<Canonical, WireError>) {
        match checked {
            Ok(Canonical::Yes) => {}
            Ok(Canonical::No) => self.tree.is_irregular = true,
            Err(error) => {
                self.wire_error.get_or_insert(error);
            }
        }
    }

    /// Checks fields of a node.
    pub(super) fn check_at(&self, id: NodeId, at: u32, end: u32) -> Result<Canonical, WireError> {
        match kind_of(self.tree.node(id), self.tree.input) {
            Some(kind) => self.check(kind, at, end),
            None => Ok(Canonical::Yes),
        }
    }

    /// Checks the fields of a message of `kind` that stand at `at..end`.
    fn check(&self, kind: MessageKind, at: u32, end: u32) -> Result<Canonical, WireError> {
        validate_message(kind, self.tree.input, at, end)
    }

    /// Finds and checks the fields that are looked at.
    fn check_fields(
        &self,
        kind: MessageKind,
        node: &Node,
        looks: &Looks,
    ) -> Result<Canonical, WireError> {
        let variant = usize::from(node.variant);
        let fields = looks.fields[node.level as usize][variant];
        let keyed = looks.keyed[node.level as usize][variant];
        let mut canonical = Canonical::Yes;
        if fields | keyed == 0 {
            return Ok(canonical);
        }
        let locator = &self.locators[node.level as usize];
        let mut cursor = Cursor::over(self.tree.input, node.start as usize, node.end as usize);
        while !cursor.is_at_end() {
            let at = cursor.position() as u32;
            // What nobody looks at, most of it, and what says by itself that it is fine is stepped over at once.
            if let Some((tag, start, next)) = short_field(cursor.cut(), at as usize)
                && ((fields | keyed) >> (tag >> 3) & 1 == 0
                    || locator.is_plain(node.variant, tag, &cursor.cut()[start..next]))
            {
                cursor = cursor.moved_to(next);
                continue;
            }
            let (number, wire_type) = cursor.tag().map_err(|error| error.within(kind))?;
            let payload = match wire_type {
                WireType::Bytes => cursor.bytes(),
                other => cursor.skip(other).map(|()| &[][..]),
            };
            let payload = payload.map_err(|error| error.within(kind))?;
            let bit = 1u32.checked_shl(number).unwrap_or(0);
            let is_looked_at = fields & bit != 0
                || keyed & bit != 0
                    && (wire_type != WireType::Bytes || is_wanted(locator, payload));
            if is_looked_at && self.check(kind, at, cursor.position() as u32)? == Canonical::No {
                canonical = Canonical::No;
            }
        }
        Ok(canonical)
    }
}

/// Whether an attribute's key is looked for, or cannot be told.
fn is_wanted(locator: &Locator, payload: &[u8]) -> bool {
    let (key, _) = any::key_value(payload);
    key.is_empty() || locator.slot_of_key(key).is_some()
}
