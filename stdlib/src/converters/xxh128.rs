//! `XXH128`: the 128-bit XXH3 hash of a string.

use crate::prelude::*;
use ottl_vm::text::hex;
use xxhash_rust::xxh3::xxh3_128;

function! {
    /// The 128-bit XXH3 hash of `target`, in hexadecimal.
    ///
    /// ```ottl
    /// XXH128("hello world")  # "df8d09e93f874900a99b8775cc15b6c7"
    /// ```
    pub(crate) static FUNCTION = converter XXH128(target: StringGetter) pure, run xxh128;
}

fn xxh128<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = xxh3_128(call.string(0)?);
    Ok(Value::String(hex::encode(
        call.arena(),
        &hash.to_be_bytes(),
    )))
}
