//! Why a pattern is refused, in the reference's words.
//!
//! The text of an [`Error`] is what Go's `regexp.Compile` returns for the same pattern, so that
//! diagnostics can be compared with the reference word for word.

use std::fmt;

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A class range that is reversed or a class name that does not exist: `[z-a]`, `\p{Foo}`.
    InvalidCharRange,
    /// A backslash before something that has no escaped meaning: `\q`.
    InvalidEscape,
    /// A group name that is empty, unclosed or not made of `[A-Za-z0-9_]`.
    InvalidNamedCapture,
    /// `(?` followed by something that is no flag and no group.
    InvalidPerlOp,
    /// A repetition of a repetition: `a**`.
    InvalidRepeatOp,
    /// A repeat count above 1000, also as a product of nested counts, or one with its ends swapped.
    InvalidRepeatSize,
    /// The pattern is not UTF-8.
    InvalidUtf8,
    /// `[` without `]`.
    MissingBracket,
    /// `(` without `)`.
    MissingParen,
    /// A repetition with nothing before it: `*a`.
    MissingRepeatArgument,
    /// The pattern ends in a single backslash.
    TrailingBackslash,
    /// `)` without `(`.
    UnexpectedParen,
    /// Groups and repetitions nested beyond the bound.
    NestingDepth,
    /// The pattern, or the automaton built from it, is beyond the size bound.
    TooLarge,
}

impl ErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::InvalidCharRange => "invalid character class range",
            Self::InvalidEscape => "invalid escape sequence",
            Self::InvalidNamedCapture => "invalid named capture",
            Self::InvalidPerlOp => "invalid or unsupported Perl syntax",
            Self::InvalidRepeatOp => "invalid nested repetition operator",
            Self::InvalidRepeatSize => "invalid repeat count",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::MissingBracket => "missing closing ]",
            Self::MissingParen => "missing closing )",
            Self::MissingRepeatArgument => "missing argument to repetition operator",
            Self::TrailingBackslash => "trailing backslash at end of expression",
            Self::UnexpectedParen => "unexpected )",
            Self::NestingDepth => "expression nests too deeply",
            Self::TooLarge => "expression too large",
        }
    }
}

/// A pattern that is refused: the kind and the part of the pattern it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    expression: Box<[u8]>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, expression: &[u8]) -> Self {
        Self {
            kind,
            expression: expression.into(),
        }
    }

    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The offending part of the pattern, as bytes of the pattern.
    pub fn expression(&self) -> &[u8] {
        &self.expression
    }
}

impl fmt::Display for Error {
    /// Bytes that are not UTF-8 are each shown as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}: `", self.kind.text())?;
        for chunk in self.expression.utf8_chunks() {
            f.write_str(chunk.valid())?;
            for _ in chunk.invalid() {
                f.write_str("\u{FFFD}")?;
            }
        }
        f.write_str("`")
    }
}

impl std::error::Error for Error {}
