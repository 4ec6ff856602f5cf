//! `ExtractGrokPatterns`: the named parts of a grok pattern.

use crate::grok::{Definitions, Grok, Type};
use crate::limits;
use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::regex::{Cache, Captures};
use ottl_vm::function::Literal;
use ottl_vm::text::number;
use ottl_vm::text::quote::Quoted;
use std::collections::HashMap;

function! {
    /// What the parts of the grok pattern `pattern` match in `target`, as a map; empty if the pattern does
    /// not match. A pattern is a regular expression with parts: `%{NAME}`, `%{NAME:key}` and
    /// `%{NAME:key:type}`, where the type is `int`, `long`, `float`, `double`, `bool`, `boolean` or `string`.
    /// The names are those of the usual collections, from `WORD`, `NUMBER`, `IP` and `HTTPDATE` to `COMBINEDAPACHELOG`.
    /// Parts without a key have their name for it, or are left out with `named_captures_only`. What matches
    /// nothing or an empty text is left out. `pattern_definitions` adds definitions, each `NAME=pattern`.
    ///
    /// Text that is no value of its part's type is an error. A literal `pattern` that is wrong is refused
    /// when the program is compiled.
    ///
    /// ```ottl
    /// ExtractGrokPatterns("GET /x 12", "%{WORD:method} %{NOTSPACE:path} %{NUMBER:took:int}", true)  # {"method": "GET", "path": "/x", "took": 12}
    /// ExtractGrokPatterns("id-7", "%{ID:my.id}", true, ["ID=id-[0-9]+"])  # {"my.id": "id-7"}
    /// ExtractGrokPatterns("x", "%{INT:n}", true)  # {}
    /// ExtractGrokPatterns("x", "%{WORD:n:int}", true)  # error: parsing "x": invalid syntax
    /// ```
    pub(crate) static FUNCTION = converter ExtractGrokPatterns(
            target: StringGetter,
            pattern: StringGetter,
            named_captures_only[optional]: Bool,
            pattern_definitions[optional]: List(&String)
        ) costly, prepare prepare, run extract_grok_patterns;
}

struct Settings {
    /// Present if the pattern is a literal.
    literal: Option<Grok>,
    named_only: bool,
    definitions: Definitions,
}

/// A pattern with the memory to search for it, or why it is wrong.
type Compiled = Result<(Grok, Cache), String>;

/// What a worker keeps for a call.
#[derive(Default)]
struct Memory {
    cache: Cache,
    captures: Captures,
    /// Patterns that turned up.
    compiled: HashMap<Box<[u8]>, Compiled>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let named_only = literals.bool(2).unwrap_or(false);
    let mut definitions = Definitions::default();
    for (index, item) in literals.list(3).unwrap_or_default().iter().enumerate() {
        if let Literal::String(text) = item {
            definitions.add(index, &String::from_utf8_lossy(text))?;
        }
    }
    let compile = |pattern| compile(pattern, named_only, &definitions);
    let literal = literals.string(1).map(compile).transpose()?;
    Ok(Box::new(Settings {
        literal,
        named_only,
        definitions,
    }))
}

fn compile(pattern: &[u8], named_only: bool, definitions: &Definitions) -> Result<Grok, String> {
    let grok = Grok::new(pattern, named_only, definitions).map_err(|error| {
        format!(
            "the regex pattern supplied to ExtractGrokPatterns '{}' is not a valid pattern: {error}",
            Quoted(pattern)
        )
    })?;
    if named_only && grok.groups.is_empty() {
        return Err(
            "at least 1 named capture group must be supplied in the given regex".to_owned(),
        );
    }
    Ok(grok)
}

fn extract_grok_patterns<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let settings: &Settings = call.prepared();
    call.with_scratch(|call, memory| extract(call, settings, memory))
}

/// The pattern is evaluated before the target.
fn extract<'a>(
    call: &mut Call<'_, '_, 'a>,
    settings: &Settings,
    memory: &mut Memory,
) -> Outcome<'a> {
    let Memory {
        cache,
        captures,
        compiled,
    } = memory;
    if let Some(grok) = &settings.literal {
        return groups(call, grok, cache, captures);
    }
    let pattern = call.string(1)?;
    if !compiled.contains_key(pattern) {
        let size = |entry: &Compiled| {
            entry
                .as_ref()
                .map_or(0, |(grok, _)| grok.regex.memory_usage())
        };
        if compiled.len() >= limits::DYNAMIC_PATTERNS_MAX
            || compiled.values().map(size).sum::<usize>() > limits::REGEX_DYNAMIC_BYTES_MAX
        {
            compiled.clear();
        }
        let grok = compile(pattern, settings.named_only, &settings.definitions);
        compiled.insert(pattern.into(), grok.map(|grok| (grok, Cache::new())));
    }
    match compiled.get_mut(pattern) {
        Some(Ok((grok, cache))) => groups(call, grok, cache, captures),
        Some(Err(error)) => Err(call.error(format_args!("{error}"))),
        None => Err(Error::new("the pattern is gone")),
    }
}

fn groups<'a>(
    call: &mut Call<'_, '_, 'a>,
    grok: &Grok,
    cache: &mut Cache,
    captures: &mut Captures,
) -> Outcome<'a> {
    let target = call.string(0)?;
    let mut map = MapBuilder::new_in(call.arena());
    if grok.regex.captures(cache, target, captures) {
        for (group, key, ty) in &grok.groups {
            let text = captures
                .get(*group)
                .map_or(&b""[..], |range| &target[range]);
            if !text.is_empty() {
                map.put(call.bytes(key.as_bytes()), typed(call, key, text, *ty)?);
            }
        }
    }
    Ok(map.into_value())
}

fn typed<'a>(call: &Call<'_, '_, 'a>, key: &str, text: &'a [u8], ty: Type) -> Outcome<'a> {
    let wrong = |error: number::NumberError<'_>| call.error(format_args!("{error}"));
    match ty {
        Type::String => Ok(Value::String(text)),
        Type::Int => number::parse_int(text, 10).map(Value::Int).map_err(wrong),
        Type::Double => number::parse_float(text).map(Value::Double).map_err(wrong),
        Type::Bool => number::parse_bool(text).map(Value::Bool).map_err(wrong),
        Type::Unknown => {
            Err(call.error(format_args!("invalid type for {key}: type not specified")))
        }
    }
}
