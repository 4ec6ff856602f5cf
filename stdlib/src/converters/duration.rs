//! `Duration`: a span of time from text.

use crate::prelude::*;
use ottl_vm::text::duration;

function! {
    /// The span of time that `duration` says, in numbers with the units `ns`, `us`, `ms`, `s`, `m` and `h`,
    /// such as `"1h30m"` or `"-1.5s"`.
    ///
    /// ```ottl
    /// Nanoseconds(Duration("1.5us"))  # 1500
    /// Duration("1d")  # error: unknown unit "d" in duration "1d"
    /// ```
    pub(crate) static FUNCTION = converter Duration(duration: StringGetter) pure, run duration;
}

fn duration<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    match duration::parse_duration(text) {
        Ok(nanos) => Ok(Value::Duration(nanos)),
        Err(error) => Err(call.error(format_args!("{error}"))),
    }
}
