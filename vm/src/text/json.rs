//! JSON as the reference's libraries read and write it.
//!
//! Reading is what goccy/go-json 0.10.6 does: laxer than the standard in numbers, control characters
//! and bytes that are no UTF-8, and with errors of its own. Writing comes in two dialects: go-json's,
//! for whatever is turned into text as an argument of a function, and encoding/json's, for
//! `pcommon.Value.AsString`.

mod error;
mod here;
mod marks;
mod read;
mod write;

pub use error::ParseError;
pub use read::parse;
pub use write::{WriteError, append_pdata_string, append_value};
