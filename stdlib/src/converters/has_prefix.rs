//! `HasPrefix`: whether a string begins with another.

use crate::prelude::*;

function! {
    /// Whether `target` begins with `prefix`.
    ///
    /// ```ottl
    /// HasPrefix("/api/v1", "/api")  # true
    /// HasPrefix(log.attributes["missing"], "x")  # error: expected string but got nil
    /// ```
    pub(crate) static FUNCTION = converter HasPrefix(target: StringGetter, prefix: StringGetter) pure, run has_prefix;
}

fn has_prefix<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (target, prefix) = (call.string(0)?, call.string(1)?);
    Ok(Value::Bool(target.starts_with(prefix)))
}
