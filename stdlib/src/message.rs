//! Fields of messages on the wire, by number: what functions that make data points read and write. The
//! numbers are below 16, so that a tag is one byte.

use bumpalo::collections::Vec;
use ottl_vm::wire::{Cursor, Field, message_fields};

const FIXED64: u8 = 1;
const LENGTH_DELIMITED: u8 = 2;

/// The payload of the last field with this number.
pub(crate) fn last(message: &[u8], number: u32) -> Option<&[u8]> {
    message_fields(message)
        .filter(|field| field.number == number)
        .last()
        .map(|field| field.payload)
}

/// The payloads of the last field of each number, all found in one pass.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lasts<'m>([Option<&'m [u8]>; 16]);

impl<'m> Lasts<'m> {
    pub(crate) fn of(message: &'m [u8]) -> Lasts<'m> {
        let mut lasts = Lasts::default();
        message_fields(message).for_each(|field| lasts.meet(&field));
        lasts
    }

    /// Takes a field into account.
    pub(crate) fn meet(&mut self, field: &Field<'m>) {
        if let Some(last) = self.0.get_mut(field.number as usize) {
            *last = Some(field.payload);
        }
    }

    pub(crate) fn get(&self, number: u32) -> Option<&'m [u8]> {
        *self.0.get(number as usize)?
    }

    pub(crate) fn fixed64(&self, number: u32) -> Option<u64> {
        bits(self.get(number)?)
    }

    pub(crate) fn double(&self, number: u32) -> Option<f64> {
        self.fixed64(number).map(f64::from_bits)
    }

    /// A varint, 0 if there is none.
    pub(crate) fn varint(&self, number: u32) -> u64 {
        self.get(number)
            .and_then(|payload| Cursor::new(payload).varint().ok())
            .unwrap_or_default()
    }

    /// A sint32, 0 if there is none.
    pub(crate) fn sint32(&self, number: u32) -> i32 {
        zigzag(self.varint(number))
    }
}

fn zigzag(varint: u64) -> i32 {
    let varint = varint as u32;
    (varint >> 1) as i32 ^ -((varint & 1) as i32)
}

/// The last fixed64 or double with this number, as bits.
pub(crate) fn fixed64(message: &[u8], number: u32) -> Option<u64> {
    bits(last(message, number)?)
}

/// The last double with this number.
pub(crate) fn double(message: &[u8], number: u32) -> Option<f64> {
    fixed64(message, number).map(f64::from_bits)
}

/// The bits of a fixed64's payload.
pub(crate) fn bits(payload: &[u8]) -> Option<u64> {
    payload
        .first_chunk()
        .map(|bytes| u64::from_le_bytes(*bytes))
}

/// The last varint with this number, 0 if there is none.
pub(crate) fn varint(message: &[u8], number: u32) -> u64 {
    last(message, number)
        .and_then(|payload| Cursor::new(payload).varint().ok())
        .unwrap_or_default()
}

/// The last sint32 with this number, 0 if there is none.
pub(crate) fn sint32(message: &[u8], number: u32) -> i32 {
    zigzag(varint(message, number))
}

/// The items of a repeated fixed64 or double, packed or not.
pub(crate) fn fixed64s(message: &[u8], number: u32) -> impl Iterator<Item = u64> {
    message_fields(message)
        .filter(move |field| field.number == number)
        .flat_map(|field| field.payload.chunks_exact(8))
        .filter_map(bits)
}

/// The items of a repeated varint, packed or not.
pub(crate) fn varints(message: &[u8], number: u32) -> impl Iterator<Item = u64> {
    message_fields(message)
        .filter(move |field| field.number == number)
        .flat_map(|field| {
            let mut cursor = Cursor::new(field.payload);
            std::iter::from_fn(move || (!cursor.is_at_end()).then(|| cursor.varint().ok())?)
        })
}

/// Appends a fixed64 or double.
#[inline]
pub(crate) fn put_fixed64(out: &mut Vec<'_, u8>, number: u32, bits: u64) {
    let [a, b, c, d, e, f, g, h] = bits.to_le_bytes();
    let tag = (number as u8) << 3 | FIXED64;
    out.extend_from_slice_copy(&[tag, a, b, c, d, e, f, g, h]);
}

/// Appends a fixed64 or double unless it is the field's zero.
pub(crate) fn put_nonzero(out: &mut Vec<'_, u8>, number: u32, bits: u64) {
    if bits != 0 {
        put_fixed64(out, number, bits);
    }
}

/// Appends a packed field of fixed64s or doubles, or nothing for no items.
pub(crate) fn put_fixed64s(
    out: &mut Vec<'_, u8>,
    number: u32,
    items: impl ExactSizeIterator<Item = u64>,
) {
    if items.len() > 0 {
        put_head(out, number, items.len() * size_of::<u64>());
        items.for_each(|item| out.extend_from_slice_copy(&item.to_le_bytes()));
    }
}

/// Appends a length-delimited field.
#[inline]
pub(crate) fn put_bytes(out: &mut Vec<'_, u8>, number: u32, payload: &[u8]) {
    put_head(out, number, payload.len());
    out.extend_from_slice_copy(payload);
}

/// The tag and the length of a length-delimited field take no more: bytes.
pub(crate) const AROUND: usize = 1 + 5;

/// Appends what a length-delimited field begins with.
#[inline]
fn put_head(out: &mut Vec<'_, u8>, number: u32, length: usize) {
    let tag = (number as u8) << 3 | LENGTH_DELIMITED;
    match length {
        0..0x80 => out.extend_from_slice_copy(&[tag, length as u8]),
        _ => {
            out.push(tag);
            put_varint(out, length as u64);
        }
    }
}

/// Appends a varint without a tag.
pub(crate) fn put_varint(out: &mut Vec<'_, u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a message's fields but those with these numbers.
pub(crate) fn put_others(out: &mut Vec<'_, u8>, message: &[u8], numbers: &[u32]) {
    // Neighbours that stay are copied in one go.
    let (mut kept, mut end) = (0, 0);
    for field in message_fields(message) {
        let start = end;
        end += field.whole.len();
        if numbers.contains(&field.number) {
            out.extend_from_slice_copy(&message[kept..start]);
            kept = end;
        }
    }
    out.extend_from_slice_copy(&message[kept..end]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use bumpalo::Bump;
    use ottl_vm::wire::put_within;

    #[test]
    fn what_is_put_within_a_field_is_that_put_as_a_whole() {
        let arena = Bump::new();
        for length in [0, 1, 127, 128, 300, 16_383, 16_384, 3_000_000] {
            let payload = vec![b'x'; length];
            let (mut within, mut whole) = (Vec::new_in(&arena), Vec::new_in(&arena));
            within.push(7);
            whole.push(7);
            put_within(&mut within, 9, |out| out.extend_from_slice_copy(&payload));
            put_bytes(&mut whole, 9, &payload);
            assert!(within == whole, "{length}");
        }
    }
}
