//! Decides what of a group runs once per resource or scope, and how many records run together.
//!
//! A statement may run once per container if nobody can tell: running it again for each record would leave
//! the container as it is, no statement that runs over records sees the container before the first run or
//! changes what the statement sees, and it cannot fail.

use super::effects::{
    Effects, Rate, Region, Stable, is_infallible_test, is_order_visible, reads_of, statements,
};
use super::resolved::{Action, Argument, Call, Expr, Group, Key, Path, Statement};
use ottl_vm::exec::BLOCK;
use ottl_vm::function::{Literal, Purity};
use ottl_vm::path::{Access, Context, Level};

/// What runs where.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) context: Context,
    /// By statement: where it runs.
    pub(super) rates: Vec<Rate>,
    /// Which levels stay as they are while the others run.
    pub(super) stable: Stable,
    /// How many records run together.
    pub(super) lanes: usize,
    /// Whether metrics that statements make have to be visited before those of the next scope.
    pub(super) is_by_scope: bool,
}

/// Plans a group.
pub(super) fn plan(group: &Group) -> Plan {
    let statements = statements(&group.action);
    let effects: Vec<_> = statements.iter().map(Effects::of).collect();
    let above = Stable::above(group.context);
    let mut rates: Vec<_> = statements
        .iter()
        .zip(&effects)
        .map(|(statement, effects)| match group.conditions.is_empty() {
            true => container_rate(statement, effects, above).unwrap_or(Rate::Record),
            false => Rate::Record,
        })
        .collect();
    // Each statement that falls back to records can make others do so.
    while let Some(index) = (0..rates.len())
        .find(|&index| rates[index] != Rate::Record && is_noticed(index, &rates, &effects))
    {
        rates[index] = Rate::Record;
    }
    let per_record: Vec<_> = effects
        .iter()
        .zip(&rates)
        .filter(|(_, rate)| **rate == Rate::Record)
        .map(|(effects, _)| effects)
        .collect();
    let reads: Vec<_> = group
        .conditions
        .iter()
        .flat_map(|condition| reads_of(&condition.test))
        .collect();
    let lanes = if is_order_visible(group.context, group.shared_cache, &per_record, &reads) {
        1
    } else {
        BLOCK
    };
    let is_unbounded = per_record.iter().any(|effects| effects.is_unbounded);
    let writes = |levels: [Level; 2]| {
        is_unbounded
            || per_record
                .iter()
                .flat_map(|effects| &effects.writes)
                .any(|region| region.levels().any(|level| levels.contains(&level)))
    };
    let stable = Stable {
        resource: above.resource && !writes([Level::Resource, Level::ResourceContainer]),
        scope: above.scope && !writes([Level::Scope, Level::ScopeContainer]),
        lambdas: 0,
    };
    Plan {
        context: group.context,
        rates,
        stable,
        lanes,
        is_by_scope: is_unbounded && is_seen_across_scopes(group, &per_record, &reads),
    }
}

/// Whether records of one scope can see what statements do to those of another: by their resource or a shared cache.
fn is_seen_across_scopes(group: &Group, effects: &[&Effects], reads: &[Region]) -> bool {
    let writes = effects.iter().flat_map(|effects| &effects.writes);
    let is_of_resource = |level| matches!(level, Level::Resource | Level::ResourceContainer);
    let all_reads = effects.iter().flat_map(|effects| effects.all_reads());
    let mut all = writes.clone().chain(all_reads).chain(reads);
    writes
        .clone()
        .any(|region| region.levels().any(is_of_resource))
        || group.shared_cache
            && all.any(|region| region.levels().any(|level| level == Level::Cache))
}

/// Whether a statement could run once per container, as far as it alone is concerned.
fn container_rate(statement: &Statement, effects: &Effects, above: Stable) -> Option<Rate> {
    let reads = above.rate_of_test(&statement.condition);
    let (writes, reads) = match &statement.action {
        Action::Set { target, value } if is_safe_set(target, value) => (
            container_of(target.spec.level, above)?,
            reads.max(above.rate(value)),
        ),
        Action::Edit(call) if is_safe_edit(call) => {
            let target = targets(call).next()?;
            let arguments = call
                .arguments
                .iter()
                .filter(|argument| !matches!(argument, Argument::Path(_)));
            let rate = arguments
                .map(|argument| argument_rate(argument, above))
                .max()
                .unwrap_or(Rate::Once);
            (container_of(target.spec.level, above)?, reads.max(rate))
        }
        _ => return None,
    };
    let reads_own_target = effects
        .reads
        .iter()
        .any(|region| effects.writes.iter().any(|write| write.overlaps(region)));
    (is_infallible_test(&statement.condition) && reads <= writes && !reads_own_target)
        .then_some(writes)
}

fn container_of(level: Level, above: Stable) -> Option<Rate> {
    match level {
        Level::Resource | Level::ResourceContainer if above.resource => Some(Rate::Resource),
        Level::Scope | Level::ScopeContainer if above.scope => Some(Rate::Scope),
        _ => None,
    }
}

/// Whether setting this can never fail: an attribute to what attributes hold, a string field to a string.
fn is_safe_set(target: &Path, value: &Expr) -> bool {
    match target.spec.access {
        Access::Attributes { .. } => {
            matches!(target.keys.as_slice(), [Key::String(_)]) && is_storable(value)
        }
        Access::Field { form, .. } => {
            form == ottl_vm::path::form::Form::String
                && matches!(value, Expr::Literal(Literal::String(_)))
        }
        _ => false,
    }
}

/// Whether this can never fail and always is what an attribute can hold.
fn is_storable(value: &Expr) -> bool {
    use ottl_vm::path::form::Form;
    match value {
        Expr::Literal(literal) => !matches!(
            literal,
            Literal::List(_)
                | Literal::Map(_)
                | Literal::Duration(_)
                | Literal::Function(_)
                | Literal::Lambda
        ),
        Expr::Path(path) => match path.spec.access {
            Access::Attributes { .. } => matches!(path.keys.as_slice(), [Key::String(_)]),
            Access::Field { form, .. } => matches!(form, Form::String | Form::Uint32),
            _ => false,
        },
        _ => false,
    }
}

/// Whether an editor leaves what it has edited as it is, and can never fail: it edits all attributes of a
/// container, by literals alone.
fn is_safe_edit(call: &Call) -> bool {
    let are_literal = call.arguments.iter().all(|argument| match argument {
        Argument::Path(path) => {
            path.keys.is_empty() && matches!(path.spec.access, Access::Attributes { .. })
        }
        Argument::Expr(value) => value.literal().is_some(),
        Argument::List(items) => items
            .iter()
            .all(|item| matches!(item, Argument::Expr(Expr::Literal(_)))),
        Argument::Absent | Argument::Literal(_) => true,
        Argument::Function(_) | Argument::Lambda(_) => false,
    });
    call.function.purity == Purity::Idempotent && are_literal && targets(call).count() == 1
}

fn targets(call: &Call) -> impl Iterator<Item = &Path> {
    call.arguments.iter().filter_map(|argument| match argument {
        Argument::Path(path) => Some(path),
        _ => None,
    })
}

fn argument_rate(argument: &Argument, above: Stable) -> Rate {
    match argument {
        Argument::Expr(value) => above.rate(value),
        Argument::List(items) => items
            .iter()
            .map(|item| argument_rate(item, above))
            .max()
            .unwrap_or(Rate::Once),
        _ => Rate::Once,
    }
}

/// Whether some other statement would make it visible that this one runs once per container.
fn is_noticed(index: usize, rates: &[Rate], effects: &[Effects]) -> bool {
    let this = &effects[index];
    effects
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != index)
        .any(|(position, other)| {
            let writes_what_this_reads =
                other.is_unbounded || meets(other.writes.iter(), this.all_reads());
            if rates[position] != Rate::Record {
                // Both run once per container: again and again they would leave the same only if neither reads
                // what the other writes, and they do not undo one another.
                return writes_what_this_reads
                    || meets(this.writes.iter(), other.all_reads())
                    || undoes(this, other);
            }
            let sees_it_too_early =
                position < index && meets(this.writes.iter(), other.all_reads());
            let adds_to_its_map_first = position < index
                && this
                    .writes
                    .iter()
                    .any(|write| other.writes.iter().any(|before| before.is_beside(write)));
            writes_what_this_reads
                || adds_to_its_map_first
                || meets(other.writes.iter(), this.writes.iter())
                || sees_it_too_early
        })
}

/// Whether two statements may undo one another in turn: one value can be set again and again, but what is
/// removed and set again may change its place.
fn undoes(this: &Effects, other: &Effects) -> bool {
    let are_sets_of_one_value = this.is_set && other.is_set && this.writes == other.writes;
    meets(this.writes.iter(), other.writes.iter()) && !are_sets_of_one_value
}

fn meets<'r>(
    one: impl Iterator<Item = &'r Region>,
    other: impl Iterator<Item = &'r Region> + Clone,
) -> bool {
    let mut one = one;
    one.any(|region| other.clone().any(|write| write.overlaps(region)))
}
