//! Hashes of several messages at once.
//!
//! A hash is a chain: each step waits for the one before it, and most of a processor has nothing to do. The chains of
//! several messages run beside each other in little more time than one takes.

#[cfg(target_arch = "x86_64")]
mod sha256_x86;

use sha2::{Digest, Sha256};

/// Gives the SHA-256 hash of each of the messages to `put`, with the message's index, in any order.
pub(crate) fn sha256(messages: &[&[u8]], mut put: impl FnMut(usize, [u8; 32])) {
    #[cfg(target_arch = "x86_64")]
    if sha256_x86::hash_all(messages, &mut put) {
        return;
    }
    for (index, message) in messages.iter().enumerate() {
        put(index, Sha256::digest(message).into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of messages that have these lengths and begin at odd places, by the crate and by us.
    fn compare(lengths: impl IntoIterator<Item = usize>) {
        let bytes: Vec<u8> = (0u32..4096)
            .map(|i| (i.wrapping_mul(0x9e37_79b1) >> 24) as u8)
            .collect();
        let messages: Vec<&[u8]> = lengths
            .into_iter()
            .enumerate()
            .map(|(start, length)| &bytes[start % 61..][..length])
            .collect();
        let mut hashes = vec![None; messages.len()];
        sha256(&messages, |index, hash| {
            assert!(hashes[index].replace(hash).is_none(), "{index} came twice");
        });
        for (message, hash) in messages.iter().zip(hashes) {
            let expected: [u8; 32] = Sha256::digest(message).into();
            assert_eq!(hash, Some(expected), "{} bytes", message.len());
        }
    }

    #[test]
    fn messages_of_every_length_are_hashed() {
        for length in 0..=300 {
            for count in 1..=5 {
                compare(vec![length; count]);
            }
        }
        compare(0..=300);
        compare((0..=300).rev());
    }

    #[test]
    fn mixed_lengths_and_counts_are_hashed() {
        let mut state = 1u64;
        let mut below = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        for round in 0..2000 {
            let count = below(20);
            let longest = [1, 70, 200, 4000][round % 4];
            let lengths: Vec<usize> = (0..count).map(|_| below(longest)).collect();
            compare(lengths);
        }
    }
}
