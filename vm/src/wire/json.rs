//! OTLP/JSON, to and from protobuf bytes without a model in between.
//!
//! [`read`] accepts what the reference's decoder accepts, its laxness included: both spellings of a
//! name, numbers as strings, enums by name, unknown names (dropped), text after the request, commas where
//! it doesn't look for them. [`write()`] writes what the reference's encoder writes, byte for byte.
//!
//! The string references of profiles are left as they are; what runs over a request resolves them.

mod base64;
mod error;
mod number;
mod read;
mod text;
mod write;

pub use base64::{decode as base64_decode, encode as base64_encode};
pub use error::JsonError;
pub use read::read;
pub use write::write;
