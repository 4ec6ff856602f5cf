//! `Keys`: the keys of a map.

use crate::prelude::*;

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
    let keys = call
        .entries(0)?
        .iter()
        .map(|entry| Value::String(entry.key));
    Ok(Value::List(call.arena().alloc_slice_fill_iter(keys)))
}
