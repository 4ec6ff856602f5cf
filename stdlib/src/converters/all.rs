//! `All`: whether a lambda holds for every item.

use crate::lambdas;
use crate::prelude::*;

function! {
    /// Whether `predicate` holds for every item of the list or map `source`; true if it is empty.
    ///
    /// The lambda takes an item's position (or key) and the item, and must yield a bool. It is not evaluated
    /// for the items after the first for which it does not hold. A `source` that is neither list nor map is
    /// an error.
    ///
    /// ```ottl
    /// All([1, 20], (i, item) => item > 10)  # false
    /// All({"a": 1, "b": "x"}, (key, _) => key < "c")  # true
    /// All([], (_, _) => false)  # true
    /// All("text", (_, _) => true)  # error: unsupported type provided: string
    /// ```
    pub(crate) static FUNCTION = converter All(source: Getter, predicate: Lambda(2)) pure, run all;
}

fn all<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    for (position, item) in lambdas::source(call, 0)?.items() {
        if !lambdas::holds(call, 1, &position, item)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}
