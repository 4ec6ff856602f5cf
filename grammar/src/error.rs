//! What can be wrong with a text: codes, places, words.
//!
//! An [`Error`] is data; the sentence in `message` names what is wrong, `help` what to do about it, and
//! `fix` does it. Codes are stable: none is ever given another meaning.

use std::fmt;

use crate::ast::Span;
use crate::limits::MESSAGE_CHARS_MAX;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)+) => {
        /// The code of an [`Error`]. All codes of the grammar are E1xx.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$name),+];

            /// `E101`
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code),+ }
            }

            /// What the code stands for, in a sentence.
            pub fn description(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

codes! {
    /// A character that no OTTL text has outside of strings.
    UnknownCharacter = "E101";
    /// A string that has no closing quote.
    UnclosedString = "E102";
    /// An escape in a string that does not exist.
    BadEscape = "E103";
    /// A string in quotes other than `"`.
    ForeignQuotes = "E104";
    /// An integer that does not fit 64 bits, or has the digits 8 or 9 after a leading 0, which means octal.
    BadInt = "E105";
    /// A floating point number that is too large.
    BadFloat = "E106";
    /// Bytes with an odd number of hexadecimal digits.
    BadBytes = "E107";
    /// A duration of more than 64 bits of nanoseconds.
    BadDuration = "E108";
    /// A word or sign of another language where OTTL has its own: `&&`, `||`, `!`.
    ForeignOperator = "E109";
    /// Something stands where something else is expected.
    Unexpected = "E110";
    /// The text ends where something is expected.
    UnexpectedEnd = "E111";
    /// A bracket that is never closed.
    UnclosedBracket = "E112";
    /// A bracket that was never opened.
    UnopenedBracket = "E113";
    /// A condition follows an editor without `where`.
    MissingWhere = "E114";
    /// `=` where values are compared.
    AssignmentInCondition = "E115";
    /// `a = b` instead of an editor.
    Assignment = "E116";
    /// `a == b == c`
    ChainedComparison = "E117";
    /// A name in another spelling than OTTL's for true, false or nil.
    ForeignLiteral = "E118";
    /// A converter where an editor is expected.
    ConverterAsEditor = "E120";
    /// An editor where a converter is expected.
    EditorAsConverter = "E121";
    /// An editor that is indexed.
    IndexedEditor = "E122";
    /// A lambda whose body is a lambda.
    LambdaInLambda = "E123";
    /// Arithmetic in a key that begins with an integer.
    ArithmeticKey = "E124";
    /// A text that is too long.
    TooLong = "E130";
    /// A text that is nested too deeply.
    TooDeep = "E131";
    /// Something that only the extended dialect has.
    ExtendedOnly = "E140";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind of error.
    pub code: Code,
    /// Where; empty where something is missing.
    pub span: Span,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// What could stand there, in OTTL's words: "a path", "`)`". Empty where that says nothing.
    pub expected: Vec<&'static str>,
    /// What to do, as a sentence without its full stop.
    pub help: Option<String>,
    /// An edit that repairs this error, and not necessarily others.
    pub fix: Option<Fix>,
}

/// An edit: what to write instead of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The text to replace; empty to insert.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Error {
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Error {
            code,
            span,
            message: shorten(message.into(), MESSAGE_CHARS_MAX),
            expected: Vec::new(),
            help: None,
            fix: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shorten(help.into(), MESSAGE_CHARS_MAX));
        self
    }

    pub(crate) fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix {
            span,
            replacement: replacement.into(),
        });
        self
    }
}

/// The text, cut to so many characters.
pub(crate) fn shorten(mut text: String, chars: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// Everything that is wrong with a text: one error or more, ordered by place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// Orders the errors, drops repetitions and what exceeds [`ERRORS_MAX`](crate::limits::ERRORS_MAX).
    /// The caller has at least one error.
    pub(crate) fn new(mut errors: Vec<Error>) -> Self {
        errors.sort_by_key(|error| (error.span.start, error.span.end, error.code));
        errors.dedup_by(|a, b| a.span == b.span && a.code == b.code);
        errors.truncate(crate::limits::ERRORS_MAX);
        Errors(errors)
    }

    /// The errors, ordered by place.
    pub fn as_slice(&self) -> &[Error] {
        &self.0
    }
}

impl IntoIterator for Errors {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Error;
    type IntoIter = std::slice::Iter<'a, Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
