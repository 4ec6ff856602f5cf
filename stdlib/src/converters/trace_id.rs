//! `TraceID`: the id of a trace.

use crate::ids::{self, Id};
use crate::prelude::*;

function! {
    /// The trace id that `target` is: its 16 bytes as such, or as 32 hexadecimal digits in a string.
    /// Bytes of numbers count, too. Anything else is an error, for a literal when the program is compiled.
    ///
    /// ```ottl
    /// String(TraceID("0123456789ABCDEF0123456789ABCDEF"))  # "[1,35,69,103,137,171,205,239,1,35,69,103,137,171,205,239]"
    /// TraceID(Concat(["0", "1"], ""))  # error: TraceID: could not decode ID: invalid length: expected 16 or 32 bytes, got 2
    /// ```
    pub(crate) static FUNCTION = converter TraceID(target: ByteSliceLikeGetter) pure, prepare prepare, run trace_id;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Id::<16>::prepare("TraceID", literals)?))
}

fn trace_id<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    ids::evaluate(call).map(Value::TraceId)
}
