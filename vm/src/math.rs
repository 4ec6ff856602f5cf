//! Arithmetic: int, double, time and duration.
//!
//! Ints wrap, division of ints truncates, an int beside a double is made one, division by zero is an error
//! for both.

use crate::error::Error;
use crate::value::Value;
use bumpalo::Bump;

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

const DIVIDED_BY_ZERO: Error<'static> = Error::new("attempted to divide by 0");
const ONLY_SUMS: Error<'static> =
    Error::new("only addition and subtraction supported for time.Time and time.Duration");

/// `left op right`.
///
/// # Errors
/// For operands that are errors or of types that the operator does not take, and for division by zero.
#[inline]
pub fn calculate<'a>(
    op: Operator,
    left: Value<'a>,
    right: Value<'a>,
    arena: &'a Bump,
) -> Result<Value<'a>, Error<'a>> {
    match (left, op, right) {
        (Value::Time(l), Operator::Subtract, Value::Time(r)) => Ok(Value::Duration(l.sub(r))),
        (left, op, right) => calculate_any(op, left, right, arena),
    }
}

fn calculate_any<'a>(
    op: Operator,
    left: Value<'a>,
    right: Value<'a>,
    arena: &'a Bump,
) -> Result<Value<'a>, Error<'a>> {
    match (left.ok()?, right.ok()?) {
        (Value::Int(l), Value::Int(r)) => ints(op, l, r).map(Value::Int),
        (Value::Int(l), Value::Double(r)) => doubles(op, l as f64, r).map(Value::Double),
        (Value::Double(l), Value::Int(r)) => doubles(op, l, r as f64).map(Value::Double),
        (Value::Double(l), Value::Double(r)) => doubles(op, l, r).map(Value::Double),
        (left @ (Value::Time(_) | Value::Duration(_)), right) => times(op, left, right, arena),
        (Value::Int(_) | Value::Double(_), right) => Err(Error::format(
            arena,
            format_args!("{} must be int64 or float64", right.type_name()),
        )),
        (left, _) => Err(Error::format(
            arena,
            format_args!(
                "{} must be int64, float64, time.Time or time.Duration",
                left.type_name()
            ),
        )),
    }
}

/// `-value`.
///
/// # Errors
/// For anything but an int or a double.
pub fn negate<'a>(value: Value<'a>, arena: &'a Bump) -> Result<Value<'a>, Error<'a>> {
    match value.ok()? {
        Value::Int(v) => Ok(Value::Int(v.wrapping_neg())),
        Value::Double(v) => Ok(Value::Double(-v)),
        other => {
            let found = other.type_name();
            Err(Error::format(
                arena,
                format_args!("unsupported unary minus operation on type {found}"),
            ))
        }
    }
}

fn ints(op: Operator, left: i64, right: i64) -> Result<i64, Error<'static>> {
    Ok(match op {
        Operator::Add => left.wrapping_add(right),
        Operator::Subtract => left.wrapping_sub(right),
        Operator::Multiply => left.wrapping_mul(right),
        Operator::Divide if right == 0 => return Err(DIVIDED_BY_ZERO),
        Operator::Divide => left.wrapping_div(right),
    })
}

fn doubles(op: Operator, left: f64, right: f64) -> Result<f64, Error<'static>> {
    Ok(match op {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide if right == 0.0 => return Err(DIVIDED_BY_ZERO),
        Operator::Divide => left / right,
    })
}

fn times<'a>(
    op: Operator,
    left: Value<'a>,
    right: Value<'a>,
    arena: &'a Bump,
) -> Result<Value<'a>, Error<'a>> {
    Ok(match (left, op, right) {
        (Value::Time(l), Operator::Add, Value::Duration(r)) => Value::Time(l.add(r)),
        (Value::Time(l), Operator::Subtract, Value::Duration(r)) => {
            Value::Time(l.add(r.wrapping_neg()))
        }
        (Value::Duration(l), Operator::Add, Value::Duration(r)) => {
            Value::Duration(l.wrapping_add(r))
        }
        (Value::Duration(l), Operator::Add, Value::Time(r)) => Value::Time(r.add(l)),
        (Value::Duration(l), Operator::Subtract, Value::Duration(r)) => {
            Value::Duration(l.wrapping_sub(r))
        }
        (left, Operator::Add | Operator::Subtract, right) => {
            let (verb, preposition) = if op == Operator::Add {
                ("added", "to")
            } else {
                ("subtracted", "from")
            };
            let (left, right) = (left.type_name(), right.type_name());
            return Err(Error::format(
                arena,
                format_args!("{right} cannot be {verb} {preposition} {left}"),
            ));
        }
        _ => return Err(ONLY_SUMS),
    })
}
