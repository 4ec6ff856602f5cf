//! `normalize`: any acceptable request as a canonical one of the same meaning.
//!
//! Rare, so it interprets the schema at run time. What it decides is what the reference's decoder does:
//! occurrences of a singular message are merged, the last scalar wins, the last field of a oneof wins
//! without a merge, a packed chunk of varints appends, one of fixed-width numbers replaces what was
//! before it, and loose elements append. Known fields come out in the order of the schema, unknown ones
//! after them; groups, which the reference can only read when they are empty, are dropped.

use super::cursor::{Cursor, WireType, write_bytes, write_tag, write_varint};
use super::error::WireError;
use super::profiles::{DICTIONARY, has_dictionary};
use super::schema::{Field, FieldKind, Label, MessageKind, Signal};
use super::validate::validate;

/// Appends `request` in canonical form to `out`. One of profiles has a dictionary then.
///
/// # Errors
/// As [`validate`]; `out` is unchanged then.
pub fn normalize(signal: Signal, request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    validate(signal, request, &mut ())?;
    let start = out.len();
    message(signal.request(), request, out).inspect_err(|_| out.truncate(start))?;
    if signal == Signal::Profiles && !has_dictionary(request) {
        write_bytes(out, DICTIONARY, &[]);
    }
    Ok(())
}

/// One field as it stands in the input.
#[derive(Clone, Copy)]
struct Occurrence<'a> {
    number: u32,
    wire_type: WireType,
    /// What follows the tag; of length-delimited fields what follows the length.
    value: &'a [u8],
}

/// The fields of one message. The depth is bounded because the request has been validated.
fn message(kind: MessageKind, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let occurrences = occurrences(bytes)?;
    let fields = kind.message().fields;
    let group = occurrences
        .iter()
        .rfind(|occurrence| is_oneof(fields, occurrence.number));
    for field in fields {
        let of_field = || {
            occurrences
                .iter()
                .filter(|occurrence| occurrence.number == field.number)
        };
        match field.label {
            Label::One | Label::Optional => match field.kind {
                FieldKind::Message(inner) => merged(field.number, inner, of_field(), out)?,
                // An empty `bytes` doesn't displace one that isn't.
                FieldKind::Bytes => {
                    let full = of_field().rfind(|one| !one.value.is_empty());
                    if let Some(one) = full.or_else(|| of_field().next()) {
                        copy(one, out);
                    }
                }
                _ => {
                    if let Some(last) = of_field().next_back() {
                        copy(last, out);
                    }
                }
            },
            Label::Oneof => match (group, field.kind) {
                (Some(last), FieldKind::Message(inner)) if last.number == field.number => {
                    nested(field.number, inner, last.value, out)?;
                }
                (Some(last), _) if last.number == field.number => copy(last, out),
                _ => {}
            },
            Label::Many | Label::Hidden => {
                for one in of_field() {
                    match field.kind {
                        FieldKind::Message(inner) => nested(field.number, inner, one.value, out)?,
                        _ => copy(one, out),
                    }
                }
            }
            Label::Packed => packed(field, of_field(), out),
        }
    }
    for unknown in occurrences
        .iter()
        .filter(|one| fields.iter().all(|field| field.number != one.number))
    {
        copy(unknown, out);
    }
    Ok(())
}

fn is_oneof(fields: &[Field], number: u32) -> bool {
    fields
        .iter()
        .any(|field| field.number == number && field.label == Label::Oneof)
}

fn occurrences(bytes: &[u8]) -> Result<Vec<Occurrence<'_>>, WireError> {
    let mut found = Vec::new();
    let mut cursor = Cursor::new(bytes);
    while !cursor.is_at_end() {
        let (number, wire_type) = cursor.tag()?;
        let start = cursor.position();
        let value = match wire_type {
            WireType::Bytes => cursor.bytes()?,
            _ => {
                cursor.skip(wire_type)?;
                &bytes[start..cursor.position()]
            }
        };
        if !matches!(wire_type, WireType::StartGroup | WireType::EndGroup) {
            found.push(Occurrence {
                number,
                wire_type,
                value,
            });
        }
    }
    Ok(found)
}

fn copy(one: &Occurrence<'_>, out: &mut Vec<u8>) {
    if one.wire_type == WireType::Bytes {
        write_bytes(out, one.number, one.value);
    } else {
        write_tag(out, one.number, one.wire_type);
        out.extend_from_slice(one.value);
    }
}

/// All occurrences of a singular message as one: their fields one after the other.
fn merged<'a, 'b: 'a>(
    number: u32,
    kind: MessageKind,
    occurrences: impl Iterator<Item = &'a Occurrence<'b>>,
    out: &mut Vec<u8>,
) -> Result<(), WireError> {
    let parts: Vec<&[u8]> = occurrences.map(|one| one.value).collect();
    match parts.as_slice() {
        [] => Ok(()),
        [one] => nested(number, kind, one, out),
        many => nested(number, kind, &many.concat(), out),
    }
}

fn nested(
    number: u32,
    kind: MessageKind,
    bytes: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), WireError> {
    let mut inner = Vec::with_capacity(bytes.len());
    message(kind, bytes, &mut inner)?;
    write_bytes(out, number, &inner);
    Ok(())
}

fn packed<'a, 'b: 'a>(
    field: &Field,
    occurrences: impl Iterator<Item = &'a Occurrence<'b>>,
    out: &mut Vec<u8>,
) {
    let mut elements = Vec::new();
    let mut is_present = false;
    for one in occurrences {
        is_present = true;
        if one.wire_type == WireType::Bytes && field.kind.wire_type() == WireType::Fixed64 {
            elements.clear();
        }
        elements.extend_from_slice(one.value);
    }
    if is_present {
        write_tag(out, field.number, WireType::Bytes);
        write_varint(out, elements.len() as u64);
        out.extend_from_slice(&elements);
    }
}
