//! Every bound of this module, each with its unit.

/// Results that may wait for their turn, for each thread: results.
pub(super) const WAITING_PER_THREAD_MAX: usize = 4;

/// Results that may wait for their turn: bytes. One more may come.
pub(super) const WAITING_BYTES_MAX: usize = 256 << 20;

/// A part of a request that is worth a thread: bytes.
pub(super) const PART_BYTES_MIN: usize = 256 << 10;

/// Parts of a request for each thread that works on it, so that all end at about the same time: parts.
pub(super) const PARTS_PER_THREAD: usize = 4;

/// A buffer that is kept from one request to the next: bytes.
pub(super) const BUFFER_KEPT_BYTES_MAX: usize = 64 << 20;
