//! Durations as Go's package time reads and writes them. A duration is an `i64` of nanoseconds.

use super::quote::TimeQuoted;
use std::fmt;

/// One microsecond, in nanoseconds.
pub const MICROSECOND: i64 = 1_000;
/// One millisecond, in nanoseconds.
pub const MILLISECOND: i64 = 1_000 * MICROSECOND;
/// One second, in nanoseconds.
pub const SECOND: i64 = 1_000 * MILLISECOND;
/// One minute, in nanoseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour, in nanoseconds.
pub const HOUR: i64 = 60 * MINUTE;

/// The units that a duration may be written in, and their sizes in nanoseconds.
const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", MICROSECOND),
    ("\u{b5}s", MICROSECOND),
    ("\u{3bc}s", MICROSECOND),
    ("ms", MILLISECOND),
    ("s", SECOND),
    ("m", MINUTE),
    ("h", HOUR),
];

/// The size of the smallest `i64`, which only a negative duration reaches.
const SIZE_MAX: u64 = 1 << 63;

/// Why a text is no duration, printed as `time.ParseDuration` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError<'s> {
    /// It is not written as one, or does not fit 64 bits of nanoseconds. Holds the whole text.
    Invalid(&'s [u8]),
    /// A number without a unit. Holds the whole text.
    MissingUnit(&'s [u8]),
    /// A number with a unit that is none.
    UnknownUnit {
        /// The unit as written.
        unit: &'s [u8],
        /// The whole text.
        text: &'s [u8],
    },
}

impl fmt::Display for DurationError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DurationError::Invalid(text) => {
                write!(f, "time: invalid duration {}", TimeQuoted(text))
            }
            DurationError::MissingUnit(text) => {
                write!(f, "time: missing unit in duration {}", TimeQuoted(text))
            }
            DurationError::UnknownUnit { unit, text } => {
                let (unit, text) = (TimeQuoted(unit), TimeQuoted(text));
                write!(f, "time: unknown unit {unit} in duration {text}")
            }
        }
    }
}

impl std::error::Error for DurationError<'_> {}

/// `time.ParseDuration`: signed, a sequence of decimal numbers with units, such as `-1h15m30.918s`.
/// The result is in nanoseconds.
pub fn parse_duration(text: &[u8]) -> Result<i64, DurationError<'_>> {
    let invalid = DurationError::Invalid(text);
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid);
    }
    let mut total = 0u64;
    while !rest.is_empty() {
        let size;
        (size, rest) = parse_component(rest, text)?;
        total = total
            .checked_add(size)
            .filter(|&total| total <= SIZE_MAX)
            .ok_or(invalid)?;
    }
    let value = if negative {
        0i64.checked_sub_unsigned(total)
    } else {
        i64::try_from(total).ok()
    };
    value.ok_or(invalid)
}

/// One number with its unit, in nanoseconds, and what follows. `text` is the whole, for errors.
fn parse_component<'s>(
    component: &'s [u8],
    text: &'s [u8],
) -> Result<(u64, &'s [u8]), DurationError<'s>> {
    let invalid = DurationError::Invalid(text);
    let (whole, after_whole) = split_digits(component);
    let (fraction, rest) = match after_whole {
        [b'.', after_point @ ..] => split_digits(after_point),
        _ => (&[][..], after_whole),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid);
    }
    let whole = whole
        .iter()
        .try_fold(0u64, |n, digit| {
            n.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
        .filter(|&n| n <= SIZE_MAX)
        .ok_or(invalid)?;
    let end = rest
        .iter()
        .position(|b| *b == b'.' || b.is_ascii_digit())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    if unit.is_empty() {
        return Err(DurationError::MissingUnit(text));
    }
    let Some(&(_, unit_size)) = UNITS.iter().find(|(name, _)| name.as_bytes() == unit) else {
        return Err(DurationError::UnknownUnit { unit, text });
    };
    let unit_size = unit_size as u64;
    let whole = whole
        .checked_mul(unit_size)
        .filter(|&n| n <= SIZE_MAX)
        .ok_or(invalid)?;
    let size = whole + fraction_nanos(fraction, unit_size);
    if size > SIZE_MAX {
        Err(invalid)
    } else {
        Ok((size, rest))
    }
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(
        text.iter()
            .position(|b| !b.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

/// The digits after a point as nanoseconds, computed in floating point as Go does: the rounding shows.
fn fraction_nanos(digits: &[u8], unit_size: u64) -> u64 {
    let (mut value, mut scale) = (0u64, 1f64);
    for digit in digits {
        // Digits beyond 63 bits are dropped.
        if value > (SIZE_MAX - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > SIZE_MAX {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit_size as f64 / scale)) as u64
}

/// Appends a duration as `Duration.String` writes it: `1h15m30.918s`, `1.5ms`, `0s`.
pub fn append_duration(out: &mut Vec<u8>, nanos: i64) {
    if nanos < 0 {
        out.push(b'-');
    }
    let size = nanos.unsigned_abs();
    let second = SECOND as u64;
    if size < second {
        let (unit_size, unit) = match size {
            0 => (1, "s"),
            1..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "\u{b5}s"),
            _ => (1_000_000, "ms"),
        };
        append_decimal(out, size, unit_size);
        out.extend_from_slice(unit.as_bytes());
        return;
    }
    let minutes = size / second / 60;
    let mut integer = itoa::Buffer::new();
    if minutes >= 60 {
        out.extend_from_slice(integer.format(minutes / 60).as_bytes());
        out.push(b'h');
    }
    if minutes > 0 {
        out.extend_from_slice(integer.format(minutes % 60).as_bytes());
        out.push(b'm');
    }
    append_decimal(out, size % (60 * second), second);
    out.push(b's');
}

/// Appends `value / unit_size`, a power of ten, without trailing zeros.
fn append_decimal(out: &mut Vec<u8>, value: u64, unit_size: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value / unit_size).as_bytes());
    let mut fraction = value % unit_size;
    if fraction == 0 {
        return;
    }
    out.push(b'.');
    let mut place = unit_size / 10;
    while fraction > 0 {
        out.push(b'0' + (fraction / place) as u8);
        fraction %= place;
        place /= 10;
    }
}

/// `Duration.Hours`.
pub fn hours(nanos: i64) -> f64 {
    in_units(nanos, HOUR)
}

/// `Duration.Minutes`.
pub fn minutes(nanos: i64) -> f64 {
    in_units(nanos, MINUTE)
}

/// `Duration.Seconds`.
pub fn seconds(nanos: i64) -> f64 {
    in_units(nanos, SECOND)
}

/// `Duration.Milliseconds`: whole ones, cut towards zero.
pub fn milliseconds(nanos: i64) -> i64 {
    nanos / MILLISECOND
}

/// `Duration.Microseconds`: whole ones, cut towards zero.
pub fn microseconds(nanos: i64) -> i64 {
    nanos / MICROSECOND
}

/// Whole units and the fraction are converted apart, as Go does: the rounding shows.
fn in_units(nanos: i64, unit: i64) -> f64 {
    (nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64
}
