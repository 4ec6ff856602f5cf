//! Lower-case hexadecimal.

use bumpalo::Bump;

/// Two digits for each byte, written straight into the arena.
pub(crate) fn encode<'a>(arena: &'a Bump, bytes: &[u8]) -> &'a [u8] {
    let out = arena.alloc_slice_fill_copy(bytes.len() * 2, 0);
    for (pair, byte) in out.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = digits(*byte);
    }
    out
}

/// The digits of a byte, by sums alone: so the bytes of a hash are done many at once.
#[inline(always)]
fn digits(byte: u8) -> [u8; 2] {
    const ZEROS: u16 = 0x3030;
    /// From the digit that would follow `9` to `a`.
    const TO_LETTER: u16 = (b'a' - b'0' - 10) as u16;
    let byte = u16::from(byte);
    let values = (byte << 8 | byte >> 4) & 0x0f0f;
    let letters = (values + 0x0606) >> 4 & 0x0101;
    (values + ZEROS + letters * TO_LETTER).to_le_bytes()
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
        let bytes: Vec<u8> = (0..=255).collect();
        let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(encode(&arena, &bytes), expected.as_bytes());
        assert_eq!(
            (digit_value(b'a'), digit_value(b'F'), digit_value(b'g')),
            (Some(10), Some(15), None)
        );
    }
}
