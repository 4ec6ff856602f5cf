//! Numbers of OTLP/JSON: what the reference's decoder takes for one, and how its encoder writes them.

use std::io::Write;

/// A `double` written in a string: decimal or hexadecimal, with underscores between digits, `NaN`, signed
/// `Inf` or `Infinity` in any case. `None` if it is none of that or too large.
pub(super) fn parse_double(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    if text.contains('_') {
        return has_proper_underscores(text)
            .then(|| parse_double(text.replace('_', "").as_bytes()))?;
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if ["inf", "infinity"]
        .iter()
        .any(|name| digits.eq_ignore_ascii_case(name))
    {
        return Some(sign * f64::INFINITY);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if digits
        .get(..2)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("0x"))
    {
        return parse_hexadecimal(&digits[2..]).map(|value| sign * value);
    }
    parse_decimal(text)
}

/// Whether every underscore is between two digits; a `0x` counts as one.
fn has_proper_underscores(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text).as_bytes();
    let is_hexadecimal = matches!(digits, [b'0', b'x' | b'X', ..]);
    let is_digit = |index: usize| match digits.get(index) {
        Some(byte) if is_hexadecimal => byte.is_ascii_hexdigit() || index == 1,
        Some(byte) => byte.is_ascii_digit(),
        None => false,
    };
    (0..digits.len()).all(|index| {
        digits[index] != b'_' || (index > 0 && is_digit(index - 1) && is_digit(index + 1))
    })
}

/// A decimal number; `None` if it isn't one or is too large.
pub(super) fn parse_decimal(text: &str) -> Option<f64> {
    let is_number = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value: f64 = if is_number {
        text.parse().ok()?
    } else {
        return None;
    };
    value.is_finite().then_some(value)
}

/// A hexadecimal number after its `0x`: digits with one optional point, then `p` and a
/// decimal exponent.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let split = text.find(['p', 'P'])?;
    let (digits, exponent) = (&text[..split], &text[split + 1..]);
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Beyond this the digits can't bring the value back into range.
    let magnitude: i64 = unsigned.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    let mut exponent = if exponent.starts_with('-') {
        -magnitude
    } else {
        magnitude
    };
    let (mut mantissa, mut has_point, mut has_digit) = (0u64, false, false);
    for char in digits.chars() {
        if char == '.' && !has_point {
            has_point = true;
            continue;
        }
        let digit = u64::from(char.to_digit(16)?);
        has_digit = true;
        if mantissa >> 59 == 0 {
            mantissa = mantissa << 4 | digit;
        } else {
            // Digits past 60 bits matter only as "not zero" for rounding.
            mantissa |= u64::from(digit != 0);
            exponent = exponent.saturating_add(4);
        }
        if has_point {
            exponent = exponent.saturating_sub(4);
        }
    }
    if !has_digit {
        return None;
    }
    let value = scale(mantissa, exponent);
    value.is_finite().then_some(value)
}

/// `mantissa * 2^exponent`, rounded once, to the nearest, ties to even.
fn scale(mantissa: u64, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    // The lowest bit that the result can hold: 53 bits of mantissa, but not below 2^-1074.
    let top = 63 - i64::from(mantissa.leading_zeros());
    let dropped = (top - 52).max((-1074i64).saturating_sub(exponent)).max(0);
    let kept = if dropped > 63 { 0 } else { mantissa >> dropped };
    let (rest, half) = match dropped {
        0 => (0, 1),
        1..=63 => (mantissa & ((1 << dropped) - 1), 1 << (dropped - 1)),
        // Only for 64 is a half within reach.
        64 => (mantissa, 1 << 63),
        _ => (0, 1),
    };
    let up = rest > half || (rest == half && kept & 1 == 1);
    let power = exponent.saturating_add(dropped);
    let rounded = (kept + u64::from(up)) as f64;
    if power > 1100 {
        return f64::INFINITY;
    }
    // Both factors are exact, and so is the product unless it overflows.
    let step = |power: i64| 2f64.powi(power as i32);
    if power < -1000 {
        rounded * step(-1000) * step(power + 1000)
    } else {
        rounded * step(power / 2) * step(power - power / 2)
    }
}

/// A decimal integer with a sign, in a string.
pub(super) fn parse_i64(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A decimal integer without any sign, in a string.
pub(super) fn parse_u64(text: &[u8]) -> Option<u64> {
    if text.first() == Some(&b'+') {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Appends a `double`: the shortest digits that read back as the same value, with an exponent below 1e-6
/// and from 1e21 on.
pub(super) fn write_double(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        return out.extend_from_slice(b"\"NaN\"");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value > 0.0 {
            b"\"Infinity\""
        } else {
            b"\"-Infinity\""
        });
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return write_display(value, out);
    }
    let start = out.len();
    write_display(format_args!("{value:e}"), out);
    // Rust writes 1e-7 and 1e21 where the reference writes 1e-07 and 1e+21.
    let Some(e) = out[start..].iter().position(|&byte| byte == b'e') else {
        return;
    };
    let digits = start + e + 1;
    let at = if out[digits] == b'-' {
        digits + 1
    } else {
        out.insert(digits, b'+');
        digits + 1
    };
    if out.len() - at == 1 {
        out.insert(at, b'0');
    }
}

/// Appends what `Display` writes.
pub(super) fn write_display(value: impl std::fmt::Display, out: &mut Vec<u8>) {
    // A `Vec` takes everything, so this can't fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_the_reference_does() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (1e-6, "0.000001"),
            (9.9e-7, "9.9e-07"),
            (5e-324, "5e-324"),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            let mut out = Vec::new();
            write_double(value, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    #[test]
    fn hexadecimal_doubles_are_rounded_once() {
        for (text, expected) in [
            ("0x1p0", Some(1.0)),
            ("-0x1.8p1", Some(-3.0)),
            ("0x_1p0", Some(1.0)),
            ("0x1_0p-4", Some(1.0)),
            ("0x1.fffffffffffffp1023", Some(f64::MAX)),
            ("0x1p1024", None),
            ("0x1p-1074", Some(5e-324)),
            ("0x1p-1075", Some(0.0)),
            ("0x1.8p-1075", Some(5e-324)),
            ("0x10000000000000.8p0", Some(4503599627370496.0)),
            ("0x10000000000001.8p0", Some(4503599627370498.0)),
            ("0x1000000000000000000001p-84", Some(1.0)),
            ("0x1", None),
            ("0xp1", None),
            ("0x1_p1", None),
            ("1_000.2_5", Some(1000.25)),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("1_e5", None),
            ("+1e1_0", Some(1e10)),
        ] {
            assert_eq!(parse_double(text.as_bytes()), expected, "{text}");
        }
    }
}
