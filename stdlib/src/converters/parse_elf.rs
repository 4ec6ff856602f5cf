//! `ParseELF`: text in the W3C Extended Log Format as a map.

use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::strings;
use bumpalo::collections::Vec as List;
use memchr::{memchr, memchr2_iter};
use ottl_vm::text::quote::Quoted;

function! {
    /// The directives and entries of the Extended Log Format text in `target`: the list `elf.entries` of
    /// maps of strings, the strings `elf.version`, `elf.software`, `elf.date`, `elf.start_date`,
    /// `elf.end_date` and `elf.remark` as far as there are such directives, and the list `elf.fields` of the
    /// names in the last `#Fields` directive. A field that an entry lacks is `-`; a value too many is left
    /// out.
    ///
    /// A `#Version` directive must be there, and a `#Fields` directive before the first entry.
    ///
    /// ```ottl
    /// ParseELF("#Version: 1.0\n#Fields: time uri\n12:00 \"/a b\"")  # {"elf.entries": [{"time": "12:00", "uri": "/a b"}], "elf.version": "1.0", "elf.fields": ["time", "uri"]}
    /// ParseELF("x")  # error: invalid ELF: data entry found before #Fields directive
    /// ```
    pub(crate) static FUNCTION = converter ParseELF(target: StringGetter)
        pure, run parse_elf, only &["transform/log"];
}

/// Directives that are kept as they are, with their keys.
const DIRECTIVES: [(&str, &str); 6] = [
    ("version", "elf.version"),
    ("software", "elf.software"),
    ("date", "elf.date"),
    ("start-date", "elf.start_date"),
    ("end-date", "elf.end_date"),
    ("remark", "elf.remark"),
];

fn parse_elf<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    if text.is_empty() {
        return Err(Error::new("cannot parse empty ELF message"));
    }
    let mut map = MapBuilder::with_capacity_in(DIRECTIVES.len() + 2, call.arena());
    map.put(b"elf.entries", Value::Nil);
    let mut entries = List::new_in(call.arena());
    let mut fields = List::new_in(call.arena());
    let mut start = 0;
    let lines = memchr2_iter(b'\n', b'\r', text).chain([text.len()]);
    let lines = lines.map(|end| {
        let line = &text[start..end];
        start = end + 1;
        strings::trim_space(line)
    });
    for line in lines.filter(|line| !line.is_empty()) {
        let Some(directive) = line.strip_prefix(b"#") else {
            entries.push(entry(call, line, &fields)?);
            continue;
        };
        let Some(colon) = memchr(b':', directive) else {
            let name = strings::trim_space(directive);
            if name.get(..6).is_some_and(|name| is_folded(name, "fields")) {
                return Err(call.error(format_args!(
                    "invalid ELF: malformed #Fields directive {}",
                    Quoted(line)
                )));
            }
            continue;
        };
        let name = strings::trim_space(&directive[..colon]);
        let value = strings::trim_space(&directive[colon + 1..]);
        if is_folded(name, "fields") {
            fields.clear();
            fields.extend(words(value));
        } else if let Some((_, key)) = DIRECTIVES.iter().find(|known| is_folded(name, known.0)) {
            map.put(key.as_bytes(), Value::String(value));
        }
    }
    if !map.contains(b"elf.version") {
        return Err(Error::new("invalid ELF: missing #Version directive"));
    }
    map.put(b"elf.entries", Value::List(entries.into_bump_slice()));
    let names = fields.iter().map(|field| Value::String(field));
    map.put(
        b"elf.fields",
        Value::List(call.arena().alloc_slice_fill_iter(names)),
    );
    Ok(map.into_value())
}

fn entry<'a>(call: &Call<'_, '_, 'a>, line: &'a [u8], fields: &[&'a [u8]]) -> Outcome<'a> {
    if fields.is_empty() {
        return Err(Error::new(
            "invalid ELF: data entry found before #Fields directive",
        ));
    }
    let Some(values) = values(call, line) else {
        return Err(call.error(format_args!(
            "invalid ELF: unterminated quoted value in data line: {}",
            Quoted(line)
        )));
    };
    let mut map = MapBuilder::with_capacity_in(fields.len(), call.arena());
    for (number, field) in fields.iter().enumerate() {
        let value = values.get(number).copied().unwrap_or(b"-");
        map.put(field, Value::String(value));
    }
    Ok(map.into_value())
}

/// The values of an entry, separated by blanks and tabs, some between quotes. `None` if a quote is not
/// closed.
fn values<'a>(call: &Call<'_, '_, 'a>, mut line: &'a [u8]) -> Option<List<'a, &'a [u8]>> {
    let is_blank = |c: &u8| matches!(c, b' ' | b'\t');
    let mut values = List::new_in(call.arena());
    loop {
        line = &line[line.iter().take_while(|c| is_blank(c)).count()..];
        match line {
            [] => return Some(values),
            [b'"', quoted @ ..] => {
                let mut value = List::new_in(call.arena());
                let mut rest = quoted;
                loop {
                    let end = memchr(b'"', rest)?;
                    value.extend_from_slice_copy(&rest[..end]);
                    rest = &rest[end + 1..];
                    // Two quotes stand for one.
                    let Some(after) = rest.strip_prefix(b"\"") else {
                        break;
                    };
                    value.push(b'"');
                    rest = after;
                }
                values.push(value.into_bump_slice());
                line = rest;
            }
            _ => {
                let end = line.iter().position(is_blank).unwrap_or(line.len());
                values.push(&line[..end]);
                line = &line[end..];
            }
        }
    }
}

/// `strings.Fields`: what stands between white space.
fn words(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        text = strings::trim_space(text);
        let is_visible = |byte: &u8| matches!(byte, b'!'..=b'~');
        let mut end = text.iter().take_while(|byte| is_visible(byte)).count();
        while end < text.len() {
            let (c, length) = crate::utf8::first(&text[end..]);
            if c.is_whitespace() {
                break;
            }
            end += length;
        }
        let (word, rest) = text.split_at(end);
        text = rest;
        (!word.is_empty()).then_some(word)
    })
}

/// `strings.EqualFold` with lower-case ASCII: two other characters fold to some.
fn is_folded(text: &[u8], lower: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    if text.is_ascii() {
        return text.eq_ignore_ascii_case(lower.as_bytes());
    }
    str::from_utf8(text).is_ok_and(|text| text.chars().map(fold).eq(lower.chars()))
}
