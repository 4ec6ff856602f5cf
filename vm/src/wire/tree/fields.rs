//! The fields of messages, those of nodes with their edits applied.

use super::{Field, NONE, NodeId, Place, Tree};
use crate::wire::cursor::{Cursor, short_field};
use std::ops::ControlFlow;

impl<'a> Tree<'a> {
    /// A node's fields in order, edits applied.
    pub(crate) fn fields(&self, id: NodeId) -> Fields<'_, 'a> {
        let node = self.node(id);
        Fields {
            tree: self,
            cursor: Cursor::over(self.input, node.start as usize, node.end as usize),
            edit: node.first_edit,
        }
    }

    /// Shows where the fields of a node with this number stand, edits applied, and their payloads, in order, until `look`
    /// has seen enough and says so.
    #[inline]
    pub(crate) fn each_field(
        &self,
        id: NodeId,
        number: u32,
        mut look: impl FnMut(Place, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let node = self.node(id);
        let mut at = node.start;
        for (place, whole) in self.edits_of(id) {
            // What was added stands at the end, one after the other.
            if at < place.at {
                self.each_as_it_came(at, place.at, number, &mut look)?;
            }
            at = place.end;
            if let Some((its_number, payload, _)) = field_at(whole, 0)
                && its_number == number
            {
                look(place, payload)?;
            }
        }
        self.each_as_it_came(at, node.end, number, &mut look)
    }

    /// The same of those within a range of the request. What does not parse ends it.
    #[inline]
    fn each_as_it_came(
        &self,
        at: u32,
        end: u32,
        number: u32,
        mut look: impl FnMut(Place, &'a [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let fields = self.input.get(..end as usize).unwrap_or_default();
        let mut at = at as usize;
        while let Some((its_number, payload, next)) = field_at(fields, at) {
            if its_number == number {
                let (at, end) = (at as u32, next as u32);
                let edit = NONE;
                look(Place { at, end, edit }, payload)?;
            }
            at = next;
        }
        ControlFlow::Continue(())
    }

    /// A node's edits in order: what they replace, and the whole fields that come in its place, or nothing.
    pub(crate) fn edits_of(&self, id: NodeId) -> impl Iterator<Item = (Place, &'a [u8])> {
        let mut next = self.node(id).first_edit;
        std::iter::from_fn(move || {
            let edit = self.edits.get(next as usize)?;
            let place = Place {
                at: edit.at,
                end: edit.end,
                edit: next,
            };
            next = edit.next;
            Some((place, edit.bytes))
        })
    }
}

/// The field at `at` of a message: its number, its payload, and where the next one begins. `None` at the message's end,
/// and for what does not parse.
#[inline(always)]
pub(crate) fn field_at(message: &[u8], at: usize) -> Option<(u32, &[u8], usize)> {
    if let Some((tag, start, next)) = short_field(message, at) {
        return Some((u32::from(tag >> 3), &message[start..next], next));
    }
    long_field_at(message, at)
}

#[inline(never)]
fn long_field_at(message: &[u8], at: usize) -> Option<(u32, &[u8], usize)> {
    let mut cursor = Cursor::over(message, at.min(message.len()), message.len());
    let (_, number, payload) = cursor.field().ok()??;
    Some((number, payload, cursor.position()))
}

/// Iterates a node's fields, edits applied. What does not parse ends it.
#[derive(Clone)]
pub(crate) struct Fields<'t, 'a> {
    tree: &'t Tree<'a>,
    cursor: Cursor<'a>,
    edit: u32,
}

impl<'a> Iterator for Fields<'_, 'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        while let Some(edit) = self.tree.edits.get(self.edit as usize)
            && edit.at as usize <= self.cursor.position()
        {
            let place = Place {
                at: edit.at,
                end: edit.end,
                edit: self.edit,
            };
            self.edit = edit.next;
            self.cursor = Cursor::over(self.tree.input, edit.end as usize, self.cursor.end());
            if !edit.bytes.is_empty() {
                return read_field(&mut Cursor::new(edit.bytes), edit.bytes, place);
            }
        }
        if self.cursor.is_at_end() {
            return None;
        }
        let at = self.cursor.position() as u32;
        let place = Place {
            at,
            end: at,
            edit: NONE,
        };
        let mut field = read_field(&mut self.cursor, self.tree.input, place)?;
        field.place.end = self.cursor.position() as u32;
        Some(field)
    }
}

/// The field that `bytes` is.
pub(crate) fn read_whole(bytes: &[u8]) -> Option<Field<'_>> {
    let place = Place {
        at: 0,
        end: bytes.len() as u32,
        edit: NONE,
    };
    read_field(&mut Cursor::new(bytes), bytes, place)
}

/// The fields of a message that is no node. What does not parse ends it.
#[inline]
pub fn message_fields(bytes: &[u8]) -> MessageFields<'_> {
    MessageFields(Cursor::new(bytes))
}

/// See [`message_fields`].
#[derive(Clone)]
pub struct MessageFields<'a>(Cursor<'a>);

impl<'a> Iterator for MessageFields<'a> {
    type Item = Field<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Field<'a>> {
        let (at, number, payload) = self.0.field().ok()??;
        let end = self.0.position();
        Some(Field {
            number,
            payload,
            whole: &self.0.cut()[at..end],
            place: Place {
                at: at as u32,
                end: end as u32,
                edit: NONE,
            },
        })
    }
}

#[inline(always)]
fn read_field<'a>(cursor: &mut Cursor<'a>, bytes: &'a [u8], place: Place) -> Option<Field<'a>> {
    let (at, number, payload) = cursor.field().ok()??;
    Some(Field {
        number,
        payload,
        whole: &bytes[at..cursor.position()],
        place,
    })
}
