//! `replace_all_matches`: replaces the values of a map that match a glob.

use crate::prelude::*;
use crate::wildcard::Matching;

function! {
    /// Sets each string value of the map `target` that the glob `pattern` matches as a whole to
    /// `replacement`, as [`replace_match`](#replace_match) does. Strings inside of lists and maps stay as
    /// they are.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": "/user/1", "b": "/user/2/x", "c": 3})
    /// replace_all_matches(log.cache["m"], "/user/?", "/user/{id}")
    /// log.cache["m"]  # {"a": "/user/{id}", "b": "/user/2/x", "c": 3}
    /// replace_all_matches(log.cache["m"], "*{1,2}*", "two", ToUpperCase)
    /// log.cache["m"]  # {"a": "/user/{id}", "b": "TWO", "c": 3}
    /// replace_all_matches(log.cache["m"]["c"], "*", "x")  # error: expected pcommon.Map but got int64
    /// ```
    pub(crate) static FUNCTION = editor replace_all_matches(
        target: PMapGetSetter,
        pattern: StringGetter,
        replacement: StringGetter,
        function[optional]: FunctionGetter,
        replacement_format[optional]: StringGetter,
    ) volatile, prepare prepare, run replace_all_matches;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Matching::prepare(
        "replace_all_matches",
        literals,
    )?))
}

fn replace_all_matches<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let matching: &Matching = call.prepared();
    matching.run(call, |call, glob| {
        let mut map = call.map_edit(0)?;
        let replacement = matching.replacement(call)?;
        let mut changed = false;
        for item in map.items_mut() {
            if let Value::String(text) = item.value()
                && glob.is_match(text)
            {
                item.set_value(Value::String(replacement));
                changed = true;
            }
        }
        if changed {
            call.store_map(0, map)?;
        }
        Ok(Value::Nil)
    })
}
