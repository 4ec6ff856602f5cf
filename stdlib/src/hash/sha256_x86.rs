//! SHA-256 of two messages at a time, by the instructions that x86-64 has for it.
//!
//! The instruction for two rounds takes four cycles, and the next two rounds wait for it; the processor can begin one
//! every two cycles. So the rounds of two messages are woven into each other. Names are those of FIPS 180-4.

use std::arch::x86_64::*;

type Block = [u8; 64];

/// The initial hash value.
const H: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/// The constants of the rounds, by sixteen and four.
#[rustfmt::skip]
const K: [[[u32; 4]; 4]; 4] = [
    [
        [0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5], [0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
        [0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3], [0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
    ],
    [
        [0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc], [0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
        [0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7], [0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
    ],
    [
        [0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13], [0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
        [0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3], [0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
    ],
    [
        [0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5], [0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
        [0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208], [0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
    ],
];

/// Gives the hash of each message to `put`, with its index. Whether the processor has the instructions for it.
pub(super) fn hash_all(messages: &[&[u8]], put: &mut impl FnMut(usize, [u8; 32])) -> bool {
    let has_all = is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("sse2")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1");
    if has_all {
        #[expect(unsafe_code, reason = "it needs more than every processor has")]
        // SAFETY: the processor has what the function says that it uses.
        unsafe {
            hash_two_by_two(messages, put)
        };
    }
    has_all
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn hash_two_by_two(messages: &[&[u8]], put: &mut impl FnMut(usize, [u8; 32])) {
    let mut waiting = messages.iter().copied().enumerate();
    let (mut one, mut other) = (Stream::new(), Stream::new());
    while one.is_busy(&mut waiting) && other.is_busy(&mut waiting) {
        advance([&mut one, &mut other], put);
    }
    for stream in [one, other] {
        if stream.left > 0 {
            advance([&mut { stream }], put);
        }
    }
}

/// Goes on with the messages until one of them is at its end.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn advance<const N: usize>(
    mut streams: [&mut Stream<'_>; N],
    put: &mut impl FnMut(usize, [u8; 32]),
) {
    let count = streams.iter().map(|stream| stream.left).min();
    for _ in 0..count.unwrap_or_default() {
        let mut states = streams.each_ref().map(|stream| stream.state);
        compress(&mut states, streams.each_mut().map(|stream| stream.next()));
        for (stream, state) in streams.iter_mut().zip(states) {
            stream.state = state;
        }
    }
    for stream in streams {
        if stream.left == 0 {
            put(stream.index, stream.state.hash());
        }
    }
}

/// A message on its way.
struct Stream<'m> {
    index: usize,
    state: State,
    /// The blocks yet to come: first these of the message,
    whole: &'m [Block],
    /// then the last or both of these.
    end: [Block; 2],
    /// How many these are in all.
    left: usize,
}

impl<'m> Stream<'m> {
    /// No message.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn new() -> Self {
        Self {
            index: 0,
            state: State::new(),
            whole: &[],
            end: [[0; 64]; 2],
            left: 0,
        }
    }

    /// Whether there are blocks to come, be it those of the next message that waits.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn is_busy(&mut self, waiting: &mut impl Iterator<Item = (usize, &'m [u8])>) -> bool {
        if self.left == 0
            && let Some((index, message)) = waiting.next()
        {
            self.begin(index, message);
        }
        self.left > 0
    }

    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn begin(&mut self, index: usize, message: &'m [u8]) {
        /// A bit of one and the length in bits follow the message.
        const PADDING_MIN: usize = 1 + size_of::<u64>();
        let (whole, rest) = message.as_chunks();
        let count = (rest.len() + PADDING_MIN).div_ceil(size_of::<Block>());
        self.end = [[0; 64]; 2];
        let end = self.end[2 - count..].as_flattened_mut();
        end[..rest.len()].copy_from_slice(rest);
        end[rest.len()] = 0x80;
        let bits = message.len() as u64 * 8;
        if let Some(length) = end.last_chunk_mut() {
            *length = bits.to_be_bytes();
        }
        self.index = index;
        self.state = State::new();
        self.whole = whole;
        self.left = whole.len() + count;
    }

    /// The next block; there has to be one.
    #[inline(always)]
    fn next(&mut self) -> &Block {
        self.left -= 1;
        match self.whole.split_first() {
            Some((block, rest)) => {
                self.whole = rest;
                block
            }
            None => &self.end[usize::from(self.left == 0)],
        }
    }
}

/// The working variables, in the order that the instructions want.
#[derive(Clone, Copy)]
struct State {
    abef: __m128i,
    cdgh: __m128i,
}

impl State {
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn new() -> Self {
        let [a, b, c, d, e, f, g, h] = H;
        Self {
            abef: vector([f, e, b, a]),
            cdgh: vector([h, g, d, c]),
        }
    }

    /// Four rounds with these words of the message schedule and these constants.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn rounds(&mut self, words: __m128i, constants: [u32; 4]) {
        let sums = _mm_add_epi32(words, vector(constants));
        // What the letters stand for moves on by two: the half that changes takes the place of the other.
        self.cdgh = _mm_sha256rnds2_epu32(self.cdgh, self.abef, sums);
        let sums = _mm_shuffle_epi32::<0b11_10>(sums);
        self.abef = _mm_sha256rnds2_epu32(self.abef, self.cdgh, sums);
    }

    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn hash(self) -> [u8; 32] {
        /// All bytes in the other order.
        const REVERSED: [u64; 2] = [0x0809_0a0b_0c0d_0e0f, 0x0001_0203_0405_0607];
        let dcba = _mm_unpackhi_epi64(self.cdgh, self.abef);
        let hgfe = _mm_unpacklo_epi64(self.cdgh, self.abef);
        let mut hash = [0; 32];
        for (bytes, half) in hash.as_chunks_mut().0.iter_mut().zip([dcba, hgfe]) {
            *bytes = to_bytes(shuffle(half, REVERSED));
        }
        hash
    }
}

/// Takes a block of each message into its state.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn compress<const N: usize>(states: &mut [State; N], blocks: [&Block; N]) {
    /// The bytes of each word in the other order: words are big-endian.
    const SWAPPED: [u64; 2] = [0x0405_0607_0001_0203, 0x0c0d_0e0f_0809_0a0b];
    let before = *states;
    // The last sixteen words of each message's schedule, by four.
    let mut schedule = [[_mm_setzero_si128(); N]; 4];
    let [first, later @ ..] = &K;
    for (j, constants) in first.iter().enumerate() {
        for n in 0..N {
            let bytes = blocks[n].as_chunks().0[j];
            schedule[j][n] = shuffle(from_bytes(bytes), SWAPPED);
            states[n].rounds(schedule[j][n], *constants);
        }
    }
    // How often is hidden: in one long run of instructions the compiler would put one message behind the other.
    for constants in std::hint::black_box(later.as_slice()) {
        for j in 0..4 {
            for n in 0..N {
                // Of the words t - 16 and on, t - 12 and on, t - 8 and on, t - 4 and on, those from t on are made.
                let [w16, w12, w8, w4] = [0, 1, 2, 3].map(|i| schedule[(j + i) % 4][n]);
                let w7 = _mm_alignr_epi8::<4>(w4, w8);
                let sums = _mm_add_epi32(_mm_sha256msg1_epu32(w16, w12), w7);
                schedule[j][n] = _mm_sha256msg2_epu32(sums, w4);
                states[n].rounds(schedule[j][n], constants[j]);
            }
        }
    }
    for (state, before) in states.iter_mut().zip(before) {
        state.abef = _mm_add_epi32(state.abef, before.abef);
        state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
    }
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn vector(words: [u32; 4]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn from_bytes(bytes: [u8; 16]) -> __m128i {
    let both = u128::from_le_bytes(bytes);
    _mm_set_epi64x((both >> 64) as i64, both as i64)
}

#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn to_bytes(vector: __m128i) -> [u8; 16] {
    let low = _mm_cvtsi128_si64(vector).cast_unsigned();
    let high = _mm_extract_epi64::<1>(vector).cast_unsigned();
    (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
}

/// The bytes of a vector at the places that the bytes of `places` say.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn shuffle(bytes: __m128i, places: [u64; 2]) -> __m128i {
    let [low, high] = places.map(u64::cast_signed);
    _mm_shuffle_epi8(bytes, _mm_set_epi64x(high, low))
}
