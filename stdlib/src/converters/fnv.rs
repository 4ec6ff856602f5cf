//! `FNV`: the FNV-1a hash of a string.

use crate::prelude::*;
use bumpalo::Bump;

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// How many strings are hashed at once: a step takes a multiplication, which takes about as many cycles.
const WIDTH: usize = 4;

function! {
    /// The 64-bit FNV-1a hash of `target`, as an int, which may be negative.
    ///
    /// ```ottl
    /// FNV("abc")  # -1792535898324117685
    /// FNV("")  # -3750763034362895579
    /// ```
    pub(crate) static FUNCTION = converter FNV(target: StringGetter)
        pure, run |call| call.run_strings(fnv), shortcut Shortcut::TakesStrings(fnv);
}

fn fnv<'a>(strings: &[&'a [u8]], results: &mut [Value<'a>], _: &'a Bump) {
    let (groups, rest) = strings.as_chunks::<WIDTH>();
    let hashes = groups.iter().copied().flat_map(hash_group);
    let rest = rest.iter().map(|string| continued(OFFSET_BASIS, string));
    for (result, hash) in results.iter_mut().zip(hashes.chain(rest)) {
        *result = Value::Int(hash.cast_signed());
    }
}

/// Side by side as far as the shortest goes, and then one by one.
fn hash_group(strings: [&[u8]; WIDTH]) -> [u64; WIDTH] {
    let shortest = strings.iter().map(|string| string.len()).min();
    let parts = strings.map(|string| string.split_at(shortest.unwrap_or_default()));
    let mut hashes = [OFFSET_BASIS; WIDTH];
    let [a, b, c, d] = parts.map(|(start, _)| start);
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        for (hash, byte) in hashes.iter_mut().zip([a, b, c, d]) {
            *hash = step(*hash, *byte);
        }
    }
    std::array::from_fn(|i| continued(hashes[i], parts[i].1))
}

fn continued(hash: u64, string: &[u8]) -> u64 {
    string.iter().fold(hash, |hash, byte| step(hash, *byte))
}

#[inline(always)]
fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_at_once_are_what_each_is() {
        let (bytes, arena): (Vec<u8>, _) = ((0..=255).collect(), Bump::new());
        for count in 0..=9 {
            let strings: Vec<&[u8]> = (0..count).map(|i| &bytes[i..][..i * 7 % 23]).collect();
            let mut results = vec![Value::Nil; count];
            fnv(&strings, &mut results, &arena);
            for (string, result) in strings.iter().zip(results) {
                let hash = continued(OFFSET_BASIS, string).cast_signed();
                assert!(matches!(result, Value::Int(found) if found == hash));
            }
        }
    }
}
