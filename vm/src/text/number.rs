//! Numbers and booleans read from text as Go's strconv reads them: the same texts are accepted, and
//! the errors say the same.

use super::quote::Quoted;
use std::fmt;

/// Why a text is no number, printed as Go's `*strconv.NumError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberError<'s> {
    /// The strconv function, such as `ParseInt`.
    pub function: &'static str,
    /// The whole text.
    pub text: &'s [u8],
    /// What is wrong with it.
    pub kind: NumberErrorKind,
}

/// What is wrong with a text that should be a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberErrorKind {
    /// It is not written as one.
    Syntax,
    /// It does not fit.
    Range,
}

impl fmt::Display for NumberError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.kind {
            NumberErrorKind::Syntax => "invalid syntax",
            NumberErrorKind::Range => "value out of range",
        };
        write!(
            f,
            "strconv.{}: parsing {}: {reason}",
            self.function,
            Quoted(self.text)
        )
    }
}

impl std::error::Error for NumberError<'_> {}

/// `strconv.ParseBool`: `1 t T TRUE true True` and `0 f F FALSE false False`.
pub fn parse_bool(text: &[u8]) -> Result<bool, NumberError<'_>> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(NumberError {
            function: "ParseBool",
            text,
            kind: NumberErrorKind::Syntax,
        }),
    }
}

/// `strconv.ParseInt(text, base, 64)` for a base of 2 to 36, or 0: then a prefix (`0b`, `0o`, `0`,
/// `0x`) says which, and underscores may stand between digits.
pub fn parse_int(text: &[u8], base: u32) -> Result<i64, NumberError<'_>> {
    let (negative, unsigned) = split_sign(text);
    let size = match parse_unsigned(unsigned, base) {
        Ok(size) => size,
        Err(kind) => {
            return Err(NumberError {
                function: "ParseInt",
                text,
                kind,
            });
        }
    };
    let value = if negative {
        0i64.checked_sub_unsigned(size)
    } else {
        i64::try_from(size).ok()
    };
    value.ok_or(NumberError {
        function: "ParseInt",
        text,
        kind: NumberErrorKind::Range,
    })
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

fn parse_unsigned(text: &[u8], base: u32) -> Result<u64, NumberErrorKind> {
    if text.is_empty() {
        return Err(NumberErrorKind::Syntax);
    }
    let (digits, radix) = match base {
        0 => split_base(text),
        _ => (text, base),
    };
    let mut value = 0u64;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte)
            .to_digit(radix)
            .ok_or(NumberErrorKind::Syntax)?;
        // Overflow is reported before any later character is looked at, as Go does.
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|n| n.checked_add(u64::from(digit)))
            .ok_or(NumberErrorKind::Range)?;
    }
    if underscores && !underscores_separate_digits(text) {
        return Err(NumberErrorKind::Syntax);
    }
    Ok(value)
}

/// The digits after a base prefix, and the base. A prefix without digits is read as octal, and fails.
fn split_base(text: &[u8]) -> (&[u8], u32) {
    match text {
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (digits, 2),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (digits, 8),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (digits, 16),
        [b'0', digits @ ..] => (digits, 8),
        _ => (text, 10),
    }
}

/// Whether each underscore stands between two digits, or between a base prefix and a digit.
fn underscores_separate_digits(text: &[u8]) -> bool {
    let (_, text) = split_sign(text);
    let (hex, prefix) = match text {
        [b'0', b'x' | b'X', ..] => (true, 2),
        [b'0', b'b' | b'B' | b'o' | b'O', ..] => (false, 2),
        _ => (false, 0),
    };
    let mut after_digit = prefix > 0;
    let mut after_underscore = false;
    for &byte in &text[prefix..] {
        let digit = byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
        let underscore = byte == b'_';
        if underscore && !after_digit || !digit && !underscore && after_underscore {
            return false;
        }
        after_digit = digit;
        after_underscore = underscore;
    }
    !after_underscore
}

/// `strconv.ParseFloat(text, 64)`: decimal and hexadecimal floats, `inf`, `infinity`, `nan`.
pub fn parse_float(text: &[u8]) -> Result<f64, NumberError<'_>> {
    parse_float_kind(text).map_err(|kind| NumberError {
        function: "ParseFloat",
        text,
        kind,
    })
}

/// What the reference makes of `NaN`: its bits can be seen.
const NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

fn parse_float_kind(text: &[u8]) -> Result<f64, NumberErrorKind> {
    if let Some(number) = short_decimal(text) {
        return Ok(number);
    }
    let (negative, unsigned) = split_sign(text);
    let size =
        if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
            f64::INFINITY
        } else if text.eq_ignore_ascii_case(b"nan") {
            NAN
        } else if matches!(unsigned, [b'0', b'x' | b'X', _, ..]) {
            hex_float(text, &unsigned[2..])?
        } else {
            decimal_float(text, unsigned)?
        };
    Ok(if negative { -size } else { size })
}

/// The largest whole number up to which every whole number is a float.
const EXACT_MAX: u64 = 1 << 53;

/// Powers of ten that are exact in a float, as far as they are needed.
const POWERS_OF_TEN: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// The common number: a few digits with perhaps a minus and a point. Digits and power of ten are exact,
/// so that one division rounds once.
fn short_decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > POWERS_OF_TEN.len() {
        return None;
    }
    let mut mantissa = 0u64;
    let mut point = None;
    for (index, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + u64::from(digit);
        } else if byte == b'.' && point.is_none() && digits.len() > 1 {
            point = Some(index);
        } else {
            return None;
        }
    }
    if mantissa > EXACT_MAX {
        return None;
    }
    let size = match point {
        Some(point) => mantissa as f64 / POWERS_OF_TEN[digits.len() - 1 - point],
        None => mantissa as f64,
    };
    Some(if negative { -size } else { size })
}

fn decimal_float(text: &[u8], unsigned: &[u8]) -> Result<f64, NumberErrorKind> {
    let mut stripped = Vec::new();
    let mut digits = unsigned;
    if unsigned.contains(&b'_') {
        if !underscores_separate_digits(text) {
            return Err(NumberErrorKind::Syntax);
        }
        stripped.extend(unsigned.iter().filter(|&&byte| byte != b'_'));
        digits = &stripped;
    }
    // Rust's reader takes words and a second sign that Go's does not; in digits, points and exponents
    // the two agree.
    let plain = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    if !digits.iter().all(plain) || matches!(digits, [b'+' | b'-', ..]) {
        return Err(NumberErrorKind::Syntax);
    }
    let text = str::from_utf8(digits).map_err(|_| NumberErrorKind::Syntax)?;
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(NumberErrorKind::Range),
        Err(_) => Err(NumberErrorKind::Syntax),
    }
}

/// Significant hexadecimal digits that are kept; of the others only whether one is not zero.
const HEX_DIGITS_KEPT: u32 = 16;

/// Exponents are cut here: far beyond any float, far below overflow.
const HEX_EXPONENT_MAX: i64 = 100_000;

/// A hexadecimal float, given the whole text and what follows `0x`: digits with an optional point and
/// a binary exponent, which Go demands.
fn hex_float(text: &[u8], mut digits: &[u8]) -> Result<f64, NumberErrorKind> {
    if text.contains(&b'_') && !underscores_separate_digits(text) {
        return Err(NumberErrorKind::Syntax);
    }
    let (mut mantissa, mut kept, mut exponent) = (0u64, 0u32, 0i64);
    let (mut seen_digit, mut seen_point, mut sticky) = (false, false, false);
    while let [byte, rest @ ..] = digits {
        match (*byte, char::from(*byte).to_digit(16)) {
            (b'_', _) => {}
            (b'.', _) if !seen_point => seen_point = true,
            (_, Some(digit)) => {
                seen_digit = true;
                if kept < HEX_DIGITS_KEPT {
                    mantissa = mantissa << 4 | u64::from(digit);
                    kept += u32::from(mantissa != 0);
                    exponent -= 4 * i64::from(seen_point);
                } else {
                    sticky |= digit != 0;
                    exponent += 4 * i64::from(!seen_point);
                }
            }
            _ => break,
        }
        digits = rest;
    }
    let [b'p' | b'P', power @ ..] = digits else {
        return Err(NumberErrorKind::Syntax);
    };
    if !seen_digit {
        return Err(NumberErrorKind::Syntax);
    }
    let (negative, power) = split_sign(power);
    if !power.first().is_some_and(u8::is_ascii_digit) {
        return Err(NumberErrorKind::Syntax);
    }
    let mut size = 0i64;
    for &byte in power.iter().filter(|&&byte| byte != b'_') {
        if !byte.is_ascii_digit() {
            return Err(NumberErrorKind::Syntax);
        }
        size = (size * 10 + i64::from(byte - b'0')).min(HEX_EXPONENT_MAX);
    }
    exponent += if negative { -size } else { size };
    scale(mantissa, exponent, sticky)
}

/// `mantissa × 2^exponent`, rounded to the nearest float, ties to even; `sticky` says that the exact
/// value is a little larger.
fn scale(mantissa: u64, exponent: i64, sticky: bool) -> Result<f64, NumberErrorKind> {
    if mantissa == 0 {
        return Ok(0.0);
    }
    let shift = mantissa.leading_zeros();
    let mantissa = mantissa << shift;
    // The value is `mantissa / 2^63 × 2^power`, with the mantissa's top bit set.
    let power = exponent - i64::from(shift) + 63;
    if power > 1023 {
        return Err(NumberErrorKind::Range);
    }
    // Normal numbers keep 53 bits, those below 2^-1022 one less for each power.
    let dropped = 11 + (-1022 - power).clamp(0, 54) as u32;
    let (kept, rest, half) = match dropped {
        64.. => (0, u128::from(mantissa), 1u128 << (dropped - 1)),
        _ => (
            mantissa >> dropped,
            u128::from(mantissa) & ((1 << dropped) - 1),
            1 << (dropped - 1),
        ),
    };
    let up = rest > half || rest == half && (sticky || kept & 1 == 1);
    let kept = kept + u64::from(up);
    // Adding the exponent field to the mantissa carries over where rounding reached the next power.
    let bits = match power >= -1022 {
        true => ((power + 1022) as u64) << 52,
        false => 0,
    } + kept;
    let value = f64::from_bits(bits);
    if value.is_finite() {
        Ok(value)
    } else {
        Err(NumberErrorKind::Range)
    }
}
