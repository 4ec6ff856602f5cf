//! What statements read and write, and how far an expression depends on the record.
//!
//! Everything here errs on the safe side: two regions overlap unless they cannot, and an editor without a
//! path among its arguments writes everything.

use super::resolved::{
    Action, Argument, Call, Expr, GroupAction, Key, LambdaBody, Path, Statement, Test,
};
use super::walk::Role;
use ottl_vm::function::{Kind, Purity};
use ottl_vm::path::{Access, Context, FieldNumbers, Level};

/// A part of a message that a path reads or writes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Region {
    level: Level,
    part: Part,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// A singular field.
    Field(FieldNumbers),
    /// All attributes, or those with this key.
    Attributes(FieldNumbers, Option<Vec<u8>>),
    /// Unknown parts of the message and of the messages of these levels.
    Any(&'static [Level]),
}

impl Region {
    /// The part that a path reads or writes.
    pub(super) fn of(path: &Path) -> Region {
        let part = match path.spec.access {
            Access::Field { field, .. } | Access::Nested { field, .. } => Part::Field(field),
            Access::Attributes { field } => Part::Attributes(
                field,
                match path.keys.first() {
                    Some(Key::String(key)) => Some(key.clone()),
                    _ => None,
                },
            ),
            Access::Special(special) => Part::Any(special.also),
        };
        Region {
            level: path.spec.level,
            part,
        }
    }

    /// The levels of the messages that it may be in, the path's own first.
    pub(super) fn levels(&self) -> impl Iterator<Item = Level> + '_ {
        let also = match self.part {
            Part::Any(levels) => levels,
            _ => &[],
        };
        std::iter::once(self.level).chain(also.iter().copied())
    }

    /// Whether a write to one can be seen in the other.
    pub(super) fn overlaps(&self, other: &Region) -> bool {
        match (&self.part, &other.part) {
            (Part::Any(_), _) | (_, Part::Any(_)) => self
                .levels()
                .any(|level| other.levels().any(|one| one == level)),
            _ if self.level != other.level => false,
            (Part::Field(one), Part::Field(other)) => one == other,
            (Part::Attributes(one, Some(key)), Part::Attributes(other, Some(other_key))) => {
                one == other && key == other_key
            }
            (Part::Attributes(one, _), Part::Attributes(other, _)) => one == other,
            _ => false,
        }
    }

    /// Whether both are in one map, so that the order of writes is the order of its entries.
    pub(super) fn is_beside(&self, other: &Region) -> bool {
        self.level == other.level
            && matches!((&self.part, &other.part), (Part::Attributes(one, _), Part::Attributes(other, _)) if one == other)
    }

    /// Whether it is in a message above those of `own` levels but takes in messages of them, such as a
    /// span's events seen from one of them.
    fn surrounds(&self, own: &[Level]) -> bool {
        !own.contains(&self.level) && self.levels().any(|level| own.contains(&level))
    }
}

/// What a statement does to records.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// What its condition reads.
    pub(super) condition_reads: Vec<Region>,
    /// What its arguments read, its target aside.
    pub(super) reads: Vec<Region>,
    /// What it writes, and unless it is a `set` may read first.
    pub(super) writes: Vec<Region>,
    /// Whether it is a `set`.
    pub(super) is_set: bool,
    /// Whether it writes what cannot be told.
    pub(super) is_unbounded: bool,
}

impl Effects {
    pub(super) fn of(statement: &Statement) -> Effects {
        let mut effects = Effects {
            is_set: matches!(statement.action, Action::Set { .. }),
            ..Effects::default()
        };
        let Effects {
            condition_reads,
            reads,
            writes,
            ..
        } = &mut effects;
        statement.condition.visit(&mut |path, role| match role {
            Role::Read => condition_reads.push(Region::of(path)),
            Role::Target => writes.push(Region::of(path)),
        });
        statement.action.visit(&mut |path, role| match role {
            Role::Read => reads.push(Region::of(path)),
            Role::Target => writes.push(Region::of(path)),
        });
        effects.is_unbounded = effects.writes.is_empty();
        effects
    }

    /// Everything that it reads.
    pub(super) fn all_reads(&self) -> impl Iterator<Item = &Region> + Clone {
        self.condition_reads.iter().chain(&self.reads)
    }
}

/// What a test reads.
pub(super) fn reads_of(test: &Test) -> Vec<Region> {
    let mut reads = Vec::new();
    test.visit(&mut |path, _| reads.push(Region::of(path)));
    reads
}

/// Whether evaluating this can never be an error.
pub(super) fn is_infallible(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(_) | Expr::Local(_) => true,
        Expr::Path(path) => match path.spec.access {
            Access::Field { .. } | Access::Nested { .. } => path.keys.is_empty(),
            Access::Attributes { .. } => matches!(path.keys.as_slice(), [] | [Key::String(_)]),
            Access::Special(_) => false,
        },
        _ => false,
    }
}

/// Whether deciding this can never be an error.
pub(super) fn is_infallible_test(test: &Test) -> bool {
    match test {
        Test::Literal(_) => true,
        Test::And(tests) | Test::Or(tests) => tests.iter().all(is_infallible_test),
        Test::Not(test) => is_infallible_test(test),
        Test::Comparison { left, right, .. } => is_infallible(left) && is_infallible(right),
        Test::Truth(_) => false,
    }
}

/// How often an expression has to be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rate {
    /// It is the same always.
    Once,
    /// Once per resource.
    Resource,
    /// Once per scope.
    Scope,
    /// Once per record.
    Record,
}

/// Which levels stay as they are while a group's statements run over records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stable {
    pub(super) resource: bool,
    pub(super) scope: bool,
    /// How many lambdas are around the expression in question: their parameters differ from call to call.
    pub(super) lambdas: usize,
}

impl Stable {
    /// Whether a context has resources, and scopes, above its own messages.
    pub(super) fn above(context: Context) -> Stable {
        Stable {
            resource: context != Context::Resource,
            scope: !matches!(context, Context::Resource | Context::Scope),
            lambdas: 0,
        }
    }

    fn rate_of_level(self, level: Level) -> Rate {
        match level {
            Level::Resource | Level::ResourceContainer if self.resource => Rate::Resource,
            Level::Scope | Level::ScopeContainer if self.scope => Rate::Scope,
            _ => Rate::Record,
        }
    }

    /// How often this has to be evaluated.
    pub(super) fn rate(self, expr: &Expr) -> Rate {
        match expr {
            Expr::Literal(_) => Rate::Once,
            Expr::Path(path) => self.rate_of_path(path),
            Expr::Local(local) if local.lambda < self.lambdas => Rate::Record,
            Expr::Local(_) => Rate::Once,
            Expr::Call(call) => self.rate_of_call(call),
            Expr::Index(value, keys) => self.rate(value).max(self.rate_of_keys(keys)),
            Expr::List(items) => highest(items.iter().map(|item| self.rate(item))),
            Expr::Map(entries) => highest(entries.iter().map(|(_, value)| self.rate(value))),
            Expr::Math(_, left, right) => self.rate(left).max(self.rate(right)),
            Expr::Negate(value) => self.rate(value),
        }
    }

    /// How often this has to be decided.
    pub(super) fn rate_of_test(self, test: &Test) -> Rate {
        match test {
            Test::Literal(_) => Rate::Once,
            Test::And(tests) | Test::Or(tests) => {
                highest(tests.iter().map(|test| self.rate_of_test(test)))
            }
            Test::Not(test) => self.rate_of_test(test),
            Test::Comparison { left, right, .. } => self.rate(left).max(self.rate(right)),
            Test::Truth(value) => self.rate(value),
        }
    }

    fn rate_of_path(self, path: &Path) -> Rate {
        let levels = Region::of(path);
        highest(levels.levels().map(|level| self.rate_of_level(level)))
            .max(self.rate_of_keys(&path.keys))
    }

    fn rate_of_keys(self, keys: &[Key]) -> Rate {
        highest(keys.iter().map(|key| match key {
            Key::Expression(value) => self.rate(value),
            _ => Rate::Once,
        }))
    }

    fn rate_of_call(self, call: &Call) -> Rate {
        if call.function.kind == Kind::Editor || call.function.purity != Purity::Pure {
            return Rate::Record;
        }
        highest(
            call.arguments
                .iter()
                .map(|argument| self.rate_of_argument(argument)),
        )
    }

    fn rate_of_argument(self, argument: &Argument) -> Rate {
        match argument {
            Argument::Expr(value) => self.rate(value),
            Argument::List(items) => highest(items.iter().map(|item| self.rate_of_argument(item))),
            Argument::Lambda(lambda) => match &lambda.body {
                LambdaBody::Value(value) => self.rate(value),
                LambdaBody::Test(test) => self.rate_of_test(test),
            },
            Argument::Function(function) if function.purity != Purity::Pure => Rate::Record,
            Argument::Path(_) => Rate::Record,
            Argument::Absent | Argument::Literal(_) | Argument::Function(_) => Rate::Once,
        }
    }
}

fn highest(rates: impl Iterator<Item = Rate>) -> Rate {
    rates.max().unwrap_or(Rate::Once)
}

/// The levels of the messages that only one record of a context can see, its own among them.
pub(super) fn own_levels(context: Context) -> &'static [Level] {
    match context {
        Context::Resource => &[Level::Resource, Level::ResourceContainer],
        Context::Scope => &[Level::Scope, Level::ScopeContainer],
        Context::Span => &[Level::Span, Level::SpanEvent],
        Context::SpanEvent => &[Level::SpanEvent],
        Context::Metric => &[
            Level::Metric,
            Level::MetricData,
            Level::DataPoint,
            Level::Exemplar,
        ],
        Context::DataPoint => &[Level::DataPoint, Level::Exemplar],
        Context::Exemplar => &[Level::Exemplar],
        Context::Log => &[Level::Log],
        Context::Profile => &[Level::Profile],
    }
}

/// Whether the order of effects between records can be seen: then one record has to be done before the next.
/// `effects` are those of the statements that run over records, `reads` what conditions of the group read.
pub(super) fn is_order_visible(
    context: Context,
    shared_cache: bool,
    effects: &[&Effects],
    reads: &[Region],
) -> bool {
    let own = own_levels(context);
    let is_own = |level: Level| own.contains(&level) || (level == Level::Cache && !shared_cache);
    let writes = effects.iter().flat_map(|effects| &effects.writes);
    let all_reads = || {
        effects
            .iter()
            .flat_map(|effects| effects.all_reads())
            .chain(reads)
    };
    let writes_elsewhere = writes.clone().any(|region| !region.levels().all(is_own));
    let is_unbounded = effects.iter().any(|effects| effects.is_unbounded);
    let sees_others =
        writes.clone().next().is_some() && all_reads().any(|region| region.surrounds(own));
    let shares_cache = shared_cache
        && writes
            .chain(all_reads())
            .any(|region| region.levels().any(|level| level == Level::Cache));
    writes_elsewhere || is_unbounded || sees_others || shares_cache
}

/// Whether a group only drops records.
pub(super) fn statements(action: &GroupAction) -> &[Statement] {
    match action {
        GroupAction::Run(statements) => statements,
        GroupAction::Drop => &[],
    }
}
