//! `Base64Encode`: a string in base 64.

use crate::base64::Variant;
use crate::prelude::*;

function! {
    /// The bytes of `target` in base 64. `variant` is `"base64"` (the default), `"base64-raw"` (without
    /// padding), `"base64-url"` (with `-` and `_`) or `"base64-raw-url"`; another is an error.
    ///
    /// ```ottl
    /// Base64Encode("any?>")  # "YW55Pz4="
    /// Base64Encode("any?>", "base64-raw-url")  # "YW55Pz4"
    /// ```
    pub(crate) static FUNCTION = converter Base64Encode(target: StringGetter, variant[optional]: StringGetter)
        pure, run base64_encode;
}

fn base64_encode<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    let name = if call.given(1) {
        call.string(1)
            .map_err(|error| call.error(format_args!("failed to get base64 variant: {error}")))?
    } else {
        b"base64"
    };
    let Some(variant) = Variant::named(name) else {
        return Err(call.error(format_args!(
            "unsupported base64 variant: {}",
            String::from_utf8_lossy(name)
        )));
    };
    Ok(Value::String(variant.encode(call.arena(), target)))
}
