//! `ToSnakeCase`: a string in snake case.

use crate::case;
use crate::prelude::*;

function! {
    /// `target` in lower case, with `_` between words and in place of blanks, `-` and `.`. Words are told
    /// by case and digits; letters are those of ASCII.
    ///
    /// ```ottl
    /// ToSnakeCase("HTTPStatusCode")  # "http_status_code"
    /// ToSnakeCase("status code 404x")  # "status_code_404_x"
    /// ```
    pub(crate) static FUNCTION = converter ToSnakeCase(target: StringGetter) pure, run to_snake_case;
}

fn to_snake_case<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    Ok(Value::String(case::to_snake(call.arena(), target)))
}
