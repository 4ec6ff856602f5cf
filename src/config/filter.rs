//! The filter processor's configuration: `*_conditions`, the older conditions by context, and the oldest
//! `include` and `exclude`.

use super::context::{ContextName, ErrorMode, ProcessorKind, Signal};
use super::decode::{Decoder, Field};
use super::error::ConfigErrorKind;
use super::matching::{Include, LogMatch, MetricMatch, RegexpCache, SpanMatch};
use super::node::{Kind, Node};
use super::place::{Place, Text};

/// What a `filter` section says. For each signal the first of these that says something counts:
/// its `…_conditions`, its conditions by context, its `include` and `exclude`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// `error_mode`, for the groups without one of their own.
    pub error_mode: ErrorMode,
    /// `trace_conditions`
    pub trace_conditions: Vec<ConditionGroup>,
    /// `metric_conditions`
    pub metric_conditions: Vec<ConditionGroup>,
    /// `log_conditions`
    pub log_conditions: Vec<ConditionGroup>,
    /// `profile_conditions`
    pub profile_conditions: Vec<ConditionGroup>,
    /// `traces`
    pub traces: TraceFilters,
    /// `metrics`
    pub metrics: MetricFilters,
    /// `logs`
    pub logs: LogFilters,
    /// `profiles`
    pub profiles: ProfileFilters,
    /// `spans`
    pub spans: Include<SpanMatch>,
}

/// Conditions that are checked together; a record for which one is true is dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConditionGroup {
    /// `context`; to be inferred for each condition from its paths if absent.
    pub context: Option<ContextName>,
    /// `conditions`
    pub conditions: Vec<Text>,
    /// `error_mode`; the processor's if absent.
    pub error_mode: Option<ErrorMode>,
    /// Where the group stands.
    pub place: Place,
}

/// `traces`. Lists are `None` if absent; empty ones drop nothing, but still drop resources and scopes left empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceFilters {
    /// `resource`
    pub resource: Option<Vec<Text>>,
    /// `span`
    pub span: Option<Vec<Text>>,
    /// `spanevent`
    pub spanevent: Option<Vec<Text>>,
}

/// `metrics`. Lists as in [`TraceFilters`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricFilters {
    /// `resource`
    pub resource: Option<Vec<Text>>,
    /// `metric`
    pub metric: Option<Vec<Text>>,
    /// `datapoint`
    pub datapoint: Option<Vec<Text>>,
    /// `include` and `exclude`
    pub include: Include<MetricMatch>,
    /// `regexp`, which has no effect here.
    pub regexp: Option<RegexpCache>,
}

/// `logs`. Lists as in [`TraceFilters`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogFilters {
    /// `resource`
    pub resource: Option<Vec<Text>>,
    /// `log_record`
    pub log_record: Option<Vec<Text>>,
    /// `include` and `exclude`
    pub include: Include<LogMatch>,
}

/// `profiles`. Lists as in [`TraceFilters`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileFilters {
    /// `resource`
    pub resource: Option<Vec<Text>>,
    /// `profile`
    pub profile: Option<Vec<Text>>,
}

/// The keys of a `filter` section.
pub const FILTER_KEYS: &[&str] = &[
    "error_mode",
    "trace_conditions",
    "metric_conditions",
    "log_conditions",
    "profile_conditions",
    "traces",
    "metrics",
    "logs",
    "profiles",
    "spans",
];

const GROUP_KEYS: &[&str] = &["context", "conditions", "error_mode"];

impl Filter {
    /// The condition groups of a signal, in the order they are checked.
    pub fn groups(&self, signal: Signal) -> &[ConditionGroup] {
        match signal {
            Signal::Traces => &self.trace_conditions,
            Signal::Metrics => &self.metric_conditions,
            Signal::Logs => &self.log_conditions,
            Signal::Profiles => &self.profile_conditions,
        }
    }

    /// The conditions by context of a signal, from the outermost context to the innermost.
    pub fn conditions_by_context(&self, signal: Signal) -> Vec<(ContextName, &[Text])> {
        let all = match signal {
            Signal::Traces => vec![
                (ContextName::Resource, &self.traces.resource),
                (ContextName::Span, &self.traces.span),
                (ContextName::SpanEvent, &self.traces.spanevent),
            ],
            Signal::Metrics => vec![
                (ContextName::Resource, &self.metrics.resource),
                (ContextName::Metric, &self.metrics.metric),
                (ContextName::DataPoint, &self.metrics.datapoint),
            ],
            Signal::Logs => vec![
                (ContextName::Resource, &self.logs.resource),
                (ContextName::Log, &self.logs.log_record),
            ],
            Signal::Profiles => vec![
                (ContextName::Resource, &self.profiles.resource),
                (ContextName::Profile, &self.profiles.profile),
            ],
        };
        all.into_iter()
            .filter_map(|(context, texts)| Some((context, texts.as_deref()?)))
            .collect()
    }

    /// Takes a section apart.
    pub(super) fn decode(decoder: &mut Decoder, section: &Node) -> Filter {
        let fields = decoder.map(
            &Field {
                node: section,
                path: String::new(),
            },
            FILTER_KEYS,
        );
        let error_mode = decoder
            .error_mode(fields.get("error_mode"))
            .unwrap_or_default();
        let mut groups_of = |key, signal| match fields.get(key) {
            Some(field) => groups(decoder, &field, signal),
            None => None,
        };
        let groups = [
            groups_of("trace_conditions", Signal::Traces),
            groups_of("metric_conditions", Signal::Metrics),
            groups_of("log_conditions", Signal::Logs),
            groups_of("profile_conditions", Signal::Profiles),
        ];
        let traces = fields
            .get("traces")
            .map(|field| traces(decoder, &field))
            .unwrap_or_default();
        let metrics = fields
            .get("metrics")
            .map(|field| metrics(decoder, &field))
            .unwrap_or_default();
        let logs = fields
            .get("logs")
            .map(|field| logs(decoder, &field))
            .unwrap_or_default();
        let profiles = fields
            .get("profiles")
            .map(|field| profiles(decoder, &field))
            .unwrap_or_default();
        let spans = fields
            .get("spans")
            .map(|field| spans(decoder, &field))
            .unwrap_or_default();
        let given = groups.each_ref().map(Option::is_some);
        let [
            trace_conditions,
            metric_conditions,
            log_conditions,
            profile_conditions,
        ] = groups.map(Option::unwrap_or_default);
        let filter = Filter {
            error_mode,
            trace_conditions,
            metric_conditions,
            log_conditions,
            profile_conditions,
            traces,
            metrics,
            logs,
            profiles,
            spans,
        };
        filter.check_combinations(decoder, section, given);
        filter
    }

    /// Refuses what the reference refuses to have side by side. `given` tells which `…_conditions` are there,
    /// in the order of [`Signal::ALL`].
    fn check_combinations(&self, decoder: &mut Decoder, section: &Node, given: [bool; 4]) {
        let spans = names("spans", &self.spans.given());
        let metrics = names("metrics", &self.metrics.include.given());
        let logs = names("logs", &self.logs.include.given());
        let by_context = |signal, key: &str| {
            let contexts = self.conditions_by_context(signal);
            let keys: Vec<_> = contexts
                .iter()
                .map(|(context, _)| key_of(*context))
                .collect();
            names(key, &keys)
        };
        let new_keys = [
            "trace_conditions",
            "metric_conditions",
            "log_conditions",
            "profile_conditions",
        ];
        // `spans` beside `trace_conditions` is accepted, and ignored.
        let includes = [spans, metrics, logs, Vec::new()];
        let new_excludes_include = [false, true, true, false];
        for (index, signal) in Signal::ALL.iter().copied().enumerate() {
            let old = by_context(signal, signal.name());
            let include = &includes[index];
            let mut conflict = |one: &str, other: &str| {
                let place = place_of(section, other);
                let kind = ConfigErrorKind::Conflict {
                    one: one.to_owned(),
                    other: other.to_owned(),
                };
                decoder.error(kind, "", &place);
            };
            if let (Some(one), Some(other)) = (old.first(), include.first()) {
                conflict(one, other);
            }
            let includes = if new_excludes_include[index] {
                &include[..]
            } else {
                &[]
            };
            if let (true, Some(other)) = (given[index], old.first().or(includes.first())) {
                conflict(new_keys[index], other);
            }
        }
    }
}

/// `prefix.key` for each key.
fn names(prefix: &str, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| format!("{prefix}.{key}")).collect()
}

/// The key of a context's conditions.
fn key_of(context: ContextName) -> &'static str {
    if context == ContextName::Log {
        "log_record"
    } else {
        context.name()
    }
}

/// Where the value at `a.b` stands.
fn place_of(section: &Node, path: &str) -> Place {
    let mut node = section;
    let mut place = section.place.clone();
    for key in path.split('.') {
        let Some(entry) = node.get(key) else { break };
        place = entry.place.clone();
        node = &entry.node;
    }
    place
}

/// A list of conditions or of groups, not of both; `None` if it is no list. Conditions make up one group.
fn groups(decoder: &mut Decoder, field: &Field<'_>, signal: Signal) -> Option<Vec<ConditionGroup>> {
    // See the transform processor's groups.
    let mut node = field.node.clone();
    node.forget_written();
    let Kind::List(items) = &node.kind else {
        decoder.wrong_type(field, "a list of conditions or of groups");
        return None;
    };
    let mut groups: Vec<ConditionGroup> = Vec::new();
    let mut bare: Vec<Text> = Vec::new();
    for (index, node) in items.iter().enumerate() {
        let item = Field {
            node,
            path: format!("{}[{index}]", field.path),
        };
        let is_mixed = match &item.node.kind {
            Kind::Null => {
                decoder.error(ConfigErrorKind::EmptyItem, &item.path, &item.node.place);
                false
            }
            Kind::String(_) if groups.is_empty() => {
                bare.extend(decoder.string(Some(item.clone())));
                false
            }
            Kind::String(_) => true,
            _ if bare.is_empty() => {
                groups.push(group(decoder, &item, signal));
                false
            }
            _ => true,
        };
        if is_mixed {
            decoder.error(
                ConfigErrorKind::MixedStyles { key: "conditions" },
                &item.path,
                &item.node.place,
            );
        }
    }
    if let Some(first) = bare.first() {
        groups.push(ConditionGroup {
            place: first.place.clone(),
            conditions: bare,
            ..ConditionGroup::default()
        });
    }
    Some(groups)
}

fn group(decoder: &mut Decoder, field: &Field<'_>, signal: Signal) -> ConditionGroup {
    let fields = decoder.map(field, GROUP_KEYS);
    let context = decoder.context(fields.get("context"), ProcessorKind::Filter, signal);
    ConditionGroup {
        context,
        conditions: decoder
            .strings(fields.get("conditions"))
            .unwrap_or_default(),
        error_mode: decoder.error_mode(fields.get("error_mode")),
        place: field.node.place.clone(),
    }
}

fn traces(decoder: &mut Decoder, field: &Field<'_>) -> TraceFilters {
    let fields = decoder.map(field, &["resource", "span", "spanevent"]);
    TraceFilters {
        resource: decoder.strings(fields.get("resource")),
        span: decoder.strings(fields.get("span")),
        spanevent: decoder.strings(fields.get("spanevent")),
    }
}

fn metrics(decoder: &mut Decoder, field: &Field<'_>) -> MetricFilters {
    let known = &[
        "include",
        "exclude",
        "regexp",
        "resource",
        "metric",
        "datapoint",
    ];
    let fields = decoder.map(field, known);
    MetricFilters {
        resource: decoder.strings(fields.get("resource")),
        metric: decoder.strings(fields.get("metric")),
        datapoint: decoder.strings(fields.get("datapoint")),
        include: Include::decode(decoder, &fields, MetricMatch::decode),
        regexp: RegexpCache::decode(decoder, fields.get("regexp")),
    }
}

fn logs(decoder: &mut Decoder, field: &Field<'_>) -> LogFilters {
    let fields = decoder.map(field, &["include", "exclude", "resource", "log_record"]);
    LogFilters {
        resource: decoder.strings(fields.get("resource")),
        log_record: decoder.strings(fields.get("log_record")),
        include: Include::decode(decoder, &fields, LogMatch::decode),
    }
}

fn profiles(decoder: &mut Decoder, field: &Field<'_>) -> ProfileFilters {
    let fields = decoder.map(field, &["resource", "profile"]);
    ProfileFilters {
        resource: decoder.strings(fields.get("resource")),
        profile: decoder.strings(fields.get("profile")),
    }
}

fn spans(decoder: &mut Decoder, field: &Field<'_>) -> Include<SpanMatch> {
    let fields = decoder.map(field, &["include", "exclude"]);
    Include::decode(decoder, &fields, SpanMatch::decode)
}
