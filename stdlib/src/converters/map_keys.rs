//! `MapKeys`: a map under other keys.

use crate::lambdas;
use crate::maps::MapBuilder;
use crate::prelude::*;
use ottl_vm::value::Entry;

function! {
    /// The map `source` with what `key_mapper` makes of each key in its place. Of values that come to the
    /// same key the last counts, in the place of the first.
    ///
    /// The lambda takes a key and its value, and must yield a string.
    ///
    /// ```ottl
    /// MapKeys({"a": 1, "b": 2}, (key, _) => ToUpperCase(key))  # {"A": 1, "B": 2}
    /// MapKeys({"a": 1, "b": 2, "c": 3}, (key, value) => Concat(["k", value - value / 3 * 2], ""))  # {"k1": 3, "k2": 2}
    /// MapKeys({"a": 1}, (_, value) => value)  # error: must return a value of type string, got int64
    /// ```
    pub(crate) static FUNCTION = converter MapKeys(source: PMapGetter, key_mapper: Lambda(2)) pure, run map_keys;
}

fn map_keys<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let source = call.entries(0)?;
    let mut made = MapBuilder::with_capacity_in(source.len(), call.arena());
    for Entry { key, value } in source {
        let key = Value::String(key);
        let other = call.apply(1, &[&key, value]).copied();
        let other = other.and_then(|other| lambdas::string(call, other));
        let other = other.map_err(|error| lambdas::failed(call, lambdas::LAMBDA, &key, error))?;
        made.put(other, *value);
    }
    Ok(made.into_value())
}
