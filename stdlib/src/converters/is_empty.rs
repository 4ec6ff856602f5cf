//! `IsEmpty`: whether a value is nil or the zero of its type.

use crate::prelude::*;
use crate::shape::GO_ZERO_TIME_SECONDS;
use ottl_vm::text::zone::ZoneId;

function! {
    /// Whether `target` is nil, an empty string, list, map or bytes, the number 0, false, or an id of
    /// zeros.
    ///
    /// ```ottl
    /// IsEmpty("")  # true
    /// IsEmpty(0)  # true
    /// IsEmpty([nil])  # false
    /// IsEmpty(log.attributes["missing"])  # true
    /// IsEmpty(log.attributes)  # true
    /// ```
    pub(crate) static FUNCTION = converter IsEmpty(target: Getter) pure, run is_empty;
}

fn is_empty<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let is_empty = match target {
        Value::Nil => true,
        Value::Bool(value) => !value,
        Value::Int(value) | Value::Duration(value) => value == 0,
        Value::Double(value) => value == 0.0,
        Value::Byte(value) => value == 0,
        Value::String(bytes) | Value::Bytes(bytes) => bytes.is_empty(),
        Value::Time(time) => {
            time.unix() == GO_ZERO_TIME_SECONDS
                && time.nanosecond() == 0
                && time.zone() == ZoneId::UTC
        }
        Value::WireMap(_) | Value::Map(_) | Value::RawMap(_) => target
            .entries()
            .is_none_or(|mut entries| entries.next().is_none()),
        Value::WireList(_) | Value::List(_) | Value::TypedList(_) => target
            .items()
            .is_none_or(|mut items| items.next().is_none()),
        Value::TraceId(id) | Value::ProfileId(id) => id == [0; 16],
        Value::SpanId(id) => id == [0; 8],
        // Go's reflection sees a reference to the record, which is never zero.
        Value::Pdata(_) => false,
        Value::Error(error) => return Err(error),
    };
    Ok(Value::Bool(is_empty))
}
