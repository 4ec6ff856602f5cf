//! `IsMap`: whether a value is a map.

use crate::prelude::*;

function! {
    /// Whether `target` is a map. Nil is none.
    ///
    /// A literal that is no map is refused when the program is compiled.
    ///
    /// ```ottl
    /// IsMap({"a": 1})  # true
    /// IsMap(log.attributes)  # true
    /// IsMap(Split("a,b", ","))  # false
    /// ```
    pub(crate) static FUNCTION = converter IsMap(target: PMapGetter) by_type, run is_map;
}

fn is_map<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Bool(matches!(
        call.value(0)?,
        Value::WireMap(_) | Value::Map(_) | Value::RawMap(_)
    )))
}
