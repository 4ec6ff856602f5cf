//! `SHA1`: the SHA-1 hash of a string.

use crate::prelude::*;
use ottl_vm::text::hex;
use sha1::{Digest, Sha1};

function! {
    /// The SHA-1 hash of `target`, in lower-case hexadecimal.
    ///
    /// ```ottl
    /// SHA1("abc")  # "a9993e364706816aba3e25717850c26c9cd0d89d"
    /// ```
    pub(crate) static FUNCTION = converter SHA1(target: StringGetter) pure, run sha1;
}

fn sha1<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = Sha1::digest(call.string(0)?);
    Ok(Value::String(hex::encode(call.arena(), &hash)))
}
