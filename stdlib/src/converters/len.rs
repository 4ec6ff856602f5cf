//! `Len`: the length of a value.

use crate::prelude::*;
use crate::shape;

function! {
    /// The number of bytes of a string or of bytes, of items of a list, of entries of a map. Anything
    /// else, nil included, is an error.
    ///
    /// ```ottl
    /// Len("né")  # 3
    /// Len([1, nil])  # 2
    /// Len({"a": 1})  # 1
    /// Len(1)  # error: unsupported target type int64
    /// ```
    pub(crate) static FUNCTION = converter Len(target: Getter) pure, run len;
}

fn len<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let length = match target {
        Value::String(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::Map(entries) => entries.len(),
        Value::List(items) => items.len(),
        Value::TypedList(list) => list.items.len(),
        Value::WireMap(_) | Value::RawMap(_) => target.entries().map_or(0, Iterator::count),
        Value::WireList(_) => target.items().map_or(0, Iterator::count),
        Value::Pdata(part) if shape::is_known_slice(part) => shape::slice_len(part),
        _ => {
            return Err(call.error(format_args!(
                "Len: unsupported target type {}. target arg must be of type string, []any, map[string]any, \
                 pcommon.Map, pcommon.Slice, pcommon.Value (of type String, Map, Slice) or a supported slice \
                 type from the plog, pmetric or ptrace packages",
                target.type_name()
            )));
        }
    };
    Ok(Value::Int(length as i64))
}
