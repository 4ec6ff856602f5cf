//! `normalize`: any acceptable request as a canonical one of the same meaning.
//!
//! Rare, so it interprets the schema at run time. What it decides is what the reference's decoder does:
//! occurrences of a singular message are merged, the last scalar wins, the last field of a oneof wins
//! without a merge, a packed chunk of varints appends, one of fixed-width numbers replaces what was
//! before it, and loose elements append. Groups, which the reference can only read when they are empty, are dropped.
//! Records that are canonical already, most of them, are copied.

use super::any::{close, open};
use super::cursor::{Cursor, WireType, write_bytes, write_tag, write_varint};
use super::error::WireError;
use super::index::level_of;
use super::profiles::{DICTIONARY, has_dictionary};
use super::schema::{Field, FieldKind, Label, MessageKind, Signal};
use super::validate::{Canonical, is_plain_attribute, is_plain_value, validate, validate_message};
use crate::path::Level;
use smallvec::SmallVec;

/// Appends `request` in canonical form to `out`. One of profiles has a dictionary then.
///
/// # Errors
/// As [`validate`]; `out` is unchanged then.
pub fn normalize(signal: Signal, request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    validate(signal, request, &mut ())?;
    let start = out.len();
    if signal == Signal::Profiles && !has_dictionary(request) {
        write_bytes(out, DICTIONARY, &[]);
    }
    message(signal.request(), request, out).inspect_err(|_| out.truncate(start))
}

/// One field as it stands in the input.
#[derive(Clone, Copy)]
struct Occurrence<'a> {
    number: u32,
    /// Which of the message's fields it is, if it is one that is known.
    field: Option<usize>,
    wire_type: WireType,
    /// What follows the tag; of length-delimited fields what follows the length.
    value: &'a [u8],
}

/// What was met of a field.
#[derive(Clone, Copy, Default)]
struct Met {
    count: u32,
    /// Which occurrence counts, of a field of which one does.
    counts: usize,
}

/// More fields than any message has.
const FIELDS_MAX: usize = 24;

/// The fields of one message. The depth is bounded because the request has been validated.
fn message(kind: MessageKind, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let occurrences = occurrences(kind, bytes)?;
    let fields = kind.message().fields;
    let mut met = [Met::default(); FIELDS_MAX];
    let mut last_of_group = usize::MAX;
    for (at, one) in occurrences.iter().enumerate() {
        let Some(field) = one.field else { continue };
        let met = &mut met[field];
        let field = &fields[field];
        // An empty `bytes` doesn't displace one that isn't.
        let is_displaced = field.kind == FieldKind::Bytes && one.value.is_empty();
        if met.count == 0 || !is_displaced {
            met.counts = at;
        }
        met.count += 1;
        if field.label == Label::Oneof {
            last_of_group = at;
        }
    }
    for (at, one) in occurrences.iter().enumerate() {
        let Some(number) = one.field else {
            copy(one, out);
            continue;
        };
        let (field, met) = (&fields[number], met[number]);
        let of_field = || occurrences.iter().filter(|other| other.field == one.field);
        let is_first = || {
            of_field()
                .next()
                .is_some_and(|first| std::ptr::eq(first, one))
        };
        match (field.label, field.kind) {
            (Label::One | Label::Optional, FieldKind::Message(inner)) if met.count > 1 => {
                if is_first() {
                    merged(field.number, inner, of_field(), out)?;
                }
            }
            (Label::One | Label::Optional, _) if met.counts != at => {}
            (Label::Oneof, _) if last_of_group != at => {}
            (Label::Packed, _) if met.count > 1 || one.wire_type != WireType::Bytes => {
                if is_first() {
                    packed(field, of_field(), out);
                }
            }
            (_, FieldKind::Message(inner)) => nested(field.number, inner, one.value, out)?,
            _ => copy(one, out),
        }
    }
    Ok(())
}

fn occurrences(
    kind: MessageKind,
    bytes: &[u8],
) -> Result<SmallVec<[Occurrence<'_>; FIELDS_MAX]>, WireError> {
    let fields = kind.message().fields;
    let mut found = SmallVec::new();
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
                field: fields.iter().position(|field| field.number == number),
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
    if is_surely_canonical(kind, bytes) {
        write_bytes(out, number, bytes);
        return Ok(());
    }
    let start = open(out, number);
    message(kind, bytes, out)?;
    close(out, start);
    Ok(())
}

/// Whether a message is canonical; of those that can be inside one another, only if that is plain to see, so that none is
/// looked at again and again.
fn is_surely_canonical(kind: MessageKind, bytes: &[u8]) -> bool {
    match (kind, level_of(kind)) {
        (MessageKind::KeyValue, _) => is_plain_attribute(bytes),
        (MessageKind::AnyValue, _) => is_plain_value(bytes),
        (MessageKind::ArrayValue | MessageKind::KeyValueList, _)
        | (_, Some((Level::ResourceContainer | Level::ScopeContainer, _))) => false,
        _ => validate_message(kind, bytes, 0, bytes.len() as u32) == Ok(Canonical::Yes),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_the_fields_of_every_message() {
        for kind in MessageKind::ALL {
            assert!(kind.message().fields.len() <= FIELDS_MAX, "{kind:?}");
        }
    }
}
