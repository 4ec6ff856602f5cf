//! Writes a tree as bytes: untouched stretches of the input are copied as they are, one copy for as many
//! messages as lie between two edits.
//!
//! Sizes are settled bottom-up for changed nodes alone; then every change of the request is a splice
//! (a range of the input and what comes in its place), and one pass over the sorted splices writes them.

use super::any::Sink;
use super::cursor::{varint_len, write_varint};
use super::tree::{NONE, Node, NodeId, Tree};
use crate::path::Level;

/// What comes in the place of a range of the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Splice<'a> {
    at: u32,
    end: u32,
    /// Orders splices at one place: what is added to an inner message comes before what is added to the
    /// message around it, and both before what replaces the bytes that follow.
    rank: u8,
    new: New<'a>,
}

impl<'a> Splice<'a> {
    fn new(at: u32, end: u32, level: Level, new: New<'a>) -> Splice<'a> {
        let rank = if at == end {
            u8::MAX - 1 - depth(level)
        } else {
            u8::MAX
        };
        Splice { at, end, rank, new }
    }

    fn order(&self) -> (u32, u8) {
        (self.at, self.rank)
    }
}

/// How many nodes a message of this level lies in.
fn depth(level: Level) -> u8 {
    match level {
        Level::ResourceContainer | Level::Dictionary => 0,
        Level::Resource | Level::ScopeContainer => 1,
        Level::Scope | Level::Span | Level::Log | Level::Metric | Level::Profile => 2,
        Level::SpanEvent | Level::MetricData => 3,
        Level::DataPoint => 4,
        Level::Exemplar => 5,
        Level::Cache => 6,
    }
}

#[derive(Clone, Copy, Debug)]
enum New<'a> {
    Bytes(&'a [u8]),
    /// The tag and length of a message.
    Header(u8, u32),
}

/// The field number of a container's resource or scope.
const MESSAGE_FIELD: u8 = 1;

/// Appends the tree's bytes to `out`. `splices` is scratch memory.
pub(crate) fn encode<'a>(tree: &mut Tree<'a>, splices: &mut Vec<Splice<'a>>, out: &mut Vec<u8>) {
    settle_sizes(tree);
    splices.clear();
    collect(tree, splices);
    if !splices.is_sorted_by_key(Splice::order) {
        // Stable, so that what is added to one message keeps its order.
        splices.sort_by_key(Splice::order);
    }
    out.reserve(tree.input.len() + splices.len() * 16);
    write(tree.input, splices, out);
}

/// Adds to every node by how much the nodes in it grow.
fn settle_sizes(tree: &mut Tree<'_>) {
    // Children come after their parents, so backwards each node is complete before it is added to its parent.
    for id in (0..tree.nodes.len()).rev() {
        let node = &tree.nodes[id];
        if node.is_detached {
            continue;
        }
        let grown = if node.is_dropped {
            -i64::from(node.end - node.tag_at)
        } else {
            grown_with_header(node)
        };
        let parent = node.parent;
        if grown != 0 && parent != NONE {
            tree.nodes[parent as usize].grown += grown;
        }
    }
}

/// By how much a node grows, its length prefix included.
fn grown_with_header(node: &Node) -> i64 {
    if node.is_virtual {
        // Written only if something was put into it.
        return match node.first_edit {
            NONE => 0,
            _ => node.grown + 1 + varint_len(node.grown as u64) as i64,
        };
    }
    if node.grown == 0 {
        return 0;
    }
    let length = i64::from(node.end - node.start) + node.grown;
    node.grown + varint_len(length as u64) as i64 - old_header_len(node)
}

/// The length of the node's length prefix as it stands, which need not be the shortest.
fn old_header_len(node: &Node) -> i64 {
    i64::from(node.start - node.tag_at) - tag_len(node)
}

/// All messages that are nodes have field numbers below 16.
fn tag_len(_: &Node) -> i64 {
    1
}

fn collect<'a>(tree: &Tree<'a>, splices: &mut Vec<Splice<'a>>) {
    let mut dropped_until = 0;
    for (id, node) in tree.nodes.iter().enumerate() {
        let level = node.level;
        // Nodes stand in wire order, so a dropped node's descendants follow it; virtual nodes come last.
        if level == Level::Cache
            || node.is_detached
            || (!node.is_virtual && node.tag_at < dropped_until)
            || (node.is_virtual && is_dropped(tree, node.parent))
        {
            continue;
        }
        if node.is_dropped {
            dropped_until = node.end;
            splices.push(Splice::new(node.tag_at, node.end, level, New::Bytes(&[])));
            continue;
        }
        if node.is_virtual && node.first_edit != NONE {
            let header = New::Header(MESSAGE_FIELD << 3 | 2, node.grown as u32);
            splices.push(Splice::new(node.start, node.start, level, header));
        } else if node.grown != 0 {
            let length = i64::from(node.end - node.start) + node.grown;
            let header = New::Header(tree.input[node.tag_at as usize], length as u32);
            splices.push(Splice::new(node.tag_at, node.start, level, header));
        }
        if node.first_edit != NONE {
            let edits = tree.edits(id as u32);
            splices.extend(edits.map(|e| Splice::new(e.at, e.end, level, New::Bytes(e.bytes))));
        }
    }
}

fn is_dropped(tree: &Tree<'_>, mut id: NodeId) -> bool {
    while id != NONE {
        let node = tree.node(id);
        if node.is_dropped {
            return true;
        }
        id = node.parent;
    }
    false
}

fn write(input: &[u8], splices: &[Splice<'_>], out: &mut Vec<u8>) {
    let mut copied = 0;
    for splice in splices {
        let at = splice.at as usize;
        // Inside a message that was removed.
        if at < copied {
            continue;
        }
        if at > copied {
            out.extend_from_slice(&input[copied..at]);
        }
        match splice.new {
            New::Bytes(bytes) => out.extend_from_slice(bytes),
            New::Header(tag, length) => {
                out.byte(tag);
                write_varint(out, u64::from(length));
            }
        }
        copied = splice.end as usize;
    }
    out.extend_from_slice(&input[copied..]);
}
