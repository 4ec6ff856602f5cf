//! The executor: the kernel of every instruction, over the lanes of a block.
//!
//! There is no other: running record by record is this with one lane.

use super::access::{is_storable, nested_field, payload_of};
use super::call::runner;
use super::keyed;
use super::machine::Machine;
use super::mask::{BLOCK, Mask};
use super::test::LaneSlots;
use crate::compare::{Comparator, compare, counts_as_nil};
use crate::error::Error;
use crate::instruction::{CONSTANT, Instruction, Op};
use crate::math::{self, Operator};
use crate::path::form::Form;
use crate::path::{Access, Level};
use crate::program::{Key, Path, Rows};
use crate::value::{Element, Entry, TypedList, Value};
use crate::wire::any;
use crate::wire::tree::NONE;
use bumpalo::Bump;

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Runs code over the lanes that `live` says.
    pub(crate) fn execute(&mut self, code: &'p [Instruction]) {
        let mut at = 0;
        while let Some(instruction) = code.get(at) {
            at += 1;
            if instruction.op == Op::SkipIfNone {
                if self.mask(instruction.mask).is_empty() {
                    at = usize::from(instruction.a);
                }
                continue;
            }
            self.step(instruction);
        }
    }

    fn step(&mut self, i: &Instruction) {
        match i.op {
            Op::Begin => self.begin(i, self.live),
            Op::BeginCondition => self.begin(i, self.live.without(self.matched)),
            Op::Match => self.matched = self.matched.or(self.mask(i.mask)),
            Op::KeepMatched => {
                self.live = self.live.and(self.matched);
                self.matched = Mask::NONE;
            }
            Op::DropMatched => self.drop_matched(),
            Op::SkipIfNone => {}
            Op::Load => self.load(i),
            Op::Store => self.store(i),
            Op::CopyInto => {
                let paths = &self.pass.paths;
                let (target, source) = (&paths[usize::from(i.a)], &paths[usize::from(i.b)]);
                self.for_lanes(i, |machine, lane| machine.copy_into(target, source, lane));
            }
            Op::Index => self.map_lanes(i, |machine, lane| {
                let keys = &machine.pass.operands[usize::from(i.b)];
                let keys = keys.iter().map(|key| {
                    crate::path::special::ResolvedKey::Expression(machine.operand(*key, lane))
                });
                let keys = machine.arena.alloc_slice_fill_iter(keys);
                keyed::read_result(machine.operand(i.a, lane), keys, machine.arena)
            }),
            Op::Add => self.calculate(i, Operator::Add),
            Op::Subtract => self.calculate(i, Operator::Subtract),
            Op::Multiply => self.calculate(i, Operator::Multiply),
            Op::Divide => self.calculate(i, Operator::Divide),
            Op::Negate => {
                self.map_lanes(i, |machine, lane| {
                    math::negate(machine.operand(i.a, lane), machine.arena)
                });
            }
            Op::List => self.map_lanes(i, |machine, lane| machine.list(i.a, lane)),
            Op::Map => self.map_lanes(i, |machine, lane| machine.map(i.a, lane)),
            Op::Call => {
                let site = &self.pass.calls[usize::from(i.a)];
                let run = runner(site);
                let lanes = self.lanes_to_run(i, site);
                self.map_these(lanes, i, |machine, lane| machine.call(site, run, lane));
            }
            Op::Edit => {
                let site = &self.pass.calls[usize::from(i.a)];
                let run = runner(site);
                let lanes = self.lanes_to_run(i, site);
                self.for_these(lanes, |machine, lane| {
                    machine.call(site, run, lane).map(drop)
                });
            }
            Op::Broadcast => self.broadcast(i),
            Op::TestHoisted => self.test_hoisted(i),
            Op::Equal => self.compare(i, Comparator::Equal),
            Op::NotEqual => self.compare(i, Comparator::NotEqual),
            Op::Less => self.compare(i, Comparator::Less),
            Op::LessEqual => self.compare(i, Comparator::LessEqual),
            Op::Greater => self.compare(i, Comparator::Greater),
            Op::GreaterEqual => self.compare(i, Comparator::GreaterEqual),
            Op::Truth => {
                let values = self.column(i.a);
                self.decide(i, |machine, lane| match *machine.value(values, lane) {
                    Value::Bool(holds) => Ok(holds),
                    other => Err(no_truth(other, machine.arena)),
                });
            }
            Op::Test => self.test(i),
            Op::TestText => self.test_text(i),
            Op::MaskCopy => self.masks[usize::from(i.dst)] = self.mask(i.mask),
            Op::MaskNone => self.masks[usize::from(i.dst)] = Mask::NONE,
            Op::MaskWithout => {
                self.masks[usize::from(i.dst)] =
                    self.mask(i.mask).without(self.masks[usize::from(i.a)]);
            }
            Op::MaskOr => {
                let (a, b) = (self.masks[usize::from(i.a)], self.masks[usize::from(i.b)]);
                self.masks[usize::from(i.dst)] = a.or(b).and(self.mask(i.mask));
            }
            Op::MaskToBool => {
                let mask = self.masks[usize::from(i.a)];
                self.map_lanes(i, |_, lane| Ok(Value::Bool(mask.contains(lane))));
            }
        }
    }

    fn begin(&mut self, i: &Instruction, lanes: Mask) {
        self.statement = i.a;
        self.ok = lanes;
        self.masks[usize::from(i.mask)] = lanes;
    }

    fn drop_matched(&mut self) {
        let level = self.pass.context.level();
        for lane in self.matched.lanes() {
            let id = self.drop_target(level, lane);
            if id != NONE {
                self.tree.nodes[id as usize].is_dropped = true;
            }
        }
        self.live = self.live.without(self.matched);
        self.matched = Mask::NONE;
    }

    /// Writes what `kernel` gives for each lane to the instruction's register; an error is a value, too.
    #[inline]
    fn map_lanes(
        &mut self,
        i: &Instruction,
        kernel: impl FnMut(&mut Self, usize) -> Result<Value<'a>, Error<'a>>,
    ) {
        self.map_these(self.mask(i.mask), i, kernel);
    }

    /// The same for other lanes than the instruction's mask says.
    #[inline]
    fn map_these(
        &mut self,
        lanes: Mask,
        i: &Instruction,
        mut kernel: impl FnMut(&mut Self, usize) -> Result<Value<'a>, Error<'a>>,
    ) {
        let register = usize::from(i.dst) * self.stride;
        lanes.each(|lane| {
            let value = kernel(self, lane);
            let register = &mut self.registers[register + lane];
            match value {
                // Not read as a whole what was written in parts: see `any::decode_into`.
                Ok(Value::Bool(true)) => *register = Value::Bool(true),
                Ok(Value::Bool(false)) => *register = Value::Bool(false),
                Ok(Value::Int(v)) => *register = Value::Int(v),
                Ok(Value::Double(v)) => *register = Value::Double(v),
                other => *register = other.into(),
            }
        });
    }

    /// Runs `kernel` for its effect on each lane; an error fails the lane's statement.
    #[inline]
    fn for_lanes(
        &mut self,
        i: &Instruction,
        kernel: impl FnMut(&mut Self, usize) -> Result<(), Error<'a>>,
    ) {
        self.for_these(self.mask(i.mask), kernel);
    }

    /// The same for other lanes than the instruction's mask says.
    #[inline]
    fn for_these(
        &mut self,
        lanes: Mask,
        mut kernel: impl FnMut(&mut Self, usize) -> Result<(), Error<'a>>,
    ) {
        lanes.each(|lane| {
            if let Err(error) = kernel(self, lane) {
                self.fail(lane, error);
            }
        });
    }

    /// Makes the instruction's mask of the lanes for which `kernel` holds; an error fails the lane's statement.
    #[inline]
    fn decide(
        &mut self,
        i: &Instruction,
        mut kernel: impl FnMut(&mut Self, usize) -> Result<bool, Error<'a>>,
    ) {
        self.masks[usize::from(i.dst)] = self.mask(i.mask).filter(|lane| {
            kernel(self, lane).unwrap_or_else(|error| {
                self.fail(lane, error);
                false
            })
        });
    }

    fn calculate(&mut self, i: &Instruction, op: Operator) {
        let (left, right) = (self.column(i.a), self.column(i.b));
        self.map_lanes(i, |machine, lane| {
            let (left, right) = (*machine.value(left, lane), *machine.value(right, lane));
            math::calculate(op, left, right, machine.arena)
        });
    }

    fn compare(&mut self, i: &Instruction, op: Comparator) {
        let (left, right) = (self.column(i.a), self.column(i.b));
        // Whether something is there at all is what most conditions ask first.
        if i.b & CONSTANT != 0
            && self.value(right, 0).is_nil()
            && let Comparator::Equal | Comparator::NotEqual = op
        {
            let is_equal = op == Comparator::Equal;
            return self.decide(i, |machine, lane| match machine.value(left, lane) {
                Value::Error(error) => Err(*error),
                value => Ok(counts_as_nil(value) == is_equal),
            });
        }
        self.decide(i, |machine, lane| {
            compare(op, machine.value(left, lane), machine.value(right, lane))
        });
    }

    #[inline(never)]
    fn load(&mut self, i: &Instruction) {
        let path = &self.pass.paths[usize::from(i.a)];
        // An absent field of any type reads as an empty one, which is nil.
        let any = |payload, _: &'a Bump, value: &mut Value<'a>| any::decode_into(payload, value);
        match (path.access, path.slot) {
            (Access::Attributes { .. }, Some(slot)) if path.keys.len() == 1 => {
                self.load_slots(i, path.level, slot, any);
            }
            (Access::Field { form, field }, Some(slot))
                if path.keys.is_empty() && !field.contains(&0) =>
            {
                match form {
                    Form::Any => self.load_slots(i, path.level, slot, any),
                    // A loop of their own, as times are what most conditions on fields look at.
                    Form::Time => self.load_slots(i, path.level, slot, |payload, arena, value| {
                        *value = Form::Time.decode(payload, arena);
                    }),
                    form => self.load_slots(i, path.level, slot, |payload, arena, value| {
                        *value = form.decode(payload, arena);
                    }),
                }
            }
            _ => self.map_lanes(i, |machine, lane| machine.read_path(path, lane)),
        }
    }

    /// Loads what a slot has the payload of.
    #[inline(always)]
    fn load_slots(
        &mut self,
        i: &Instruction,
        level: Level,
        slot: u16,
        decode: impl Fn(Option<&'a [u8]>, &'a Bump, &mut Value<'a>),
    ) {
        let (mask, arena) = (self.mask(i.mask), self.arena);
        let (mut unlocated, mut room) = (Mask::NONE, [NONE; _]);
        let at = usize::from(i.dst) * self.stride;
        let column = &mut self.registers[at..at + self.stride];
        let slots = LaneSlots {
            ids: self.lane_nodes.of(level, mask, &self.tree.nodes, &mut room),
            nodes: &self.tree.nodes,
            slots: &self.slots,
        };
        mask.each(|lane| match slots.payloads(lane, [slot]) {
            Some([payload]) => decode(payload, arena, &mut column[lane]),
            None => unlocated.insert(lane),
        });
        if unlocated != Mask::NONE {
            let path = &self.pass.paths[usize::from(i.a)];
            self.map_these(unlocated, i, |machine, lane| machine.read_path(path, lane));
        }
    }

    #[inline(never)]
    fn store(&mut self, i: &Instruction) {
        let path = &self.pass.paths[usize::from(i.a)];
        let allow_nil = self.pass.allow_nil;
        if i.b & CONSTANT != 0 && self.store_constant(i, path) {
            return;
        }
        let values = self.column(i.b);
        if let (Access::Attributes { field }, Some(slot), [Key::String(key)]) =
            (path.access, path.slot, path.keys.as_slice())
        {
            // Records that follow each other often get the same string, one of their resource: it is encoded once.
            let (mut last, mut bytes, mut payload): (&[u8], &[u8], &[u8]) = (&[], &[], &[]);
            let mut number = field[0];
            return self.for_lanes(i, |machine, lane| match *machine.value(values, lane) {
                Value::Nil if !allow_nil => Ok(()),
                value @ Value::String(text) => {
                    let id = machine.holder(path.level, lane)?;
                    // Of data points, the number differs from variant to variant.
                    let of = match path.level {
                        Level::DataPoint => machine.number(id, &field),
                        _ => field[0],
                    };
                    if bytes.is_empty() || of != number || !std::ptr::eq(last, text) {
                        (number, last) = (of, text);
                        (bytes, payload) = any::key_value_field(machine.arena, number, key, &value);
                    }
                    machine.put_attribute(id, slot, key, bytes, payload);
                    Ok(())
                }
                value => machine.write_path(path, lane, value),
            });
        }
        if let (Access::Attributes { field }, []) = (path.access, path.keys.as_slice()) {
            let mut made = None;
            return self.for_lanes(i, |machine, lane| match *machine.value(values, lane) {
                Value::Nil if !allow_nil => Ok(()),
                value => {
                    let (value, id) = (value.ok()?, machine.holder(path.level, lane)?);
                    let fields =
                        machine.fields_of(&value, machine.number(id, &field), &mut made)?;
                    machine.set_attributes(id, &field, fields);
                    Ok(())
                }
            });
        }
        self.for_lanes(i, |machine, lane| match *machine.value(values, lane) {
            Value::Nil if !allow_nil => Ok(()),
            value => machine.write_path(path, lane, value),
        });
    }

    /// Copies a container into a part of itself. The reference makes the part an empty container first and
    /// then copies, so that the copy holds it.
    fn copy_into(
        &mut self,
        target: &'p Path,
        source: &'p Path,
        lane: usize,
    ) -> Result<(), Error<'a>> {
        // All attributes are a map, whatever is in them.
        let value = match source.access {
            Access::Attributes { .. } if source.keys.is_empty() => Value::Map(&[]),
            _ => self.read_path(source, lane)?,
        };
        let empty = match value {
            Value::Map(_) | Value::WireMap(_) => Value::Map(&[]),
            Value::List(_) | Value::WireList(_) => Value::List(&[]),
            other => return self.write_path(target, lane, other),
        };
        let current = self.read_path(target, lane);
        if !current.is_ok_and(|current| current.type_name() == empty.type_name()) {
            self.write_path(target, lane, empty)?;
        }
        let value = self.read_path(source, lane)?;
        self.write_path(target, lane, value)
    }

    /// Stores a constant for all lanes as bytes that are made once. Whether it could.
    fn store_constant(&mut self, i: &Instruction, path: &'p Path) -> bool {
        let value = self.operand(i.b, 0);
        if value.is_nil() || path.level == Level::DataPoint {
            return false;
        }
        match (path.access, path.slot, path.keys.as_slice()) {
            (Access::Attributes { field }, Some(slot), [Key::String(key)])
                if is_storable(&value) =>
            {
                let (bytes, payload) = any::key_value_field(self.arena, field[0], key, &value);
                let keeps_rows = self.locators[path.level as usize].rows != Rows::Never;
                self.mask(i.mask).each(|lane| {
                    let id = self.node_of(path.level, lane);
                    if keeps_rows || !self.add_attribute(id, slot, bytes, payload) {
                        self.put_attribute(id, slot, key, bytes, payload);
                    }
                });
                true
            }
            (Access::Field { field, form }, Some(slot), []) if form != Form::Any => {
                let Ok(bytes) = form.encode(field[0], value, None, self.arena) else {
                    return false;
                };
                let payload = payload_of(bytes);
                self.mask(i.mask).each(|lane| {
                    let id = self.node_of(path.level, lane);
                    match payload {
                        Some(payload) => self.put_field(id, slot, bytes, payload),
                        // Nothing comes in the place of a field that is zero.
                        None => {
                            let old = self.slot(id, slot);
                            self.put(id, old, Some(slot), bytes);
                        }
                    }
                });
                true
            }
            (Access::Nested { field, inner, form }, Some(slot), []) if form != Form::Any => {
                let Ok(new) = form.encode(inner, value, None, self.arena) else {
                    return false;
                };
                // Most records lack the message that the field is in: what it becomes then is made once.
                let whole = nested_field(field[0], &[], inner, new, self.arena);
                self.mask(i.mask).each(|lane| {
                    let id = self.node_of(path.level, lane);
                    let (bytes, payload) = match self.slot(id, slot).payload {
                        None | Some([]) => whole,
                        Some(outer) => nested_field(field[0], outer, inner, new, self.arena),
                    };
                    self.put_field(id, slot, bytes, payload);
                });
                true
            }
            _ => false,
        }
    }

    fn list(&self, operands: u16, lane: usize) -> Result<Value<'a>, Error<'a>> {
        let operands = &self.pass.operands[usize::from(operands)];
        let mut items = bumpalo::collections::Vec::with_capacity_in(operands.len(), self.arena);
        for operand in operands {
            items.push(self.operand(*operand, lane).ok()?);
        }
        Ok(Value::TypedList(self.arena.alloc(TypedList {
            element: Element::Any,
            items: items.into_bump_slice(),
        })))
    }

    fn map(&self, operands: u16, lane: usize) -> Result<Value<'a>, Error<'a>> {
        let operands = &self.pass.operands[usize::from(operands)];
        let mut entries =
            bumpalo::collections::Vec::with_capacity_in(operands.len() / 2, self.arena);
        for pair in operands.chunks_exact(2) {
            let Value::String(key) = self.value(self.column(pair[0]), lane) else {
                continue;
            };
            let value = match self.value(self.column(pair[1]), lane) {
                Value::String(text) => Value::String(text),
                value => entry_value(value.ok()?, self.arena)?,
            };
            entries.push(Entry { key, value });
        }
        Ok(Value::Map(entries.into_bump_slice()))
    }

    #[inline(never)]
    fn broadcast(&mut self, i: &Instruction) {
        let (level, base) = self.hoisted_at[usize::from(i.a)];
        let mask = self.mask(i.mask);
        let at = usize::from(i.dst) * self.stride;
        let column = &mut self.registers[at..at + self.stride];
        let nodes = self.tree.nodes.as_slice();
        let mut runs = self.lane_nodes.runs_in(level, nodes);
        let (mut end, mut value) = (0, Value::Nil);
        mask.each(|lane| {
            while lane >= end
                && let Some((run, container)) = runs.next()
            {
                end = run.end;
                value = self.hoisted[base + nodes[container as usize].scratch as usize];
            }
            column[lane] = value;
        });
    }

    #[inline(never)]
    fn test_hoisted(&mut self, i: &Instruction) {
        let (level, base) = self.hoisted_at[usize::from(i.a)];
        let nodes = self.tree.nodes.as_slice();
        let mut holding = Mask::NONE;
        for (run, container) in self.lane_nodes.runs_in(level, nodes) {
            let number = nodes[container as usize].scratch as usize;
            if let Value::Bool(true) = self.hoisted[base + number] {
                holding.insert_all(run);
            }
        }
        self.masks[usize::from(i.dst)] = self.mask(i.mask).and(holding);
    }
}

/// Why a value that is no bool is no condition.
#[cold]
pub(super) fn no_truth<'a>(value: Value<'a>, arena: &'a Bump) -> Error<'a> {
    if let Value::Error(error) = value {
        return error;
    }
    let found = value.type_name();
    let text = "value returned from Converter in constant expression must be bool but got";
    Error::format(arena, format_args!("{text} {found}"))
}

/// A value as a map literal takes it: scalars, maps, and lists of both.
fn entry_value<'a>(value: Value<'a>, arena: &'a Bump) -> Result<Value<'a>, Error<'a>> {
    match value {
        Value::WireMap(_) | Value::Map(_) => Ok(value),
        Value::TypedList(TypedList {
            element: Element::Any,
            items,
        }) => list_of(items, arena, |item| match item {
            Value::WireMap(_) | Value::Map(_) => Ok(item),
            item => item.raw(arena),
        }),
        value => value.raw(arena),
    }
}

fn list_of<'a>(
    items: &[Value<'a>],
    arena: &'a Bump,
    part: impl Fn(Value<'a>) -> Result<Value<'a>, Error<'a>>,
) -> Result<Value<'a>, Error<'a>> {
    let mut list = bumpalo::collections::Vec::with_capacity_in(items.len(), arena);
    for item in items {
        list.push(part(*item)?);
    }
    Ok(Value::List(list.into_bump_slice()))
}

const _: () = assert!(BLOCK <= u16::MAX as usize);
