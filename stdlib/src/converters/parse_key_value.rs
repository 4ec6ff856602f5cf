//! `ParseKeyValue`: text of keys and values as a map.

use crate::maps::MapBuilder;
use crate::pairs::Delimiters;
use crate::prelude::*;
use crate::strings;
use bumpalo::collections::Vec;
use ottl_vm::text::quote::Quoted;

function! {
    /// The keys and values in `target` as a map of strings, without the blanks around them. Keys and values
    /// are separated by `delimiter` (default: `=`), pairs by `pair_delimiter` (default: a blank).
    ///
    /// Between quotes, single or double, which may stand anywhere, a `pair_delimiter` does not separate; a
    /// backslash keeps a quote from counting. The quotes that count are removed. A pair without `delimiter`
    /// is an error, as is an empty `target`.
    ///
    /// Refused when compiled: empty delimiters, and two that are equal.
    ///
    /// ```ottl
    /// ParseKeyValue("a=1 b='x y'")  # {"a": "1", "b": "x y"}
    /// ParseKeyValue("a:1, b:2", ":", ",")  # {"a": "1", "b": "2"}
    /// ParseKeyValue("a")  # error: cannot split "a" into 2 items, got 1 item(s)
    /// ```
    pub(crate) static FUNCTION = converter ParseKeyValue(
        target: StringGetter,
        delimiter[optional]: String,
        pair_delimiter[optional]: String,
    ) pure, prepare prepare, run parse_key_value;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Delimiters::prepare(literals)?))
}

fn parse_key_value<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let delimiters: &Delimiters = call.prepared();
    let target = call.string(0)?;
    if target.is_empty() {
        return Err(Error::new("cannot parse from empty target"));
    }
    let Some(pairs) = split(call, target, &delimiters.pair) else {
        let target = Quoted(target);
        return Err(call.error(format_args!(
            "splitting source {target} into pairs failed: never reached the end of a quoted value"
        )));
    };
    let mut map = MapBuilder::with_capacity_in(pairs.len(), call.arena());
    for pair in &pairs {
        let Some(at) = strings::find(pair, &delimiters.key) else {
            return Err(unsplit(call, &pairs, delimiters));
        };
        let value = &pair[at + delimiters.key.len()..];
        map.put(
            strings::trim_space(&pair[..at]),
            Value::String(strings::trim_space(value)),
        );
    }
    Ok(map.into_value())
}

/// The error that names all pairs without a delimiter.
fn unsplit<'a>(call: &Call<'_, '_, 'a>, pairs: &[&[u8]], delimiters: &Delimiters) -> Error<'a> {
    let bad = pairs
        .iter()
        .filter(|pair| strings::find(pair, &delimiters.key).is_none());
    let texts: std::vec::Vec<String> = bad
        .map(|pair| format!("cannot split {} into 2 items, got 1 item(s)", Quoted(pair)))
        .collect();
    call.error(format_args!(
        "failed to split pairs into key-values: {}",
        texts.join("; ")
    ))
}

/// What the reference takes for the end of a quote that never began: outside of quotes it is left out.
const NUL: u8 = 0;

/// The pieces between delimiters that stand outside of quotes, without those quotes; empty pieces are
/// left out. `None` if a quote is not closed.
fn split<'a>(
    call: &Call<'_, '_, 'a>,
    text: &'a [u8],
    delimiter: &[u8],
) -> Option<Vec<'a, &'a [u8]>> {
    if memchr::memchr3(b'"', b'\'', NUL, text).is_none() {
        let mut pieces = strings::split(call.arena(), text, delimiter);
        pieces.retain(|piece| !piece.is_empty());
        return Some(pieces);
    }
    // All that is kept, and where in it the pieces end.
    let mut kept = Vec::with_capacity_in(text.len(), call.arena());
    let mut ends = Vec::new_in(call.arena());
    let end_piece = |kept: &[u8], ends: &mut Vec<'a, usize>| {
        if kept.len() > ends.last().copied().unwrap_or(0) {
            ends.push(kept.len());
        }
    };
    let mut quote = None;
    let mut is_escaped = false;
    let mut at = 0;
    while at < text.len() {
        if quote.is_none() && text[at..].starts_with(delimiter) {
            end_piece(&kept, &mut ends);
            at += delimiter.len();
            continue;
        }
        let byte = text[at];
        at += 1;
        if is_escaped {
            is_escaped = false;
        } else if quote.is_none() && byte == NUL {
            continue;
        } else if quote.is_none() && matches!(byte, b'"' | b'\'') {
            quote = Some(byte);
            continue;
        } else if quote == Some(byte) {
            quote = None;
            continue;
        } else {
            is_escaped = byte == b'\\';
        }
        kept.push(byte);
    }
    end_piece(&kept, &mut ends);
    let kept = kept.into_bump_slice();
    let mut start = 0;
    let pieces = ends
        .iter()
        .map(|end| &kept[std::mem::replace(&mut start, *end)..*end]);
    let pieces = Vec::from_iter_in(pieces, call.arena());
    quote.is_none().then_some(pieces)
}
