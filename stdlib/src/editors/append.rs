//! `append`: adds values to a list.

use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::wire::list;

function! {
    /// Adds `value`, then the items of `values`, to the list `target`. A `target` without a value becomes
    /// a list; a single value becomes the list's first item.
    ///
    /// Items may be nil, strings, bools, ints, doubles, bytes and list literals of such; anything else is
    /// an error, and nothing is written. `values` is a list literal. At least one of both must be given,
    /// else the statement is refused when compiled.
    ///
    /// ```ottl
    /// append(log.cache["l"], "a")
    /// log.cache["l"]  # ["a"]
    /// append(log.cache["l"], "b", ["c", 4])
    /// log.cache["l"]  # ["a", "b", "c", 4]
    /// set(log.cache["s"], 1.5)
    /// append(log.cache["s"], values=[true])
    /// log.cache["s"]  # [1.5, true]
    /// append(log.cache["l"], {"a": 1})  # error: Invalid value type pcommon.Map
    /// ```
    pub(crate) static FUNCTION = editor append(
        target: GetSetter,
        value[optional]: Getter,
        values[optional]: List(&Getter),
    ) volatile, prepare prepare, run append, both;
}

fn prepare(_literals: Literals<'_>, given: &[bool]) -> Result<Prepared, String> {
    if given.get(1) != Some(&true) && given.get(2) != Some(&true) {
        return Err(
            "at least one of the optional arguments ('value' or 'values') must be provided"
                .to_owned(),
        );
    }
    Ok(Box::new(()))
}

fn append<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let mut items = Vec::new_in(call.arena());
    match target {
        // What a list on the record holds is taken as it is, maps included.
        Value::Nil | Value::WireList(_) => {}
        Value::List(given) => items.extend_from_slice_copy(given),
        Value::TypedList(typed) => {
            for item in typed.items {
                items.push(item.raw(call.arena())?);
            }
        }
        single => items.push(single.raw(call.arena())?),
    }
    if call.given(1) {
        let value = call.value(1)?;
        items.push(value.raw(call.arena())?);
    }
    if call.given(2) {
        for item in 0..call.len(2)? {
            let value = call.item(2, item)?;
            items.push(value.raw(call.arena())?);
        }
    }
    let list = match target {
        Value::WireList(wire) => Value::WireList(list::with(wire, &items, call.arena())),
        _ => Value::List(items.into_bump_slice()),
    };
    call.set(0, list)?;
    Ok(Value::Nil)
}
