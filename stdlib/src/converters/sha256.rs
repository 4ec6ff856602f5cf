//! `SHA256`: the SHA-256 hash of a string.

use crate::hash;
use crate::prelude::*;
use bumpalo::Bump;
use ottl_vm::text::hex;

function! {
    /// The SHA-256 hash of `target`, in lower-case hexadecimal.
    ///
    /// ```ottl
    /// SHA256("abc")  # "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    /// ```
    pub(crate) static FUNCTION = converter SHA256(target: StringGetter)
        pure, run |call| call.run_strings(sha256), shortcut Shortcut::TakesStrings(sha256);
}

fn sha256<'a>(strings: &[&'a [u8]], results: &mut [Value<'a>], arena: &'a Bump) {
    hash::sha256(strings, |index, hash| {
        results[index] = Value::String(hex::encode(arena, &hash));
    });
}
