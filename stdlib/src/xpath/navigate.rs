//! Moving about in a document.

use crate::xml::is_blank;
use crate::xml::{Attribute, Document, Kind, NodeId};

/// A node, or one of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) node: NodeId,
    /// The number of the attribute, if it is one.
    pub(crate) attribute: Option<usize>,
}

/// What a step is after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Root,
    Element,
    Attribute,
    Text,
    Comment,
    Any,
}

/// What a step takes: a type of nodes, and a name if there is one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) what: What,
    pub(super) name: Vec<u8>,
    pub(super) prefix: Vec<u8>,
}

impl Test {
    pub(super) fn any() -> Test {
        Test {
            what: What::Any,
            name: Vec::new(),
            prefix: Vec::new(),
        }
    }

    pub(super) fn takes(&self, place: Place, document: &Document<'_>) -> bool {
        if self.what != What::Any && self.what != place.what(document) {
            return false;
        }
        let is_named = !self.name.is_empty() || !self.prefix.is_empty();
        !is_named || (self.name == place.name(document) && self.prefix == place.prefix(document))
    }
}

impl Place {
    pub(crate) fn of(node: NodeId) -> Place {
        Place {
            node,
            attribute: None,
        }
    }

    fn attribute_of<'d, 'a>(self, document: &'d Document<'a>) -> Option<&'d Attribute<'a>> {
        document.node(self.node).attributes.get(self.attribute?)
    }

    pub(super) fn what(self, document: &Document<'_>) -> What {
        match document.node(self.node).kind {
            Kind::Comment => What::Comment,
            Kind::Text | Kind::CharData | Kind::Notation => What::Text,
            Kind::Declaration | Kind::Document => What::Root,
            Kind::Element if self.attribute.is_some() => What::Attribute,
            Kind::Element | Kind::Instruction => What::Element,
        }
    }

    /// Whether this is an attribute of an element.
    pub(crate) fn is_attribute(self, document: &Document<'_>) -> bool {
        self.what(document) == What::Attribute
    }

    pub(crate) fn name<'a>(self, document: &Document<'a>) -> &'a [u8] {
        self.attribute_of(document)
            .map_or(document.node(self.node).data, |attribute| attribute.local)
    }

    pub(super) fn prefix<'a>(self, document: &Document<'a>) -> &'a [u8] {
        match self.is_attribute(document) {
            true => self
                .attribute_of(document)
                .map_or(b"", |known| known.prefix),
            false => document.node(self.node).prefix,
        }
    }

    pub(super) fn namespace<'a>(self, document: &Document<'a>) -> &'a [u8] {
        self.attribute_of(document)
            .map_or(document.node(self.node).namespace, |known| known.namespace)
    }

    /// The text that comparisons see. CDATA sections have none of their own.
    pub(crate) fn value<'a>(self, document: &Document<'a>) -> &'a [u8] {
        let node = document.node(self.node);
        match node.kind {
            Kind::Comment | Kind::Text => node.data,
            Kind::Element => match self.attribute_of(document) {
                Some(attribute) => attribute.value,
                None => document.inner_text(self.node),
            },
            _ => b"",
        }
    }

    fn go(&mut self, to: Option<NodeId>) -> bool {
        if let Some(node) = to {
            *self = Place::of(node);
        }
        to.is_some()
    }

    pub(super) fn go_parent(&mut self, document: &Document<'_>) -> bool {
        if self.attribute.take().is_some() {
            return true;
        }
        self.go(document.node(self.node).parent)
    }

    pub(super) fn go_child(&mut self, document: &Document<'_>) -> bool {
        self.attribute.is_none() && self.go(document.node(self.node).first)
    }

    pub(super) fn go_next_attribute(&mut self, document: &Document<'_>) -> bool {
        let next = self.attribute.map_or(0, |number| number + 1);
        let is_there = next < document.node(self.node).attributes.len();
        if is_there {
            self.attribute = Some(next);
        }
        is_there
    }

    pub(super) fn go_first(&mut self, document: &Document<'_>) {
        while self.attribute.is_none() && self.go(document.node(self.node).previous) {}
    }

    /// To the next sibling that is no white space. Where there is none, the place is the last sibling.
    pub(super) fn go_next(&mut self, document: &Document<'_>) -> bool {
        while self.attribute.is_none() && self.go(document.node(self.node).next) {
            if !self.is_blank(document) {
                return true;
            }
        }
        false
    }

    /// As [`Place::go_next`], the other way.
    pub(super) fn go_previous(&mut self, document: &Document<'_>) -> bool {
        while self.attribute.is_none() && self.go(document.node(self.node).previous) {
            if !self.is_blank(document) {
                return true;
            }
        }
        false
    }

    fn is_blank(self, document: &Document<'_>) -> bool {
        let node = document.node(self.node);
        node.kind == Kind::Text && is_blank(node.data)
    }
}
