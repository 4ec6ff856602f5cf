//! Calls: how a function's body gets at its arguments.
//!
//! An argument is converted when the body asks for it, by the rules of the parameter's type and with the
//! reference's words for what it refuses. What the body does not ask for cannot fail.

use super::lane::Lane;
use super::machine::Machine;
use super::map_edit::MapEdit;
use super::merge::Strategy;
use crate::error::Error;
use crate::function::{Function, Literal, Run};
use crate::path::{Access, FieldNumbers};
use crate::program::{Argument, CallSite};
use crate::text::time::Time;
use crate::value::Value;
use crate::wire::any;
use crate::wire::tree::NodeId;
use bumpalo::Bump;
use std::any::Any;

pub(super) type Result<'a, T> = std::result::Result<T, Error<'a>>;

/// A call of a function on one record.
pub struct Call<'m, 'p: 'a, 'a> {
    pub(super) machine: &'m mut Machine<'p, 'a>,
    lane: usize,
    arguments: Arguments<'m, 'p, 'a>,
    site: &'p CallSite,
}

#[derive(Clone, Copy)]
enum Arguments<'m, 'p, 'a> {
    /// As the statement gives them.
    Site(&'p [Argument]),
    /// Values that another function gives.
    Given(&'m [Value<'a>]),
}

/// What runs a call.
pub(super) fn runner(site: &CallSite) -> Run {
    site.function
        .run
        .unwrap_or(|_| Err(Error::new("set is an instruction")))
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Runs a call on one record, by what [`runner`] says.
    #[inline]
    pub(crate) fn call(
        &mut self,
        site: &'p CallSite,
        run: Run,
        lane: usize,
    ) -> Result<'a, Value<'a>> {
        match site.remembered_by {
            Some(operand) => self.recall(site, run, operand, lane),
            None => self.run_call(site, run, lane),
        }
    }

    #[inline]
    pub(super) fn run_call(
        &mut self,
        site: &'p CallSite,
        run: Run,
        lane: usize,
    ) -> Result<'a, Value<'a>> {
        if self.is_memory_spent() {
            return Err(Error::new("the statements make too much of the request"));
        }
        run(&mut Call {
            machine: self,
            lane,
            arguments: Arguments::Site(&site.arguments),
            site,
        })
    }
}

impl<'p: 'a, 'a> Call<'_, 'p, 'a> {
    /// The record's messages.
    pub fn record(&mut self) -> Lane<'_, 'p, 'a> {
        Lane {
            machine: self.machine,
            lane: self.lane,
        }
    }

    /// The request's arena.
    pub fn arena(&self) -> &'a Bump {
        self.machine.arena
    }

    /// An error with this text.
    #[cold]
    pub fn error(&self, text: std::fmt::Arguments<'_>) -> Error<'a> {
        Error::format(self.machine.arena, text)
    }

    /// The host's clock.
    pub fn now(&self) -> Time {
        self.machine.fixed_time.unwrap_or_else(Time::now)
    }

    /// A copy of bytes in the arena.
    pub fn bytes(&self, bytes: &[u8]) -> &'a [u8] {
        self.machine.arena.alloc_slice_copy(bytes)
    }

    fn argument(&self, parameter: usize) -> Option<&'p Argument> {
        match self.arguments {
            Arguments::Site(arguments) => arguments.get(parameter),
            Arguments::Given(_) => None,
        }
    }

    /// Whether an argument was given for the parameter.
    pub fn given(&self, parameter: usize) -> bool {
        match self.arguments {
            Arguments::Site(arguments) => {
                !matches!(arguments.get(parameter), None | Some(Argument::Absent))
            }
            Arguments::Given(values) => parameter < values.len(),
        }
    }

    /// The argument's value.
    #[inline]
    pub fn value(&mut self, parameter: usize) -> Result<'a, Value<'a>> {
        match self.standing(parameter) {
            Some(value) => value.ok(),
            None => self.other_value(parameter),
        }
    }

    /// The argument's value where it stands, as those of most arguments do that a body asks for: what is copied would be
    /// written in parts and then read as a whole, for which a processor waits.
    #[inline]
    pub(super) fn standing(&self, parameter: usize) -> Option<&Value<'a>> {
        match self.arguments {
            Arguments::Site(arguments) => self.where_it_stands(arguments.get(parameter)?),
            Arguments::Given(values) => values.get(parameter),
        }
    }

    #[inline]
    fn where_it_stands(&self, argument: &Argument) -> Option<&Value<'a>> {
        match argument {
            Argument::Value(operand) => {
                let column = self.machine.column(*operand);
                Some(self.machine.value(column, self.lane))
            }
            _ => None,
        }
    }

    /// The value of an argument that stands nowhere yet.
    #[inline(never)]
    pub(super) fn other_value(&mut self, parameter: usize) -> Result<'a, Value<'a>> {
        match self.argument(parameter) {
            Some(argument) => self.value_of(argument),
            None => Ok(Value::Nil),
        }
    }

    fn value_of(&mut self, argument: &'p Argument) -> Result<'a, Value<'a>> {
        match argument {
            Argument::Value(operand) => self.machine.operand(*operand, self.lane).ok(),
            Argument::Path(path) => {
                let path = &self.machine.pass.paths[usize::from(*path)];
                self.machine.read_path(path, self.lane)
            }
            Argument::Literal(literal) => Ok(super::machine::constant(literal, self.machine.arena)),
            Argument::Absent | Argument::List(_) | Argument::Function(_) | Argument::Lambda(_) => {
                Ok(Value::Nil)
            }
        }
    }

    fn literal(&self, parameter: usize) -> Option<&'p Literal> {
        match self.argument(parameter)? {
            Argument::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// A string literal.
    pub fn text(&self, parameter: usize) -> Option<&'p [u8]> {
        match self.literal(parameter)? {
            Literal::String(text) => Some(text),
            _ => None,
        }
    }

    /// An int literal or an enum.
    pub fn int_literal(&self, parameter: usize) -> Option<i64> {
        match self.literal(parameter)? {
            Literal::Int(v) => Some(*v),
            _ => None,
        }
    }

    /// A float literal.
    pub fn float_literal(&self, parameter: usize) -> Option<f64> {
        match self.literal(parameter)? {
            Literal::Double(v) => Some(*v),
            _ => None,
        }
    }

    /// A bool literal.
    pub fn bool_literal(&self, parameter: usize) -> Option<bool> {
        match self.literal(parameter)? {
            Literal::Bool(v) => Some(*v),
            _ => None,
        }
    }

    /// A list of literals.
    pub fn list_literal(&self, parameter: usize) -> Option<&'p [Literal]> {
        match self.literal(parameter)? {
            Literal::List(items) => Some(items),
            _ => None,
        }
    }

    /// How many items a list argument has.
    ///
    /// # Errors
    /// An argument that is an expression and yields no list.
    pub fn len(&mut self, parameter: usize) -> Result<'a, usize> {
        match self.argument(parameter) {
            Some(Argument::List(items)) => Ok(items.len()),
            None | Some(Argument::Absent) => Ok(0),
            Some(argument) => {
                let value = self.value_of(argument)?;
                if let Value::Bytes(bytes) = value {
                    return Ok(bytes.len());
                }
                match value.items() {
                    Some(items) => Ok(items.count()),
                    None if value.is_nil() => Ok(0),
                    None => {
                        Err(self.error(format_args!("expected a slice, got {}", value.type_name())))
                    }
                }
            }
        }
    }

    /// Item `index` of a list argument.
    pub fn item(&mut self, parameter: usize, index: usize) -> Result<'a, Value<'a>> {
        match self.argument(parameter) {
            Some(Argument::List(items)) => match items.get(index) {
                Some(item) => self.value_of(item),
                None => Ok(Value::Nil),
            },
            Some(argument) => Ok(match self.value_of(argument)? {
                Value::Bytes(bytes) => bytes
                    .get(index)
                    .map_or(Value::Nil, |byte| Value::Int(i64::from(*byte))),
                list => list.at(index).unwrap_or_default(),
            }),
            None => Ok(Value::Nil),
        }
    }

    /// Item `index` of a list argument, a string; nothing else.
    pub fn item_string(&mut self, parameter: usize, index: usize) -> Result<'a, &'a [u8]> {
        match self.item(parameter, index)? {
            Value::String(text) => Ok(text),
            other => Err(self.expected("string", &other)),
        }
    }

    /// Item `index` of a list argument: anything with a text form.
    #[inline]
    pub fn item_string_like(
        &mut self,
        parameter: usize,
        index: usize,
    ) -> Result<'a, Option<&'a [u8]>> {
        if let Some(Argument::List(items)) = self.argument(parameter)
            && let Some(item) = items.get(index)
            && let Some(Value::String(text)) = self.where_it_stands(item)
        {
            return Ok(Some(text));
        }
        let value = self.item(parameter, index)?;
        self.text_form(value)
    }

    /// Writes the path given for the parameter.
    pub fn set(&mut self, parameter: usize, value: Value<'a>) -> Result<'a, ()> {
        match self.argument(parameter) {
            Some(Argument::Path(path)) => {
                let path = &self.machine.pass.paths[usize::from(*path)];
                self.machine.write_path(path, self.lane, value)
            }
            _ => Err(Error::new("must be a path")),
        }
    }

    /// A detached copy of the map at the path given for the parameter.
    ///
    /// # Errors
    /// What stands there is no map.
    pub fn map_edit(&mut self, parameter: usize) -> Result<'a, MapEdit<'a>> {
        if let Some((id, field)) = self.attributes(parameter) {
            return Ok(self.machine.edit_attributes(id, &field));
        }
        let value = self.map(parameter)?;
        let mut edit = MapEdit::new(self.machine.arena);
        for entry in value.entries().into_iter().flatten() {
            edit.push_unchanged(entry);
        }
        Ok(edit)
    }

    /// Whether the path given for the parameter is written even if its value stays as it is: writing the
    /// attributes of a profile again refers to them anew, and drops their units.
    pub fn is_always_written(&self, parameter: usize) -> bool {
        match self.argument(parameter) {
            Some(Argument::Path(path)) => {
                let path = &self.machine.pass.paths[usize::from(*path)];
                matches!(path.access, Access::Special(_))
            }
            _ => false,
        }
    }

    /// How many entries the map at the path given for the parameter has, duplicates counted. Copies nothing, so that
    /// an editor can see first whether there is anything to do.
    ///
    /// # Errors
    /// What stands there is no map.
    pub fn entry_count(&mut self, parameter: usize) -> Result<'a, usize> {
        if let Some((id, field)) = self.attributes(parameter) {
            return Ok(self.machine.attribute_count(id, &field));
        }
        let value = self.map(parameter)?;
        Ok(value.entries().into_iter().flatten().count())
    }

    /// The attributes that a path argument means as a whole: the message and the field.
    fn attributes(&self, parameter: usize) -> Option<(NodeId, FieldNumbers)> {
        let Some(Argument::Path(path)) = self.argument(parameter) else {
            return None;
        };
        let path = &self.machine.pass.paths[usize::from(*path)];
        match path.access {
            Access::Attributes { field } if path.keys.is_empty() => {
                Some((self.machine.node_of(path.level, self.lane), field))
            }
            _ => None,
        }
    }

    /// That what stands at the path given for the parameter is a map.
    ///
    /// # Errors
    /// What stands there is no map.
    pub fn check_map(&mut self, parameter: usize) -> Result<'a, ()> {
        match self.attributes(parameter) {
            Some(_) => Ok(()),
            None => self.map(parameter).map(drop),
        }
    }

    /// Keeps the entries of the map at the path given for the parameter whose keys `keep` says, in their order.
    ///
    /// # Errors
    /// What stands there is no map.
    pub fn retain(
        &mut self,
        parameter: usize,
        mut keep: impl FnMut(&'a [u8]) -> bool,
    ) -> Result<'a, ()> {
        if let Some((id, field)) = self.attributes(parameter)
            && self.machine.retain_rows(id, &field, &mut keep)
        {
            return Ok(());
        }
        let mut map = self.map_edit(parameter)?;
        map.retain(|item| keep(item.key()));
        self.store_map(parameter, map)
    }

    /// Gives those values of the map at the path given for the parameter that are strings longer than `length_max`
    /// bytes the value that `change` makes of them.
    ///
    /// # Errors
    /// What stands there is no map.
    #[inline]
    pub fn update_long_strings(
        &mut self,
        parameter: usize,
        length_max: usize,
        change: impl FnMut(&'a [u8]) -> &'a [u8],
    ) -> Result<'a, ()> {
        if let Some((id, field)) = self.attributes(parameter) {
            self.machine
                .update_long_attributes(id, &field, length_max, change);
            return Ok(());
        }
        let mut map = self.map_edit(parameter)?;
        map.update_long_strings(length_max, change);
        self.store_map(parameter, map)
    }

    /// Puts the entries of the map that is given for the parameter `source` into the map at the path given for `target`.
    ///
    /// # Errors
    /// Either is no map.
    pub fn merge(&mut self, target: usize, source: usize, strategy: Strategy) -> Result<'a, ()> {
        if let Some((id, field)) = self.attributes(target) {
            let source = self.map(source)?;
            self.machine.merge_attributes(id, &field, &source, strategy);
            return Ok(());
        }
        let mut map = self.map_edit(target)?;
        let source = self.map(source)?;
        map.merge(&source, strategy);
        self.store_map(target, map)
    }

    /// Removes the first entry with this key from the map at the path given for the parameter; the last
    /// entry moves into the hole.
    ///
    /// # Errors
    /// What stands there is no map.
    pub fn remove(&mut self, parameter: usize, key: &[u8]) -> Result<'a, ()> {
        if let Some((id, field)) = self.attributes(parameter) {
            self.machine.remove_attribute(id, &field, key);
            return Ok(());
        }
        let mut map = self.map_edit(parameter)?;
        map.remove(key);
        self.store_map(parameter, map)
    }

    /// Writes a map that [`map_edit`](Call::map_edit) gave back to its path.
    pub fn store_map(&mut self, parameter: usize, edit: MapEdit<'a>) -> Result<'a, ()> {
        if !edit.is_changed() && !self.is_always_written(parameter) {
            return Ok(());
        }
        if let Some((id, field)) = self.attributes(parameter) {
            self.machine.store_attributes(id, &field, edit);
            return Ok(());
        }
        let value = edit.into_value(self.machine.arena);
        self.set(parameter, value)
    }

    /// Calls the converter whose name was given for the parameter.
    ///
    /// # Errors
    /// A function that does not take so many arguments, and what it fails with.
    pub fn invoke(&mut self, parameter: usize, values: &[Value<'a>]) -> Result<'a, Value<'a>> {
        let function: &'static Function = match self.argument(parameter) {
            Some(Argument::Function(function)) => function,
            _ => return Err(Error::new("undefined function")),
        };
        if function.parameters.len() != values.len() {
            let expected = function.parameters.len();
            return Err(self.error(format_args!(
                "incorrect number of arguments. Expected: {expected} Received: {}",
                values.len()
            )));
        }
        let (Some(run), None) = (function.run, function.prepare) else {
            return Err(Error::new("the function cannot be passed by name"));
        };
        run(&mut Call {
            machine: self.machine,
            lane: self.lane,
            arguments: Arguments::Given(values),
            site: self.site,
        })
    }

    /// Evaluates the lambda given for the parameter with these values for its own parameters, of which it
    /// has as many as the parameter's type says. Its result where it stands.
    ///
    /// # Errors
    /// What the lambda fails with.
    pub fn apply(&mut self, parameter: usize, values: &[&Value<'a>]) -> Result<'a, &Value<'a>> {
        match self.argument(parameter) {
            Some(Argument::Lambda(lambda)) => {
                let lambda = &self.machine.pass.lambdas[usize::from(*lambda)];
                self.machine.evaluate(lambda, self.lane, values)
            }
            _ => Err(Error::new("must be a lambda expression")),
        }
    }

    /// What the function prepared from the call's literals.
    ///
    /// # Panics
    /// If the declaration has no `prepare`, or it made something else.
    pub fn prepared<T: 'static>(&self) -> &'p T {
        let prepared = self
            .site
            .prepared
            .as_ref()
            .and_then(|prepared| prepared.downcast_ref());
        prepared.expect("the type that this function's `prepare` makes")
    }

    /// Runs `body` with memory that this worker keeps for this call from record to record. Within `body` the call's
    /// memory is not kept again.
    pub fn with_scratch<T: Any + Send + Default, R>(
        &mut self,
        body: impl FnOnce(&mut Self, &mut T) -> R,
    ) -> R {
        let mut memory = self.machine.take_kept(self.site.scratch);
        let result = body(self, &mut memory);
        self.machine.keep(self.site.scratch, memory);
        result
    }

    /// A value's payload as an `AnyValue`, in the arena.
    pub fn encoded(&self, value: &Value<'a>) -> &'a [u8] {
        let mut out = bumpalo::collections::Vec::with_capacity_in(
            any::encoded_len(value),
            self.machine.arena,
        );
        any::encode(value, &mut out);
        out.into_bump_slice()
    }
}
