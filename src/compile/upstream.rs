//! Extended → upstream: what the statements of a configuration are in the reference's own language.
//!
//! A text is rewritten in its tree and printed; one that is upstream's already stays as it is written. What
//! comes out is compiled as upstream, and must run on the same records: so no answer is a guess.

use super::context::Finder;
use super::paths::{context_of_name, is_duration};
use super::{Dialect, Options, compile_conditions, compile_group, desugar, visit};
use crate::config::{
    self, ConditionGroup, ContextName, Filter, Processor, ProcessorKind, Signal, Text,
};
use crate::report::Diagnostic;
use ottl_grammar::ast::{self, Span, ValueKind};
use ottl_grammar::{parse_condition, parse_statement};
use std::fmt::Display;

/// A statement or condition, and what it is upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The text as it stands in the configuration.
    pub text: Text,
    /// The text to put there, `None` if it can stay; or why upstream has none. Spans are bytes of `text`.
    pub outcome: Result<Option<String>, Diagnostic>,
}

/// What the statements and conditions of a processor are upstream, those of all signals.
///
/// The processor must compile in the extended dialect; texts that do not are left out.
pub fn to_upstream(processor: &Processor, options: &Options<'_>) -> Vec<Lowered> {
    let mut lowered = Vec::new();
    for signal in Signal::ALL.iter().copied() {
        let mut lowering = Lowering {
            options: Options {
                signal,
                dialect: Dialect::Upstream,
                ..*options
            },
            kind: processor.kind(),
            lowered: &mut lowered,
        };
        match processor {
            Processor::Transform(transform) => transform
                .groups(signal)
                .iter()
                .for_each(|group| lowering.group(group)),
            Processor::Filter(filter) => lowering.filter(filter),
        }
    }
    lowered
}

/// A tree that can be rewritten and printed.
trait Tree: Clone + PartialEq + Display {
    fn parse(text: &str, dialect: Dialect) -> Option<Self>;
    fn desugar(&mut self, signal: Signal);
    fn visit(&mut self, change: visit::Change<'_>);
    /// The editor's name; empty for conditions.
    fn editor(&self) -> &str;
}

impl Tree for ast::Statement {
    fn parse(text: &str, dialect: Dialect) -> Option<Self> {
        parse_statement(text, dialect).ok()
    }
    fn desugar(&mut self, signal: Signal) {
        desugar::statement(self, signal);
    }
    fn visit(&mut self, change: visit::Change<'_>) {
        visit::statement(self, change);
    }
    fn editor(&self) -> &str {
        &self.editor.name.text
    }
}

impl Tree for ast::Condition {
    fn parse(text: &str, dialect: Dialect) -> Option<Self> {
        parse_condition(text, dialect).ok()
    }
    fn desugar(&mut self, signal: Signal) {
        desugar::condition(self, signal);
    }
    fn visit(&mut self, change: visit::Change<'_>) {
        visit::condition(self, change);
    }
    fn editor(&self) -> &str {
        ""
    }
}

/// A text, its tree as written, and its tree with the names that it stands for.
struct Read<'c, T> {
    text: &'c Text,
    written: T,
    tree: T,
}

struct Lowering<'o, 'l> {
    options: Options<'o>,
    kind: ProcessorKind,
    lowered: &'l mut Vec<Lowered>,
}

impl Lowering<'_, '_> {
    fn group(&mut self, group: &config::Group) {
        let statements = self.read::<ast::Statement>(&group.statements);
        let conditions = self.read::<ast::Condition>(&group.conditions);
        let Some(paths) = self.paths(group.context, &statements, &conditions) else {
            return;
        };
        let new = config::Group {
            statements: texts(&statements, paths),
            conditions: texts(&conditions, paths),
            ..group.clone()
        };
        let refusals = compile_group(new.clone(), &self.options);
        let told = self.told(refusals, paths.context);
        let mut verdicts = self.verdicts(&statements, paths);
        verdicts.extend(self.verdicts(&conditions, paths));
        let news = new.statements.iter().chain(&new.conditions);
        self.tell(verdicts.iter().zip(news), &told);
    }

    fn filter(&mut self, filter: &Filter) {
        for group in filter.groups(self.options.signal) {
            // Without a context each condition has its own.
            match group.context {
                Some(_) => self.conditions(group),
                None => group.conditions.iter().for_each(|condition| {
                    self.conditions(&ConditionGroup {
                        conditions: vec![condition.clone()],
                        ..group.clone()
                    });
                }),
            }
        }
        for (context, conditions) in filter.conditions_by_context(self.options.signal) {
            self.conditions(&ConditionGroup {
                context: Some(context),
                conditions: conditions.to_vec(),
                ..ConditionGroup::default()
            });
        }
    }

    fn conditions(&mut self, group: &ConditionGroup) {
        let conditions = self.read::<ast::Condition>(&group.conditions);
        let Some(paths) = self.paths(group.context, &[], &conditions) else {
            return;
        };
        let new = ConditionGroup {
            conditions: texts(&conditions, paths),
            ..group.clone()
        };
        let refusals = compile_conditions(new.clone(), &self.options);
        let told = self.told(refusals, paths.context);
        let verdicts = self.verdicts(&conditions, paths);
        self.tell(verdicts.iter().zip(&new.conditions), &told);
    }

    fn read<'c, T: Tree>(&self, texts: &'c [Text]) -> Vec<Read<'c, T>> {
        let read = |text: &'c Text| {
            let written = T::parse(&text.text, Dialect::Extended)?;
            let mut tree = written.clone();
            tree.desugar(self.options.signal);
            Some(Read {
                text,
                written,
                tree,
            })
        };
        texts.iter().filter_map(read).collect()
    }

    fn verdicts<'c, T: Tree>(&self, all: &[Read<'c, T>], paths: Paths) -> Vec<Verdict<'c>> {
        let verdict = |read: &Read<'c, T>| Verdict {
            text: read.text,
            stays: is_upstream(read, paths),
            lacks: self
                .extension(&read.tree)
                .map(|name| format!("it has no function `{name}`")),
        };
        all.iter().map(verdict).collect()
    }

    /// A function that only the extended dialect has.
    fn extension<T: Tree>(&self, tree: &T) -> Option<String> {
        let mut names = vec![tree.editor().to_owned()];
        tree.clone().visit(&mut |value, _| {
            if let ValueKind::Call(call) = &value.kind {
                names.push(call.name.text.clone());
            }
        });
        let mut names = names.into_iter();
        names.find(|name| {
            let mut functions = self.options.registry.functions().iter();
            functions.any(|function| function.name == name && function.extension)
        })
    }

    /// How the paths of a group are written.
    fn paths(
        &self,
        context: Option<ContextName>,
        statements: &[Read<'_, ast::Statement>],
        conditions: &[Read<'_, ast::Condition>],
    ) -> Option<Paths> {
        if let Some(context) = context {
            let must_name = false;
            return Some(Paths { context, must_name });
        }
        let finder = Finder {
            registry: self.options.registry,
            kind: self.kind,
            signal: self.options.signal,
            is_extended: true,
        };
        let statements: Vec<_> = statements.iter().map(|read| &read.tree).collect();
        let conditions: Vec<_> = conditions.iter().map(|read| &read.tree).collect();
        let (context, _) = finder.find(&statements, &conditions).ok()?;
        let must_name = true;
        Some(Paths { context, must_name })
    }

    /// Why what was made cannot be run upstream, each with the text that it is about.
    fn told(
        &self,
        compiled: Result<ottl_vm::program::Program, Vec<super::Finding>>,
        context: ContextName,
    ) -> Vec<(Option<Text>, String)> {
        match compiled {
            Err(refusals) => refusals
                .into_iter()
                .map(|refusal| (Some(refusal.text), refusal.diagnostic.message))
                .collect(),
            Ok(program) => {
                let other = program
                    .passes
                    .iter()
                    .find(|pass| Some(pass.context) != context_of_name(context));
                other
                    .map(|pass| {
                        let found = pass.context.name();
                        let reason = format!(
                            "upstream would run its group on each {found}, not on each {context}; give the group `context: {context}`"
                        );
                        (None, reason)
                    })
                    .into_iter()
                    .collect()
            }
        }
    }

    fn tell<'t>(
        &mut self,
        texts: impl Iterator<Item = (&'t Verdict<'t>, &'t Text)>,
        told: &[(Option<Text>, String)],
    ) {
        for (verdict, new) in texts {
            let text = verdict.text;
            let about = |at: &Option<Text>| at.as_ref().is_none_or(|at| at.text == new.text);
            let told = told.iter().find(|(at, _)| about(at));
            let reason = verdict.lacks.as_ref().or(told.map(|(_, reason)| reason));
            let outcome = match reason {
                Some(reason) => {
                    let message = format!("upstream cannot say this: {reason}");
                    Err(Diagnostic::error("E280", message).at(0..text.text.len(), ""))
                }
                None if verdict.stays => Ok(None),
                None => Ok(Some(new.text.clone())),
            };
            self.lowered.push(Lowered {
                text: text.clone(),
                outcome,
            });
        }
    }
}

/// A text, whether it can stay, and what upstream lacks for it.
struct Verdict<'c> {
    text: &'c Text,
    stays: bool,
    lacks: Option<String>,
}

/// How paths are written.
#[derive(Clone, Copy)]
struct Paths {
    /// What the group runs on.
    context: ContextName,
    /// Whether each path must name its context, because the group has none.
    must_name: bool,
}

/// Whether the text can stay as it is written.
fn is_upstream<T: Tree>(read: &Read<'_, T>, paths: Paths) -> bool {
    rewritten(read, paths) == read.written && T::parse(&read.text.text, Dialect::Upstream).is_some()
}

fn texts<T: Tree>(all: &[Read<'_, T>], paths: Paths) -> Vec<Text> {
    all.iter()
        .map(|read| Text {
            text: match is_upstream(read, paths) {
                true => read.text.text.clone(),
                false => rewritten(read, paths).to_string(),
            },
            ..read.text.clone()
        })
        .collect()
}

fn rewritten<T: Tree>(read: &Read<'_, T>, paths: Paths) -> T {
    let mut tree = read.tree.clone();
    tree.visit(&mut |value, locals| rewrite(value, locals, paths));
    tree
}

fn rewrite(value: &mut ast::Value, locals: &[String], paths: Paths) {
    let span = value.span;
    match &mut value.kind {
        ValueKind::Duration(_) => {
            let text = ValueKind::String(value.to_string());
            value.kind = ValueKind::Call(ast::Call {
                name: name("Duration", span),
                arguments: vec![ast::Argument {
                    name: None,
                    value: ast::ArgumentValue::Value(ast::Value { kind: text, span }),
                    span,
                }],
                keys: Vec::new(),
                span,
            });
        }
        ValueKind::Path(path) => {
            let first = path
                .segments
                .first()
                .map(|segment| segment.name.text.as_str());
            if first.is_none_or(|first| locals.iter().any(|local| local == first)) {
                return;
            }
            if paths.must_name && !names_context(path, paths.context) {
                let segment = segment(paths.context.name(), span);
                path.segments.insert(0, segment);
            }
            if let Some((last, before)) = path.segments.split_last()
                && is_duration(last)
                && is_span(before, paths.context)
            {
                let field = |name: &str| {
                    let segments = before
                        .iter()
                        .cloned()
                        .chain([segment(name, span)])
                        .collect();
                    let kind = ValueKind::Path(ast::Path { segments, span });
                    ast::Value { kind, span }
                };
                value.kind = ValueKind::Math(Box::new(ast::Math::Binary {
                    operator: ast::MathOperator::Subtract,
                    left: field("end_time"),
                    right: field("start_time"),
                }));
            }
        }
        _ => {}
    }
}

/// Whether a path begins with the name of a context that can be reached from `context`.
fn names_context(path: &ast::Path, context: ContextName) -> bool {
    match path.segments.as_slice() {
        [first, _, ..] => {
            first.keys.is_empty() && context.path_names().contains(&first.name.text.as_str())
        }
        _ => false,
    }
}

/// Whether what stands before a path's last segment says that it is a span's.
fn is_span(before: &[ast::Segment], context: ContextName) -> bool {
    match before {
        [] => context == ContextName::Span,
        [only] => only.keys.is_empty() && only.name.text == ContextName::Span.name(),
        _ => false,
    }
}

fn segment(text: &str, span: Span) -> ast::Segment {
    ast::Segment {
        name: name(text, span),
        keys: Vec::new(),
        span,
    }
}

fn name(text: &str, span: Span) -> ast::Name {
    ast::Name {
        text: text.to_owned(),
        span,
    }
}
