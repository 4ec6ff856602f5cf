//! `Chunks`: bytes in several buffers, so that what several threads write need not be copied together.

use super::limits::BUFFER_KEPT_BYTES_MAX;

/// The bytes of a result: buffers of which one comes after the other. The memory is used again.
#[derive(Debug, Default)]
pub struct Chunks {
    buffers: Vec<Vec<u8>>,
}

impl Chunks {
    /// The first buffer, to write to.
    pub fn first(&mut self) -> &mut Vec<u8> {
        &mut self.get(1)[0]
    }

    /// So many buffers.
    pub(super) fn get(&mut self, count: usize) -> &mut [Vec<u8>] {
        let count = count.max(self.buffers.len());
        self.buffers.resize_with(count, Vec::new);
        &mut self.buffers
    }

    /// The buffers that are not empty, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let buffers = self.buffers.iter().map(|buffer| &buffer[..]);
        buffers.filter(|buffer| !buffer.is_empty())
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.iter().map(<[u8]>::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes in one vector.
    pub fn to_vec(&self) -> Vec<u8> {
        self.iter().collect::<Vec<_>>().concat()
    }

    /// Brings all bytes into the first buffer.
    pub fn join(&mut self) -> &[u8] {
        let (first, rest) = self.get(1).split_at_mut(1);
        for buffer in rest {
            first[0].append(buffer);
        }
        self.first()
    }

    /// Removes all bytes.
    pub fn clear(&mut self) {
        for buffer in &mut self.buffers {
            if buffer.capacity() > BUFFER_KEPT_BYTES_MAX {
                *buffer = Vec::new();
            }
            buffer.clear();
        }
    }
}
