//! `Year`: the year of an instant.

use crate::prelude::*;

function! {
    /// The year of `time`, in the zone that it has.
    ///
    /// ```ottl
    /// Year(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 2024
    /// ```
    pub(crate) static FUNCTION = converter Year(time: TimeGetter) pure, run year;
}

fn year<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().year))
}
