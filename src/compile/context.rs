//! Which context a group runs on, and how its paths find theirs.
//!
//! In the dialect of the reference this is [`infer`](super::infer). The extended dialect also takes paths
//! without a context where none is given: the group then runs on the outermost record that has all of them.

use super::infer::{InferenceError, Library, infer};
use super::paths::{PathRule, context_of_name, has_path};
use super::registry::{FunctionScope, Registry};
use super::resolve::symbols;
use crate::config::{ContextName, ProcessorKind, Signal};
use crate::report::nearest;
use ottl_grammar::ast;
use ottl_vm::function::Kind;

/// What a group's context is looked for with.
#[derive(Clone, Copy)]
pub(super) struct Finder<'r> {
    pub(super) registry: &'r Registry,
    pub(super) kind: ProcessorKind,
    pub(super) signal: Signal,
    pub(super) is_extended: bool,
}

impl Finder<'_> {
    /// The context of a group without a `context`.
    pub(super) fn find(
        &self,
        statements: &[&ast::Statement],
        conditions: &[&ast::Condition],
    ) -> Result<(ContextName, PathRule), InferenceError> {
        let processor = self.kind.name();
        let scope = |context: ContextName| FunctionScope {
            processor,
            context: context.name(),
            extensions: self.is_extended,
        };
        let has_function = |context, name: &str| self.registry.find(name, scope(context)).is_some();
        let has_enum = |context, name: &str| {
            context_of_name(context)
                .is_some_and(|context| symbols(context).iter().any(|(symbol, _)| *symbol == name))
        };
        let has_path = |context, name: &str| {
            context_of_name(context)
                .is_some_and(|context| has_path(context, name, self.is_extended))
        };
        let meant_by = |context, name: &str| {
            if !self.registry.elsewhere(name, self.is_extended).is_empty() {
                return None;
            }
            let symbols = context_of_name(context).map_or(&[][..], symbols);
            let kind = match name.starts_with(|first: char| first.is_ascii_uppercase()) {
                true => Kind::Converter,
                false => Kind::Editor,
            };
            nearest(name, symbols.iter().map(|(symbol, _)| *symbol))
                .map(str::to_owned)
                .or_else(|| self.registry.nearest(name, kind, scope(context)))
        };
        let library = Library {
            kind: self.kind,
            signal: self.signal,
            has_function: &has_function,
            has_enum: &has_enum,
            meant_by: &meant_by,
            has_path: &has_path,
        };
        let mentions = Mentions::of(statements, conditions);
        if self.is_extended && mentions.paths.iter().any(|path| !begins_with_context(path)) {
            let candidates = candidates(self.signal).iter().copied();
            let contexts = ContextName::of_groups(self.kind, self.signal);
            let fits = |context: &ContextName| {
                contexts.contains(context)
                    && mentions
                        .paths
                        .iter()
                        .all(|path| is_reachable(*context, path, &has_path))
                    && mentions
                        .functions
                        .iter()
                        .all(|name| has_function(*context, name))
                    && mentions.enums.iter().all(|name| has_enum(*context, name))
            };
            if let Some(context) = candidates.into_iter().find(fits) {
                return Ok((context, PathRule::Assumed));
            }
        }
        infer(statements, conditions, &library).map(|context| (context, PathRule::Named))
    }
}

/// The contexts in which paths without one are looked for, in this order.
fn candidates(signal: Signal) -> &'static [ContextName] {
    use ContextName::{
        DataPoint, Exemplar, Log, Metric, Profile, Resource, Scope, Span, SpanEvent,
    };
    match signal {
        Signal::Traces => &[Span, SpanEvent, Scope, Resource],
        Signal::Metrics => &[Metric, DataPoint, Exemplar, Scope, Resource],
        Signal::Logs => &[Log, Scope, Resource],
        Signal::Profiles => &[Profile, Scope, Resource],
    }
}

/// Whether a path names a context that exists.
fn begins_with_context(path: &[&str]) -> bool {
    path.len() > 1 && ContextName::of_path(path[0]).is_some()
}

/// Whether a path exists where statements run on `context`, with or without a context of its own.
fn is_reachable(
    context: ContextName,
    path: &[&str],
    has_path: &dyn Fn(ContextName, &str) -> bool,
) -> bool {
    match path {
        [first, rest @ ..] if !rest.is_empty() && context.path_names().contains(first) => {
            ContextName::of_path(first).is_some_and(|named| has_path(named, &rest.join(".")))
        }
        _ => has_path(context, &path.join(".")),
    }
}

/// What the texts of a group mention.
#[derive(Default)]
struct Mentions<'t> {
    paths: Vec<Vec<&'t str>>,
    functions: Vec<&'t str>,
    enums: Vec<&'t str>,
    locals: Vec<&'t str>,
}

impl<'t> Mentions<'t> {
    fn of(statements: &[&'t ast::Statement], conditions: &[&'t ast::Condition]) -> Mentions<'t> {
        let mut mentions = Mentions::default();
        for statement in statements {
            mentions.call(&statement.editor);
            if let Some(condition) = &statement.condition {
                mentions.condition(condition);
            }
        }
        conditions
            .iter()
            .for_each(|condition| mentions.condition(condition));
        mentions
    }

    fn call(&mut self, call: &'t ast::Call) {
        self.functions.push(&call.name.text);
        for argument in &call.arguments {
            match &argument.value {
                ast::ArgumentValue::Value(value) => self.value(value),
                ast::ArgumentValue::FunctionName(name) => self.functions.push(&name.text),
            }
        }
        self.keys(&call.keys);
    }

    fn keys(&mut self, keys: &'t [ast::Key]) {
        for key in keys {
            if let ast::KeyKind::Expression(value) = &key.kind {
                self.value(value);
            }
        }
    }

    fn condition(&mut self, condition: &'t ast::Condition) {
        match &condition.kind {
            ast::ConditionKind::Or(tests) | ast::ConditionKind::And(tests) => {
                tests.iter().for_each(|test| self.condition(test));
            }
            ast::ConditionKind::Not(test) | ast::ConditionKind::Group(test) => self.condition(test),
            ast::ConditionKind::Comparison { left, right, .. } => {
                self.value(left);
                self.value(right);
            }
            ast::ConditionKind::Call(call) => self.call(call),
            ast::ConditionKind::Bool(_) => {}
        }
    }

    fn value(&mut self, value: &'t ast::Value) {
        match &value.kind {
            ast::ValueKind::Enum(name) => self.enums.push(&name.text),
            ast::ValueKind::Path(path) => self.path(path),
            ast::ValueKind::Call(call) => self.call(call),
            ast::ValueKind::Map(items) => items.iter().for_each(|item| self.value(&item.value)),
            ast::ValueKind::List(items) => items.iter().for_each(|item| self.value(item)),
            ast::ValueKind::Math(math) => match &**math {
                ast::Math::Binary { left, right, .. } => {
                    self.value(left);
                    self.value(right);
                }
                ast::Math::Unary { operand, .. } | ast::Math::Group(operand) => self.value(operand),
            },
            ast::ValueKind::Lambda(lambda) => {
                let outer = self.locals.len();
                self.locals
                    .extend(lambda.parameters.iter().map(|name| name.text.as_str()));
                match &lambda.body {
                    ast::LambdaBody::Value(value) => self.value(value),
                    ast::LambdaBody::Condition(condition) => self.condition(condition),
                }
                self.locals.truncate(outer);
            }
            _ => {}
        }
    }

    fn path(&mut self, path: &'t ast::Path) {
        let names: Vec<_> = path
            .segments
            .iter()
            .map(|segment| segment.name.text.as_str())
            .collect();
        if names
            .first()
            .is_some_and(|first| !self.locals.contains(first))
        {
            self.paths.push(names);
        }
        path.segments
            .iter()
            .for_each(|segment| self.keys(&segment.keys));
    }
}
