//! `limit`: bounds the number of entries of a map.

use crate::keys::{self, KeySet};
use crate::prelude::*;

function! {
    /// Removes entries of the map `target` until it has at most `limit`. The entries of `priority_keys`
    /// stay; of the others the first stay while there is room. The order is kept.
    ///
    /// Refused when compiled: a negative `limit`, and more `priority_keys` than `limit`.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": 1, "b": 2, "c": 3})
    /// limit(log.cache["m"], 2, ["c"])
    /// log.cache["m"]  # {"a": 1, "c": 3}
    /// limit(log.cache["m"], 1, ["a", "c"])  # error: 1 cannot be less than number of priority attributes 2
    /// ```
    pub(crate) static FUNCTION = editor limit(target: PMapGetSetter, limit: Int, priority_keys: List(&String))
        idempotent, prepare prepare, run limit, shortcut Shortcut::Within(left_alone);
}

struct Limit {
    entries_max: usize,
    /// As given, doubles included: each that is present takes a place.
    priority: Vec<Vec<u8>>,
    keep: KeySet,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let limit = literals.int(1).unwrap_or_default();
    let Ok(entries_max) = usize::try_from(limit) else {
        return Err(format!(
            "invalid limit for limit function, {limit} cannot be negative"
        ));
    };
    let priority = keys::strings(literals, 2).unwrap_or_default();
    if entries_max < priority.len() {
        let count = priority.len();
        return Err(format!(
            "invalid limit for limit function, {limit} cannot be less than number of priority attributes {count}"
        ));
    }
    let keep = KeySet::new(priority.clone());
    Ok(Box::new(Limit {
        entries_max,
        priority,
        keep,
    }))
}

fn left_alone(call: &Prepared) -> Extent {
    let limit: Option<&Limit> = call.downcast_ref();
    Extent {
        count: limit.map_or(0, |limit| limit.entries_max),
        ..Extent::MAX
    }
}

fn limit<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let limit: &Limit = call.prepared();
    if call.entry_count(0)? > limit.entries_max {
        remove_surplus(call, limit)?;
    }
    Ok(Value::Nil)
}

/// Most maps have none.
#[inline(never)]
fn remove_surplus<'a>(call: &mut Call<'_, '_, 'a>, limit: &Limit) -> Result<(), Error<'a>> {
    let map = call.map_edit(0)?;
    let is_there = |key: &&Vec<u8>| map.keys().any(|known| known == key.as_slice());
    let mut count = limit.priority.iter().filter(is_there).count();
    call.retain(0, |key| {
        if limit.keep.contains(key) {
            return true;
        }
        count += 1;
        count <= limit.entries_max
    })
}
