//! OTLP on the wire: protobuf and JSON bytes, read and written through one schema.
//!
//! Knows no statement and no path. Nothing here builds a model of a request: each part looks at the
//! bytes and at [`schema`], in which every OTLP message is declared once.

pub mod any;
pub mod cursor;
pub(crate) mod encode;
pub(crate) mod entries;
pub mod error;
pub(crate) mod flatten;
pub mod frame;
mod glance;
pub(crate) mod growing;
pub(crate) mod index;
pub mod json;
pub mod list;
pub mod normalize;
pub(crate) mod passed_over;
mod payload;
pub(crate) mod prefetch;
pub(crate) mod profiles;
pub mod schema;
pub(crate) mod short;
mod sink;
pub(crate) mod tree;
pub(crate) mod usual;
pub mod validate;

pub use cursor::{Cursor, WireType};
pub use error::{WireError, WireErrorKind};
pub use schema::{MessageKind, Signal};
pub use sink::put_within;
pub use tree::{Field, message_fields};
