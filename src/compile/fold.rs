//! What is computed once, when a program is compiled. Only what the reference folds, too: anything else
//! that could be computed ahead is hoisted instead, so that its errors stay errors of a statement.

use super::resolved::Comparator;
use bumpalo::Bump;
use ottl_vm::compare::{self, compare as compare_values};
use ottl_vm::exec::constant;
use ottl_vm::function::Literal;

/// What comparing two literals yields.
pub(super) fn compare(operator: Comparator, left: &Literal, right: &Literal) -> bool {
    let arena = Bump::new();
    let (left, right) = (constant(left, &arena), constant(right, &arena));
    // Only lists of other types than a literal's can fail to be compared.
    compare_values(comparator(operator), &left, &right).unwrap_or(false)
}

fn comparator(operator: Comparator) -> compare::Comparator {
    match operator {
        Comparator::Equal => compare::Comparator::Equal,
        Comparator::NotEqual => compare::Comparator::NotEqual,
        Comparator::Less => compare::Comparator::Less,
        Comparator::LessOrEqual => compare::Comparator::LessEqual,
        Comparator::Greater => compare::Comparator::Greater,
        Comparator::GreaterOrEqual => compare::Comparator::GreaterEqual,
    }
}
