//! Letter case as Go's packages unicode and strings change it: one character for one, by the simple
//! mappings of Unicode 15. Rust's library maps by a newer Unicode and may yield several characters.
//! Also the camel and snake case of the reference's library, which know ASCII alone.

use crate::strings;
use bumpalo::Bump;
use bumpalo::collections::Vec;

/// Letters that got a mapping after Unicode 15; Go leaves them alone.
const NEWER: [(u32, u32); 9] = [
    (0x19b, 0x19b),
    (0x264, 0x264),
    (0x1c89, 0x1c8a),
    (0xa7cb, 0xa7cf),
    (0xa7d2, 0xa7d5),
    (0xa7da, 0xa7dc),
    (0x10d50, 0x10d65),
    (0x10d70, 0x10d85),
    (0x16ea0, 0x16ed3),
];

/// `strings.ToUpper`. Bytes that are no UTF-8 become U+FFFD, unless all of `text` is ASCII.
pub(crate) fn to_upper<'a>(arena: &'a Bump, text: &'a [u8]) -> &'a [u8] {
    if !text.is_ascii() {
        return map(arena, text, upper);
    }
    if !text.iter().any(u8::is_ascii_lowercase) {
        return text;
    }
    let out = arena.alloc_slice_copy(text);
    out.make_ascii_uppercase();
    out
}

/// `strings.ToLower`. Bytes that are no UTF-8 become U+FFFD, unless all of `text` is ASCII.
pub(crate) fn to_lower<'a>(arena: &'a Bump, text: &'a [u8]) -> &'a [u8] {
    if !text.is_ascii() {
        return map(arena, text, lower);
    }
    if !text.iter().any(u8::is_ascii_uppercase) {
        return text;
    }
    let out = arena.alloc_slice_copy(text);
    out.make_ascii_lowercase();
    out
}

/// `CamelCase`: the letters and digits of `text`, the first letter of each word in upper case. A word
/// begins after a digit and after `_`, `-`, `.` and blanks; capitals in a row are lowered after the first.
/// Letters are those of ASCII; all other characters go.
pub(crate) fn to_camel<'a>(arena: &'a Bump, text: &[u8]) -> &'a [u8] {
    let text = strings::trim_space(text);
    let mut out = Vec::with_capacity_in(text.len(), arena);
    let mut begins_word = true;
    let mut after_capital = false;
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {
                out.push(match (begins_word, after_capital) {
                    (true, _) => byte.to_ascii_uppercase(),
                    (false, true) => byte.to_ascii_lowercase(),
                    (false, false) => byte,
                });
                begins_word = false;
            }
            b'0'..=b'9' => {
                out.push(byte);
                begins_word = true;
            }
            _ => begins_word = matches!(byte, b'_' | b' ' | b'-' | b'.'),
        }
        after_capital = byte.is_ascii_uppercase();
    }
    out.into_bump_slice()
}

/// `snake_case`: all letters in lower case, `_` for blanks, `-` and `.`, and `_` between words. A word
/// ends between letters and digits, before a capital, and before the last of capitals in a row.
pub(crate) fn to_snake<'a>(arena: &'a Bump, text: &[u8]) -> &'a [u8] {
    let text = strings::trim_space(text);
    let mut out = Vec::with_capacity_in(text.len() + 2, arena);
    for (i, &byte) in text.iter().enumerate() {
        let lowered = match byte {
            b' ' | b'-' | b'.' => b'_',
            _ => byte.to_ascii_lowercase(),
        };
        let next = text
            .get(i + 1)
            .map_or(Class::Other, |&next| Class::of(next));
        let class = Class::of(byte);
        let ends_word = next != Class::Other && class != Class::Other && class != next;
        let begins_word = class == Class::Upper && next == Class::Lower;
        if ends_word && begins_word && i > 0 && text[i - 1].is_ascii_uppercase() {
            out.push(b'_');
        }
        out.push(lowered);
        if ends_word && !begins_word {
            out.push(b'_');
        }
    }
    out.into_bump_slice()
}

/// What a byte is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Other,
}

impl Class {
    fn of(byte: u8) -> Class {
        match byte {
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            b'0'..=b'9' => Class::Digit,
            _ => Class::Other,
        }
    }
}

/// `strings.Map`: each bad byte counts as a character, U+FFFD.
fn map<'a>(arena: &'a Bump, text: &[u8], change: fn(char) -> char) -> &'a [u8] {
    let mut out = Vec::with_capacity_in(text.len(), arena);
    let mut push = |c: char| out.extend_from_slice_copy(c.encode_utf8(&mut [0; 4]).as_bytes());
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(change(c)));
        chunk
            .invalid()
            .iter()
            .for_each(|_| push(char::REPLACEMENT_CHARACTER));
    }
    out.into_bump_slice()
}

/// `unicode.ToUpper`.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) if !is_newer(c) => one,
        (Some(_), Some(_)) => upper_of_many(c),
        _ => c,
    }
}

/// Letters whose full mapping is several characters while their simple one is the letter with the
/// iota adscript; all others of that kind have no simple mapping.
fn upper_of_many(c: char) -> char {
    match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(c as u32 + 8).unwrap_or(c)
        }
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(c as u32 + 9).unwrap_or(c),
        _ => c,
    }
}

/// `unicode.ToLower`. Only İ has a full mapping of several characters; its simple one is the first.
fn lower(c: char) -> char {
    match c.to_lowercase().next() {
        Some(mapped) if !is_newer(c) => mapped,
        _ => c,
    }
}

fn is_newer(c: char) -> bool {
    !c.is_ascii()
        && NEWER
            .iter()
            .any(|&(first, last)| (first..=last).contains(&(c as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, camel case and snake case, with bytes beyond ASCII escaped.
    const CASES: &[(&str, &str, &str)] = &[
        ("some_name", "SomeName", "some_name"),
        ("someName", "SomeName", "some_name"),
        ("SomeName", "SomeName", "some_name"),
        ("JSONData", "Jsondata", "json_data"),
        ("HTTPServer2Go", "Httpserver2Go", "http_server_2_go"),
        ("user-ID 7x", "UserId7X", "user_id_7_x"),
        ("a1b2C3", "A1B2C3", "a_1_b_2_c_3"),
        ("ABC", "Abc", "abc"),
        ("a", "A", "a"),
        ("  x  ", "X", "x"),
        ("__a__b", "AB", "__a__b"),
        ("9lives", "9Lives", "9_lives"),
        ("getX", "GetX", "get_x"),
        ("IDs", "Ids", "i_ds"),
        (
            "éCole d'Été",
            "ColeDt",
            "\\xc3\\xa9cole_d\\'\\xc3\\x89t\\xc3\\xa9",
        ),
        (
            "numbers2And55with000",
            "Numbers2And55With000",
            "numbers_2_and_55_with_000",
        ),
        ("many__sep..x", "ManySepX", "many__sep__x"),
        ("A1", "A1", "a_1"),
        ("aB1cD", "AB1CD", "a_b_1_c_d"),
        ("HTTP2", "Http2", "http_2"),
    ];

    #[track_caller]
    fn check(text: &[u8], expected_upper: &[u8], expected_lower: &[u8]) {
        let arena = Bump::new();
        assert_eq!(to_upper(&arena, text), expected_upper);
        assert_eq!(to_lower(&arena, text), expected_lower);
    }

    #[test]
    fn maps_one_for_one() {
        check("aZ1é".as_bytes(), "AZ1É".as_bytes(), "az1é".as_bytes());
        check(
            "ßŉıİΣς".as_bytes(),
            "ßŉIİΣΣ".as_bytes(),
            "ßŉıiσς".as_bytes(),
        );
        check("ᾀᾳῳ".as_bytes(), "ᾈᾼῼ".as_bytes(), "ᾀᾳῳ".as_bytes());
        check("ǆǅ".as_bytes(), "ǄǄ".as_bytes(), "ǆǆ".as_bytes());
        check(
            "\u{a7cc}\u{264}".as_bytes(),
            "\u{a7cc}\u{264}".as_bytes(),
            "\u{a7cc}\u{264}".as_bytes(),
        );
    }

    #[test]
    fn joins_and_splits_words() {
        let arena = Bump::new();
        for (text, camel, snake) in CASES {
            assert_eq!(
                to_camel(&arena, text.as_bytes()).escape_ascii().to_string(),
                *camel,
                "{text}"
            );
            assert_eq!(
                to_snake(&arena, text.as_bytes()).escape_ascii().to_string(),
                *snake,
                "{text}"
            );
        }
    }

    #[test]
    fn replaces_bad_bytes_one_by_one() {
        check(
            b"a\xff\xe2\x82z",
            "A\u{fffd}\u{fffd}\u{fffd}Z".as_bytes(),
            "a\u{fffd}\u{fffd}\u{fffd}z".as_bytes(),
        );
    }

    #[test]
    fn keeps_what_needs_no_change() {
        let arena = Bump::new();
        let text = b"abc";
        assert!(std::ptr::eq(to_lower(&arena, text), text.as_slice()));
    }

    /// The sums of all mappings, as Go 1.26 has them.
    #[test]
    fn agrees_with_go_on_every_character() {
        let sum = |map: fn(char) -> char| {
            ('\0'..=char::MAX).fold(0u64, |sum, c| {
                sum.wrapping_mul(31).wrapping_add(map(c) as u64)
            })
        };
        assert_eq!(
            (sum(upper), sum(lower)),
            (14370978340732212153, 14471863511966764688)
        );
    }
}
