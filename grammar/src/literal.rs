//! Literals: their text to their value, as the reference reads them, and where they end.

use crate::ast::Span;
use crate::error::{Code, Error};

/// The units of durations with their nanoseconds, each before those it begins with.
pub(crate) const DURATION_UNITS: [(&str, i64); 6] = [
    ("h", 3_600_000_000_000),
    ("ms", 1_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// `42`, `017` (octal: 15). None if it does not fit or is not octal after all.
pub(crate) fn int(digits: &str) -> Option<i64> {
    let radix = if digits.len() > 1 && digits.starts_with('0') {
        8
    } else {
        10
    };
    i64::from_str_radix(digits, radix).ok()
}

/// `1.5`, `.5`, `1.`, `1.e5`. None if it is too large.
pub(crate) fn float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// `0xC0FFEE`. A last single digit, an error of the lexer's, is dropped.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let nibble = |digit: u8| (digit as char).to_digit(16).unwrap_or(0) as u8;
    text.as_bytes()[2..]
        .chunks_exact(2)
        .map(|pair| nibble(pair[0]) << 4 | nibble(pair[1]))
        .collect()
}

/// How many bytes of `text` are a duration (`1h30m`), if it begins with one.
pub(crate) fn duration_length(text: &str) -> Option<usize> {
    let mut rest = text;
    while let Some((_, _, after)) = duration_part(rest) {
        rest = after;
    }
    let ends =
        !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_' || next == '.');
    (rest.len() < text.len() && ends).then_some(text.len() - rest.len())
}

/// The nanoseconds of a duration; digits after a decimal point that say less than one are dropped.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (mut rest, mut total) = (text, 0i64);
    while let Some((number, unit, after)) = duration_part(rest) {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        // 18 digits hold all that a unit can say, and fit.
        let fraction = &fraction[..fraction.len().min(18)];
        let numerator: i128 = if fraction.is_empty() {
            0
        } else {
            fraction.parse().ok()?
        };
        let part = numerator * i128::from(unit) / 10i128.pow(fraction.len() as u32);
        total = total
            .checked_add(whole.checked_mul(unit)?)?
            .checked_add(i64::try_from(part).ok()?)?;
        rest = after;
    }
    Some(total)
}

/// `1.5h30m` is `1.5`, an hour's nanoseconds, `30m`.
fn duration_part(text: &str) -> Option<(&str, i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, rest) = text.split_at(end);
    if number.bytes().filter(|&c| c == b'.').count() > 1
        || !number.bytes().any(|c| c.is_ascii_digit())
    {
        return None;
    }
    DURATION_UNITS
        .iter()
        .find_map(|&(unit, nanos)| Some((number, nanos, rest.strip_prefix(unit)?)))
}

/// How many bytes of `rest`, which follows an opening quote, belong to the string, the closing quote included.
pub(crate) fn closing_quote(rest: &str, quotes: &[char]) -> Option<usize> {
    let mut characters = rest.char_indices();
    loop {
        match characters.next()? {
            (_, '\\') => {
                characters.next();
            }
            (at, quote) if quotes.contains(&quote) => return Some(at + quote.len_utf8()),
            _ => {}
        }
    }
}

/// What the text between the quotes stands for. `start` is its offset; each bad escape is an error, and
/// stands for itself.
pub(crate) fn unescape(body: &str, start: u32, errors: &mut Vec<Error>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let length = match escape_of(escape) {
            Some((character, length)) => {
                out.push(character);
                length
            }
            None => {
                let offset = start + (body.len() - escape.len()) as u32;
                errors.push(bad_escape(escape, offset));
                out.push('\\');
                1
            }
        };
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}

/// The character of the escape that `text` begins with, and the length of the escape.
fn escape_of(text: &str) -> Option<(char, usize)> {
    let number = |range: std::ops::Range<usize>, radix| {
        let digits = text.get(range.clone())?;
        let valid = digits.chars().all(|digit| digit.is_digit(radix));
        let value = u32::from_str_radix(digits, radix).ok().filter(|_| valid)?;
        Some((char::from_u32(value)?, range.end))
    };
    let character = match text.as_bytes().get(1)? {
        b'a' => '\x07',
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'v' => '\x0b',
        b'\\' => '\\',
        b'"' => '"',
        b'x' => return number(2..4, 16),
        b'u' => return number(2..6, 16),
        b'U' => return number(2..10, 16),
        b'0'..=b'7' => return number(1..4, 8).filter(|&(character, _)| character <= '\u{ff}'),
        _ => return None,
    };
    Some((character, 2))
}

fn bad_escape(text: &str, offset: u32) -> Error {
    let next = text[1..].chars().next();
    let length = 1 + next.map_or(0, char::len_utf8);
    let shown = text[..length]
        .escape_debug()
        .to_string()
        .replace("\\\\", "\\");
    let span = Span::new(offset, offset + length as u32);
    let backslash = Span::new(offset, offset + 1);
    let (message, help) = match next {
        Some('x' | 'u' | 'U' | '0'..='7') => (
            format!("the digits after `{shown}` do not make a character"),
            "write \\ooo (octal, at most \\377), \\xhh, \\uhhhh or \\Uhhhhhhhh, or \\\\ for a backslash",
        ),
        Some('\'') => ("within `\"`, `'` is not escaped".to_string(), "write '"),
        _ => (
            format!("strings have no escape `{shown}`"),
            "write \\\\ for a backslash, in regular expressions too",
        ),
    };
    let replacement = if next == Some('\'') { "" } else { "\\\\" };
    Error::new(Code::BadEscape, span, message)
        .help(help)
        .fix(backslash, replacement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_octal_after_a_zero() {
        assert_eq!(
            [int("0"), int("010"), int("08"), int("9223372036854775807")],
            [Some(0), Some(8), None, Some(i64::MAX)]
        );
        assert_eq!(int("9223372036854775808"), None);
    }

    #[test]
    fn durations_are_as_long_as_they_can_be() {
        assert_eq!(
            [
                "3s", "1h30m)", "500ms ", "3sx", "3", "1.5h", "3s4", "1.2.3s"
            ]
            .map(duration_length),
            [Some(2), Some(5), Some(5), None, None, Some(4), None, None]
        );
        assert_eq!(
            [duration("1h30m"), duration("1.5us"), duration("0.1ns")],
            [Some(5_400_000_000_000), Some(1_500), Some(0)]
        );
        assert_eq!(
            [
                duration("2562047h"),
                duration("2562048h"),
                duration(".99999999999999999999s")
            ],
            [Some(9_223_369_200_000_000_000), None, Some(999_999_999)]
        );
    }

    #[test]
    fn escapes_are_those_of_the_reference() {
        let unescaped = |body: &str| {
            let mut errors = Vec::new();
            let text = unescape(body, 0, &mut errors);
            (text, errors.len())
        };
        assert_eq!(
            unescaped(r#"a\"\\\n\x41\u00e9\U0001F600\377"#),
            ("a\"\\\nA\u{e9}\u{1F600}\u{ff}".to_string(), 0)
        );
        for bad in [
            r"\.",
            r"\'",
            r"\x4",
            r"\ud800",
            r"\U00110000",
            r"\400",
            r"\08",
            "\\\n",
            r"\é",
            r"\x+1",
        ] {
            assert_eq!(unescaped(bad).1, 1, "{bad}");
        }
    }
}
