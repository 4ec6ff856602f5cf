//! Bytes in the arena that grow at their end, for what is written in many small pieces.

use super::sink::Sink;
use bumpalo::Bump;
use std::ops::{Deref, DerefMut};

/// Bytes in the arena that grow at their end. The memory ahead of them is there already, as zeros, so that a piece
/// whose length has a bound is written with one look at how much there is.
pub(crate) struct Growing<'a> {
    arena: &'a Bump,
    memory: &'a mut [u8],
    length: usize,
}

impl<'a> Growing<'a> {
    pub(crate) fn with_capacity_in(capacity: usize, arena: &'a Bump) -> Growing<'a> {
        Growing {
            arena,
            memory: arena.alloc_slice_fill_copy(capacity, 0),
            length: 0,
        }
    }

    pub(crate) fn into_slice(self) -> &'a [u8] {
        &self.memory[..self.length]
    }

    /// So many bytes of the memory ahead; [`take`](Growing::take) makes them part of what is written.
    #[inline(always)]
    pub(crate) fn ahead<const COUNT: usize>(&mut self) -> &mut [u8; COUNT] {
        if self.memory.len() - self.length < COUNT {
            self.grow(COUNT);
        }
        let ahead = self.memory[self.length..].first_chunk_mut();
        ahead.expect("there is room")
    }

    #[inline(always)]
    pub(crate) fn take(&mut self, count: usize) {
        self.length += count;
    }

    #[cold]
    fn grow(&mut self, count: usize) {
        let capacity = (self.memory.len() * 2).max(self.length + count);
        let memory = self.arena.alloc_slice_fill_copy(capacity, 0);
        memory[..self.length].copy_from_slice(&self.memory[..self.length]);
        self.memory = memory;
    }
}

impl Deref for Growing<'_> {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

impl DerefMut for Growing<'_> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.length]
    }
}

impl Sink for Growing<'_> {
    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        self.ahead::<1>()[0] = byte;
        self.length += 1;
    }

    #[inline(always)]
    fn slice(&mut self, bytes: &[u8]) {
        if self.memory.len() - self.length < bytes.len() {
            self.grow(bytes.len());
        }
        self.memory[self.length..][..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_written_as_it_grows() {
        let arena = Bump::new();
        let mut out = Growing::with_capacity_in(0, &arena);
        let mut expected = Vec::new();
        for n in 0..300u32 {
            out.byte(n as u8);
            out.slice(&n.to_le_bytes());
            out.ahead::<16>()[..4].copy_from_slice(&n.to_be_bytes());
            out.take(4);
            expected.push(n as u8);
            expected.extend_from_slice(&n.to_le_bytes());
            expected.extend_from_slice(&n.to_be_bytes());
        }
        assert_eq!(*out, *expected);
        out.truncate(7);
        assert_eq!(out.into_slice(), &expected[..7]);
    }
}
