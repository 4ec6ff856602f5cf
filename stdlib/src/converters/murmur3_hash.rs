//! `Murmur3Hash`: the 32-bit MurmurHash3 of a string.

use crate::murmur3;
use crate::prelude::*;
use ottl_vm::text::hex;

function! {
    /// The 32-bit MurmurHash3 of `target` with seed 0: its bytes, the lowest first, in hexadecimal.
    ///
    /// ```ottl
    /// Murmur3Hash("Hello World")  # "ce837619"
    /// ```
    pub(crate) static FUNCTION = converter Murmur3Hash(target: StringGetter) pure, run murmur3_hash;
}

fn murmur3_hash<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = murmur3::hash32(call.string(0)?);
    Ok(Value::String(hex::encode(
        call.arena(),
        &hash.to_le_bytes(),
    )))
}
