//! `Format`: values put into a text.

use crate::prelude::*;
use crate::sprintf::sprintf;
use bumpalo::collections::Vec as List;

function! {
    /// The text `format` with the verbs in it, such as `%s`, `%d` and `%.2f`, replaced by `vals` in order.
    /// Verbs, flags, width and precision are those of Go's package fmt; a verb that does not suit its value
    /// shows as `%!d(string=x)`, and so do missing and further values. Maps and lists are put in as JSON.
    ///
    /// ```ottl
    /// Format("%s has %03d items, %.1f%%", ["a", 7, 12.345])  # "a has 007 items, 12.3%"
    /// Format("%v %q %x", [true, "a\"b", 255])  # "true \"a\\\"b\" ff"
    /// Format("%d", ["x"])  # "%!d(string=x)"
    /// ```
    pub(crate) static FUNCTION = converter Format(format: String, vals: List(&Getter)) pure, prepare prepare, run format;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(literals.string(0).unwrap_or_default().to_vec()))
}

fn format<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let count = call.len(1)?;
    let mut values = List::with_capacity_in(count, call.arena());
    for item in 0..count {
        values.push(call.item(1, item)?);
    }
    let format: &Vec<u8> = call.prepared();
    Ok(Value::String(written(call, |out| {
        sprintf(out, format, &values)
    })))
}
