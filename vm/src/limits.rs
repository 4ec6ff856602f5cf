//! Every bound of this crate, each with its unit.

/// `AnyValue`s inside one another, in a request or in JSON: levels. The reference has no bound; deeper
/// values are an error here, so that no input can exhaust the stack.
pub const VALUE_DEPTH_MAX: u32 = 128;

/// One request: bytes. Offsets are 32 bits wide.
pub const REQUEST_BYTES_MAX: usize = u32::MAX as usize - 1;
