//! The shape of values that stand for parts of a record.

use ottl_vm::value::{Pdata, Value};
use ottl_vm::wire::cursor::Cursor;

/// Whether this is a list of messages, such as the events of a span.
pub(crate) fn is_slice(part: &Pdata<'_>) -> bool {
    part.type_name.ends_with("Slice")
}

/// Whether it is one that functions on lists know: those of profiles they do not.
pub(crate) fn is_known_slice(part: &Pdata<'_>) -> bool {
    is_slice(part) && !part.type_name.starts_with("pprofile.")
}

/// How many messages a list of them has.
pub(crate) fn slice_len(part: &Pdata<'_>) -> usize {
    // Each message is a field of its own.
    let mut cursor = Cursor::new(part.wire);
    let mut count = 0;
    while !cursor.is_at_end() {
        // What cannot be read was refused with the request.
        let skipped = cursor
            .tag()
            .and_then(|(_, wire_type)| cursor.skip(wire_type));
        if skipped.is_err() {
            break;
        }
        count += 1;
    }
    count
}

/// The type of a value in a record, by the name that `pcommon.ValueType` has for it.
pub(crate) fn kind_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::Bool(_) => "Bool",
        Value::Int(_) => "Int",
        Value::Double(_) => "Double",
        Value::String(_) => "Str",
        Value::Bytes(_) => "Bytes",
        Value::WireMap(_) | Value::Map(_) | Value::RawMap(_) => "Map",
        Value::WireList(_) | Value::List(_) | Value::TypedList(_) => "Slice",
        _ => "Empty",
    }
}

/// The first second of the year 1, where Go's zero time lies, in Unix time.
pub(crate) const GO_ZERO_TIME_SECONDS: i64 = -62_135_596_800;
