//! Letter case as Go's packages unicode and strings change it: one character for one, by the simple
//! mappings of Unicode 15. Rust's library maps by a newer Unicode and may yield several characters.

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

/// `strings.Map`: each bad byte counts as a character, U+FFFD.
fn map<'a>(arena: &'a Bump, text: &[u8], change: fn(char) -> char) -> &'a [u8] {
    let mut out = Vec::with_capacity_in(text.len(), arena);
    let mut push = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(change(c)));
        chunk.invalid().iter().for_each(|_| push(char::REPLACEMENT_CHARACTER));
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
    !c.is_ascii() && NEWER.iter().any(|&(first, last)| (first..=last).contains(&(c as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected_upper: &[u8], expected_lower: &[u8]) {
        let arena = Bump::new();
        assert_eq!(to_upper(&arena, text), expected_upper);
        assert_eq!(to_lower(&arena, text), expected_lower);
    }

    #[test]
    fn maps_one_for_one() {
        check("aZ1é".as_bytes(), "AZ1É".as_bytes(), "az1é".as_bytes());
        check("ßŉıİΣς".as_bytes(), "ßŉIİΣΣ".as_bytes(), "ßŉıiσς".as_bytes());
        check("ᾀᾳῳ".as_bytes(), "ᾈᾼῼ".as_bytes(), "ᾀᾳῳ".as_bytes());
        check("ǆǅ".as_bytes(), "ǄǄ".as_bytes(), "ǆǆ".as_bytes());
        check("\u{a7cc}\u{264}".as_bytes(), "\u{a7cc}\u{264}".as_bytes(), "\u{a7cc}\u{264}".as_bytes());
    }

    #[test]
    fn replaces_bad_bytes_one_by_one() {
        check(b"a\xff\xe2\x82z", "A\u{fffd}\u{fffd}\u{fffd}Z".as_bytes(), "a\u{fffd}\u{fffd}\u{fffd}z".as_bytes());
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
            ('\0'..=char::MAX).fold(0u64, |sum, c| sum.wrapping_mul(31).wrapping_add(map(c) as u64))
        };
        assert_eq!((sum(upper), sum(lower)), (14370978340732212153, 14471863511966764688));
    }
}
