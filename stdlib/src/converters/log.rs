//! `Log`: the natural logarithm.

use crate::math::ln;
use crate::prelude::*;
use ottl_vm::text::float;

function! {
    /// The natural logarithm of `target`, which is converted as [`Double`](#double) does. Nil, and numbers
    /// that are not above 0, are an error.
    ///
    /// ```ottl
    /// Log(1)  # 0.0
    /// Log(10.0)  # 2.302585092994046
    /// Log(0)  # error: expected number greater than zero but got 0
    /// ```
    pub(crate) static FUNCTION = converter Log(target: FloatLikeGetter) pure, run log;
}

fn log<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let Some(target) = call.float_like(0)? else {
        return Err(Error::new("invalid input: <nil>"));
    };
    if target <= 0.0 {
        let mut text = Vec::new();
        float::append_display_float(&mut text, target);
        return Err(call.error(format_args!(
            "invalid input: expected number greater than zero but got {}",
            text.escape_ascii()
        )));
    }
    Ok(Value::Double(ln(target)))
}
