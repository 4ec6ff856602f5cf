//! `UUIDv7`: a UUID in order of time.

use crate::prelude::*;
use uuid::Uuid;

function! {
    /// A new UUID that begins with the time (version 7), in lower case. One that is made later is greater.
    ///
    /// ```ottl
    /// IsMatch(UUIDv7(), "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")  # true
    /// ```
    pub(crate) static FUNCTION = converter UUIDv7() volatile, run uuidv7;
}

fn uuidv7<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let mut text = Uuid::encode_buffer();
    let text = Uuid::now_v7().hyphenated().encode_lower(&mut text);
    Ok(Value::String(call.bytes(text.as_bytes())))
}
