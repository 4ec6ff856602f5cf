//! `Second`: the second of an instant.

use crate::prelude::*;

function! {
    /// The second of `time`, 0 to 59.
    ///
    /// ```ottl
    /// Second(Time("2024-02-29 17:30:15", "%Y-%m-%d %H:%M:%S", "UTC"))  # 15
    /// ```
    pub(crate) static FUNCTION = converter Second(time: TimeGetter) pure, run second;
}

fn second<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.civil().second.into()))
}
