//! What statements and conditions certainly do to each other.

use super::{CONSTANT, GONE, Look, SHARED, range};
use crate::compile::fold;
use crate::compile::mention::{self, Mentioned};
use crate::compile::paths::written;
use crate::compile::resolved::{
    Action, Argument, Call, Comparator, Condition, Expr, Key, Path, Statement, Test,
};
use crate::compile::walk::Role;
use crate::report::Diagnostic;
use ottl_grammar::ast;
use ottl_vm::function::{Literal, Shortcut};
use ottl_vm::path::{Access, Context, Level, table};

/// Warnings, each with the number of the text that it is about.
pub(in crate::compile) type Numbered = Vec<(usize, Diagnostic)>;

/// What is to be warned of among the statements of a group, which run one after the other on each record.
pub(in crate::compile) fn statements(
    context: Context,
    shares: bool,
    group: &[(&ast::Statement, &Statement)],
) -> Numbered {
    let mut found = Vec::new();
    for (number, (tree, statement)) in group.iter().enumerate() {
        let Some(removal) = Removal::of(statement) else {
            continue;
        };
        let (before, after) = (&group[..number], &group[number + 1..]);
        if statement.condition == Test::Literal(true) {
            let reads = after.iter().enumerate();
            // Whoever sets something again may mean it to be there.
            let reads = reads.take_while(|(_, (_, later))| !removal.is_undone(later));
            for (ahead, (later_tree, later)) in reads {
                if let Some(path) = removal.read(later) {
                    let warning = gone(path, later_tree, &statement.text);
                    let at = number + 1 + ahead;
                    let is_same = |told: &Diagnostic| told.message == warning.message;
                    // What removed it first is told.
                    if !found
                        .iter()
                        .any(|(other, told)| *other == at && is_same(told))
                    {
                        found.push((at, warning));
                    }
                }
            }
        }
        if !shares || !is_shared(removal.target, context) {
            continue;
        }
        let mut reads = before.iter();
        if let Some((path, reader)) =
            reads.find_map(|(_, earlier)| Some((removal.read(earlier)?, &earlier.text)))
            && !group.iter().any(|(_, other)| removal.is_undone(other))
        {
            let warning = gone_for_others(path, removal.target, context, tree, reader);
            found.push((number, warning));
        }
    }
    found
}

/// Something that a statement reads is not there any more.
fn gone(path: &Path, tree: &ast::Statement, remover: &str) -> Diagnostic {
    let message = format!("`{}` is removed before it is read", path.text);
    Diagnostic::warning(GONE, message)
        .at(place(path, tree), "")
        .note(format!("it is nil here, after `{remover}`"))
}

/// Something that a statement before this one reads is there only for the first record.
fn gone_for_others(
    path: &Path,
    target: &Path,
    context: Context,
    tree: &ast::Statement,
    reader: &str,
) -> Diagnostic {
    let (text, record, outer) = (&path.text, context.name(), owner(target));
    let message = format!("after the first {record} of a {outer}, `{text}` is gone for the others");
    Diagnostic::warning(SHARED, message)
        .at(range(tree.editor.span), "")
        .note(format!(
            "they share the {outer}, and `{reader}` runs on each"
        ))
        .help(format!(
            "remove it in a group of its own that runs later, with `context: {outer}`"
        ))
}

/// Where a statement has a path.
fn place(path: &Path, tree: &ast::Statement) -> std::ops::Range<usize> {
    let mut found = tree.editor.span;
    let mut is_found = false;
    mention::of_statement(tree, &mut |mentioned| {
        if let Mentioned::Path(one) = mentioned
            && !is_found
            && written(one) == path.text
        {
            (found, is_found) = (one.span, true);
        }
    });
    range(found)
}

/// A statement that takes attributes away for certain, if it runs.
struct Removal<'s> {
    target: &'s Path,
    keys: Keys<'s>,
}

enum Keys<'s> {
    Only(&'s [u8]),
    AllBut(Vec<&'s [u8]>),
}

impl<'s> Removal<'s> {
    fn of(statement: &'s Statement) -> Option<Removal<'s>> {
        let Action::Edit(call) = &statement.action else {
            return None;
        };
        let Some(Argument::Path(target)) = call.arguments.first() else {
            return None;
        };
        let is_map = matches!(target.spec.access, Access::Attributes { .. });
        if !is_map || !target.keys.is_empty() || target.spec.level == Level::Cache {
            return None;
        }
        let keys = removed(call)?;
        Some(Removal { target, keys })
    }

    fn removes(&self, key: &[u8]) -> bool {
        match &self.keys {
            Keys::Only(only) => *only == key,
            Keys::AllBut(kept) => !kept.contains(&key),
        }
    }

    /// A path to what is removed, if a statement reads it.
    fn read<'t>(&self, statement: &'t Statement) -> Option<&'t Path> {
        let mut found = None;
        statement.visit(&mut |path, role| {
            let is_it = role == Role::Read
                && self.is_of_target(path)
                && matches!(path.keys.first(), Some(Key::String(key)) if self.removes(key));
            found = found.or(is_it.then_some(path));
        });
        found
    }

    /// Whether a statement may put something there again.
    fn is_undone(&self, statement: &Statement) -> bool {
        if Removal::of(statement).is_some() {
            return false;
        }
        let mut may_be = false;
        statement.visit(&mut |path, role| {
            let is_other =
                matches!(path.keys.first(), Some(Key::String(key)) if !self.removes(key));
            may_be |= role == Role::Target && self.is_of_target(path) && !is_other;
        });
        may_be
    }

    fn is_of_target(&self, path: &Path) -> bool {
        std::ptr::eq(path.spec, self.target.spec)
    }
}

/// The keys that a call removes, if they are known.
fn removed(call: &Call) -> Option<Keys<'_>> {
    match call.function.shortcut? {
        Shortcut::WithoutKey(at) => text(call.arguments.get(at)?).map(Keys::Only),
        Shortcut::KeepsKeys(at) => {
            let Some(Argument::List(items)) = call.arguments.get(at) else {
                return None;
            };
            let kept = items.iter().map(text).collect::<Option<_>>()?;
            Some(Keys::AllBut(kept))
        }
        _ => None,
    }
}

/// The text that an argument is, if it is known.
pub(super) fn text(argument: &Argument) -> Option<&[u8]> {
    match argument {
        Argument::Expr(Expr::Literal(Literal::String(text)))
        | Argument::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

impl Look<'_, '_> {
    /// A `set` of what records share to what each has for itself.
    pub(super) fn shared(&mut self, tree: &ast::Statement, statement: &Statement) {
        let Action::Set { target, value } = &statement.action else {
            return;
        };
        let context = self.resolver.scope.context;
        if !self.resolver.scope.shares || !is_shared(target, context) {
            return;
        }
        let mut is_first_kept = false;
        statement
            .condition
            .visit(&mut |path, _| is_first_kept |= path == target);
        let mut inner = None;
        value.visit(&mut |path, _| {
            inner = inner.or(is_inner(path, target).then_some(path));
        });
        let Some(inner) = inner.filter(|_| !is_first_kept) else {
            return;
        };
        let (text, record, outer) = (&target.text, owner(inner), owner(target));
        let message = format!("`{text}` is set for each {record} of a {outer}: the last one wins");
        let note = format!(
            "`{}` is that of one {record}, and they share the {outer}",
            inner.text
        );
        let mut help = format!("set an attribute of the {record}");
        if matches!(target.spec.access, Access::Attributes { .. }) && !target.keys.is_empty() {
            help += &format!(", or let the first one win with `where {text} == nil`");
        }
        let found = self.tell(SHARED, tree.editor.span, message);
        found.notes.push(note);
        found.help.push(help);
    }
}

/// The message that a path is of, for people.
fn owner(path: &Path) -> &'static str {
    owner_of(path.spec.level)
}

fn owner_of(level: Level) -> &'static str {
    match level {
        Level::ResourceContainer | Level::Resource => "resource",
        Level::ScopeContainer | Level::Scope => "scope",
        Level::Span => "span",
        Level::Metric | Level::MetricData => "metric",
        Level::DataPoint => "datapoint",
        Level::SpanEvent => "spanevent",
        Level::Log => "log",
        Level::Exemplar => "exemplar",
        Level::Profile => "profile",
        Level::Dictionary | Level::Cache => "record",
    }
}

/// Whether a path is of a message that may hold several of a context's records.
fn is_shared(path: &Path, context: Context) -> bool {
    let is_of_collector = || {
        let mut specs = table::COLLECTOR.iter();
        specs.any(|spec| std::ptr::eq(spec, path.spec))
    };
    is_within(context.level(), path.spec.level) && !is_of_collector()
}

/// Whether a path is of a message within that of another path.
fn is_inner(path: &Path, outer: &Path) -> bool {
    let is_record = !matches!(path.spec.level, Level::Dictionary | Level::Cache);
    is_record && is_within(path.spec.level, outer.spec.level)
}

fn is_within(inner: Level, outer: Level) -> bool {
    outer < inner && owner_of(outer) != owner_of(inner)
}

/// What is to be warned of in a list of conditions of which one suffices; `consequence` is what follows if that is always so.
pub(in crate::compile) fn conditions(
    consequence: &str,
    list: &[(&ast::Condition, &Condition)],
) -> Numbered {
    let mut found = Vec::new();
    for (number, (tree, condition)) in list.iter().enumerate() {
        let mut before = list[..number].iter();
        if let Some((_, other)) =
            before.find(|(_, other)| always_joined(&other.test, &condition.test) == Some(true))
        {
            let message = "of these conditions one is always true".to_owned();
            let warning = Diagnostic::warning(CONSTANT, message)
                .at(range(tree.span), "")
                .note(format!("if this is false, `{}` is true", other.text))
                .note(format!("one suffices, so {consequence}"))
                .help("join them with `and`");
            found.push((number, warning));
            break;
        }
    }
    found
}

/// Two tests of which `or` is always true, or `and` always false: of one value, that it is not this or not that, or that it is
/// this and that.
pub(super) fn always_joined(one: &Test, other: &Test) -> Option<bool> {
    let (one, other) = (compared(one)?, compared(other)?);
    let is_same = one.path == other.path && one.operator == other.operator;
    let differ = !fold::compare(Comparator::Equal, one.literal, other.literal);
    (is_same && differ).then_some(one.operator == Comparator::NotEqual)
}

/// A value that is compared with a literal.
struct Compared<'t> {
    path: &'t Path,
    operator: Comparator,
    literal: &'t Literal,
}

/// The comparison that a test is, if it is of something that can be read for certain.
fn compared(test: &Test) -> Option<Compared<'_>> {
    let Test::Comparison {
        operator: operator @ (Comparator::Equal | Comparator::NotEqual),
        left,
        right,
    } = test
    else {
        return None;
    };
    let (path, literal) = match (left, right) {
        (Expr::Path(path), Expr::Literal(literal)) | (Expr::Literal(literal), Expr::Path(path)) => {
            (path, literal)
        }
        _ => return None,
    };
    let is_certain = match path.spec.access {
        Access::Attributes { .. } => matches!(path.keys[..], [Key::String(_)]),
        Access::Field { .. } | Access::Nested { .. } => path.keys.is_empty(),
        Access::Special(_) => false,
    };
    is_certain.then_some(Compared {
        path,
        operator: *operator,
        literal,
    })
}
