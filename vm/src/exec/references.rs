//! A request of profiles has strings of its resources' and scopes' attributes in a dictionary, by reference: statements see the
//! strings, and what leaves has references again, as with the reference's decoder and encoder.
//!
//! So attributes that statements may look at get their strings by edits when the request is read, and a last step refers to
//! what the dictionary has by then. Attributes that no statement looks at keep their references.

use super::machine::Machine;
use crate::path::Level;
use crate::program::Program;
use crate::wire::Signal;
use crate::wire::error::WireError;
use crate::wire::index::Validation;
use crate::wire::profiles::{Told, exchanged_attribute};
use crate::wire::tree::{NONE, NodeId, message_fields};
use crate::wire::validate::Canonical;
use bumpalo::collections::Vec;

/// The field that an attribute is, of what a container holds beside records.
fn attributes_of(level: Level) -> u32 {
    match level {
        Level::Resource => 1,
        _ => 3,
    }
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Puts strings in the place of references, in the resources and scopes that the program may look at; all of them are
    /// checked. A request without a dictionary is not canonical.
    ///
    /// # Errors
    /// What is wrong with the dictionary's strings, a resource or a scope.
    pub(super) fn resolve_references(
        &mut self,
        program: &Program,
        validation: Validation,
    ) -> Result<Canonical, WireError> {
        if program.signal != Signal::Profiles {
            return Ok(Canonical::Yes);
        }
        if !self.read_dictionary()? {
            return Ok(Canonical::No);
        }
        let looked_at = program.plan().looks.levels();
        for number in 0..self.tree.containers.len() {
            let id = self.holder_of_references(number);
            let node = *self.tree.node(id);
            if node.is_virtual {
                continue;
            }
            if validation == Validation::Touched
                && self.check_at(id, node.start, node.end)? == Canonical::No
            {
                return Ok(Canonical::No);
            }
            if looked_at.contains(node.level) {
                self.resolve_in(id);
            }
        }
        Ok(Canonical::Yes)
    }

    /// The resource or scope of a container.
    fn holder_of_references(&self, container: usize) -> NodeId {
        self.tree.node(self.tree.containers[container]).message
    }

    fn resolve_in(&mut self, id: NodeId) {
        let node = *self.tree.node(id);
        let number = attributes_of(node.level);
        let message = &self.tree.input[node.start as usize..node.end as usize];
        let (dictionary, arena) = (self.dictionary.get_or_insert_default(), self.arena);
        let mut text = |told| match told {
            Told::Text(_) => None,
            Told::Index(index) => dictionary.text(index).map(Told::Text),
        };
        for field in message_fields(message).filter(|field| field.number == number) {
            let new = exchanged_attribute(number, field.payload, &mut text, arena);
            if let Some(new) = new {
                self.tree.replace(id, field.place.within(node.start), new);
            }
        }
        if self.tree.node(id).first_edit != NONE {
            self.forget_slots(id);
        }
    }

    /// Puts references in the place of the strings of all that is left, which the dictionary gets if it lacks them. What refers
    /// to a string that the dictionary has more than once refers to the last one then.
    pub(super) fn refer(&mut self) {
        for number in 0..self.tree.containers.len() {
            let container = *self.tree.node(self.tree.containers[number]);
            let is_gone = |id: NodeId| {
                let node = self.tree.nodes.get(id as usize);
                node.is_some_and(|node| node.is_dropped | node.is_detached)
            };
            if !container.is_dropped && !is_gone(container.parent) {
                self.refer_in(container.message);
            }
        }
    }

    fn refer_in(&mut self, id: NodeId) {
        let number = attributes_of(self.tree.node(id).level);
        let fields = self.tree.fields(id).filter(|field| field.number == number);
        let mut attributes = Vec::new_in(self.arena);
        attributes.extend(fields.map(|field| (field.place, field.payload)));
        for (place, payload) in attributes {
            let arena = self.arena;
            let mut index = |told| self.reference(told);
            if let Some(new) = exchanged_attribute(number, payload, &mut index, arena) {
                self.tree.replace(id, place, new);
            }
        }
    }

    /// What stands for a string when it leaves, if that is something else.
    fn reference(&mut self, told: Told<'a>) -> Option<Told<'a>> {
        let dictionary = self.dictionary.get_or_insert_default();
        match told {
            Told::Text(text) => {
                let index = match dictionary.known(text) {
                    Some(known) => known.last,
                    None => self.add_string(text).ok()?,
                };
                Some(Told::Index(index))
            }
            Told::Index(index) => match dictionary.text(index)? {
                [] => Some(Told::Text(&[])),
                text => {
                    let last = dictionary.known(text)?.last;
                    (last != index).then_some(Told::Index(last))
                }
            },
        }
    }
}
