//! `Day`: the day of an instant's month.

use crate::prelude::*;

function! {
    /// The day of the month of `time`, 1 to 31, in the zone that it has.
    ///
    /// ```ottl
    /// Day(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 29
    /// ```
    pub(crate) static FUNCTION = converter Day(time: TimeGetter) pure, run day;
}

fn day<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().day.into()))
}
