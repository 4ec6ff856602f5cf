//! `Weekday`: the day of an instant's week.

use crate::prelude::*;

function! {
    /// The day of the week of `time`, from 0 (Sunday) to 6, in the zone that it has.
    ///
    /// ```ottl
    /// Weekday(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 4
    /// ```
    pub(crate) static FUNCTION = converter Weekday(time: TimeGetter) pure, run weekday;
}

fn weekday<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().weekday.into()))
}
