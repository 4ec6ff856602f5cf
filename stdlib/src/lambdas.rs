//! What functions that take lambdas share: going over a list or map, and what a lambda may yield.

use crate::prelude::*;
use crate::raw;
use ottl_vm::value::{Element, TypedList};

/// What a lambda is evaluated for, in errors.
pub(crate) const LAMBDA: &str = "lambda function";

/// The list or map at a parameter, as `pcommon` takes it; nothing else.
pub(crate) fn source<'a>(call: &mut Call<'_, '_, 'a>, parameter: usize) -> Outcome<'a> {
    match call.value(parameter)? {
        map @ (Value::WireMap(_) | Value::Map(_) | Value::RawMap(_)) => Ok(map),
        Value::TypedList(list) if list.element == Element::Bytes => {
            Err(unsupported(call, &Value::TypedList(list)))
        }
        Value::WireList(_) | Value::List(_) | Value::TypedList(_) => raw::list(call, parameter),
        other => Err(unsupported(call, &other)),
    }
}

fn unsupported<'a>(call: &Call<'_, '_, 'a>, value: &Value<'a>) -> Error<'a> {
    call.error(format_args!(
        "unsupported type provided: {}",
        value.type_name()
    ))
}

/// The items of a list with their positions, or the values of a map with their keys.
pub(crate) fn items<'a>(source: &Value<'a>) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
    let entries = source.entries().into_iter().flatten();
    let items = source.items().into_iter().flatten();
    let entries = entries.map(|entry| (Value::String(entry.key), entry.value));
    let items = items.enumerate();
    entries.chain(items.map(|(position, item)| (Value::Int(position as i64), item)))
}

/// Whether the lambda at a parameter holds for an item of a list or map.
pub(crate) fn holds<'a>(
    call: &mut Call<'_, '_, 'a>,
    parameter: usize,
    item: (Value<'a>, Value<'a>),
) -> Result<bool, Error<'a>> {
    let holds = call.apply(parameter, &[item.0, item.1]);
    let holds = holds.and_then(|value| boolean(call, value));
    holds.map_err(|error| failed(call, LAMBDA, &item.0, error))
}

/// A lambda's result that must be a bool.
pub(crate) fn boolean<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Result<bool, Error<'a>> {
    match value {
        Value::Bool(holds) => Ok(holds),
        other => Err(wrong_type(call, "bool", &other)),
    }
}

/// A lambda's result that must be a string.
pub(crate) fn string<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Result<&'a [u8], Error<'a>> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(call, "string", &other)),
    }
}

/// A lambda's result that may be anything but nil, which to the reference is of no type at all.
pub(crate) fn anything<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Outcome<'a> {
    match value {
        Value::Nil => Err(wrong_type(call, "<nil>", &value)),
        value => Ok(value),
    }
}

fn wrong_type<'a>(call: &Call<'_, '_, 'a>, expected: &str, found: &Value<'a>) -> Error<'a> {
    let found = found.type_name();
    call.error(format_args!(
        "lambda expression must return a value of type {expected}, got {found}"
    ))
}

/// The error of a lambda that failed on an item, named by its position or key.
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
        value => raw::from_raw(call, value),
    }
}

fn is_scalar_list(list: &TypedList<'_>) -> bool {
    matches!(
        list.element,
        Element::String | Element::Bool | Element::Int | Element::Double
    )
}
