//! `stringify_all`: turns the values of a map into strings.

use crate::prelude::*;
use ottl_vm::text::json;

function! {
    /// Replaces each value of the map `target` that is no string by its text: numbers and bools as JSON,
    /// bytes in base 64, maps and lists as JSON, nil as the empty string.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": 1, "b": "x", "c": [true, nil]})
    /// stringify_all(log.cache["m"])
    /// log.cache["m"]  # {"a": "1", "b": "x", "c": "[true,null]"}
    /// ```
    pub(crate) static FUNCTION = editor stringify_all(target: PMapGetSetter) idempotent, run stringify_all;
}

fn stringify_all<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let mut map = call.map_edit(0)?;
    let mut changed = false;
    for item in map.items_mut() {
        let value = item.value();
        if !matches!(value, Value::String(_)) {
            let text = written(call, |out| json::append_pdata_string(out, &value));
            item.set_value(Value::String(text));
            changed = true;
        }
    }
    if changed || call.is_always_written(0) {
        call.store_map(0, map)?;
    }
    Ok(Value::Nil)
}
