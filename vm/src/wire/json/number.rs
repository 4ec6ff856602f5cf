//! Numbers of OTLP/JSON: what the reference's decoder takes for one, and how its encoder writes them.

use crate::text::float::append_go_json_float;
use crate::text::number::{parse_float, parse_int};

/// A `double` written in a string, in any of Go's forms; `None` if it is none or too large.
pub(super) fn parse_double(text: &[u8]) -> Option<f64> {
    parse_float(text).ok()
}

/// A decimal number of digits, signs, points and exponents; `None` if it is out of order or too large.
pub(super) fn parse_decimal(text: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// A decimal integer with or without a sign, in a string.
pub(super) fn parse_i64(text: &[u8]) -> Option<i64> {
    parse_int(text, 10).ok()
}

/// A decimal integer without any sign, in a string.
pub(super) fn parse_u64(text: &[u8]) -> Option<u64> {
    if text.first() == Some(&b'+') {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Appends a `double`: the shortest digits that read back as the same value, with an exponent below 1e-6
/// and from 1e21 on; the values that JSON has no number for as strings.
pub(super) fn write_double(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 {
            b"\"Infinity\""
        } else {
            b"\"-Infinity\""
        });
    } else {
        append_go_json_float(out, value);
    }
}

/// Appends an integer in decimal.
pub(super) fn write_integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}
