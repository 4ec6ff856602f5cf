//! `Milliseconds`: a span of time in whole milliseconds.

use crate::prelude::*;
use ottl_vm::text::duration;

function! {
    /// The milliseconds of `duration`, without a fraction.
    ///
    /// ```ottl
    /// Milliseconds(Duration("-1.5ms"))  # -1
    /// ```
    pub(crate) static FUNCTION = converter Milliseconds(duration: DurationGetter) pure, run milliseconds;
}

fn milliseconds<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let nanos = call.duration(0)?;
    Ok(Value::Int(duration::milliseconds(nanos)))
}
