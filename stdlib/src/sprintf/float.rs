//! Floats under the verbs of `fmt`.

use super::Spec;
use ottl_vm::text::float::{FloatForm, append_float};

/// Digits behind the point that a float can have without being zero: further ones are.
const FRACTION_DIGITS_MAX: usize = 1100;

/// Appends a float; false for a verb that is not for floats.
pub(super) fn append(out: &mut Vec<u8>, spec: &Spec, verb: char, value: f64) -> bool {
    let (verb, default) = match verb {
        'v' => ('g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
        'f' | 'e' | 'E' => (verb, Some(6)),
        'F' => ('f', Some(6)),
        _ => return false,
    };
    let precision = spec.precision.or(default);
    let sign = match (
        value.is_sign_negative() && !value.is_nan(),
        spec.plus,
        spec.space,
    ) {
        (true, ..) => Some(b'-'),
        (_, true, _) => Some(b'+'),
        (_, _, true) => Some(b' '),
        _ => None,
    };
    let mut text = Vec::from_iter(sign);
    if !value.is_finite() {
        // Go shows infinity with its sign only where asked for, or negative.
        let is_bare = sign.is_none() && value.is_infinite();
        text.extend_from_slice(if value.is_nan() {
            b"NaN"
        } else if is_bare {
            b"+Inf"
        } else {
            b"Inf"
        });
        spec.unzeroed().pad(out, &text);
        return true;
    }
    append_magnitude(&mut text, verb, precision, value.abs());
    if spec.sharp && verb != 'b' {
        keep_zeros(&mut text, usize::from(sign.is_some()), verb, precision);
    }
    match sign {
        Some(sign) if spec.zero && !spec.minus => {
            // The sign goes before the zeros.
            out.push(sign);
            spec.fill(out, spec.padding(text.len()));
            out.extend_from_slice(&text[1..]);
        }
        _ => spec.pad(out, &text),
    }
    true
}

/// `strconv.AppendFloat` of a finite number that is not negative. No precision means the shortest digits
/// that read back as the number.
fn append_magnitude(out: &mut Vec<u8>, verb: char, precision: Option<usize>, value: f64) {
    match (verb, precision) {
        ('b', _) => append_binary(out, value),
        ('x' | 'X', _) => append_hexadecimal(out, verb, precision, value),
        ('f', Some(precision)) => {
            let exact = precision.min(FRACTION_DIGITS_MAX);
            out.extend_from_slice(format!("{value:.exact$}").as_bytes());
            out.resize(out.len() + precision - exact, b'0');
        }
        ('e' | 'E', Some(precision)) => {
            let (digits, exponent) = significant_digits(value, precision + 1);
            append_scientific(out, verb, &digits, exponent, precision);
        }
        (_, Some(precision)) => append_general(out, verb, precision.max(1), value),
        (_, None) => {
            let start = out.len();
            append_float(out, value, FloatForm::General);
            if verb == 'G' {
                out[start..].make_ascii_uppercase();
            }
        }
    }
}

/// So many significant digits, and the exponent of the first.
fn significant_digits(value: f64, count: usize) -> (Vec<u8>, i32) {
    let exact = (count - 1).min(FRACTION_DIGITS_MAX);
    let text = format!("{value:.exact$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    digits.resize(count, b'0');
    (digits, exponent.parse().unwrap_or(0))
}

/// `1.23e+04`, with so many digits behind the point.
fn append_scientific(out: &mut Vec<u8>, verb: char, digits: &[u8], exponent: i32, fraction: usize) {
    out.push(digits.first().copied().unwrap_or(b'0'));
    if fraction > 0 {
        out.push(b'.');
        out.extend((1..=fraction).map(|i| digits.get(i).copied().unwrap_or(b'0')));
    }
    out.push(if verb == 'E' || verb == 'G' {
        b'E'
    } else {
        b'e'
    });
    append_exponent(out, exponent);
}

/// A sign and at least two digits.
fn append_exponent(out: &mut Vec<u8>, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    out.extend_from_slice(format!("{sign}{:02}", exponent.unsigned_abs()).as_bytes());
}

/// `%g` with a precision: so many significant digits without zeros at the end, with an exponent where it
/// is far from zero.
fn append_general(out: &mut Vec<u8>, verb: char, precision: usize, value: f64) {
    let (mut digits, exponent) = significant_digits(value, precision);
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    // As in strconv: the point's place among the digits, 0 for zero.
    let point = if digits.is_empty() { 0 } else { exponent + 1 };
    let count = digits.len() as i32;
    let limit = if precision as i32 > count && count >= point {
        count
    } else {
        precision as i32
    };
    let first = point - 1;
    if first < -4 || first >= limit {
        return append_scientific(out, verb, &digits, first, digits.len().saturating_sub(1));
    }
    let digit = |i: i32| {
        usize::try_from(i)
            .ok()
            .and_then(|i| digits.get(i))
            .copied()
            .unwrap_or(b'0')
    };
    if point > 0 {
        out.extend((0..point).map(digit));
    } else {
        out.push(b'0');
    }
    if count > point {
        out.push(b'.');
        out.extend((point..count).map(digit));
    }
}

/// The mantissa with its leading bit, and the exponent of that bit.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7ff) as i32 {
        0 => (fraction, -1022),
        exponent => (fraction | 1 << 52, exponent - 1023),
    }
}

/// `4503599627370496p-52`.
fn append_binary(out: &mut Vec<u8>, value: f64) {
    let (mantissa, exponent) = parts(value);
    out.extend_from_slice(format!("{mantissa}p{:+}", exponent - 52).as_bytes());
}

/// `0x1.8p+01`.
fn append_hexadecimal(out: &mut Vec<u8>, verb: char, precision: Option<usize>, value: f64) {
    const TOP: u32 = 60;
    let (mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    }
    let mut mantissa = mantissa << (TOP - 52);
    while mantissa != 0 && mantissa >> TOP == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let shift = precision as u32 * 4;
        let extra = (mantissa << shift) & ((1 << TOP) - 1);
        mantissa >>= TOP - shift;
        if extra | (mantissa & 1) > 1 << (TOP - 1) {
            mantissa += 1;
        }
        mantissa <<= TOP - shift;
        if mantissa >> (TOP + 1) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut text = format!("0x{}", mantissa >> TOP & 1).into_bytes();
    mantissa <<= 4;
    let digit_count = precision.unwrap_or_else(|| 16 - mantissa.trailing_zeros() as usize / 4);
    if digit_count > 0 {
        text.push(b'.');
        for _ in 0..digit_count {
            text.push(char::from_digit((mantissa >> TOP & 15) as u32, 16).unwrap_or('0') as u8);
            mantissa <<= 4;
        }
    }
    text.push(b'p');
    append_exponent(&mut text, exponent);
    if verb == 'X' {
        text.make_ascii_uppercase();
    }
    out.extend_from_slice(&text);
}

/// The `#` flag: a point always, and zeros at the end as the precision asks.
fn keep_zeros(text: &mut Vec<u8>, start: usize, verb: char, precision: Option<usize>) {
    let mut missing = match verb {
        'g' | 'G' | 'x' => precision.unwrap_or(6) as i64,
        _ => 0,
    };
    let is_tail = |byte: &u8| {
        matches!(byte, b'p' | b'P') || (matches!(byte, b'e' | b'E') && !matches!(verb, 'x' | 'X'))
    };
    let end = text[start..]
        .iter()
        .position(is_tail)
        .map_or(text.len(), |at| start + at);
    let tail = text.split_off(end);
    let mut has_point = false;
    let mut is_significant = false;
    for &byte in &text[start..] {
        if byte == b'.' {
            has_point = true;
            continue;
        }
        is_significant |= byte != b'0';
        missing -= i64::from(is_significant);
    }
    if !has_point {
        if text[start..] == *b"0" {
            missing -= 1;
        }
        text.push(b'.');
    }
    text.resize(text.len() + usize::try_from(missing).unwrap_or(0), b'0');
    text.extend_from_slice(&tail);
}
