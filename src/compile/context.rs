//! Which context a group runs on, and how its paths find theirs.
//!
//! In the dialect of the reference this is [`infer`](super::infer). The extended dialect also takes paths
//! without a context where none is given: the group then runs on the outermost record that has all of them.

use super::infer::{InferenceError, Library, infer};
use super::mention::{self, Mentioned};
use super::paths::{PathRule, context_of_name, has_path};
use super::registry::{FunctionScope, Registry};
use super::resolve::symbols;
use crate::config::{ContextName, ProcessorKind, Signal};
use ottl_grammar::ast;

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
        let is_function = |name: &str| !self.registry.elsewhere(name, self.is_extended).is_empty();
        let is_symbol = |context: &ContextName, name: &str| {
            let symbols = context_of_name(*context).map_or(&[][..], symbols);
            symbols.iter().any(|(symbol, _)| *symbol == name)
        };
        // What exists nowhere decides nothing: the resolver tells it, with what else is wrong. The reference takes the name of
        // a function that looks like a symbol's for one.
        let has_function = |context, name: &str| {
            self.registry.find(name, scope(context)).is_some() || !is_function(name)
        };
        let has_enum = |context: ContextName, name: &str| {
            let is_known = || ContextName::ALL.iter().any(|one| is_symbol(one, name));
            let is_taken = || !self.is_extended && is_function(name);
            is_symbol(&context, name) || !(is_known() || is_taken())
        };
        let has_path = |context, name: &str| {
            context_of_name(context)
                .is_some_and(|context| has_path(context, name, self.is_extended))
        };
        let library = Library {
            kind: self.kind,
            signal: self.signal,
            has_function: &has_function,
            has_enum: &has_enum,
            is_function: &is_function,
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
}

impl<'t> Mentions<'t> {
    fn of(statements: &[&'t ast::Statement], conditions: &[&'t ast::Condition]) -> Mentions<'t> {
        let mut mentions = Mentions::default();
        let mut add = |mentioned| mentions.add(mentioned);
        for statement in statements {
            mention::of_statement(statement, &mut add);
        }
        for condition in conditions {
            mention::of_condition(condition, &mut add);
        }
        mentions
    }

    fn add(&mut self, mentioned: Mentioned<'t>) {
        match mentioned {
            Mentioned::Path(path) => {
                let names = path.segments.iter();
                self.paths
                    .push(names.map(|segment| segment.name.text.as_str()).collect());
            }
            Mentioned::Called(name) | Mentioned::Passed(name) => self.functions.push(&name.text),
            Mentioned::Symbol(name) => self.enums.push(&name.text),
        }
    }
}
