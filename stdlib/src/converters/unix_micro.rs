//! `UnixMicro`: the microseconds from 1970 to an instant.

use crate::prelude::*;

function! {
    /// The microseconds from the beginning of 1970 in UTC to `time`, rounded down.
    ///
    /// ```ottl
    /// UnixMicro(Unix(1, 5999))  # 1000005
    /// ```
    pub(crate) static FUNCTION = converter UnixMicro(time: TimeGetter) pure, run unix_micro;
}

fn unix_micro<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.unix_micro()))
}
