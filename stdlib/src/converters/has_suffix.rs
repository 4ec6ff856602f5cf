//! `HasSuffix`: whether a string ends with another.

use crate::prelude::*;

function! {
    /// Whether `target` ends with `suffix`.
    ///
    /// ```ottl
    /// HasSuffix("photo.jpeg", ".jpeg")  # true
    /// HasSuffix("photo.png", ".jpeg")  # false
    /// ```
    pub(crate) static FUNCTION = converter HasSuffix(target: StringGetter, suffix: StringGetter) pure, run has_suffix;
}

fn has_suffix<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (target, suffix) = (call.string(0)?, call.string(1)?);
    Ok(Value::Bool(target.ends_with(suffix)))
}
