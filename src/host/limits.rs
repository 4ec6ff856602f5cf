//! Every bound of finding out where the program runs, each with its unit.

/// How long a request to a metadata service may take in all: milliseconds.
pub(super) const REQUEST_MS_MAX: u64 = 1000;

/// A response, its headers included: bytes. A pod's description is at most 1.5 MiB.
pub(super) const RESPONSE_BYTES_MAX: u64 = 4 << 20;

/// A file of the downward API or of the service account: bytes.
pub(super) const FILE_BYTES_MAX: u64 = 1 << 20;

/// The tags of an instance that are asked for: tags. An instance has at most 50.
pub(super) const TAGS_MAX: usize = 64;
