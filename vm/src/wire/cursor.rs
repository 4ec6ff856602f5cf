//! `Cursor`: reads tags and values of one message inside a request.
//!
//! Invariants: `bytes` is the request cut at the end of the message, so positions are absolute and
//! nothing past the message can be read; `pos <= bytes.len()` always. What is accepted is what the
//! reference accepts: varints of up to ten bytes with bits past 64 dropped, field numbers cut to int32,
//! and its way to skip groups.

use super::error::{WireError, WireErrorKind};

/// The wire types of protobuf; 6 and 7 are refused where the tag is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum WireType {
    /// A varint: bool, int32, int64, uint32, uint64, sint32, enum.
    Varint = 0,
    /// Eight bytes, little endian: fixed64, sfixed64, double.
    Fixed64 = 1,
    /// A length and as many bytes: string, bytes, message, packed field.
    Bytes = 2,
    /// The start of a group (unknown to OTLP).
    StartGroup = 3,
    /// The end of a group.
    EndGroup = 4,
    /// Four bytes, little endian: fixed32.
    Fixed32 = 5,
}

impl WireType {
    /// The wire type in the low three bits of a tag; `None` for 6 and 7.
    #[inline(always)]
    #[must_use]
    pub const fn of(tag: u64) -> Option<WireType> {
        Some(match tag & 7 {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            2 => WireType::Bytes,
            3 => WireType::StartGroup,
            4 => WireType::EndGroup,
            5 => WireType::Fixed32,
            _ => return None,
        })
    }
}

/// A field: where its tag stands, its number, and its payload (the content of a length-delimited field, the
/// bytes of any other value).
pub type RawField<'a> = (usize, u32, &'a [u8]);

/// A position in one message of a request.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl<'a> Cursor<'a> {
    /// At the start of a whole request, or of a message in its own slice.
    #[inline(always)]
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Cursor { bytes, pos: 0 }
    }

    /// At the start of the message that is `start..end` of the request. A range outside the request is
    /// cut to it.
    #[inline(always)]
    #[must_use]
    pub fn over(request: &'a [u8], start: usize, end: usize) -> Self {
        let bytes = request.get(..end).unwrap_or(request);
        Cursor {
            bytes,
            pos: start.min(bytes.len()),
        }
    }

    /// Bytes from the start of the request.
    #[inline(always)]
    #[must_use]
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Bytes from the start of the request to the end of the message.
    #[inline(always)]
    #[must_use]
    pub fn end(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of the message that aren't read yet.
    #[inline(always)]
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.pos..]
    }

    /// The same message at another position, which is cut to its end.
    #[inline(always)]
    #[must_use]
    pub fn moved_to(&self, pos: usize) -> Self {
        let pos = pos.min(self.bytes.len());
        Cursor { pos, ..*self }
    }

    /// Whether the message is read to its end.
    #[inline(always)]
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    /// The next tag: field number (1 to 2^31-1) and wire type.
    ///
    /// # Errors
    /// Truncated or overlong varint, number 0 or above 2^31-1 after it is cut to 32 bits, wire type 6 or 7.
    #[inline(always)]
    pub fn tag(&mut self) -> Result<(u32, WireType), WireError> {
        let at = self.pos;
        let tag = self.varint()?;
        let number = (tag >> 3) as u32;
        if number == 0 || number > i32::MAX as u32 {
            return Err(WireError::new(WireErrorKind::FieldNumber, at));
        }
        match WireType::of(tag) {
            Some(wire_type) => Ok((number, wire_type)),
            None => Err(WireError::new(WireErrorKind::WireType, at)),
        }
    }

    /// A varint; bits past 64 are dropped.
    ///
    /// # Errors
    /// Truncated, or longer than ten bytes.
    #[inline(always)]
    pub fn varint(&mut self) -> Result<u64, WireError> {
        match self.bytes[self.pos..] {
            [first, ..] if first < 0x80 => {
                self.pos += 1;
                Ok(u64::from(first))
            }
            [first, second, ..] if second < 0x80 => {
                self.pos += 2;
                Ok(u64::from(first & 0x7f) | u64::from(second) << 7)
            }
            // By value, so that the cursor can stay in registers.
            _ => {
                let (value, pos) = long_varint(self.bytes, self.pos)?;
                self.pos = pos;
                Ok(value)
            }
        }
    }

    /// Eight bytes, little endian.
    ///
    /// # Errors
    /// Truncated.
    #[inline(always)]
    pub fn fixed64(&mut self) -> Result<u64, WireError> {
        match self.bytes[self.pos..].first_chunk() {
            Some(chunk) => {
                self.pos += 8;
                Ok(u64::from_le_bytes(*chunk))
            }
            None => Err(WireError::new(WireErrorKind::Truncated, self.pos)),
        }
    }

    /// Four bytes, little endian.
    ///
    /// # Errors
    /// Truncated.
    #[inline(always)]
    pub fn fixed32(&mut self) -> Result<u32, WireError> {
        match self.bytes[self.pos..].first_chunk() {
            Some(chunk) => {
                self.pos += 4;
                Ok(u32::from_le_bytes(*chunk))
            }
            None => Err(WireError::new(WireErrorKind::Truncated, self.pos)),
        }
    }

    /// The next byte, which stays to be read; `None` at the end of the message.
    #[inline(always)]
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    /// Steps over bytes that were read from [`rest`](Cursor::rest), at most to the end of the message.
    #[inline(always)]
    pub fn step(&mut self, count: usize) {
        self.pos += count.min(self.bytes.len() - self.pos);
    }

    /// The request up to the end of the message.
    #[inline(always)]
    pub(crate) fn cut(&self) -> &'a [u8] {
        self.bytes
    }

    /// A length and its bytes.
    ///
    /// # Errors
    /// Truncated, or a length of 2^63 and more.
    #[inline(always)]
    pub fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        if let [length @ 0..0x80, rest @ ..] = self.rest()
            && let Some(bytes) = rest.get(..usize::from(*length))
        {
            self.pos += 1 + bytes.len();
            return Ok(bytes);
        }
        let (start, end) = long_bytes(self.bytes, self.pos)?;
        self.pos = end;
        Ok(&self.bytes[start..end])
    }

    /// A length and a cursor over its bytes, with positions that stay absolute.
    ///
    /// # Errors
    /// As [`Cursor::bytes`].
    #[inline(always)]
    pub fn message(&mut self) -> Result<Cursor<'a>, WireError> {
        let (start, end) = match short_bytes(self.bytes, self.pos) {
            Some((start, end)) if end <= self.bytes.len() => (start, end),
            _ => long_bytes(self.bytes, self.pos)?,
        };
        self.pos = end;
        Ok(Cursor {
            bytes: &self.bytes[..end],
            pos: start,
        })
    }

    /// The next field; `None` at the end of the message.
    ///
    /// # Errors
    /// As [`Cursor::tag`] and [`Cursor::skip`].
    #[inline(always)]
    pub fn field(&mut self) -> Result<Option<RawField<'a>>, WireError> {
        let at = self.pos;
        if let Some((tag, start, end)) = short_field(self.bytes, at) {
            self.pos = end;
            return Ok(Some((at, u32::from(tag >> 3), &self.bytes[start..end])));
        }
        if self.is_at_end() {
            return Ok(None);
        }
        let (number, wire_type) = self.tag()?;
        let payload = if wire_type == WireType::Bytes {
            self.bytes()?
        } else {
            let start = self.pos;
            self.skip(wire_type)?;
            &self.bytes[start..self.pos]
        };
        Ok(Some((at, number, payload)))
    }

    /// Skips the value of a field whose tag was just read, as the reference skips unknown fields.
    ///
    /// A group is skipped up to and including the first scalar or length-delimited field inside it, or
    /// its end if it's empty; an empty group as the last thing of a message is refused.
    ///
    /// # Errors
    /// Truncated, overlong varint, negative length, stray end of a group, bad tag inside a group.
    #[inline(always)]
    pub fn skip(&mut self, wire_type: WireType) -> Result<(), WireError> {
        match wire_type {
            WireType::Varint => self.varint().map(drop),
            WireType::Fixed64 => self.fixed64().map(drop),
            WireType::Bytes => self.bytes().map(drop),
            WireType::Fixed32 => self.fixed32().map(drop),
            WireType::StartGroup | WireType::EndGroup => {
                self.pos = skip_group(*self, wire_type)?;
                Ok(())
            }
        }
    }
}

/// The field at `at` of a message, if it is of the usual form, with a tag of one byte, and a number of one byte or a
/// length of one or two: its tag, and where its payload begins and ends.
#[inline(always)]
pub(crate) fn short_field(message: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let &[tag @ 8..0x80, next] = message.get(at..)?.first_chunk()? else {
        return None;
    };
    let (start, end) = match tag & 7 {
        2 => short_bytes(message, at + 1)?,
        1 => (at + 1, at + 9),
        0 if next < 0x80 => (at + 1, at + 2),
        5 => (at + 1, at + 5),
        _ => return None,
    };
    (end <= message.len()).then_some((tag, start, end))
}

/// How many of eight bytes the varint takes that they begin with, if it ends in them.
#[inline(always)]
pub(crate) fn short_varint_len(bytes: &[u8; 8]) -> Option<usize> {
    let ends = !u64::from_le_bytes(*bytes) & 0x8080_8080_8080_8080;
    (ends != 0).then_some(1 + ends.trailing_zeros() as usize / 8)
}

/// Where the bytes begin and end whose length stands at `at`, if it takes one byte or two; they may be cut short.
#[inline(always)]
pub(crate) fn short_bytes(message: &[u8], at: usize) -> Option<(usize, usize)> {
    match *message.get(at..)? {
        [length @ 0..0x80, ..] => Some((at + 1, at + 1 + usize::from(length))),
        [low, high @ 0..0x80, ..] => {
            let length = usize::from(low & 0x7f) | usize::from(high) << 7;
            Some((at + 2, at + 2 + length))
        }
        _ => None,
    }
}

/// Where the bytes whose length stands at `pos` begin and end.
fn long_bytes(bytes: &[u8], pos: usize) -> Result<(usize, usize), WireError> {
    let (length, start) = long_varint(bytes, pos)?;
    if length > (bytes.len() - start) as u64 {
        let kind = if length > i64::MAX as u64 {
            WireErrorKind::NegativeLength
        } else {
            WireErrorKind::Truncated
        };
        return Err(WireError::new(kind, pos));
    }
    Ok((start, start + length as usize))
}

/// The varint at `pos`, and the position after it.
fn long_varint(bytes: &[u8], pos: usize) -> Result<(u64, usize), WireError> {
    let mut value = 0;
    for (count, &byte) in bytes[pos..].iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * count);
        if byte < 0x80 {
            return Ok((value, pos + count + 1));
        }
    }
    let long = bytes.len() - pos >= 10;
    let kind = if long {
        WireErrorKind::VarintTooLong
    } else {
        WireErrorKind::Truncated
    };
    Err(WireError::new(kind, pos))
}

/// The position after a group as the reference sees it.
#[cold]
fn skip_group(mut cursor: Cursor<'_>, mut wire_type: WireType) -> Result<usize, WireError> {
    // A group nests at most once a byte, so the count fits.
    let mut depth = 0u32;
    loop {
        let at = cursor.position();
        if cursor.is_at_end() {
            return Err(WireError::new(WireErrorKind::Truncated, at));
        }
        match wire_type {
            WireType::StartGroup => depth += 1,
            WireType::EndGroup if depth == 0 => {
                return Err(WireError::new(WireErrorKind::EndGroup, at));
            }
            WireType::EndGroup => depth -= 1,
            scalar => {
                cursor.skip(scalar)?;
                return Ok(cursor.position());
            }
        }
        if depth == 0 {
            return Ok(at);
        }
        wire_type = cursor.tag()?.1;
    }
}

/// Bytes that `value` takes as a varint: 1 to 10.
#[inline(always)]
#[must_use]
pub const fn varint_len(value: u64) -> usize {
    // 7 bits a byte: (bits + 6) / 7, with 0 taking one byte; 9 / 64 is close enough to 1 / 7 up to 64.
    ((64 - (value | 1).leading_zeros() as usize) * 9 + 64) / 64
}

/// Appends `value` as a minimal varint.
#[inline(always)]
pub fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a tag.
#[inline(always)]
pub fn write_tag(out: &mut Vec<u8>, number: u32, wire_type: WireType) {
    write_varint(out, u64::from(number) << 3 | wire_type as u64);
}

/// Appends a length-delimited field: tag, length, bytes.
#[inline(always)]
pub fn write_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    write_tag(out, number, WireType::Bytes);
    write_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_round_trip_and_know_their_length() {
        let mut values = vec![0u64, u64::MAX];
        values.extend((0..64).flat_map(|bit| [1 << bit, (1 << bit) - 1]));
        for value in values {
            let mut out = Vec::new();
            write_varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value), "{value}");
            let mut cursor = Cursor::new(&out);
            assert_eq!(cursor.varint(), Ok(value));
            assert!(cursor.is_at_end());
            for cut in 0..out.len() {
                let error = Cursor::new(&out[..cut]).varint().expect_err("a cut varint");
                assert_eq!(error.kind(), WireErrorKind::Truncated);
            }
        }
    }

    #[test]
    fn varints_take_ten_bytes_and_no_more() {
        let mut bytes = vec![0xff; 9];
        bytes.push(0x7f);
        assert_eq!(Cursor::new(&bytes).varint(), Ok(u64::MAX));
        let bytes = [[0xff; 10].as_slice(), &[0x01]].concat();
        assert_eq!(
            Cursor::new(&bytes).varint().map_err(|e| e.kind()),
            Err(WireErrorKind::VarintTooLong)
        );
    }

    #[test]
    fn field_numbers_are_cut_to_int32() {
        for (number, expected) in [
            (0u64, None),
            (1, Some(1)),
            (0x1_0000_0005, Some(5)),
            (0x7fff_ffff, Some(0x7fff_ffff)),
            (1 << 31, None),
            (1 << 32, None),
        ] {
            let mut out = Vec::new();
            write_varint(&mut out, number << 3);
            assert_eq!(
                Cursor::new(&out).tag().ok().map(|tag| tag.0),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn groups_are_skipped_as_the_reference_does() {
        let skip = |bytes: &[u8]| {
            let mut cursor = Cursor::new(bytes);
            let (_, wire_type) = cursor.tag().expect("a tag");
            cursor.skip(wire_type).map(|()| cursor.position())
        };
        // Group 5 with nothing inside, then another byte.
        assert_eq!(skip(&[0x2b, 0x2c, 0x00]), Ok(2));
        assert!(skip(&[0x2b, 0x2c]).is_err(), "an empty group at the end");
        assert_eq!(
            skip(&[0x2b, 0x08, 0x01, 0x2c]),
            Ok(3),
            "stops after the first scalar"
        );
        assert!(skip(&[0x2c, 0x00]).is_err(), "a stray end");
    }
}
