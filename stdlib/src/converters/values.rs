//! `Values`: the values of a map.

use crate::prelude::*;

function! {
    /// The values of the map `target` in order, as a list.
    ///
    /// ```ottl
    /// Values({"a": [1]})  # [[1]]
    /// Values(log.attributes)  # []
    /// ```
    pub(crate) static FUNCTION = converter Values(target: PMapGetter) pure, run values;
}

fn values<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let values = call.entries(0)?.iter().map(|entry| entry.value);
    Ok(Value::List(call.arena().alloc_slice_fill_iter(values)))
}
