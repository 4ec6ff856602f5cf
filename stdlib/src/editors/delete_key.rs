//! `delete_key`: removes one key of a map.

use crate::prelude::*;

function! {
    /// Removes `key` from the map `target`. A key that is not there is no error.
    ///
    /// The last entry of the map takes the place of the removed one. Of entries with the same key only
    /// the first goes.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": 1, "b": 2})
    /// delete_key(log.cache["m"], "a")
    /// log.cache["m"]  # {"b": 2}
    /// delete_key(log.cache["missing"], "a")  # error: expected pcommon.Map but got nil
    /// ```
    pub(crate) static FUNCTION = editor delete_key(target: PMapGetSetter, key: StringGetter) volatile, run delete_key,
        shortcut Shortcut::WithoutKey(1);
}

fn delete_key<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    call.check_map(0)?;
    let key = call.string(1)?;
    call.remove(0, key)?;
    Ok(Value::Nil)
}
