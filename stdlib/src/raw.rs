//! Values as a list of attributes takes them.

use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::value::Element;

/// The value as `pcommon.Value.FromRaw` takes it: nil, scalars, bytes, Go's maps and list literals of such. Maps and
/// lists of other kinds are refused, as they are not raw.
pub(crate) fn from_raw<'a>(call: &Call<'_, '_, 'a>, value: Value<'a>) -> Outcome<'a> {
    match value {
        Value::Nil
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Double(_)
        | Value::String(_)
        | Value::Bytes(_) => Ok(value),
        Value::RawMap(map) => Ok(Value::WireMap(map)),
        Value::Byte(byte) => Ok(Value::Int(byte.into())),
        // List literals nest as deep as they are written.
        Value::TypedList(list) if list.element == Element::Any => {
            let mut items = Vec::with_capacity_in(list.items.len(), call.arena());
            for item in list.items {
                items.push(from_raw(call, *item)?);
            }
            Ok(Value::List(items.into_bump_slice()))
        }
        other => Err(call.error(format_args!("<Invalid value type {}>", other.type_name()))),
    }
}

/// The list at a parameter, as a `pcommon.Slice` takes its items.
pub(crate) fn list<'a>(call: &mut Call<'_, '_, 'a>, parameter: usize) -> Outcome<'a> {
    let list = call.list(parameter)?;
    if matches!(list, Value::TypedList(typed) if typed.element == Element::Any) {
        from_raw(call, list)
    } else {
        Ok(list)
    }
}
