//! Percent signs in URLs: which characters need one depends on the part.

use super::Reason;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::text::hex::digit_value;

/// A part of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    /// The zone of an address.
    Zone,
    User,
    /// A name or value of the query.
    Query,
    Fragment,
}

impl Part {
    /// Whether a byte stands in this part as it is.
    #[inline]
    fn allows(self, byte: u8) -> bool {
        ALLOWED[usize::from(byte)] >> self as u8 & 1 != 0
    }

    /// What stands in this part as it is beside letters, digits and `-._~`.
    const fn more(self) -> &'static [u8] {
        match self {
            Part::Path => b"$&+,/:;=@",
            Part::Host | Part::Zone => b"!\"$&'()*+,:;<=>[]",
            Part::User => b"$&+,;=",
            Part::Query => b"",
            Part::Fragment => b"!$&()*+,/:;=?@",
        }
    }
}

/// By byte, the parts in which it stands as it is: a bit each.
static ALLOWED: [u8; 256] = {
    const PARTS: [Part; 6] = [
        Part::Path,
        Part::Host,
        Part::Zone,
        Part::User,
        Part::Query,
        Part::Fragment,
    ];
    let mut allowed = [0; 256];
    let mut byte = 0;
    while byte < 0x80 {
        let c = byte as u8;
        if c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~') {
            allowed[byte] = 0xff;
        }
        byte += 1;
    }
    let mut number = 0;
    while number < PARTS.len() {
        let mut more = PARTS[number].more();
        while let [byte, rest @ ..] = more {
            allowed[*byte as usize] |= 1 << PARTS[number] as u8;
            more = rest;
        }
        number += 1;
    }
    allowed
};

/// The text with its escapes replaced.
pub(super) fn unescape<'a>(
    arena: &'a Bump,
    text: &'a [u8],
    part: Part,
) -> Result<&'a [u8], Reason<'a>> {
    // In most parts a percent sign, in a query a plus sign, too, is all that can be amiss.
    if !matches!(part, Part::Host | Part::Zone) && memchr::memchr2(b'%', b'+', text).is_none() {
        return Ok(text);
    }
    if text.iter().all(|byte| part.allows(*byte)) {
        return Ok(text);
    }
    let mut is_plain = true;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'%' {
            is_plain = false;
            check_escape(&text[at..], part)?;
            at += 3;
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !part.allows(byte) {
            return Err(Reason::HostCharacter(byte));
        }
        is_plain &= !(part == Part::Query && byte == b'+');
        at += 1;
    }
    if is_plain {
        return Ok(text);
    }
    let mut out = Vec::with_capacity_in(text.len(), arena);
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'%' => {
                out.push(escaped(&text[at..]).unwrap_or(b'%'));
                at += 2;
            }
            b'+' if part == Part::Query => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    Ok(out.into_bump_slice())
}

/// A name or value of a query with its escapes and plus signs replaced; an error says which escape is bad.
pub(crate) fn unescape_query<'a>(arena: &'a Bump, text: &'a [u8]) -> Result<&'a [u8], Reason<'a>> {
    unescape(arena, text, Part::Query)
}

/// The byte that an escape at the beginning of `text` stands for.
fn escaped(text: &[u8]) -> Option<u8> {
    Some(digit_value(*text.get(1)?)? << 4 | digit_value(*text.get(2)?)?)
}

/// Checks the escape at the beginning of `text`. In a host only bytes beyond ASCII may be escaped, in a
/// zone also what could stand there as it is, and blanks; in both the percent sign.
fn check_escape(text: &[u8], part: Part) -> Result<(), Reason<'_>> {
    let escape = &text[..text.len().min(3)];
    let Some(byte) = escaped(text) else {
        return Err(Reason::Escape(escape));
    };
    let is_allowed = match part {
        Part::Host => byte >= 0x80 || byte == b'%',
        Part::Zone => byte == b'%' || byte == b' ' || Part::Host.allows(byte),
        _ => true,
    };
    if is_allowed {
        Ok(())
    } else {
        Err(Reason::Escape(escape))
    }
}

/// Appends text, escaped as the part needs it.
pub(super) fn append(out: &mut Vec<'_, u8>, text: &[u8], part: Part) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if text.iter().all(|byte| part.allows(*byte)) {
        return out.extend_from_slice_copy(text);
    }
    for &byte in text {
        if part.allows(byte) {
            out.push(byte);
        } else {
            out.extend_from_slice_copy(&[
                b'%',
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]);
        }
    }
}

/// Appends a part as it was given if that is a valid way to write it, else escaped anew.
pub(super) fn append_original(out: &mut Vec<'_, u8>, original: &[u8], text: &[u8], part: Part) {
    let is_valid = |byte: &u8| part.allows(*byte) || b"!$&'()*+,;=:@[]%".contains(byte);
    if !original.is_empty() && original.iter().all(is_valid) {
        out.extend_from_slice_copy(original);
    } else {
        append(out, text, part);
    }
}
