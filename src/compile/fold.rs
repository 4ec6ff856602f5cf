//! What is computed once, when a program is compiled: comparisons of literals, which the reference folds, too, and
//! what is computed of literals alone. What of that would be an error, and what no literal says, is hoisted instead, so
//! that errors stay errors of a statement.

use super::resolved::{Argument, Call, Comparator, Expr, Operator};
use bumpalo::Bump;
use ottl_vm::compare::{self, compare as compare_values};
use ottl_vm::exec::{call_ahead, constant, literal};
use ottl_vm::function::{Literal, Purity};
use ottl_vm::instruction::CONSTANT;
use ottl_vm::{math, program};

/// What comparing two literals yields.
pub(super) fn compare(operator: Comparator, left: &Literal, right: &Literal) -> bool {
    let arena = Bump::new();
    let (left, right) = (constant(left, &arena), constant(right, &arena));
    // Only lists of other types than a literal's can fail to be compared.
    compare_values(comparator(operator), &left, &right).unwrap_or(false)
}

/// What an expression of literals alone yields, if that is no error and a literal can say it. Only for lowering: what is
/// told of arguments is told of them as they are written.
pub(super) fn value(expr: &Expr) -> Option<Literal> {
    let arena = Bump::new();
    let known = |expr| value(expr).map(|literal| constant(&literal, &arena));
    let result = match expr {
        Expr::Literal(literal) => return Some(literal.clone()),
        Expr::Call(call) => return call_of(call),
        Expr::Math(operator, left, right) => math::calculate(
            math_operator(*operator),
            known(left)?,
            known(right)?,
            &arena,
        ),
        Expr::Negate(value) => math::negate(known(value)?, &arena),
        _ => return None,
    };
    literal(&result.ok()?)
}

fn call_of(call: &Call) -> Option<Literal> {
    if call.function.purity != Purity::Pure || call.function.prepare.is_some() {
        return None;
    }
    let mut constants = Vec::new();
    let arguments = call.arguments.iter();
    let arguments = arguments.map(|given| argument(given, &mut constants));
    let arguments = arguments.collect::<Option<_>>()?;
    call_ahead(call.function, arguments, constants)
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
