//! `String`: a value as text.

use crate::prelude::*;

function! {
    /// The text form of `target`: a string as it is, bytes in hexadecimal, lists and maps as JSON with
    /// sorted keys, numbers and bools as JSON, a duration as its nanoseconds, nil as nil.
    ///
    /// ```ottl
    /// String(1.0)  # "1"
    /// String({"b": [1, "x"], "a": nil})  # "{\"a\":null,\"b\":[1,\"x\"]}"
    /// String(0x00ff)  # "00ff"
    /// String(Duration("1us"))  # "1000"
    /// String(log.attributes["missing"])  # nil
    /// ```
    pub(crate) static FUNCTION = converter String(target: StringLikeGetter) pure, run string;
}

fn string<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(call.string_like(0)?.map_or(Value::Nil, Value::String))
}
