//! Base64 (standard alphabet, padded) and hexadecimal ids, as OTLP/JSON has them.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// 64 for what isn't in the alphabet.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut index = 0;
    while index < 64 {
        values[ALPHABET[index] as usize] = index as u8;
        index += 1;
    }
    values
};

/// Appends `bytes` in base64, padded with `=`.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = |index: u32| ALPHABET[(bits >> (18 - 6 * index) & 63) as usize];
        let [a, b, c, d] = [digit(0), digit(1), digit(2), digit(3)];
        out.extend_from_slice(&match chunk.len() {
            1 => [a, b, b'=', b'='],
            2 => [a, b, c, b'='],
            _ => [a, b, c, d],
        });
    }
}

/// Appends the bytes that `text` stands for. Line ends inside are passed over and bits that don't make a
/// byte needn't be zero. Returns `None`, with `out` longer by some bytes, if it isn't padded base64.
pub fn decode(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (mut bits, mut count, mut padding) = (0u32, 0, 0);
    for &byte in text.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        let value = if byte == b'=' && count >= 2 {
            padding += 1;
            0
        } else {
            VALUES[usize::from(byte)]
        };
        // After padding comes padding or nothing.
        if value == 64 || (padding > 0 && byte != b'=') || padding > 2 {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            let [_, bytes @ ..] = bits.to_be_bytes();
            out.extend_from_slice(&bytes[..3 - padding]);
            (bits, count) = (0, 0);
        }
    }
    (count == 0).then_some(())
}

/// Fills `id` from twice as many hexadecimal digits of either case.
pub(super) fn decode_hex(text: &[u8], id: &mut [u8]) -> Option<()> {
    if text.len() != 2 * id.len() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for (byte, pair) in id.iter_mut().zip(text.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Some(())
}

/// Appends `id` in lower-case hexadecimal.
pub(super) fn encode_hex(id: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in id {
        out.extend_from_slice(&[
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decode(text.as_bytes(), &mut out).map(|()| out)
    }

    #[test]
    fn base64_round_trips() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let mut text = Vec::new();
            encode(&bytes[..length], &mut text);
            let text = String::from_utf8(text).expect("ASCII");
            assert_eq!(decoded(&text).as_deref(), Some(&bytes[..length]));
        }
    }

    #[test]
    fn base64_is_as_lax_as_the_reference() {
        assert_eq!(decoded("aG\nk=\r\n").as_deref(), Some(b"hi".as_slice()));
        assert_eq!(
            decoded("aGl=").as_deref(),
            Some(b"hi".as_slice()),
            "stray bits"
        );
        for refused in [
            "aGk", "aGk==", "a===", "=", "aGk=aGk=", "aG k", "aGk-", "a=", "====", "aG=k",
        ] {
            assert_eq!(decoded(refused), None, "{refused}");
        }
    }
}
