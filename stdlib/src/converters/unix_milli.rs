//! `UnixMilli`: the milliseconds from 1970 to an instant.

use crate::prelude::*;

function! {
    /// The milliseconds from the beginning of 1970 in UTC to `time`, rounded down.
    ///
    /// ```ottl
    /// UnixMilli(Unix(1, 5999999))  # 1005
    /// ```
    pub(crate) static FUNCTION = converter UnixMilli(time: TimeGetter) pure, run unix_milli;
}

fn unix_milli<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.unix_milli()))
}
