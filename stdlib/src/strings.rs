//! What Go's package strings does to strings.

use crate::utf8;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use memchr::{memchr_iter, memmem};
use ottl_vm::value::{Element, TypedList, Value};

/// `strings.Split`: the pieces between the separators; with an empty separator the characters, where a
/// bad byte counts as one.
pub(crate) fn split<'a>(arena: &'a Bump, text: &'a [u8], separator: &[u8]) -> Vec<'a, &'a [u8]> {
    split_as(arena, text, separator, |piece| piece)
}

/// What `make` makes of each of the pieces.
pub(crate) fn split_as<'a, T>(
    arena: &'a Bump,
    text: &'a [u8],
    separator: &[u8],
    make: impl Fn(&'a [u8]) -> T,
) -> Vec<'a, T> {
    let count = match separator {
        [byte] => memchr_iter(*byte, text).count() + 1,
        _ => 0,
    };
    let mut pieces = Vec::with_capacity_in(count, arena);
    let mut start = 0;
    let mut cut = |at: usize| {
        pieces.push(make(&text[start..at]));
        start = at + separator.len();
    };
    match separator {
        [] => {
            let mut at = 0;
            while at < text.len() {
                at += utf8::first(&text[at..]).1;
                cut(at);
            }
            return pieces;
        }
        [byte] => memchr_iter(*byte, text).for_each(&mut cut),
        _ => memmem::find_iter(text, separator).for_each(&mut cut),
    }
    cut(text.len());
    pieces
}

/// `strings.Trim` by a rule: without the characters at both ends of which `is_cut` holds. A bad byte counts
/// as U+FFFD.
pub(crate) fn trim(mut text: &[u8], is_cut: impl Fn(char) -> bool) -> &[u8] {
    while !text.is_empty() {
        let (c, length) = utf8::first(text);
        if !is_cut(c) {
            break;
        }
        text = &text[length..];
    }
    while !text.is_empty() {
        let (c, length) = utf8::last(text);
        if !is_cut(c) {
            break;
        }
        text = &text[..text.len() - length];
    }
    text
}

/// `strings.TrimSpace`.
#[inline]
pub(crate) fn trim_space(text: &[u8]) -> &[u8] {
    match text {
        // Nothing is to be cut from most.
        [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => trim(text, char::is_whitespace),
    }
}

/// Where `needle` first stands in the text.
#[inline]
pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => memchr::memchr(*byte, text),
        [first, ..] if text.len() <= SHORT => find_by_first(text, *first, needle),
        _ => memmem::find(text, needle),
    }
}

/// Texts that are searched before a search for more than a byte would be set up: bytes.
const SHORT: usize = 128;

fn find_by_first(text: &[u8], first: u8, needle: &[u8]) -> Option<usize> {
    let last = text.len().checked_sub(needle.len())?;
    let starts = &text[..=last];
    let mut at = 0;
    loop {
        at += memchr::memchr(first, &starts[at..])?;
        if text[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

/// A `[]string` of these strings.
pub(crate) fn list<'a>(arena: &'a Bump, items: &'a [Value<'a>]) -> Value<'a> {
    Value::TypedList(arena.alloc(TypedList {
        element: Element::String,
        items,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], separator: &[u8], expected: &[&[u8]]) {
        let arena = Bump::new();
        let pieces = split(&arena, text, separator);
        assert_eq!(pieces, expected);
    }

    #[test]
    fn trims() {
        assert_eq!(trim_space(" \u{a0}a b\n\u{2003}".as_bytes()), b"a b");
        assert_eq!(trim_space(b" \t "), b"");
        assert_eq!(trim(b"\xffa\xe2\x82", |c| c == '\u{fffd}'), b"a");
        assert_eq!(trim(b"aba", |c| c == 'b'), b"aba");
    }

    #[test]
    fn finds_as_the_search_for_long_texts_does() {
        let pieces: [&[u8]; 7] = [b"", b"a", b"ab", b"aab", b"ba", b"xyz", &[b'a'; 130]];
        for one in pieces {
            for other in pieces {
                let text = [one, other, b"abc", one].concat();
                for needle in pieces.into_iter().chain([&b"abc"[..], b"aba", &text]) {
                    assert_eq!(find(&text, needle), memmem::find(&text, needle));
                }
            }
        }
    }

    #[test]
    fn splits() {
        check(b"a,b,,c", b",", &[b"a", b"b", b"", b"c"]);
        check(b"a, b,", b", ", &[b"a", b"b,"]);
        check(b"", b",", &[b""]);
        check(b"", b"", &[]);
        check(b"aaa", b"aa", &[b"", b"a"]);
        check(
            "né\u{20ac}".as_bytes(),
            b"",
            &[b"n", "é".as_bytes(), "€".as_bytes()],
        );
        check(b"\xffa\xe2\x82", b"", &[b"\xff", b"a", b"\xe2", b"\x82"]);
    }
}
