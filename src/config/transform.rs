//! The transform processor's configuration.

use super::context::{ContextName, ErrorMode, ProcessorKind, Signal};
use super::decode::{Decoder, Field};
use super::error::ConfigErrorKind;
use super::node::{Kind, Node};
use super::place::{Place, Text};

/// What a `transform` section says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transform {
    /// `error_mode`, for the groups without one of their own.
    pub error_mode: ErrorMode,
    /// `trace_statements`
    pub trace_statements: Vec<Group>,
    /// `metric_statements`
    pub metric_statements: Vec<Group>,
    /// `log_statements`
    pub log_statements: Vec<Group>,
    /// `profile_statements`
    pub profile_statements: Vec<Group>,
    /// `flatten_data`: each log record gets a resource and scope of its own while statements run.
    pub flatten_data: bool,
    /// Where `flatten_data` stands.
    pub flatten_data_place: Place,
}

/// Statements that run together: all of them on one record before any on the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// `context`; to be inferred from the paths if absent.
    pub context: Option<ContextName>,
    /// `conditions`: the statements run if one of them is true, or if there is none.
    pub conditions: Vec<Text>,
    /// `statements`
    pub statements: Vec<Text>,
    /// `error_mode`; the processor's if absent.
    pub error_mode: Option<ErrorMode>,
    /// `shared_cache`: whether `cache` is shared with the processor's other groups of the same context.
    pub shared_cache: bool,
    /// Where the group stands.
    pub place: Place,
}

/// The keys of a `transform` section.
pub const TRANSFORM_KEYS: &[&str] = &[
    "error_mode",
    "trace_statements",
    "metric_statements",
    "log_statements",
    "profile_statements",
    "flatten_data",
];

const GROUP_KEYS: &[&str] = &[
    "context",
    "conditions",
    "statements",
    "error_mode",
    "shared_cache",
];

impl Transform {
    /// The groups of a signal, in the order they run.
    pub fn groups(&self, signal: Signal) -> &[Group] {
        match signal {
            Signal::Traces => &self.trace_statements,
            Signal::Metrics => &self.metric_statements,
            Signal::Logs => &self.log_statements,
            Signal::Profiles => &self.profile_statements,
        }
    }

    /// Takes a section apart.
    pub(super) fn decode(decoder: &mut Decoder, section: &Node) -> Transform {
        let fields = decoder.map(
            &Field {
                node: section,
                path: String::new(),
            },
            TRANSFORM_KEYS,
        );
        let mut groups = |key, signal| match fields.get(key) {
            Some(field) => groups(decoder, &field, signal),
            None => Vec::new(),
        };
        let trace_statements = groups("trace_statements", Signal::Traces);
        let metric_statements = groups("metric_statements", Signal::Metrics);
        let log_statements = groups("log_statements", Signal::Logs);
        let profile_statements = groups("profile_statements", Signal::Profiles);
        let flatten = fields.get("flatten_data");
        Transform {
            error_mode: decoder
                .error_mode(fields.get("error_mode"))
                .unwrap_or_default(),
            trace_statements,
            metric_statements,
            log_statements,
            profile_statements,
            flatten_data_place: flatten
                .as_ref()
                .map(|field| field.node.place.clone())
                .unwrap_or_default(),
            flatten_data: decoder.bool(flatten),
        }
    }
}

/// A list of statements, of groups, or of groups and then statements. Statements make up one group, the last.
fn groups(decoder: &mut Decoder, field: &Field<'_>, signal: Signal) -> Vec<Group> {
    // The reference looks at this list before it takes anything apart, so a variable's text as written is
    // lost: `${PORT}` is a number here.
    let mut node = field.node.clone();
    node.forget_written();
    let Kind::List(items) = &node.kind else {
        decoder.wrong_type(field, "a list of statements or of groups");
        return Vec::new();
    };
    let items: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(index, node)| Field {
            node,
            path: format!("{}[{index}]", field.path),
        })
        .collect();
    let mut groups = Vec::new();
    let mut bare: Vec<Text> = Vec::new();
    for item in &items {
        match &item.node.kind {
            Kind::Null => decoder.error(ConfigErrorKind::EmptyItem, &item.path, &item.node.place),
            Kind::String(_) => bare.extend(decoder.string(Some(item.clone()))),
            _ if !bare.is_empty() => decoder.error(
                ConfigErrorKind::MixedStyles { key: "statements" },
                &item.path,
                &item.node.place,
            ),
            _ => groups.push(group(decoder, item, signal)),
        }
    }
    if let Some(first) = bare.first() {
        groups.push(Group {
            place: first.place.clone(),
            statements: bare,
            ..Group::default()
        });
    }
    groups
}

fn group(decoder: &mut Decoder, field: &Field<'_>, signal: Signal) -> Group {
    let fields = decoder.map(field, GROUP_KEYS);
    let context = decoder.context(fields.get("context"), ProcessorKind::Transform, signal);
    Group {
        context,
        conditions: decoder
            .strings(fields.get("conditions"))
            .unwrap_or_default(),
        statements: decoder
            .strings(fields.get("statements"))
            .unwrap_or_default(),
        error_mode: decoder.error_mode(fields.get("error_mode")),
        shared_cache: decoder.bool(fields.get("shared_cache")),
        place: field.node.place.clone(),
    }
}
