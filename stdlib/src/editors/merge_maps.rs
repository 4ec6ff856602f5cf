//! `merge_maps`: puts the entries of one map into another.

use crate::prelude::*;
use ottl_vm::exec::Strategy;

function! {
    /// Puts the entries of the map `source` into the map `target`, in order, as `strategy` says:
    /// `"insert"` only those whose key `target` does not have, `"update"` only those whose key it has,
    /// `"upsert"` all. A key that `target` has keeps its place. Values are replaced as wholes: maps inside
    /// are not merged.
    ///
    /// Refused when compiled: any other `strategy`.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": 1, "b": 2})
    /// merge_maps(log.cache["m"], {"b": 3, "c": 4}, "upsert")
    /// log.cache["m"]  # {"a": 1, "b": 3, "c": 4}
    /// merge_maps(log.cache["m"], {"a": 0, "d": 5}, "insert")
    /// log.cache["m"]  # {"a": 1, "b": 3, "c": 4, "d": 5}
    /// merge_maps(log.cache["m"], {"a": 0, "e": 6}, "update")
    /// log.cache["m"]  # {"a": 0, "b": 3, "c": 4, "d": 5}
    /// ```
    pub(crate) static FUNCTION = editor merge_maps(target: PMapGetSetter, source: PMapGetter, strategy: String)
        volatile, prepare prepare, run merge_maps;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let strategy = literals.string(2).unwrap_or_default();
    Ok(Box::new(match strategy {
        b"insert" => Strategy::Insert,
        b"update" => Strategy::Update,
        b"upsert" => Strategy::Upsert,
        _ => {
            let strategy = String::from_utf8_lossy(strategy);
            return Err(format!(
                "invalid value for strategy, {strategy}, must be 'insert', 'update' or 'upsert'"
            ));
        }
    }))
}

fn merge_maps<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let strategy: &Strategy = call.prepared();
    call.merge(0, 1, *strategy)?;
    Ok(Value::Nil)
}
