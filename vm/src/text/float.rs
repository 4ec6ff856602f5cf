//! How float64 is written: Go's `strconv.FormatFloat(f, form, -1, 64)` and the JSON forms on top of it.
//!
//! Digits are always the shortest that read back as the same number.

/// The largest whole number below which every digit of a float is exact and short enough for the
/// integer fast path.
const WHOLE_MAX: f64 = 1e15;

/// The first exponent that the general form writes as one.
const GENERAL_EXPONENT_MIN: i32 = 6;

/// Layouts of `strconv.FormatFloat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatForm {
    /// `'f'`: no exponent, as in `0.00001`.
    Fixed,
    /// `'e'`: always an exponent of two digits or more, as in `1e-05`.
    Exponent,
    /// `'g'`, which is also fmt's `%v`: an exponent below 1e-4 and from 1e6 on (of a number of any
    /// length), as in `1e+06`.
    General,
}

/// Appends `f` as `strconv.FormatFloat(f, form, -1, 64)` writes it, `NaN` and `+Inf` included.
pub fn append_float(out: &mut Vec<u8>, f: f64, form: FloatForm) {
    if !f.is_finite() {
        out.extend_from_slice(match f {
            f if f.is_nan() => b"NaN",
            f if f > 0.0 => b"+Inf",
            _ => b"-Inf",
        });
        return;
    }
    if f.is_sign_negative() {
        out.push(b'-');
    }
    let f = f.abs();
    if form == FloatForm::Fixed && f < WHOLE_MAX && f.trunc() == f {
        out.extend_from_slice(itoa::Buffer::new().format(f as u64).as_bytes());
        return;
    }
    let decimal = Decimal::shortest(f);
    match form {
        FloatForm::Fixed => decimal.append_fixed(out),
        FloatForm::Exponent => decimal.append_exponent(out),
        FloatForm::General => decimal.append_general(out),
    }
}

/// Appends `f` as Go's fmt prints it with `%v`.
pub fn append_display_float(out: &mut Vec<u8>, f: f64) {
    append_float(out, f, FloatForm::General);
}

/// Appends a number as `encoding/json` and `pcommon.Value.AsString` write it: an exponent only below
/// 1e-6 and from 1e21 on, without padding (`1e-7`). Not finite numbers are for the caller to handle.
pub fn append_json_float(out: &mut Vec<u8>, f: f64) {
    append_go_json_float(out, f);
    if let [.., b'e', b'-', b'0', _] = out.as_slice() {
        let last = out.len() - 1;
        out.swap_remove(last - 1);
    }
}

/// Appends a number as `json.Marshal` of goccy/go-json, the reference's library, writes it:
/// like [`append_json_float`], but with exponents of two digits (`1e-07`).
pub fn append_go_json_float(out: &mut Vec<u8>, f: f64) {
    let size = f.abs();
    let large_or_small = size != 0.0 && !(1e-6..1e21).contains(&size);
    append_float(
        out,
        f,
        if large_or_small {
            FloatForm::Exponent
        } else {
            FloatForm::Fixed
        },
    );
}

/// Appends a number as `pcommon.Value.AsString` writes it: JSON's form, with names for what JSON lacks.
pub fn append_pdata_float(out: &mut Vec<u8>, f: f64) {
    match f {
        f if f.is_nan() => out.extend_from_slice(b"NaN"),
        f64::INFINITY => out.extend_from_slice(b"Infinity"),
        f64::NEG_INFINITY => out.extend_from_slice(b"-Infinity"),
        f => append_json_float(out, f),
    }
}

/// Appends a whole number in decimal.
pub fn append_int(out: &mut Vec<u8>, n: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// A non-negative finite number as `0.d₁d₂… × 10^point`; zero has no digits.
struct Decimal {
    digits: [u8; 17],
    len: usize,
    point: i32,
}

impl Decimal {
    /// The shortest digits that read back as `f`, which is finite and not negative.
    fn shortest(f: f64) -> Decimal {
        let mut decimal = Decimal {
            digits: [0; 17],
            len: 0,
            point: 0,
        };
        if f == 0.0 {
            return decimal;
        }
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(f).as_bytes();
        let (mantissa, exponent) = match text.iter().position(|&b| b == b'e') {
            Some(e) => (&text[..e], signed(&text[e + 1..])),
            None => (text, 0),
        };
        let mut fraction = false;
        let mut zeros = 0; // Zeros held back: they count only if a digit follows.
        for &byte in mantissa {
            match byte {
                b'.' => {
                    fraction = true;
                    continue;
                }
                b'0' if decimal.len == 0 => {
                    decimal.point -= i32::from(fraction);
                    continue;
                }
                b'0' => zeros += 1,
                digit => {
                    decimal.digits[decimal.len..decimal.len + zeros].fill(b'0');
                    decimal.len += zeros;
                    zeros = 0;
                    decimal.digits[decimal.len] = digit;
                    decimal.len += 1;
                }
            }
            decimal.point += i32::from(!fraction);
        }
        decimal.point += exponent;
        decimal
    }

    fn append_fixed(&self, out: &mut Vec<u8>) {
        let digits = &self.digits[..self.len];
        match usize::try_from(self.point) {
            Ok(point) if point > 0 => {
                let whole = point.min(digits.len());
                out.extend_from_slice(&digits[..whole]);
                out.resize(out.len() + point - whole, b'0');
                if whole < digits.len() {
                    out.push(b'.');
                    out.extend_from_slice(&digits[whole..]);
                }
            }
            _ => {
                out.push(b'0');
                if !digits.is_empty() {
                    out.push(b'.');
                    out.resize(out.len() + self.point.unsigned_abs() as usize, b'0');
                    out.extend_from_slice(digits);
                }
            }
        }
    }

    fn append_exponent(&self, out: &mut Vec<u8>) {
        match &self.digits[..self.len] {
            [] => out.push(b'0'),
            [first] => out.push(*first),
            [first, rest @ ..] => {
                out.extend_from_slice(&[*first, b'.']);
                out.extend_from_slice(rest);
            }
        }
        let exponent = if self.len == 0 { 0 } else { self.point - 1 };
        out.extend_from_slice(&[b'e', if exponent < 0 { b'-' } else { b'+' }]);
        let size = exponent.unsigned_abs();
        if size < 10 {
            out.push(b'0');
        }
        out.extend_from_slice(itoa::Buffer::new().format(size).as_bytes());
    }

    fn append_general(&self, out: &mut Vec<u8>) {
        let exponent = self.point - 1;
        if self.len != 0 && !(-4..GENERAL_EXPONENT_MIN).contains(&exponent) {
            self.append_exponent(out);
        } else {
            self.append_fixed(out);
        }
    }
}

/// A small decimal number with an optional sign, as the digit generator writes exponents.
fn signed(text: &[u8]) -> i32 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let size = digits.iter().fold(0, |n, &b| n * 10 + i32::from(b - b'0'));
    if negative { -size } else { size }
}
