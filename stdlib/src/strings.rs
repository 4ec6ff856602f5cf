//! What Go's package strings does to strings.

use crate::utf8;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use memchr::{memchr_iter, memmem};
use ottl_vm::value::{Element, TypedList, Value};

/// `strings.Split`: the pieces between the separators; with an empty separator the characters, where a
/// bad byte counts as one.
pub(crate) fn split<'a>(arena: &'a Bump, text: &'a [u8], separator: &[u8]) -> Vec<'a, Value<'a>> {
    let mut pieces = Vec::new_in(arena);
    let mut start = 0;
    let mut cut = |at: usize| {
        pieces.push(Value::String(&text[start..at]));
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

/// A `[]string` of these strings.
pub(crate) fn list<'a>(arena: &'a Bump, strings: Vec<'a, Value<'a>>) -> Value<'a> {
    Value::TypedList(arena.alloc(TypedList { element: Element::String, items: strings.into_bump_slice() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], separator: &[u8], expected: &[&[u8]]) {
        let arena = Bump::new();
        let pieces: std::vec::Vec<&[u8]> = split(&arena, text, separator)
            .iter()
            .map(|piece| match piece {
                Value::String(piece) => *piece,
                other => panic!("{other:?} is no string"),
            })
            .collect();
        assert_eq!(pieces, expected);
    }

    #[test]
    fn splits() {
        check(b"a,b,,c", b",", &[b"a", b"b", b"", b"c"]);
        check(b"a, b,", b", ", &[b"a", b"b,"]);
        check(b"", b",", &[b""]);
        check(b"", b"", &[]);
        check(b"aaa", b"aa", &[b"", b"a"]);
        check("né\u{20ac}".as_bytes(), b"", &[b"n", "é".as_bytes(), "€".as_bytes()]);
        check(b"\xffa\xe2\x82", b"", &[b"\xff", b"a", b"\xe2", b"\x82"]);
    }
}
