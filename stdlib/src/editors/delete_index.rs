//! `delete_index`: removes items of a list.

use crate::prelude::*;
use crate::raw;
use bumpalo::collections::Vec;
use ottl_vm::wire::list;

function! {
    /// Removes the items of the list `target` from `start_index` up to, not including, `end_index`; without
    /// that only the one at `start_index`. Indexes outside of the list are an error.
    ///
    /// ```ottl
    /// set(log.cache["l"], ["a", "b", "c", "d"])
    /// delete_index(log.cache["l"], 0)
    /// log.cache["l"]  # ["b", "c", "d"]
    /// delete_index(log.cache["l"], 1, 3)
    /// log.cache["l"]  # ["b"]
    /// delete_index(log.cache["l"], 1)  # error: startIndex 1 out of bounds for slice of length 1
    /// ```
    pub(crate) static FUNCTION = editor delete_index(
        target: PSliceGetSetter,
        start_index: IntGetter,
        end_index[optional]: IntGetter,
    ) volatile, run delete_index, both;
}

fn delete_index<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = raw::list(call, 0)?;
    let start = call.int(1)?;
    let length = target.items().map_or(0, Iterator::count) as i64;
    let end = if call.given(2) {
        call.int(2)?
    } else {
        start.wrapping_add(1)
    };
    // An empty list may be emptied.
    if !(start == 0 && end == length) {
        check_bounds(call, start, end, length)?;
        if start == end {
            return Ok(Value::Nil);
        }
    }
    // Within the list, as was checked.
    let range = start as usize..end as usize;
    let kept = match target {
        Value::WireList(wire) => Value::WireList(list::without(wire, range, call.arena())),
        _ => {
            let mut kept = Vec::from_iter_in(target.items().into_iter().flatten(), call.arena());
            kept.drain(range);
            Value::List(kept.into_bump_slice())
        }
    };
    call.set(0, kept)?;
    Ok(Value::Nil)
}

fn check_bounds<'a>(
    call: &Call<'_, '_, 'a>,
    start: i64,
    end: i64,
    length: i64,
) -> Result<(), Error<'a>> {
    if start < 0 || start >= length {
        return Err(call.error(format_args!(
            "startIndex {start} out of bounds for slice of length {length}"
        )));
    }
    if end < start {
        return Err(call.error(format_args!(
            "endIndex {end} cannot be less than startIndex {start}"
        )));
    }
    if end > length {
        return Err(call.error(format_args!(
            "deletion range [{start}:{end}] out of bounds for slice of length {length}"
        )));
    }
    Ok(())
}
