//! Errors that a statement meets on a record while a program runs.
//!
//! An error is a text in the request's arena: it is `Copy`, costs no heap allocation on a record that
//! fails, and lives as long as the request.

use bumpalo::Bump;
use bumpalo::collections::String;
use std::fmt::{self, Write};

/// What most texts fit in, so that they are written without getting more room: bytes.
const TEXT_BYTES_USUAL: usize = 96;

/// Why a statement failed on a record, in the reference's words where users see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error<'a>(&'a str);

impl<'a> Error<'a> {
    /// An error with a fixed text.
    pub const fn new(text: &'a str) -> Error<'a> {
        Error(text)
    }

    /// An error whose text is formatted into the arena.
    #[cold]
    pub fn format(arena: &'a Bump, text: fmt::Arguments<'_>) -> Error<'a> {
        match text.as_str() {
            Some(fixed) => Error(arena.alloc_str(fixed)),
            None => {
                let mut formatted = String::with_capacity_in(TEXT_BYTES_USUAL, arena);
                // Memory takes everything.
                let _ = formatted.write_fmt(text);
                Error(formatted.into_bump_str())
            }
        }
    }

    /// The text.
    pub fn text(self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
