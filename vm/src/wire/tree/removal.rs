//! Removing fields of a node, one after the other.

use super::{NONE, NodeId, Place, Tree};

/// Removes fields of a node in order; neighbours of the request that go are one edit.
pub(crate) struct Removal {
    /// The neighbours that are to go; at first none.
    run: Place,
    /// Whether fields went that had been added.
    has_emptied: bool,
}

impl Default for Removal {
    fn default() -> Removal {
        Removal {
            run: Place {
                at: 0,
                end: 0,
                edit: NONE,
            },
            has_emptied: false,
        }
    }
}

impl Removal {
    #[inline(always)]
    pub(crate) fn remove(&mut self, tree: &mut Tree<'_>, id: NodeId, place: &Place) {
        if place.at == self.run.end && place.edit == NONE {
            self.run.end = place.end;
        } else {
            self.remove_apart(tree, id, place);
        }
    }

    /// Removes a field that the one before does not end at.
    #[inline(never)]
    fn remove_apart(&mut self, tree: &mut Tree<'_>, id: NodeId, place: &Place) {
        if place.edit != NONE {
            tree.replace(id, *place, &[]);
            self.has_emptied |= place.is_added();
            return;
        }
        self.remove_run(tree, id);
        self.run = *place;
    }

    #[inline(always)]
    pub(crate) fn finish(&self, tree: &mut Tree<'_>, id: NodeId) {
        self.remove_run(tree, id);
        if self.has_emptied {
            tree.forget_emptied(id);
        }
    }

    #[inline(always)]
    fn remove_run(&self, tree: &mut Tree<'_>, id: NodeId) {
        if self.run.at != self.run.end {
            tree.insert(id, self.run.at, self.run.end, &[]);
        }
    }
}
