//! Base 64 as Go's package encoding/base64 writes and reads it.

use bumpalo::Bump;
use bumpalo::collections::Vec;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A variant of base 64.
#[derive(Clone, Copy)]
pub(crate) struct Variant {
    is_url: bool,
    is_padded: bool,
}

/// The position of the input byte where base 64 is broken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Corrupt(pub(crate) usize);

impl Variant {
    /// With the standard alphabet and padding.
    pub(crate) const PADDED: Variant = Variant {
        is_url: false,
        is_padded: true,
    };

    /// The variant of this name in OTTL.
    pub(crate) fn named(name: &[u8]) -> Option<Variant> {
        let (is_url, is_padded) = match name {
            b"base64" => (false, true),
            b"base64-raw" => (false, false),
            b"base64-url" => (true, true),
            b"base64-raw-url" => (true, false),
            _ => return None,
        };
        Some(Variant { is_url, is_padded })
    }

    pub(crate) fn encode<'a>(self, arena: &'a Bump, bytes: &[u8]) -> &'a [u8] {
        self.encode_behind(arena, b"", bytes)
    }

    /// The same, behind a text.
    pub(crate) fn encode_behind<'a>(self, arena: &'a Bump, text: &[u8], bytes: &[u8]) -> &'a [u8] {
        let alphabet = if self.is_url { URL } else { STANDARD };
        let encode = |[a, b, c]: [u8; 3]| {
            let bits = u32::from_be_bytes([0, a, b, c]);
            [18, 12, 6, 0].map(|shift| alphabet[(bits >> shift) as usize & 63])
        };
        let (groups, rest) = bytes.as_chunks::<3>();
        let last = match rest.len() {
            0 => 0,
            _ if self.is_padded => 4,
            length => length + 1,
        };
        let out = arena.alloc_slice_fill_copy(text.len() + groups.len() * 4 + last, b'=');
        let (start, digits) = out.split_at_mut(text.len());
        start.copy_from_slice(text);
        let (encoded, last) = digits.as_chunks_mut::<4>();
        for (encoded, group) in encoded.iter_mut().zip(groups) {
            *encoded = encode(*group);
        }
        let last = match encoded.get_mut(groups.len()) {
            Some(padded) => padded.as_mut_slice(),
            None => last,
        };
        let mut group = [0; 3];
        group[..rest.len()].copy_from_slice(rest);
        let digits = rest.len() + usize::from(!rest.is_empty());
        last[..digits].copy_from_slice(&encode(group)[..digits]);
        out
    }

    /// Line breaks between digits are skipped; bits left over need not be zero.
    pub(crate) fn decode<'a>(self, arena: &'a Bump, text: &[u8]) -> Result<&'a [u8], Corrupt> {
        let digits = self.digits();
        let mut out = Vec::with_capacity_in(text.len() / 4 * 3 + 3, arena);
        let mut at = 0;
        loop {
            // Four digits on end: most of the text.
            while let Some(group) = text[at..].first_chunk::<4>() {
                let [a, b, c, d] = group.map(|byte| digits[usize::from(byte)]);
                // No digit has the bits that stand for none.
                if (a | b | c | d) & !63 != 0 {
                    break;
                }
                let [a, b, c, d] = [a, b, c, d].map(u32::from);
                let [_, bytes @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
                out.extend_from_slice_copy(&bytes);
                at += group.len();
            }
            let (mut bits, mut count) = (0u32, 0);
            let is_last = loop {
                let Some(&byte) = text.get(at) else {
                    match count {
                        0 => return Ok(out.into_bump_slice()),
                        1 => return Err(Corrupt(at - 1)),
                        _ if self.is_padded => return Err(Corrupt(at - count)),
                        _ => break true,
                    }
                };
                at += 1;
                let digit = digits[usize::from(byte)];
                if digit != NO_DIGIT {
                    bits = bits << 6 | u32::from(digit);
                    count += 1;
                    if count == 4 {
                        break false;
                    }
                } else if !is_line_break(byte) {
                    at = self.padding(text, at, count)?;
                    break true;
                }
            };
            bits <<= 6 * (4 - count);
            out.extend_from_slice(&bits.to_be_bytes()[1..count]);
            if is_last {
                return Ok(out.into_bump_slice());
            }
        }
    }

    /// Checks the padding, of which the first sign stands before `at`, after `count` digits.
    fn padding(self, text: &[u8], mut at: usize, count: usize) -> Result<usize, Corrupt> {
        if !self.is_padded || text[at - 1] != b'=' || count < 2 {
            return Err(Corrupt(at - 1));
        }
        let skip = |at: usize| {
            text[at..]
                .iter()
                .position(|&byte| !is_line_break(byte))
                .map(|length| at + length)
        };
        if count == 2 {
            at = skip(at).ok_or(Corrupt(text.len()))?;
            if text[at] != b'=' {
                return Err(Corrupt(at - 1));
            }
            at += 1;
        }
        match skip(at) {
            Some(rest) => Err(Corrupt(rest)),
            None => Ok(text.len()),
        }
    }

    /// What each byte stands for in this alphabet.
    fn digits(self) -> &'static [u8; 256] {
        const STANDARD_DIGITS: [u8; 256] = digits(STANDARD);
        const URL_DIGITS: [u8; 256] = digits(URL);
        match self.is_url {
            false => &STANDARD_DIGITS,
            true => &URL_DIGITS,
        }
    }
}

const NO_DIGIT: u8 = 0xff;

const fn digits(alphabet: &[u8; 64]) -> [u8; 256] {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < alphabet.len() {
        digits[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    digits
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_and_decodes() {
        let arena = Bump::new();
        for name in ["base64", "base64-raw", "base64-url", "base64-raw-url"] {
            let variant = Variant::named(name.as_bytes()).expect("known");
            for length in 0..20u8 {
                let bytes: std::vec::Vec<u8> =
                    (0..length).map(|n| n.wrapping_mul(83) ^ 0xfa).collect();
                let text = variant.encode(&arena, &bytes);
                assert_eq!(variant.decode(&arena, text), Ok(bytes.as_slice()));
                // Wherever a line break stands, the digits behind it are read one by one.
                for at in 0..=text.len() {
                    let broken = [&text[..at], b"\n", &text[at..]].concat();
                    assert_eq!(variant.decode(&arena, &broken), Ok(bytes.as_slice()));
                }
            }
        }
        assert_eq!(Variant::PADDED.encode(&arena, b"a"), b"YQ==");
        assert!(Variant::named(b"base32").is_none());
    }

    #[test]
    fn reads_as_go() {
        let arena = Bump::new();
        for (text, expected) in [
            ("YQ==", Ok("a")),
            ("Y\nQ=\r\n=\n", Ok("a")),
            ("YR==", Ok("a")),
            ("YQ", Err(0)),
            ("YQ=", Err(3)),
            ("YQ==x", Err(4)),
            ("YQ=x", Err(2)),
            ("Y===", Err(1)),
            ("=", Err(0)),
            ("Y", Err(0)),
            ("YWJj!", Err(4)),
            ("YWJjZ", Err(4)),
        ] {
            let decoded = Variant::PADDED.decode(&arena, text.as_bytes());
            assert_eq!(
                decoded,
                expected.map(str::as_bytes).map_err(Corrupt),
                "{text}"
            );
        }
    }
}
