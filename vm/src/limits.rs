//! Every bound of this crate, each with its unit.

/// `AnyValue`s inside one another, in a request or in JSON: levels. The reference has no bound; deeper
/// values are an error here, so that no input can exhaust the stack.
pub const VALUE_DEPTH_MAX: u32 = 128;

/// One request: bytes. Offsets are 32 bits wide.
pub const REQUEST_BYTES_MAX: usize = u32::MAX as usize - 1;

/// Failed statements of one request that are kept with their text: failures. All are counted.
pub const FAILURES_KEPT_MAX: usize = 1000;

/// A list that writing to an index makes: items.
pub const LIST_LEN_MAX: usize = 1 << 20;

/// Objects and arrays inside one another below an unknown name of OTLP/JSON: levels, the reference's.
pub const JSON_SKIP_DEPTH_MAX: usize = 10_000;
