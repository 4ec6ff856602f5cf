//! Lower-case hexadecimal.

use bumpalo::Bump;

/// The two digits of each byte.
const DIGITS: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

/// Two digits for each byte, written straight into the arena.
pub(crate) fn encode<'a>(arena: &'a Bump, bytes: &[u8]) -> &'a [u8] {
    let out = arena.alloc_slice_fill_copy(bytes.len() * 2, 0);
    for (pair, byte) in out.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = DIGITS[usize::from(*byte)];
    }
    out
}

/// The value of a hexadecimal digit in either case.
pub(crate) fn digit_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_two_digits_a_byte() {
        let arena = Bump::new();
        assert_eq!(encode(&arena, b"\x00\x0f\xf0\xff"), b"000ff0ff");
        assert_eq!(encode(&arena, b""), b"");
        assert_eq!(
            (digit_value(b'a'), digit_value(b'F'), digit_value(b'g')),
            (Some(10), Some(15), None)
        );
    }
}
