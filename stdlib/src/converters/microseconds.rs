//! `Microseconds`: a span of time in whole microseconds.

use crate::prelude::*;
use ottl_vm::text::duration;

function! {
    /// The microseconds of `duration`, without a fraction.
    ///
    /// ```ottl
    /// Microseconds(Duration("1500ns"))  # 1
    /// ```
    pub(crate) static FUNCTION = converter Microseconds(duration: DurationGetter) pure, run microseconds;
}

fn microseconds<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let nanos = call.duration(0)?;
    Ok(Value::Int(duration::microseconds(nanos)))
}
