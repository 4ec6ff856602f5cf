//! `Bool`: a value as a bool.

use crate::prelude::*;

function! {
    /// `target` as a bool: a bool as it is, a number as whether it is not 0, a string as `1`, `t`, `T`,
    /// `true`, `True`, `TRUE` or `0`, `f`, `F`, `false`, `False`, `FALSE`, nil as nil. Anything else is an
    /// error.
    ///
    /// A literal that does not convert is refused when the program is compiled.
    ///
    /// ```ottl
    /// Bool("true")  # true
    /// Bool(0)  # false
    /// Bool(log.attributes["missing"])  # nil
    /// ```
    pub(crate) static FUNCTION = converter Bool(target: BoolLikeGetter) pure, run bool;
}

fn bool<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(call.bool_like(0)?.map_or(Value::Nil, Value::Bool))
}
