//! `IsString`: whether a value is a string.

use crate::prelude::*;

function! {
    /// Whether `target` is a string. Nil is none, and nothing is converted.
    ///
    /// A literal that is no string is refused when the program is compiled.
    ///
    /// ```ottl
    /// IsString("1")  # true
    /// IsString(log.attributes["missing"])  # false
    /// IsString(Int("1"))  # false
    /// ```
    pub(crate) static FUNCTION = converter IsString(target: StringGetter) by_type, run is_string;
}

fn is_string<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Bool(matches!(call.value(0)?, Value::String(_))))
}
