//! Resolves paths: which context a path is of, which line of that context's table, and whether its keys fit.

use super::error::ProblemKind;
use super::resolve::Resolver;
use super::resolved::{Expr, Operator, Path};
use crate::config::{ContextName, SCOPE_LEGACY_NAME};
use crate::report::nearest;
use ottl_grammar::ast::{self, Span};
use ottl_vm::path::{ANY_KEYS, Context, PathSpec, table};

/// A span's path in the extended dialect: from its start to its end.
const DURATION: &str = "duration";

/// What paths of what the collector knows about a request begin with, in every context.
const COLLECTOR: &str = "otelcol";

/// How a path's context is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathRule {
    /// Its first segment must name it: where the statements' context was inferred.
    Named,
    /// Its first segment may name it, else it is the statement's: where the context was given.
    Assumed,
    /// As `Assumed`, but a first segment that is a context's name always is one: group conditions where the
    /// context was given, and the filter processor's older lists.
    Legacy,
}

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathUse {
    /// Its value.
    Read,
    /// A place to write to.
    Write,
}

/// A path without its context: the context and what follows it.
struct Located<'p> {
    /// The context; `None` for the collector.
    context: Option<Context>,
    /// Whether the path's first segment names the context, as the legacy name of scopes or otherwise.
    name: Option<&'p str>,
    segments: &'p [ast::Segment],
}

impl Resolver<'_> {
    /// The value of a path that no message holds: in the extended dialect a span's duration. `None` if it is
    /// another path.
    pub(super) fn computed_path(&mut self, path: &ast::Path) -> Option<Expr> {
        if !self.scope.is_extended {
            return None;
        }
        let located = self.locate_quietly(path)?;
        let [segment] = located.segments else {
            return None;
        };
        if located.context != Some(Context::Span) || !is_duration(segment) {
            return None;
        }
        let text = written(path);
        let at = |name: &str| {
            let spec = table::of(Context::Span)
                .iter()
                .find(|spec| spec.name == name)?;
            Some(Box::new(Expr::Path(Path {
                text: text.clone(),
                spec,
                keys: Vec::new(),
            })))
        };
        Some(Expr::Math(
            Operator::Subtract,
            at("end_time")?,
            at("start_time")?,
        ))
    }

    /// A path of the table; `None` if it is not one, which is a problem then.
    pub(super) fn path(&mut self, path: &ast::Path, usage: PathUse) -> Option<Path> {
        let text = written(path);
        if usage == PathUse::Write && self.computed_path(path).is_some() {
            self.problem(ProblemKind::ReadOnlyPath { path: text }, path.span);
            return None;
        }
        // Keys are resolved in any case, so that their errors are found, too.
        let keys: Vec<_> = path
            .segments
            .iter()
            .map(|segment| self.keys(&segment.keys))
            .collect();
        let located = self.locate(path, &text)?;
        let spec = self.spec(&located, &text, path)?;
        let keys = keys.into_iter().collect::<Option<Vec<_>>>()?.pop()?;
        Some(Path { text, spec, keys })
    }

    /// The context of a path, without saying what is wrong.
    fn locate_quietly<'p>(&mut self, path: &'p ast::Path) -> Option<Located<'p>> {
        let problems = self.problems.len();
        let located = self.locate(path, "");
        self.problems.truncate(problems);
        located
    }

    /// The context of a path.
    fn locate<'p>(&mut self, path: &'p ast::Path, text: &str) -> Option<Located<'p>> {
        let own = self.scope.context;
        let names = path_names(own, self.scope.paths);
        let (first, rest) = path.segments.split_first()?;
        let name = first.name.text.as_str();
        let can_name = match self.scope.paths {
            PathRule::Legacy => true,
            _ => first.keys.is_empty() && !rest.is_empty(),
        };
        if !can_name || !names.contains(&name) {
            if self.scope.paths != PathRule::Named {
                return Some(Located {
                    context: Some(own),
                    name: None,
                    segments: &path.segments,
                });
            }
            self.problem(context_problem(path, can_name, text, own, names), path.span);
            return None;
        }
        if rest.is_empty() || !first.keys.is_empty() {
            let kind = match rest.is_empty() {
                true => ProblemKind::UnknownPath {
                    path: text.to_owned(),
                    context: own.name(),
                    nearest: None,
                },
                false => ProblemKind::WrongKeyCount {
                    path: name.to_owned(),
                    expected: 0,
                    received: first.keys.len(),
                },
            };
            self.problem(kind, first.span);
            return None;
        }
        Some(Located {
            context: context_of(name),
            name: Some(name),
            segments: rest,
        })
    }

    /// The line of the context's table that the path is.
    fn spec(
        &mut self,
        located: &Located<'_>,
        text: &str,
        path: &ast::Path,
    ) -> Option<&'static PathSpec> {
        let own = self.scope.context;
        let (last, before) = located.segments.split_last()?;
        let is_own_cache = located.name.is_none_or(|name| name == own.name());
        if located.segments[0].name.text == "cache" && !is_own_cache {
            let kind = ProblemKind::ForeignCache {
                path: text.to_owned(),
                context: own.name(),
            };
            self.problem(kind, path.span);
            return None;
        }
        let name: Vec<_> = located
            .segments
            .iter()
            .map(|segment| segment.name.text.as_str())
            .collect();
        let name = name.join(".");
        let Some(line) = lines(located.context).find(|spec| spec.name == name) else {
            self.unknown_path(located, &name, text, path);
            return None;
        };
        if let Some(indexed) = before.iter().find(|segment| !segment.keys.is_empty()) {
            let (path, received) = (indexed.name.text.clone(), indexed.keys.len());
            self.problem(
                ProblemKind::WrongKeyCount {
                    path,
                    expected: 0,
                    received,
                },
                indexed.span,
            );
            return None;
        }
        let received = last.keys.len();
        if line.keys != ANY_KEYS && received > usize::from(line.keys) {
            self.problem(
                ProblemKind::WrongKeyCount {
                    path: name,
                    expected: line.keys,
                    received,
                },
                last.span,
            );
            return None;
        }
        Some(line)
    }

    /// Tells that a context has no path of this name.
    fn unknown_path(&mut self, located: &Located<'_>, name: &str, text: &str, path: &ast::Path) {
        let written = |name: &str| match located.name {
            Some(context) => format!("{context}.{name}"),
            None => name.to_owned(),
        };
        let known = || lines(located.context);
        let spelt = || nearest(name, known().map(|spec| spec.name)).map(str::to_owned);
        let nearest = key_of(name, known()).or_else(spelt);
        let nearest = nearest.map(|nearest| written(&nearest));
        // Keys behind the name are of no account.
        let start = path.span.start;
        let (path, end) = match path.segments.split_last() {
            Some((last, before)) if before.iter().all(|segment| segment.keys.is_empty()) => {
                (written(name), last.name.span.end)
            }
            _ => (text.to_owned(), path.span.end),
        };
        let span = Span::new(start, end);
        let context = located.context.map_or(COLLECTOR, Context::name);
        self.problem(
            ProblemKind::UnknownPath {
                path,
                context,
                nearest,
            },
            span,
        );
    }
}

/// The path by which a key is reached whose name is written as a field's: `attributes["a.b"]` for `attributes.a.b`.
fn key_of(name: &str, lines: impl Iterator<Item = &'static PathSpec>) -> Option<String> {
    lines.filter(|line| line.keys > 0).find_map(|line| {
        let key = name.strip_prefix(line.name)?.strip_prefix('.')?;
        Some(format!("{}[\"{key}\"]", line.name))
    })
}

/// The lines of a context's table, its cache included; without a context the collector's.
fn lines(context: Option<Context>) -> impl Iterator<Item = &'static PathSpec> {
    let (own, cache) = match context {
        Some(context) => (table::of(context), Some(&table::CACHE)),
        None => (table::COLLECTOR, None),
    };
    own.iter().chain(cache)
}

/// Whether a segment is the extended dialect's `duration`, of a span if it stands for one's field.
pub(super) fn is_duration(segment: &ast::Segment) -> bool {
    segment.name.text == DURATION && segment.keys.is_empty()
}

/// Whether a context has a path of this name itself.
pub(super) fn has_path(context: Context, name: &str, is_extended: bool) -> bool {
    let is_computed = is_extended && context == Context::Span && name == DURATION;
    is_computed || lines(Some(context)).any(|spec| spec.name == name)
}

/// The path as written, without whitespace.
pub(super) fn written(path: &ast::Path) -> String {
    let segments: Vec<_> = path
        .segments
        .iter()
        .map(|segment| {
            let keys: String = segment.keys.iter().map(written_key).collect();
            format!("{}{keys}", segment.name.text)
        })
        .collect();
    segments.join(".")
}

fn written_key(key: &ast::Key) -> String {
    match &key.kind {
        ast::KeyKind::String(text) => format!("[{text:?}]"),
        ast::KeyKind::Int(index) => format!("[{index}]"),
        ast::KeyKind::Expression(_) => "[…]".to_owned(),
    }
}

/// The names that a path may begin with.
fn path_names(context: Context, rule: PathRule) -> &'static [&'static str] {
    match (context, rule) {
        (Context::Scope, PathRule::Legacy) => &["scope", SCOPE_LEGACY_NAME, "resource", "otelcol"],
        _ => context_name(context).path_names(),
    }
}

/// The configuration's name for a context.
pub(super) fn context_name(context: Context) -> ContextName {
    match context {
        Context::Resource => ContextName::Resource,
        Context::Scope => ContextName::Scope,
        Context::Span => ContextName::Span,
        Context::SpanEvent => ContextName::SpanEvent,
        Context::Metric => ContextName::Metric,
        Context::DataPoint => ContextName::DataPoint,
        Context::Exemplar => ContextName::Exemplar,
        Context::Log => ContextName::Log,
        Context::Profile => ContextName::Profile,
    }
}

/// The engine's name for a context; `None` for those that it does not run.
pub(crate) fn context_of_name(name: ContextName) -> Option<Context> {
    match name {
        ContextName::Resource => Some(Context::Resource),
        ContextName::Scope => Some(Context::Scope),
        ContextName::Span => Some(Context::Span),
        ContextName::SpanEvent => Some(Context::SpanEvent),
        ContextName::Metric => Some(Context::Metric),
        ContextName::DataPoint => Some(Context::DataPoint),
        ContextName::Exemplar => Some(Context::Exemplar),
        ContextName::Log => Some(Context::Log),
        ContextName::Profile => Some(Context::Profile),
        ContextName::ProfileSample | ContextName::OtelCol => None,
    }
}

fn context_of(name: &str) -> Option<Context> {
    ContextName::of_path(name).and_then(context_of_name)
}

fn context_problem(
    path: &ast::Path,
    can_name: bool,
    text: &str,
    own: Context,
    names: &'static [&'static str],
) -> ProblemKind {
    let first = path
        .segments
        .first()
        .map(|segment| segment.name.text.as_str());
    let is_shown = |name: &&str| !matches!(*name, COLLECTOR | SCOPE_LEGACY_NAME);
    let reachable: Vec<_> = names.iter().copied().filter(is_shown).collect();
    if let Some(name) = first.filter(|name| can_name && ContextName::of_path(name).is_some()) {
        return ProblemKind::UnreachablePathContext {
            path: text.to_owned(),
            context: name.to_owned(),
            from: own.name(),
            contexts: reachable,
        };
    }
    let segments = path
        .segments
        .iter()
        .map(|segment| segment.name.text.as_str());
    let name = segments.collect::<Vec<_>>().join(".");
    let has = |context: &&str| context_of(context).is_some_and(|one| has_path(one, &name, false));
    // Those that have the path: of the contexts at hand, else of all.
    let all = || ContextName::ALL.iter().map(|context| context.name());
    let mut contexts: Vec<_> = reachable.iter().copied().filter(has).collect();
    if contexts.is_empty() {
        contexts = all().filter(has).collect();
    }
    if contexts.is_empty() {
        contexts = reachable;
    }
    ProblemKind::MissingPathContext {
        path: text.to_owned(),
        contexts,
    }
}
