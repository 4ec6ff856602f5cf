//! Grok: regular expressions with named parts, `%{NAME}`, `%{NAME:key}` and `%{NAME:key:type}`.
//!
//! The named parts come from the tables of the package grok-rs, as the build script translates them; those in
//! `grok/own.tsv` are ours, and `grok/parts.tsv` and `grok/keys.tsv` say which parts and keys of them are others in
//! the reference. A pattern is expanded to a regular expression first, whose groups bear the keys with `___` for
//! each dot, as the reference has it: two keys that differ in that alone are one.

use crate::limits;
use crate::regex::Regex;
use std::collections::HashMap;

include!(concat!(env!("OUT_DIR"), "/grok.rs"));

/// What stands for a dot in the name of a group.
const DOT: &str = "___";

/// Definitions that a call adds to those built in, or puts in their place.
#[derive(Default)]
pub(crate) struct Definitions(HashMap<String, String>);

/// What a group's text is made into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Type {
    String,
    Int,
    Double,
    Bool,
    /// A type that there is none of: to match it is an error.
    Unknown,
}

/// A compiled pattern.
pub(crate) struct Grok {
    pub(crate) regex: Regex,
    /// The groups that have a name: number, key, type.
    pub(crate) groups: Vec<(usize, Box<str>, Type)>,
}

impl Definitions {
    /// Adds `NAME=definition`, the `index`th of a call.
    ///
    /// # Errors
    ///
    /// If there is no `=`, or the name has a colon.
    pub(crate) fn add(&mut self, index: usize, text: &str) -> Result<(), String> {
        let Some((name, definition)) = text.split_once('=') else {
            let shown = if text.len() > SHOWN_BYTES_MAX {
                let end = text.floor_char_boundary(SHOWN_BYTES_MAX - 3);
                format!("{}...", &text[..end])
            } else {
                text.to_owned()
            };
            return Err(format!(
                "pattern {shown:?} supplied to ExtractGrokPatterns at index {index} has incorrect format, expecting PATTERNNAME=pattern definition"
            ));
        };
        if name.contains(':') {
            return Err(format!("pattern ID {name:?} should not contain ':'"));
        }
        self.0.insert(name.to_owned(), definition.to_owned());
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let own = self.0.get(name).map(String::as_str);
        own.or_else(|| built_in(name))
    }
}

fn built_in(name: &str) -> Option<&'static str> {
    let found = DEFINITIONS.binary_search_by_key(&name, |(name, _)| name);
    found.ok().map(|place| DEFINITIONS[place].1)
}

/// Bytes of a wrong definition that an error shows.
const SHOWN_BYTES_MAX: usize = 20;

impl Grok {
    /// Compiles a pattern. With `named_only`, parts without a key capture nothing.
    ///
    /// # Errors
    ///
    /// If a part has no definition, if the expanded pattern is no regular expression, or if it is
    /// too long.
    pub(crate) fn new(
        pattern: &[u8],
        named_only: bool,
        definitions: &Definitions,
    ) -> Result<Grok, String> {
        // What is no UTF-8 is no regular expression either, and told by its compiler.
        let (expanded, types) = match std::str::from_utf8(pattern) {
            Ok(text) => {
                let (text, types) = expand(text, named_only, definitions)?;
                (text.into_bytes(), types)
            }
            Err(_) => (pattern.to_vec(), HashMap::new()),
        };
        let regex = Regex::new(expanded).map_err(|error| error.to_string())?;
        let named = regex.group_names().iter().enumerate();
        let groups = named.filter_map(|(group, name)| {
            let name = name.as_deref()?;
            let ty = types.get(name).copied().unwrap_or(Type::String);
            Some((group, name.replace(DOT, ".").into(), ty))
        });
        let groups = groups.collect();
        Ok(Grok { regex, groups })
    }
}

/// A reference to a definition.
struct Part<'t> {
    /// With its braces.
    text: &'t str,
    name: &'t str,
    key: Option<&'t str>,
    ty: Option<&'t str>,
}

/// The pattern with its parts replaced by their definitions, and the types of groups.
fn expand(
    pattern: &str,
    named_only: bool,
    definitions: &Definitions,
) -> Result<(String, HashMap<String, Type>), String> {
    let mut types = HashMap::new();
    let mut expanded = pattern.to_owned();
    for _ in 0..limits::GROK_ROUNDS_MAX {
        let mut out = String::with_capacity(expanded.len());
        let mut rest = expanded.as_str();
        let mut found = false;
        while let Some((before, part, after)) = next_part(rest) {
            found = true;
            let definition = definitions.get(part.name).ok_or_else(|| {
                format!("pattern definition {:?} unknown: parsing failed", part.name)
            })?;
            let group = part.key.unwrap_or(part.name).replace('.', DOT);
            out.push_str(before);
            if named_only && part.key.is_none() {
                out.push('(');
            } else {
                out.extend(["(?P<", &group, ">"]);
            }
            out.extend([definition, ")"]);
            if let Some(ty) = part.ty {
                types.insert(group, type_of(ty));
            }
            if out.len() > limits::GROK_EXPANDED_BYTES_MAX {
                return Err("the expanded pattern is too long".to_owned());
            }
            rest = after;
        }
        if !found {
            break;
        }
        out.push_str(rest);
        expanded = out;
    }
    Ok((expanded, types))
}

fn type_of(name: &str) -> Type {
    match name {
        "string" => Type::String,
        "int" | "long" => Type::Int,
        "float" | "double" => Type::Double,
        "bool" | "boolean" => Type::Bool,
        _ => Type::Unknown,
    }
}

/// The first part, with what stands before and behind it.
fn next_part(text: &str) -> Option<(&str, Part<'_>, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("%{")?;
        if let Some(part) = part_at(&text[start..]) {
            let end = start + part.text.len();
            return Some((&text[..start], part, &text[end..]));
        }
        from = start + 2;
    }
}

/// The part that `text` begins with: `%{NAME}`, `%{NAME:key}` or `%{NAME:key:type}`.
fn part_at(text: &str) -> Option<Part<'_>> {
    let is_word = |text: &str, more: &[char]| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || more.contains(&c);
        !text.is_empty() && text.chars().all(fits)
    };
    let inner = &text[2..text.find('}')?];
    let mut fields = inner.split(':');
    let part = Part {
        text: &text[..inner.len() + 3],
        name: fields.next()?,
        key: fields.next(),
        ty: fields.next(),
    };
    let is_part = fields.next().is_none()
        && is_word(part.name, &[])
        && part.key.is_none_or(|key| is_word(key, &['.', '+']))
        && part.ty.is_none_or(|ty| is_word(ty, &[]));
    is_part.then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_compiles() {
        /// Refused by the reference, too.
        const REFUSED: &str = "CISCOFW733100";
        let none = Definitions::default();
        let wrong: Vec<String> = DEFINITIONS
            .iter()
            .filter(|(name, _)| *name != REFUSED)
            .filter_map(|(name, _)| {
                let error = Grok::new(format!("%{{{name}}}").as_bytes(), false, &none).err()?;
                Some(format!("{name}: {error}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn expansion_is_bounded() {
        let mut definitions = Definitions::default();
        assert_eq!(definitions.add(0, "A=%{A}%{A}"), Ok(()));
        assert!(Grok::new(b"%{A}", false, &definitions).is_err());
    }
}
