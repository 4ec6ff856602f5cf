//! `fmt.Sprintf`: text after a format of Go's, over values.
//!
//! What a format asks for that makes no sense shows in the text, as it does in Go: `%!d(string=x)`,
//! `%!d(MISSING)`, `%!(EXTRA int64=1)`. Maps, and lists that are part of a record, which Go shows as memory
//! addresses, are shown as JSON.

mod float;
mod integer;
mod print;

use crate::limits::FORMAT_WIDTH_MAX;
use crate::utf8;
use ottl_vm::value::Value;

/// The flags, width and precision of a verb.
#[derive(Clone, Copy, Default)]
struct Spec {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%#v`: as Go source.
    source: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Appends the text that `format` makes of `values`.
pub(crate) fn sprintf(out: &mut Vec<u8>, format: &[u8], values: &[Value<'_>]) {
    let mut state = State {
        format,
        values,
        at: 0,
        next: 0,
        is_reordered: false,
        index_is_good: true,
    };
    while let Some(percent) = memchr::memchr(b'%', &format[state.at..]) {
        out.extend_from_slice(&format[state.at..state.at + percent]);
        state.at += percent + 1;
        state.verb(out);
    }
    out.extend_from_slice(&format[state.at..]);
    if !state.is_reordered && state.next < values.len() {
        print::extra(out, &values[state.next..]);
    }
}

struct State<'s> {
    format: &'s [u8],
    values: &'s [Value<'s>],
    /// Where the format is read.
    at: usize,
    /// The number of the value that the next verb takes.
    next: usize,
    /// Whether a verb chose its value by number.
    is_reordered: bool,
    /// Whether the number that this verb gave is one of a value.
    index_is_good: bool,
}

impl State<'_> {
    /// One verb, the percent sign read.
    fn verb(&mut self, out: &mut Vec<u8>) {
        self.index_is_good = true;
        let mut spec = self.flags();
        let after_index = self.width(out, &mut spec);
        let after_index = self.precision(out, &mut spec, after_index);
        if !after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            out.extend_from_slice(b"%!(NOVERB)");
            return;
        }
        let (verb, length) = utf8::first(&self.format[self.at..]);
        self.at += length;
        if verb == '%' {
            out.push(b'%');
        } else if !self.index_is_good {
            print::bad(out, verb, b"(BADINDEX)");
        } else if let Some(value) = self.values.get(self.next) {
            if verb == 'v' {
                spec.source = std::mem::take(&mut spec.sharp);
                spec.plus = false;
            }
            self.next += 1;
            print::value(out, &spec, verb, value);
        } else {
            print::bad(out, verb, b"(MISSING)");
        }
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec::default();
        while let Some(&flag) = self.format.get(self.at) {
            match flag {
                b'#' => spec.sharp = true,
                b'0' => spec.zero = true,
                b'+' => spec.plus = true,
                b'-' => spec.minus = true,
                b' ' => spec.space = true,
                _ => break,
            }
            self.at += 1;
        }
        spec
    }

    /// Reads the width. Whether a value's number came last.
    fn width(&mut self, out: &mut Vec<u8>, spec: &mut Spec) -> bool {
        let after_index = self.index();
        if self.take(b'*') {
            let width = self.number_from_value();
            spec.width = width.map(|width| width.unsigned_abs() as usize);
            if width.is_none() {
                out.extend_from_slice(b"%!(BADWIDTH)");
            }
            if width.is_some_and(|width| width < 0) {
                spec.minus = true;
                spec.zero = false;
            }
            return false;
        }
        spec.width = self.number();
        if after_index && spec.width.is_some() {
            self.index_is_good = false;
        }
        after_index
    }

    /// Reads the precision. Whether a value's number came last.
    fn precision(&mut self, out: &mut Vec<u8>, spec: &mut Spec, after_index: bool) -> bool {
        if self.at + 1 >= self.format.len() || !self.take(b'.') {
            return after_index;
        }
        if after_index {
            self.index_is_good = false;
        }
        let after_index = self.index();
        if self.take(b'*') {
            spec.precision = self
                .number_from_value()
                .and_then(|precision| usize::try_from(precision).ok());
            if spec.precision.is_none() {
                out.extend_from_slice(b"%!(BADPREC)");
            }
            return false;
        }
        spec.precision = Some(self.number().unwrap_or(0));
        after_index
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.format.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// Reads a number. One that is too large ends the format.
    fn number(&mut self) -> Option<usize> {
        let digits = self.format[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let text = &self.format[self.at..self.at + digits];
        self.at += digits;
        let number = decimal(text)?;
        if number.is_none() {
            self.at = self.format.len();
        }
        number
    }

    /// The next value as a number within bounds.
    fn number_from_value(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        match value {
            Value::Int(number) | Value::Duration(number)
                if number.unsigned_abs() <= FORMAT_WIDTH_MAX as u64 =>
            {
                Some(*number)
            }
            _ => None,
        }
    }

    /// Reads the number of a value, as in `[3]`. Whether there was one.
    #[inline]
    fn index(&mut self) -> bool {
        self.format.get(self.at) == Some(&b'[') && self.index_in_brackets()
    }

    fn index_in_brackets(&mut self) -> bool {
        let rest = &self.format[self.at..];
        self.is_reordered = true;
        let Some(close) = memchr::memchr(b']', rest).filter(|_| rest.len() >= 3) else {
            self.at += 1;
            self.index_is_good = false;
            return false;
        };
        self.at += close + 1;
        let Some(Some(number)) = decimal(&rest[1..close]) else {
            self.index_is_good = false;
            return false;
        };
        match number
            .checked_sub(1)
            .filter(|&index| index < self.values.len())
        {
            Some(index) => self.next = index,
            None => self.index_is_good = false,
        }
        true
    }
}

/// A decimal number: `None` for no digits, or others among them; `Some(None)` if it is too large.
fn decimal(text: &[u8]) -> Option<Option<usize>> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut number = 0;
    for digit in text {
        if number > FORMAT_WIDTH_MAX {
            return Some(None);
        }
        number = number * 10 + usize::from(digit - b'0');
    }
    Some(Some(number))
}

impl Spec {
    /// Appends text padded to the width.
    fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let padding = match self.width {
            None => 0,
            Some(_) => self.padding(rune_count(text)),
        };
        if !self.minus {
            self.fill(out, padding);
        }
        out.extend_from_slice(text);
        if self.minus {
            self.fill(out, padding);
        }
    }

    /// How much padding text of a length needs.
    fn padding(&self, length: usize) -> usize {
        self.width.unwrap_or(0).saturating_sub(length)
    }

    /// Appends padding: zeros go to the left alone.
    fn fill(&self, out: &mut Vec<u8>, length: usize) {
        let fill = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + length, fill);
    }

    /// The same without zeros for padding.
    fn unzeroed(&self) -> Spec {
        Spec {
            zero: false,
            ..*self
        }
    }
}

/// `utf8.RuneCount`: a bad byte counts as one.
fn rune_count(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

#[cfg(test)]
mod tests;
