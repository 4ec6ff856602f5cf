//! Errors that a statement meets on a record while a program runs.
//!
//! An error is a text in the request's arena: it is `Copy`, costs no heap allocation on a record that
//! fails, and lives as long as the request.

use bumpalo::Bump;
use std::fmt;

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
            None => Error(bumpalo::format!(in arena, "{}", text).into_bump_str()),
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
