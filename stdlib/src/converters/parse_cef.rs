//! `ParseCEF`: a message in ArcSight's Common Event Format as a map.

use crate::maps::MapBuilder;
use crate::prelude::*;
use bumpalo::collections::Vec as List;
use memchr::{memchr, memmem};

function! {
    /// The header fields and extensions of the CEF message in `target`: the strings `cef.version`,
    /// `cef.device_vendor`, `cef.device_product`, `cef.device_version`, `cef.device_event_class_id`,
    /// `cef.name` and `cef.severity`, and the map of strings `cef.extensions`. What stands before `CEF:`, a
    /// syslog header mostly, is left out.
    ///
    /// ```ottl
    /// ParseCEF("CEF:0|V|P|1|100|login|5|src=10.0.0.1 msg=a b")  # {"cef.version": "0", "cef.device_vendor": "V", "cef.device_product": "P", "cef.device_version": "1", "cef.device_event_class_id": "100", "cef.name": "login", "cef.severity": "5", "cef.extensions": {"src": "10.0.0.1", "msg": "a b"}}
    /// ParseCEF("x")  # error: invalid CEF message: 'CEF:' not found
    /// ```
    pub(crate) static FUNCTION = converter ParseCEF(target: StringGetter)
        pure, run parse_cef, only &["transform/log"];
}

/// The fields of a header, in order.
const FIELDS: [&str; 7] = [
    "cef.version",
    "cef.device_vendor",
    "cef.device_product",
    "cef.device_version",
    "cef.device_event_class_id",
    "cef.name",
    "cef.severity",
];

fn parse_cef<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    if text.is_empty() {
        return Err(Error::new("cannot parse empty CEF message"));
    }
    let Some(start) = memmem::find(text, b"CEF:") else {
        return Err(Error::new("invalid CEF message: 'CEF:' not found"));
    };
    let mut rest = Some(&text[start..]);
    let mut map = MapBuilder::with_capacity_in(FIELDS.len() + 1, call.arena());
    for (number, key) in FIELDS.iter().enumerate() {
        let Some(from) = rest else {
            return Err(call.error(format_args!(
                "invalid CEF header: expected at least {} pipe-delimited fields, got {number}",
                FIELDS.len()
            )));
        };
        let end = field_end(from);
        rest = from.get(end + 1..);
        let field = &from[..end];
        let value = match number {
            0 => &field[b"CEF:".len()..],
            _ => unescaped(call, field, |c| matches!(c, b'|' | b'\\').then_some(c)),
        };
        map.put(key.as_bytes(), Value::String(value));
    }
    if text[start..].starts_with(b"CEF:|") {
        return Err(Error::new("invalid CEF message: missing version"));
    }
    map.put(
        b"cef.extensions",
        extensions(call, rest.unwrap_or_default()),
    );
    Ok(map.into_value())
}

/// Where a field of the header ends: at a bar that no backslash escapes, or at the end of the text.
fn field_end(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() && text[at] != b'|' {
        let is_escape = text[at] == b'\\' && matches!(text.get(at + 1), Some(b'|' | b'\\'));
        at += 1 + usize::from(is_escape);
    }
    at
}

/// The text with each backslash and the character behind it replaced by what `escape` says, if anything.
fn unescaped<'a>(
    call: &Call<'_, '_, 'a>,
    text: &'a [u8],
    escape: impl Fn(u8) -> Option<u8>,
) -> &'a [u8] {
    if memchr(b'\\', text).is_none() {
        return text;
    }
    let mut out = List::with_capacity_in(text.len(), call.arena());
    let mut at = 0;
    while at < text.len() {
        let next = text.get(at + 1).filter(|_| text[at] == b'\\');
        match next.and_then(|next| escape(*next)) {
            Some(c) => {
                out.push(c);
                at += 2;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out.into_bump_slice()
}

/// `key=value` pairs: a key begins the text or stands behind a blank, and a value goes on to the next key.
fn extensions<'a>(call: &Call<'_, '_, 'a>, text: &'a [u8]) -> Value<'a> {
    let mut map = MapBuilder::new_in(call.arena());
    let mut put = |key, value: &'a [u8]| {
        let end = value
            .iter()
            .rposition(|c| *c != b' ')
            .map_or(0, |at| at + 1);
        let value = unescaped(call, &value[..end], |c| match c {
            b'\\' | b'=' => Some(c),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            _ => None,
        });
        map.put(key, Value::String(value));
    };
    let mut open: Option<(&[u8], usize)> = None;
    let mut at = 0;
    while at < text.len() {
        let key = match at == 0 || text[at - 1] == b' ' {
            true => key_at(&text[at..]),
            false => None,
        };
        match key {
            Some(key) => {
                if let Some((key, start)) = open {
                    put(key, &text[start..at]);
                }
                at += key.len() + 1;
                open = Some((key, at));
            }
            None => at += 1,
        }
    }
    if let Some((key, start)) = open {
        put(key, &text[start..]);
    }
    map.into_value()
}

/// The key that the text begins with, if an equals sign follows.
fn key_at(text: &[u8]) -> Option<&[u8]> {
    let is_key = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
    let length = text.iter().take_while(|c| is_key(c)).count();
    (length > 0 && text.get(length) == Some(&b'=')).then(|| &text[..length])
}
