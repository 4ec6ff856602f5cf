//! `ToKeyValueString`: a map as text of keys and values.

use crate::pairs::Delimiters;
use crate::prelude::*;
use crate::strings;
use ottl_vm::text::json;

function! {
    /// The entries of the map `target` as text, with `delimiter` (default: `=`) between key and value and
    /// `pair_delimiter` (default: a blank) between entries; with `sort_output` in order of their keys.
    ///
    /// Values that are no strings are written as their text form. Keys and values that contain a delimiter
    /// are put between double quotes; double quotes in them get a backslash.
    ///
    /// Refused when compiled: empty delimiters, and two that are equal.
    ///
    /// ```ottl
    /// ToKeyValueString({"b": "x y", "a": 1}, sort_output=true)  # "a=1 b=\"x y\""
    /// ToKeyValueString({"a": true}, ":", ",")  # "a:true"
    /// ```
    pub(crate) static FUNCTION = converter ToKeyValueString(
        target: PMapGetter,
        delimiter[optional]: String,
        pair_delimiter[optional]: String,
        sort_output[optional]: Bool,
    ) pure, prepare prepare, run to_key_value_string;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Delimiters::prepare(literals)?))
}

fn to_key_value_string<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let delimiters: &Delimiters = call.prepared();
    let entries = call.entries(0)?;
    let entries = call.arena().alloc_slice_fill_iter(entries);
    if call.bool_literal(3) == Some(true) {
        entries.sort_by_key(|entry| entry.key);
    }
    let text = written(call, |out| {
        for (position, entry) in entries.iter().enumerate() {
            if position > 0 {
                out.extend_from_slice(&delimiters.pair);
            }
            append_quoted(out, delimiters, |out| out.extend_from_slice(entry.key));
            out.extend_from_slice(&delimiters.key);
            append_quoted(out, delimiters, |out| match &entry.value {
                Value::String(text) => out.extend_from_slice(text),
                value => json::append_pdata_string(out, value),
            });
        }
    });
    Ok(Value::String(text))
}

/// Appends what `append` does, its double quotes escaped, between quotes if it holds a delimiter.
fn append_quoted(out: &mut Vec<u8>, delimiters: &Delimiters, append: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    append(out);
    if let ([key], [pair]) = (&*delimiters.key, &*delimiters.pair)
        && memchr::memchr3(b'"', *key, *pair, &out[start..]).is_none()
    {
        return;
    }
    let mut at = start;
    while let Some(quote) = memchr::memchr(b'"', &out[at..]) {
        out.insert(at + quote, b'\\');
        at += quote + 2;
    }
    let text = &out[start..];
    if strings::find(text, &delimiters.pair).is_some()
        || strings::find(text, &delimiters.key).is_some()
    {
        out.insert(start, b'"');
        out.push(b'"');
    }
}
