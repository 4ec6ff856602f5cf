//! `Filter`: the items for which a lambda holds.

use crate::lambdas::{self, Source};
use crate::prelude::*;
use bumpalo::collections::Vec;

function! {
    /// The items of the list or map `source` for which `predicate` holds, in their order, as a list or map.
    ///
    /// The lambda takes an item's position (or key) and the item, and must yield a bool. A `source` that is
    /// neither list nor map is an error.
    ///
    /// ```ottl
    /// Filter([1, 20, 30], (i, item) => item > 10)  # [20, 30]
    /// Filter({"a": 1, "b": "x"}, (_, value) => IsString(value))  # {"b": "x"}
    /// Filter(nil, (_, _) => true)  # error: unsupported type provided: <nil>
    /// ```
    pub(crate) static FUNCTION = converter Filter(source: Getter, predicate: Lambda(2)) pure, run filter;
}

fn filter<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let arena = call.arena();
    match lambdas::source(call, 0)? {
        Source::List(items) => {
            let mut kept = Vec::with_capacity_in(items.len(), arena);
            for (position, item) in (0..).zip(items) {
                if lambdas::holds(call, 1, &Value::Int(position), item)? {
                    kept.push(*item);
                }
            }
            Ok(Value::List(kept.into_bump_slice()))
        }
        Source::Map(entries) => {
            let mut kept = Vec::with_capacity_in(entries.len(), arena);
            for entry in entries {
                if lambdas::holds(call, 1, &Value::String(entry.key), &entry.value)? {
                    kept.push(*entry);
                }
            }
            Ok(Value::Map(kept.into_bump_slice()))
        }
    }
}
