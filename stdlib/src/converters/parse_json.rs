//! `ParseJSON`: JSON text as a map or list.

use crate::prelude::*;
use ottl_vm::text::json;

function! {
    /// The object or array that the JSON text `target` holds, as a map or list. Numbers become doubles. Of
    /// equal keys the last counts. Other JSON values are an error, as is text that is no JSON.
    ///
    /// ```ottl
    /// ParseJSON("{\"a\": [1, true, null]}")  # {"a": [1.0, true, nil]}
    /// ParseJSON("[\"x\"]")  # ["x"]
    /// ParseJSON("1")  # error: could not convert parsed value of type float64 to JSON object
    /// ```
    pub(crate) static FUNCTION = converter ParseJSON(target: StringGetter) pure, run parse_json;
}

fn parse_json<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    let value =
        json::parse(call.arena(), target).map_err(|error| call.error(format_args!("{error}")))?;
    match value {
        Value::WireMap(_) | Value::WireList(_) => Ok(value),
        other => Err(call.error(format_args!(
            "could not convert parsed value of type {} to JSON object",
            other.type_name()
        ))),
    }
}
