//! Config → Parsed → Resolved: groups of statements and lists of conditions, with all that is wrong in them.

use super::context::Finder;
use super::error::{Problem, ProblemKind};
use super::infer::{InferenceError, TextIndex};
use super::paths::{PathRule, context_of_name};
use super::registry::FunctionScope;
use super::resolve::{Resolver, Scope};
use super::resolved::{Condition, Group, GroupAction, Resolved};
use super::{Dialect, Finding, Options, desugar, warn};
use crate::config::{self, ContextName, ErrorMode, ProcessorKind, Signal, Text};
use crate::report::Diagnostic;
use ottl_grammar::{ast, parse_condition, parse_statement};
use ottl_vm::path::Context;
use ottl_vm::program;

/// A text and its tree.
struct Parsed<'c, Tree> {
    text: &'c Text,
    tree: Tree,
}

/// What follows if one of a filter's conditions is always true.
const DROPS_ALL: &str = "every record is dropped";

/// Resolves a processor's groups for one signal, collecting what is wrong.
pub(super) struct Groups<'o> {
    pub(super) options: &'o Options<'o>,
    pub(super) kind: ProcessorKind,
    pub(super) signal: Signal,
    /// The processor's, for groups without one of their own.
    pub(super) error_mode: ErrorMode,
    pub(super) resolved: Resolved,
    pub(super) refusals: Vec<Finding>,
    /// Whether warnings are wanted.
    pub(super) warns: bool,
    /// Whether records share resources and scopes.
    pub(super) shares: bool,
    pub(super) warnings: Vec<Finding>,
}

impl Groups<'_> {
    /// A transform processor's group.
    pub(super) fn statements(&mut self, group: &config::Group) {
        let statements = self.parse(&group.statements, parse_statement, desugar::statement);
        let conditions = self.parse_conditions(&group.conditions);
        let counts = (group.statements.len(), group.conditions.len());
        let is_complete = (statements.len(), conditions.len()) == counts;
        let (context, rule) = match group.context {
            Some(context) => (context, PathRule::Assumed),
            None => {
                let place = is_complete.then_some(&group.place);
                match self.infer(&statements, &conditions, place) {
                    Some(found) => found,
                    None => return,
                }
            }
        };
        let texts = group.statements.iter().chain(&group.conditions);
        let Some(context) = self.runnable(context, texts) else {
            return;
        };
        let (warns, shares) = (self.warns, self.shares);
        let mut resolver = self.resolver(context, rule, "transform");
        let mut resolved: Vec<_> = statements
            .iter()
            .map(|parsed| {
                let statement = resolver.statement(&parsed.tree, &parsed.text.text);
                (parsed.text, statement, resolver.told())
            })
            .collect();
        if warns {
            warn_of(&mut resolved, &statements, |all| {
                warn::statements(context, shares, all)
            });
        }
        // Conditions see the filter processor's functions, and paths as its older lists do.
        resolver.scope.functions.processor = "filter";
        if rule != PathRule::Named {
            resolver.scope.paths = PathRule::Legacy;
        }
        let tests = resolve_conditions(&mut resolver, &conditions);
        self.resolved.prepared = resolver.prepared;
        let statements = self.keep(resolved);
        let tests = self.keep_list(&conditions, tests, "the statements run on every record");
        if !is_complete || (statements.is_empty() && tests.is_empty()) {
            return;
        }
        self.resolved.groups.push(Group {
            context,
            error_mode: error_mode(group.error_mode.unwrap_or(self.error_mode)),
            shared_cache: group.shared_cache,
            conditions: tests,
            action: GroupAction::Run(statements),
        });
    }

    /// A filter processor's group; the contexts of its conditions.
    pub(super) fn conditions(&mut self, group: &config::ConditionGroup) -> Vec<Context> {
        let mut lists: Vec<(Context, Vec<_>, Vec<_>)> = Vec::new();
        for text in &group.conditions {
            let text = std::slice::from_ref(text);
            let parsed = self.parse_conditions(text);
            if parsed.is_empty() {
                continue;
            }
            let (context, rule) = match group.context {
                Some(context) => (context, PathRule::Assumed),
                None => match self.infer(&[], &parsed, Some(&group.place)) {
                    Some(found) => found,
                    None => continue,
                },
            };
            let Some(context) = self.runnable(context, text.iter()) else {
                continue;
            };
            let mut resolver = self.resolver(context, rule, "filter");
            let resolved = resolve_conditions(&mut resolver, &parsed);
            self.resolved.prepared = resolver.prepared;
            match lists.iter_mut().find(|(other, ..)| *other == context) {
                Some((_, trees, list)) => {
                    trees.extend(parsed);
                    list.extend(resolved);
                }
                None => lists.push((context, parsed, resolved)),
            }
        }
        let lists = lists.into_iter().map(|(context, parsed, resolved)| {
            (context, self.keep_list(&parsed, resolved, DROPS_ALL))
        });
        let mut found: Vec<(Context, Vec<_>)> = lists.collect();
        // Outer records go first, and what they hold with them.
        found.sort_by_key(|(context, _)| *context);
        let contexts = found.iter().map(|(context, _)| *context).collect();
        let mode = error_mode(group.error_mode.unwrap_or(self.error_mode));
        self.resolved.groups.extend(
            found
                .into_iter()
                .map(|(context, tests)| drop_group(context, tests, mode)),
        );
        contexts
    }

    /// One of a filter processor's older lists, whose context its key says. Its context, if it can be run.
    pub(super) fn list(&mut self, context: ContextName, texts: &[Text]) -> Option<Context> {
        let parsed = self.parse_conditions(texts);
        let context = self.runnable(context, texts.iter())?;
        let mut resolver = self.resolver(context, PathRule::Legacy, "filter");
        let tests = resolve_conditions(&mut resolver, &parsed);
        self.resolved.prepared = resolver.prepared;
        let tests = self.keep_list(&parsed, tests, DROPS_ALL);
        if !tests.is_empty() {
            let mode = error_mode(self.error_mode);
            self.resolved.groups.push(drop_group(context, tests, mode));
        }
        Some(context)
    }

    fn parse_conditions<'c>(&mut self, texts: &'c [Text]) -> Vec<Parsed<'c, ast::Condition>> {
        self.parse(texts, parse_condition, desugar::condition)
    }

    /// The texts that can be parsed.
    fn parse<'c, Tree>(
        &mut self,
        texts: &'c [Text],
        parse: impl Fn(&str, Dialect) -> Result<Tree, ottl_grammar::Errors>,
        desugar: impl Fn(&mut Tree, Signal),
    ) -> Vec<Parsed<'c, Tree>> {
        let mut parsed = Vec::with_capacity(texts.len());
        for text in texts {
            match parse(&text.text, self.options.dialect) {
                Ok(mut tree) => {
                    if self.is_extended() {
                        desugar(&mut tree, self.signal);
                    }
                    parsed.push(Parsed { text, tree });
                }
                Err(errors) => {
                    let errors = errors.as_slice().iter();
                    self.refusals
                        .extend(errors.map(|error| Finding::of(Diagnostic::from(error), text)));
                }
            }
        }
        parsed
    }

    /// The context of texts. Of texts that are not all there, a `place` of which is not given, nothing is told, as what is
    /// missing may decide the context.
    fn infer(
        &mut self,
        statements: &[Parsed<'_, ast::Statement>],
        conditions: &[Parsed<'_, ast::Condition>],
        place: Option<&config::Place>,
    ) -> Option<(ContextName, PathRule)> {
        let finder = Finder {
            registry: self.options.registry,
            kind: self.kind,
            signal: self.signal,
            is_extended: self.is_extended(),
        };
        let trees: Vec<_> = statements.iter().map(|parsed| &parsed.tree).collect();
        let tests: Vec<_> = conditions.iter().map(|parsed| &parsed.tree).collect();
        let error = match finder.find(&trees, &tests) {
            Ok(found) => return Some(found),
            Err(error) => error,
        };
        if let Some(place) = place {
            self.not_inferred(&error, statements, conditions, place);
        }
        None
    }

    fn not_inferred(
        &mut self,
        error: &InferenceError,
        statements: &[Parsed<'_, ast::Statement>],
        conditions: &[Parsed<'_, ast::Condition>],
        place: &config::Place,
    ) {
        let (index, diagnostic) = error.diagnostic();
        let text = index.and_then(|index| text_at(index, statements, conditions));
        let first = || {
            statements
                .first()
                .map(|parsed| parsed.text)
                .or(conditions.first().map(|parsed| parsed.text))
        };
        let refusal = match text.or_else(first) {
            Some(text) => Finding::of(diagnostic, text),
            None => Finding::of(
                diagnostic,
                &Text {
                    place: place.clone(),
                    ..Text::default()
                },
            ),
        };
        self.refusals.push(refusal);
    }

    /// The engine's name for a context; without one, everything in the group is refused.
    fn runnable<'c>(
        &mut self,
        context: ContextName,
        texts: impl Iterator<Item = &'c Text>,
    ) -> Option<Context> {
        let found = context_of_name(context);
        if found.is_none() && self.signal == self.options.signal {
            for text in texts {
                let span = ast::Span::new(0, text.text.len().try_into().unwrap_or(u32::MAX));
                let kind = ProblemKind::UnsupportedContext {
                    context: context.name(),
                };
                self.refusals
                    .push(Finding::of(Problem { kind, span }.into(), text));
            }
        }
        found
    }

    fn resolver(
        &mut self,
        context: Context,
        paths: PathRule,
        processor: &'static str,
    ) -> Resolver<'_> {
        let scope = Scope {
            context,
            paths,
            functions: FunctionScope {
                processor,
                context: context.name(),
                extensions: self.is_extended(),
            },
            is_extended: self.is_extended(),
            lambdas: self.is_extended() || self.options.gates.allows_lambdas(),
            warns: self.warns,
            shares: self.shares,
        };
        let prepared = std::mem::take(&mut self.resolved.prepared);
        Resolver {
            registry: self.options.registry,
            scope,
            problems: Vec::new(),
            warnings: Vec::new(),
            prepared,
            locals: Vec::new(),
        }
    }

    fn is_extended(&self) -> bool {
        self.options.dialect == Dialect::Extended
    }

    /// What could be resolved; the problems of the rest are recorded, and what is to be warned of.
    fn keep<T>(&mut self, resolved: ResolvedTexts<'_, T>) -> Vec<T> {
        let mut kept = Vec::with_capacity(resolved.len());
        for (text, item, told) in resolved {
            let (problems, warnings) = told;
            kept.extend(item);
            let warnings = warnings.into_iter();
            self.warnings
                .extend(warnings.map(|warning| Finding::of(warning, text)));
            self.refusals.extend(
                problems
                    .into_iter()
                    .map(|problem| Finding::of(problem.into(), text)),
            );
        }
        kept
    }

    /// The same of conditions of which one suffices; `consequence` is what follows if one is always true.
    fn keep_list(
        &mut self,
        parsed: &[Parsed<'_, ast::Condition>],
        mut resolved: ResolvedTexts<'_, Condition>,
        consequence: &str,
    ) -> Vec<Condition> {
        if self.warns {
            warn_of(&mut resolved, parsed, |list| {
                warn::conditions(consequence, list)
            });
        }
        self.keep(resolved)
    }
}

/// The text at an index.
fn text_at<'c>(
    index: TextIndex,
    statements: &[Parsed<'c, ast::Statement>],
    conditions: &[Parsed<'c, ast::Condition>],
) -> Option<&'c Text> {
    match index {
        TextIndex::Statement(index) => statements.get(index).map(|parsed| parsed.text),
        TextIndex::Condition(index) => conditions.get(index).map(|parsed| parsed.text),
    }
}

/// Texts, what they are if they could be resolved, and what is told of them.
type ResolvedTexts<'c, T> = Vec<(&'c Text, Option<T>, (Vec<Problem>, Vec<Diagnostic>))>;

fn resolve_conditions<'c>(
    resolver: &mut Resolver<'_>,
    conditions: &[Parsed<'c, ast::Condition>],
) -> ResolvedTexts<'c, Condition> {
    conditions
        .iter()
        .map(|parsed| {
            let condition = resolver.condition(&parsed.tree, &parsed.text.text);
            (parsed.text, condition, resolver.told())
        })
        .collect()
}

/// Adds what is to be warned of among texts, if nothing is wrong with any.
fn warn_of<Tree, T>(
    resolved: &mut ResolvedTexts<'_, T>,
    parsed: &[Parsed<'_, Tree>],
    warn: impl FnOnce(&[(&Tree, &T)]) -> warn::Numbered,
) {
    let trees = parsed.iter().map(|parsed| &parsed.tree);
    let all: Option<Vec<_>> = trees
        .zip(resolved.iter())
        .map(|(tree, (_, item, _))| Some((tree, item.as_ref()?)))
        .collect();
    for (number, warning) in all.map(|all| warn(&all)).unwrap_or_default() {
        let (_, _, (_, warnings)) = &mut resolved[number];
        warnings.push(warning);
    }
}

fn drop_group(
    context: Context,
    conditions: Vec<Condition>,
    error_mode: program::ErrorMode,
) -> Group {
    Group {
        context,
        error_mode,
        shared_cache: false,
        conditions,
        action: GroupAction::Drop,
    }
}

fn error_mode(mode: ErrorMode) -> program::ErrorMode {
    match mode {
        ErrorMode::Ignore => program::ErrorMode::Ignore,
        ErrorMode::Propagate => program::ErrorMode::Propagate,
        ErrorMode::Silent => program::ErrorMode::Silent,
    }
}
