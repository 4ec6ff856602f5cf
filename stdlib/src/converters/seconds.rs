//! `Seconds`: a span of time in seconds.

use crate::prelude::*;
use ottl_vm::text::duration;

function! {
    /// The seconds of `duration`, as a double.
    ///
    /// ```ottl
    /// Seconds(Duration("1500ms"))  # 1.5
    /// ```
    pub(crate) static FUNCTION = converter Seconds(duration: DurationGetter) pure, run seconds;
}

fn seconds<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let nanos = call.duration(0)?;
    Ok(Value::Double(duration::seconds(nanos)))
}
