//! Where strings end: the quotes, backslashes and zero bytes of a text, 64 bytes at a time.

/// How many bytes are looked at at once.
const BLOCK_BYTES: usize = u64::BITS as usize;

/// The quotes, backslashes and zero bytes of a block of a text. The end of the text counts as a zero byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// Where the block begins.
    at: usize,
    /// A bit for each byte of the block, the first lowest.
    bits: u64,
}

impl Marks {
    /// The first from a place on that is no lower than the last one found, and within the text or at its end.
    #[inline(always)]
    pub(super) fn next(&mut self, text: &[u8], from: usize) -> usize {
        let ahead = from - self.at;
        if ahead < BLOCK_BYTES {
            let bits = self.bits >> ahead;
            if bits != 0 {
                return from + bits.trailing_zeros() as usize;
            }
        }
        self.next_block(text, from)
    }

    #[inline(never)]
    fn next_block(&mut self, text: &[u8], mut from: usize) -> usize {
        while from < text.len() {
            let bits = block(text, from);
            *self = Marks { at: from, bits };
            if bits != 0 {
                return from + bits.trailing_zeros() as usize;
            }
            from += BLOCK_BYTES;
        }
        text.len()
    }
}

/// The marks of the block that begins at a place of a text.
#[inline(always)]
fn block(text: &[u8], from: usize) -> u64 {
    let rest = &text[from..];
    if let Some(bytes) = rest.first_chunk() {
        return marks(bytes);
    }
    let beyond = u64::MAX << rest.len();
    match text.last_chunk() {
        Some(bytes) => marks(bytes) >> (BLOCK_BYTES - rest.len()) | beyond,
        None => {
            let mut bytes = [0; BLOCK_BYTES];
            bytes[..rest.len()].copy_from_slice(rest);
            marks(&bytes)
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn marks(bytes: &[u8; BLOCK_BYTES]) -> u64 {
    // SAFETY: SSE2 is part of every x86-64 processor.
    unsafe { marks_sse2(bytes) }
}

/// The same, 16 bytes at a time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn marks_sse2(bytes: &[u8; BLOCK_BYTES]) -> u64 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        _mm_setzero_si128,
    };
    let (parts, _) = bytes.as_chunks::<16>();
    let mut all = 0;
    for (number, part) in parts.iter().enumerate() {
        let both = u128::from_le_bytes(*part);
        let part = _mm_set_epi64x((both >> 64) as i64, both as i64);
        let quotes = _mm_cmpeq_epi8(part, _mm_set1_epi8(b'"' as i8));
        let backslashes = _mm_cmpeq_epi8(part, _mm_set1_epi8(b'\\' as i8));
        let zeros = _mm_cmpeq_epi8(part, _mm_setzero_si128());
        let found = _mm_or_si128(_mm_or_si128(quotes, backslashes), zeros);
        all |= u64::from(_mm_movemask_epi8(found) as u16) << (16 * number);
    }
    all
}

#[cfg(not(target_arch = "x86_64"))]
fn marks(bytes: &[u8; BLOCK_BYTES]) -> u64 {
    marks_by_bytes(bytes)
}

/// The same, byte by byte.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn marks_by_bytes(bytes: &[u8; BLOCK_BYTES]) -> u64 {
    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\\' | 0);
    let bits = bytes.iter().enumerate();
    bits.fold(0, |all, (number, byte)| {
        all | u64::from(is_mark(byte)) << number
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[test]
    fn finds_each_mark_of_texts_of_all_lengths() {
        let random = &mut Random(1);
        for length in (0..300).chain([1000, 4097]) {
            for often in [2, 10, 200] {
                let byte = |random: &mut Random| match random.below(often) {
                    0 => [b'"', b'\\', 0][random.below(3) as usize],
                    _ => random.below(256) as u8,
                };
                let text: Vec<u8> = (0..length).map(|_| byte(random)).collect();
                let mut found = Marks::default();
                let mut from = 0;
                while from <= length {
                    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\\' | 0);
                    let expected = text[from..].iter().position(is_mark);
                    let expected = expected.map_or(length, |at| from + at);
                    assert_eq!(found.next(&text, from), expected, "{length} from {from}");
                    from = expected + 1 + random.below(3) as usize * random.below(100) as usize;
                }
            }
        }
    }

    #[test]
    fn marks_are_the_same_byte_by_byte() {
        let random = &mut Random(2);
        for _ in 0..2_000 {
            let bytes = std::array::from_fn(|_| match random.below(4) {
                0 => [b'"', b'\\', 0, 0xa2, 0xdc, 0x80, 1][random.below(7) as usize],
                _ => random.below(256) as u8,
            });
            assert_eq!(marks(&bytes), marks_by_bytes(&bytes));
        }
    }
}
