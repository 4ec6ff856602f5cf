//! `Nanoseconds`: a span of time in nanoseconds.

use crate::prelude::*;

function! {
    /// The nanoseconds of `duration`.
    ///
    /// ```ottl
    /// Nanoseconds(Duration("1500ns"))  # 1500
    /// ```
    pub(crate) static FUNCTION = converter Nanoseconds(duration: DurationGetter) pure, run nanoseconds;
}

fn nanoseconds<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let nanos = call.duration(0)?;
    Ok(Value::Int(nanos))
}
