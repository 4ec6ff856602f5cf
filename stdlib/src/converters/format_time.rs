//! `FormatTime`: an instant as text.

use crate::prelude::*;
use ottl_vm::text::strptime::Strptime;

function! {
    /// `time` as text in the given `format` of `%` directives, which are those of [`Time`](#time), in the
    /// zone that it has. An empty or invalid `format` is refused when the program is compiled.
    ///
    /// ```ottl
    /// FormatTime(Time("2024-02-29 17:30:15Z", "%Y-%m-%d %H:%M:%SZ"), "%d.%m.%y %H:%M")  # "29.02.24 17:30"
    /// ```
    pub(crate) static FUNCTION = converter FormatTime(time: TimeGetter, format: String)
        pure, prepare prepare, run format_time;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let format = literals.string(1).unwrap_or_default();
    if format.is_empty() {
        return Err("format cannot be nil".to_owned());
    }
    Ok(Box::new(
        Strptime::new(format).map_err(|error| error.to_string())?,
    ))
}

fn format_time<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let time = call.time(0)?;
    let format: &Strptime = call.prepared();
    Ok(Value::String(written(call, |out| format.format(time, out))))
}
