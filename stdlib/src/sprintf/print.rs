//! Values under the verbs of `fmt`.

use super::integer::{self, Integer};
use super::{Spec, float};
use crate::shape::GO_ZERO_TIME_SECONDS;
use ottl_vm::text::duration;
use ottl_vm::text::json;
use ottl_vm::text::quote::{self, Quoted, is_print};
use ottl_vm::text::time::Time;
use ottl_vm::text::zone::ZoneId;
use ottl_vm::value::{Element, Value};

/// Appends the mark of values that no verb took.
pub(super) fn extra(out: &mut Vec<u8>, values: &[Value<'_>]) {
    out.extend_from_slice(b"%!(EXTRA ");
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        typed(out, &Spec::default(), value, false);
    }
    out.push(b')');
}

/// Appends a mark: `%!`, the verb, a text.
pub(super) fn bad(out: &mut Vec<u8>, verb: char, text: &[u8]) {
    out.extend_from_slice(b"%!");
    out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
    out.extend_from_slice(text);
}

/// Appends the mark of a verb that is not for the value's type. Values that have a text of their own show
/// as what they are beneath.
fn bad_verb(out: &mut Vec<u8>, spec: &Spec, verb: char, value: &Value<'_>) {
    bad(out, verb, b"(");
    typed(out, spec, value, true);
    out.push(b')');
}

/// Appends a value with its type.
fn typed(out: &mut Vec<u8>, spec: &Spec, value: &Value<'_>, is_plain: bool) {
    if !value.is_nil() {
        out.extend_from_slice(value.type_name().as_bytes());
        out.push(b'=');
        Printer {
            out,
            spec,
            verb: 'v',
            is_plain,
        }
        .value(value);
    } else {
        out.extend_from_slice(b"<nil>");
    }
}

/// Appends a value under a verb.
pub(super) fn value(out: &mut Vec<u8>, spec: &Spec, verb: char, value: &Value<'_>) {
    match (verb, value) {
        ('v' | 'T', Value::Nil) => spec.pad(out, b"<nil>"),
        ('T', _) => append_text(out, spec, value.type_name().as_bytes()),
        ('w', Value::Bytes(bytes)) => Printer {
            out,
            spec,
            verb,
            is_plain: false,
        }
        .byte_list(bytes),
        ('p' | 'w', _) | (_, Value::Nil) => bad_verb(out, spec, verb, value),
        ('v', Value::Bytes(bytes)) if spec.source => {
            append_source_bytes(out, spec, "[]byte", bytes)
        }
        _ => Printer {
            out,
            spec,
            verb,
            is_plain: false,
        }
        .value(value),
    }
}

/// Whether a verb shows the text that a value has for itself.
fn has_text(verb: char) -> bool {
    matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
}

struct Printer<'o> {
    out: &'o mut Vec<u8>,
    spec: &'o Spec,
    verb: char,
    /// Whether values are shown without the text that they have for themselves.
    is_plain: bool,
}

impl Printer<'_> {
    fn value(&mut self, value: &Value<'_>) {
        let is_known = match value {
            Value::Nil => {
                let text = if self.spec.source {
                    "interface {}(nil)"
                } else {
                    "<nil>"
                };
                self.out.extend_from_slice(text.as_bytes());
                true
            }
            Value::Bool(value) => self.bool(*value),
            Value::Int(value) => {
                integer::append(self.out, self.spec, self.verb, Integer::signed(*value))
            }
            Value::Double(value) => float::append(self.out, self.spec, self.verb, *value),
            Value::String(text) => self.string(text),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Byte(byte) => {
                integer::append(self.out, self.spec, self.verb, Integer::byte(*byte))
            }
            Value::Duration(nanos) => self.duration(*nanos),
            Value::Time(time) if !has_text(self.verb) && time.zone() == ZoneId::UTC => {
                self.time_parts(time)
            }
            Value::Time(time) => {
                let mut text = Vec::new();
                time.append_display(&mut text);
                self.string(&text)
            }
            Value::TraceId(id) | Value::ProfileId(id) => self.id(id, value.type_name()),
            Value::SpanId(id) => self.id(id, value.type_name()),
            Value::TypedList(list) => self.list(list.items, list.element),
            Value::RawMap(_) => self.raw_map(value),
            Value::Map(_) | Value::WireMap(_) | Value::List(_) | Value::WireList(_) => {
                let mut text = Vec::new();
                json::append_pdata_string(&mut text, value);
                self.string(&text)
            }
            Value::Pdata(part) => self.string(part.type_name.as_bytes()),
            Value::Error(error) => self.string(error.text().as_bytes()),
        };
        if !is_known {
            bad_verb(self.out, self.spec, self.verb, value);
        }
    }

    fn bool(&mut self, value: bool) -> bool {
        let text: &[u8] = if value { b"true" } else { b"false" };
        let is_known = matches!(self.verb, 't' | 'v');
        if is_known {
            self.spec.pad(self.out, text);
        }
        is_known
    }

    fn string(&mut self, text: &[u8]) -> bool {
        match self.verb {
            'v' if self.spec.source => append_quoted(self.out, self.spec, text),
            'v' | 's' => append_text(self.out, self.spec, text),
            'x' | 'X' => append_hexadecimal(self.out, self.spec, self.verb == 'X', text),
            'q' => append_quoted(self.out, self.spec, text),
            _ => return false,
        }
        true
    }

    fn bytes(&mut self, bytes: &[u8]) -> bool {
        match self.verb {
            's' | 'x' | 'X' | 'q' => return self.string(bytes),
            'v' if self.spec.source => append_source_bytes(self.out, self.spec, "[]uint8", bytes),
            _ => self.byte_list(bytes),
        }
        true
    }

    /// `[1 2 3]`, each byte under the verb.
    fn byte_list(&mut self, bytes: &[u8]) {
        self.out.push(b'[');
        for (position, byte) in bytes.iter().enumerate() {
            if position > 0 {
                self.out.push(b' ');
            }
            if !integer::append(self.out, self.spec, self.verb, Integer::byte(*byte)) {
                bad(self.out, self.verb, b"(uint8=");
                integer::append(self.out, self.spec, 'v', Integer::byte(*byte));
                self.out.push(b')');
            }
        }
        self.out.push(b']');
    }

    fn duration(&mut self, nanos: i64) -> bool {
        if has_text(self.verb) && !self.spec.source && !self.is_plain {
            let mut text = Vec::new();
            duration::append_duration(&mut text, nanos);
            return self.string(&text);
        }
        integer::append(self.out, self.spec, self.verb, Integer::signed(nanos))
    }

    /// Go's `time.Time` field by field: nanoseconds, seconds since the year 1, and where the zone is in memory; UTC
    /// is nowhere.
    fn time_parts(&mut self, time: &Time) -> bool {
        let seconds = time.unix() - GO_ZERO_TIME_SECONDS;
        let parts: [(&[u8], i64); 2] = [
            (b"{(uint64=", time.nanosecond().into()),
            (b" (int64=", seconds),
        ];
        for (marks, part) in parts {
            self.out.push(marks[0]);
            let part = Integer::signed(part);
            if !integer::append(self.out, self.spec, self.verb, part) {
                bad(self.out, self.verb, &marks[1..]);
                integer::append(self.out, self.spec, 'v', part);
                self.out.push(b')');
            }
        }
        self.out.push(b' ');
        match self.verb {
            'b' | 'd' | 'o' => {
                integer::append(self.out, self.spec, self.verb, Integer::signed(0));
            }
            verb => bad(self.out, verb, b"(*time.Location=<nil>)"),
        }
        self.out.push(b'}');
        true
    }

    fn id(&mut self, id: &[u8], type_name: &str) -> bool {
        match self.verb {
            'v' if self.spec.source => append_source_bytes(self.out, self.spec, type_name, id),
            'v' | 's' | 'x' | 'X' | 'q' => {
                // An id that is not set has no text.
                let mut text = Vec::new();
                if id.iter().any(|&byte| byte != 0) {
                    append_hexadecimal(&mut text, &Spec::default(), false, id);
                }
                return self.string(&text);
            }
            _ => self.byte_list(id),
        }
        true
    }

    /// A map of Go's own, in the order of its keys.
    fn raw_map(&mut self, map: &Value<'_>) -> bool {
        let [open, separator, close] = match self.is_source() {
            true => ["map[string]interface {}{", ", ", "}"],
            false => ["map[", " ", "]"],
        };
        let mut entries: Vec<_> = map.entries().into_iter().flatten().collect();
        entries.sort_by_key(|entry| entry.key);
        self.out.extend_from_slice(open.as_bytes());
        for (position, entry) in entries.iter().enumerate() {
            if position > 0 {
                self.out.extend_from_slice(separator.as_bytes());
            }
            self.value(&Value::String(entry.key));
            self.out.push(b':');
            self.raw_value(&entry.value);
        }
        self.out.extend_from_slice(close.as_bytes());
        true
    }

    /// A value in such a map, of which all is Go's own.
    fn raw_value(&mut self, value: &Value<'_>) {
        match value {
            Value::WireMap(_) => {
                self.raw_map(value);
            }
            Value::WireList(_) => {
                let items: Vec<_> = value.items().into_iter().flatten().collect();
                self.list(&items, Element::Any);
            }
            // A port is an `int`.
            Value::Int(value) => {
                let number = Integer::signed(*value);
                if !integer::append(self.out, self.spec, self.verb, number) {
                    bad(self.out, self.verb, b"(int=");
                    integer::append(self.out, self.spec, 'v', number);
                    self.out.push(b')');
                }
            }
            value => self.value(value),
        }
    }

    fn is_source(&self) -> bool {
        self.spec.source && self.verb == 'v'
    }

    fn list(&mut self, items: &[Value<'_>], element: Element) -> bool {
        let [open, separator, close] = if self.is_source() {
            self.out
                .extend_from_slice(element.list_type_name().as_bytes());
            ["{", ", ", "}"]
        } else {
            ["[", " ", "]"]
        };
        self.out.extend_from_slice(open.as_bytes());
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.out.extend_from_slice(separator.as_bytes());
            }
            self.value(item);
        }
        self.out.extend_from_slice(close.as_bytes());
        true
    }
}

/// `[]byte{0x1, 0x2}`. Records read empty bytes as nil.
fn append_source_bytes(out: &mut Vec<u8>, spec: &Spec, type_name: &str, bytes: &[u8]) {
    out.extend_from_slice(type_name.as_bytes());
    if bytes.is_empty() {
        out.extend_from_slice(b"(nil)");
        return;
    }
    out.push(b'{');
    for (position, byte) in bytes.iter().enumerate() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        integer::append(out, spec, 'v', Integer::byte(*byte));
    }
    out.push(b'}');
}

/// Appends text: the precision bounds its characters.
fn append_text(out: &mut Vec<u8>, spec: &Spec, text: &[u8]) {
    spec.pad(out, truncated(spec, text));
}

fn truncated<'t>(spec: &Spec, text: &'t [u8]) -> &'t [u8] {
    let Some(precision) = spec.precision else {
        return text;
    };
    let mut at = 0;
    for _ in 0..precision {
        if at >= text.len() {
            break;
        }
        at += crate::utf8::first(&text[at..]).1;
    }
    &text[..at]
}

/// Appends bytes in hexadecimal: the precision bounds them.
fn append_hexadecimal(out: &mut Vec<u8>, spec: &Spec, is_upper: bool, bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(spec.precision.unwrap_or(usize::MAX))];
    let prefix: &[u8] = if is_upper { b"0X" } else { b"0x" };
    let mut text = Vec::with_capacity(bytes.len() * 2 + 2);
    for (position, byte) in bytes.iter().enumerate() {
        if spec.space && position > 0 {
            text.push(b' ');
        }
        if spec.sharp && (position == 0 || spec.space) {
            text.extend_from_slice(prefix);
        }
        let digits = if is_upper {
            format!("{byte:02X}")
        } else {
            format!("{byte:02x}")
        };
        text.extend_from_slice(digits.as_bytes());
    }
    spec.pad(out, &text);
}

/// Appends text between quotes: with `+` in ASCII alone, with `#` between backquotes if it can be.
fn append_quoted(out: &mut Vec<u8>, spec: &Spec, text: &[u8]) {
    let text = truncated(spec, text);
    if !spec.sharp && !spec.plus && spec.width.is_none() {
        return quote::append_quoted(out, text);
    }
    let quoted = match std::str::from_utf8(text) {
        Ok(text) if spec.sharp && text.chars().all(fits_backquotes) => format!("`{text}`"),
        _ if spec.plus => ascii(&Quoted(text).to_string()),
        _ => Quoted(text).to_string(),
    };
    spec.pad(out, quoted.as_bytes());
}

/// `strconv.CanBackquote`.
fn fits_backquotes(c: char) -> bool {
    (c == '\t' || c >= ' ') && !matches!(c, '`' | '\u{7f}' | '\u{feff}')
}

/// Text with escapes for all that is not ASCII.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                escaped(c)
            }
        })
        .collect()
}

fn escaped(c: char) -> String {
    let code = u32::from(c);
    if code < 0x10000 {
        format!("\\u{code:04x}")
    } else {
        format!("\\U{code:08x}")
    }
}

/// `strconv.QuoteRune`.
pub(super) fn quoted_character(c: char, is_ascii: bool) -> String {
    let shown = match c {
        '\'' => "\\'".to_owned(),
        '"' => "\"".to_owned(),
        c if !c.is_ascii() && is_ascii => escaped(c),
        c if is_print(c) && c != '\\' => c.to_string(),
        // Controls are escaped as they are in strings.
        c => Quoted(c.encode_utf8(&mut [0; 4]).as_bytes())
            .to_string()
            .trim_matches('"')
            .to_owned(),
    };
    format!("'{shown}'")
}
