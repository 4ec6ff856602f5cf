//! Asks the processor for bytes that will be read soon.
//!
//! Requests are larger than the nearest caches. The processor foresees a walk over all of a request by itself; one that leaves
//! messages early, it does not, and then each message is waited for.

/// How far ahead of a walk to ask: a few messages, which takes it longer than memory takes to answer.
const AHEAD_BYTES: usize = 2048;

/// How many bytes come at once.
const LINE_BYTES: usize = 64;

/// Asks for as many bytes as are between two places, from some way behind the second on.
#[inline(always)]
pub(crate) fn ahead(bytes: &[u8], from: usize, to: usize) {
    let mut at = from + AHEAD_BYTES;
    while at < to + AHEAD_BYTES {
        line(bytes, at);
        at += LINE_BYTES;
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn line(bytes: &[u8], at: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    let address = bytes.as_ptr().wrapping_add(at);
    // SAFETY: asking for a line reads nothing that the program sees, and no address is wrong for it.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
}

#[cfg(not(target_arch = "x86_64"))]
fn line(_: &[u8], _: usize) {}
