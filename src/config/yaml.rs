//! YAML text to a [`Node`] tree with places.
//!
//! Scalars are resolved as the collector's YAML library does for untyped values: `true` and `false` alone are
//! bools, `yes` is a string, `0x1f`, `0o17` and `1_000` are ints. Only the first document counts.
//! Invariant: no text makes this panic, recurse without bound or grow beyond [`limits`].

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::align::{Style, align};
use super::error::{ConfigError, ConfigErrorKind};
use super::limits;
use super::node::{Entry, Kind, Node, Scalar};
use super::place::{Place, SourceMap};

/// Reads the first document of `text`; an empty text is [`Kind::Null`].
///
/// # Errors
/// [`ConfigErrorKind::InvalidYaml`], [`ConfigErrorKind::RepeatedKey`] and [`ConfigErrorKind::TooLarge`], placed.
pub(crate) fn read(text: &str) -> Result<Node, Box<ConfigError>> {
    let mut builder = Builder {
        text,
        open: Vec::new(),
        anchors: HashMap::new(),
        node_count: 0,
        root: None,
    };
    let mut options = granit_parser::options! {
        flow_nesting_limit: limits::NESTING_MAX,
        block_nesting_limit: limits::NESTING_MAX,
        // As libyaml, whose port the collector uses.
        block_scalar_eof_without_line_feed: true,
    };
    options.set_emit_comments(false);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let marker = error.marker();
            let offset = marker.byte_offset().unwrap_or(text.len()).min(text.len());
            let place = Place {
                span: offset..offset,
                line: marker.line(),
                column: marker.col() + 1,
            };
            failure(
                ConfigErrorKind::InvalidYaml {
                    detail: words_of(&error),
                },
                place,
            )
        })?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        builder.event(event, span)?;
    }
    Ok(builder
        .root
        .unwrap_or_else(|| Node::new(Kind::Null, Place::unknown())))
}

/// The value of one scalar of YAML standing alone, as a `${…}` gives it; the text itself if it is no YAML.
pub(crate) fn read_value(text: &str, place: &Place) -> Kind {
    match read(text) {
        Ok(mut node) => {
            relocate(&mut node, place);
            node.kind
        }
        Err(_) => Kind::String(Scalar {
            text: text.to_owned(),
            map: fixed_map(place),
        }),
    }
}

/// The map of a string that comes from one place as a whole.
pub(crate) fn fixed_map(place: &Place) -> SourceMap {
    let mut map = SourceMap::unknown();
    if place.is_known() {
        map.push_fixed(0, place.span.start);
    }
    map
}

/// Gives every node the same place.
fn relocate(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.kind {
        Kind::String(scalar) => scalar.map = fixed_map(place),
        Kind::List(items) => items.iter_mut().for_each(|item| relocate(item, place)),
        Kind::Map(entries) => entries.iter_mut().for_each(|entry| {
            entry.place = place.clone();
            relocate(&mut entry.node, place);
        }),
        _ => {}
    }
}

fn failure(kind: ConfigErrorKind, place: Place) -> Box<ConfigError> {
    Box::new(ConfigError {
        kind,
        path: String::new(),
        place,
    })
}

/// The parser's message without the position, which the diagnostic shows itself.
fn words_of(error: &granit_parser::ScanError) -> String {
    let text = error.to_string();
    match text.split_once(" at char ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// A list or map that has not ended yet.
struct Open {
    content: Content,
    anchor: usize,
    place: Place,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<(String, Place)>,
        merged: Vec<Node>,
        keys: BTreeSet<String>,
    },
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    node_count: usize,
    root: Option<Node>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<ConfigError>> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let place = self.place(&span);
                let is_plain = match &tag {
                    Some(tag) => style == ScalarStyle::Plain && tag.suffix() != "str",
                    None => style == ScalarStyle::Plain,
                };
                let kind = match is_plain.then(|| resolve(&value)).flatten() {
                    Some(kind) => kind,
                    None => Kind::String(self.scalar(&value, style, &span)),
                };
                self.node(Node::new(kind, place), anchor, 1)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(Content::List(Vec::new()), anchor, &span)
            }
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Map {
                    entries: Vec::new(),
                    key: None,
                    merged: Vec::new(),
                    keys: BTreeSet::new(),
                };
                self.start(content, anchor, &span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&span),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    let detail = "an alias stands within what it names".to_owned();
                    return Err(failure(
                        ConfigErrorKind::InvalidYaml { detail },
                        self.place(&span),
                    ));
                };
                self.node(node, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn place(&self, span: &Span) -> Place {
        let bytes = span.byte_range().unwrap_or(0..0);
        Place {
            span: bytes,
            line: span.start.line(),
            column: span.start.col() + 1,
        }
    }

    fn scalar(&self, value: &str, style: ScalarStyle, span: &Span) -> Scalar {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            _ => Style::Bare,
        };
        let map = match (span.byte_range(), span.slice(self.text)) {
            (Some(range), Some(raw)) => align(value, raw, range.start, style),
            _ => SourceMap::unknown(),
        };
        Scalar {
            text: value.to_owned(),
            map,
        }
    }

    fn count(&mut self, size: usize, place: &Place) -> Result<(), Box<ConfigError>> {
        self.node_count = self.node_count.saturating_add(size);
        if self.node_count > limits::NODES_MAX {
            let kind = ConfigErrorKind::TooLarge {
                what: "values, aliases included",
                limit: limits::NODES_MAX,
            };
            return Err(failure(kind, place.clone()));
        }
        Ok(())
    }

    fn start(
        &mut self,
        content: Content,
        anchor: usize,
        span: &Span,
    ) -> Result<(), Box<ConfigError>> {
        let place = self.place(span);
        if self.open.len() >= limits::NESTING_MAX {
            let kind = ConfigErrorKind::TooLarge {
                what: "nested lists and maps",
                limit: limits::NESTING_MAX,
            };
            return Err(failure(kind, place));
        }
        self.count(1, &place)?;
        self.open.push(Open {
            content,
            anchor,
            place,
        });
        Ok(())
    }

    fn end(&mut self, span: &Span) -> Result<(), Box<ConfigError>> {
        let Some(Open {
            content,
            anchor,
            mut place,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        place.span = first_line(self.text, place.span.start, span.end.byte_offset());
        let kind = match content {
            Content::List(items) => Kind::List(items),
            Content::Map {
                mut entries,
                merged,
                ..
            } => {
                merged
                    .into_iter()
                    .for_each(|node| merge(&mut entries, node));
                Kind::Map(entries)
            }
        };
        // Its parts were counted as they came.
        self.node(Node::new(kind, place), anchor, 0)
    }

    /// Puts a finished node where it belongs; `size` are the nodes to count for it.
    fn node(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Box<ConfigError>> {
        self.count(size, &node.place)?;
        if anchor > 0 {
            let size = size_of(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Map {
                entries,
                key,
                merged,
                keys,
            } => match key.take() {
                None => *key = Some(key_of(&node)?),
                Some((name, _)) if name == MERGE_KEY => merged.push(node),
                Some((name, place)) => {
                    if !keys.insert(name.clone()) {
                        return Err(failure(ConfigErrorKind::RepeatedKey { key: name }, place));
                    }
                    entries.push(Entry {
                        key: name,
                        place,
                        node,
                    });
                }
            },
        }
        Ok(())
    }
}

/// The first line of a list or map, to point at: a block's end is where the next thing begins.
fn first_line(text: &str, start: usize, end: Option<usize>) -> Range<usize> {
    let part = text.get(start..end.unwrap_or(start).max(start));
    let line = part.unwrap_or_default().lines().next().unwrap_or_default();
    start..start + line.trim_end().len()
}

/// Its value is a map, or maps, whose entries the surrounding map takes over unless it has them itself.
const MERGE_KEY: &str = "<<";

fn merge(entries: &mut Vec<Entry>, node: Node) {
    match node.kind {
        Kind::Map(more) => {
            for entry in more {
                if !entries.iter().any(|have| have.key == entry.key) {
                    entries.push(entry);
                }
            }
        }
        Kind::List(items) => items.into_iter().for_each(|item| merge(entries, item)),
        _ => {}
    }
}

/// Nodes of a tree, itself included.
fn size_of(node: &Node) -> usize {
    match &node.kind {
        Kind::List(items) => 1 + items.iter().map(size_of).sum::<usize>(),
        Kind::Map(entries) => {
            1 + entries
                .iter()
                .map(|entry| size_of(&entry.node))
                .sum::<usize>()
        }
        _ => 1,
    }
}

fn key_of(node: &Node) -> Result<(String, Place), Box<ConfigError>> {
    let name = match &node.kind {
        Kind::String(scalar) => scalar.text.clone(),
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::Float(value) => value.to_string(),
        Kind::List(_) | Kind::Map(_) => {
            let kind = ConfigErrorKind::WrongType {
                expected: "a string as key",
                found: node.describe(),
            };
            return Err(failure(kind, node.place.clone()));
        }
    };
    Ok((name, node.place.clone()))
}

/// What a plain scalar is if it is not a string.
fn resolve(text: &str) -> Option<Kind> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Kind::Null),
        "true" | "True" | "TRUE" => return Some(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Kind::Bool(false)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Some(Kind::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Some(Kind::Float(f64::NEG_INFINITY)),
        ".nan" | ".NaN" | ".NAN" => return Some(Kind::Float(f64::NAN)),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    if text.starts_with("._") {
        return None;
    }
    let digits = text.replace('_', "");
    if let Some(int) = int(&digits) {
        return Some(Kind::Int(int));
    }
    let float = digits.parse().ok().filter(|float: &f64| float.is_finite());
    float.filter(|_| is_float(&digits)).map(Kind::Float)
}

/// An int in base 10, or with one of the prefixes `0x`, `0o`, `0b` and `0`.
fn int(text: &str) -> Option<i64> {
    let (is_negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &magnitude[2..]),
        [b'0', b'o' | b'O', ..] => (8, &magnitude[2..]),
        [b'0', b'b' | b'B', ..] => (2, &magnitude[2..]),
        [b'0', _, ..] => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    if !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if is_negative { -value } else { value }).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa =
        all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    is_mantissa && is_exponent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        read(text).expect("valid YAML").kind
    }

    #[test]
    fn plain_scalars_resolve_as_in_the_collector() {
        assert_eq!(
            kind("yes"),
            Kind::String(Scalar {
                text: "yes".into(),
                map: align("yes", "yes", 0, Style::Bare)
            })
        );
        assert_eq!(kind("True"), Kind::Bool(true));
        assert_eq!(kind("0x1f"), Kind::Int(31));
        assert_eq!(kind("017"), Kind::Int(15));
        assert_eq!(kind("-1_000"), Kind::Int(-1000));
        assert_eq!(kind("1.5e3"), Kind::Float(1500.0));
        assert_eq!(kind("1."), Kind::Float(1.0));
        assert_eq!(kind("~"), Kind::Null);
        assert_eq!(kind(""), Kind::Null);
        assert!(matches!(kind("'1'"), Kind::String(_)));
        assert!(matches!(kind("!!str 1"), Kind::String(_)));
        assert!(matches!(kind("1.2.3"), Kind::String(_)));
        assert!(matches!(kind("-"), Kind::List(_)));
    }

    #[test]
    fn merge_keys_and_aliases() {
        let node = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  x: 3\n").expect("valid YAML");
        let merged = &node.get("use").expect("the key").node;
        assert_eq!(
            merged.get("x").map(|entry| &entry.node.kind),
            Some(&Kind::Int(3))
        );
        assert_eq!(
            merged.get("y").map(|entry| &entry.node.kind),
            Some(&Kind::Int(2))
        );
    }

    #[test]
    fn repeated_keys_are_refused_at_the_second() {
        let error = read("a: 1\na: 2\n").expect_err("a repeated key");
        assert_eq!(
            (error.kind.code(), error.place.line, error.place.column),
            ("E251", 2, 1)
        );
    }

    #[test]
    fn errors_are_placed() {
        let error = read("a: [1\n").expect_err("an open bracket");
        assert_eq!((error.kind.code(), error.place.line), ("E250", 1));
    }

    #[test]
    fn limits_hold_just_under_and_just_over() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(limits::NESTING_MAX)).is_ok());
        assert!(read(&nested(limits::NESTING_MAX + 1)).is_err());
        let long = |count: usize| format!("[{}]", "a,".repeat(count));
        assert!(read(&long(limits::NODES_MAX - 1)).is_ok());
        assert_eq!(
            read(&long(limits::NODES_MAX))
                .expect_err("too many")
                .kind
                .code(),
            "E252"
        );
    }

    #[test]
    fn nested_aliases_do_not_grow_without_end() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let before = format!("*a{},", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert_eq!(read(&text).expect_err("too many").kind.code(), "E252");
    }
}
