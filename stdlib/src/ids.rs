//! Ids of traces, spans and profiles from bytes or hexadecimal digits.

use crate::prelude::*;
use ottl_vm::function::Literal;
use ottl_vm::text::hex;
use ottl_vm::text::quote;
use std::fmt;

/// An id argument of `N` bytes.
pub(crate) struct Id<const N: usize> {
    function: &'static str,
    /// Present if the argument is a literal.
    literal: Option<[u8; N]>,
}

/// Why bytes are no id.
enum IdError {
    Length { expected: usize, got: usize },
    Digit(u8),
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdError::Length { expected, got } => {
                let digits = expected * 2;
                write!(
                    f,
                    "could not decode ID: invalid length: expected {expected} or {digits} bytes, got {got}"
                )
            }
            IdError::Digit(byte) => {
                let shown = char::from(*byte);
                let code = u32::from(*byte);
                write!(
                    f,
                    "could not decode ID: invalid hex: encoding/hex: invalid byte: U+{code:04X}"
                )?;
                if quote::is_print(shown) {
                    write!(f, " '{}'", shown.escape_quote())
                } else {
                    Ok(())
                }
            }
        }
    }
}

/// How Go shows a character between single quotes.
trait EscapeQuote {
    fn escape_quote(self) -> String;
}

impl EscapeQuote for char {
    fn escape_quote(self) -> String {
        match self {
            '\'' | '\\' => format!("\\{self}"),
            other => other.to_string(),
        }
    }
}

impl<const N: usize> Id<N> {
    /// Decodes the id if the argument is a literal.
    pub(crate) fn prepare(function: &'static str, literals: Literals<'_>) -> Result<Id<N>, String> {
        let literal = match literals.values.first().and_then(Option::as_ref) {
            None => None,
            Some(literal) => {
                Some(decode(&bytes(literal)).map_err(|error| format!("{function}: {error}"))?)
            }
        };
        Ok(Id { function, literal })
    }
}

/// The bytes of a literal, as those of any value are taken.
fn bytes(literal: &Literal) -> Vec<u8> {
    match literal {
        Literal::String(bytes) | Literal::Bytes(bytes) => bytes.clone(),
        Literal::Int(value) => value.to_be_bytes().to_vec(),
        Literal::Double(value) => value.to_bits().to_be_bytes().to_vec(),
        Literal::Bool(value) => vec![u8::from(*value)],
        _ => Vec::new(),
    }
}

/// The id that the call's argument is on this record.
pub(crate) fn evaluate<'a, const N: usize>(
    call: &mut Call<'_, '_, 'a>,
) -> Result<[u8; N], Error<'a>> {
    let id: &Id<N> = call.prepared();
    if let Some(literal) = id.literal {
        return Ok(literal);
    }
    let bytes = call.bytes_like(0)?.unwrap_or_default();
    decode(bytes).map_err(|error| call.error(format_args!("{}: {error}", id.function)))
}

fn decode<const N: usize>(bytes: &[u8]) -> Result<[u8; N], IdError> {
    if let Ok(id) = bytes.try_into() {
        return Ok(id);
    }
    if bytes.len() != 2 * N {
        return Err(IdError::Length {
            expected: N,
            got: bytes.len(),
        });
    }
    hex::decode(bytes).map_err(IdError::Digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        decode::<2>(bytes)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn decodes_bytes_and_digits() {
        assert_eq!(decode::<2>(b"\x01\xff").ok(), Some([1, 255]));
        assert_eq!(decode::<2>(b"01fF").ok(), Some([1, 255]));
        assert_eq!(
            error(b"012"),
            "could not decode ID: invalid length: expected 2 or 4 bytes, got 3"
        );
        assert_eq!(
            error(b"01g0"),
            "could not decode ID: invalid hex: encoding/hex: invalid byte: U+0067 'g'"
        );
        assert_eq!(
            error(b"01'\n"),
            "could not decode ID: invalid hex: encoding/hex: invalid byte: U+0027 '\\''"
        );
        assert_eq!(
            error(b"01\n0"),
            "could not decode ID: invalid hex: encoding/hex: invalid byte: U+000A"
        );
    }
}
