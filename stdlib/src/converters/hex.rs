//! `Hex`: bytes in hexadecimal.

use crate::prelude::*;
use ottl_vm::text::hex;

function! {
    /// The bytes of `target` in lower-case hexadecimal: those of a string or of bytes, the 8 bytes of an
    /// int or double, big-endian, the one byte of a bool. Nil has none; anything else is an error.
    ///
    /// ```ottl
    /// Hex("né")  # "6ec3a9"
    /// Hex(258)  # "0000000000000102"
    /// Hex(true)  # "01"
    /// ```
    pub(crate) static FUNCTION = converter Hex(target: ByteSliceLikeGetter) pure, run hex;
}

fn hex<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let bytes = call.bytes_like(0)?.unwrap_or_default();
    Ok(Value::String(hex::encode(call.arena(), bytes)))
}
