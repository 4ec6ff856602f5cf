//! `ToUpperCase`: a string in upper case.

use crate::case;
use crate::prelude::*;

function! {
    /// `target` with each character in upper case, where there is one character for it: `ß` stays.
    ///
    /// ```ottl
    /// ToUpperCase("aé1")  # "AÉ1"
    /// ToUpperCase("straße")  # "STRAßE"
    /// ```
    pub(crate) static FUNCTION = converter ToUpperCase(target: StringGetter) pure, run to_upper_case;
}

fn to_upper_case<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    Ok(Value::String(case::to_upper(call.arena(), target)))
}
