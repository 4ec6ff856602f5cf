//! `FNV`: the FNV-1a hash of a string.

use crate::prelude::*;

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

function! {
    /// The 64-bit FNV-1a hash of `target`, as an int, which may be negative.
    ///
    /// ```ottl
    /// FNV("abc")  # -1792535898324117685
    /// FNV("")  # -3750763034362895579
    /// ```
    pub(crate) static FUNCTION = converter FNV(target: StringGetter) pure, run fnv;
}

fn fnv<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    let hash = call.string(0)?.iter().fold(OFFSET_BASIS, mix);
    Ok(Value::Int(hash as i64))
}
