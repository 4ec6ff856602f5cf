//! `TrimPrefix`: a string without another at its beginning.

use crate::prelude::*;

function! {
    /// `target` without `prefix` at its beginning, if it begins so.
    ///
    /// ```ottl
    /// TrimPrefix("/api/v1", "/api")  # "/v1"
    /// TrimPrefix("/api/v1", "v1")  # "/api/v1"
    /// ```
    pub(crate) static FUNCTION = converter TrimPrefix(target: StringGetter, prefix: StringGetter) pure, run trim_prefix;
}

fn trim_prefix<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (target, prefix) = (call.string(0)?, call.string(1)?);
    Ok(Value::String(target.strip_prefix(prefix).unwrap_or(target)))
}
