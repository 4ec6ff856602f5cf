//! Haystacks that are not UTF-8.
//!
//! The reference reads a byte that is not part of a valid character as one U+FFFD of width 1. The
//! engine knows valid text only, so such a haystack is searched as a copy in which each bad byte
//! is replaced, and offsets are translated back.

/// Bytes of U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

/// Bytes by which a replaced byte grows.
const GROWTH: usize = REPLACEMENT.len() - 1;

/// Whether the bytes are UTF-8.
pub(super) fn is_valid(haystack: &[u8]) -> bool {
    haystack.is_ascii() || simdutf8::basic::from_utf8(haystack).is_ok()
}

/// The character that the bytes begin with; None if there is none or it is invalid.
pub(super) fn decode(bytes: &[u8]) -> Option<char> {
    let width = match bytes.first()? {
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0.. => 4,
    };
    std::str::from_utf8(bytes.get(..width)?)
        .ok()?
        .chars()
        .next()
}

/// A haystack with its bad bytes replaced. Reused from search to search.
#[derive(Clone, Debug, Default)]
pub(super) struct Repaired {
    text: Vec<u8>,
    /// Where in `text` the replaced bytes begin, ascending.
    replaced: Vec<usize>,
}

impl Repaired {
    pub(super) fn fill(&mut self, haystack: &[u8]) {
        self.text.clear();
        self.replaced.clear();
        for chunk in haystack.utf8_chunks() {
            self.text.extend_from_slice(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                self.replaced.push(self.text.len());
                self.text.extend_from_slice(REPLACEMENT);
            }
        }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The offset in `text` of an offset in the haystack.
    pub(super) fn repaired_offset(&self, offset: usize) -> usize {
        let before = |(index, at): (usize, &usize)| at - index * GROWTH < offset;
        let count = self
            .replaced
            .iter()
            .enumerate()
            .take_while(|&entry| before(entry))
            .count();
        offset + count * GROWTH
    }

    /// The offset in the haystack of an offset in `text`, which must not lie within a character.
    pub(super) fn original_offset(&self, offset: usize) -> usize {
        offset - self.replaced.partition_point(|&at| at < offset) * GROWTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_go_there_and_back() {
        let haystack = b"a\xff\xe2\x82b\xc3\xa9\xed\xa0\x80";
        let mut repaired = Repaired::default();
        repaired.fill(haystack);
        assert_eq!(
            std::str::from_utf8(repaired.text()),
            Ok("a\u{FFFD}\u{FFFD}\u{FFFD}bé\u{FFFD}\u{FFFD}\u{FFFD}")
        );
        for offset in [0, 1, 2, 3, 4, 5, 7, 8, 9, 10] {
            assert_eq!(
                repaired.original_offset(repaired.repaired_offset(offset)),
                offset
            );
        }
        assert_eq!(
            repaired.repaired_offset(haystack.len()),
            repaired.text().len()
        );
    }

    #[test]
    fn decoding_stops_at_bad_bytes() {
        assert_eq!(decode("é".as_bytes()), Some('é'));
        assert_eq!(decode("😀x".as_bytes()), Some('😀'));
        for bad in [
            &b""[..],
            b"\x80",
            b"\xc3",
            b"\xc0\x80",
            b"\xed\xa0\x80",
            b"\xe2\x82",
            b"\xff",
            b"\xf4\x90\x80\x80",
        ] {
            assert_eq!(decode(bad), None, "{bad:x?}");
        }
    }
}
