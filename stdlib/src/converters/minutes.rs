//! `Minutes`: a span of time in minutes.

use crate::prelude::*;
use ottl_vm::text::duration;

function! {
    /// The minutes of `duration`, as a double.
    ///
    /// ```ottl
    /// Minutes(Duration("90s"))  # 1.5
    /// ```
    pub(crate) static FUNCTION = converter Minutes(duration: DurationGetter) pure, run minutes;
}

fn minutes<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let nanos = call.duration(0)?;
    Ok(Value::Double(duration::minutes(nanos)))
}
