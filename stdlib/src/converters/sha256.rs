//! `SHA256`: the SHA-256 hash of a string.

use crate::hex;
use crate::prelude::*;
use sha2::{Digest, Sha256};

function! {
    /// The SHA-256 hash of `target`, in lower-case hexadecimal.
    ///
    /// ```ottl
    /// SHA256("abc")  # "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    /// ```
    pub(crate) static FUNCTION = converter SHA256(target: StringGetter) pure, run sha256;
}

fn sha256<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = Sha256::digest(call.string(0)?);
    Ok(Value::String(hex::encode(call.arena(), &hash)))
}
