//! `IsInt`: whether a value is an int.

use crate::prelude::*;

function! {
    /// Whether `target` is an int. Nil is none, and nothing is converted.
    ///
    /// A literal that is no int is refused when the program is compiled.
    ///
    /// ```ottl
    /// IsInt(1)  # true
    /// IsInt(Double("1"))  # false
    /// IsInt(log.attributes["missing"])  # false
    /// ```
    pub(crate) static FUNCTION = converter IsInt(target: IntGetter) by_type, run is_int;
}

fn is_int<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Bool(matches!(call.value(0)?, Value::Int(_))))
}
