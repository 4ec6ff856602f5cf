//! `Keys`: the keys of a map.

use crate::prelude::*;
use bumpalo::collections::Vec;

function! {
    /// The keys of the map `target` in order, as a list.
    ///
    /// ```ottl
    /// Keys({"a": 1})  # ["a"]
    /// Keys(log.attributes)  # []
    /// ```
    pub(crate) static FUNCTION = converter Keys(target: PMapGetter) pure, run keys;
}

fn keys<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.map(0)?;
    let mut keys = Vec::new_in(call.arena());
    keys.extend(
        target
            .entries()
            .into_iter()
            .flatten()
            .map(|entry| Value::String(entry.key)),
    );
    Ok(Value::List(keys.into_bump_slice()))
}
