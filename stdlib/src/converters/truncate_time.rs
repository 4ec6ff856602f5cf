//! `TruncateTime`: an instant rounded down.

use crate::prelude::*;

function! {
    /// `time` rounded down to a multiple of `duration` since the year 1; as it is if `duration` is not
    /// positive.
    ///
    /// ```ottl
    /// UnixSeconds(TruncateTime(Unix(5000), Duration("1h")))  # 3600
    /// ```
    pub(crate) static FUNCTION = converter TruncateTime(time: TimeGetter, duration: DurationGetter)
        pure, run truncate_time;
}

fn truncate_time<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (time, duration) = (call.time(0)?, call.duration(1)?);
    Ok(Value::Time(time.truncate(duration)))
}
