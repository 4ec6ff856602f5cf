//! Text forms of values, as Go's standard library and the reference's JSON libraries write and read
//! them: a program's output must not depend on which implementation ran it.
//!
//! Nothing here knows programs, records or functions. Texts are bytes, since strings on the wire need
//! not be UTF-8; error texts are Go's, to the letter.

pub mod duration;
pub mod float;
pub mod hex;
pub mod json;
pub mod layout;
mod layout_format;
mod layout_parse;
pub mod locale;
pub mod nearest;
pub mod number;
mod print_table;
pub mod quote;
pub mod strptime;
pub mod time;
mod tzif;
pub mod zone;
