//! `IsMatch`: whether a text matches a pattern.

use crate::pattern::{self, Pattern};
use crate::prelude::*;
use ottl_vm::function::TellText;

function! {
    /// Whether the regular expression `pattern` matches somewhere in the text form of `target`, which is
    /// that of [`String`](#string). Nil matches nothing.
    ///
    /// A literal `pattern` that is no regular expression is refused when the program is compiled; any
    /// other is an error on each record.
    ///
    /// ```ottl
    /// IsMatch("GET /health", "^GET ")  # true
    /// IsMatch(404, "^4..$")  # true
    /// IsMatch(log.attributes["missing"], ".*")  # false
    /// ```
    pub(crate) static FUNCTION = converter IsMatch(target: StringLikeGetter, pattern: StringGetter)
        pure, prepare prepare, run is_match, shortcut Shortcut::TellsText(tell);
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Pattern::prepare("IsMatch", literals, 1)?))
}

fn tell(prepared: &Prepared) -> Option<&dyn TellText> {
    let pattern: &Pattern = prepared.downcast_ref()?;
    let regex = pattern.literal.as_ref()?;
    regex.is_told_by_bytes().then_some(regex as &dyn TellText)
}

fn is_match<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let pattern: &Pattern = call.prepared();
    pattern::is_match(call, pattern, 1, 0).map(Value::Bool)
}
