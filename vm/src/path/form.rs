//! Forms: how a field's payload on the wire and a value correspond.
//!
//! Reading an absent field gives its type's zero, as protobuf has it. Writing takes exactly the form's
//! type, as the reference does: nothing is converted.

use crate::error::Error;
use crate::text::{hex, time::Time};
use crate::value::Value;
use crate::wire::any::{self, Sink, put_field, put_tag, put_varint};
use crate::wire::cursor::{Cursor, WireType};
use bumpalo::Bump;
use bumpalo::collections::Vec;

/// How a field's payload and a value correspond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `string`.
    String,
    /// `bool`.
    Bool,
    /// `int64`, `uint64`, or an enum kept as it is: a varint.
    Int,
    /// `int32` or an enum: a varint of which 32 bits count.
    Int32,
    /// `uint32`: a varint of which 32 bits count; what is written is cut to them.
    Uint32,
    /// `sint32`: a zigzag varint of which 32 bits count.
    Sint32,
    /// `fixed32`; what is written is cut to 32 bits.
    Fixed32,
    /// `fixed32`; what does not fit is refused.
    Fixed32Checked,
    /// `fixed64` or `sfixed64` as an int64.
    Fixed64,
    /// `fixed64` in nanoseconds since 1970 as an instant.
    Time,
    /// `double`.
    Double,
    /// `optional double`: zero is written, too.
    OptionalDouble,
    /// 16 bytes as a trace id.
    TraceId,
    /// 8 bytes as a span id.
    SpanId,
    /// 16 bytes as lower-case hex; written from hex of either case.
    TraceIdHex,
    /// 8 bytes as lower-case hex; written from hex of either case.
    SpanIdHex,
    /// `bytes`.
    Bytes,
    /// `uint64` that is a span of time in nanoseconds; what is negative is refused.
    Nanoseconds,
    /// 16 bytes as a profile id; none, or zeros, cannot be written.
    ProfileId,
    /// 16 bytes as lower-case hex; written from hex of either case, but not as zeros.
    ProfileIdHex,
    /// An `AnyValue`.
    Any,
}

/// What the reference says when nil is written to a field that cannot hold it.
pub const SET_NIL: Error<'static> = Error::new("setting a value to nil is not supported");

impl Form {
    /// The value of a field with this payload; `None` for an absent field.
    #[inline]
    pub fn decode<'a>(self, payload: Option<&'a [u8]>, arena: &'a Bump) -> Value<'a> {
        let bytes = payload.unwrap_or_default();
        match self {
            Form::String => Value::String(bytes),
            Form::Bool => Value::Bool(varint(bytes) != 0),
            Form::Int | Form::Nanoseconds => Value::Int(varint(bytes) as i64),
            Form::Int32 => Value::Int(i64::from(varint(bytes) as i32)),
            Form::Uint32 => Value::Int(i64::from(varint(bytes) as u32)),
            Form::Sint32 => {
                let zigzag = varint(bytes) as u32;
                Value::Int(i64::from((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32)))
            }
            Form::Fixed32 | Form::Fixed32Checked => Value::Int(i64::from(fixed32(bytes))),
            Form::Fixed64 => Value::Int(fixed64(bytes) as i64),
            Form::Time => Value::Time(Time::from_unix_nano(fixed64(bytes) as i64)),
            Form::Double | Form::OptionalDouble => Value::Double(f64::from_bits(fixed64(bytes))),
            Form::TraceId => Value::TraceId(id(bytes)),
            Form::SpanId => Value::SpanId(id(bytes)),
            Form::ProfileId => Value::ProfileId(id(bytes)),
            Form::TraceIdHex | Form::ProfileIdHex => {
                Value::String(hex::encode(arena, &id::<16>(bytes)))
            }
            Form::SpanIdHex => Value::String(hex::encode(arena, &id::<8>(bytes))),
            Form::Bytes => Value::Bytes(bytes),
            Form::Any => any::decode(bytes),
        }
    }

    /// The whole field `number` that holds this value, or nothing for a value that is the field's zero.
    /// `current` is the field's payload as it is.
    ///
    /// # Errors
    /// A value of another type than the form's.
    pub fn encode<'a>(
        self,
        number: u32,
        value: Value<'a>,
        current: Option<&'a [u8]>,
        arena: &'a Bump,
    ) -> Result<&'a [u8], Error<'a>> {
        let value = value.ok()?;
        if value.is_nil() && self != Form::Any {
            return Err(SET_NIL);
        }
        Ok(match (self, value) {
            (Form::String, Value::String([])) => &[],
            (Form::String, Value::String(text)) => length_delimited(number, text, arena),
            (Form::Bool, Value::Bool(v)) => varint_field(number, u64::from(v), arena),
            (Form::Int, Value::Int(v)) => varint_field(number, v as u64, arena),
            (Form::Int32, Value::Int(v)) => varint_field(number, i64::from(v as i32) as u64, arena),
            (Form::Uint32, Value::Int(v)) => varint_field(number, u64::from(v as u32), arena),
            (Form::Sint32, Value::Int(v)) => {
                let v = v as i32;
                varint_field(number, u64::from((v << 1 ^ v >> 31) as u32), arena)
            }
            (Form::Fixed32, Value::Int(v)) => {
                fixed_field(number, WireType::Fixed32, &(v as u32).to_le_bytes(), arena)
            }
            (Form::Fixed32Checked, Value::Int(v)) => match u32::try_from(v) {
                Ok(v) => fixed_field(number, WireType::Fixed32, &v.to_le_bytes(), arena),
                Err(_) => {
                    return Err(Error::format(
                        arena,
                        format_args!("value {v} is out of range for uint32"),
                    ));
                }
            },
            (Form::Fixed64, Value::Int(v)) => {
                fixed_field(number, WireType::Fixed64, &v.to_le_bytes(), arena)
            }
            (Form::Time, Value::Time(time)) => fixed_field(
                number,
                WireType::Fixed64,
                &time.unix_nano().to_le_bytes(),
                arena,
            ),
            (Form::Double, Value::Double(v)) => {
                fixed_field(number, WireType::Fixed64, &v.to_bits().to_le_bytes(), arena)
            }
            (Form::OptionalDouble, Value::Double(v)) => {
                let mut out = Vec::with_capacity_in(10, arena);
                put_tag(&mut out, number, WireType::Fixed64);
                out.slice(&v.to_bits().to_le_bytes());
                out.into_bump_slice()
            }
            (Form::TraceId, Value::TraceId(id)) => id_field(number, &id, arena),
            (Form::SpanId, Value::SpanId(id)) => id_field(number, &id, arena),
            (Form::TraceIdHex, Value::String(text)) => {
                id_field(number, &parse_id::<16>(text, "trace", arena)?, arena)
            }
            (Form::SpanIdHex, Value::String(text)) => {
                id_field(number, &parse_id::<8>(text, "span", arena)?, arena)
            }
            (Form::Bytes, Value::Bytes([])) => &[],
            (Form::Bytes, Value::Bytes(bytes)) => length_delimited(number, bytes, arena),
            (Form::Nanoseconds, Value::Int(v)) if v < 0 => {
                return Err(Error::new("duration_unix_nano must be non-negative"));
            }
            (Form::Nanoseconds, Value::Int(v)) => varint_field(number, v as u64, arena),
            (Form::ProfileId, Value::ProfileId(id)) => profile_id_field(number, &id, arena)?,
            (Form::ProfileIdHex, Value::String(text)) => {
                profile_id_field(number, &parse_id(text, "profile", arena)?, arena)?
            }
            (Form::Any, value) => {
                let value = any::storable(value, &any::decode(current.unwrap_or_default()), arena)?;
                any_field(number, &value, arena)
            }
            (form, value) => {
                let (expected, found) = (form.type_name(), value.type_name());
                return Err(Error::format(
                    arena,
                    format_args!("expects {expected} but got {found}"),
                ));
            }
        })
    }

    /// What fields of this form hold.
    pub fn held(self) -> Held {
        match self {
            Form::String | Form::TraceIdHex | Form::SpanIdHex | Form::ProfileIdHex => Held::String,
            Form::Bool => Held::Bool,
            Form::Int
            | Form::Int32
            | Form::Uint32
            | Form::Sint32
            | Form::Fixed32
            | Form::Fixed32Checked
            | Form::Fixed64
            | Form::Nanoseconds => Held::Int,
            Form::Double | Form::OptionalDouble => Held::Double,
            Form::Time => Held::Time,
            Form::Bytes => Held::Bytes,
            Form::TraceId => Held::Id("TraceID", 16),
            Form::SpanId => Held::Id("SpanID", 8),
            Form::ProfileId => Held::Id("ProfileID", 16),
            Form::Any => Held::Any,
        }
    }

    /// The Go type that is written.
    fn type_name(self) -> &'static str {
        match self.held() {
            Held::String => "string",
            Held::Bool => "bool",
            Held::Int => "int64",
            Held::Double => "float64",
            Held::Time => "time.Time",
            Held::Bytes => "[]uint8",
            Held::Id("TraceID", _) => "pcommon.TraceID",
            Held::Id("SpanID", _) => "pcommon.SpanID",
            Held::Id(..) => "pprofile.ProfileID",
            Held::Any => "pcommon.Value",
        }
    }
}

/// What fields of a form hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Strings.
    String,
    /// Bools.
    Bool,
    /// Ints.
    Int,
    /// Doubles.
    Double,
    /// Instants.
    Time,
    /// Bytes.
    Bytes,
    /// An id, by the name of the converter that makes one, with its length in bytes.
    Id(&'static str, usize),
    /// Any value.
    Any,
}

#[inline]
fn varint(bytes: &[u8]) -> u64 {
    match bytes {
        [] => 0,
        [byte] => u64::from(*byte),
        _ => Cursor::new(bytes).varint().unwrap_or_default(),
    }
}

fn fixed32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |b| u32::from_le_bytes(*b))
}

#[inline]
fn fixed64(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}

/// What lies between the times of two fields with these payloads: what [`Form::Time`] reads, one subtracted from the
/// other.
#[inline]
pub(crate) fn nanoseconds_between(end: Option<&[u8]>, start: Option<&[u8]>) -> i64 {
    let nanos = |payload: Option<&[u8]>| fixed64(payload.unwrap_or_default()) as i64;
    // Instants in nanoseconds do not wrap where times are added up, so that only the difference is cut.
    let (end, start) = (nanos(end), nanos(start));
    end.checked_sub(start)
        .unwrap_or_else(|| cut_difference(end, start))
}

/// Out of line, so that what is needed for it takes no register of a loop.
#[cold]
#[inline(never)]
fn cut_difference(end: i64, start: i64) -> i64 {
    end.saturating_sub(start)
}

fn id<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or([0; N])
}

fn parse_id<'a, const N: usize>(
    text: &[u8],
    name: &str,
    arena: &'a Bump,
) -> Result<[u8; N], Error<'a>> {
    if text.len() / 2 != N {
        return Err(Error::format(
            arena,
            format_args!("{name} ids must be {} hex characters", N * 2),
        ));
    }
    let (digits, rest) = text.split_at(2 * N);
    let id = hex::decode(digits).map_err(|byte| no_digit(byte, arena))?;
    match *rest {
        [] => Ok(id),
        [byte, ..] if hex::digit_value(byte).is_none() => Err(no_digit(byte, arena)),
        _ => Err(Error::new("encoding/hex: odd length hex string")),
    }
}

#[cold]
fn no_digit(byte: u8, arena: &Bump) -> Error<'_> {
    let shown = byte as char;
    Error::format(
        arena,
        format_args!("encoding/hex: invalid byte: U+{byte:04X} '{shown}'"),
    )
}

/// A whole length-delimited field in the arena.
pub fn length_delimited<'a>(number: u32, payload: &[u8], arena: &'a Bump) -> &'a [u8] {
    let mut out = Vec::with_capacity_in(payload.len() + 10, arena);
    if number < 16 && payload.len() < 0x80 {
        let tag = (number as u8) << 3 | WireType::Bytes as u8;
        out.slice(&[tag, payload.len() as u8]);
        out.slice(payload);
    } else {
        put_field(&mut out, number, payload);
    }
    out.into_bump_slice()
}

/// A whole varint field in the arena, or nothing for 0.
pub fn varint_field(number: u32, value: u64, arena: &Bump) -> &[u8] {
    if value == 0 {
        return &[];
    }
    let mut out = Vec::with_capacity_in(15, arena);
    put_tag(&mut out, number, WireType::Varint);
    put_varint(&mut out, value);
    out.into_bump_slice()
}

fn fixed_field<'a>(number: u32, wire_type: WireType, bytes: &[u8], arena: &'a Bump) -> &'a [u8] {
    if bytes.iter().all(|b| *b == 0) {
        return &[];
    }
    let mut out = Vec::with_capacity_in(bytes.len() + 2, arena);
    put_tag(&mut out, number, wire_type);
    out.slice(bytes);
    out.into_bump_slice()
}

fn id_field<'a>(number: u32, id: &[u8], arena: &'a Bump) -> &'a [u8] {
    if id.iter().all(|b| *b == 0) {
        return &[];
    }
    length_delimited(number, id, arena)
}

/// An id's field; unlike the other ids, that of a profile cannot be taken away.
fn profile_id_field<'a>(
    number: u32,
    id: &[u8; 16],
    arena: &'a Bump,
) -> Result<&'a [u8], Error<'a>> {
    match id_field(number, id, arena) {
        [] => Err(Error::new("profile ids must not be empty")),
        field => Ok(field),
    }
}

/// A whole `AnyValue` field in the arena.
pub(crate) fn any_field<'a>(number: u32, value: &Value<'_>, arena: &'a Bump) -> &'a [u8] {
    // A text with tags and lengths of a byte each: most of what is written.
    if let Value::String(text) = value
        && number < 16
        && text.len() + 2 < 0x80
    {
        let length = text.len() as u8;
        let tag = (number as u8) << 3 | WireType::Bytes as u8;
        let mut out = Vec::with_capacity_in(4 + text.len(), arena);
        out.slice(&[tag, length + 2, 0x0a, length]);
        out.slice(text);
        return out.into_bump_slice();
    }
    let mut out = Vec::with_capacity_in(12 + any::capacity(value), arena);
    let start = any::open(&mut out, number);
    any::encode(value, &mut out);
    any::close(&mut out, start);
    out.into_bump_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_fields_lies_what_lies_between_their_times() {
        let arena = Bump::new();
        let second = 1_000_000_000i64;
        let mut payloads: std::vec::Vec<Option<std::vec::Vec<u8>>> = vec![None];
        payloads.extend((0..10).map(|length| Some(vec![0x7f; length])));
        payloads.extend((0..10).map(|length| Some(vec![0xff; length])));
        for nanos in [0, 1, second - 1, second, 1_700_000_000 * second, i64::MAX] {
            for nanos in [nanos, nanos.wrapping_neg(), nanos ^ i64::MIN] {
                payloads.push(Some(nanos.to_le_bytes().to_vec()));
            }
        }
        let time = |payload| match Form::Time.decode(payload, &arena) {
            Value::Time(time) => time,
            other => panic!("{other:?}"),
        };
        for end in &payloads {
            for start in &payloads {
                let (end, start) = (end.as_deref(), start.as_deref());
                let expected = time(end).sub(time(start));
                assert_eq!(
                    nanoseconds_between(end, start),
                    expected,
                    "{end:?} {start:?}"
                );
            }
        }
    }

    #[test]
    fn texts_of_any_length_are_written_as_other_values() {
        let arena = Bump::new();
        for length in (0..200).chain([16_380, 16_384]) {
            let text = vec![b'x'; length];
            let value = Value::String(&text);
            for number in [1, 15, 16, 1000] {
                let mut expected = std::vec::Vec::new();
                put_field(&mut expected, number, &any::encoded(&value));
                assert_eq!(any_field(number, &value, &arena), expected);
            }
        }
    }
}
