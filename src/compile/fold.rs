//! What is computed once, when a program is compiled: comparisons of literals, which the reference folds, too, and
//! what is computed of literals alone. What of that would be an error, and what no literal says, is hoisted instead, so
//! that errors stay errors of a statement.

use super::resolved::{Argument, Call, Comparator, Expr, Operator};
use bumpalo::Bump;
use ottl_vm::compare::{self, compare as compare_values};
use ottl_vm::exec::{call_ahead, constant, literal};
use ottl_vm::function::{Contexts, Literal, Prepared, Purity};
use ottl_vm::instruction::CONSTANT;
use ottl_vm::text::time::Time;
use ottl_vm::{math, program};

/// What comparing two literals yields.
pub(super) fn compare(operator: Comparator, left: &Literal, right: &Literal) -> bool {
    let arena = Bump::new();
    let (left, right) = (constant(left, &arena), constant(right, &arena));
    // Only lists of other types than a literal's can fail to be compared.
    compare_values(comparator(operator), &left, &right).unwrap_or(false)
}

/// What an expression of literals alone yields, if that is no error and a literal can say it. Only for lowering, and for
/// what is warned of: what else is told of arguments is told of them as they are written.
pub(super) fn value(expr: &Expr) -> Option<Literal> {
    match expr {
        Expr::Literal(literal) => Some(literal.clone()),
        Expr::Call(call) if call.function.purity == Purity::Pure && call.prepared.is_none() => {
            let results = call_of(call, None, &[Time::from_unix_nano(0)])?;
            results.into_iter().next()?.ok()?
        }
        _ => calculated(expr)?.ok()?,
    }
}

/// Why an expression of literals alone always fails, if it does.
pub(super) fn failure(expr: &Expr, prepared: &mut [Option<Prepared>]) -> Option<String> {
    let Expr::Call(call) = expr else {
        return calculated(expr)?.err();
    };
    let function = call.function;
    // What is volatile looks at the clock, or else at the record. What has no parameters may look at where it runs.
    let is_of_arguments = match function.purity {
        Purity::Pure => true,
        Purity::Volatile => function.contexts == Contexts::Everywhere,
        Purity::Stateful | Purity::Idempotent => false,
    };
    if !is_of_arguments || function.parameters.is_empty() {
        return None;
    }
    let prepared = match call.prepared {
        Some(index) => Some(prepared.get_mut(index)?.take()?),
        None => None,
    };
    // A date without a year may be one in some years only.
    let times = [LEAP_DAY, LEAP_DAY + YEAR].map(Time::from_unix_nano);
    let results = call_of(call, prepared, &times)?;
    let errors = results.into_iter().map(Result::err);
    errors.collect::<Option<Vec<_>>>()?.pop()
}

/// 2024-02-29, in nanoseconds since 1970.
const LEAP_DAY: i64 = 1_709_164_800_000_000_000;
const YEAR: i64 = 366 * 24 * 3_600_000_000_000;

/// What a calculation with literals yields.
fn calculated(expr: &Expr) -> Option<Result<Option<Literal>, String>> {
    let arena = Bump::new();
    let known = |expr| value(expr).map(|literal| constant(&literal, &arena));
    let result = match expr {
        Expr::Math(operator, left, right) => math::calculate(
            math_operator(*operator),
            known(left)?,
            known(right)?,
            &arena,
        ),
        Expr::Negate(value) => math::negate(known(value)?, &arena),
        _ => return None,
    };
    Some(match result {
        Ok(result) => Ok(literal(&result)),
        Err(error) => Err(error.to_string()),
    })
}

/// What a call with literals yields at each of these times.
fn call_of(
    call: &Call,
    prepared: Option<Prepared>,
    times: &[Time],
) -> Option<Vec<Result<Option<Literal>, String>>> {
    let mut constants = Vec::new();
    let arguments = call.arguments.iter();
    let arguments = arguments.map(|given| argument(given, &mut constants));
    let site = program::CallSite {
        function: call.function,
        arguments: arguments.collect::<Option<_>>()?,
        prepared,
        scratch: 0,
        remembered_by: None,
        shortcut: None,
    };
    Some(call_ahead(site, constants, times))
}

fn argument(given: &Argument, constants: &mut Vec<Literal>) -> Option<program::Argument> {
    Some(match given {
        Argument::Absent => program::Argument::Absent,
        Argument::Literal(literal) => program::Argument::Literal(literal.clone()),
        Argument::Expr(expr) => {
            let number = u16::try_from(constants.len()).ok()?;
            constants.push(value(expr)?);
            program::Argument::Value(number | CONSTANT)
        }
        Argument::List(items) => {
            let items = items.iter().map(|item| argument(item, constants));
            program::Argument::List(items.collect::<Option<_>>()?)
        }
        Argument::Path(_) | Argument::Function(_) | Argument::Lambda(_) => return None,
    })
}

fn math_operator(operator: Operator) -> math::Operator {
    match operator {
        Operator::Add => math::Operator::Add,
        Operator::Subtract => math::Operator::Subtract,
        Operator::Multiply => math::Operator::Multiply,
        Operator::Divide => math::Operator::Divide,
    }
}

/// The executor's comparator.
pub(super) fn comparator(operator: Comparator) -> compare::Comparator {
    match operator {
        Comparator::Equal => compare::Comparator::Equal,
        Comparator::NotEqual => compare::Comparator::NotEqual,
        Comparator::Less => compare::Comparator::Less,
        Comparator::LessOrEqual => compare::Comparator::LessEqual,
        Comparator::Greater => compare::Comparator::Greater,
        Comparator::GreaterOrEqual => compare::Comparator::GreaterEqual,
    }
}
