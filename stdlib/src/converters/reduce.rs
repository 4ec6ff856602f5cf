//! `Reduce`: all items in one value.

use crate::lambdas;
use crate::prelude::*;

function! {
    /// What is left of the list or map `source` once `accumulator` has taken each item into one value, which
    /// begins as `seed`; `seed` if it is empty.
    ///
    /// The lambda takes that value, an item's position (or key) and the item, and yields the next value:
    /// anything but nil. A `source` that is neither list nor map is an error.
    ///
    /// ```ottl
    /// Reduce([1, 2, 3], 0, (sum, _, item) => sum + item)  # 6
    /// Reduce({"a": 1, "b": 2}, "", (text, key, value) => Concat([text, key, value], ""))  # "a1b2"
    /// Reduce([], "none", (_, _, item) => item)  # "none"
    /// Reduce([1], 0, (sum, i, item) => nil)  # error: must return a value of type <nil>, got <nil>
    /// ```
    pub(crate) static FUNCTION = converter Reduce(source: Getter, seed: Getter, accumulator: Lambda(3)) pure, run reduce;
}

fn reduce<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let source = lambdas::source(call, 0)?;
    let mut value = call.value(1)?;
    for (position, item) in source.items() {
        let seen = lambdas::normalized(call, value);
        let next = call.apply(2, &[&seen, &position, item]).copied();
        let next = next.and_then(|next| lambdas::anything(call, next));
        value =
            next.map_err(|error| lambdas::failed(call, "accumulator function", &position, error))?;
    }
    Ok(value)
}
