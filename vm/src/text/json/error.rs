//! Why a text is no JSON.

use crate::text::number::NumberError;
use std::fmt;

/// Why a text is not the JSON that the reference takes, in its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError<'a> {
    /// No value begins with this byte.
    BeginningOfValue(u8),
    /// Something follows the value.
    AfterValue(u8),
    /// A byte that does not belong into what is being read; 0 is the text's end.
    InvalidCharacter {
        /// The byte.
        byte: u8,
        /// What is being read.
        context: &'static str,
    },
    /// The text ends within this, or so the reference takes it.
    UnexpectedEnd(&'static str),
    /// No colon after a key.
    NoColon,
    /// No comma after an object's value.
    NoComma,
    /// A byte that is no hexadecimal digit after `\u`.
    HexEscape(u8),
    /// A key that is not a string but this.
    Key(&'static str),
    /// Too many objects and arrays inside one another, at this byte.
    TooDeep(u8),
    /// A number that is none or does not fit.
    Number(NumberError<'a>),
}

impl fmt::Display for ParseError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ParseError::BeginningOfValue(byte) => {
                write!(
                    f,
                    "invalid character '{}' looking for beginning of value",
                    char::from(byte)
                )
            }
            ParseError::AfterValue(byte) => {
                write!(
                    f,
                    "invalid character '{}' after top-level value",
                    char::from(byte)
                )
            }
            ParseError::InvalidCharacter { byte: 0, context } => {
                write!(f, "json: invalid character as {context}")
            }
            ParseError::InvalidCharacter { byte, context } => {
                write!(
                    f,
                    "json: invalid character {} as {context}",
                    char::from(byte)
                )
            }
            ParseError::UnexpectedEnd(context) => {
                write!(f, "json: {context} unexpected end of JSON input")
            }
            ParseError::NoColon => f.write_str("expected colon after object key"),
            ParseError::NoComma => f.write_str("expected comma after object value"),
            ParseError::HexEscape(byte) => {
                let byte = char::from(byte);
                write!(
                    f,
                    "json: invalid character {byte} in \\u hexadecimal character escape"
                )
            }
            ParseError::Key(kind) => {
                write!(
                    f,
                    "json: cannot unmarshal {kind} into Go value of type string"
                )
            }
            ParseError::TooDeep(byte) => {
                write!(
                    f,
                    "invalid character \"{}\" exceeded max depth",
                    char::from(byte)
                )
            }
            ParseError::Number(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ParseError<'_> {}
