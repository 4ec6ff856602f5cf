//! `Nanosecond`: the nanosecond of an instant.

use crate::prelude::*;

function! {
    /// The nanosecond of `time` within its second, 0 to 999,999,999.
    ///
    /// ```ottl
    /// Nanosecond(Unix(1, 1000000007))  # 7
    /// ```
    pub(crate) static FUNCTION = converter Nanosecond(time: TimeGetter) pure, run nanosecond;
}

fn nanosecond<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    Ok(Value::Int(time.nanosecond().into()))
}
