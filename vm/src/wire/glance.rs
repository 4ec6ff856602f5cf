//! What the payload of an `AnyValue` is, told at a glance where it is of the usual form.

use super::cursor::short_bytes;

/// The string that an `AnyValue`'s payload is, if it is one string field with a length of a byte that fills it.
#[inline(always)]
pub(crate) fn short_text(wire: &[u8]) -> Option<&[u8]> {
    match wire {
        [0x0a, length @ 0..0x80, text @ ..] if text.len() == usize::from(*length) => Some(text),
        _ => None,
    }
}

/// The int that an `AnyValue`'s payload is, if it is one int field of a byte or two that fills it.
#[inline(always)]
pub(crate) fn short_int(wire: &[u8]) -> Option<i64> {
    match *wire {
        [0x18, int @ 0..0x80] => Some(i64::from(int)),
        [0x18, low @ 0x80..=0xff, high @ 0..0x80] => {
            Some(i64::from(low & 0x7f) | i64::from(high) << 7)
        }
        _ => None,
    }
}

/// The double that an `AnyValue`'s payload is, if it is one such field that fills it.
#[inline(always)]
pub(crate) fn one_double(wire: &[u8]) -> Option<f64> {
    match wire {
        [0x21, double @ ..] => double.as_array().map(|double| f64::from_le_bytes(*double)),
        _ => None,
    }
}

/// Whether an `AnyValue`'s payload is one field that fills it, of the usual form, and no bytes, which can be nil.
#[inline(always)]
pub(crate) fn is_one_value(wire: &[u8]) -> bool {
    match wire {
        [0x0a | 0x2a | 0x32, ..] => short_bytes(wire, 1).is_some_and(|(_, end)| end == wire.len()),
        _ => short_int(wire).is_some() || one_double(wire).is_some(),
    }
}
