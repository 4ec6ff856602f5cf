//! The extended dialect's other names for paths, rewritten in the tree before anything is looked up:
//! `metric.attributes` are the attributes of the metric's data points, so statements with it run on those.

use super::visit;
use crate::config::Signal;
use ottl_grammar::ast::{self, ValueKind};

/// Rewrites a statement's paths.
pub(super) fn statement(statement: &mut ast::Statement, signal: Signal) {
    if signal == Signal::Metrics {
        visit::statement(statement, &mut path);
    }
}

/// Rewrites a condition's paths.
pub(super) fn condition(condition: &mut ast::Condition, signal: Signal) {
    if signal == Signal::Metrics {
        visit::condition(condition, &mut path);
    }
}

fn path(value: &mut ast::Value, locals: &[String]) {
    if let ValueKind::Path(path) = &mut value.kind
        && let [first, second, ..] = path.segments.as_mut_slice()
        && first.name.text == "metric"
        && first.keys.is_empty()
        && second.name.text == "attributes"
        && !locals.contains(&first.name.text)
    {
        first.name.text = "datapoint".to_owned();
    }
}
