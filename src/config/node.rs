//! A configuration as a tree, each node with its place: the one form that YAML and JSON are decoded from.

use std::collections::BTreeMap;

use super::place::{Place, SourceMap};

/// One value of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Where it stands.
    pub place: Place,
    /// What a `${…}` gave, as written, if that is not the string in `kind`: fields that hold strings take
    /// this (`${PORT}` as `8080`), others the parsed value.
    pub written: Option<Scalar>,
}

/// The kinds of [`Node`].
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`, `~`, nothing.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`: only from YAML. Numbers of JSON are floats, as they are to the reference.
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `text`
    String(Scalar),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{a: 1}`, in the order written.
    Map(Vec<Entry>),
}

/// A string and where each of its bytes comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scalar {
    /// The string.
    pub text: String,
    /// From its bytes to those of the file.
    pub map: SourceMap,
}

/// A key of a map and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A node of this kind at this place.
    pub fn new(kind: Kind, place: Place) -> Node {
        Node {
            kind,
            place,
            written: None,
        }
    }

    /// The tree of a JSON value, without places.
    pub fn from_json(value: &serde_json::Value) -> Node {
        let kind = match value {
            serde_json::Value::Null => Kind::Null,
            serde_json::Value::Bool(bool) => Kind::Bool(*bool),
            serde_json::Value::Number(number) => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Kind::String(Scalar {
                text: text.clone(),
                map: SourceMap::unknown(),
            }),
            serde_json::Value::Array(items) => {
                Kind::List(items.iter().map(Node::from_json).collect())
            }
            serde_json::Value::Object(fields) => Kind::Map(
                fields
                    .iter()
                    .map(|(key, value)| Entry {
                        key: key.clone(),
                        place: Place::unknown(),
                        node: Node::from_json(value),
                    })
                    .collect(),
            ),
        };
        Node::new(kind, Place::unknown())
    }

    /// The entry of a map with this key; `None` if there is none or this is no map.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// What it is, for messages: `a list`.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "empty",
            Kind::Bool(_) => "a bool",
            Kind::Int(_) => "an int",
            Kind::Float(_) => "a number",
            Kind::String(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// Forgets what `${…}` gave as written, here and below.
    pub(crate) fn forget_written(&mut self) {
        self.written = None;
        match &mut self.kind {
            Kind::List(items) => items.iter_mut().for_each(Node::forget_written),
            Kind::Map(entries) => entries
                .iter_mut()
                .for_each(|entry| entry.node.forget_written()),
            _ => {}
        }
    }

    /// Makes every number what it is in JSON, here and below.
    pub(crate) fn ints_to_floats(&mut self) {
        match &mut self.kind {
            Kind::Int(value) => self.kind = Kind::Float(*value as f64),
            Kind::List(items) => items.iter_mut().for_each(Node::ints_to_floats),
            Kind::Map(entries) => entries
                .iter_mut()
                .for_each(|entry| entry.node.ints_to_floats()),
            _ => {}
        }
    }

    /// Writes keys with `::` out as the nested maps that they stand for, as the collector does: `a::b: 1` is
    /// `a: {b: 1}`. Maps within lists keep their keys.
    pub(crate) fn nest_keys(self) -> Node {
        let Kind::Map(entries) = self.kind else {
            return self;
        };
        let mut nested: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut index: BTreeMap<String, usize> = BTreeMap::new();
        for entry in entries {
            let Entry { key, place, node } = entry;
            let (first, node) = match key.split_once(KEY_DELIMITER) {
                Some((first, rest)) => {
                    let inner = Entry {
                        key: rest.to_owned(),
                        place: place.clone(),
                        node,
                    };
                    (
                        first.to_owned(),
                        Node::new(Kind::Map(vec![inner]), place.clone()),
                    )
                }
                None => (key, node),
            };
            match index.get(&first) {
                Some(&at) => nested[at].node.merge(node),
                None => {
                    index.insert(first.clone(), nested.len());
                    nested.push(Entry {
                        key: first,
                        place,
                        node,
                    });
                }
            }
        }
        for entry in &mut nested {
            let node = std::mem::replace(&mut entry.node, Node::new(Kind::Null, Place::unknown()));
            entry.node = node.nest_keys();
        }
        Node {
            kind: Kind::Map(nested),
            ..self
        }
    }

    /// Adds a map's entries to this one's; anything else replaces what was here.
    fn merge(&mut self, other: Node) {
        match (&mut self.kind, other) {
            (
                Kind::Map(entries),
                Node {
                    kind: Kind::Map(more),
                    ..
                },
            ) => {
                for entry in more {
                    match entries.iter_mut().find(|have| have.key == entry.key) {
                        Some(have) => have.node.merge(entry.node),
                        None => entries.push(entry),
                    }
                }
            }
            (_, other) => *self = other,
        }
    }
}

/// What the collector splits keys at.
const KEY_DELIMITER: &str = "::";
