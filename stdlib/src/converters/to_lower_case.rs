//! `ToLowerCase`: a string in lower case.

use crate::case;
use crate::prelude::*;

function! {
    /// `target` with each character in lower case.
    ///
    /// ```ottl
    /// ToLowerCase("AÉ1")  # "aé1"
    /// ToLowerCase("ΟΔΟΣ")  # "οδοσ"
    /// ```
    pub(crate) static FUNCTION = converter ToLowerCase(target: StringGetter) pure, run to_lower_case;
}

fn to_lower_case<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    Ok(Value::String(case::to_lower(call.arena(), target)))
}
