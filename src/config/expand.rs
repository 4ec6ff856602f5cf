//! `${env:NAME}`, `${NAME}`, `${env:NAME:-default}` and `$$` in a configuration's values, as the collector's
//! resolver replaces them.
//!
//! Invariants: keys are never replaced; what a variable gives is itself searched for `${…}`; `$$` becomes `$`
//! last, so `$${NAME}` stays `${NAME}`; every byte of the result knows the byte of the file it comes from.

use std::ops::Range;

use super::error::{ConfigError, ConfigErrorKind};
use super::limits;
use super::node::{Kind, Node, Scalar};
use super::place::{Place, SourceMap};
use super::yaml;

/// Gives the value of an environment variable, if set.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Replaces the references and `$$` within `node`, adding to `errors` what cannot be replaced.
pub(crate) fn expand(
    node: &mut Node,
    path: &str,
    lookup: &Lookup<'_>,
    errors: &mut Vec<ConfigError>,
) {
    match &mut node.kind {
        Kind::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                expand(item, &format!("{path}[{index}]"), lookup, errors);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                let path = if path.is_empty() {
                    entry.key.clone()
                } else {
                    format!("{path}.{}", entry.key)
                };
                expand(&mut entry.node, &path, lookup, errors);
            }
        }
        Kind::String(scalar) => match expand_scalar(scalar, &node.place, lookup) {
            Ok(Expanded { kind, written }) => {
                node.kind = kind;
                node.written = written;
                unescape_all(node);
            }
            Err(error) => errors.push(ConfigError {
                path: path.to_owned(),
                ..*error
            }),
        },
        _ => {}
    }
}

/// What a value became.
struct Expanded {
    kind: Kind,
    /// As written, if a reference gave something other than a string.
    written: Option<Scalar>,
}

/// Replaces reference after reference until none is left.
fn expand_scalar(
    scalar: &Scalar,
    place: &Place,
    lookup: &Lookup<'_>,
) -> Result<Expanded, Box<ConfigError>> {
    let mut value = scalar.clone();
    for _ in 0..limits::EXPANSIONS_MAX {
        let Some(range) = find_reference(&value.text) else {
            return Ok(Expanded {
                kind: Kind::String(value),
                written: None,
            });
        };
        let is_whole = range == (0..value.text.len());
        let reference = value.text[range.clone()].to_owned();
        let found = place_of(&value, range, place);
        let replacement = retrieve(&reference, &found, lookup)?;
        if is_whole {
            let map = yaml::fixed_map(&found);
            let written = Scalar {
                text: replacement.clone(),
                map: map.clone(),
            };
            match yaml::read_value(&replacement, &found) {
                // A string is taken as it stands in the variable, quotes included.
                Kind::String(_) => value = written,
                kind => {
                    return Ok(Expanded {
                        kind,
                        written: Some(written),
                    });
                }
            }
        } else {
            value = replace_all(&value, &reference, &replacement);
        }
        if value.text.len() > limits::EXPANDED_BYTES_MAX {
            let kind = ConfigErrorKind::TooLarge {
                what: "bytes in a value after its `${…}` were replaced",
                limit: limits::EXPANDED_BYTES_MAX,
            };
            return Err(failure(kind, place));
        }
    }
    let kind = ConfigErrorKind::TooLarge {
        what: "`${…}` within one value",
        limit: limits::EXPANSIONS_MAX,
    };
    Err(failure(kind, place))
}

fn failure(kind: ConfigErrorKind, place: &Place) -> Box<ConfigError> {
    Box::new(ConfigError {
        kind,
        path: String::new(),
        place: place.clone(),
    })
}

/// The place of a part of a value. Its line and column stay the scalar's until the file is at hand.
fn place_of(value: &Scalar, range: Range<usize>, place: &Place) -> Place {
    match value.map.range(range) {
        Some(span) if place.is_known() => Place {
            span,
            ..place.clone()
        },
        _ => place.clone(),
    }
}

/// The first `${…}` without another inside that is not escaped by an odd number of `$` before it.
fn find_reference(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    loop {
        let close = from + text[from..].find('}')?;
        if let Some(open) = text[from..close].rfind("${").map(|at| from + at) {
            let dollars = text[from..open]
                .bytes()
                .rev()
                .take_while(|byte| *byte == b'$')
                .count();
            if dollars % 2 == 0 {
                return Some(open..close + 1);
            }
        }
        from = close + 1;
    }
}

/// What a reference stands for.
fn retrieve(
    reference: &str,
    place: &Place,
    lookup: &Lookup<'_>,
) -> Result<String, Box<ConfigError>> {
    let invalid = |reason: String| {
        failure(
            ConfigErrorKind::InvalidReference {
                reference: reference.to_owned(),
                reason,
            },
            place,
        )
    };
    let inner = &reference[2..reference.len() - 1];
    let (scheme, rest) = match inner.split_once(':') {
        Some((scheme, rest)) => (scheme, rest),
        None => ("env", inner),
    };
    if !is_scheme(scheme) {
        return Err(invalid(format!("`{scheme}` is no scheme such as `env`")));
    }
    if rest.contains('$') {
        return Err(invalid("a reference cannot contain `$`".to_owned()));
    }
    match scheme {
        "env" => {
            let (name, default) = match rest.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (rest, None),
            };
            if !is_variable(name) {
                let words = format!(
                    "`{name}` cannot be the name of a variable: it has letters, digits and `_`"
                );
                return Err(invalid(words));
            }
            match lookup(name).or_else(|| default.map(str::to_owned)) {
                Some(value) => Ok(value),
                None => Err(failure(
                    ConfigErrorKind::UnsetVariable {
                        name: name.to_owned(),
                    },
                    place,
                )),
            }
        }
        "yaml" => Ok(rest.to_owned()),
        other => Err(invalid(format!(
            "values of the scheme `{other}` are only known to the running collector"
        ))),
    }
}

/// A letter and one or more of letters, digits, `+`, `.` and `-`.
fn is_scheme(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
}

fn is_variable(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Replaces every `from` by `to`, whose bytes all come from where their `from` stood.
fn replace_all(value: &Scalar, from: &str, to: &str) -> Scalar {
    let mut text = String::with_capacity(value.text.len());
    let mut map = SourceMap::unknown();
    let mut copied = 0;
    for (at, _) in value.text.match_indices(from) {
        value.map.copy_into(&mut map, copied..at, text.len());
        text.push_str(&value.text[copied..at]);
        if let Some(source) = value.map.source(at) {
            map.push_fixed(text.len(), source);
        }
        text.push_str(to);
        copied = at + from.len();
    }
    value
        .map
        .copy_into(&mut map, copied..value.text.len(), text.len());
    text.push_str(&value.text[copied..]);
    Scalar { text, map }
}

/// Turns `$$` into `$` in every string.
fn unescape_all(node: &mut Node) {
    if let Some(written) = &mut node.written {
        unescape(written);
    }
    match &mut node.kind {
        Kind::String(scalar) => unescape(scalar),
        Kind::List(items) => items.iter_mut().for_each(unescape_all),
        Kind::Map(entries) => entries
            .iter_mut()
            .for_each(|entry| unescape_all(&mut entry.node)),
        _ => {}
    }
}

fn unescape(scalar: &mut Scalar) {
    if scalar.text.contains("$$") {
        *scalar = replace_all(scalar, "$$", "$");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(yaml_text: &str) -> Result<Node, Vec<ConfigError>> {
        let lookup = |name: &str| match name {
            "NAME" => Some("value".to_owned()),
            "PORT" => Some("8080".to_owned()),
            "OTHER" => Some("${env:NAME}".to_owned()),
            "LOOP" => Some("${env:LOOP}x".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let mut node = yaml::read(yaml_text).expect("valid YAML");
        let mut errors = Vec::new();
        expand(&mut node, "", &lookup, &mut errors);
        if errors.is_empty() {
            Ok(node)
        } else {
            Err(errors)
        }
    }

    fn text(yaml_text: &str) -> String {
        match expanded(yaml_text).expect("expands").kind {
            Kind::String(scalar) => scalar.text,
            other => panic!("{other:?} is no string"),
        }
    }

    #[test]
    fn references_are_replaced() {
        assert_eq!(text("a ${env:NAME} b"), "a value b");
        assert_eq!(text("${NAME}"), "value");
        assert_eq!(text("${env:OTHER}"), "value");
        assert_eq!(text("x${env:NONE:-y}"), "xy");
        assert_eq!(
            text(
                "'${env:NA}' ${NAME}"
                    .trim_matches('\'')
                    .replace("${env:NA}", "n")
                    .as_str()
            ),
            "n' value"
        );
        assert_eq!(text("port ${PORT}"), "port 8080");
    }

    #[test]
    fn dollars_are_unescaped_last() {
        assert_eq!(text("a$$b"), "a$b");
        assert_eq!(text("$${NAME}"), "${NAME}");
        assert_eq!(text("$$${NAME}"), "$value");
        assert_eq!(text("a$b"), "a$b");
        assert_eq!(text("$$$$"), "$$");
    }

    #[test]
    fn a_whole_value_takes_the_type_of_what_it_names() {
        let node = expanded("${PORT}").expect("expands");
        assert_eq!(node.kind, Kind::Int(8080));
        assert_eq!(
            node.written.map(|scalar| scalar.text).as_deref(),
            Some("8080")
        );
        assert_eq!(expanded("${EMPTY}").expect("expands").kind, Kind::Null);
    }

    #[test]
    fn what_cannot_be_replaced_is_told() {
        let code = |yaml_text: &str| expanded(yaml_text).expect_err("must fail")[0].kind.code();
        assert_eq!(code("a ${env:NONE}"), "E262");
        assert_eq!(code("${file:x.yaml}"), "E263");
        assert_eq!(code("${env:1a}"), "E263");
        assert_eq!(code("${a b}"), "E263");
        assert_eq!(code("${env:LOOP}"), "E252");
    }

    #[test]
    fn limits_hold_just_under_and_just_over() {
        let expand_one = |text: &str, value: &str| {
            let scalar = Scalar {
                text: text.to_owned(),
                map: SourceMap::unknown(),
            };
            let result = expand_scalar(&scalar, &Place::unknown(), &|_| Some(value.to_owned()));
            result.map(|_| ()).map_err(|error| error.kind.code())
        };
        // Each name is another reference.
        let names: Vec<String> = (0..limits::EXPANSIONS_MAX)
            .map(|index| format!("${{V{index}}}"))
            .collect();
        assert_eq!(expand_one(&names[1..].concat(), "x"), Ok(()));
        assert_eq!(expand_one(&names.concat(), "x"), Err("E252"));
        let longest = "x".repeat(limits::EXPANDED_BYTES_MAX - 1);
        assert_eq!(expand_one(" ${V}", &longest), Ok(()));
        assert_eq!(expand_one("  ${V}", &longest), Err("E252"));
    }

    #[test]
    fn places_survive() {
        let yaml_text = "\"a$$b ${NAME} \\\"end\"";
        let node = expanded(yaml_text).expect("expands");
        let Kind::String(scalar) = node.kind else {
            panic!("a string")
        };
        assert_eq!(scalar.text, "a$b value \"end");
        let place = |word: &str| {
            let at = scalar.text.find(word).expect("the word");
            scalar
                .map
                .range(at..at + word.len())
                .map(|range| &yaml_text[range])
        };
        assert_eq!(place("a"), Some("a"));
        assert_eq!(place("b"), Some("b"));
        assert_eq!(place("value"), Some("${NAME}"));
        assert_eq!(place("end"), Some("end"));
    }
}
