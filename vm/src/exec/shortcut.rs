//! What calls do without running record by record, because their functions tell what that is.

use super::locate::Slot;
use super::locator::Locator;
use super::machine::Machine;
use super::mask::Mask;
use crate::instruction::Instruction;
use crate::limits::KEPT_KEYS_MAX;
use crate::path::Level;
use crate::program::{Argument, CallSite, ShortcutCall};
use crate::wire::tree::{NONE, NodeId, Place, Tree};
use smallvec::SmallVec;

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Takes the shortcut that a call has where it can. The instruction's lanes for which its function is left to run.
    #[inline]
    pub(super) fn lanes_to_run(&mut self, i: &Instruction, site: &'p CallSite) -> Mask {
        let lanes = self.mask(i.mask);
        match &site.shortcut {
            Some(shortcut) if !self.is_memory_spent() => {
                self.take_shortcut(lanes, i.dst, site, shortcut)
            }
            _ => lanes,
        }
    }

    #[inline(never)]
    fn take_shortcut(
        &mut self,
        lanes: Mask,
        dst: u16,
        site: &'p CallSite,
        shortcut: &'p ShortcutCall,
    ) -> Mask {
        let path = match (shortcut, site.arguments.first()) {
            (ShortcutCall::TakesStrings(run), Some(Argument::Value(operand))) => {
                return self.run_strings(dst, *run, *operand, lanes);
            }
            (_, Some(Argument::Path(path))) => &self.pass.paths[usize::from(*path)],
            _ => return lanes,
        };
        let level = path.level;
        match shortcut {
            ShortcutCall::Within(extent) => self.without(lanes, level, |machine, id, _| {
                machine.tree.node(id).is_within(*extent)
            }),
            ShortcutCall::WithoutSlot(slot) => self.without(lanes, level, |machine, _, slots| {
                machine.slots[slots + usize::from(*slot)].payload.is_none()
            }),
            ShortcutCall::KeepsSlots(kept) => {
                let Some(mut keeping) = Keeping::of(&self.locators[level as usize], kept) else {
                    return lanes;
                };
                self.without(lanes, level, |machine, id, slots| {
                    machine.keep_slots(id, slots, &mut keeping)
                })
            }
            ShortcutCall::ChangesText(changer) => match site.prepared.as_ref().and_then(changer) {
                Some(change) => self.change_texts(lanes, path, change),
                None => lanes,
            },
            // What is told of a text is a test.
            ShortcutCall::TellsText(_) | ShortcutCall::TakesStrings(_) => lanes,
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

    /// Removes all attributes of a message, whose slots begin at `slots`, but those that are kept: what is between them.
    /// Whether it could: not if they do not stand one after the other, or a key that is looked for is there twice, or the
    /// message has edits.
    #[inline(always)]
    fn keep_slots(&mut self, id: NodeId, slots: usize, keeping: &mut Keeping) -> bool {
        let Tree { nodes, edits, .. } = &mut self.tree;
        let node = &mut nodes[id as usize];
        let slots = &mut self.slots[slots..];
        let run = slots[usize::from(keeping.run)];
        if node.rows != NONE || run.payload.is_none() || node.first_edit != NONE {
            return false;
        }
        // Once they are sorted, the same is tried again.
        let count = (0..2).find_map(|_| {
            let count = node.remove_between(edits, run.place, keeping.places(slots));
            if count.is_none() {
                keeping.sort(slots);
            }
            count
        });
        let Some(count) = count else {
            return false;
        };
        if count != node.rows_len {
            node.rows_len = count;
            for slot in &keeping.gone {
                slots[usize::from(*slot)] = Slot::ABSENT;
            }
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

/// Which attributes of the messages of a level stay.
struct Keeping {
    /// The slot of the [run](Machine::run_of).
    run: u16,
    /// The slots of those that stay, in the order in which the message before had them: mostly all have the same.
    kept: SmallVec<[u16; KEPT_KEYS_MAX]>,
    /// The slots of those that go, and that of the run.
    gone: SmallVec<[u16; KEPT_KEYS_MAX]>,
}

impl Keeping {
    /// Of those with these slots, if there can be runs.
    fn of(locator: &Locator, kept: &[u16]) -> Option<Keeping> {
        let run = locator.run?;
        let gone = locator.key_slots().filter(|slot| !kept.contains(slot));
        Some(Keeping {
            run,
            kept: kept.into(),
            gone: gone.chain([run]).collect(),
        })
    }

    /// Where those stand that stay, of a message with these slots.
    #[inline(always)]
    fn places(&self, slots: &[Slot<'_>]) -> impl Iterator<Item = Place> {
        self.kept.iter().filter_map(|slot| {
            let Slot { place, payload, .. } = slots[usize::from(*slot)];
            payload.map(|_| place)
        })
    }

    /// Puts them in the order of such a message.
    #[cold]
    fn sort(&mut self, slots: &[Slot<'_>]) {
        let place = |slot: &u16| slots[usize::from(*slot)].place.at;
        self.kept.sort_unstable_by_key(place);
    }
}
