//! Writes a tree as bytes: untouched stretches of the input are copied as they are, one copy for as many
//! messages as lie between two edits.
//!
//! Sizes are settled bottom-up for changed nodes alone; then one pass over the nodes, which stand in wire order,
//! writes what they have become. A message without nodes inside is written at once; one that has them stays open,
//! and its edits are written as the pass comes by their places.

use super::cursor::{varint_len, write_varint};
use super::tree::{Edit, NONE, Node, NodeId, Tree};
use crate::path::Level;
use smallvec::SmallVec;

/// Appends the tree's bytes to `out`.
pub(crate) fn encode(tree: &mut Tree<'_>, out: &mut Vec<u8>) {
    let grown = settle_sizes(&mut tree.nodes);
    out.reserve(tree.input.len().saturating_add_signed(grown as isize));
    let mut writer = Writer {
        input: tree.input,
        nodes: &tree.nodes,
        edits: &tree.edits,
        copied: 0,
        open: SmallVec::new(),
        next_at: u32::MAX,
        dropped_until: 0,
        out,
    };
    let mut nodes = writer.nodes;
    while let [node, rest @ ..] = nodes {
        nodes = rest;
        // A container that did not grow may have lost a record and got a scope.
        if node.grown == 0 && node.first_edit == NONE && node.message == NONE && !node.is_dropped {
            continue;
        }
        if node.is_virtual | node.is_dropped | node.is_detached
            || node.tag_at < writer.dropped_until
        {
            writer.leave_out(node);
            continue;
        }
        if writer.next_at <= node.tag_at {
            writer.reach(node.tag_at);
        }
        if node.grown != 0 {
            writer.put_header(node);
        }
        if node.message == NONE && rest.first().is_none_or(|next| next.tag_at >= node.end) {
            writer.put_edits(node.first_edit);
        } else {
            writer.open(node);
        }
    }
    writer.finish();
}

/// Adds to every node by how much the nodes in it grow. By how much the request does.
fn settle_sizes(nodes: &mut [Node]) -> i64 {
    let mut total = 0;
    // Children come after their parents, so backwards each node is complete before it is added to its parent.
    let mut left = nodes;
    while let Some((node, before)) = left.split_last_mut() {
        left = before;
        let grown = grown_with_header(node);
        if grown != 0 {
            match left.get_mut(node.parent as usize) {
                Some(parent) => parent.grown += grown,
                None => total += grown,
            }
        }
    }
    total
}

/// By how much a node grows, its length prefix included.
#[inline(always)]
fn grown_with_header(node: &Node) -> i64 {
    if node.is_virtual | node.is_dropped | node.is_detached {
        return grown_otherwise(node);
    }
    if node.grown == 0 {
        return 0;
    }
    let length = i64::from(node.end - node.start) + node.grown;
    node.grown + varint_len(length as u64) as i64 - old_header_len(node)
}

/// [`grown_with_header`] of a node that is not there yet, or no longer.
fn grown_otherwise(node: &Node) -> i64 {
    if node.is_detached || node.level == Level::Cache {
        0
    } else if node.is_dropped {
        -i64::from(node.end - node.tag_at)
    } else if node.first_edit == NONE {
        // Written only if something was put into it.
        0
    } else {
        node.grown + 1 + varint_len(node.grown as u64) as i64
    }
}

/// The length of the node's length prefix as it stands, which need not be the shortest.
fn old_header_len(node: &Node) -> i64 {
    // All messages that are nodes have field numbers below 16, and so tags of one byte.
    i64::from(node.start - node.tag_at) - 1
}

/// The tag of a container's resource or scope.
const MESSAGE_TAG: u8 = 1 << 3 | 2;

/// A message with nodes inside, of which the end is yet to be written.
#[derive(Clone, Copy)]
struct Open {
    end: u32,
    /// The first of its edits that is yet to be written.
    edit: u32,
    /// Of a container: the node of its resource or scope.
    message: NodeId,
}

/// What is written, up to a place of the input. Invariant: everything before `copied` is in `out`, edits applied.
struct Writer<'t, 'a> {
    input: &'a [u8],
    nodes: &'t [Node],
    edits: &'t [Edit<'a>],
    copied: usize,
    /// The messages around the place that have something to be written yet, innermost last.
    open: SmallVec<[Open; 8]>,
    /// Before this place none of the open messages has something to write.
    next_at: u32,
    /// What lies in a message that was dropped goes with it, what was added at its very end included.
    dropped_until: u32,
    out: &'t mut Vec<u8>,
}

impl<'a> Writer<'_, 'a> {
    /// Writes an edit, and the input up to it.
    #[inline(always)]
    fn put(&mut self, edit: &Edit<'_>) {
        if self.copy_to(edit.at) {
            self.out.extend_from_slice(edit.bytes);
            self.copied = edit.end as usize;
        }
    }

    /// Copies the input up to a place, from which on the caller says what is copied; false if that lies in what was
    /// replaced already.
    #[inline(always)]
    fn copy_to(&mut self, at: u32) -> bool {
        let (from, at) = (self.copied, at as usize);
        if from < at {
            copy(self.out, &self.input[from..at]);
        }
        from <= at
    }

    /// Writes the tag and length of a message whose length changed.
    #[inline(always)]
    fn put_header(&mut self, node: &Node) {
        if self.copy_to(node.tag_at) {
            let length = i64::from(node.end - node.start) + node.grown;
            let tag = self.input[node.tag_at as usize];
            put_header(self.out, tag, length as u32);
            self.copied = node.start as usize;
        }
    }

    /// Writes a chain of edits from one of them on.
    #[inline(always)]
    fn put_edits(&mut self, mut next: u32) {
        while let Some(edit) = self.edits.get(next as usize) {
            self.put(edit);
            next = edit.next;
        }
    }

    /// Passes by a message that was dropped, or is in one; one that is not in the request, which is written with the
    /// message that it was left out of; one whose field went as a whole.
    #[inline(never)]
    fn leave_out(&mut self, node: &Node) {
        if node.is_dropped && !node.is_detached && node.tag_at >= self.dropped_until {
            if self.next_at <= node.tag_at {
                self.reach(node.tag_at);
            }
            if self.copy_to(node.tag_at) {
                self.copied = node.end as usize;
            }
            self.dropped_until = node.end;
        }
    }

    /// Leaves a message open, for what is to be written later.
    #[inline(never)]
    fn open(&mut self, node: &Node) {
        let open = Open {
            end: node.end,
            edit: node.first_edit,
            message: node.message,
        };
        self.open.push(open);
        self.set_next_at();
    }

    /// Where the innermost open message has something to write; those around it have nothing before its end.
    fn set_next_at(&mut self) {
        self.next_at = self.open.last().map_or(u32::MAX, |open| {
            self.edit(open).map_or(open.end, |edit| edit.at)
        });
    }

    fn edit(&self, open: &Open) -> Option<Edit<'a>> {
        self.edits.get(open.edit as usize).copied()
    }

    /// Writes what the open messages have up to a place at which a message inside the last of them begins, or
    /// one after it.
    #[inline(never)]
    fn reach(&mut self, at: u32) {
        while let Some(mut open) = self.open.pop() {
            if open.end <= at {
                self.close(open);
                continue;
            }
            while let Some(edit) = self.edit(&open)
                && edit.at <= at
            {
                self.put(&edit);
                open.edit = edit.next;
            }
            self.open.push(open);
            break;
        }
        self.set_next_at();
    }

    /// Writes the rest of an open message: a resource or scope that was left out comes before what else was added.
    #[inline(never)]
    fn close(&mut self, mut open: Open) {
        while let Some(edit) = self.edit(&open)
            && edit.at < open.end
        {
            self.put(&edit);
            open.edit = edit.next;
        }
        if let Some(message) = self.nodes.get(open.message as usize)
            && message.is_virtual
            && message.first_edit != NONE
            && self.copy_to(open.end)
        {
            self.copied = open.end as usize;
            put_header(self.out, MESSAGE_TAG, message.grown as u32);
            self.put_edits(message.first_edit);
        }
        self.put_edits(open.edit);
    }

    fn finish(mut self) {
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
        copy(self.out, &self.input[self.copied..]);
    }
}

/// Appends bytes in pieces that are copied with wide moves: longer ones, some C libraries leave to `rep movsb`, which is slower
/// on processors of the Zen family, by as much as half where source and target lie badly to each other.
#[inline(always)]
pub(crate) fn copy(out: &mut Vec<u8>, bytes: &[u8]) {
    let (pieces, rest) = bytes.as_chunks::<COPIED_BYTES>();
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(rest);
}

/// Half of what the least of these libraries takes for long.
const COPIED_BYTES: usize = 1024;

/// Writes the tag and length of a message.
#[inline(always)]
fn put_header(out: &mut Vec<u8>, tag: u8, length: u32) {
    // Most lengths take two bytes.
    if (0x80..0x4000).contains(&length) {
        out.extend_from_slice(&[tag, length as u8 | 0x80, (length >> 7) as u8]);
    } else {
        put_other_header(out, tag, length);
    }
}

#[inline(never)]
fn put_other_header(out: &mut Vec<u8>, tag: u8, length: u32) {
    out.push(tag);
    write_varint(out, u64::from(length));
}

#[cfg(test)]
mod tests {
    use super::super::any::put_field;
    use super::super::tree::{Place, read_whole};
    use super::*;
    use crate::testing::Random;
    use bumpalo::Bump;

    fn field(random: &mut Random) -> Vec<u8> {
        let length = [0, 1, 5, 40, 126, 127, 128, 300, 17_000][random.below(9) as usize];
        let mut out = Vec::new();
        put_field(&mut out, 3, &vec![random.below(256) as u8; length]);
        out
    }

    /// Appends a message's payload, and its node and those in it to `nodes`, which know their places within the payload
    /// of the outermost.
    fn message(random: &mut Random, depth: u8, nodes: &mut Vec<Node>, parent: NodeId) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in 0..random.below(5) {
            if depth == 0 || random.below(2) == 0 {
                out.extend(field(random));
                continue;
            }
            let id = nodes.len();
            nodes.push(Node::new(Level::Span, 0, 0, 0, 0, parent));
            let payload = message(random, depth - 1, nodes, id as NodeId);
            let tag_at = out.len() as u32;
            put_field(&mut out, 2, &payload);
            let start = (out.len() - payload.len()) as u32;
            (nodes[id].tag_at, nodes[id].start) = (tag_at, start);
            nodes[id].end = out.len() as u32;
            for inner in &mut nodes[id + 1..] {
                inner.tag_at += start;
                inner.start += start;
                inner.end += start;
            }
        }
        out
    }

    fn edit<'a>(random: &mut Random, tree: &mut Tree<'a>, id: NodeId, arena: &'a Bump) {
        let places: Vec<Place> = tree.fields(id).map(|field| field.place).collect();
        for place in places {
            match random.below(6) {
                0 => {
                    tree.detach(id, place);
                    tree.replace(id, place, &[]);
                }
                1 => {
                    tree.detach(id, place);
                    tree.replace(id, place, arena.alloc_slice_copy(&field(random)));
                }
                _ => {}
            }
        }
        for _ in 0..random.below(3) {
            tree.append(id, arena.alloc_slice_copy(&field(random)));
        }
    }

    /// What a node's payload has become, field by field.
    fn payload(tree: &Tree<'_>, id: NodeId) -> Vec<u8> {
        let node = tree.node(id);
        let mut out = Vec::new();
        let mut added = tree
            .nodes
            .get(node.message as usize)
            .filter(|message| message.first_edit != NONE);
        let mut put_added = |out: &mut Vec<u8>| {
            if added.take().is_some() {
                put_field(out, 1, &payload(tree, node.message));
            }
        };
        for field in tree.fields(id) {
            if field.place.at == node.end {
                put_added(&mut out);
            }
            let is_it = |inner: &&Node| inner.parent == id && inner.tag_at == field.place.at;
            let inner = tree
                .nodes
                .iter()
                .filter(|_| field.place.edit == NONE)
                .find(is_it);
            match inner {
                Some(inner) if inner.is_dropped => {}
                Some(inner) => {
                    let id = tree.nodes.iter().position(|node| std::ptr::eq(node, inner));
                    put_field(
                        &mut out,
                        2,
                        &payload(tree, id.expect("it is there") as NodeId),
                    );
                }
                None => out.extend_from_slice(field.whole),
            }
        }
        put_added(&mut out);
        out
    }

    #[test]
    fn a_container_of_the_same_size_gets_its_scope() {
        // A container with one record, which is dropped; the scope that was left out takes as many bytes.
        let input = [0x12, 5, 0x12, 3, 0x1a, 1, b'r'];
        let record = Node::new(Level::Span, 0, 2, 4, 7, 0);
        let mut tree = Tree {
            input: &input,
            nodes: vec![Node::new(Level::ScopeContainer, 0, 0, 2, 7, NONE), record],
            ..Tree::default()
        };
        tree.nodes[1].is_dropped = true;
        let scope = tree.add_virtual(Level::Scope, 0);
        tree.nodes[0].message = scope;
        tree.append(scope, &[0x0a, 1, b's']);
        let mut out = Vec::new();
        encode(&mut tree, &mut out);
        assert_eq!(out, [0x12, 5, 0x0a, 3, 0x0a, 1, b's']);
    }

    #[test]
    fn writes_what_the_fields_have_become() {
        let arena = Bump::new();
        let random = &mut Random(1);
        for round in 0..3_000 {
            let mut nodes = Vec::new();
            let input = message(random, 3, &mut nodes, NONE);
            let mut tree = Tree {
                input: &input,
                nodes,
                ..Tree::default()
            };
            for id in 0..tree.nodes.len() as NodeId {
                if random.below(4) == 0 {
                    let message = tree.add_virtual(Level::Scope, id);
                    tree.nodes[id as usize].message = message;
                }
            }
            let often = 1 + random.below(8);
            for id in 0..tree.nodes.len() as NodeId {
                if random.below(often) == 0 && !tree.node(id).is_detached {
                    edit(random, &mut tree, id, &arena);
                }
                let node = &mut tree.nodes[id as usize];
                node.is_dropped = !node.is_virtual && random.below(8) == 0;
            }
            // The outermost message is no node.
            let mut expected = Vec::new();
            let mut at = 0;
            while let Some(field) = read_whole(&input[at..]) {
                let is_it = |node: &Node| {
                    node.parent == NONE && !node.is_virtual && node.tag_at as usize == at
                };
                match tree.nodes.iter().position(is_it) {
                    Some(id) if tree.nodes[id].is_dropped => {}
                    Some(id) => put_field(&mut expected, 2, &payload(&tree, id as NodeId)),
                    None => expected.extend_from_slice(field.whole),
                }
                at += field.whole.len();
            }
            let mut out = Vec::new();
            encode(&mut tree, &mut out);
            assert!(out == expected, "{round}");
            let least = Vec::<u8>::with_capacity(8).capacity();
            assert!(
                out.capacity() <= least.max(out.len()),
                "{round}: sizes were not settled"
            );
        }
    }
}
