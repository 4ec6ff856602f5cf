//! `XXH3`: the 64-bit XXH3 hash of a string.

use crate::prelude::*;
use ottl_vm::text::hex;
use xxhash_rust::xxh3::xxh3_64;

function! {
    /// The 64-bit XXH3 hash of `target`, in hexadecimal.
    ///
    /// ```ottl
    /// XXH3("hello world")  # "d447b1ea40e6988b"
    /// ```
    pub(crate) static FUNCTION = converter XXH3(target: StringGetter) pure, run xxh3;
}

fn xxh3<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = xxh3_64(call.string(0)?);
    Ok(Value::String(hex::encode(
        call.arena(),
        &hash.to_be_bytes(),
    )))
}
