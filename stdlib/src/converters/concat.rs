//! `Concat`: values joined to one string.

use crate::prelude::*;
use bumpalo::collections::Vec;

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

/// The delimiter is evaluated before the values. A list that an expression yields is gone through once.
fn concat<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let delimiter = call.string(1)?;
    let mut out = Vec::new_in(call.arena());
    let mut push = |item, text: Option<&[u8]>| {
        if item > 0 {
            out.extend_from_slice(delimiter);
        }
        out.extend_from_slice(text.unwrap_or(b"<nil>"));
    };
    match call.value(0)?.items() {
        Some(items) => {
            for (item, value) in items.enumerate() {
                push(item, call.text_form(value)?);
            }
        }
        None => {
            for item in 0..call.len(0)? {
                push(item, call.item_string_like(0, item)?);
            }
        }
    }
    Ok(Value::String(out.into_bump_slice()))
}
