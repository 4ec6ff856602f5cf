//! Infers which context the statements of a group run on, as the reference does.
//!
//! The innermost context that a path names (by `PRIORITY`) is wanted. If it lacks a function or an enum symbol
//! that the statements use, the innermost of the contexts that can see the wanted one and lack nothing is taken.
//! Only names are looked at here: whether each path is allowed in the context found is for the resolver.
//! Invariant: the result is one of the contexts that the signal's groups can have.

use super::mention::{self, Mentioned};
use ottl_grammar::ast;

use crate::config::{ContextName, ProcessorKind, SCOPE_LEGACY_NAME, Signal};
use crate::report::{Diagnostic, nearest};

/// The names that paths begin with, the one that is wanted most first. Names that are not here come last.
const PRIORITY: [&str; 10] = [
    "log",
    "exemplar",
    "datapoint",
    "metric",
    "spanevent",
    "span",
    "profile",
    "scope",
    SCOPE_LEGACY_NAME,
    "resource",
];

/// What is known of the contexts that a group can run on.
#[derive(Clone, Copy)]
pub struct Library<'a> {
    /// The processor that the group is of.
    pub kind: ProcessorKind,
    /// The signal that the group is of.
    pub signal: Signal,
    /// Whether statements of a context can call a function; of one that is nowhere, whatever is of most use.
    pub has_function: &'a dyn Fn(ContextName, &str) -> bool,
    /// Whether a context has an enum symbol.
    pub has_enum: &'a dyn Fn(ContextName, &str) -> bool,
    /// Whether a function of this name exists anywhere.
    pub is_function: &'a dyn Fn(&str) -> bool,
    /// Whether a context has a path, given without the context's name: `attributes`, `body.string`.
    pub has_path: &'a dyn Fn(ContextName, &str) -> bool,
}

/// A text of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextIndex {
    /// The statement at this index.
    Statement(usize),
    /// The condition at this index.
    Condition(usize),
}

/// Something that a text of the group mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// In which text.
    pub text: TextIndex,
    /// Where in that text.
    pub span: ast::Span,
    /// A path without its keys (`log.attributes`), or the name of a function or enum symbol.
    pub name: String,
}

/// Why no context could be inferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InferenceError {
    /// Why not.
    pub kind: InferenceErrorKind,
    /// The contexts that the group can run on.
    pub contexts: &'static [ContextName],
    /// The signal that the group is of.
    pub signal: Signal,
}

/// The kinds of [`InferenceError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InferenceErrorKind {
    /// No path begins with a name.
    NoContext {
        /// The paths, if there are any, each with how it may have been meant.
        paths: Vec<(Mention, Vec<String>)>,
    },
    /// The name that is wanted is not one of the signal's contexts.
    UnknownContext {
        /// The path that begins with it.
        path: Mention,
        /// The context that may have been meant.
        nearest: Option<&'static str>,
    },
    /// No context has all the functions and enum symbols that are used.
    NothingFits {
        /// The context that is wanted.
        wanted: ContextName,
        /// The path that begins with it.
        path: Mention,
        /// The contexts that were tried, the wanted one first, and what each lacks.
        lacking: Vec<(ContextName, Vec<Mention>)>,
        /// The name of a function that stands where it is taken for an enum symbol.
        function: Option<Box<str>>,
    },
}

/// The context that a group runs on whose `context` was not given.
///
/// # Errors
/// Why there is none. [`InferenceError::diagnostic`] says it in words.
pub fn infer(
    statements: &[&ast::Statement],
    conditions: &[&ast::Condition],
    library: &Library<'_>,
) -> Result<ContextName, InferenceError> {
    let hints = Hints::of(statements, conditions);
    let contexts = ContextName::of_groups(library.kind, library.signal);
    let fail = |kind| {
        Err(InferenceError {
            kind,
            contexts,
            signal: library.signal,
        })
    };

    // The first of those wanted most.
    let named = hints.paths.iter().filter(|path| path.context.is_some());
    let Some(path) = named.min_by_key(|path| priority(path.context.unwrap_or_default())) else {
        return fail(InferenceErrorKind::NoContext {
            paths: hints.guesses(contexts, library),
        });
    };
    let name = path.context.unwrap_or_default();
    let Some(wanted) = contexts
        .iter()
        .copied()
        .find(|context| context.name() == name)
    else {
        let nearest = nearest(name, contexts.iter().map(|context| context.name()));
        return fail(InferenceErrorKind::UnknownContext {
            path: path.mention.clone(),
            nearest,
        });
    };
    let mut lacking = Vec::new();
    for context in candidates(wanted, contexts) {
        let missing = hints.missing(context, library);
        if missing.is_empty() {
            return Ok(context);
        }
        lacking.push((context, missing));
    }
    let mut symbols = hints.enums.iter().map(|mention| &*mention.name);
    fail(InferenceErrorKind::NothingFits {
        wanted,
        path: path.mention.clone(),
        lacking,
        function: symbols
            .find(|name| (library.is_function)(name))
            .map(Box::from),
    })
}

/// The wanted context and those that see it, innermost first.
fn candidates(wanted: ContextName, contexts: &[ContextName]) -> Vec<ContextName> {
    let sees =
        |context: &ContextName| *context != wanted && context.path_names().contains(&wanted.name());
    let mut lower: Vec<_> = contexts.iter().copied().filter(sees).collect();
    lower.sort_by_key(|context| priority(context.name()));
    lower.insert(0, wanted);
    lower
}

fn priority(name: &str) -> usize {
    PRIORITY
        .iter()
        .position(|known| *known == name)
        .unwrap_or(PRIORITY.len())
}

/// A path as inference sees it.
struct PathHint<'t> {
    mention: Mention,
    /// What it begins with, if that could be a context: it has no keys, and something follows.
    context: Option<&'t str>,
}

impl<'t> PathHint<'t> {
    fn of(text: TextIndex, path: &'t ast::Path) -> PathHint<'t> {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.name.text.as_str());
        PathHint {
            mention: Mention {
                text,
                span: path.span,
                name: names.collect::<Vec<_>>().join("."),
            },
            context: match &path.segments[..] {
                [first, _, ..] if first.keys.is_empty() => Some(&first.name.text),
                _ => None,
            },
        }
    }
}

/// What the texts of a group mention.
#[derive(Default)]
struct Hints<'t> {
    paths: Vec<PathHint<'t>>,
    functions: Vec<Mention>,
    enums: Vec<Mention>,
}

impl<'t> Hints<'t> {
    fn of(statements: &[&'t ast::Statement], conditions: &[&'t ast::Condition]) -> Hints<'t> {
        let mut hints = Hints::default();
        for (index, statement) in statements.iter().enumerate() {
            let text = TextIndex::Statement(index);
            mention::of_statement(statement, &mut |mentioned| hints.add(text, mentioned));
        }
        for (index, condition) in conditions.iter().enumerate() {
            let text = TextIndex::Condition(index);
            mention::of_condition(condition, &mut |mentioned| hints.add(text, mentioned));
        }
        hints
    }

    fn add(&mut self, text: TextIndex, mentioned: Mentioned<'t>) {
        let mention = |name: &ast::Name| Mention {
            text,
            span: name.span,
            name: name.text.clone(),
        };
        match mentioned {
            Mentioned::Path(path) => self.paths.push(PathHint::of(text, path)),
            Mentioned::Called(name) => self.functions.push(mention(name)),
            Mentioned::Symbol(name) => self.enums.push(mention(name)),
            // Does not count.
            Mentioned::Passed(_) => {}
        }
    }

    /// The functions and enum symbols that a context lacks, each once.
    fn missing(&self, context: ContextName, library: &Library<'_>) -> Vec<Mention> {
        let functions = self
            .functions
            .iter()
            .filter(|found| !(library.has_function)(context, &found.name));
        let enums = self
            .enums
            .iter()
            .filter(|found| !(library.has_enum)(context, &found.name));
        let mut missing: Vec<Mention> = Vec::new();
        for mention in functions.chain(enums) {
            if !missing.iter().any(|have| have.name == mention.name) {
                missing.push(mention.clone());
            }
        }
        missing
    }

    /// The paths, each with the contexts in front of it that make it one that exists, innermost first.
    fn guesses(
        self,
        contexts: &[ContextName],
        library: &Library<'_>,
    ) -> Vec<(Mention, Vec<String>)> {
        let mut contexts = contexts.to_vec();
        contexts.sort_by_key(|context| priority(context.name()));
        let guess = |mention: &Mention| {
            let fits = contexts
                .iter()
                .filter(|context| (library.has_path)(**context, &mention.name));
            fits.map(|context| format!("{context}.{}", mention.name))
                .collect()
        };
        self.paths
            .into_iter()
            .map(|path| (path.mention.clone(), guess(&path.mention)))
            .collect()
    }
}

impl InferenceError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self.kind {
            InferenceErrorKind::NoContext { .. } => "E240",
            InferenceErrorKind::UnknownContext { .. } => "E241",
            InferenceErrorKind::NothingFits { .. } => "E242",
        }
    }

    /// The error in words, and the text of the group that its spans are bytes of; of none if there are no paths.
    pub fn diagnostic(&self) -> (Option<TextIndex>, Diagnostic) {
        let contexts = list(
            self.contexts.iter().map(|context| format!("`{context}`")),
            "or",
        );
        match &self.kind {
            InferenceErrorKind::NoContext { paths } => self.no_context(paths, &contexts),
            InferenceErrorKind::UnknownContext { path, nearest } => {
                let name = path.name.split('.').next().unwrap_or_default();
                let message = match ContextName::of_path(name) {
                    Some(_) => format!("statements of {} cannot run on `{name}`", self.signal),
                    None => format!("`{name}` is not a context"),
                };
                let diagnostic = Diagnostic::error(self.code(), message)
                    .at(
                        range(path.span),
                        "this path decides which context the statements run on",
                    )
                    .note(format!("statements of {} run on {contexts}", self.signal));
                let help = match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None if name == SCOPE_LEGACY_NAME => "write `scope` instead".to_owned(),
                    None => {
                        format!("let one path begin with {contexts}, or set the group's `context`")
                    }
                };
                (Some(path.text), diagnostic.help(help))
            }
            InferenceErrorKind::NothingFits {
                wanted,
                path,
                lacking,
                function,
            } => {
                let message = "no context has everything that these statements use";
                let because = format!("because of this path they would run on `{wanted}`");
                let mut diagnostic =
                    Diagnostic::error(self.code(), message).at(range(path.span), because);
                for (context, missing) in lacking {
                    let names = list(
                        missing.iter().map(|mention| format!("`{}`", mention.name)),
                        "and",
                    );
                    diagnostic = diagnostic.note(format!("`{context}` does not have {names}"));
                    let here = missing
                        .iter()
                        .filter(|mention| mention.text == path.text && context == wanted);
                    for mention in here {
                        diagnostic =
                            diagnostic.label(range(mention.span), format!("not in `{wanted}`"));
                    }
                }
                let help = match function {
                    Some(name) => format!(
                        "set the group's `context`: without it, the function `{name}` is taken for an enum symbol"
                    ),
                    None => "give statements that need different contexts groups of their own"
                        .to_owned(),
                };
                (Some(path.text), diagnostic.help(help))
            }
        }
    }

    fn no_context(
        &self,
        paths: &[(Mention, Vec<String>)],
        contexts: &str,
    ) -> (Option<TextIndex>, Diagnostic) {
        let message = "the context of these statements cannot be inferred";
        let note = format!("at least one path must begin with {contexts}");
        let diagnostic = Diagnostic::error(self.code(), message).note(note);
        let Some((first, _)) = paths.first() else {
            return (None, diagnostic.help("set the group's `context`"));
        };
        let mut diagnostic =
            diagnostic.at(range(first.span), "this path does not say of what it is");
        for (path, guesses) in paths {
            let is_here = path.text == first.text;
            if is_here && path != first {
                diagnostic = diagnostic.label(range(path.span), "nor does this");
            }
            if let ([guess], true) = (&guesses[..], path == first) {
                diagnostic = diagnostic.help(format!("write `{guess}`"));
            } else if !guesses.is_empty() {
                let guesses = list(guesses.iter().map(|guess| format!("`{guess}`")), "or");
                diagnostic = diagnostic.help(format!("`{}` may be {guesses}", path.name));
            }
        }
        if diagnostic.help.is_empty() {
            diagnostic = diagnostic.help("set the group's `context`");
        }
        (Some(first.text), diagnostic)
    }
}

fn range(span: ast::Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

/// `a, b or c`
fn list(items: impl Iterator<Item = String>, word: &str) -> String {
    let items: Vec<_> = items.collect();
    match &items[..] {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ottl_grammar::{Dialect, parse_condition, parse_statement};
    use serde_json::Value;

    /// Enough of the reference's functions for the cases.
    fn has_function(kind: ProcessorKind, context: ContextName, name: &str) -> bool {
        match name {
            "copy_metric" | "convert_sum_to_gauge" => context == ContextName::Metric,
            "merge_histogram_buckets" | "convert_summary_sum_val_to_sum" => {
                context == ContextName::DataPoint
            }
            "IsRootSpan" | "set_semconv_span_name" => context == ContextName::Span,
            "HasAttrKeyOnDatapoint" => {
                context == ContextName::Metric && kind == ProcessorKind::Filter
            }
            "no_such_function" | "NoSuch" => false,
            _ => true,
        }
    }

    /// Enough of the reference's enum symbols for the cases.
    fn has_enum(context: ContextName, name: &str) -> bool {
        match name.split('_').next() {
            Some("SEVERITY") => context == ContextName::Log,
            Some("SPAN") => matches!(context, ContextName::Span | ContextName::SpanEvent),
            Some("METRIC" | "AGGREGATION") => {
                matches!(context, ContextName::Metric | ContextName::DataPoint)
            }
            Some("FLAG") => context == ContextName::DataPoint,
            _ => false,
        }
    }

    fn infer_texts(
        kind: ProcessorKind,
        signal: Signal,
        statements: &[&str],
        conditions: &[&str],
    ) -> Result<ContextName, InferenceError> {
        let statements: Vec<_> = statements
            .iter()
            .map(|text| parse_statement(text, Dialect::Upstream).expect("a valid statement"))
            .collect();
        let conditions: Vec<_> = conditions
            .iter()
            .map(|text| parse_condition(text, Dialect::Upstream).expect("a valid condition"))
            .collect();
        let library = Library {
            kind,
            signal,
            has_function: &|context, name| has_function(kind, context, name),
            has_enum: &has_enum,
            is_function: &|_| false,
            has_path: &|context, name| {
                matches!((context, name), (ContextName::Log, "body" | "attributes"))
            },
        };
        infer(
            &statements.iter().collect::<Vec<_>>(),
            &conditions.iter().collect::<Vec<_>>(),
            &library,
        )
    }

    /// `inferred` is what the reference's processors log at the debug level when they are created ("Inferred
    /// OTTL context"), lambdas enabled; empty if they refuse to infer.
    #[test]
    fn the_reference_agrees() {
        let mut wrong = Vec::new();
        for line in include_str!("../config/testdata/inference.jsonl").lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            let text = |key: &str| case[key].as_str().expect("a string");
            let texts = |key: &str| -> Vec<&str> {
                let items = case[key].as_array().expect("a list");
                items
                    .iter()
                    .map(|item| item.as_str().expect("a string"))
                    .collect()
            };
            let kind = ProcessorKind::from_name(text("processor")).expect("a processor");
            let signal = Signal::from_name(text("signal")).expect("a signal");
            let ours = infer_texts(kind, signal, &texts("statements"), &texts("conditions"));
            if ours.as_ref().map_or("", |context| context.name()) != text("inferred") {
                wrong.push(format!("{case}: {ours:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn words(signal: Signal, statements: &[&str]) -> String {
        let error =
            infer_texts(ProcessorKind::Transform, signal, statements, &[]).expect_err("no context");
        let (_, diagnostic) = error.diagnostic();
        let label = diagnostic
            .primary
            .map(|primary| primary.text)
            .unwrap_or_default();
        format!(
            "{}: {} | {label} | {} | {}",
            diagnostic.code,
            diagnostic.message,
            diagnostic.notes.join("; "),
            diagnostic.help.join("; ")
        )
    }

    #[test]
    fn errors_say_which_path_and_what_to_do() {
        assert_eq!(
            words(Signal::Logs, &["set(body, 1) where severity_text == \"x\""]),
            "E240: the context of these statements cannot be inferred | this path does not say of what it is | at \
             least one path must begin with `resource`, `scope` or `log` | write `log.body`"
        );
        assert_eq!(
            words(Signal::Logs, &["set(spn.name, 1)"]),
            "E241: `spn` is not a context | this path decides which context the statements run on | statements of \
             logs run on `resource`, `scope` or `log` | let one path begin with `resource`, `scope` or `log`, or set \
             the group's `context`"
        );
        assert_eq!(
            words(
                Signal::Metrics,
                &["copy_metric() where datapoint.value_int == 1"]
            ),
            "E242: no context has everything that these statements use | because of this path they would run on \
             `datapoint` | `datapoint` does not have `copy_metric`; `exemplar` does not have `copy_metric` | give \
             statements that need different contexts groups of their own"
        );
    }
}
