//! `clear`: sets a path to the zero of its type.

use crate::prelude::*;
use crate::shape::{self, GO_ZERO_TIME_SECONDS};
use ottl_vm::text::time::Time;
use ottl_vm::text::zone::ZoneId;
use ottl_vm::value::TypedList;

function! {
    /// Sets `target` to the zero of the type that its value has: an empty string, list, map or bytes, 0,
    /// false, the beginning of the year 1. A path without a value is set to nil, where it takes that.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": 1})
    /// clear(log.cache["m"])
    /// log.cache["m"]  # {}
    /// set(log.cache["n"], 5)
    /// clear(log.cache["n"])
    /// log.cache["n"]  # 0
    /// ```
    pub(crate) static FUNCTION = editor clear(target: GetSetter) volatile, run clear;
}

fn clear<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let value = call.value(0)?;
    let zero = match value {
        Value::Nil => Value::Nil,
        Value::Bool(_) => Value::Bool(false),
        Value::Int(_) => Value::Int(0),
        Value::Double(_) => Value::Double(0.0),
        Value::String(_) => Value::String(b""),
        Value::Bytes(_) => Value::Bytes(b""),
        Value::Byte(_) => Value::Byte(0),
        Value::Time(_) => Value::Time(Time::from_unix(GO_ZERO_TIME_SECONDS, 0, ZoneId::UTC)),
        Value::Duration(_) => Value::Duration(0),
        Value::WireMap(_) | Value::Map(_) | Value::RawMap(_) => Value::Map(&[]),
        Value::WireList(_) | Value::List(_) => Value::List(&[]),
        Value::TypedList(list) => Value::TypedList(call.arena().alloc(TypedList {
            element: list.element,
            items: &[],
        })),
        Value::TraceId(_) => Value::TraceId([0; 16]),
        Value::SpanId(_) => Value::SpanId([0; 8]),
        Value::ProfileId(_) => Value::ProfileId([0; 16]),
        Value::Pdata(part) if shape::is_slice(part) => Value::Nil,
        // Go's zero of a message refers to none, and copying none changes nothing.
        Value::Pdata(_) => return Ok(Value::Nil),
        Value::Error(error) => return Err(error),
    };
    call.set(0, zero)?;
    Ok(Value::Nil)
}
