//! `Concat`: values joined to one string.

use crate::prelude::*;
use ottl_vm::text::{float, json};

function! {
    /// The text forms of `vals`, which are those of [`String`](#string), with `delimiter` between them. Nil
    /// shows as `<nil>`. `vals` is a list literal, or an expression that yields a list.
    ///
    /// ```ottl
    /// Concat(["a", 1, true], "-")  # "a-1-true"
    /// Concat(Split("a,b", ","), "")  # "ab"
    /// Concat([log.attributes["missing"], "x"], " ")  # "<nil> x"
    /// Concat(log.severity_text, ",")  # error: expected a slice, got string
    /// ```
    pub(crate) static FUNCTION = converter Concat(
        vals: SliceGetter(&StringLikeGetter),
        delimiter: StringGetter,
    ) pure, run concat;
}

/// The delimiter is evaluated before the values.
fn concat<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let delimiter = call.string(1)?;
    call.with_scratch(|call, out: &mut Vec<u8>| {
        out.clear();
        append_all(call, out, delimiter)?;
        Ok(Value::String(call.bytes(out)))
    })
}

/// Appends the text forms of all values. Those that an expression yields as a list of the record have the
/// forms that the record's values have; bytes are a list of numbers.
fn append_all<'a>(
    call: &mut Call<'_, '_, 'a>,
    out: &mut Vec<u8>,
    delimiter: &[u8],
) -> Result<(), Error<'a>> {
    let list = call.value(0)?;
    let separate = |out: &mut Vec<u8>, item| {
        if item > 0 {
            out.extend_from_slice(delimiter);
        }
    };
    match list {
        Value::WireList(_) | Value::List(_) => {
            for (item, value) in list.items().into_iter().flatten().enumerate() {
                separate(out, item);
                json::append_pdata_string(out, &value);
            }
        }
        Value::TypedList(list) => {
            for (item, value) in list.items.iter().enumerate() {
                separate(out, item);
                out.extend_from_slice(call.text_form(*value)?.unwrap_or(b"<nil>"));
            }
        }
        Value::Bytes(bytes) => {
            for (item, byte) in bytes.iter().enumerate() {
                separate(out, item);
                float::append_int(out, i64::from(*byte));
            }
        }
        _ => {
            for item in 0..call.len(0)? {
                separate(out, item);
                out.extend_from_slice(call.item_string_like(0, item)?.unwrap_or(b"<nil>"));
            }
        }
    }
    Ok(())
}
