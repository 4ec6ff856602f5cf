//! `UUID`: a random UUID.

use crate::prelude::*;
use uuid::Uuid;

function! {
    /// A new random UUID (version 4), in lower case.
    ///
    /// ```ottl
    /// IsMatch(UUID(), "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")  # true
    /// ```
    pub(crate) static FUNCTION = converter UUID() volatile, run uuid;
}

fn uuid<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let mut text = Uuid::encode_buffer();
    let text = Uuid::new_v4().hyphenated().encode_lower(&mut text);
    Ok(Value::String(call.bytes(text.as_bytes())))
}
