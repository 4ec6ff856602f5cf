//! Encodings of text, under the names that IANA has for them.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use encoding_rs::Encoding;
use std::collections::HashMap;
use std::sync::LazyLock;

/// An encoding a line: its names, a tab, its characters from byte 128 on, or from 0 on if it does not
/// contain ASCII: code points in hexadecimal, runs as `first-last`, repetitions as `code*count`. Or, after
/// an equals sign, the name of an encoding that is no table.
const ENCODINGS: &str = include_str!("encodings.tsv");

/// An encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TextEncoding {
    /// Bytes stay as they are.
    None,
    Utf8,
    /// Bytes beyond ASCII are bad.
    Ascii,
    Utf16 {
        is_big_endian: bool,
        /// Whether a byte order mark at the beginning decides the order.
        reads_mark: bool,
    },
    /// A character a byte.
    Table(&'static [char; 256]),
    /// One of East Asia's. Malformed text may give another number of U+FFFD than in the reference.
    Multibyte(&'static Encoding),
}

static BY_NAME: LazyLock<HashMap<&'static str, TextEncoding>> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    for line in ENCODINGS.lines() {
        let (names, form) = line.split_once('\t').expect("a line has two columns");
        let encoding = TextEncoding::from_form(form);
        by_name.extend(names.split(' ').map(|name| (name, encoding)));
    }
    by_name
});

impl TextEncoding {
    /// The encoding with this name, in any case.
    pub(crate) fn named(name: &[u8]) -> Option<TextEncoding> {
        let name = std::str::from_utf8(name).ok()?.to_lowercase();
        if name.is_empty() {
            return Some(TextEncoding::Utf8);
        }
        BY_NAME.get(name.trim()).copied()
    }

    fn from_form(form: &str) -> TextEncoding {
        match form.strip_prefix('=') {
            None => TextEncoding::Table(Box::leak(Box::new(table(form)))),
            Some("none") => TextEncoding::None,
            Some("utf-8") => TextEncoding::Utf8,
            Some("ascii") => TextEncoding::Ascii,
            Some("utf-16") => TextEncoding::Utf16 {
                is_big_endian: true,
                reads_mark: true,
            },
            Some("utf-16be") => TextEncoding::Utf16 {
                is_big_endian: true,
                reads_mark: false,
            },
            Some("utf-16le") => TextEncoding::Utf16 {
                is_big_endian: false,
                reads_mark: false,
            },
            Some(label) => TextEncoding::Multibyte(
                Encoding::for_label(label.as_bytes()).expect("a known label"),
            ),
        }
    }

    /// The bytes as UTF-8. What does not decode becomes U+FFFD.
    pub(crate) fn decode<'a>(self, arena: &'a Bump, bytes: &'a [u8]) -> &'a [u8] {
        match self {
            TextEncoding::None => bytes,
            TextEncoding::Utf8 => match std::str::from_utf8(bytes) {
                Ok(_) => bytes,
                Err(_) => arena.alloc_str(&String::from_utf8_lossy(bytes)).as_bytes(),
            },
            TextEncoding::Ascii => map(arena, bytes, |byte| match byte {
                0..0x80 => char::from(byte),
                _ => char::REPLACEMENT_CHARACTER,
            }),
            TextEncoding::Table(table) => map(arena, bytes, |byte| table[usize::from(byte)]),
            TextEncoding::Utf16 {
                is_big_endian,
                reads_mark,
            } => utf16(arena, bytes, is_big_endian, reads_mark),
            TextEncoding::Multibyte(encoding) => arena
                .alloc_str(&encoding.decode_without_bom_handling(bytes).0)
                .as_bytes(),
        }
    }
}

fn table(form: &str) -> [char; 256] {
    let code = |text: &str| u32::from_str_radix(text, 16).expect("a code point");
    let mut characters = std::vec::Vec::with_capacity(256);
    for run in form.split(' ') {
        if let Some((first, count)) = run.split_once('*') {
            let count = count.parse().expect("a count");
            characters.extend(std::iter::repeat_n(code(first), count));
        } else {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            characters.extend(code(first)..=code(last));
        }
    }
    let mut table = std::array::from_fn(|byte| char::from(byte as u8));
    let start = 256 - characters.len();
    for (place, code) in table[start..].iter_mut().zip(characters) {
        *place = char::from_u32(code).expect("a character");
    }
    table
}

fn map<'a>(arena: &'a Bump, bytes: &[u8], character: impl Fn(u8) -> char) -> &'a [u8] {
    let mut out = Vec::with_capacity_in(bytes.len(), arena);
    for &byte in bytes {
        let character = character(byte);
        if character.is_ascii() {
            out.push(character as u8);
            continue;
        }
        out.extend_from_slice_copy(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.into_bump_slice()
}

fn utf16<'a>(
    arena: &'a Bump,
    mut bytes: &[u8],
    mut is_big_endian: bool,
    reads_mark: bool,
) -> &'a [u8] {
    if let ([0xfe, 0xff, rest @ ..], true) | ([0xff, 0xfe, rest @ ..], true) = (bytes, reads_mark) {
        is_big_endian = bytes[0] == 0xfe;
        bytes = rest;
    }
    let (pairs, rest) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| {
        if is_big_endian {
            u16::from_be_bytes(*pair)
        } else {
            u16::from_le_bytes(*pair)
        }
    };
    let mut out = Vec::with_capacity_in(pairs.len() * 3 + rest.len() * 3, arena);
    let push_char = |out: &mut Vec<'_, u8>, c: char| {
        out.extend_from_slice_copy(c.encode_utf8(&mut [0; 4]).as_bytes());
    };
    let mut units = pairs.iter().map(unit).peekable();
    while let Some(first) = units.next() {
        // What is no surrogate is a character.
        match first {
            0..0x80 => {
                out.push(first as u8);
                continue;
            }
            0x80..0x800 => {
                out.extend_from_slice_copy(&[0xc0 | (first >> 6) as u8, continuation(first)]);
                continue;
            }
            0x800..0xd800 | 0xe000.. => {
                let head = 0xe0 | (first >> 12) as u8;
                out.extend_from_slice_copy(&[head, continuation(first >> 6), continuation(first)]);
                continue;
            }
            0xd800..0xe000 => {}
        }
        // Any surrogate takes a low one with it, whether they are a pair or not.
        let low = if matches!(first, 0xd800..=0xdfff) {
            units.next_if(|unit| (0xdc00..=0xdfff).contains(unit))
        } else {
            None
        };
        let decoded = char::decode_utf16([first].into_iter().chain(low))
            .next()
            .and_then(Result::ok);
        push_char(&mut out, decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    // A byte is missing.
    rest.iter()
        .for_each(|_| push_char(&mut out, char::REPLACEMENT_CHARACTER));
    out.into_bump_slice()
}

/// A byte of a character in UTF-8 behind its first.
fn continuation(bits: u16) -> u8 {
    0x80 | (bits & 0x3f) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, bytes: &[u8], expected: &str) {
        let arena = Bump::new();
        let encoding = TextEncoding::named(name.as_bytes()).expect("a known encoding");
        assert_eq!(
            String::from_utf8_lossy(encoding.decode(&arena, bytes)),
            expected
        );
    }

    #[test]
    fn decodes() {
        check("Latin1", b"a\xe9\x80", "aé\u{80}");
        check("windows-1252", b"\x80\x81", "€\u{fffd}");
        check("ibm037", b"\x81\xc1\x40", "aA ");
        check("UTF-16", b"a\0\xac\x20\x3d\xd8\0", "a€\u{fffd}\u{fffd}");
        check("csUTF16", b"\xff\xfea\0", "a");
        check("utf-16be", b"\xfe\xff\0a", "\u{feff}a");
        check("Shift_JIS", b"\x83\x65", "テ");
        check("", b"\xffa", "\u{fffd}a");
    }

    #[test]
    fn utf_16_decodes_as_the_standard_library_does() {
        let arena = Bump::new();
        let decode = |units: &[u16]| {
            let bytes: std::vec::Vec<u8> =
                units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            utf16(&arena, &bytes, false, false)
        };
        for unit in (0..=u16::MAX).filter(|unit| !(0xd800..0xe000).contains(unit)) {
            let character = char::from_u32(u32::from(unit)).expect("no surrogate");
            assert_eq!(decode(&[unit]), character.to_string().as_bytes());
        }
        let text = "aé€\u{ffff}😀\u{10ffff}\u{10000}";
        let units: std::vec::Vec<u16> = text.encode_utf16().collect();
        assert_eq!(decode(&units), text.as_bytes());
    }

    #[test]
    fn every_line_is_an_encoding() {
        assert!(ENCODINGS.lines().count() > 40);
        assert!(TextEncoding::named(b"utf-7").is_none());
        assert_eq!(
            BY_NAME
                .get("koi8-r")
                .map(|encoding| matches!(encoding, TextEncoding::Table(_))),
            Some(true)
        );
    }
}
