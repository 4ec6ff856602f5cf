//! A document as nodes that point to each other, by number.
//!
//! The pointers are the reference's, and so is what moving a node does to them: a node that is moved is not
//! taken out of the place where it was, so a chain of siblings may lead from one place into another.

use bumpalo::Bump;
use bumpalo::collections::Vec as List;

/// The number of a node.
pub(crate) type NodeId = u32;

/// The document itself.
pub(crate) const ROOT: NodeId = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    /// `<?xml …?>`.
    Declaration,
    Element,
    Text,
    /// A CDATA section.
    CharData,
    Comment,
    /// `<!…>`.
    Notation,
    Instruction,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) prefix: &'a [u8],
    pub(crate) local: &'a [u8],
    pub(crate) value: &'a [u8],
    pub(crate) namespace: &'a [u8],
}

#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) kind: Kind,
    /// The local name, or the text.
    pub(crate) data: &'a [u8],
    pub(crate) prefix: &'a [u8],
    pub(crate) namespace: &'a [u8],
    /// The text of an instruction.
    pub(crate) instruction: &'a [u8],
    pub(crate) attributes: List<'a, Attribute<'a>>,
    pub(super) level: usize,
    pub(crate) parent: Option<NodeId>,
    pub(crate) first: Option<NodeId>,
    pub(crate) last: Option<NodeId>,
    pub(crate) previous: Option<NodeId>,
    pub(crate) next: Option<NodeId>,
}

/// A document.
pub(crate) struct Document<'a> {
    pub(crate) arena: &'a Bump,
    nodes: List<'a, Node<'a>>,
}

/// Nodes that a document has room for from the start.
const NODES_USUAL: usize = 12;

impl<'a> Document<'a> {
    /// A document of a root without children.
    pub(crate) fn new(arena: &'a Bump, root: Kind) -> Document<'a> {
        let mut document = Document {
            arena,
            nodes: List::with_capacity_in(NODES_USUAL, arena),
        };
        document.add(root, b"");
        document
    }

    /// A new node, which is nowhere yet.
    pub(crate) fn add(&mut self, kind: Kind, data: &'a [u8]) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node {
            kind,
            data,
            prefix: b"",
            namespace: b"",
            instruction: b"",
            attributes: List::new_in(self.arena),
            level: 0,
            parent: None,
            first: None,
            last: None,
            previous: None,
            next: None,
        });
        id
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id as usize]
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id as usize]
    }

    /// Takes over the nodes of another document; the number of its root.
    pub(crate) fn absorb(&mut self, other: Document<'a>) -> NodeId {
        let offset = self.nodes.len() as NodeId;
        self.nodes.extend(other.nodes);
        for node in self.nodes.iter_mut().skip(offset as usize) {
            for link in [
                &mut node.parent,
                &mut node.first,
                &mut node.last,
                &mut node.previous,
                &mut node.next,
            ] {
                *link = link.map(|id| id + offset);
            }
        }
        offset
    }

    /// Puts a node behind the children of another.
    pub(crate) fn add_child(&mut self, parent: NodeId, id: NodeId) {
        self.node_mut(id).parent = Some(parent);
        self.node_mut(id).next = None;
        let last = self.node(parent).last;
        match (self.node(parent).first, last) {
            (Some(_), Some(last)) => {
                self.node_mut(last).next = Some(id);
                self.node_mut(id).previous = Some(last);
            }
            _ => {
                self.node_mut(parent).first = Some(id);
                self.node_mut(id).previous = None;
            }
        }
        self.node_mut(parent).last = Some(id);
    }

    /// Puts a node behind the last sibling of another.
    pub(super) fn add_sibling(&mut self, sibling: NodeId, id: NodeId) {
        let parent = self.node(sibling).parent;
        let mut last = parent
            .and_then(|parent| self.node(parent).last)
            .unwrap_or(sibling);
        while let Some(next) = self.node(last).next {
            last = next;
        }
        self.node_mut(id).parent = parent;
        self.node_mut(last).next = Some(id);
        self.node_mut(id).previous = Some(last);
        self.node_mut(id).next = None;
        if let Some(parent) = parent {
            self.node_mut(parent).last = Some(id);
        }
    }

    /// Takes a node out of its place.
    pub(crate) fn remove(&mut self, id: NodeId) {
        let Node {
            parent: Some(parent),
            previous,
            next,
            ..
        } = *self.node(id)
        else {
            return;
        };
        if self.node(parent).first == Some(id) {
            self.node_mut(parent).first = next;
        }
        if self.node(parent).last == Some(id) {
            self.node_mut(parent).last = previous;
        }
        if let Some(previous) = previous {
            self.node_mut(previous).next = next;
        }
        if let Some(next) = next {
            self.node_mut(next).previous = previous;
        }
        let node = self.node_mut(id);
        (node.parent, node.previous, node.next) = (None, None, None);
    }

    /// Removes the attribute of this name from an element. A prefix in the name counts.
    pub(crate) fn remove_attribute(&mut self, id: NodeId, name: &[u8]) {
        let (prefix, local) = split_name(name);
        let attributes = &mut self.node_mut(id).attributes;
        let found = attributes
            .iter()
            .position(|known| known.prefix == prefix && known.local == local);
        if let Some(found) = found {
            attributes.remove(found);
        }
    }

    /// The children of a node.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).first, |child| self.node(*child).next)
    }

    /// All text inside of a node, comments left out.
    pub(crate) fn inner_text(&self, id: NodeId) -> &'a [u8] {
        let mut out = List::new_in(self.arena);
        let mut open = Vec::new();
        let mut current = Some(id);
        let mut is_top = true;
        while let Some(id) = current {
            let node = self.node(id);
            let mut child = None;
            match node.kind {
                Kind::Text | Kind::CharData => out.extend_from_slice_copy(node.data),
                Kind::Comment => {}
                _ => child = node.first,
            }
            let next = node.next.filter(|_| !is_top);
            is_top = false;
            current = match (child, next) {
                (Some(child), next) => {
                    open.extend(next);
                    Some(child)
                }
                (None, Some(next)) => Some(next),
                (None, None) => open.pop(),
            };
        }
        out.into_bump_slice()
    }
}

/// A name as prefix and local part.
pub(super) fn split_name(name: &[u8]) -> (&[u8], &[u8]) {
    match name.iter().position(|c| *c == b':') {
        Some(colon @ 1..) => (&name[..colon], &name[colon + 1..]),
        _ => (b"", name),
    }
}
