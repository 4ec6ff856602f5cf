//! `SpanID`: the id of a span.

use crate::ids::{self, Id};
use crate::prelude::*;

function! {
    /// The span id that `target` is: its 8 bytes as such, or as 16 hexadecimal digits in a string.
    /// Bytes of numbers count, too. Anything else is an error, for a literal when the program is compiled.
    ///
    /// ```ottl
    /// String(SpanID("0123456789ABCDEF"))  # "[1,35,69,103,137,171,205,239]"
    /// SpanID(Concat(["0", "1"], ""))  # error: SpanID: could not decode ID: invalid length: expected 8 or 16 bytes, got 2
    /// ```
    pub(crate) static FUNCTION = converter SpanID(target: ByteSliceLikeGetter) pure, prepare prepare, run span_id;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Id::<8>::prepare("SpanID", literals)?))
}

fn span_id<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    ids::evaluate(call).map(Value::SpanId)
}
