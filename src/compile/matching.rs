//! The filter processor's oldest form, `include` and `exclude`, as OTTL: one condition for what it drops.
//!
//! `include` drops what it does not match, `exclude` what it matches. The text is what a user would write
//! instead, so programs, reports and disassemblies show it.

use crate::config::{
    Attribute, Filter, Include, Kind, Library, LogMatch, MetricMatch, Node, Signal, SpanMatch,
};
use ottl_vm::path::Context;

/// What a resource without a service name is called.
const NO_SERVICE: &str = "<nil-service-name>";

/// The conditions that `include` and `exclude` of a signal come to, outer contexts first.
pub(super) fn conditions(filter: &Filter, signal: Signal) -> Vec<(Context, String)> {
    let conditions = match signal {
        Signal::Traces => vec![(Context::Span, dropped(&filter.spans, span))],
        Signal::Logs => vec![(Context::Log, dropped(&filter.logs.include, log))],
        Signal::Metrics => vec![
            (
                Context::Resource,
                dropped(&filter.metrics.include, metric_resource),
            ),
            (Context::Metric, dropped(&filter.metrics.include, metric)),
        ],
        Signal::Profiles => Vec::new(),
    };
    conditions
        .into_iter()
        .filter_map(|(context, condition)| Some((context, condition?)))
        .collect()
}

/// The condition for what is dropped, of the condition for what matches; `None` if nothing can be.
fn dropped<Match>(
    include: &Include<Match>,
    matches: fn(&Match) -> Option<String>,
) -> Option<String> {
    let kept = include
        .include
        .as_ref()
        .and_then(matches)
        .map(|matched| format!("not ({matched})"));
    let excluded = include.exclude.as_ref().and_then(matches);
    joined(kept.into_iter().chain(excluded).collect(), " or ")
}

fn joined(parts: Vec<String>, by: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(by))
}

fn span(span: &SpanMatch) -> Option<String> {
    let is_pattern = span.match_type == "regexp";
    let service = format!(
        "String(Coalesce([resource.attributes[\"service.name\"], {}]))",
        quoted(NO_SERVICE)
    );
    let mut parts = Vec::new();
    parts.extend(one_of(&service, &span.services, is_pattern));
    parts.extend(one_of("span.name", &span.span_names, is_pattern));
    parts.extend(one_of(
        "span.kind.deprecated_string",
        &span.span_kinds,
        is_pattern,
    ));
    for Library { name, version } in &span.libraries {
        parts.extend(one_of("scope.name", std::slice::from_ref(name), is_pattern));
        parts.extend(one_of("scope.version", version.as_slice(), is_pattern));
    }
    parts.extend(attributes(
        "resource.attributes",
        &span.resources,
        is_pattern,
    ));
    parts.extend(attributes("span.attributes", &span.attributes, is_pattern));
    joined(parts, " and ")
}

fn log(log: &LogMatch) -> Option<String> {
    let is_pattern = log.match_type == "regexp";
    let mut parts = Vec::new();
    parts.extend(one_of("log.body.string", &log.bodies, is_pattern));
    parts.extend(one_of("log.severity_text", &log.severity_texts, is_pattern));
    if let Some(severity) = log.severity_number {
        let known = format!(
            "log.severity_number != 0 and log.severity_number >= {}",
            severity.min
        );
        parts.push(match severity.match_undefined {
            true => format!("(log.severity_number == 0 or {known})"),
            false => known,
        });
    }
    parts.extend(attributes(
        "resource.attributes",
        &log.resource_attributes,
        is_pattern,
    ));
    parts.extend(attributes(
        "log.attributes",
        &log.record_attributes,
        is_pattern,
    ));
    joined(parts, " and ")
}

fn metric(metric: &MetricMatch) -> Option<String> {
    if metric.match_type == "expr" {
        return None;
    }
    joined(
        one_of(
            "metric.name",
            &metric.metric_names,
            metric.match_type == "regexp",
        ),
        " and ",
    )
}

fn metric_resource(metric: &MetricMatch) -> Option<String> {
    let is_pattern = metric.match_type == "regexp";
    joined(
        attributes(
            "resource.attributes",
            &metric.resource_attributes,
            is_pattern,
        ),
        " and ",
    )
}

/// That a string is one of these, or matches one of these patterns: one part, or none if there are none.
fn one_of(value: &str, strings: &[String], is_pattern: bool) -> Vec<String> {
    let choices: Vec<_> = strings
        .iter()
        .map(|string| match is_pattern {
            true => format!("IsMatch({value}, {})", quoted(string)),
            false => format!("{value} == {}", quoted(string)),
        })
        .collect();
    match choices.as_slice() {
        [] | [_] => choices,
        _ => vec![format!("({})", choices.join(" or "))],
    }
}

/// That attributes exist, and have these values or match these patterns.
fn attributes(map: &str, attributes: &[Attribute], is_pattern: bool) -> Vec<String> {
    let mut parts = Vec::new();
    for Attribute { key, value } in attributes {
        let path = format!("{map}[{}]", quoted(key));
        match value.as_ref().map(|value| (&value.kind, is_pattern)) {
            // An attribute without a value is one, too.
            None | Some((Kind::Null, _)) => parts.push(format!(
                "({path} != nil or ContainsValue(Keys({map}), {}))",
                quoted(key)
            )),
            Some((Kind::String(pattern), true)) => {
                parts.push(format!(
                    "(IsString({path}) or IsBool({path}) or IsInt({path}) or IsDouble({path}))"
                ));
                parts.push(format!("IsMatch({path}, {})", quoted(&pattern.text)));
            }
            Some((kind, _)) => {
                // Comparisons take an int for a double of the same value; properties do not.
                parts.extend(type_check(kind).map(|check| format!("{check}({path})")));
                parts.extend(
                    value
                        .as_ref()
                        .map(|value| format!("{path} == {}", literal(value))),
                );
            }
        }
    }
    parts
}

fn type_check(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Int(_) => Some("IsInt"),
        Kind::Float(_) => Some("IsDouble"),
        _ => None,
    }
}

fn literal(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "nil".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::Float(value) => format!("{value:?}"),
        Kind::String(text) => quoted(&text.text),
        Kind::List(items) => format!(
            "[{}]",
            items.iter().map(literal).collect::<Vec<_>>().join(", ")
        ),
        Kind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|entry| format!("{}: {}", quoted(&entry.key), literal(&entry.node)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A string literal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
