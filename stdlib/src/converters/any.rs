//! `Any`: whether a lambda holds for an item.

use crate::lambdas;
use crate::prelude::*;

function! {
    /// Whether `predicate` holds for at least one item of the list or map `source`; false if it is empty.
    ///
    /// The lambda takes an item's position (or key) and the item, and must yield a bool. It is not evaluated
    /// for the items after the first for which it holds. A `source` that is neither list nor map is an error.
    ///
    /// ```ottl
    /// Any([1, 20], (i, item) => item > 10)  # true
    /// Any({"a": 1}, (key, _) => key == "b")  # false
    /// Any([], (_, _) => true)  # false
    /// Any([1], (i, item) => item)  # error: must return a value of type bool
    /// ```
    pub(crate) static FUNCTION = converter Any(source: Getter, predicate: Lambda(2)) pure, run any;
}

fn any<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    for (position, item) in lambdas::source(call, 0)?.items() {
        if lambdas::holds(call, 1, &position, item)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
