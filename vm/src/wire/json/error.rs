//! `JsonError`: why an OTLP/JSON text was refused, and where.

use std::fmt;

/// Why an OTLP/JSON text was refused, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonError {
    /// Bytes from the start of the text.
    pub offset: usize,
    /// Lines from 1.
    pub line: usize,
    /// Bytes from the start of the line, from 1.
    pub column: usize,
    /// What is wrong, a phrase without a full stop.
    pub message: &'static str,
    /// Where in the request, such as `resourceSpans[0].scopeSpans[0].spans[3].traceId`; empty at the top.
    pub path: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JsonError {
            line,
            column,
            message,
            path,
            ..
        } = self;
        write!(f, "line {line}, column {column}: {message}")?;
        if path.is_empty() {
            Ok(())
        } else {
            write!(f, " (in {path})")
        }
    }
}

impl std::error::Error for JsonError {}

/// An error on its way up: each message adds a step of the path, innermost first.
#[derive(Debug)]
pub(super) struct Fault {
    offset: usize,
    message: &'static str,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Field(&'static str),
    Index(usize),
}

/// What the readers return: the error is rare and large, so it is boxed.
pub(super) type Read<T> = Result<T, Box<Fault>>;

impl Fault {
    #[cold]
    pub(super) fn new(message: &'static str, offset: usize) -> Box<Fault> {
        Box::new(Fault {
            offset,
            message,
            steps: Vec::new(),
        })
    }

    #[cold]
    pub(super) fn in_field(mut self: Box<Self>, name: &'static str) -> Box<Self> {
        self.steps.push(Step::Field(name));
        self
    }

    #[cold]
    pub(super) fn in_element(mut self: Box<Self>, index: usize) -> Box<Self> {
        self.steps.push(Step::Index(index));
        self
    }

    /// The error for the user, with its place in `text`.
    pub(super) fn in_text(self, text: &[u8]) -> JsonError {
        let before = &text[..self.offset.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |newline| newline + 1);
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => path.extend([".", name]),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        JsonError {
            offset: before.len(),
            line: before.iter().filter(|&&byte| byte == b'\n').count() + 1,
            column: before.len() - line_start + 1,
            message: self.message,
            path,
        }
    }
}
