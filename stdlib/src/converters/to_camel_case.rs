//! `ToCamelCase`: a string in camel case.

use crate::case;
use crate::prelude::*;

function! {
    /// The ASCII letters and digits of `target`, the first letter of each word in upper case. Words are
    /// separated by `_`, `-`, `.`, blanks and digits; of capitals in a row only the first stays.
    ///
    /// ```ottl
    /// ToCamelCase("http_status code")  # "HttpStatusCode"
    /// ToCamelCase("JSONData")  # "Jsondata"
    /// ```
    pub(crate) static FUNCTION = converter ToCamelCase(target: StringGetter) pure, run to_camel_case;
}

fn to_camel_case<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    Ok(Value::String(case::to_camel(call.arena(), target)))
}
