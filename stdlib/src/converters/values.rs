//! `Values`: the values of a map.

use crate::prelude::*;
use bumpalo::collections::Vec;

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
    let target = call.map(0)?;
    let mut values = Vec::new_in(call.arena());
    values.extend(
        target
            .entries()
            .into_iter()
            .flatten()
            .map(|entry| entry.value),
    );
    Ok(Value::List(values.into_bump_slice()))
}
