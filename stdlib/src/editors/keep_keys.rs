//! `keep_keys`: removes all but some keys of a map.

use crate::keys::KeySet;
use crate::prelude::*;
use bumpalo::collections::Vec;

function! {
    /// Removes all keys of the map `target` but `keys`. The entries that stay keep their order; an empty
    /// list of keys empties the map.
    ///
    /// `keys` is a list literal; its items may be any expressions that yield strings. If one of them fails
    /// nothing is removed.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": 1, "b": 2, "c": 3})
    /// keep_keys(log.cache["m"], ["c", "a", "z"])
    /// log.cache["m"]  # {"a": 1, "c": 3}
    /// keep_keys(log.cache["m"], [log.cache["missing"]])  # error: expected string but got nil
    /// ```
    pub(crate) static FUNCTION = editor keep_keys(target: PMapGetSetter, keys: List(&StringGetter))
        idempotent, prepare prepare, run keep_keys, shortcut Shortcut::KeepsKeys(1);
}

/// The keys, if all are literals.
struct Keys(Option<KeySet>);

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Keys(KeySet::from_literals(literals, 1))))
}

fn keep_keys<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    match &call.prepared::<Keys>().0 {
        Some(keys) => call.retain(0, |key| keys.contains(key))?,
        None => keep_evaluated_keys(call)?,
    }
    Ok(Value::Nil)
}

#[inline(never)]
fn keep_evaluated_keys<'a>(call: &mut Call<'_, '_, 'a>) -> Result<(), Error<'a>> {
    call.check_map(0)?;
    let mut keys = Vec::new_in(call.arena());
    for item in 0..call.len(1)? {
        keys.push(call.item_string(1, item)?);
    }
    call.retain(0, |key| keys.contains(&key))
}
