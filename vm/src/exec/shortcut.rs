//! What calls do to attributes without a look at each, because their functions say what that is.

use super::locate::Slot;
use super::machine::Machine;
use super::mask::Mask;
use crate::instruction::Instruction;
use crate::limits::KEPT_KEYS_MAX;
use crate::path::Level;
use crate::program::{Argument, CallSite, ShortcutCall};
use crate::wire::tree::{NONE, NodeId, Tree};

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Takes the shortcut that a call has, or changes its texts, where it can. The instruction's lanes for which its function
    /// is left to run.
    #[inline]
    pub(super) fn lanes_to_edit(&mut self, i: &Instruction, site: &'p CallSite) -> Mask {
        let lanes = self.mask(i.mask);
        match (&site.shortcut, site.arguments.first()) {
            (Some(shortcut), Some(Argument::Path(path))) => {
                let level = self.pass.paths[usize::from(*path)].level;
                self.take_shortcut(lanes, level, shortcut)
            }
            _ => self.change_texts(lanes, site),
        }
    }

    #[inline(never)]
    fn take_shortcut(&mut self, lanes: Mask, level: Level, shortcut: &'p ShortcutCall) -> Mask {
        match shortcut {
            ShortcutCall::Within(extent) => self.without(lanes, level, |machine, id, _| {
                machine.tree.node(id).is_within(*extent)
            }),
            ShortcutCall::WithoutSlot(slot) => self.without(lanes, level, |machine, _, slots| {
                machine.slots[slots + usize::from(*slot)].payload.is_none()
            }),
            ShortcutCall::KeepsSlots(kept) => {
                self.without(lanes, level, |machine, id, _| machine.keep_slots(id, kept))
            }
        }
    }

    /// The lanes but those whose message `is_done`, which is told where its slots begin.
    #[inline(always)]
    fn without(
        &mut self,
        lanes: Mask,
        level: Level,
        mut is_done: impl FnMut(&mut Self, NodeId, usize) -> bool,
    ) -> Mask {
        lanes.filter(|lane| match self.node_of(level, lane) {
            NONE => true,
            id => {
                let slots = self.located(id) as usize;
                !is_done(self, id, slots)
            }
        })
    }

    /// Removes all attributes of a message but those with these slots: what is between them. Whether it could: not if they
    /// do not stand one after the other, or a key that is looked for is there twice, or the message has edits.
    #[inline(always)]
    fn keep_slots(&mut self, id: NodeId, kept: &[u16]) -> bool {
        let Some(run) = self.run_of(id) else {
            return false;
        };
        let Tree { nodes, edits, .. } = &mut self.tree;
        let node = &mut nodes[id as usize];
        if node.first_edit != NONE {
            return false;
        }
        let slots = &mut self.slots[node.slots as usize..];
        let (mut places, mut count) = ([(0, 0); KEPT_KEYS_MAX], 0);
        for slot in kept {
            let Slot { place, payload, .. } = slots[usize::from(*slot)];
            // They mostly stand in the order of the statement.
            if payload.is_some() && count < places.len() {
                let mut at = count;
                while at > 0 && places[at - 1].0 > place.at {
                    places[at] = places[at - 1];
                    at -= 1;
                }
                places[at] = (place.at, place.end);
                count += 1;
            }
        }
        if count as u32 == node.rows_len {
            return true;
        }
        node.rows_len = count as u32;
        let mut at = run.place.at;
        for (start, end) in &places[..count] {
            node.remove_range(edits, at, *start);
            at = *end;
        }
        node.remove_range(edits, at, run.place.end);
        let locator = &self.locators[node.level as usize];
        let gone = locator.key_slots().filter(|slot| !kept.contains(slot));
        for slot in gone.chain(locator.run) {
            slots[usize::from(slot)] = Slot::ABSENT;
        }
        true
    }

    /// Where the attributes of a located message without rows stand, as they came, if that is one after the other and no key
    /// that is looked for is there twice; the row is where the last one begins.
    pub(super) fn run_of(&self, id: NodeId) -> Option<Slot<'a>> {
        let node = self.tree.node(id);
        let run = self.locators[node.level as usize].run?;
        let slot = self.slots.get(node.slots as usize + usize::from(run))?;
        (node.rows == NONE && slot.payload.is_some()).then_some(*slot)
    }
}
