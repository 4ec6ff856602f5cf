//! `Int`: a value as an int.

use crate::prelude::*;

function! {
    /// `target` as an int: an int as it is, a double without its fraction, a string in base 10, a bool as
    /// 1 or 0, nil as nil. Anything else is an error, as is a string that is no number.
    ///
    /// A literal that does not convert is refused when the program is compiled.
    ///
    /// ```ottl
    /// Int("-12")  # -12
    /// Int(1.9)  # 1
    /// Int(true)  # 1
    /// Int(log.attributes["missing"])  # nil
    /// Int(Concat(["1", "x"], ""))  # error: invalid syntax
    /// ```
    pub(crate) static FUNCTION = converter Int(target: IntLikeGetter) pure, run int;
}

fn int<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(call.int_like(0)?.map_or(Value::Nil, Value::Int))
}
