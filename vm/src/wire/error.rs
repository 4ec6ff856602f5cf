//! `WireError`: why a request was refused.
//!
//! Eight bytes, so that the hot loops return it in a register. It names the OTLP message in which the
//! fault lies and the absolute offset in the request; the words come from `Display` alone.

use std::fmt;

/// Why a protobuf request was refused, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WireError {
    /// Index into the schema's messages plus one; 0 while the message isn't known yet.
    message: u8,
    kind: WireErrorKind,
    offset: u32,
}

/// What is wrong at the offset of a [`WireError`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum WireErrorKind {
    /// The bytes end inside a field.
    Truncated,
    /// A varint is longer than ten bytes.
    VarintTooLong,
    /// A length of 2^63 or more.
    NegativeLength,
    /// Field number 0, or one whose low 32 bits aren't a positive `int32`.
    FieldNumber,
    /// Wire type 6 or 7.
    WireType,
    /// A known field with a wire type that isn't its own.
    WrongWireType,
    /// An end-group tag without its start.
    EndGroup,
    /// A trace, span or profile id that is neither empty nor of its exact length.
    IdLength,
    /// Values nested deeper than [`crate::limits::VALUE_DEPTH_MAX`].
    TooDeep,
    /// A request of more than [`crate::limits::REQUEST_BYTES_MAX`] bytes.
    TooLarge,
}

impl WireError {
    /// A fault at an absolute offset, in a message that the caller adds by [`WireError::within`].
    #[cold]
    #[must_use]
    pub fn new(kind: WireErrorKind, offset: usize) -> Self {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        WireError {
            message: 0,
            kind,
            offset,
        }
    }

    /// Names the message; the innermost name stays.
    #[cold]
    #[must_use]
    pub fn within(self, message: super::schema::MessageKind) -> Self {
        let message = if self.message == 0 {
            message as u8 + 1
        } else {
            self.message
        };
        WireError { message, ..self }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> WireErrorKind {
        self.kind
    }

    /// Where: bytes from the start of the request.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// The OTLP name of the message, such as `KeyValue`; `None` if it isn't known.
    #[must_use]
    pub fn message(&self) -> Option<&'static str> {
        let index = usize::from(self.message).checked_sub(1)?;
        super::schema::MESSAGES
            .get(index)
            .map(|message| message.name)
    }
}

impl fmt::Display for WireErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WireErrorKind::Truncated => "the data ends inside a field",
            WireErrorKind::VarintTooLong => "a varint is longer than ten bytes",
            WireErrorKind::NegativeLength => "a length is negative",
            WireErrorKind::FieldNumber => "a field number is out of range",
            WireErrorKind::WireType => "a wire type is unknown",
            WireErrorKind::WrongWireType => "a field has the wrong wire type",
            WireErrorKind::EndGroup => "a group ends that never started",
            WireErrorKind::IdLength => "an id has the wrong length",
            WireErrorKind::TooDeep => "values are nested too deep",
            WireErrorKind::TooLarge => "the request is too large",
        })
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WireError { kind, offset, .. } = self;
        match self.message() {
            Some(message) => write!(f, "{message} at byte {offset}: {kind}"),
            None => write!(f, "at byte {offset}: {kind}"),
        }
    }
}

impl std::error::Error for WireError {}
