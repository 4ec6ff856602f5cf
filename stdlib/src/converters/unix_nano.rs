//! `UnixNano`: the nanoseconds from 1970 to an instant.

use crate::prelude::*;

function! {
    /// The nanoseconds from the beginning of 1970 in UTC to `time`.
    ///
    /// ```ottl
    /// UnixNano(Unix(1, 5))  # 1000000005
    /// ```
    pub(crate) static FUNCTION = converter UnixNano(time: TimeGetter) pure, run unix_nano;
}

fn unix_nano<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.unix_nano()))
}
