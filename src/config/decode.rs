//! Takes a [`Node`] tree apart as the reference does: no conversions between types, keys exactly as named, a
//! null is what the key defaults to, and a string where a list of strings is expected is split at commas.
//!
//! Invariant: everything wrong is recorded, not only the first; after an error decoding goes on with the default.

use super::context::{ContextName, ErrorMode, ProcessorKind, Signal};
use super::error::{ConfigError, ConfigErrorKind};
use super::node::{Entry, Kind, Node, Scalar};
use super::place::{Place, SourceMap, Text};
use crate::report::nearest;

/// Collects what is wrong while values are taken.
#[derive(Default)]
pub(crate) struct Decoder {
    pub(crate) errors: Vec<ConfigError>,
}

/// A value and where it stands in the configuration.
#[derive(Clone)]
pub(crate) struct Field<'n> {
    pub(crate) node: &'n Node,
    pub(crate) path: String,
}

/// The entries of a map, all of known keys.
pub(crate) struct Fields<'n> {
    entries: &'n [Entry],
    path: String,
}

impl<'n> Fields<'n> {
    /// The value of a key, if the map has it.
    pub(crate) fn get(&self, key: &str) -> Option<Field<'n>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(Field {
            node: &entry.node,
            path: join(&self.path, key),
        })
    }
}

/// `path.key`
fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

impl Decoder {
    pub(crate) fn error(&mut self, kind: ConfigErrorKind, path: &str, place: &Place) {
        self.errors.push(ConfigError {
            kind,
            path: path.to_owned(),
            place: place.clone(),
        });
    }

    pub(crate) fn wrong_type(&mut self, field: &Field<'_>, expected: &'static str) {
        let kind = ConfigErrorKind::WrongType {
            expected,
            found: field.node.describe(),
        };
        self.error(kind, &field.path, &field.node.place);
    }

    /// A map with none but the `known` keys; without entries if it is null or something else.
    pub(crate) fn map<'n>(
        &mut self,
        field: &Field<'n>,
        known: &'static [&'static str],
    ) -> Fields<'n> {
        let entries: &'n [Entry] = match &field.node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            _ => {
                self.wrong_type(field, "a map");
                &[]
            }
        };
        for entry in entries
            .iter()
            .filter(|entry| !known.contains(&entry.key.as_str()))
        {
            let kind = ConfigErrorKind::UnknownKey {
                nearest: nearest(&entry.key, known.iter().copied()).map(str::to_owned),
                key: entry.key.clone(),
                known,
            };
            self.error(kind, &field.path, &entry.place);
        }
        Fields {
            entries,
            path: field.path.clone(),
        }
    }

    /// The items of a list; `None` if it is absent or null.
    pub(crate) fn list<'n>(&mut self, field: Option<Field<'n>>) -> Option<Vec<Field<'n>>> {
        let field = field?;
        match &field.node.kind {
            Kind::Null => None,
            Kind::List(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, node)| Field {
                        node,
                        path: format!("{}[{index}]", field.path),
                    })
                    .collect(),
            ),
            _ => {
                self.wrong_type(&field, "a list");
                None
            }
        }
    }

    /// A bool; `false` if it is absent or null.
    pub(crate) fn bool(&mut self, field: Option<Field<'_>>) -> bool {
        let Some(field) = field else { return false };
        match field.node.kind {
            Kind::Bool(value) => value,
            Kind::Null => false,
            _ => {
                self.wrong_type(&field, "a bool");
                false
            }
        }
    }

    /// An int, or a number whose fraction is cut off; 0 if it is absent or null.
    pub(crate) fn int(&mut self, field: Option<Field<'_>>) -> i64 {
        let Some(field) = field else { return 0 };
        match field.node.kind {
            Kind::Int(value) => value,
            Kind::Float(value) => value as i64,
            Kind::Null => 0,
            _ => {
                self.wrong_type(&field, "an int");
                0
            }
        }
    }

    /// A string; `None` if it is absent or null.
    pub(crate) fn string(&mut self, field: Option<Field<'_>>) -> Option<Text> {
        let field = field?;
        match (&field.node.written, &field.node.kind) {
            (Some(scalar), _) | (None, Kind::String(scalar)) => Some(text_of(&field, scalar)),
            (None, Kind::Null) => None,
            _ => {
                self.wrong_type(&field, "a string");
                None
            }
        }
    }

    /// A list of strings; `None` if it is absent or null, an empty string for each null within.
    pub(crate) fn strings(&mut self, field: Option<Field<'_>>) -> Option<Vec<Text>> {
        let field = field?;
        match &field.node.kind {
            Kind::Null => None,
            Kind::String(scalar) => Some(split(&text_of(&field, scalar))),
            Kind::List(items) => {
                let fields = items.iter().enumerate().map(|(index, node)| Field {
                    node,
                    path: format!("{}[{index}]", field.path),
                });
                Some(
                    fields
                        .map(|item| {
                            self.string(Some(item.clone()))
                                .unwrap_or_else(|| empty(&item))
                        })
                        .collect(),
                )
            }
            _ => {
                self.wrong_type(&field, "a list of strings");
                None
            }
        }
    }

    /// An error mode; `None` if it is absent. A null is refused, as by the reference.
    pub(crate) fn error_mode(&mut self, field: Option<Field<'_>>) -> Option<ErrorMode> {
        let field = field?;
        let text = self.name(&field)?;
        let mode = ErrorMode::parse(&text);
        if mode.is_none() {
            let modes = ErrorMode::ALL.iter().map(|mode| mode.name());
            let nearest = nearest(text.trim(), modes).map(str::to_owned);
            let kind = ConfigErrorKind::UnknownErrorMode {
                mode: text,
                nearest,
            };
            self.error(kind, &field.path, &field.node.place);
        }
        mode
    }

    /// The context of a group; `None` if it is absent. A null is refused, as by the reference.
    pub(crate) fn context(
        &mut self,
        field: Option<Field<'_>>,
        kind: ProcessorKind,
        signal: Signal,
    ) -> Option<ContextName> {
        let field = field?;
        let text = self.name(&field)?;
        let lower = text.to_lowercase();
        let mut all = ContextName::of_processor(kind).iter().copied();
        let of_signal = ContextName::of_groups(kind, signal);
        let known: Vec<_> = of_signal.iter().map(|context| context.name()).collect();
        let error = match all.find(|context| context.name() == lower) {
            Some(context) if of_signal.contains(&context) => return Some(context),
            Some(context) => {
                let context = context.name();
                ConfigErrorKind::ContextOfOtherSignal { context, known }
            }
            None => {
                let nearest = nearest(text.trim(), known.iter().copied()).map(str::to_owned);
                ConfigErrorKind::UnknownContext {
                    context: text,
                    nearest,
                    known,
                }
            }
        };
        self.error(error, &field.path, &field.node.place);
        None
    }

    /// A string that names something, empty if it is null.
    fn name(&mut self, field: &Field<'_>) -> Option<String> {
        if field.node.kind == Kind::Null && field.node.written.is_none() {
            return Some(String::new());
        }
        self.string(Some(field.clone())).map(|text| text.text)
    }
}

fn text_of(field: &Field<'_>, scalar: &Scalar) -> Text {
    Text {
        text: scalar.text.clone(),
        place: field.node.place.clone(),
        map: scalar.map.clone(),
        path: field.path.clone(),
        is_split: false,
    }
}

fn empty(field: &Field<'_>) -> Text {
    text_of(
        field,
        &Scalar {
            text: String::new(),
            map: SourceMap::unknown(),
        },
    )
}

/// The pieces of a string between commas; none if it is empty.
fn split(text: &Text) -> Vec<Text> {
    if text.text.is_empty() {
        return Vec::new();
    }
    let mut start = 0;
    let mut pieces = Vec::new();
    for piece in text.text.split(',') {
        let range = start..start + piece.len();
        start = range.end + 1;
        pieces.push(Text {
            text: piece.to_owned(),
            place: text.place.clone(),
            map: text.map.slice(range),
            path: text.path.clone(),
            is_split: true,
        });
    }
    if let [only] = &mut pieces[..] {
        only.is_split = false;
    }
    pieces
}
