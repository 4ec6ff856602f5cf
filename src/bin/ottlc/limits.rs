//! Every bound of the program, each with its unit.

/// The file of a configuration: bytes.
pub(crate) const CONFIG_BYTES_MAX: u64 = 64 << 20;

/// The file of a table: bytes.
pub(crate) const TABLE_BYTES_MAX: u64 = 256 << 20;

/// Statements whose failures are told one by one: statements. All failures are counted.
pub(crate) const FAILED_STATEMENTS_TOLD_MAX: usize = 50;

/// Requests that run at once: threads.
pub(crate) const JOBS_MAX: i64 = 1024;

/// How long a run takes before its progress is shown: milliseconds.
pub(crate) const PROGRESS_AFTER_MS: u128 = 1000;

/// What is looked at to tell text from protobuf: bytes.
pub(crate) const TEXT_BYTES: usize = 512;
