//! What functions that take lambdas share: going over a list or map, and what a lambda may yield.

use crate::prelude::*;
use ottl_vm::value::{Element, Entry, TypedList};

/// What a lambda is evaluated for, in errors.
pub(crate) const LAMBDA: &str = "lambda function";

/// What lambdas are evaluated for.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    List(&'a [Value<'a>]),
    Map(&'a [Entry<'a>]),
}

impl<'a> Source<'a> {
    /// The items of a list with their positions, or the values of a map with their keys.
    #[inline(always)]
    pub(crate) fn items(self) -> impl Iterator<Item = (Value<'a>, &'a Value<'a>)> {
        let count = match self {
            Source::List(items) => items.len(),
            Source::Map(entries) => entries.len(),
        };
        (0..count).map(move |index| match self {
            Source::List(items) => (Value::Int(index as i64), &items[index]),
            Source::Map(entries) => (Value::String(entries[index].key), &entries[index].value),
        })
    }
}

/// The list or map at a parameter, as `pcommon` takes it; nothing else.
pub(crate) fn source<'a>(
    call: &mut Call<'_, '_, 'a>,
    parameter: usize,
) -> Result<Source<'a>, Error<'a>> {
    let arena = call.arena();
    let value = match call.value(parameter)? {
        Value::TypedList(list) if list.element == Element::Any => {
            Value::TypedList(list).raw(arena)?
        }
        Value::TypedList(list) if list.element == Element::Bytes => {
            return Err(unsupported(call, &Value::TypedList(list)));
        }
        value => value,
    };
    let items = value.item_slice(arena).map(Source::List);
    let source = items.or_else(|| value.entry_slice(arena).map(Source::Map));
    source.ok_or_else(|| unsupported(call, &value))
}

#[cold]
fn unsupported<'a>(call: &Call<'_, '_, 'a>, value: &Value<'a>) -> Error<'a> {
    call.error(format_args!(
        "unsupported type provided: {}",
        value.type_name()
    ))
}

/// Whether the lambda at a parameter holds for an item of a list or map.
#[inline]
pub(crate) fn holds<'a>(
    call: &mut Call<'_, '_, 'a>,
    parameter: usize,
    position: &Value<'a>,
    item: &Value<'a>,
) -> Result<bool, Error<'a>> {
    let holds = applied_bool(call, parameter, &[position, item]);
    holds.map_err(|error| failed(call, LAMBDA, position, error))
}

/// The result of the lambda at a parameter that must be a bool.
#[inline]
pub(crate) fn applied_bool<'a>(
    call: &mut Call<'_, '_, 'a>,
    parameter: usize,
    values: &[&Value<'a>],
) -> Result<bool, Error<'a>> {
    let found = match call.apply(parameter, values)? {
        Value::Bool(holds) => return Ok(*holds),
        other => other.type_name(),
    };
    Err(wrong_type(call, "bool", found))
}

/// A lambda's result that must be a string.
pub(crate) fn string<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Result<&'a [u8], Error<'a>> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(call, "string", other.type_name())),
    }
}

/// A lambda's result that may be anything but nil, which to the reference is of no type at all.
pub(crate) fn anything<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Outcome<'a> {
    match value {
        Value::Nil => Err(wrong_type(call, "<nil>", value.type_name())),
        value => Ok(value),
    }
}

#[cold]
fn wrong_type<'a>(call: &Call<'_, '_, 'a>, expected: &str, found: &str) -> Error<'a> {
    call.error(format_args!(
        "lambda expression must return a value of type {expected}, got {found}"
    ))
}

/// The error of a lambda that failed on an item, named by its position or key.
#[cold]
pub(crate) fn failed<'a>(
    call: &Call<'_, '_, 'a>,
    what: &str,
    position: &Value<'a>,
    error: Error<'a>,
) -> Error<'a> {
    match position {
        Value::String(key) => {
            let key = String::from_utf8_lossy(key);
            call.error(format_args!(
                "error while evaluating {what} on map item {key}: {error}"
            ))
        }
        Value::Int(index) => call.error(format_args!(
            "error while evaluating {what} on slice item {index}: {error}"
        )),
        _ => error,
    }
}

/// A value as lambdas see it: lists of strings, bools or numbers as lists of anything.
pub(crate) fn normalized<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Value<'a> {
    match value {
        Value::TypedList(list) if is_scalar_list(list) => {
            Value::TypedList(call.arena().alloc(TypedList {
                element: Element::Any,
                items: list.items,
            }))
        }
        value => value,
    }
}

/// A lambda's result as an item of a list or a value of a map.
pub(crate) fn storable<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Outcome<'a> {
    match value {
        Value::WireMap(_) | Value::Map(_) | Value::WireList(_) | Value::List(_) => Ok(value),
        Value::TypedList(list) if is_scalar_list(list) => Ok(Value::List(list.items)),
        value => value.raw(call.arena()),
    }
}

fn is_scalar_list(list: &TypedList<'_>) -> bool {
    matches!(
        list.element,
        Element::String | Element::Bool | Element::Int | Element::Double
    )
}
