//! `Split`: a string cut into pieces.

use crate::prelude::*;
use crate::strings;

function! {
    /// The pieces of `target` between the occurrences of `delimiter`, as a list of strings. With an empty
    /// `delimiter` the pieces are the characters of `target`.
    ///
    /// ```ottl
    /// Split("a||b|", "|")  # ["a", "", "b", ""]
    /// Split("né", "")  # ["n", "é"]
    /// Split("", ",")  # [""]
    /// ```
    pub(crate) static FUNCTION = converter Split(target: StringGetter, delimiter: StringGetter) pure, run split;
}

fn split<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (target, delimiter) = (call.string(0)?, call.string(1)?);
    let pieces = strings::split_as(call.arena(), target, delimiter, Value::String);
    Ok(strings::list(call.arena(), pieces.into_bump_slice()))
}
