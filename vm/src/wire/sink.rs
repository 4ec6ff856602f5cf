//! Writing fields from front to back: tags, lengths, payloads.

use super::cursor::{WireType, varint_len};
use std::ops::DerefMut;

/// Bytes that grow at their end.
pub(crate) trait Sink: DerefMut<Target = [u8]> {
    /// Appends one byte.
    fn byte(&mut self, byte: u8);
    /// Appends bytes.
    fn slice(&mut self, bytes: &[u8]);
    /// Takes away what is behind so many bytes.
    fn truncate(&mut self, length: usize);
}

impl Sink for Vec<u8> {
    #[inline]
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }
    #[inline]
    fn slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
    #[inline]
    fn truncate(&mut self, length: usize) {
        self.truncate(length);
    }
}

impl Sink for bumpalo::collections::Vec<'_, u8> {
    #[inline]
    fn byte(&mut self, byte: u8) {
        self.push(byte);
    }
    #[inline]
    fn slice(&mut self, bytes: &[u8]) {
        self.extend_from_slice_copy(bytes);
    }
    #[inline]
    fn truncate(&mut self, length: usize) {
        self.truncate(length);
    }
}

#[inline(always)]
pub(crate) fn put_varint(out: &mut impl Sink, mut value: u64) {
    while value >= 0x80 {
        out.byte(value as u8 | 0x80);
        value >>= 7;
    }
    out.byte(value as u8);
}

#[inline(always)]
pub(crate) fn put_tag(out: &mut impl Sink, number: u32, wire_type: WireType) {
    put_varint(out, u64::from(number) << 3 | wire_type as u64);
}

#[inline(always)]
pub(crate) fn put_field(out: &mut impl Sink, number: u32, payload: &[u8]) {
    put_head(out, number, payload.len());
    out.slice(payload);
}

/// Appends what a length-delimited field begins with: its tag and its payload's length.
#[inline(always)]
fn put_head(out: &mut impl Sink, number: u32, length: usize) {
    if number < 16 && length < 0x80 {
        // As one piece, so that there is one look for room.
        return out.slice(&[(number as u8) << 3 | WireType::Bytes as u8, length as u8]);
    }
    put_tag(out, number, WireType::Bytes);
    put_varint(out, length as u64);
}

/// Begins a length-delimited field, whose payload follows; its length is told by [`close`]. Where the payload begins.
#[inline(always)]
pub(crate) fn open(out: &mut impl Sink, number: u32) -> usize {
    put_head(out, number, 0);
    out.len()
}

/// Ends the field whose payload began at `start`.
#[inline(always)]
pub(crate) fn close(out: &mut impl Sink, start: usize) {
    match out.len() - start {
        length @ 0..0x80 => out[start - 1] = length as u8,
        length => close_long(out, start, length),
    }
}

/// Appends a length-delimited field whose payload `write` appends.
///
/// ```
/// use bumpalo::{Bump, collections::Vec};
/// let arena = Bump::new();
/// let mut out = Vec::new_in(&arena);
/// ottl_vm::wire::put_within(&mut out, 1, |out| out.extend_from_slice_copy(b"ab"));
/// assert_eq!(out, [0x0a, 2, b'a', b'b']);
/// ```
#[inline]
pub fn put_within<'a>(
    out: &mut bumpalo::collections::Vec<'a, u8>,
    number: u32,
    write: impl FnOnce(&mut bumpalo::collections::Vec<'a, u8>),
) {
    let start = open(out, number);
    write(out);
    close(out, start);
}

/// [`close`] of a payload whose length takes more than the byte that was left for it: the payload moves.
#[inline(never)]
fn close_long(out: &mut impl Sink, start: usize, length: usize) {
    // Two bytes suffice for most.
    if length < 1 << 14 {
        out.byte(0);
        out.copy_within(start..start + length, start + 1);
        out[start - 1] = length as u8 | 0x80;
        out[start] = (length >> 7) as u8;
        return;
    }
    let more = varint_len(length as u64) - 1;
    (0..more).for_each(|_| out.byte(0));
    out.copy_within(start..start + length, start + more);
    let mut left = length;
    for byte in &mut out[start - 1..start - 1 + more] {
        *byte = left as u8 | 0x80;
        left >>= 7;
    }
    out[start - 1 + more] = left as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_any_size_are_put_before_what_they_count() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            let text = vec![b'x'; length];
            let mut out = vec![7];
            let start = open(&mut out, 15);
            out.extend_from_slice(&text);
            close(&mut out, start);
            let mut expected = vec![7];
            put_field(&mut expected, 15, &text);
            assert!(out == expected, "{length}");
        }
    }
}
