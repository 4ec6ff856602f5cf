//! Reads configuration files: a collector's, or the part of one that matters here.

use super::context::{ProcessorKind, Signal};
use super::error::{ConfigError, ConfigErrorKind, ConfigErrors};
use super::expand::{Lookup, expand};
use super::filter::FILTER_KEYS;
use super::node::{Entry, Kind, Node};
use super::place::Place;
use super::transform::TRANSFORM_KEYS;
use super::{Processor, limits, yaml};
use crate::report::nearest;

/// A transform or filter processor of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// `transform/foo`; the bare kind if the file does not name it.
    pub id: String,
    /// Its configuration.
    pub processor: Processor,
    /// Where its name stands.
    pub place: Place,
    /// The signals of the pipelines that it is part of; empty if the file does not tell.
    pub signals: Vec<Signal>,
}

/// Reads the transform and filter processors of a file, in the order written.
///
/// The file is one of: a collector's configuration (`processors:`, other components are not looked at), some
/// processors of one (`transform/foo: …`), what stands within one (`log_statements: …`), or a benchmark's
/// `{"processor": …, "signal": …, "config": …}`. In all but the last, `${NAME}` and `$$` are replaced as the
/// collector does; `lookup` gives the environment's variables.
///
/// # Errors
/// Everything that the collector would refuse about the configuration as such, and variables that are not set.
/// Whether statements are valid is not looked at.
pub fn read(text: &str, lookup: &Lookup<'_>) -> Result<Vec<Component>, ConfigErrors> {
    let root = yaml::read(text).or_else(|error| match serde_json::from_str(text) {
        Ok(value) => Ok(Node::from_json(&value)),
        Err(_) => Err(ConfigErrors(vec![*error])),
    })?;
    let mut errors = Vec::new();
    let components = match Form::of(&root) {
        Some(Form::Collector) => collector(&root, lookup, &mut errors),
        Some(Form::Processors) => processors(&root, lookup, &mut errors),
        Some(Form::Section(kind)) => {
            let component = component(kind.name(), kind, &root, &root.place, lookup, &mut errors);
            vec![component]
        }
        Some(Form::Benchmark(kind)) => benchmark(kind, &root, &mut errors),
        None => {
            errors.push(error(ConfigErrorKind::NoProcessor, "", &root.place));
            Vec::new()
        }
    };
    if errors.is_empty() {
        return Ok(components);
    }
    for error in errors.iter_mut().filter(|error| error.place.is_known()) {
        error.place = Place::of(error.place.span.clone(), text);
    }
    Err(ConfigErrors(errors))
}

/// What a file holds.
enum Form {
    Collector,
    Processors,
    Section(ProcessorKind),
    Benchmark(ProcessorKind),
}

impl Form {
    fn of(root: &Node) -> Option<Form> {
        let Kind::Map(entries) = &root.kind else {
            return None;
        };
        if root.get("processors").is_some() {
            return Some(Form::Collector);
        }
        if let (Some(kind), Some(_)) = (root.get("processor"), root.get("config")) {
            let Kind::String(kind) = &kind.node.kind else {
                return None;
            };
            return ProcessorKind::from_name(&kind.text).map(Form::Benchmark);
        }
        if entries.iter().any(|entry| kind_of_id(&entry.key).is_some()) {
            return Some(Form::Processors);
        }
        let votes = |keys: &[&str], is_hit: fn(&str, &[&str]) -> bool| {
            entries
                .iter()
                .filter(|entry| is_hit(first_key(&entry.key), keys))
                .count()
        };
        let exact = |key: &str, keys: &[&str]| keys.contains(&key);
        let close = |key: &str, keys: &[&str]| nearest(key, keys.iter().copied()).is_some();
        for is_hit in [exact as fn(&str, &[&str]) -> bool, close] {
            let (transform, filter) = (votes(TRANSFORM_KEYS, is_hit), votes(FILTER_KEYS, is_hit));
            if transform + filter > 0 {
                let kind = if filter > transform {
                    ProcessorKind::Filter
                } else {
                    ProcessorKind::Transform
                };
                return Some(Form::Section(kind));
            }
        }
        None
    }
}

/// The first key of `a::b`.
fn first_key(key: &str) -> &str {
    key.split("::").next().unwrap_or(key)
}

/// The kind of a component with this id, if it is one that is read here.
fn kind_of_id(id: &str) -> Option<ProcessorKind> {
    ProcessorKind::from_name(id.split('/').next().unwrap_or(id).trim())
}

/// `transform/ foo` names what `transform/foo` does.
fn normal_id(id: &str) -> String {
    match id.split_once('/') {
        Some((kind, name)) => format!("{}/{}", kind.trim(), name.trim()),
        None => id.trim().to_owned(),
    }
}

/// Why what follows the slash of an id cannot be a component's name.
fn invalid_name(id: &str) -> Option<&'static str> {
    let (_, name) = id.split_once('/')?;
    let is_invalid = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "$+<=>^`|~".contains(letter)
    };
    match name {
        "" => Some("a name must follow the `/`"),
        _ if name.len() > limits::NAME_BYTES_MAX => Some("the name is too long"),
        _ if name.contains(is_invalid) => {
            Some("a name has no spaces, control characters or symbols")
        }
        _ => None,
    }
}

fn error(kind: ConfigErrorKind, path: &str, place: &Place) -> ConfigError {
    ConfigError {
        kind,
        path: path.to_owned(),
        place: place.clone(),
    }
}

fn collector(root: &Node, lookup: &Lookup<'_>, errors: &mut Vec<ConfigError>) -> Vec<Component> {
    let Some(section) = root.get("processors") else {
        return Vec::new();
    };
    let mut components = processors(&section.node, lookup, errors);
    for component in &mut components {
        component.signals = signals_of(root, &component.id);
    }
    components
}

fn processors(
    section: &Node,
    lookup: &Lookup<'_>,
    errors: &mut Vec<ConfigError>,
) -> Vec<Component> {
    let Kind::Map(entries) = &section.kind else {
        let kind = match section.kind {
            Kind::Null => ConfigErrorKind::NoProcessor,
            _ => ConfigErrorKind::WrongType {
                expected: "a map of processors",
                found: section.describe(),
            },
        };
        errors.push(error(kind, "processors", &section.place));
        return Vec::new();
    };
    let mut components: Vec<Component> = Vec::new();
    for Entry { key, place, node } in entries {
        let Some(kind) = kind_of_id(key) else {
            continue;
        };
        let id = normal_id(key);
        if let Some(reason) = invalid_name(&id) {
            errors.push(error(
                ConfigErrorKind::InvalidId {
                    id: key.clone(),
                    reason,
                },
                "processors",
                place,
            ));
        }
        if components.iter().any(|component| component.id == id) {
            errors.push(error(
                ConfigErrorKind::RepeatedKey { key: id.clone() },
                "processors",
                place,
            ));
        }
        components.push(component(&id, kind, node, place, lookup, errors));
    }
    if components.is_empty() {
        errors.push(error(ConfigErrorKind::NoProcessor, "", &section.place));
    }
    components
}

fn component(
    id: &str,
    kind: ProcessorKind,
    section: &Node,
    place: &Place,
    lookup: &Lookup<'_>,
    errors: &mut Vec<ConfigError>,
) -> Component {
    let mut section = section.clone();
    let mut found = Vec::new();
    expand(&mut section, "", lookup, &mut found);
    // What could not be replaced would be told a second time, and wrongly, by what reads it.
    let processor = if found.is_empty() {
        Processor::decode(kind, section).unwrap_or_else(|ConfigErrors(more)| {
            found = more;
            Processor::empty(kind)
        })
    } else {
        Processor::empty(kind)
    };
    errors.extend(found.into_iter().map(|mut error| {
        error.path = if error.path.is_empty() {
            id.to_owned()
        } else {
            format!("{id}: {}", error.path)
        };
        error
    }));
    Component {
        id: id.to_owned(),
        processor,
        place: place.clone(),
        signals: Vec::new(),
    }
}

fn benchmark(kind: ProcessorKind, root: &Node, errors: &mut Vec<ConfigError>) -> Vec<Component> {
    let Some(config) = root.get("config") else {
        return Vec::new();
    };
    let signal = root.get("signal").and_then(|entry| match &entry.node.kind {
        Kind::String(name) => Signal::from_name(&name.text),
        _ => None,
    });
    let mut section = config.node.clone();
    section.ints_to_floats();
    match Processor::decode(kind, section) {
        Ok(processor) => vec![Component {
            id: kind.name().to_owned(),
            processor,
            place: config.place.clone(),
            signals: signal.into_iter().collect(),
        }],
        Err(ConfigErrors(more)) => {
            errors.extend(more);
            Vec::new()
        }
    }
}

/// The signals of the pipelines that name the component, in the order of [`Signal::ALL`].
fn signals_of(root: &Node, id: &str) -> Vec<Signal> {
    let pipelines = root
        .get("service")
        .and_then(|service| service.node.get("pipelines"));
    let Some(Kind::Map(pipelines)) = pipelines.map(|entry| &entry.node.kind) else {
        return Vec::new();
    };
    let uses = |pipeline: &Entry| match pipeline
        .node
        .get("processors")
        .map(|entry| &entry.node.kind)
    {
        Some(Kind::List(items)) => items.iter().any(|item| match &item.kind {
            Kind::String(name) => normal_id(&name.text) == id,
            _ => false,
        }),
        _ => false,
    };
    let signal = |pipeline: &Entry| {
        Signal::from_name(normal_id(&pipeline.key).split('/').next().unwrap_or(""))
    };
    let used: Vec<_> = pipelines
        .iter()
        .filter(|pipeline| uses(pipeline))
        .filter_map(signal)
        .collect();
    Signal::ALL
        .iter()
        .copied()
        .filter(|signal| used.contains(signal))
        .collect()
}
