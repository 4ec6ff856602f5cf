//! Stepping over the fields of a message that are of the usual form and that nobody asked for.
//!
//! What stops a step is read again, and checked, by whoever asked; so only what is stepped over must be right here. To
//! tell a field in a few instructions, so many bytes are read from where it begins that nothing in them needs a check
//! of its own; these may be another message's. Where a request has no more so many, a step ends.

use super::any::{KEY_TAG, VALUE_TAG, is_plain_value};
use super::cursor::{WireType, short_width};

/// What to stop at, of the fields of a message.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Bit [`bucket`] of an attribute's key.
    pub(crate) keys: u64,
    /// Bit n: field n, of those that are no attributes.
    pub(crate) fields: u32,
    /// The tag of attributes, which takes a byte; 0 where there are none.
    pub(crate) tag: u8,
}

/// All keys are wanted.
pub(crate) const ALL_KEYS: u64 = u64::MAX;

/// Keys are told apart by their lengths and last bytes first.
pub(crate) const BUCKETS: usize = u64::BITS as usize;

/// The bucket of a key.
#[inline(always)]
pub(crate) fn bucket(key: &[u8]) -> usize {
    bucket_of(key.len() as u32, key.last().copied().unwrap_or_default()) as usize
}

#[inline(always)]
fn bucket_of(length: u32, last: u8) -> u32 {
    length.wrapping_mul(5).wrapping_add(u32::from(last)) % u64::BITS
}

/// How many bytes of an attribute may be looked at: its tag, its length, the first part with its tag and length, and
/// the same of the second.
const AHEAD: usize = 2 + 2 * (2 + u8::MAX as usize);

/// What a field must be to be stepped over.
pub(crate) trait Check: Copy {
    /// Whether the payload of an attribute's value may be.
    fn is_fine(self, value: &[u8]) -> bool;

    /// How many bytes a field takes that begins with these, a tag of one byte first.
    fn step(&mut self, tag: u8, next: u8, high: u8) -> Option<usize>;
}

/// It must have a length.
#[derive(Clone, Copy)]
pub(crate) struct Lengths;

impl Check for Lengths {
    #[inline(always)]
    fn is_fine(self, _: &[u8]) -> bool {
        true
    }

    #[inline(always)]
    fn step(&mut self, tag: u8, next: u8, high: u8) -> Option<usize> {
        if tag & 7 != WireType::Bytes as u8 {
            return short_width(tag, next).map(|width| 1 + width);
        }
        bytes_step(next, high)
    }
}

/// It must be valid and canonical, and have no messages inside.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    pub(crate) plain: &'static PlainFields,
    /// The bits of fields that were seen; see [`PlainField`].
    pub(crate) seen: u32,
}

impl Check for Schema {
    #[inline(always)]
    fn is_fine(self, value: &[u8]) -> bool {
        is_plain_value(value)
    }

    #[inline(always)]
    fn step(&mut self, tag: u8, next: u8, high: u8) -> Option<usize> {
        let field = self.plain[usize::from(tag >> 3)];
        let bit = 1 << (field.bit % u32::BITS as u8);
        if field.wire_type != tag & 7 || self.seen & bit != 0 {
            return None;
        }
        let step = if tag & 7 != WireType::Bytes as u8 {
            1 + short_width(tag, next)?
        } else if field.length == 0 {
            bytes_step(next, high)?
        } else if next == 0 || next == field.length {
            2 + usize::from(next)
        } else {
            return None;
        };
        self.seen |= bit;
        Some(step)
    }
}

/// The fields of a message that can be told to be valid by their first bytes, by number.
pub(crate) type PlainFields = [PlainField; 16];

/// One of them.
#[derive(Clone, Copy)]
pub(crate) struct PlainField {
    /// [`NOT_PLAIN`](PlainField::NOT_PLAIN) of one that cannot be told.
    pub(crate) wire_type: u8,
    /// The bit that marks it, or its oneof, as seen.
    pub(crate) bit: u8,
    /// The length that its bytes have, if they are not empty; 0 if any.
    pub(crate) length: u8,
}

impl PlainField {
    /// No wire type.
    pub(crate) const NOT_PLAIN: u8 = u8::MAX;

    /// The table of these fields with their numbers.
    pub(crate) const fn table(fields: &[(u32, PlainField)]) -> PlainFields {
        let mut table = [PlainField {
            wire_type: PlainField::NOT_PLAIN,
            bit: 0,
            length: 0,
        }; 16];
        let mut index = 0;
        while index < fields.len() {
            let (number, field) = fields[index];
            if number < 16 {
                table[number as usize] = field;
            }
            index += 1;
        }
        table
    }
}

/// How many bytes a field takes whose tag takes one and whose length begins with these.
#[inline(always)]
fn bytes_step(low: u8, high: u8) -> Option<usize> {
    if low < 0x80 {
        return Some(2 + usize::from(low));
    }
    (high < 0x80).then_some(3 + (usize::from(low & 0x7f) | usize::from(high) << 7))
}

/// Steps from `at` over attributes of one key and one value, with lengths of a byte, and tells of those that are wanted:
/// where they begin and end, their keys and their values' payloads; and over fields that are not wanted, with a tag of
/// a byte and a number of one or a length of one or two. Where the first other field begins, or the message's end.
/// Where all attributes are wanted it stops at each, as telling of it from here takes longer.
#[inline]
pub(crate) fn skip<'a>(
    request: &'a [u8],
    at: usize,
    end: usize,
    wanted: &Wanted,
    check: &mut impl Check,
    tell: impl FnMut(usize, usize, &'a [u8], &'a [u8]),
) -> usize {
    // Which part of attributes comes first, the first one of a run says.
    match request.get(at..) {
        Some([tag, ..]) if *tag == wanted.tag && wanted.keys == ALL_KEYS => at,
        Some([tag, _, KEY_TAG, ..]) if *tag == wanted.tag => {
            skip_run::<_, false>(request, at, end, wanted, check, tell)
        }
        _ => skip_run::<_, true>(request, at, end, wanted, check, tell),
    }
}

/// The same for attributes with the value first, as the Go collector writes, or with the key first, as SDKs do. It
/// stands alone so that all it uses stays in registers.
#[inline(never)]
fn skip_run<'a, C: Check, const VALUE_FIRST: bool>(
    request: &'a [u8],
    at: usize,
    end: usize,
    wanted: &Wanted,
    check: &mut C,
    mut tell: impl FnMut(usize, usize, &'a [u8], &'a [u8]),
) -> usize {
    let (first_tag, second_tag) = match VALUE_FIRST {
        true => (VALUE_TAG, KEY_TAG),
        false => (KEY_TAG, VALUE_TAG),
    };
    // No field has this where the message has no attributes.
    let attribute_tag = match wanted.tag {
        0 => u32::MAX,
        tag => u32::from(tag),
    };
    // How much is left of the request where the message ends.
    let (Some(behind), Some(mut rest)) = (request.len().checked_sub(end), request.get(at..)) else {
        return at;
    };
    let mut checked = *check;
    while let Some(ahead) = rest.first_chunk::<AHEAD>() {
        let [tag, length, first, first_len, ..] = *ahead;
        if u32::from(tag) == attribute_tag {
            if wanted.keys == ALL_KEYS {
                break;
            }
            let step = 2 + usize::from(length);
            let second_at = 4 + usize::from(first_len);
            let second = u16::from_le_bytes([ahead[second_at], ahead[second_at + 1]]);
            // If the first part is too long for the message, this wraps to more than a length of a byte.
            let second_len = u32::from(length).wrapping_sub(4 + u32::from(first_len));
            let Some(next) = rest.get(step..).filter(|next| next.len() >= behind) else {
                break;
            };
            if length >= 0x80
                || first != first_tag
                || u32::from(second) != second_len << 8 | u32::from(second_tag)
            {
                break;
            }
            let (first_part, second_part) = (
                &ahead[4..][..usize::from(first_len)],
                &ahead[second_at + 2..][..usize::from(second_len as u8)],
            );
            // Of an empty key the byte before is its length, which is the same.
            let (key, last, value) = match VALUE_FIRST {
                true => (second_part, ahead[step - 1], first_part),
                false => (first_part, ahead[second_at - 1], second_part),
            };
            if !checked.is_fine(value) {
                break;
            }
            if wanted.keys >> bucket_of(key.len() as u32, last) & 1 != 0 {
                let at = request.len() - rest.len();
                tell(at, at + step, key, value);
            }
            rest = next;
            continue;
        }
        if !(8..0x80).contains(&tag) || wanted.fields >> (tag >> 3) & 1 != 0 {
            break;
        }
        let mut next_check = checked;
        let step = next_check.step(tag, length, first);
        match step.and_then(|step| rest.get(step..)) {
            Some(next) if next.len() >= behind => rest = next,
            _ => break,
        }
        checked = next_check;
    }
    *check = checked;
    request.len() - rest.len()
}
