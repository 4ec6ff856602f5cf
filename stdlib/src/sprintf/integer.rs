//! Integers under the verbs of `fmt`.

use super::{Spec, print};
use ottl_vm::text::quote::is_print;

/// An integer with its sign apart.
#[derive(Clone, Copy)]
pub(super) struct Integer {
    pub(super) is_negative: bool,
    pub(super) magnitude: u64,
    /// Whether its Go type is unsigned.
    pub(super) is_unsigned: bool,
}

impl Integer {
    pub(super) fn signed(value: i64) -> Integer {
        Integer {
            is_negative: value < 0,
            magnitude: value.unsigned_abs(),
            is_unsigned: false,
        }
    }

    pub(super) fn byte(value: u8) -> Integer {
        Integer {
            is_negative: false,
            magnitude: value.into(),
            is_unsigned: true,
        }
    }

    /// The bits as Go converts them to uint64.
    fn bits(self) -> u64 {
        if self.is_negative {
            self.magnitude.wrapping_neg()
        } else {
            self.magnitude
        }
    }

    /// The character with this number; U+FFFD if there is none.
    fn character(self) -> char {
        u32::try_from(self.bits())
            .ok()
            .and_then(char::from_u32)
            .unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Appends an integer; false for a verb that is not for integers.
pub(super) fn append(out: &mut Vec<u8>, spec: &Spec, verb: char, integer: Integer) -> bool {
    match verb {
        'v' if spec.source && integer.is_unsigned => {
            append_digits(
                out,
                &Spec {
                    sharp: true,
                    ..*spec
                },
                verb,
                integer,
                16,
            );
        }
        'v' | 'd' => append_digits(out, spec, verb, integer, 10),
        'b' => append_digits(out, spec, verb, integer, 2),
        'o' | 'O' => append_digits(out, spec, verb, integer, 8),
        'x' | 'X' => append_digits(out, spec, verb, integer, 16),
        'c' => spec.pad(out, integer.character().encode_utf8(&mut [0; 4]).as_bytes()),
        'q' => spec.pad(
            out,
            print::quoted_character(integer.character(), spec.plus).as_bytes(),
        ),
        'U' => append_code_point(out, spec, integer),
        _ => return false,
    }
    true
}

fn append_digits(out: &mut Vec<u8>, spec: &Spec, verb: char, integer: Integer, base: u64) {
    let has_sign = integer.is_negative || spec.plus || spec.space;
    if base == 10 && spec.precision.is_none() && !spec.zero && !spec.plus && !spec.space {
        return append_decimal(out, spec, integer);
    }
    let digit_count = match (spec.precision, spec.width) {
        // Nothing, in blanks.
        (Some(0), _) if integer.magnitude == 0 => {
            return spec.unzeroed().fill(out, spec.width.unwrap_or(0));
        }
        (Some(precision), _) => precision,
        (None, Some(width)) if spec.zero && !spec.minus => {
            width.saturating_sub(usize::from(has_sign))
        }
        _ => 0,
    };
    let mut text = digits(integer.magnitude, base, verb == 'X');
    text.resize(text.len().max(digit_count), b'0');
    if spec.sharp {
        match base {
            2 => text.extend_from_slice(b"b0"),
            8 if text.last() != Some(&b'0') => text.push(b'0'),
            16 => text.extend_from_slice(if verb == 'X' { b"X0" } else { b"x0" }),
            _ => {}
        }
    }
    if verb == 'O' {
        text.extend_from_slice(b"o0");
    }
    match integer.is_negative {
        true => text.push(b'-'),
        false if spec.plus => text.push(b'+'),
        false if spec.space => text.push(b' '),
        false => {}
    }
    text.reverse();
    spec.unzeroed().pad(out, &text);
}

/// The same in decimal, with nothing before the digits but a minus: most integers.
fn append_decimal(out: &mut Vec<u8>, spec: &Spec, integer: Integer) {
    /// A minus and 20 digits.
    const LENGTH: usize = 21;
    let mut text = [b'-'; LENGTH];
    let mut start = LENGTH;
    let mut left = integer.magnitude;
    loop {
        start -= 1;
        text[start] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    spec.pad(out, &text[start - usize::from(integer.is_negative)..]);
}

/// The digits of a number, the lowest first.
fn digits(mut number: u64, base: u64, is_upper: bool) -> Vec<u8> {
    let mut digits = Vec::with_capacity(64);
    loop {
        // A base is at most 16.
        let digit = char::from_digit((number % base) as u32, 16).unwrap_or('0') as u8;
        digits.push(if is_upper {
            digit.to_ascii_uppercase()
        } else {
            digit
        });
        number /= base;
        if number == 0 {
            return digits;
        }
    }
}

/// `U+0078`, and with `#` the character.
fn append_code_point(out: &mut Vec<u8>, spec: &Spec, integer: Integer) {
    let bits = integer.bits();
    let mut text = digits(bits, 16, true);
    text.resize(text.len().max(spec.precision.unwrap_or(0).max(4)), b'0');
    text.extend_from_slice(b"+U");
    text.reverse();
    if spec.sharp
        && let Some(c) = u32::try_from(bits)
            .ok()
            .and_then(char::from_u32)
            .filter(|&c| is_print(c))
    {
        text.extend_from_slice(format!(" '{c}'").as_bytes());
    }
    spec.unzeroed().pad(out, &text);
}
