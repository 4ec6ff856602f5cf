//! Attributes of the usual form, told by a few comparisons: what a walk over a message meets most of all.
//!
//! A window of the request is read in which all that is looked at lies, so that nothing is checked twice; whether the
//! attribute ends within its message is for the reader to check. [`any::short_attribute`] is the twin for where there is no
//! window.

use super::any::{KEY_TAG, STRING_TAG, VALUE_TAG};
use super::validate::is_plain_value;

/// Bytes that are read at once of a field: of an attribute of fewer than 128, all up to its second length and more.
pub(crate) type Window = [u8; 264];

/// An attribute's field of the usual form: one key and one value, with lengths of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    /// Bytes of the field with its tag.
    pub(crate) length: u32,
    /// The lengths of the two payloads.
    first_len: u32,
    second_len: u32,
}

/// How attributes with a tag begin in which the value comes first, as the Go collector writes, or the key, as SDKs do: their
/// first four bytes, little endian, without the lengths. There are none with tag 0 or
/// one of more bytes.
pub(crate) fn attribute_head<const VALUE_FIRST: bool>(tag: u8) -> u32 {
    let first_tag = if VALUE_FIRST { VALUE_TAG } else { KEY_TAG };
    match tag {
        0 | 0x80.. => u32::MAX,
        _ => u32::from(tag) | u32::from(first_tag) << 16,
    }
}

/// Whether bytes begin with an attribute that has the other order.
pub(crate) fn is_other_order<const VALUE_FIRST: bool>(bytes: &[u8], tag: u8) -> bool {
    let first_tag = if VALUE_FIRST { KEY_TAG } else { VALUE_TAG };
    matches!(*bytes, [first, _, second, ..] if first == tag && second == first_tag)
}

impl Short {
    /// The attribute that begins a window whose second byte is `length`, if it is one of the usual form; it may be cut short.
    #[inline(always)]
    pub(crate) fn read<const VALUE_FIRST: bool>(
        window: &Window,
        length: usize,
        attribute_head: u32,
    ) -> Option<Short> {
        let length = length as u32;
        let head = u32::from_le_bytes(*window.first_chunk()?);
        if head & 0x80ff_80ff != attribute_head {
            return None;
        }
        let first_len = u32::from(window[3]);
        let [second_tag, second_len] = *window[4 + first_len as usize..].first_chunk()?;
        let second_len = u32::from(second_len);
        // A message of fewer than 128 bytes has no longer lengths in it.
        let is_short = second_tag == if VALUE_FIRST { KEY_TAG } else { VALUE_TAG }
            && 4 + first_len + second_len == length;
        is_short.then_some(Short {
            length: 2 + length,
            first_len,
            second_len,
        })
    }

    /// The key's length, and its last byte, which is 0 if it is empty: its length stands there.
    #[inline(always)]
    pub(crate) fn key_end<const VALUE_FIRST: bool>(self, window: &Window) -> (u32, u8) {
        if VALUE_FIRST {
            // The key ends where the field does, whose length is one byte's.
            let end = window.get(self.length as usize - 1);
            (self.second_len, end.copied().unwrap_or_default())
        } else {
            let end = window.get(3 + self.first_len as usize);
            (self.first_len, end.copied().unwrap_or_default())
        }
    }

    #[inline(always)]
    pub(crate) fn value_len<const VALUE_FIRST: bool>(self) -> u32 {
        if VALUE_FIRST {
            self.first_len
        } else {
            self.second_len
        }
    }

    /// Whether the value is one scalar of the usual width, of the window that it was read from.
    #[inline(always)]
    pub(crate) fn is_plain<const VALUE_FIRST: bool>(self, window: &Window) -> bool {
        let (at, length) = match VALUE_FIRST {
            true => (4, self.first_len),
            false => (6 + self.first_len as usize, self.second_len),
        };
        let [kind, inner] = *window[at..].first_chunk().unwrap_or(&[0; 2]);
        // Most values are texts: a tag and a length of what is left.
        let text = u32::from(STRING_TAG) | length.wrapping_sub(2) << 8;
        u32::from(u16::from_le_bytes([kind, inner])) == text
            || is_plain_value(self.value::<VALUE_FIRST>(window))
    }

    /// The value, of the window that it was read from.
    #[inline(always)]
    fn value<const VALUE_FIRST: bool>(self, window: &Window) -> &[u8] {
        let (first_len, second_len) = (self.first_len as usize, self.second_len as usize);
        let (at, length) = match VALUE_FIRST {
            true => (4, first_len),
            false => (6 + first_len, second_len),
        };
        window.get(at..at + length).unwrap_or_default()
    }

    /// The key and the value, of the window that it was read from.
    #[inline(always)]
    pub(crate) fn key_value<const VALUE_FIRST: bool>(
        self,
        window: &Window,
    ) -> Option<(&[u8], &[u8])> {
        let (first_len, second_len) = (self.first_len as usize, self.second_len as usize);
        let (first, second) = window[4..].split_at(first_len);
        let second = second.get(2..2 + second_len)?;
        Some(if VALUE_FIRST {
            (second, first)
        } else {
            (first, second)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;
    use crate::wire::any;

    const TAG: u8 = 0x4a;

    /// An attribute's field, mostly of the usual form.
    fn field(numbers: &mut Random) -> Window {
        let mut window = [0; _];
        for byte in &mut window {
            *byte = numbers.below(256) as u8;
        }
        let (first_len, second_len) = (numbers.below(130) as u8, numbers.below(60) as u8);
        let tags = [KEY_TAG, VALUE_TAG];
        let first = numbers.below(2) as usize;
        let second_at = 4 + usize::from(first_len);
        let length = first_len.wrapping_add(second_len).wrapping_add(4);
        window[..4].copy_from_slice(&[TAG, length, tags[first], first_len]);
        window[second_at..second_at + 2].copy_from_slice(&[tags[1 - first], second_len]);
        if numbers.below(3) == 0 {
            let at = [0, 1, 2, 3, second_at, second_at + 1][numbers.below(6) as usize];
            window[at] = window[at].wrapping_add(numbers.below(3) as u8);
        }
        window
    }

    /// The key, the value and the length of the field that [`Short`] finds.
    fn short<const VALUE_FIRST: bool>(window: &Window) -> Option<(&[u8], &[u8], usize)> {
        let length = usize::from(window[1]);
        let short = Short::read::<VALUE_FIRST>(window, length, attribute_head::<VALUE_FIRST>(TAG))?;
        let (key, value) = short.key_value::<VALUE_FIRST>(window)?;
        let last = key.last().copied().unwrap_or_default();
        assert_eq!(
            short.key_end::<VALUE_FIRST>(window),
            (key.len() as u32, last)
        );
        assert_eq!(short.value::<VALUE_FIRST>(window), value);
        let is_plain = short.is_plain::<VALUE_FIRST>(window);
        assert_eq!(is_plain, is_plain_value(value), "{value:?}");
        Some((key, value, short.length as usize))
    }

    #[test]
    fn finds_what_its_twin_finds() {
        let mut numbers = Random(1);
        let mut found = [0; 2];
        for _ in 0..100_000 {
            let window = field(&mut numbers);
            let (value_first, key_first) = (short::<true>(&window), short::<false>(&window));
            assert!(value_first.is_none() || key_first.is_none());
            found[0] += usize::from(value_first.is_some());
            found[1] += usize::from(key_first.is_some());
            let twin = match window[0] {
                TAG => any::short_attribute(&window[1..])
                    .map(|(key, value, length)| (key, value, length + 1)),
                _ => None,
            };
            assert_eq!(value_first.or(key_first), twin, "{window:?}");
        }
        assert!(found.iter().all(|count| *count > 10_000), "{found:?}");
    }

    #[test]
    fn no_attribute_has_no_tag() {
        let window = [0; _];
        assert_eq!(
            Short::read::<true>(&window, 0, attribute_head::<true>(0)),
            None
        );
        assert_eq!(
            Short::read::<false>(&window, 0, attribute_head::<false>(0)),
            None
        );
    }
}
