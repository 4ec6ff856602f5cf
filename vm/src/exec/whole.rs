//! Attributes as a whole: read as one map, and made the entries of one.
//!
//! Their fields are copied as they stand, neighbours together; nobody looks at what is in them.

use super::locate::Row;
use super::machine::Machine;
use super::walk::Found;
use crate::error::Error;
use crate::path::FieldNumbers;
use crate::value::{Entry, Value};
use crate::wire::any::{self, VALUES, put_field};
use crate::wire::entries::{as_fields, renumber, split_field, tag_of, take_field};
use crate::wire::tree::{NONE, NodeId, Place, Removal, Tree, read_whole};
use bumpalo::collections::Vec;
use smallvec::SmallVec;
use std::ops::{ControlFlow, Range};

impl<'a> Machine<'_, 'a> {
    /// All attributes of a message, as a map of this moment: decoded at once if a statement looks into it.
    pub(super) fn all_attributes(&mut self, id: NodeId, field: &FieldNumbers) -> Value<'a> {
        match self.locators[self.tree.node(id).level as usize].looks_into_map {
            true => Value::Map(self.decoded_attributes(id, field)),
            false => Value::WireMap(self.copied_attributes(id, field)),
        }
    }

    #[inline]
    fn decoded_attributes(&mut self, id: NodeId, field: &FieldNumbers) -> &'a [Entry<'a>] {
        let arena = self.arena;
        if let Some(rows) = self.rows(id, field) {
            let keys = rows.iter().map(|row| Entry {
                key: row.key,
                value: Value::Nil,
            });
            let entries = arena.alloc_slice_fill_iter(keys);
            for (entry, row) in entries.iter_mut().zip(rows) {
                any::decode_into(Some(row.value), &mut entry.value);
            }
            return entries;
        }
        let mut entries = Vec::new_in(arena);
        let _ = self.each_attribute(id, field, |row| {
            entries.push(Entry {
                key: row.key,
                value: any::decode(row.value),
            });
            ControlFlow::Continue(())
        });
        entries.into_bump_slice()
    }

    #[inline]
    fn copied_attributes(&mut self, id: NodeId, field: &FieldNumbers) -> &'a [u8] {
        let number = self.number(id, field);
        let has_rows = self.rows(id, field).is_some();
        let tree = &self.tree;
        let mut whole = Whole {
            tree,
            number,
            bytes_max: match has_rows {
                true => self
                    .rows_of(id)
                    .iter()
                    .map(|row| tree.whole(row.place).len())
                    .sum(),
                false => tree.node(id).payload_len(),
            },
            map: Vec::new_in(self.arena),
            run: 0..0,
        };
        if has_rows {
            self.rows_of(id).iter().for_each(|row| whole.add(row.place));
        } else {
            let _ = tree.each_field(id, number, |place, _| {
                whole.add(place);
                ControlFlow::Continue(())
            });
        }
        whole.into_map()
    }

    /// The fields of attributes with this number that are the entries of a map, or none for nil; `made` are those of the
    /// record before, which often gets the same map, one of their resource.
    ///
    /// # Errors
    /// For any other value.
    pub(super) fn fields_of(
        &self,
        value: &Value<'a>,
        number: u32,
        made: &mut Option<Made<'a>>,
    ) -> Result<&'a [u8], Error<'a>> {
        if let (Value::WireMap(map), Some(made)) = (value, &*made)
            && made.number == number
            && std::ptr::eq(made.map, *map)
        {
            return Ok(made.fields);
        }
        if !value.is_nil() && value.entries().is_none() {
            let found = value.type_name();
            return Err(Error::format(
                self.arena,
                format_args!("unsupported type provided for setting a pcommon.Map: {found}"),
            ));
        }
        let (fields, _) = as_fields(value, number, self.arena);
        if let Value::WireMap(map) = value {
            *made = Some(Made {
                map,
                number,
                fields,
            });
        }
        Ok(fields)
    }

    /// Puts attributes in the place of all that a message has.
    pub(super) fn set_attributes(&mut self, id: NodeId, field: &FieldNumbers, fields: &'a [u8]) {
        self.remove_attributes(id, field);
        self.add_attributes(id, self.number(id, field), fields);
    }

    /// Removes all attributes of a message; its slots and rows still say where they stood.
    fn remove_attributes(&mut self, id: NodeId, field: &FieldNumbers) {
        let mut removal = Removal::default();
        if self.rows(id, field).is_some() {
            for row in &self.rows[self.tree.node(id).row_range()] {
                removal.remove(&mut self.tree, id, &row.place);
            }
        } else {
            let mut places = SmallVec::<[Place; 32]>::new();
            let _ = self
                .tree
                .each_field(id, self.number(id, field), |place, _| {
                    places.push(place);
                    ControlFlow::Continue(())
                });
            for place in &places {
                removal.remove(&mut self.tree, id, place);
            }
        }
        removal.finish(&mut self.tree, id);
    }

    /// Adds all attributes of a message that has none any more; slots and rows, if it has them, say where these stand.
    fn add_attributes(&mut self, id: NodeId, number: u32, mut fields: &'a [u8]) {
        let Machine {
            tree, rows, slots, ..
        } = self;
        let mut node = *tree.node(id);
        if node.slots == NONE || node.rows == NONE {
            tree.append_all(id, |_| take_field(&mut fields, number));
            return self.forget_slots(id);
        }
        let locator = &self.row_locators[node.level as usize];
        let mut found = Found::new(locator, slots, rows);
        found.begin_again(&mut node);
        tree.append_all(id, |place| {
            let (field, key, value) = split_field(&mut fields)?;
            found.attribute(Row { place, key, value }, true);
            Some(field)
        });
        found.finish(&mut tree.nodes[id as usize]);
    }
}

/// The fields that were made of a map's entries.
pub(super) struct Made<'a> {
    map: &'a [u8],
    number: u32,
    fields: &'a [u8],
}

/// The fields of all attributes of a message, as they are found.
struct Whole<'t, 'a> {
    tree: &'t Tree<'a>,
    number: u32,
    /// They take no more: bytes.
    bytes_max: usize,
    /// A copy of them, but for the last ones.
    map: Vec<'a, u8>,
    /// The last ones, if they are neighbours in the request; none at first.
    run: Range<u32>,
}

impl<'a> Whole<'_, 'a> {
    /// Adds the one at this place.
    #[inline(always)]
    fn add(&mut self, place: Place) {
        let is_next = place.edit == NONE && place.at == self.run.end;
        if is_next && self.tree.input[place.at as usize] == tag_of(self.number) {
            self.run.end = place.end;
        } else {
            self.add_apart(place);
        }
    }

    /// Adds one that is no neighbour of the one before.
    #[inline(never)]
    fn add_apart(&mut self, place: Place) {
        self.copy_run();
        let field = self.tree.whole(place);
        if field.first() != Some(&tag_of(self.number)) {
            // The tag takes more bytes than it has to.
            let payload = read_whole(field).map_or(&[][..], |field| field.payload);
            put_field(&mut self.map, self.number, payload);
        } else if place.edit == NONE {
            self.run = place.at..place.end;
        } else {
            self.copy(field);
        }
    }

    fn copy_run(&mut self) {
        let run = self.last_run();
        if !run.is_empty() {
            self.copy(run);
        }
    }

    fn last_run(&mut self) -> &'a [u8] {
        let Range { start, end } = std::mem::take(&mut self.run);
        &self.tree.input[start as usize..end as usize]
    }

    fn copy(&mut self, fields: &[u8]) {
        if self.map.is_empty() {
            self.map.reserve_exact(self.bytes_max);
        }
        self.map.extend_from_slice_copy(fields);
    }

    /// These as a map's payload.
    fn into_map(mut self) -> &'a [u8] {
        if self.map.is_empty() && self.number == VALUES {
            return self.last_run();
        }
        self.copy_run();
        let map = self.map.into_bump_slice_mut();
        if self.number != VALUES {
            renumber(map, self.number, VALUES);
        }
        map
    }
}
