//! `ContainsValue`: whether a list has an item.

use crate::keys::KeySet;
use crate::prelude::*;
use crate::raw;
use ottl_vm::compare::{Comparator, compare};

function! {
    /// Whether the list `target` has an item that equals `item`, as `==` compares.
    ///
    /// ```ottl
    /// ContainsValue(["a", 1], 1.0)  # true
    /// ContainsValue(["GET", "POST"], "POST")  # true
    /// ContainsValue(Split("a,b", ","), "c")  # false
    /// ```
    pub(crate) static FUNCTION = converter ContainsValue(target: PSliceGetter, item: Getter) pure, prepare prepare, run contains_value;
}

/// The strings of a list of nothing else, which need not be looked at one by one.
fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(KeySet::from_literals(literals, 0)))
}

fn contains_value<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let strings: &Option<KeySet> = call.prepared();
    if let Some(strings) = strings
        && let Value::String(item) = call.value(1)?
    {
        return Ok(Value::Bool(strings.contains(item)));
    }
    let target = raw::list(call, 0)?;
    let item = call.value(1)?;
    for value in target.item_slice(call.arena()).into_iter().flatten() {
        if compare(Comparator::Equal, value, &item)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
