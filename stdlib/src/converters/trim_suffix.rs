//! `TrimSuffix`: a string without another at its end.

use crate::prelude::*;

function! {
    /// `target` without `suffix` at its end, if it ends so.
    ///
    /// ```ottl
    /// TrimSuffix("photo.png", ".png")  # "photo"
    /// TrimSuffix("photo.png", ".jpeg")  # "photo.png"
    /// ```
    pub(crate) static FUNCTION = converter TrimSuffix(target: StringGetter, suffix: StringGetter) pure, run trim_suffix;
}

fn trim_suffix<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (target, suffix) = (call.string(0)?, call.string(1)?);
    Ok(Value::String(target.strip_suffix(suffix).unwrap_or(target)))
}
