//! `SHA512`: the SHA-512 hash of a string.

use crate::prelude::*;
use ottl_vm::text::hex;
use sha2::{Digest, Sha512};

function! {
    /// The SHA-512 hash of `target`, in lower-case hexadecimal.
    ///
    /// ```ottl
    /// SHA512("abc")  # "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    /// ```
    pub(crate) static FUNCTION = converter SHA512(target: StringGetter) pure, run sha512;
}

fn sha512<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = Sha512::digest(call.string(0)?);
    Ok(Value::String(hex::encode(call.arena(), &hash)))
}
