//! `Decode`: text in an encoding as UTF-8.

use crate::base64::{Corrupt, Variant};
use crate::encodings::TextEncoding;
use crate::prelude::*;

function! {
    /// The string or bytes `target`, decoded. `encoding` is `"base64"`, `"base64-raw"`, `"base64-url"` or
    /// `"base64-raw-url"`, which are those of [`Base64Encode`](#base64encode), or the name of an encoding of
    /// text that IANA has, such as `"utf-16"`, `"iso-8859-1"` or `"shift_jis"`. What does not decode as text
    /// becomes U+FFFD; what does not decode as base 64 is an error.
    ///
    /// An unknown literal `encoding` is refused when the program is compiled.
    ///
    /// ```ottl
    /// Decode("aGVsbG8=", "base64")  # "hello"
    /// Decode(0x61e9, "latin1")  # "aé"
    /// Decode("a", "base64")  # error: could not decode: illegal base64 data at input byte 0
    /// ```
    pub(crate) static FUNCTION = converter Decode(target: Getter, encoding: StringGetter)
        pure, prepare prepare, run decode;
}

#[derive(Clone, Copy)]
enum Decoder {
    Base64(Variant),
    Text(TextEncoding),
}

/// The decoder, if its name is a literal.
struct Prepare(Option<Decoder>);

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Prepare(
        literals.string(1).map(decoder).transpose()?,
    )))
}

fn decoder(name: &[u8]) -> Result<Decoder, String> {
    let text = || TextEncoding::named(name).map(Decoder::Text);
    let decoder = Variant::named(name).map(Decoder::Base64).or_else(text);
    decoder.ok_or_else(|| format!("unsupported encoding '{}'", String::from_utf8_lossy(name)))
}

fn decode<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let prepared: &Prepare = call.prepared();
    let decoder = match prepared.0 {
        Some(decoder) => decoder,
        None => {
            let name = call.string(1)?;
            decoder(name).map_err(|error| call.error(format_args!("{error}")))?
        }
    };
    let (Value::String(bytes) | Value::Bytes(bytes)) = target else {
        let found = target.type_name();
        return Err(call.error(format_args!(
            "unsupported type provided to Decode function: {found}"
        )));
    };
    match decoder {
        Decoder::Text(encoding) => Ok(Value::String(encoding.decode(call.arena(), bytes))),
        Decoder::Base64(variant) => match variant.decode(call.arena(), bytes) {
            Ok(decoded) => Ok(Value::String(decoded)),
            Err(Corrupt(at)) => Err(call.error(format_args!(
                "could not decode: illegal base64 data at input byte {at}"
            ))),
        },
    }
}
