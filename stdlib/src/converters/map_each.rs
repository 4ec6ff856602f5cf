//! `MapEach`: a list or map with each item made anew.

use crate::lambdas::{self, Source};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::value::Entry;

function! {
    /// The list or map `source` with what `mapper` makes of each item in its place.
    ///
    /// The lambda takes an item's position (or key) and the item. It may yield anything that attributes hold,
    /// nil excepted. A `source` that is neither list nor map is an error.
    ///
    /// ```ottl
    /// MapEach(["a", "b"], (_, item) => ToUpperCase(item))  # ["A", "B"]
    /// MapEach({"a": 1, "b": 2}, (key, value) => value * 10)  # {"a": 10, "b": 20}
    /// MapEach([5, 5], (i, _) => i)  # [0, 1]
    /// MapEach([1], (_, _) => nil)  # error: must return a value of type <nil>, got <nil>
    /// ```
    pub(crate) static FUNCTION = converter MapEach(source: Getter, mapper: Lambda(2)) pure, run map_each;
}

fn map_each<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let arena = call.arena();
    match lambdas::source(call, 0)? {
        Source::List(items) => {
            let mut made = Vec::with_capacity_in(items.len(), arena);
            for (position, item) in (0..).zip(items) {
                made.push(mapped(call, &Value::Int(position), item)?);
            }
            Ok(Value::List(made.into_bump_slice()))
        }
        Source::Map(entries) => {
            let mut made = Vec::with_capacity_in(entries.len(), arena);
            for Entry { key, value } in entries {
                let value = mapped(call, &Value::String(key), value)?;
                made.push(Entry { key, value });
            }
            Ok(Value::Map(made.into_bump_slice()))
        }
    }
}

/// What the lambda makes of an item.
fn mapped<'a>(call: &mut Call<'_, '_, 'a>, position: &Value<'a>, item: &Value<'a>) -> Outcome<'a> {
    let made = call.apply(1, &[position, item]).copied();
    let made = made.and_then(|value| lambdas::anything(call, value));
    let made = made.and_then(|value| lambdas::storable(call, value));
    made.map_err(|error| lambdas::failed(call, lambdas::LAMBDA, position, error))
}
