//! `Double`: a value as a double.

use crate::prelude::*;

function! {
    /// `target` as a double: a double as it is, an int as the nearest double, a string in decimal or
    /// hexadecimal notation, a bool as 1 or 0, nil as nil. Anything else is an error, as is a string that
    /// is no number.
    ///
    /// A literal that does not convert is refused when the program is compiled.
    ///
    /// ```ottl
    /// Double("1.5e3")  # 1500.0
    /// Double(2)  # 2.0
    /// Double(log.attributes["missing"])  # nil
    /// ```
    pub(crate) static FUNCTION = converter Double(target: FloatLikeGetter) pure, run double;
}

fn double<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(call.float_like(0)?.map_or(Value::Nil, Value::Double))
}
