//! `Hour`: the hour of an instant.

use crate::prelude::*;

function! {
    /// The hour of `time`, 0 to 23, in the zone that it has.
    ///
    /// ```ottl
    /// Hour(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 17
    /// ```
    pub(crate) static FUNCTION = converter Hour(time: TimeGetter) pure, run hour;
}

fn hour<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().hour.into()))
}
