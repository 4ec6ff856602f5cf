//! `IsDouble`: whether a value is a double.

use crate::prelude::*;

function! {
    /// Whether `target` is a double. Nil is none, and nothing is converted.
    ///
    /// A literal that is no double is refused when the program is compiled.
    ///
    /// ```ottl
    /// IsDouble(1.5)  # true
    /// IsDouble(Int("1"))  # false
    /// IsDouble(log.attributes["missing"])  # false
    /// ```
    pub(crate) static FUNCTION = converter IsDouble(target: FloatGetter) by_type, run is_double;
}

fn is_double<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Bool(matches!(call.value(0)?, Value::Double(_))))
}
