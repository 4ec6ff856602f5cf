//! `Now`: the current time.

use crate::prelude::*;

function! {
    /// The current time, in the machine's zone.
    ///
    /// ```ottl
    /// IsInt(Year(Now()))  # true
    /// ```
    pub(crate) static FUNCTION = converter Now() volatile, run now;
}

fn now<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Time(call.now()))
}
