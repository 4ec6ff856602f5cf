//! `ContainsValue`: whether a list has an item.

use crate::prelude::*;
use crate::raw;
use ottl_vm::compare::{Comparator, compare};

function! {
    /// Whether the list `target` has an item that equals `item`, as `==` compares.
    ///
    /// ```ottl
    /// ContainsValue(["a", 1], 1.0)  # true
    /// ContainsValue(Split("a,b", ","), "c")  # false
    /// ```
    pub(crate) static FUNCTION = converter ContainsValue(target: PSliceGetter, item: Getter) pure, run contains_value;
}

fn contains_value<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = raw::list(call, 0)?;
    let item = call.value(1)?;
    for value in target.items().into_iter().flatten() {
        if compare(Comparator::Equal, &value, &item)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
