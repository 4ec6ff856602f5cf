//! Every bound of this crate, each with its unit.

/// `AnyValue`s inside one another, in a request or in JSON: levels. The reference has no bound; deeper
/// values are an error here, so that no input can exhaust the stack.
pub const VALUE_DEPTH_MAX: u32 = 128;

/// One request: bytes. Offsets are 32 bits wide.
pub const REQUEST_BYTES_MAX: usize = u32::MAX as usize - 1;

/// Failed statements of one request that are kept with their text: failures. All are counted.
pub const FAILURES_KEPT_MAX: usize = 1000;

/// How often the statements of one group visit metrics that they made before: rounds. The reference has
/// no bound, and never ends where a copy is copied again.
pub const METRIC_ROUNDS_MAX: usize = 32;

/// Metrics that the statements of one request make: metrics.
pub const METRICS_MADE_MAX: usize = 100_000;

/// Metrics that the statements of one request make: bytes.
pub const METRICS_MADE_BYTES_MAX: usize = 64 << 20;

/// What is read again so that statements visit the metrics that they made: bytes. Where each scope's are to be
/// visited before the next scope's, a request is read as often as scopes get metrics.
pub const METRICS_READ_AGAIN_BYTES_MAX: usize = 1 << 32;

/// A list that writing to an index makes: items.
pub const LIST_LEN_MAX: usize = 1 << 20;

/// Objects and arrays inside one another below an unknown name of OTLP/JSON: levels, the reference's.
pub const JSON_SKIP_DEPTH_MAX: usize = 10_000;

/// Time zones that a process may meet: entries. Abbreviations beyond it lose their names.
pub const ZONE_COUNT_MAX: usize = 1024;

/// One file of the tz database: bytes.
pub const TZ_FILE_BYTES_MAX: u64 = 1 << 20;

/// Directives in a format of `Time` and `FormatTime`: directives.
pub const STRPTIME_DIRECTIVE_COUNT_MAX: usize = 64;

/// Layouts that are tried to read one time: layouts.
pub const STRPTIME_ATTEMPT_COUNT_MAX: usize = 1000;

/// Lambda expressions that are evaluated for one request: evaluations. Lambdas within lambdas go over
/// lists as often as they multiply.
pub const LAMBDA_RUN_COUNT_MAX: u64 = 1 << 30;

/// What a request may have in memory when a function is called or a lambda evaluated: bytes. Statements that double a
/// value for each record, or each item of a list, would fill any memory.
pub const REQUEST_MEMORY_BYTES_MAX: usize = 1 << 30;

/// A part of a request that is run on its own, if it can be: bytes, or more, as parts end where resources do. What is
/// read and written of it, and what is noted meanwhile, fits into half a megabyte of cache.
pub const PART_BYTES_MIN: usize = 64 << 10;

/// The first resource of a request, if resources are to be read first, so that the records of some can be passed over: bytes,
/// or more. Smaller ones have too few records to make up for it.
pub const GUARDED_RESOURCE_BYTES_MIN: usize = 4 << 10;

/// Memory that a worker keeps from one request to the next: bytes. Less than a request may fill.
pub const MEMORY_KEPT_BYTES_MAX: usize = 1 << 29;

/// Maps and lists inside one another that are written as JSON text: levels. More than a request may
/// bring, since a program can put values into one another.
pub const JSON_WRITE_DEPTH_MAX: u32 = 512;

/// Results that a worker remembers of a costly call: results.
pub const REMEMBERED_COUNT_MAX: usize = 1024;

/// A string by which a result is remembered: bytes.
pub const REMEMBERED_KEY_BYTES_MAX: usize = 1024;

/// A result that is remembered: bytes on the wire.
pub const REMEMBERED_RESULT_BYTES_MAX: usize = 4096;

/// One request of a file or stream: bytes. Below 0x0a000000, so that a length before a request never
/// starts with the byte that a request itself starts with.
pub const FRAME_BYTES_MAX: usize = 128 << 20;

/// The largest request, in bytes, that `flatten_data` makes of one: each log record gets a copy of its resource.
pub const FLAT_BYTES_MAX: usize = 1 << 30;

/// The most keys to keep that get slots: keys. Where there are more, rows of all attributes are faster.
pub const KEPT_KEYS_MAX: usize = 16;
