//! `Text`: the tokens of a JSON text, as loosely as the reference's decoder reads them.
//!
//! It keeps no state between tokens: an object is whatever [`Text::field`] makes of the next byte, which
//! may be its start, a comma, its end or `null`; likewise arrays. That is why a missing `[` or a `{` for a
//! comma goes through, and why an empty name ends an object. Every call consumes a byte or fails.

use super::error::{Fault, Read};
use super::number::{parse_decimal, parse_double, parse_i64, parse_u64};
use crate::limits::JSON_SKIP_DEPTH_MAX;
use std::borrow::Cow;

const ENDS_EARLY: &str = "the text ends early";

pub(super) struct Text<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl<'a> Text<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Text { bytes, pos: 0 }
    }

    pub(super) fn fault(&self, message: &'static str) -> Box<Fault> {
        let message = if self.pos >= self.bytes.len() {
            ENDS_EARLY
        } else {
            message
        };
        Fault::new(message, self.pos)
    }

    /// A fault at the byte just read.
    fn fault_before(&self, message: &'static str) -> Box<Fault> {
        Fault::new(message, self.pos.saturating_sub(1))
    }

    /// The byte after white space, not consumed.
    #[inline]
    fn peek(&mut self) -> Read<u8> {
        while let Some(&byte) = self.bytes.get(self.pos) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(byte);
            }
            self.pos += 1;
        }
        Err(Fault::new(ENDS_EARLY, self.pos))
    }

    /// The byte after white space, consumed.
    #[inline]
    fn token(&mut self) -> Read<u8> {
        let byte = self.peek()?;
        self.pos += 1;
        Ok(byte)
    }

    fn literal(&mut self, rest: &'static [u8]) -> Read<()> {
        if !self.bytes[self.pos..].starts_with(rest) {
            return Err(self.fault("expected null, true or false"));
        }
        self.pos += rest.len();
        Ok(())
    }

    /// The next name of an object, with its colon read; `None` at its end or for `null`.
    #[inline]
    pub(super) fn field(&mut self) -> Read<Option<Cow<'a, [u8]>>> {
        match self.token()? {
            b',' => {}
            b'{' => match self.peek()? {
                b'"' => {}
                b'}' => {
                    self.pos += 1;
                    return Ok(None);
                }
                _ => return Err(self.fault("expected a name in double quotes or }")),
            },
            b'}' => return Ok(None),
            b'n' => return self.literal(b"ull").map(|()| None),
            _ => return Err(self.fault_before("expected an object")),
        }
        let name = self.name()?;
        Ok(if name.is_empty() { None } else { Some(name) })
    }

    fn name(&mut self) -> Read<Cow<'a, [u8]>> {
        let name = self.string()?;
        match self.token()? {
            b':' => Ok(name),
            _ => Err(self.fault_before("expected : after a name")),
        }
    }

    /// Whether an array has another element; false for `null`.
    #[inline]
    pub(super) fn element(&mut self) -> Read<bool> {
        match self.token()? {
            b',' => Ok(true),
            b'[' => {
                let is_empty = self.peek()? == b']';
                self.pos += usize::from(is_empty);
                Ok(!is_empty)
            }
            b']' => Ok(false),
            b'n' => self.literal(b"ull").map(|()| false),
            _ => Err(self.fault_before("expected an array")),
        }
    }

    /// A string with its escapes resolved; `null` is empty. Control characters are refused up to the first
    /// escape only, as the reference has it.
    #[inline]
    pub(super) fn string(&mut self) -> Read<Cow<'a, [u8]>> {
        match self.token()? {
            b'"' => {}
            b'n' => return self.literal(b"ull").map(|()| Cow::Borrowed([].as_slice())),
            _ => return Err(self.fault_before("expected a string")),
        }
        let rest = &self.bytes[self.pos..];
        match rest
            .iter()
            .position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')
        {
            Some(end) if rest[end] == b'"' => {
                self.pos += end + 1;
                Ok(Cow::Borrowed(&rest[..end]))
            }
            Some(end) if rest[end] == b'\\' => self.escaped_string(end).map(Cow::Owned),
            Some(end) => Err(Fault::new(
                "a control character in a string",
                self.pos + end,
            )),
            None => Err(Fault::new(ENDS_EARLY, self.bytes.len())),
        }
    }

    /// The string whose first escape is `plain` bytes ahead.
    fn escaped_string(&mut self, plain: usize) -> Read<Vec<u8>> {
        let mut text = self.bytes[self.pos..self.pos + plain].to_vec();
        self.pos += plain;
        loop {
            match self.byte()? {
                b'"' => return Ok(text),
                b'\\' => {
                    let escape = self.byte()?;
                    self.escape(escape, &mut text)?;
                }
                byte => text.push(byte),
            }
        }
    }

    fn byte(&mut self) -> Read<u8> {
        let byte = *self
            .bytes
            .get(self.pos)
            .ok_or_else(|| self.fault(ENDS_EARLY))?;
        self.pos += 1;
        Ok(byte)
    }

    fn escape(&mut self, escape: u8, text: &mut Vec<u8>) -> Read<()> {
        text.push(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(text),
            _ => return Err(self.fault_before("an unknown escape in a string")),
        });
        Ok(())
    }

    /// `\u` and its four digits, and a second one if that makes a pair of surrogates. A lone surrogate
    /// becomes U+FFFD; after two that make no pair the third isn't tried with the second.
    fn unicode_escape(&mut self, text: &mut Vec<u8>) -> Read<()> {
        let first = self.four_digits()?;
        if !(0xd800..0xe000).contains(&first) {
            push_char(first, text);
            return Ok(());
        }
        if self.byte()? != b'\\' {
            self.pos -= 1;
            push_char(first, text);
            return Ok(());
        }
        let escape = self.byte()?;
        if escape != b'u' {
            push_char(first, text);
            return self.escape(escape, text);
        }
        let second = self.four_digits()?;
        if first < 0xdc00 && (0xdc00..0xe000).contains(&second) {
            push_char(0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00)), text);
        } else {
            push_char(first, text);
            push_char(second, text);
        }
        Ok(())
    }

    fn four_digits(&mut self) -> Read<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()?).to_digit(16);
            value = value << 4
                | digit.ok_or_else(|| self.fault_before("expected four hexadecimal digits"))?;
        }
        Ok(value)
    }

    /// The bytes up to the next double quote, escapes and all: ids and base64.
    pub(super) fn raw_string(&mut self) -> Read<&'a [u8]> {
        if self.token()? != b'"' {
            return Err(self.fault_before("expected a string"));
        }
        let rest = &self.bytes[self.pos..];
        let end = rest.iter().position(|&byte| byte == b'"');
        let end = end.ok_or_else(|| Fault::new(ENDS_EARLY, self.bytes.len()))?;
        self.pos += end + 1;
        Ok(&rest[..end])
    }

    pub(super) fn bool(&mut self) -> Read<bool> {
        match self.token()? {
            b't' => self.literal(b"rue").map(|()| true),
            b'f' => self.literal(b"alse").map(|()| false),
            _ => Err(self.fault_before("expected true or false")),
        }
    }

    pub(super) fn is_string(&mut self) -> Read<bool> {
        Ok(self.peek()? == b'"')
    }

    /// An integer of `bits` (32 or 64) with a sign, as a number or a string.
    pub(super) fn signed(&mut self, bits: u32) -> Read<i64> {
        if self.is_string()? {
            let max = i64::MAX as u64 >> (64 - bits);
            let value = parse_i64(&self.string()?)
                .filter(|value| value.unsigned_abs() <= max + u64::from(*value < 0));
            return value.ok_or_else(|| self.fault_before("expected an integer in range"));
        }
        self.signed_number(bits)
    }

    /// An integer of `bits` (32 or 64) with a sign, as a number.
    pub(super) fn signed_number(&mut self, bits: u32) -> Read<i64> {
        let max = i64::MAX as u64 >> (64 - bits);
        let is_negative = self.peek()? == b'-';
        self.pos += usize::from(is_negative);
        let value = self.digits(bits)?;
        if value > max + u64::from(is_negative) {
            return Err(self.fault_before("an integer is out of range"));
        }
        Ok(if is_negative {
            (value as i64).wrapping_neg()
        } else {
            value as i64
        })
    }

    /// An integer of `bits` (32 or 64) without a sign, as a number or a string.
    pub(super) fn unsigned(&mut self, bits: u32) -> Read<u64> {
        if !self.is_string()? {
            return self.digits(bits);
        }
        let max = u64::MAX >> (64 - bits);
        let value = parse_u64(&self.string()?).filter(|value| *value <= max);
        value.ok_or_else(|| self.fault_before("expected an integer in range"))
    }

    /// The digits of an integer. A zero stands alone. Values past `bits` are noticed as the reference
    /// notices them: when they wrap to something smaller.
    fn digits(&mut self, bits: u32) -> Read<u64> {
        let max = u64::MAX >> (64 - bits);
        let mut value = match self.bytes.get(self.pos) {
            Some(digit @ b'0'..=b'9') => u64::from(digit - b'0'),
            _ => return Err(self.fault("expected a number")),
        };
        self.pos += 1;
        while value != 0 {
            let Some(digit @ b'0'..=b'9') = self.bytes.get(self.pos) else {
                break;
            };
            let next = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')) & max;
            if value >= max / 10 && next < value {
                return Err(self.fault("an integer is out of range"));
            }
            value = next;
            self.pos += 1;
        }
        match self.bytes.get(self.pos) {
            None => Err(self.fault(ENDS_EARLY)),
            Some(b'.') => Err(self.fault("expected an integer, found a fraction")),
            Some(_) => Ok(value),
        }
    }

    /// A `double` as a number or a string.
    pub(super) fn double(&mut self) -> Read<f64> {
        match self.peek()? {
            b'"' => {
                let value = parse_double(&self.string()?);
                value.ok_or_else(|| self.fault_before("expected a number"))
            }
            b'-' | b'0'..=b'9' => self.decimal(),
            _ => Err(self.fault("expected a number")),
        }
    }

    fn decimal(&mut self) -> Read<f64> {
        let is_negative = self.bytes[self.pos] == b'-';
        let at = self.pos + usize::from(is_negative);
        let rest = &self.bytes[at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = rest.iter().position(|byte| !is_part(byte));
        let length = length.ok_or_else(|| Fault::new(ENDS_EARLY, self.bytes.len()))?;
        let number = &rest[..length];
        let is_odd = match number {
            [] | [b'.' | b'-', ..] | [b'0', b'0'..=b'9', ..] => true,
            _ => {
                let mut after_point = number.iter().skip_while(|&&byte| byte != b'.').skip(1);
                number.contains(&b'.') && !after_point.next().is_some_and(u8::is_ascii_digit)
            }
        };
        let value = if is_odd { None } else { parse_decimal(number) };
        let value = value.ok_or_else(|| Fault::new("not a number, or too large", at))?;
        self.pos = at + length;
        Ok(if is_negative { -value } else { value })
    }

    /// Passes over the value of an unknown name.
    pub(super) fn skip(&mut self) -> Read<()> {
        // What is open around the value: true for objects.
        let mut open: Vec<bool> = Vec::new();
        loop {
            match self.peek()? {
                b'"' | b'n' => drop(self.string()?),
                b't' | b'f' => drop(self.bool()?),
                b'-' | b'0'..=b'9' => self.skip_number()?,
                start @ (b'[' | b'{') => {
                    if open.len() >= JSON_SKIP_DEPTH_MAX {
                        return Err(self.fault("values are nested too deep"));
                    }
                    if self.skip_start(start)? {
                        open.push(start == b'{');
                        continue;
                    }
                }
                _ => return Err(self.fault("expected a value")),
            }
            loop {
                let Some(&is_object) = open.last() else {
                    return Ok(());
                };
                match (self.token()?, is_object) {
                    (b',', true) => drop(self.name()?),
                    (b',', false) => {}
                    (b'}', true) | (b']', false) => {
                        open.pop();
                        continue;
                    }
                    _ => {
                        return Err(
                            self.fault_before("expected a comma or the end of an object or array")
                        );
                    }
                }
                break;
            }
        }
    }

    /// Steps into an array or object; false if it is empty and already over.
    fn skip_start(&mut self, start: u8) -> Read<bool> {
        self.pos += 1;
        match (self.peek()?, start) {
            (b']', b'[') | (b'}', b'{') => {
                self.pos += 1;
                Ok(false)
            }
            (_, b'[') => Ok(true),
            (b'"', _) => self.name().map(|_| true),
            _ => Err(self.fault("expected a name in double quotes or }")),
        }
    }

    /// Passes over a number: what looks like one at first sight is taken on trust, leading zeros after a
    /// minus included; all others must be a `double`, or a `float` if they start with 0.
    fn skip_number(&mut self) -> Read<()> {
        let start = self.pos;
        if self.bytes[start] == b'0' {
            let value = self.decimal()?;
            return if (value as f32).is_finite() {
                Ok(())
            } else {
                Err(Fault::new("a number is too large", start))
            };
        }
        let rest = &self.bytes[start + 1..];
        let digits = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'.'));
        let Some(length) = digits else {
            return Err(Fault::new(ENDS_EARLY, self.bytes.len()));
        };
        let (number, end) = (&rest[..length], rest[length]);
        let points = number.iter().filter(|&&byte| byte == b'.').count();
        if points > 1 || number.last() == Some(&b'.') {
            return Err(self.fault("a misplaced point in a number"));
        }
        if length > 0 && matches!(end, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r') {
            self.pos += 1 + length;
            return Ok(());
        }
        match (self.bytes[start], number) {
            // What no `double` starts with is tried a second time, without bounds.
            (b'-', [b'.', ..] | [b'0', b'0'..=b'9', ..]) => self.unbounded_number(start + 1),
            _ => self.decimal().map(drop),
        }
    }

    /// Passes over a number of any size at `at`, with leading zeros or a leading point.
    fn unbounded_number(&mut self, at: usize) -> Read<()> {
        let rest = &self.bytes[at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let number = std::str::from_utf8(&rest[..length]).ok();
        if number
            .and_then(|number| number.parse::<f64>().ok())
            .is_none()
        {
            return Err(Fault::new("not a number", at));
        }
        self.pos = at + length;
        Ok(())
    }
}

/// Appends a character in UTF-8; U+FFFD for a surrogate.
fn push_char(code: u32, text: &mut Vec<u8>) {
    let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}
