//! The extended dialect's other names for paths, rewritten in the tree before anything is looked up:
//! `metric.attributes` are the attributes of the metric's data points, so statements with it run on those.

use crate::config::Signal;
use ottl_grammar::ast::{self, ArgumentValue, ConditionKind, LambdaBody, Math, ValueKind};

/// Rewrites a statement's paths.
pub(super) fn statement(statement: &mut ast::Statement, signal: Signal) {
    if signal != Signal::Metrics {
        return;
    }
    call(&mut statement.editor);
    if let Some(condition) = &mut statement.condition {
        self::condition(condition, signal);
    }
}

/// Rewrites a condition's paths.
pub(super) fn condition(condition: &mut ast::Condition, signal: Signal) {
    if signal == Signal::Metrics {
        test(condition);
    }
}

fn test(condition: &mut ast::Condition) {
    match &mut condition.kind {
        ConditionKind::Or(tests) | ConditionKind::And(tests) => tests.iter_mut().for_each(test),
        ConditionKind::Not(inner) | ConditionKind::Group(inner) => test(inner),
        ConditionKind::Comparison { left, right, .. } => {
            value(left);
            value(right);
        }
        ConditionKind::Call(inner) => call(inner),
        ConditionKind::Bool(_) => {}
    }
}

fn call(call: &mut ast::Call) {
    for argument in &mut call.arguments {
        if let ArgumentValue::Value(inner) = &mut argument.value {
            value(inner);
        }
    }
    keys(&mut call.keys);
}

fn value(value: &mut ast::Value) {
    match &mut value.kind {
        ValueKind::Path(inner) => path(inner),
        ValueKind::Call(inner) => call(inner),
        ValueKind::Map(items) => items
            .iter_mut()
            .for_each(|item| self::value(&mut item.value)),
        ValueKind::List(items) => items.iter_mut().for_each(self::value),
        ValueKind::Lambda(lambda) => match &mut lambda.body {
            LambdaBody::Value(inner) => self::value(inner),
            LambdaBody::Condition(inner) => test(inner),
        },
        ValueKind::Math(math) => match &mut **math {
            Math::Binary { left, right, .. } => {
                self::value(left);
                self::value(right);
            }
            Math::Unary { operand, .. } => self::value(operand),
            Math::Group(inner) => self::value(inner),
        },
        _ => {}
    }
}

fn keys(keys: &mut [ast::Key]) {
    for key in keys {
        if let ast::KeyKind::Expression(inner) = &mut key.kind {
            value(inner);
        }
    }
}

fn path(path: &mut ast::Path) {
    if let [first, second, ..] = path.segments.as_mut_slice()
        && first.name.text == "metric"
        && first.keys.is_empty()
        && second.name.text == "attributes"
    {
        first.name.text = "datapoint".to_owned();
    }
    path.segments
        .iter_mut()
        .for_each(|segment| keys(&mut segment.keys));
}
