//! `Find`: the first item for which a lambda holds.

use crate::lambdas;
use crate::prelude::*;

function! {
    /// The first item of the list or map `source` for which `predicate` holds, or what `mapper` makes of it;
    /// nil if there is none.
    ///
    /// Both lambdas take an item's position (or key) and the item. `predicate` must yield a bool and is not
    /// evaluated for the items after the one found; `mapper` may yield anything but nil. A `source` that is
    /// neither list nor map is an error.
    ///
    /// ```ottl
    /// Find([1, 20, 30], (i, item) => item > 10)  # 20
    /// Find({"a": 1, "b": 2}, (_, value) => value == 2, (key, _) => key)  # "b"
    /// Find([1], (i, item) => item > 10)  # nil
    /// Find(1, (i, item) => item > 10)  # error: unsupported type provided: int64
    /// ```
    pub(crate) static FUNCTION = converter Find(
        source: Getter,
        predicate: Lambda(2),
        mapper[optional]: Lambda(2),
    ) pure, run find;
}

fn find<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    for (position, item) in lambdas::source(call, 0)?.items() {
        if !lambdas::holds(call, 1, &position, item)? {
            continue;
        }
        if !call.given(2) {
            return Ok(*item);
        }
        let made = call.apply(2, &[&position, item]).copied();
        let made = made.and_then(|value| lambdas::anything(call, value));
        return match made {
            Ok(value) => Ok(lambdas::normalized(call, value)),
            Err(error) => Err(lambdas::failed(
                call,
                "mapper lambda function",
                &position,
                error,
            )),
        };
    }
    Ok(Value::Nil)
}
