//! Quoted strings in error texts: Go's `strconv.Quote` and the simpler quoting of package time.

use super::print_table::PRINTABLE;
use std::fmt::{self, Write};

/// Shows bytes as `strconv.Quote` does: Go syntax, with what is not printable escaped.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            write_quoted_text(f, chunk.valid())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('"')
    }
}

fn write_quoted_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut rest = text;
    loop {
        let plain = rest.bytes().take_while(is_plain).count();
        f.write_str(&rest[..plain])?;
        rest = &rest[plain..];
        let Some(c) = rest.chars().next() else {
            return Ok(());
        };
        write_quoted_char(f, c)?;
        rest = &rest[c.len_utf8()..];
    }
}

/// Whether a byte stands between quotes as it is, whatever is beside it.
fn is_plain(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

fn write_quoted_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '"' | '\\' => write!(f, "\\{c}"),
        c if is_print(c) => f.write_char(c),
        '\x07' => f.write_str("\\a"),
        '\x08' => f.write_str("\\b"),
        '\x0c' => f.write_str("\\f"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\x0b' => f.write_str("\\v"),
        c if c < ' ' || c == '\x7f' => write!(f, "\\x{:02x}", u32::from(c)),
        c if u32::from(c) < 0x1_0000 => write!(f, "\\u{:04x}", u32::from(c)),
        c => write!(f, "\\U{:08x}", u32::from(c)),
    }
}

/// Appends `text` as `strconv.Quote` writes it.
pub fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    struct Bytes<'o>(&'o mut Vec<u8>);

    impl Write for Bytes<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }

    if text.iter().all(is_plain) {
        out.push(b'"');
        out.extend_from_slice(text);
        return out.push(b'"');
    }
    // Memory takes everything.
    write!(Bytes(out), "{}", Quoted(text)).unwrap_or_default();
}

/// Whether Go counts a character as printable (`strconv.IsPrint`): of spaces only U+0020.
pub fn is_print(c: char) -> bool {
    let code = u32::from(c);
    if code < 0x7f {
        return code >= 0x20;
    }
    // The range that begins last at or before the character is the only one that can hold it.
    let after = PRINTABLE.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= PRINTABLE[after - 1].1
}

/// Shows bytes as they are, with replacement characters where they are no UTF-8.
#[derive(Clone, Copy, Debug)]
pub struct LossyText<'a>(pub &'a [u8]);

impl fmt::Display for LossyText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            f.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() {
                Ok(())
            } else {
                f.write_char('\u{fffd}')
            }
        })
    }
}

/// Shows bytes as package time quotes them: everything outside printable ASCII by its bytes.
#[derive(Clone, Copy, Debug)]
pub struct TimeQuoted<'a>(pub &'a [u8]);

impl fmt::Display for TimeQuoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for &byte in self.0 {
            match byte {
                b'"' | b'\\' => write!(f, "\\{}", char::from(byte))?,
                b' '..=0x7f => f.write_char(char::from(byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_char('"')
    }
}
