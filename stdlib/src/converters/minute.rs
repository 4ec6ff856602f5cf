//! `Minute`: the minute of an instant.

use crate::prelude::*;

function! {
    /// The minute of `time`, 0 to 59, in the zone that it has.
    ///
    /// ```ottl
    /// Minute(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 30
    /// ```
    pub(crate) static FUNCTION = converter Minute(time: TimeGetter) pure, run minute;
}

fn minute<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().minute.into()))
}
