//! `ParseCSV`: a row of comma-separated values as a map.

use crate::csv;
use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::strings;
use bumpalo::collections::Vec as List;

function! {
    /// The fields of the row `target` as a map of strings, their keys the fields of `header`. There must be
    /// as many fields as keys; of equal keys the last counts. A line break in the row is part of a field.
    ///
    /// `delimiter` (default: a comma) separates the fields, `header_delimiter` (default: the same) the
    /// keys; each is one character. `mode` says what quotes do: `"strict"` (the default), `"lazyQuotes"`,
    /// where a quote may stand in any field, or `"ignoreQuotes"`, where it is a character like others.
    ///
    /// ```ottl
    /// ParseCSV("1,\"x, y\"", "id,name")  # {"id": "1", "name": "x, y"}
    /// ParseCSV("1;2", "a|b", ";", "|")  # {"a": "1", "b": "2"}
    /// ParseCSV("a\"b", "h", mode="lazyQuotes")  # {"h": "a\"b"}
    /// ParseCSV("1,2,3", "a,b")  # error: wrong number of fields: expected 2, found 3
    /// ```
    pub(crate) static FUNCTION = converter ParseCSV(
        target: StringGetter,
        header: StringGetter,
        delimiter[optional]: String,
        header_delimiter[optional]: String,
        mode[optional]: String,
    ) pure, prepare prepare, run parse_csv;
}

#[derive(Clone, Copy)]
enum Mode {
    Strict,
    LazyQuotes,
    IgnoreQuotes,
}

struct Options {
    delimiter: char,
    header_delimiter: char,
    mode: Mode,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let delimiter = character(literals, 2, "delimiter")?.unwrap_or(',');
    let header_delimiter = character(literals, 3, "header_delimiter")?.unwrap_or(delimiter);
    let mode = match literals.string(4).unwrap_or(b"strict") {
        b"strict" => Mode::Strict,
        b"lazyQuotes" => Mode::LazyQuotes,
        b"ignoreQuotes" => Mode::IgnoreQuotes,
        mode => return Err(format!("unknown mode: {}", String::from_utf8_lossy(mode))),
    };
    Ok(Box::new(Options {
        delimiter,
        header_delimiter,
        mode,
    }))
}

/// The one character of an argument, if it is given.
fn character(literals: Literals<'_>, parameter: usize, name: &str) -> Result<Option<char>, String> {
    let Some(text) = literals.string(parameter) else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(text);
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) => Ok(Some(one)),
        _ => Err(format!(
            "invalid arguments: {name} must be a single character"
        )),
    }
}

fn parse_csv<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let options: &Options = call.prepared();
    let target = call.string(0).map_err(|error| {
        call.error(format_args!(
            "error getting value for target in ParseCSV: {error}"
        ))
    })?;
    let header = call.string(1).map_err(|error| {
        call.error(format_args!(
            "error getting value for header in ParseCSV: {error}"
        ))
    })?;
    if header.is_empty() {
        return Err(Error::new("headers must not be an empty string"));
    }
    let keys = split(call, header, options.header_delimiter);
    let fields = match options.mode {
        Mode::IgnoreQuotes => split(call, target, options.delimiter),
        mode => csv::read_row(
            call.arena(),
            target,
            options.delimiter,
            matches!(mode, Mode::LazyQuotes),
        )
        .map_err(|error| call.error(format_args!("{error}")))?,
    };
    if fields.len() != keys.len() {
        return Err(call.error(format_args!(
            "map csv headers: wrong number of fields: expected {}, found {}",
            keys.len(),
            fields.len()
        )));
    }
    let mut map = MapBuilder::with_capacity_in(keys.len(), call.arena());
    for (key, field) in keys.iter().zip(&fields) {
        map.put(key, Value::String(field));
    }
    Ok(map.into_value())
}

fn split<'a>(call: &Call<'_, '_, 'a>, text: &'a [u8], delimiter: char) -> List<'a, &'a [u8]> {
    strings::split(
        call.arena(),
        text,
        delimiter.encode_utf8(&mut [0; 4]).as_bytes(),
    )
}
