//! `UnixSeconds`: the seconds from 1970 to an instant.

use crate::prelude::*;

function! {
    /// The seconds from the beginning of 1970 in UTC to `time`, rounded down.
    ///
    /// ```ottl
    /// UnixSeconds(Unix(1, 999999999))  # 1
    /// ```
    pub(crate) static FUNCTION = converter UnixSeconds(time: TimeGetter) pure, run unix_seconds;
}

fn unix_seconds<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.unix()))
}
