//! What the compiler refuses, and how it says so: codes E2xx.
//!
//! A [`Problem`] is data: the kind, and the part of the text that it is about. The sentence is in `Display`,
//! what to do in [`ProblemKind::help`]. Codes are never reused.

use ottl_grammar::ast::Span;
use std::fmt;

/// One thing that is wrong with a statement or condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Which bytes of the statement it is about.
    pub span: Span,
}

/// The kinds of [`Problem`].
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// A function that the context does not have.
    UnknownFunction {
        /// The name as written.
        name: String,
        /// The context in which it was looked for.
        context: &'static str,
        /// The most similar name that exists.
        nearest: Option<String>,
        /// Other contexts that have it.
        elsewhere: Vec<&'static str>,
    },
    /// An editor among values, or a converter that begins a statement.
    WrongKind {
        /// The function.
        function: &'static str,
        /// Whether it is a converter.
        is_converter: bool,
        /// The most similar name of the other kind.
        nearest: Option<String>,
    },
    /// A path that its context does not have.
    UnknownPath {
        /// The path as written.
        path: String,
        /// The context in which it was looked for.
        context: &'static str,
        /// The most similar path that exists.
        nearest: Option<String>,
    },
    /// A path that names no context where one is needed.
    MissingPathContext {
        /// The path as written.
        path: String,
        /// What it may begin with.
        contexts: Vec<&'static str>,
    },
    /// A path whose context cannot be reached.
    UnreachablePathContext {
        /// The path as written.
        path: String,
        /// The context that it names.
        context: String,
        /// The context of the statement.
        from: &'static str,
        /// What it may begin with.
        contexts: Vec<&'static str>,
    },
    /// The cache of another context.
    ForeignCache {
        /// The path as written.
        path: String,
        /// The context of the statement.
        context: &'static str,
    },
    /// Keys on a path, or on a part of one, that takes another number of them.
    WrongKeyCount {
        /// The path as written.
        path: String,
        /// How many keys it takes.
        expected: u8,
        /// How many were given.
        received: usize,
    },
    /// A write to a path that can only be read.
    ReadOnlyPath {
        /// The path as written.
        path: String,
    },
    /// An enum symbol that the context does not have.
    UnknownEnum {
        /// The symbol.
        symbol: String,
        /// The context.
        context: &'static str,
        /// The most similar symbol that exists.
        nearest: Option<String>,
    },
    /// Too few or too many arguments.
    ArgumentCount {
        /// The function's signature.
        signature: String,
        /// How few it takes.
        least: usize,
        /// How many it takes.
        most: usize,
        /// How many were given.
        received: usize,
    },
    /// A named argument for a parameter that does not exist.
    UnknownParameter {
        /// The function's signature.
        signature: String,
        /// The name.
        name: String,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// A positional argument after a named one.
    PositionalAfterNamed,
    /// An argument that was given twice (extended dialect).
    RepeatedArgument {
        /// The parameter.
        parameter: &'static str,
    },
    /// An argument of the wrong form: the parameter takes only a path, or only a certain literal.
    WrongForm {
        /// The function.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What it takes.
        expected: String,
        /// What was likely meant.
        instead: Option<String>,
    },
    /// A literal that the parameter can never take.
    WrongLiteral {
        /// The function.
        function: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// The error that it would be at run time.
        reason: String,
    },
    /// A call whose literals the function itself refuses.
    RefusedCall {
        /// The function.
        function: &'static str,
        /// Why.
        reason: String,
    },
    /// A map literal that cannot be made.
    InvalidMap {
        /// Why.
        reason: String,
    },
    /// A lambda where lambdas are not enabled.
    LambdaDisabled,
    /// A lambda with another number of parameters than the function gives it values.
    LambdaArity {
        /// How many values it is given.
        expected: usize,
        /// How many parameters it has.
        received: usize,
    },
    /// A parameter of a lambda with something after a dot.
    LambdaParameterField {
        /// The parameter.
        name: String,
    },
    /// Two parameters of a lambda with one name.
    RepeatedLambdaParameter {
        /// The name.
        name: String,
    },
    /// A statement that needs more registers than there are.
    TooComplex,
    /// A context that this build cannot run statements in.
    UnsupportedContext {
        /// The context.
        context: &'static str,
    },
}

/// One entry for each kind: the code.
macro_rules! codes {
    ($($kind:ident = $code:literal,)+) => {
        /// What other languages call nil; OTTL takes them for paths.
const NIL_ELSEWHERE: &[&str] = &["null", "none", "undefined"];

/// What editors that drop records would be called.
const DROPPING: &[&str] = &["discard", "drop", "drop_log", "drop_metric", "drop_span", "filter", "reject"];

impl ProblemKind {
            /// The code by which it is known.
            pub fn code(&self) -> &'static str {
                match self { $(ProblemKind::$kind { .. } => $code,)+ }
            }

            /// Every code.
            pub const CODES: &'static [&'static str] = &[$($code),+];
        }
    };
}

codes! {
    UnknownFunction = "E201",
    UnknownPath = "E202",
    MissingPathContext = "E203",
    UnreachablePathContext = "E204",
    ForeignCache = "E205",
    WrongKeyCount = "E207",
    ReadOnlyPath = "E208",
    UnknownEnum = "E209",
    ArgumentCount = "E210",
    UnknownParameter = "E211",
    PositionalAfterNamed = "E212",
    RepeatedArgument = "E213",
    WrongForm = "E214",
    WrongLiteral = "E215",
    RefusedCall = "E216",
    InvalidMap = "E217",
    LambdaDisabled = "E218",
    LambdaArity = "E219",
    RepeatedLambdaParameter = "E220",
    TooComplex = "E221",
    UnsupportedContext = "E222",
    LambdaParameterField = "E223",
    WrongKind = "E224",
}

impl ProblemKind {
    /// What to do about it, if that can be said.
    pub fn help(&self) -> Option<String> {
        match self {
            ProblemKind::UnknownFunction {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            ProblemKind::UnknownFunction { elsewhere, .. } if !elsewhere.is_empty() => {
                Some(format!("it exists in {}", list(elsewhere)))
            }
            ProblemKind::UnknownFunction { name, .. } if DROPPING.contains(&&**name) => Some(
                "statements drop no records: the filter processor does, those for which one of its conditions is true"
                    .to_owned(),
            ),
            ProblemKind::UnknownPath {
                nearest: Some(nearest),
                ..
            }
            | ProblemKind::UnknownEnum {
                nearest: Some(nearest),
                ..
            }
            | ProblemKind::WrongKind {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            ProblemKind::MissingPathContext { path, .. } if NIL_ELSEWHERE.contains(&&**path) => {
                Some("the value that is not there is `nil`".to_owned())
            }
            ProblemKind::MissingPathContext { path, contexts } => {
                let choices: Vec<_> = contexts
                    .iter()
                    .map(|context| format!("{context}.{path}"))
                    .collect();
                Some(match choices.as_slice() {
                    [only] => format!("write `{only}`"),
                    _ => format!("write one of {}", list(&choices)),
                })
            }
            ProblemKind::UnreachablePathContext { contexts, .. } => {
                Some(format!("paths can begin with {} here", list(contexts)))
            }
            ProblemKind::ForeignCache { context, .. } => {
                Some(format!("the only cache here is `{context}.cache`"))
            }
            ProblemKind::ArgumentCount { signature, .. } => Some(format!("it is `{signature}`")),
            ProblemKind::UnknownParameter {
                nearest: Some(nearest),
                ..
            } => Some(format!("did you mean `{nearest}`?")),
            ProblemKind::UnknownParameter { signature, .. } => Some(format!("it is `{signature}`")),
            ProblemKind::PositionalAfterNamed => {
                Some("name this argument, too, or move it ahead".to_owned())
            }
            ProblemKind::WrongForm {
                instead: Some(instead),
                ..
            } => Some(format!("write `{instead}`")),
            ProblemKind::LambdaDisabled => {
                Some("enable the feature gate `ottl.functions.enableLambda`".to_owned())
            }
            ProblemKind::LambdaArity { expected, received } if received < expected => {
                Some("name what you do not need `_`".to_owned())
            }
            ProblemKind::LambdaParameterField { name } => Some(format!(
                "index it, as in `{name}[\"key\"]`, or give it another name if a path is meant"
            )),
            ProblemKind::TooComplex => Some("split the statement".to_owned()),
            _ => None,
        }
    }
}

impl ProblemKind {
    /// What to write instead of the problem's span, if that would mend it.
    pub fn replacement(&self) -> Option<&str> {
        match self {
            ProblemKind::UnknownFunction { nearest, .. }
            | ProblemKind::WrongKind { nearest, .. }
            | ProblemKind::UnknownEnum { nearest, .. }
            | ProblemKind::UnknownParameter { nearest, .. } => nearest.as_deref(),
            ProblemKind::UnknownPath { path, nearest, .. } if !path.contains('[') => {
                nearest.as_deref()
            }
            ProblemKind::WrongForm { instead, .. } => instead.as_deref(),
            _ => None,
        }
    }
}

/// `a`, `b` and `c`.
fn list(names: &[impl fmt::Display]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProblemKind::UnknownFunction { name, context, .. } => {
                write!(f, "the context `{context}` has no function `{name}`")
            }
            ProblemKind::WrongKind {
                function,
                is_converter: true,
                ..
            } => write!(
                f,
                "a statement begins with an editor, but `{function}` is a converter"
            ),
            ProblemKind::WrongKind { function, .. } => {
                write!(
                    f,
                    "values come from converters, but `{function}` is an editor"
                )
            }
            ProblemKind::UnknownPath { path, context, .. } => {
                write!(f, "the context `{context}` has no path `{path}`")
            }
            ProblemKind::MissingPathContext { path, .. } => {
                write!(f, "the path `{path}` names no context")
            }
            ProblemKind::UnreachablePathContext {
                path,
                context,
                from,
                ..
            } => {
                write!(
                    f,
                    "`{path}`: the context `{context}` cannot be reached from `{from}`"
                )
            }
            ProblemKind::ForeignCache { path, .. } => {
                write!(f, "`{path}` is the cache of another context")
            }
            ProblemKind::WrongKeyCount {
                path, expected: 0, ..
            } => {
                write!(f, "`{path}` cannot be indexed")
            }
            ProblemKind::WrongKeyCount {
                path,
                expected,
                received,
            } => {
                let keys = counted(usize::from(*expected), "key");
                write!(f, "`{path}` takes {keys}, not {received}")
            }
            ProblemKind::ReadOnlyPath { path } => write!(f, "`{path}` can only be read"),
            ProblemKind::UnknownEnum {
                symbol, context, ..
            } => {
                write!(f, "the context `{context}` has no enum symbol `{symbol}`")
            }
            ProblemKind::ArgumentCount {
                least,
                most,
                received,
                ..
            } => {
                let expected = if least == most {
                    counted(*most, "argument")
                } else {
                    format!("{least} to {}", counted(*most, "argument"))
                };
                write!(f, "expected {expected}, found {received}")
            }
            ProblemKind::UnknownParameter { name, .. } => {
                write!(f, "there is no parameter `{name}`")
            }
            ProblemKind::PositionalAfterNamed => {
                f.write_str("an argument without a name after one with a name")
            }
            ProblemKind::RepeatedArgument { parameter } => {
                write!(f, "`{parameter}` is given twice")
            }
            ProblemKind::WrongForm {
                function,
                parameter,
                expected,
                ..
            } => {
                write!(f, "`{parameter}` of `{function}` must be {expected}")
            }
            ProblemKind::WrongLiteral {
                function,
                parameter,
                reason,
            } => {
                write!(f, "`{parameter}` of `{function}` cannot be this: {reason}")
            }
            ProblemKind::RefusedCall { function, reason } => write!(f, "`{function}`: {reason}"),
            ProblemKind::InvalidMap { reason } => write!(f, "this map cannot be made: {reason}"),
            ProblemKind::LambdaDisabled => f.write_str("lambda expressions are not enabled"),
            ProblemKind::LambdaArity { expected, received } => {
                let expected = counted(*expected, "parameter");
                write!(f, "this lambda must have {expected}, not {received}")
            }
            ProblemKind::LambdaParameterField { name } => {
                write!(
                    f,
                    "`{name}` is a parameter of the lambda, which has no fields"
                )
            }
            ProblemKind::RepeatedLambdaParameter { name } => {
                write!(f, "the lambda has two parameters `{name}`")
            }
            ProblemKind::TooComplex => {
                f.write_str("this statement is nested too deeply to be compiled")
            }
            ProblemKind::UnsupportedContext { context } => {
                write!(f, "statements of the context `{context}` cannot be run yet")
            }
        }
    }
}
