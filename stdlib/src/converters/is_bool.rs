//! `IsBool`: whether a value is a bool.

use crate::prelude::*;

function! {
    /// Whether `target` is a bool. Nil is none, and nothing is converted.
    ///
    /// A literal that is no bool is refused when the program is compiled.
    ///
    /// ```ottl
    /// IsBool(false)  # true
    /// IsBool(String("true"))  # false
    /// IsBool(log.attributes["missing"])  # false
    /// ```
    pub(crate) static FUNCTION = converter IsBool(target: BoolGetter) by_type, run is_bool;
}

fn is_bool<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Bool(matches!(call.value(0)?, Value::Bool(_))))
}
