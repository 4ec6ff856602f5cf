//! Every bound of finding out where the program runs, each with its unit.

/// How long all requests to one service may take together: milliseconds.
pub(super) const SERVICE_MS_MAX: u64 = 5000;

/// How long connecting to a service may take, TLS included: milliseconds. Where there is none, as outside EC2, that is
/// how long a program waits.
pub(super) const CONNECT_MS_MAX: u64 = 1000;

/// The body of a response: bytes. A pod's description is at most 1.5 MiB.
pub(super) const RESPONSE_BYTES_MAX: u64 = 4 << 20;

/// The headers of a response: bytes.
pub(super) const HEADER_BYTES_MAX: usize = 64 << 10;

/// A file of the downward API or of the service account: bytes.
pub(super) const FILE_BYTES_MAX: u64 = 1 << 20;

/// The tags of an instance that are asked for: tags. An instance has at most 50.
pub(super) const TAGS_MAX: usize = 64;
