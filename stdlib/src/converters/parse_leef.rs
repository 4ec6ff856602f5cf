//! `ParseLEEF`: a message in IBM's Log Event Extended Format as a map.

use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::strings;
use memchr::{memchr, memmem};
use ottl_vm::text::quote::Quoted;

function! {
    /// The header fields and attributes of the LEEF message in `target`, of version 1.0 or 2.0: the strings
    /// `leef.version`, `leef.vendor`, `leef.product.name`, `leef.product.version` and `leef.event.id`, and
    /// the map of strings `leef.attributes`. What stands before `LEEF:` is left out. Attributes are
    /// separated by tabs, in version 2.0 by the character that the header may name, as it is or as `0x` with
    /// two hexadecimal digits.
    ///
    /// ```ottl
    /// ParseLEEF("LEEF:2.0|V|P|1|7|^|src=10.0.0.1^usr=ann")  # {"leef.version": "2.0", "leef.vendor": "V", "leef.product.name": "P", "leef.product.version": "1", "leef.event.id": "7", "leef.attributes": {"src": "10.0.0.1", "usr": "ann"}}
    /// ParseLEEF("x")  # error: invalid LEEF message: 'LEEF:' not found
    /// ```
    pub(crate) static FUNCTION = converter ParseLEEF(target: StringGetter)
        pure, run parse_leef, only &["transform/log"];
}

/// The fields of a header behind the version, in order.
const FIELDS: [&str; 4] = [
    "leef.vendor",
    "leef.product.name",
    "leef.product.version",
    "leef.event.id",
];

fn parse_leef<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    if text.is_empty() {
        return Err(Error::new("cannot parse empty LEEF message"));
    }
    let Some(start) = memmem::find(text, b"LEEF:") else {
        return Err(Error::new("invalid LEEF message: 'LEEF:' not found"));
    };
    let message = &text[start + b"LEEF:".len()..];
    let Some(bar) = memchr(b'|', message) else {
        return Err(Error::new(
            "invalid LEEF message: missing pipe delimiter in header",
        ));
    };
    let version = &message[..bar];
    if !matches!(version, b"1.0" | b"2.0") {
        return Err(call.error(format_args!(
            "unsupported LEEF version: {} (supported: 1.0, 2.0)",
            String::from_utf8_lossy(version)
        )));
    }
    let mut map = MapBuilder::with_capacity_in(FIELDS.len() + 2, call.arena());
    map.put(b"leef.version", Value::String(version));
    let mut parts = message[bar + 1..].splitn(FIELDS.len() + 1, |c| *c == b'|');
    for (number, key) in FIELDS.iter().enumerate() {
        let Some(part) = parts.next() else {
            return Err(call.error(format_args!(
                "invalid LEEF header: expected at least {} fields (vendor, product, version, eventID), got {number}",
                FIELDS.len()
            )));
        };
        map.put(key.as_bytes(), Value::String(part));
    }
    let rest = parts.next().unwrap_or_default();
    let (delimiter, attributes) = match version {
        b"2.0" => delimiter(call, rest)?,
        _ => (b'\t', rest),
    };
    map.put(
        b"leef.attributes",
        attributes_of(call, attributes, delimiter),
    );
    Ok(map.into_value())
}

/// What separates attributes, and the attributes, from what follows the header. The separator may be
/// missing: a field with an equals sign is an attribute already.
fn delimiter<'a>(call: &Call<'_, '_, 'a>, rest: &'a [u8]) -> Result<(u8, &'a [u8]), Error<'a>> {
    let mut parts = rest.splitn(2, |c| *c == b'|');
    let named = parts.next().unwrap_or_default();
    let attributes = parts.next().unwrap_or_default();
    let digit = |c: u8| char::from(c).to_digit(16);
    let byte = match named {
        [] => Some(b'\t'),
        named if named.contains(&b'=') => return Ok((b'\t', rest)),
        [b'0', b'x' | b'X', high, low] => match (digit(*high), digit(*low)) {
            (Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        },
        [byte] => Some(*byte),
        _ => None,
    };
    match byte {
        Some(byte) => Ok((byte, attributes)),
        None => Err(call.error(format_args!(
            "invalid LEEF 2.0 delimiter: must be a single character or 0x-prefixed hex value, got {}",
            Quoted(named)
        ))),
    }
}

fn attributes_of<'a>(call: &Call<'_, '_, 'a>, text: &'a [u8], delimiter: u8) -> Value<'a> {
    let mut map = MapBuilder::new_in(call.arena());
    for pair in strings::split(call.arena(), text, &[delimiter]) {
        if let Some(equals @ 1..) = memchr(b'=', pair) {
            map.put(&pair[..equals], Value::String(&pair[equals + 1..]));
        }
    }
    map.into_value()
}
