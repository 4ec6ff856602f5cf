//! `keep_matching_keys`: removes the keys of a map that do not match a pattern.

use crate::pattern::{self, Pattern};
use crate::prelude::*;

function! {
    /// Removes all keys of the map `target` that do not match the regular expression `pattern`, which
    /// need not match the whole key. The entries that stay keep their order.
    ///
    /// A literal `pattern` that is no regular expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"http.host": "x", "http.port": 80, "host": "y"})
    /// keep_matching_keys(log.cache["m"], "host")
    /// log.cache["m"]  # {"http.host": "x", "host": "y"}
    /// ```
    pub(crate) static FUNCTION = editor keep_matching_keys(target: PMapGetSetter, pattern: StringGetter)
        idempotent, prepare prepare, run keep_matching_keys;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Pattern::prepare(
        "keep_matching_keys",
        literals,
        1,
    )?))
}

/// The pattern is evaluated before the target.
fn keep_matching_keys<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let pattern: &Pattern = call.prepared();
    pattern::search(call, pattern, 1, |call, mut pattern| {
        call.retain(0, |key| pattern.is_match(key))?;
        Ok(Value::Nil)
    })
}
