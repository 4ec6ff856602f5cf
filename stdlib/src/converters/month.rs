//! `Month`: the month of an instant.

use crate::prelude::*;

function! {
    /// The month of `time`, 1 to 12, in the zone that it has.
    ///
    /// ```ottl
    /// Month(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 2
    /// ```
    pub(crate) static FUNCTION = converter Month(time: TimeGetter) pure, run month;
}

fn month<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().month.into()))
}
