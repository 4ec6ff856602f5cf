//! Bytes of a text that are of a kind, told by the bits of a number: many are asked at once, and no branch depends on
//! where they are.

/// How many bytes are asked at once.
const CHUNK: usize = 16;

/// Of how many bytes a number tells.
pub(super) const BLOCK: usize = u64::BITS as usize;

/// A byte in each place of a word.
const LOW: u64 = 0x0101_0101_0101_0101;

/// A set of bytes that are ranges within ASCII, or all bytes but such.
#[derive(Debug)]
pub(super) struct ByteSet {
    ranges: Box<[Range]>,
    /// The bits of a chunk, if the set has all but the ranges.
    others: u64,
}

/// Bytes that follow each other: the first of them, and how many are behind it, in each place of a word.
#[derive(Clone, Copy, Debug)]
struct Range {
    first: u64,
    behind: u64,
}

impl ByteSet {
    /// Of a set that has all bytes beyond ASCII or none.
    pub(super) fn of(set: &[bool; 256]) -> ByteSet {
        let has_others = set[0x80];
        let within: Vec<u8> = (0..0x80)
            .filter(|byte| set[usize::from(*byte)] != has_others)
            .collect();
        let ranges = within
            .chunk_by(|a, b| a + 1 == *b)
            .map(|range| Range {
                first: LOW * u64::from(range[0]),
                behind: LOW * (range.len() - 1) as u64,
            })
            .collect();
        ByteSet {
            ranges,
            others: if has_others { 0xffff } else { 0 },
        }
    }

    /// Which bytes of a chunk are in the set.
    #[inline(always)]
    pub(super) fn bits(&self, chunk: &[u8; CHUNK]) -> u64 {
        self.others ^ chunk::in_ranges(chunk, &self.ranges)
    }
}

/// Which bytes of a chunk are this one.
#[inline(always)]
pub(super) fn equal(chunk: &[u8; CHUNK], byte: u8) -> u64 {
    chunk::equal(chunk, byte)
}

/// Which bytes of a block, which has 64 at most, are of some kinds, of which `bits` tells for a chunk.
#[inline(always)]
pub(super) fn of_block<const KINDS: usize>(
    block: &[u8],
    bits: impl Fn(&[u8; CHUNK]) -> [u64; KINDS],
) -> [u64; KINDS] {
    match block.len() {
        ..CHUNK => {
            let known = !(u64::MAX << block.len());
            bits(&padded(block)).map(|bits| bits & known)
        }
        // To ask some bytes twice is faster than to count how often to ask.
        CHUNK..=32 => of_chunks::<2, KINDS>(block, bits),
        _ => of_chunks::<4, KINDS>(block, bits),
    }
}

/// The same of a block of more than half as many chunks.
#[inline(always)]
fn of_chunks<const CHUNKS: usize, const KINDS: usize>(
    block: &[u8],
    bits: impl Fn(&[u8; CHUNK]) -> [u64; KINDS],
) -> [u64; KINDS] {
    let mut found = [0; KINDS];
    for number in 0..CHUNKS {
        let at = match number * CHUNK {
            at if number < CHUNKS / 2 => at,
            at => at.min(block.len() - CHUNK),
        };
        if let Some(chunk) = block[at..].first_chunk() {
            for (found, bits) in found.iter_mut().zip(bits(chunk)) {
                *found |= bits << at;
            }
        }
    }
    found
}

/// A chunk that begins with these bytes, which are fewer.
#[inline(always)]
fn padded(bytes: &[u8]) -> [u8; CHUNK] {
    let number = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            let known = u64::from_le_bytes(*last);
            let behind = known >> (8 * (CHUNK - 1 - bytes.len())) >> 8;
            u128::from(u64::from_le_bytes(*first)) | u128::from(behind) << 64
        }
        _ => {
            let mut word = [0; 8];
            for (to, byte) in word.iter_mut().zip(bytes) {
                *to = *byte;
            }
            u128::from(u64::from_le_bytes(word))
        }
    };
    number.to_le_bytes()
}

/// Chunks as vectors.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "it needs to be said that every processor has SSE2"
)]
mod chunk {
    use super::{CHUNK, Range};
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x,
        _mm_set1_epi8, _mm_set1_epi64x, _mm_setzero_si128, _mm_sub_epi8,
    };

    #[inline(always)]
    pub(super) fn in_ranges(chunk: &[u8; CHUNK], ranges: &[Range]) -> u64 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { in_ranges_sse2(chunk, ranges) }
    }

    #[inline(always)]
    pub(super) fn equal(chunk: &[u8; CHUNK], byte: u8) -> u64 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { equal_sse2(chunk, byte) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn in_ranges_sse2(chunk: &[u8; CHUNK], ranges: &[Range]) -> u64 {
        let chunk = vector(chunk);
        let mut found = _mm_setzero_si128();
        for range in ranges {
            // Bytes below the first wrap to a greater distance.
            let distance = _mm_sub_epi8(chunk, _mm_set1_epi64x(range.first.cast_signed()));
            let within = _mm_min_epu8(distance, _mm_set1_epi64x(range.behind.cast_signed()));
            found = _mm_or_si128(found, _mm_cmpeq_epi8(within, distance));
        }
        bits(found)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn equal_sse2(chunk: &[u8; CHUNK], byte: u8) -> u64 {
        bits(_mm_cmpeq_epi8(
            vector(chunk),
            _mm_set1_epi8(byte.cast_signed()),
        ))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn vector(chunk: &[u8; CHUNK]) -> __m128i {
        let number = u128::from_le_bytes(*chunk).cast_signed();
        _mm_set_epi64x((number >> 64) as i64, number as i64)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn bits(marked: __m128i) -> u64 {
        u64::from(_mm_movemask_epi8(marked).cast_unsigned())
    }
}

/// Chunks byte by byte.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod bytewise {
    use super::{CHUNK, Range};

    pub(super) fn in_ranges(chunk: &[u8; CHUNK], ranges: &[Range]) -> u64 {
        let is_in =
            |byte: u8, range: &Range| byte.wrapping_sub(range.first as u8) <= range.behind as u8;
        bits(chunk, |byte| ranges.iter().any(|range| is_in(byte, range)))
    }

    pub(super) fn equal(chunk: &[u8; CHUNK], byte: u8) -> u64 {
        bits(chunk, |found| found == byte)
    }

    fn bits(chunk: &[u8; CHUNK], is_marked: impl Fn(u8) -> bool) -> u64 {
        let marks = chunk.iter().rev().map(|byte| u64::from(is_marked(*byte)));
        marks.fold(0, |bits, mark| bits << 1 | mark)
    }
}

#[cfg(not(target_arch = "x86_64"))]
use bytewise as chunk;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(has: impl Fn(u8) -> bool) -> [bool; 256] {
        std::array::from_fn(|byte| has(byte as u8))
    }

    fn sets() -> [[bool; 256]; 7] {
        [
            set(|byte| byte.is_ascii_digit()),
            set(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            set(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
            set(|byte| byte != b'&'),
            set(|byte| byte > 0x20),
            set(|byte| byte < 0x80 && byte % 2 == 0),
            set(|_| true),
        ]
    }

    /// Every byte, once in an order in which others follow it than in the other.
    fn all_bytes() -> Vec<u8> {
        (0..512_usize)
            .map(|at| (at * (1 + at / 256 * 82)) as u8)
            .collect()
    }

    #[test]
    fn vectors_tell_what_their_twin_tells() {
        for chunk in all_bytes().windows(CHUNK) {
            let chunk = chunk.first_chunk().expect("a chunk");
            for byte in [0, b'/', 0x7f, 0x80, 0xff] {
                assert_eq!(chunk::equal(chunk, byte), bytewise::equal(chunk, byte));
            }
            for set in sets() {
                let ranges = ByteSet::of(&set).ranges;
                let expected = bytewise::in_ranges(chunk, &ranges);
                assert_eq!(chunk::in_ranges(chunk, &ranges), expected);
            }
        }
    }

    #[test]
    fn blocks_of_all_lengths_are_told_byte_by_byte() {
        let bytes = all_bytes();
        for set in sets() {
            let bytes_of_set = ByteSet::of(&set);
            for from in (0..bytes.len() - BLOCK).step_by(7) {
                for length in 0..=BLOCK {
                    let block = &bytes[from..from + length];
                    let first = block.first().copied().unwrap_or_default();
                    let kinds = |chunk: &_| [bytes_of_set.bits(chunk), equal(chunk, first)];
                    let found = of_block(block, kinds);
                    for (at, byte) in block.iter().enumerate() {
                        let bits = found.map(|bits| bits >> at & 1 == 1);
                        assert_eq!(bits, [set[usize::from(*byte)], *byte == first]);
                    }
                    let behind = u64::MAX.checked_shl(length as u32).unwrap_or_default();
                    assert_eq!(found.map(|bits| bits & behind), [0; 2]);
                }
            }
        }
    }
}
