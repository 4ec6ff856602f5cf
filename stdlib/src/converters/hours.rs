//! `Hours`: a span of time in hours.

use crate::prelude::*;
use ottl_vm::text::duration;

function! {
    /// The hours of `duration`, as a double.
    ///
    /// ```ottl
    /// Hours(Duration("90m"))  # 1.5
    /// ```
    pub(crate) static FUNCTION = converter Hours(duration: DurationGetter) pure, run hours;
}

fn hours<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let nanos = call.duration(0)?;
    Ok(Value::Double(duration::hours(nanos)))
}
