//! What is told: [`Diagnostic`], and the text it is told of: [`Source`].

use std::fmt;
use std::ops::Range;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The program cannot be used.
    Error,
    /// It can, but likely does something else than meant.
    Warning,
    /// Something worth knowing.
    Note,
}

/// One thing told about a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `E1xx` grammar, `E2xx` resolution and configuration, `E3xx` running, `Wxxx` warnings. Stable.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: one sentence without a full stop.
    pub message: String,
    /// The bytes of the source that it is about, and what is to be said there. None if it is about the whole.
    pub primary: Option<Label>,
    /// Other parts of the source that explain it.
    pub labels: Vec<Label>,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// What can be done.
    pub help: Vec<String>,
    /// A change of the source that would mend it.
    pub fix: Option<Fix>,
}

/// A part of the source and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The bytes of the source.
    pub span: Range<usize>,
    /// What is said; may be empty.
    pub text: String,
}

/// A replacement of a part of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The bytes of the source to be replaced.
    pub span: Range<usize>,
    /// What to put there.
    pub replacement: String,
}

/// A named text that diagnostics are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// A file's path, or what the text is: `log_statements[0]`, `<command line>`.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// A text with this name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The line and column, both from 1, the column in characters, of a byte; of the end if it is beyond.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let place = crate::config::Place::of(offset..offset, &self.text);
        (place.line, place.column)
    }

    /// The span cut to the text and widened to whole characters.
    pub(crate) fn clamp(&self, span: &Range<usize>) -> Range<usize> {
        let mut start = span.start.min(self.text.len());
        let mut end = span.end.clamp(start, self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl Diagnostic {
    /// A diagnostic about the whole source.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// An error about the whole source.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message)
    }

    /// A warning about the whole source.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// The same, about this part of the source.
    #[must_use]
    pub fn at(mut self, span: Range<usize>, text: impl Into<String>) -> Diagnostic {
        self.primary = Some(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// The same with another part of the source explained.
    #[must_use]
    pub fn label(mut self, span: Range<usize>, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// The same with something else to be known.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// The same with something that can be done.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// The same with a change that would mend it.
    #[must_use]
    pub fn fix(mut self, span: Range<usize>, replacement: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix {
            span,
            replacement: replacement.into(),
        });
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}[{}]: {}",
            self.severity.name(),
            self.code,
            self.message
        )?;
        for help in &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}
