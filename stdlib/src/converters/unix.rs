//! `Unix`: an instant from Unix time.

use crate::prelude::*;
use ottl_vm::text::time::Time;
use ottl_vm::text::zone::ZoneId;

function! {
    /// The instant `seconds` and `nanoseconds` (default: 0) after 1970 began in UTC, in the machine's zone.
    ///
    /// ```ottl
    /// UnixMilli(Unix(1, 500000000))  # 1500
    /// ```
    pub(crate) static FUNCTION = converter Unix(seconds: IntGetter, nanoseconds[optional]: IntGetter) pure, run unix;
}

fn unix<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let seconds = call.int(0)?;
    let nanos = if call.given(1) { call.int(1)? } else { 0 };
    Ok(Value::Time(Time::from_unix(
        seconds,
        nanos,
        ZoneId::local(),
    )))
}
