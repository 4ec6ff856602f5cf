//! UTF-8 in strings that need not be UTF-8, as Go's package unicode/utf8 sees it.

/// `utf8.RuneStart`: whether a byte can begin a character, which is any but a continuation byte.
pub(crate) fn is_start(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// The last position up to `at` where a character can begin. `at` lies within `text`.
pub(crate) fn start_before(text: &[u8], at: usize) -> usize {
    (1..=at).rev().find(|&i| is_start(text[i])).unwrap_or(0)
}

/// `utf8.DecodeRune`: the first character and its length; U+FFFD and 1 where there is none. Not for an
/// empty `text`.
#[inline]
pub(crate) fn first(text: &[u8]) -> (char, usize) {
    match text {
        [ascii @ ..0x80, ..] => (char::from(*ascii), 1),
        _ => first_of_several(text),
    }
}

fn first_of_several(text: &[u8]) -> (char, usize) {
    let head = &text[..text.len().min(4)];
    match head
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next())
    {
        Some(c) => (c, c.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, 1),
    }
}

/// `utf8.DecodeLastRune`: the last character and its length; U+FFFD and 1 where there is none. Not for
/// an empty `text`.
#[inline]
pub(crate) fn last(text: &[u8]) -> (char, usize) {
    match text {
        [.., ascii @ ..0x80] => (char::from(*ascii), 1),
        _ => last_of_several(text),
    }
}

fn last_of_several(text: &[u8]) -> (char, usize) {
    let start = (1..=text.len().min(4)).find(|&length| is_start(text[text.len() - length]));
    match start.map(|length| (first(&text[text.len() - length..]), length)) {
        Some(((c, decoded), length)) if decoded == length => (c, length),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backs_up_to_a_start() {
        let text = "aé€".as_bytes();
        let starts: Vec<usize> = (0..text.len()).map(|at| start_before(text, at)).collect();
        assert_eq!(starts, [0, 1, 1, 3, 3, 3]);
        assert_eq!(start_before(b"\x80\x80", 1), 0);
    }

    #[test]
    fn decodes_one_character() {
        assert_eq!(first("é€".as_bytes()), ('é', 2));
        assert_eq!(first(b"\xe2\x82"), ('\u{fffd}', 1));
        assert_eq!(first(b"a\xff"), ('a', 1));
        assert_eq!(last("é€".as_bytes()), ('€', 3));
        assert_eq!(last(b"a\xe2\x82"), ('\u{fffd}', 1));
        assert_eq!(last(b"\x82a"), ('a', 1));
        assert_eq!(last(b"\x80\x80\x80\x80\x80"), ('\u{fffd}', 1));
    }
}
