//! The order of values, for `Sort`.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::text::json;
use ottl_vm::value::{Element, TypedList, Value};
use std::cmp::Ordering;

/// What the items of a list are compared as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ints,
    Doubles,
    Texts,
}

/// The items in order as a `[]any`, or `None` for those that have none, or nothing to sort.
pub(crate) fn sorted<'a>(
    arena: &'a Bump,
    items: impl Iterator<Item = Value<'a>>,
    direction: fn(Ordering) -> Ordering,
) -> Option<Value<'a>> {
    let mut items = Vec::from_iter_in(items, arena);
    match kind(&items)? {
        Kind::Ints => items.sort_by(|a, b| direction(compare_same(a, b))),
        Kind::Doubles => items.sort_by(|a, b| direction(compare_doubles(number(a), number(b)))),
        Kind::Texts => {
            let mut texts = Vec::with_capacity_in(items.len(), arena);
            texts.extend(items.iter().map(|item| (text(arena, item), *item)));
            texts.sort_by(|a, b| direction(a.0.cmp(b.0)));
            items.clear();
            items.extend(texts.iter().map(|(_, item)| *item));
        }
    }
    Some(Value::TypedList(arena.alloc(TypedList {
        element: Element::Any,
        items: items.into_bump_slice(),
    })))
}

fn kind(items: &[Value<'_>]) -> Option<Kind> {
    let mut has_text = false;
    let mut has_int = false;
    let mut has_double = false;
    for item in items {
        match item {
            Value::Int(_) => has_int = true,
            Value::Double(_) => has_double = true,
            Value::String(_) | Value::Bool(_) | Value::Nil => has_text = true,
            _ => return None,
        }
    }
    match (has_text, has_double, has_int) {
        (true, ..) => Some(Kind::Texts),
        (_, true, _) => Some(Kind::Doubles),
        (.., true) => Some(Kind::Ints),
        _ => None,
    }
}

/// The order of two values of the same scalar type; others are equal.
pub(crate) fn compare_same(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Double(a), Value::Double(b)) => compare_doubles(*a, *b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

/// `cmp.Compare`: NaN equals itself and is less than any number.
fn compare_doubles(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn number(value: &Value<'_>) -> f64 {
    match value {
        Value::Int(value) => *value as f64,
        Value::Double(value) => *value,
        _ => 0.0,
    }
}

/// The value as text, as `pcommon.Value.AsString` has it.
fn text<'a>(arena: &'a Bump, value: &Value<'a>) -> &'a [u8] {
    match value {
        Value::String(text) => text,
        other => {
            let mut out = std::vec::Vec::new();
            json::append_pdata_string(&mut out, other);
            arena.alloc_slice_copy(&out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_nan_first() {
        let mut numbers = [1.0, f64::NAN, -1.0, f64::NAN];
        numbers.sort_by(|a, b| compare_doubles(*a, *b));
        assert!(numbers[0].is_nan() && numbers[1].is_nan() && numbers[2..] == [-1.0, 1.0]);
    }
}
