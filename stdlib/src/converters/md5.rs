//! `MD5`: the MD5 hash of a string.

use crate::prelude::*;
use md5::{Digest, Md5};
use ottl_vm::text::hex;

function! {
    /// The MD5 hash of `target`, in lower-case hexadecimal.
    ///
    /// ```ottl
    /// MD5("abc")  # "900150983cd24fb0d6963f7d28e17f72"
    /// ```
    pub(crate) static FUNCTION = converter MD5(target: StringGetter) pure, run md5;
}

fn md5<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let hash = Md5::digest(call.string(0)?);
    Ok(Value::String(hex::encode(call.arena(), &hash)))
}
