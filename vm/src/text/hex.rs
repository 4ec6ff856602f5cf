//! Hexadecimal.

use bumpalo::Bump;

/// Two lower-case digits for each byte, written straight into the arena.
pub fn encode<'a>(arena: &'a Bump, bytes: &[u8]) -> &'a [u8] {
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

/// The value of a digit in either case.
pub fn digit_value(digit: u8) -> Option<u8> {
    Some(VALUES[usize::from(digit)]).filter(|value| *value != NO_DIGIT)
}

/// The bytes of which text is the digits, in either case.
///
/// # Errors
/// The first byte that is no digit.
pub fn decode<const N: usize>(text: &[u8]) -> Result<[u8; N], u8> {
    let (mut bytes, mut seen) = ([0; N], 0);
    let pairs = text.as_chunks::<2>().0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (VALUES[usize::from(*high)], VALUES[usize::from(*low)]);
        seen |= high | low;
        *byte = high << 4 | low;
    }
    // No digit has the bits that stand for none.
    match seen & 0xf0 {
        0 => Ok(bytes),
        _ => Err(first_bad(text)),
    }
}

#[cold]
fn first_bad(text: &[u8]) -> u8 {
    let bad = text.iter().find(|byte| digit_value(**byte).is_none());
    bad.copied().unwrap_or_default()
}

const NO_DIGIT: u8 = u8::MAX;

/// By byte: the value that it has as a digit.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        values[digit as usize] = value;
        values[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
};

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
        for digit in 0..=255 {
            let expected = char::from(digit).to_digit(16).map(|value| value as u8);
            assert_eq!(digit_value(digit), expected);
        }
        assert_eq!(decode(b"00fFaB"), Ok([0, 255, 0xab]));
        assert_eq!(decode::<2>(b"0gg0"), Err(b'g'));
    }
}
