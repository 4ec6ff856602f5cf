//! Reading and writing paths of one record.

use super::keyed;
use super::lane::Lane;
use super::locate::{Row, Slot};
use super::machine::Machine;
use super::map_edit::{MapEdit, MapItem};
use crate::compare::same_text;
use crate::error::Error;
use crate::path::form::{Form, any_field};
use crate::path::special::ResolvedKey;
use crate::path::{Access, FieldNumbers, Level};
use crate::program::{Key, Path};
use crate::value::{Element, TypedList, Value};
use crate::wire::any::{self, Sink};
use crate::wire::tree::{NONE, NodeId, Place, Removal, Tree, message_fields};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use smallvec::SmallVec;
use std::ops::ControlFlow;

type Result<'a, T> = std::result::Result<T, Error<'a>>;

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// The lane's message that holds a path; an error if the record has none.
    pub(super) fn holder(&self, level: Level, lane: usize) -> Result<'a, NodeId> {
        match self.node_of(level, lane) {
            NONE => Err(Error::new("the record has no such part")),
            id => Ok(id),
        }
    }

    pub(crate) fn resolve_keys(&self, keys: &'p [Key], lane: usize) -> &'a [ResolvedKey<'a>] {
        self.arena
            .alloc_slice_fill_iter(keys.iter().map(|key| match key {
                Key::String(text) => ResolvedKey::String(text),
                Key::Int(index) => ResolvedKey::Int(*index),
                Key::Value(operand) => ResolvedKey::Expression(self.operand(*operand, lane)),
            }))
    }

    /// The value of a path.
    #[inline]
    pub(crate) fn read_path(&mut self, path: &'p Path, lane: usize) -> Result<'a, Value<'a>> {
        let id = self.holder(path.level, lane)?;
        // One attribute or field that has a slot: most paths.
        match (&path.access, path.slot, path.keys.as_slice()) {
            (Access::Attributes { .. }, Some(slot), [_]) => {
                let payload = self.slot(id, slot).payload;
                Ok(payload.map_or(Value::Nil, any::decode))
            }
            (Access::Field { field, form }, Some(slot), []) if self.number(id, field) != 0 => {
                let payload = self.slot(id, slot).payload;
                Ok(form.decode(payload, self.arena))
            }
            _ => self.read_any_path(path, id, lane),
        }
    }

    #[inline(never)]
    fn read_any_path(&mut self, path: &'p Path, id: NodeId, lane: usize) -> Result<'a, Value<'a>> {
        match path.access {
            Access::Field { field, .. } if self.number(id, &field) == 0 => Ok(Value::Nil),
            Access::Field { field, form } => {
                let value = form.decode(self.field(id, &field, path.slot).payload, self.arena);
                if path.keys.is_empty() {
                    return Ok(value);
                }
                indexable_body(&value, self.arena)?;
                let keys = self.resolve_keys(&path.keys, lane);
                keyed::read(value, keys, self.arena)
            }
            Access::Nested { field, inner, form } => {
                let outer = self.field(id, &field, path.slot).payload;
                Ok(form.decode(
                    outer.and_then(|outer| inner_field(outer, inner)),
                    self.arena,
                ))
            }
            Access::Attributes { field } if path.keys.is_empty() => {
                Ok(self.all_attributes(id, &field))
            }
            Access::Attributes { field } => {
                let payload = match path.slot {
                    Some(slot) => self.slot(id, slot).payload,
                    None => {
                        let key = self.first_key(path, lane);
                        let key = key.map_err(|e| self.map_error(e))?;
                        self.find_attribute(id, &field, key).payload
                    }
                };
                let Some(payload) = payload else {
                    return Ok(Value::Nil);
                };
                let (mut value, mut keys) = (any::decode(payload), &path.keys[1..]);
                // Names of entries of maps need no more than a look at each map.
                while let [Key::String(key), rest @ ..] = keys
                    && let Value::WireMap(_) | Value::Map(_) = value
                {
                    match value.get(key) {
                        Some(found) => (value, keys) = (found, rest),
                        None => return Ok(Value::Nil),
                    }
                }
                if keys.is_empty() {
                    return Ok(value);
                }
                let keys = self.resolve_keys(keys, lane);
                keyed::read(value, keys, self.arena)
            }
            Access::Special(special) => {
                let keys = self.resolve_keys(&path.keys, lane);
                (special.read)(
                    &mut Lane {
                        machine: self,
                        lane,
                    },
                    keys,
                )
            }
        }
    }

    /// The key of the attribute that a path is, or is in.
    #[inline]
    fn first_key(&self, path: &'p Path, lane: usize) -> Result<'a, &'a [u8]> {
        match path.keys.as_slice() {
            [Key::String(key), ..] => Ok(key),
            keys => keyed::map_key(&self.resolve_keys(&keys[..1], lane)[0], self.arena),
        }
    }

    fn map_error(&self, error: Error<'a>) -> Error<'a> {
        Error::format(self.arena, format_args!("cannot get map value: {error}"))
    }

    /// Writes a path.
    #[inline]
    pub(crate) fn write_path(
        &mut self,
        path: &'p Path,
        lane: usize,
        value: Value<'a>,
    ) -> Result<'a, ()> {
        let id = self.node_of(path.level, lane);
        match (&path.access, path.slot, path.keys.as_slice()) {
            // One attribute that has a slot, and a value that needs no look at the old one.
            (Access::Attributes { field }, Some(slot), [Key::String(key)])
                if is_storable(&value) && id != NONE =>
            {
                self.put_value(id, field, slot, key, &value);
                Ok(())
            }
            (Access::Field { field, form }, Some(slot), [])
                if matches!(form, Form::String | Form::Any)
                    && self.put_text(id, field, slot, *form, &value) =>
            {
                Ok(())
            }
            _ => self.write_any_path(path, lane, value),
        }
    }

    #[inline(never)]
    fn write_any_path(&mut self, path: &'p Path, lane: usize, value: Value<'a>) -> Result<'a, ()> {
        let value = value.ok()?;
        let id = self.holder(path.level, lane)?;
        match path.access {
            Access::Field { field, form } => {
                let number = self.number(id, &field);
                if number == 0 {
                    return Err(Error::new("unsupported data point type"));
                }
                let slot = self.field(id, &field, path.slot);
                if form != Form::Any {
                    let bytes = form.encode(number, value, slot.payload, self.arena)?;
                    self.put(id, slot, path.slot, bytes);
                    return Ok(());
                }
                let keys = self.resolve_keys(&path.keys, lane);
                let current = form.decode(slot.payload, self.arena);
                if !keys.is_empty() {
                    indexable_body(&current, self.arena)?;
                }
                let (new, result) = keyed::write(current, keys, value, self.arena);
                let bytes = any_field(number, &new, self.arena);
                self.put(id, slot, path.slot, bytes);
                result
            }
            Access::Nested { field, inner, form } => {
                let slot = self.field(id, &field, path.slot);
                let outer = slot.payload.unwrap_or_default();
                let new = form.encode(inner, value, inner_field(outer, inner), self.arena)?;
                let number = self.number(id, &field);
                let (bytes, _) = nested_field(number, outer, inner, new, self.arena);
                self.put(id, slot, path.slot, bytes);
                Ok(())
            }
            Access::Attributes { field } if path.keys.is_empty() => {
                let fields = self.fields_of(&value, self.number(id, &field), &mut None)?;
                self.set_attributes(id, &field, fields);
                Ok(())
            }
            Access::Attributes { field } => self.write_attribute(path, id, &field, lane, value),
            Access::Special(special) => {
                let keys = self.resolve_keys(&path.keys, lane);
                (special.write)(
                    &mut Lane {
                        machine: self,
                        lane,
                    },
                    keys,
                    value,
                )
            }
        }
    }

    fn write_attribute(
        &mut self,
        path: &'p Path,
        id: NodeId,
        field: &FieldNumbers,
        lane: usize,
        value: Value<'a>,
    ) -> Result<'a, ()> {
        let key = self
            .first_key(path, lane)
            .map_err(|e| Error::format(self.arena, format_args!("cannot set map value: {e}")))?;
        let inner = self.resolve_keys(&path.keys[1..], lane);
        let slot = match path.slot {
            Some(slot) => self.slot(id, slot),
            None => self.find_attribute(id, field, key),
        };
        let current = slot.payload.map_or(Value::Nil, any::decode);
        let (new, result) = keyed::write(current, inner, value, self.arena);
        let (bytes, payload) = any::key_value_field(self.arena, self.number(id, field), key, &new);
        match path.slot {
            Some(number) => self.put_attribute(id, number, key, bytes, payload),
            None => {
                self.splice(id, slot, bytes);
                self.forget_slots(id);
            }
        }
        result
    }

    /// Gives an attribute that has a slot another value.
    #[inline]
    pub(crate) fn put_value(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        slot: u16,
        key: &'a [u8],
        value: &Value<'a>,
    ) {
        let number = self.number(id, field);
        let (bytes, payload) = any::key_value_field(self.arena, number, key, value);
        self.put_attribute(id, slot, key, bytes, payload);
    }

    /// Puts a whole field, or nothing, in the place of `old`, or adds it, and tells the slot, if there is one.
    pub(crate) fn put(&mut self, id: NodeId, old: Slot<'a>, slot: Option<u16>, bytes: &'a [u8]) {
        if bytes.is_empty() && old.payload.is_none() {
            return;
        }
        let new = match payload_of(bytes) {
            Some(payload) => Slot::of(self.splice(id, old, bytes), payload),
            None => {
                self.tree.remove(id, old.place);
                Slot::ABSENT
            }
        };
        match slot {
            Some(slot) => self.set_slot(id, slot, new),
            None => self.forget_slots(id),
        }
    }

    /// Puts a whole field, or nothing, in the place of `old`, or adds it. Where it stands.
    #[inline(always)]
    pub(super) fn splice(&mut self, id: NodeId, old: Slot<'a>, bytes: &'a [u8]) -> Place {
        let Tree { nodes, edits, .. } = &mut self.tree;
        let node = &mut nodes[id as usize];
        match old.payload {
            Some(_) => node.replace(edits, old.place, bytes),
            None => node.append(edits, bytes),
        }
    }

    /// A field's number in a message.
    pub(crate) fn number(&self, id: NodeId, field: &FieldNumbers) -> u32 {
        field[usize::from(self.tree.node(id).variant)]
    }

    /// Where a singular field stands, by its slot if the pass has one for it.
    pub(crate) fn field(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        slot: Option<u16>,
    ) -> Slot<'a> {
        match slot {
            Some(slot) => self.slot(id, slot),
            None => match self.tree.find(id, field) {
                Some(found) => Slot::of(found.place, found.payload),
                None => Slot::ABSENT,
            },
        }
    }

    /// Shows the attributes of a message in order, until `look` has seen enough and says so.
    pub(super) fn each_attribute(
        &mut self,
        id: NodeId,
        field: &FieldNumbers,
        mut look: impl FnMut(Row<'a>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Some(rows) = self.rows(id, field) {
            return rows.iter().try_for_each(|row| look(*row));
        }
        let number = self.number(id, field);
        self.tree.each_field(id, number, |place, attribute| {
            let (key, value) = any::key_value(attribute);
            look(Row { place, key, value })
        })
    }

    fn find_attribute(&mut self, id: NodeId, field: &FieldNumbers, key: &[u8]) -> Slot<'a> {
        let mut found = Slot::ABSENT;
        let _ = self.each_attribute(id, field, |row| {
            if !same_text(row.key, key) {
                return ControlFlow::Continue(());
            }
            found = Slot::of(row.place, row.value);
            ControlFlow::Break(())
        });
        found
    }

    /// A detached copy of a message's attributes.
    pub(crate) fn edit_attributes(&mut self, id: NodeId, field: &FieldNumbers) -> MapEdit<'a> {
        let mut edit = MapEdit::new(self.arena);
        let _ = self.each_attribute(id, field, |row| {
            edit.push_row(row);
            ControlFlow::Continue(())
        });
        edit
    }

    /// How many attributes a message has.
    pub(crate) fn attribute_count(&mut self, id: NodeId, field: &FieldNumbers) -> usize {
        if let Some(rows) = self.made_rows(id, field) {
            return rows.len();
        }
        let mut count = 0;
        let _ = self.tree.each_field(id, self.number(id, field), |_, _| {
            count += 1;
            ControlFlow::Continue(())
        });
        count
    }

    /// Writes a message's attributes back: only what changed becomes an edit.
    pub(crate) fn store_attributes(&mut self, id: NodeId, field: &FieldNumbers, edit: MapEdit<'a>) {
        if !edit.is_changed() {
            return;
        }
        let number = self.number(id, field);
        if edit.is_in_order() {
            self.store_in_place(id, number, &edit);
        } else {
            self.store_by_position(id, number, &edit);
            self.forget_slots(id);
        }
    }

    /// An entry's whole field, and its value's payload.
    pub(super) fn entry_bytes(
        &self,
        number: u32,
        item: &MapItem<'a>,
        places: &[Place],
    ) -> (&'a [u8], &'a [u8]) {
        match item.unchanged() {
            Some(value) => (self.tree.whole(places[item.origin as usize]), value),
            None => any::key_value_field(self.arena, number, item.key(), &item.value()),
        }
    }

    fn store_in_place(&mut self, id: NodeId, number: u32, edit: &MapEdit<'a>) {
        if edit.keeps_all_entries() && self.has_rows(id, edit.len()) {
            return self.store_changed(id, number, edit);
        }
        let mut rows = bumpalo::collections::Vec::with_capacity_in(edit.len(), self.arena);
        let mut items = edit.items().iter().peekable();
        let mut removal = Removal::default();
        for (origin, place) in edit.places.iter().enumerate() {
            if let Some(item) = items.next_if(|item| item.origin == origin as u32) {
                let (key, mut row_place) = (item.key(), *place);
                let value = item.unchanged().unwrap_or_else(|| {
                    let (bytes, value) = self.entry_bytes(number, item, &edit.places);
                    row_place = self.tree.replace(id, *place, bytes);
                    value
                });
                let place = row_place;
                rows.push(Row { place, key, value });
                continue;
            }
            removal.remove(&mut self.tree, id, place);
        }
        removal.finish(&mut self.tree, id);
        for item in items {
            let (bytes, value) = self.entry_bytes(number, item, &edit.places);
            let place = self.tree.append(id, bytes);
            let key = item.key();
            rows.push(Row { place, key, value });
        }
        self.set_rows(id, rows.into_iter());
    }

    fn store_by_position(&mut self, id: NodeId, number: u32, edit: &MapEdit<'a>) {
        let field = |(position, item): (usize, &MapItem<'a>)| {
            let stays = item.origin == position as u32 && item.unchanged().is_some();
            (!stays).then(|| self.entry_bytes(number, item, &edit.places).0)
        };
        // All are read before one is written: an entry may move to where a later one comes from.
        let fields = edit.items().iter().enumerate().map(field);
        let fields: SmallVec<[_; 32]> = fields.collect();
        for (position, bytes) in fields.into_iter().enumerate() {
            let Some(bytes) = bytes else { continue };
            match edit.places.get(position) {
                Some(place) => self.tree.replace(id, *place, bytes),
                None => self.tree.append(id, bytes),
            };
        }
        for place in edit.places.iter().skip(edit.len()) {
            self.tree.remove(id, *place);
        }
    }
}

/// Whether an attribute takes the value as it is, whatever it was.
pub(crate) fn is_storable(value: &Value<'_>) -> bool {
    matches!(
        value,
        Value::String(_)
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Double(_)
            | Value::Bytes(_)
            | Value::WireMap(_)
            | Value::Map(_)
            | Value::RawMap(_)
            | Value::WireList(_)
            | Value::List(_)
            | Value::TypedList(TypedList {
                element: Element::String
                    | Element::Bool
                    | Element::Int
                    | Element::Double
                    | Element::Bytes,
                ..
            })
    )
}

/// Only maps and lists of a log's body have keys.
fn indexable_body<'a>(value: &Value<'_>, arena: &'a Bump) -> Result<'a, ()> {
    if value.entries().is_some() || value.items().is_some() {
        return Ok(());
    }
    let kind = any::kind_name(value);
    Err(Error::format(
        arena,
        format_args!("log bodies of type {kind} cannot be indexed"),
    ))
}

/// The payload of a whole field.
pub(super) fn payload_of(bytes: &[u8]) -> Option<&[u8]> {
    crate::wire::tree::read_whole(bytes).map(|field| field.payload)
}

/// The payload of the last field with this number in a message.
pub(super) fn inner_field(message: &[u8], number: u32) -> Option<&[u8]> {
    crate::wire::tree::message_fields(message)
        .filter(|f| f.number == number)
        .last()
        .map(|f| f.payload)
}

/// A whole field that is a message with its fields of a number replaced by a whole field, or nothing; and its payload.
pub(super) fn nested_field<'a>(
    number: u32,
    message: &[u8],
    inner: u32,
    new: &[u8],
    arena: &'a Bump,
) -> (&'a [u8], &'a [u8]) {
    let mut out = Vec::with_capacity_in(AROUND_FIELD + message.len() + new.len(), arena);
    let start = any::open(&mut out, number);
    for field in message_fields(message).filter(|field| field.number != inner) {
        out.slice(field.whole);
    }
    out.slice(new);
    let length = out.len() - start;
    any::close(&mut out, start);
    let field = out.into_bump_slice();
    (field, &field[field.len() - length..])
}

/// A field's tag and length take no more: bytes.
const AROUND_FIELD: usize = 10;
