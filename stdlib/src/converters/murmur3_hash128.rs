//! `Murmur3Hash128`: the 128-bit MurmurHash3 of a string.

use crate::murmur3;
use crate::prelude::*;
use ottl_vm::text::hex;

function! {
    /// The 128-bit MurmurHash3 (for 64-bit machines) of `target` with seed 0: the bytes of its two halves,
    /// the lowest first, in hexadecimal.
    ///
    /// ```ottl
    /// Murmur3Hash128("Hello World")  # "dbc2a0c1ab26631a27b4c09fcf1fe683"
    /// ```
    pub(crate) static FUNCTION = converter Murmur3Hash128(target: StringGetter) pure, run murmur3_hash128;
}

fn murmur3_hash128<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (low, high) = murmur3::hash128(call.string(0)?);
    let hash = u128::from(low) | u128::from(high) << 64;
    Ok(Value::String(hex::encode(
        call.arena(),
        &hash.to_le_bytes(),
    )))
}
