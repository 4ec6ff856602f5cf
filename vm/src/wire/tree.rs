//! The lazy message tree: a request's messages as ranges of its bytes, and the edits made to them.
//!
//! A node is a message that statements may address (a resource, a span, …); everything below stays bytes
//! until somebody asks. An edit replaces, removes or adds one field of a node; a node's edits are a chain
//! sorted by position, and [`Tree::fields`] reads a node with its edits applied. Invariants: edits of a
//! node do not overlap; one that adds has `at == end`; `bytes` is one whole field or nothing.

mod fields;
mod removal;

pub use fields::message_fields;
pub(crate) use fields::{field_at, read_whole};
pub(crate) use removal::Removal;

use super::any::{AROUND_STRING, put_field};
use crate::function::Extent;
use crate::path::{FieldNumbers, Level};
use bumpalo::Bump;
use std::ops::ControlFlow;

/// No node, no edit, no slot.
pub(crate) const NONE: u32 = u32::MAX;

/// A node's index in its tree.
pub(crate) type NodeId = u32;

/// A message that statements may address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Where its tag stands in the request.
    pub(crate) tag_at: u32,
    /// Where its payload begins.
    pub(crate) start: u32,
    /// Where its payload ends.
    pub(crate) end: u32,
    /// The node that contains it.
    pub(crate) parent: NodeId,
    /// Of a container: the node of its `resource` or `scope`.
    pub(crate) message: NodeId,
    /// Which message it is.
    pub(crate) level: Level,
    /// Which of a level's messages it is, see [`FieldNumbers`].
    pub(crate) variant: u8,
    /// Whether it is not in the request: a resource or scope that was left out, or a cache.
    pub(crate) is_virtual: bool,
    /// Whether a statement or filter removed it.
    pub(crate) is_dropped: bool,
    /// Whether a filter's condition failed on it under `propagate`: for the rest of the group it stays, with
    /// all that it holds.
    pub(crate) is_held: bool,
    /// Whether the field that holds it went as a whole; what holds it does not count what is done to it.
    pub(crate) is_detached: bool,
    /// None of its attributes has a value of more bytes, if they are measured; [`u16::MAX`] if that is not known.
    pub(crate) value_bytes_max: u16,
    /// Where its located fields begin in the machine's slots.
    pub(crate) slots: u32,
    /// Where its attributes begin in the machine's rows, once it is located; [`NONE`] if they have none yet.
    pub(crate) rows: u32,
    /// How many rows it has, or will have, if its attributes are counted.
    pub(crate) rows_len: u32,
    /// How many it has room for.
    pub(crate) rows_room: u32,
    /// The first edit of its chain.
    pub(crate) first_edit: u32,
    /// The last edit of its chain; there is one if there is a first.
    pub(crate) last_edit: u32,
    /// Scratch: a container's number while results of sections are used, the live children while a filter sweeps.
    pub(crate) scratch: u32,
    /// By how many bytes its edits make its payload grow; while encoding, also those of the nodes in it.
    pub(crate) grown: i64,
}

/// A change of one field of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'a> {
    /// Where the replaced range begins.
    pub(crate) at: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// The next edit of the node.
    pub(crate) next: u32,
    /// The field that comes in its place, tag included, or nothing.
    pub(crate) bytes: &'a [u8],
}

/// A field of a node, edits applied.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its number.
    pub number: u32,
    /// Its payload: the content of a length-delimited field, the bytes of any other value.
    pub payload: &'a [u8],
    /// The whole field, tag included.
    pub whole: &'a [u8],
    /// Where it stands.
    pub(crate) place: Place,
}

/// Where a field of a node stands: a range of the request, or an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where the range begins.
    pub(crate) at: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// The edit that replaced it.
    pub(crate) edit: u32,
}

impl Place {
    /// Whether it is of a field that was added at a node's end.
    pub(crate) fn is_added(self) -> bool {
        self.edit != NONE && self.at == self.end
    }

    /// The same range of the request that a message is in which begins at `start`.
    pub(crate) fn within(self, start: u32) -> Place {
        Place {
            at: start + self.at,
            end: start + self.end,
            edit: self.edit,
        }
    }

    /// Whether it comes behind another of the same node.
    pub(crate) fn is_behind(self, other: Place) -> bool {
        // What is added at a node's end stands there in the order of its edits.
        (self.at, self.edit) > (other.at, other.edit)
    }
}

/// A request's nodes and edits.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    /// The request.
    pub(crate) input: &'a [u8],
    /// The nodes in wire order, parents first; those that are not in the request come last.
    pub(crate) nodes: Vec<Node>,
    /// The nodes among them that are containers of resources or scopes, in order.
    pub(crate) containers: Vec<NodeId>,
    /// All nodes' edits.
    pub(crate) edits: Vec<Edit<'a>>,
    /// Whether something was seen that only the request's canonical form makes plain.
    pub(crate) is_irregular: bool,
    /// Whether messages came or went that are no nodes yet, or are nodes still.
    pub(crate) is_restructured: bool,
}

impl<'a> Tree<'a> {
    /// Forgets all nodes.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.containers.clear();
    }

    /// The node.
    #[inline]
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// A node's field with the number that its variant has; `None` if it is absent.
    pub(crate) fn find(&mut self, id: NodeId, field: &FieldNumbers) -> Option<Field<'a>> {
        let number = field[usize::from(self.node(id).variant)];
        let mut found = None;
        let mut is_irregular = false;
        let _ = self.each_field(id, number, |place, payload| {
            is_irregular |= found.is_some();
            found = Some((place, payload));
            ControlFlow::Continue(())
        });
        self.is_irregular |= is_irregular;
        found.map(|(place, payload)| Field {
            number,
            payload,
            whole: self.whole(place),
            place,
        })
    }

    /// The whole field at a place.
    pub(crate) fn whole(&self, place: Place) -> &'a [u8] {
        match self.edits.get(place.edit as usize) {
            Some(edit) => edit.bytes,
            None => &self.input[place.at as usize..place.end as usize],
        }
    }

    /// Puts `bytes`, a whole field or nothing, in the place of a field. Where that stands then.
    pub(crate) fn replace(&mut self, id: NodeId, place: Place, bytes: &'a [u8]) -> Place {
        self.nodes[id as usize].replace(&mut self.edits, place, bytes)
    }

    /// Removes a field. One that was added leaves nothing behind: of what comes and goes with each record, the next ones
    /// would have to pass over ever more.
    pub(crate) fn remove(&mut self, id: NodeId, place: Place) {
        self.replace(id, place, &[]);
        if place.is_added() {
            self.forget_emptied(id);
        }
    }

    /// Forgets what was added to a node and is empty by now.
    #[inline(never)]
    fn forget_emptied(&mut self, id: NodeId) {
        let node = &mut self.nodes[id as usize];
        let (mut last, mut next) = (NONE, node.first_edit);
        while let Some(&Edit {
            at,
            end,
            next: behind,
            bytes,
        }) = self.edits.get(next as usize)
        {
            if at != end || !bytes.is_empty() {
                last = next;
            } else if let Some(before) = self.edits.get_mut(last as usize) {
                before.next = behind;
            } else {
                node.first_edit = behind;
            }
            next = behind;
        }
        node.last_edit = last;
    }

    /// Adds a whole field at a node's end. Where it stands.
    #[inline]
    pub(crate) fn append(&mut self, id: NodeId, bytes: &'a [u8]) -> Place {
        self.nodes[id as usize].append(&mut self.edits, bytes)
    }

    /// Adds whole fields at a node's end, one after the other, as long as `next`, which is told where the field will
    /// stand, has one.
    #[inline(always)]
    pub(crate) fn append_all(
        &mut self,
        id: NodeId,
        mut next: impl FnMut(Place) -> Option<&'a [u8]>,
    ) {
        let first = self.edits.len() as u32;
        let at = self.nodes[id as usize].end;
        let (mut edit, mut grown) = (first, 0);
        while let Some(bytes) = next(Place { at, end: at, edit }) {
            edit += 1;
            grown += bytes.len() as i64;
            self.edits.push(Edit {
                at,
                end: at,
                next: edit,
                bytes,
            });
        }
        if edit == first {
            return;
        }
        // None is behind the last one.
        self.edits[edit as usize - 1].next = NONE;
        let node = &mut self.nodes[id as usize];
        match self.edits.get_mut(node.last_edit as usize) {
            Some(last) => last.next = first,
            None => node.first_edit = first,
        }
        node.last_edit = edit - 1;
        node.grown += grown;
    }

    /// Puts `bytes` in the place of a range of the request that has no edit yet. Where they stand.
    #[inline(always)]
    fn insert(&mut self, id: NodeId, at: u32, end: u32, bytes: &'a [u8]) -> Place {
        self.nodes[id as usize].insert(&mut self.edits, at, end, bytes)
    }

    /// The nodes within a range of the request that a node holds.
    fn within(&self, id: NodeId, at: u32, end: u32) -> impl Iterator<Item = NodeId> + use<> {
        let below = self.nodes.iter().skip(id as usize + 1);
        let before = below
            .clone()
            .take_while(|node| !node.is_virtual && node.tag_at < at)
            .count();
        let inside = below
            .skip(before)
            .take_while(|node| !node.is_virtual && node.tag_at < end)
            .count();
        let first = id + 1 + before as NodeId;
        first..first + inside as NodeId
    }

    /// Empties the node that is a field that goes as a whole; those inside it stay as they are, as the reference has
    /// it. What is done to them from now on comes out nowhere.
    pub(crate) fn detach(&mut self, id: NodeId, place: Place) {
        if place.edit != NONE {
            return;
        }
        for inner in self.within(id, place.at, place.end) {
            let node = &mut self.nodes[inner as usize];
            node.is_detached = true;
            if node.tag_at == place.at {
                node.forget_edits();
                node.start = node.end;
            }
        }
    }

    /// A node's payload with its edits and those of the nodes in it.
    pub(crate) fn render(&self, id: NodeId, arena: &'a Bump) -> &'a [u8] {
        let node = self.node(id);
        let is_edited = |id| self.node(id).first_edit != NONE;
        let mut inner = self.within(id, node.start, node.end);
        if !is_edited(id) && !inner.any(is_edited) {
            return &self.input[node.start as usize..node.end as usize];
        }
        let mut out = bumpalo::collections::Vec::new_in(arena);
        for field in self.fields(id) {
            let is_node = |inner: &NodeId| self.node(*inner).tag_at == field.place.at;
            let inner = match field.place.edit {
                NONE => self.within(id, field.place.at, field.place.end).next(),
                _ => None,
            };
            match inner.filter(is_node) {
                Some(inner) => put_field(&mut out, field.number, self.render(inner, arena)),
                None => out.extend_from_slice_copy(field.whole),
            }
        }
        out.into_bump_slice()
    }

    /// Adds a node that is not in the request, for a message that was left out of `parent`.
    pub(crate) fn add_virtual(&mut self, level: Level, parent: NodeId) -> NodeId {
        let at = if parent == NONE {
            0
        } else {
            self.node(parent).end
        };
        let id = self.nodes.len() as NodeId;
        let mut node = Node::new(level, 0, at, at, at, parent);
        node.is_virtual = true;
        self.nodes.push(node);
        id
    }
}

/// Edits of one node, for those who have it at hand.
impl Node {
    /// See [`Tree::append`].
    #[inline(always)]
    pub(crate) fn append<'a>(&mut self, edits: &mut Vec<Edit<'a>>, bytes: &'a [u8]) -> Place {
        let edit = edits.len() as u32;
        let at = self.end;
        self.grown += bytes.len() as i64;
        // No edit is behind a node's end.
        match edits.get_mut(self.last_edit as usize) {
            Some(last) => last.next = edit,
            None => self.first_edit = edit,
        }
        self.last_edit = edit;
        edits.push(Edit {
            at,
            end: at,
            next: NONE,
            bytes,
        });
        Place { at, end: at, edit }
    }

    /// See [`Tree::replace`].
    #[inline(always)]
    pub(crate) fn replace<'a>(
        &mut self,
        edits: &mut Vec<Edit<'a>>,
        place: Place,
        bytes: &'a [u8],
    ) -> Place {
        if let Some(edit) = edits.get_mut(place.edit as usize) {
            self.grown += bytes.len() as i64 - edit.bytes.len() as i64;
            edit.bytes = bytes;
            return place;
        }
        self.insert(edits, place.at, place.end, bytes)
    }

    /// Removes the fields of a node without edits that stand in a range of the request, one after the other, but those that
    /// are kept. How many these are; `None`, with nothing removed, if they are not in order.
    #[inline(always)]
    pub(crate) fn remove_between(
        &mut self,
        edits: &mut Vec<Edit<'_>>,
        range: Place,
        kept: impl Iterator<Item = Place>,
    ) -> Option<u32> {
        let first = edits.len();
        let (mut at, mut count) = (range.at, 0);
        for place in kept {
            if place.at < at {
                edits.truncate(first);
                return None;
            }
            leave_out(edits, at, place.at);
            at = place.end;
            count += 1;
        }
        leave_out(edits, at, range.end);
        if let [.., last] = &mut edits[first..] {
            // None is behind the last one.
            last.next = NONE;
            (self.first_edit, self.last_edit) = (first as u32, edits.len() as u32 - 1);
            let gone = edits[first..].iter().map(|edit| edit.end - edit.at);
            self.grown -= i64::from(gone.sum::<u32>());
        }
        Some(count)
    }

    /// See [`Tree::insert`].
    #[inline(always)]
    fn insert<'a>(
        &mut self,
        edits: &mut Vec<Edit<'a>>,
        at: u32,
        end: u32,
        bytes: &'a [u8],
    ) -> Place {
        let edit = edits.len() as u32;
        self.grown += bytes.len() as i64 - i64::from(end - at);
        let mut next = NONE;
        match edits.get_mut(self.last_edit as usize) {
            Some(last) if last.at > at => {
                let before = before_place(edits, self.first_edit, at);
                let link = match before {
                    NONE => &mut self.first_edit,
                    before => &mut edits[before as usize].next,
                };
                next = std::mem::replace(link, edit);
            }
            Some(last) => {
                last.next = edit;
                self.last_edit = edit;
            }
            None => (self.first_edit, self.last_edit) = (edit, edit),
        }
        edits.push(Edit {
            at,
            end,
            next,
            bytes,
        });
        Place { at, end, edit }
    }
}

/// Removes a range of the request, if there is anything in it; the next edit is that of the same node behind it.
#[inline(always)]
fn leave_out(edits: &mut Vec<Edit<'_>>, at: u32, end: u32) {
    if at < end {
        edits.push(Edit {
            at,
            end,
            next: edits.len() as u32 + 1,
            bytes: &[],
        });
    }
}

/// The last edit of a chain before or at `at`, which another follows; [`NONE`] if the first one is behind it.
#[inline(never)]
fn before_place(edits: &[Edit<'_>], first: u32, at: u32) -> u32 {
    let (mut before, mut next) = (NONE, first);
    while edits[next as usize].at <= at {
        (before, next) = (next, edits[next as usize].next);
    }
    before
}

impl Node {
    /// It gets an attribute with a value of so many bytes.
    #[inline(always)]
    pub(crate) fn measure(&mut self, value_bytes: usize) {
        let bytes = u16::try_from(value_bytes).unwrap_or(u16::MAX);
        self.value_bytes_max = self.value_bytes_max.max(bytes);
    }

    /// Which are its rows. Where there are none, they have no place: the rows may end before the one that they had.
    #[inline(always)]
    pub(crate) fn row_range(&self) -> std::ops::Range<usize> {
        match self.rows_len {
            0 => 0..0,
            count => self.rows as usize..(self.rows + count) as usize,
        }
    }

    /// How long its payload is, edits applied.
    pub(crate) fn payload_len(&self) -> usize {
        (i64::from(self.end - self.start) + self.grown) as usize
    }

    /// Whether it has no more and no longer attributes, as far as is known.
    #[inline(always)]
    pub(crate) fn is_within(&self, extent: Extent) -> bool {
        let string_bytes = match self.value_bytes_max {
            u16::MAX => usize::MAX,
            bytes => usize::from(bytes).saturating_sub(AROUND_STRING),
        };
        self.rows_len as usize <= extent.count && string_bytes <= extent.string_bytes
    }

    /// Whether passes leave it out, with all that it holds.
    pub(crate) fn is_gone(&self) -> bool {
        self.is_dropped | self.is_held | self.is_detached
    }

    /// Takes all edits back.
    pub(crate) fn forget_edits(&mut self) {
        (self.slots, self.first_edit, self.last_edit) = (NONE, NONE, NONE);
        self.grown = 0;
    }

    pub(crate) fn new(
        level: Level,
        variant: u8,
        tag_at: u32,
        start: u32,
        end: u32,
        parent: NodeId,
    ) -> Node {
        Node {
            tag_at,
            start,
            end,
            parent,
            message: NONE,
            level,
            variant,
            is_virtual: false,
            is_dropped: false,
            is_held: false,
            is_detached: false,
            value_bytes_max: u16::MAX,
            slots: NONE,
            rows: NONE,
            rows_len: 0,
            rows_room: 0,
            first_edit: NONE,
            last_edit: NONE,
            scratch: 0,
            grown: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::every;

    /// One span node over: 1: "ab", 2: 7, 1000: unknown.
    fn tree(input: &[u8]) -> Tree<'_> {
        let node = Node::new(Level::Span, 0, 0, 0, input.len() as u32, NONE);
        Tree {
            input,
            nodes: vec![node],
            ..Tree::default()
        }
    }

    fn numbers(tree: &Tree<'_>) -> Vec<(u32, Vec<u8>)> {
        tree.fields(0)
            .map(|f| (f.number, f.payload.to_vec()))
            .collect()
    }

    #[test]
    fn fields_are_appended_together_as_one_by_one() {
        let input = [0x10, 7];
        let fields: [&[u8]; 3] = [&[0x18, 1], &[0x22, 2, b'a', b'b'], &[0x28, 3]];
        for before in 0..=1 {
            for count in 0..=fields.len() {
                let (mut together, mut singly) = (tree(&input), tree(&input));
                let mut places = Vec::new();
                for tree in [&mut together, &mut singly] {
                    for field in &fields[..before] {
                        tree.append(0, field);
                    }
                }
                let mut added = fields[..count].iter();
                together.append_all(0, |place| {
                    let field = added.next()?;
                    places.push(place);
                    Some(field)
                });
                let expected: Vec<_> = fields[..count]
                    .iter()
                    .map(|field| singly.append(0, field))
                    .collect();
                assert_eq!(places, expected);
                for tree in [&mut together, &mut singly] {
                    tree.append(0, &[0x30, 4]);
                }
                assert_eq!(numbers(&together), numbers(&singly));
                assert_eq!(together.nodes[0].grown, singly.nodes[0].grown);
            }
        }
    }

    #[test]
    fn what_comes_and_goes_leaves_nothing_behind() {
        let input = [0x10, 7, 0x18, 1];
        let mut tree = tree(&input);
        let seven = tree.find(0, &every(2)).expect("field 2");
        tree.remove(0, seven.place);
        let fields: [&[u8]; 3] = [&[0x20, 1], &[0x28, 1], &[0x30, 1]];
        for order in [[1, 0, 2], [2, 0, 1], [0, 1, 2]] {
            let places = fields.map(|field| tree.append(0, field));
            for (gone, number) in order.into_iter().enumerate() {
                tree.remove(0, places[number]);
                assert_eq!(numbers(&tree).len(), 3 - gone);
            }
            // What went of the request is an edit that stays.
            assert_eq!(tree.edits_of(0).count(), 1);
            assert_eq!(tree.nodes[0].grown, -2);
        }
        tree.append(0, &[0x38, 1]);
        assert_eq!(numbers(&tree), [(3, vec![1]), (7, vec![1])]);
    }

    #[test]
    fn edits_read_back_in_place() {
        let input = [0x0a, 2, b'a', b'b', 0x10, 7, 0x1a, 1, b'c'];
        let mut tree = tree(&input);
        let seven = tree.find(0, &every(2)).expect("field 2");
        assert_eq!(seven.payload, [7]);
        tree.append(0, &[0x22, 1, b'd']);
        tree.replace(0, seven.place, &[0x10, 9]);
        let first = tree.find(0, &every(1)).expect("field 1");
        tree.replace(0, first.place, &[]);
        assert_eq!(
            numbers(&tree),
            [(2, vec![9]), (3, vec![b'c']), (4, vec![b'd'])]
        );
        let nine = tree.find(0, &every(2)).expect("field 2");
        tree.replace(0, nine.place, &[0x10, 1]);
        let added = tree.find(0, &every(4)).expect("field 4");
        tree.replace(0, added.place, &[]);
        tree.append(0, &[0x2a, 0]);
        assert_eq!(numbers(&tree), [(2, vec![1]), (3, vec![b'c']), (5, vec![])]);
        assert_eq!(tree.edits.len(), 4);
    }
}
