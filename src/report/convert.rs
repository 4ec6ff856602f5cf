//! Diagnostics from the grammar's and the configuration's errors, and from a statement's text to the file that
//! it stands in.

use super::diagnostic::{Diagnostic, Fix, Label, Source};
use crate::config::{ConfigError, Text};

impl From<&ottl_grammar::Error> for Diagnostic {
    /// Spans are bytes of the text that was parsed.
    fn from(error: &ottl_grammar::Error) -> Diagnostic {
        let range = |span: ottl_grammar::ast::Span| span.start as usize..span.end as usize;
        let label = match &error.expected[..] {
            [] => String::new(),
            [one] => format!("expected {one}"),
            [most @ .., last] => format!("expected {} or {last}", most.join(", ")),
        };
        let mut diagnostic = Diagnostic::error(error.code.as_str(), error.message.as_str())
            .at(range(error.span), label);
        if let Some(help) = &error.help {
            diagnostic = diagnostic.help(help.as_str());
        }
        match &error.fix {
            Some(fix) => diagnostic.fix(range(fix.span), fix.replacement.as_str()),
            None => diagnostic,
        }
    }
}

impl From<&ConfigError> for Diagnostic {
    /// Spans are bytes of the file that the configuration was read from.
    fn from(error: &ConfigError) -> Diagnostic {
        let mut message = error.kind.to_string();
        if !error.path.is_empty() {
            message = format!("{message} in `{}`", error.path);
        }
        let mut diagnostic = Diagnostic::error(error.kind.code(), message);
        if error.place.is_known() {
            diagnostic = diagnostic.at(error.place.span.clone(), "");
        }
        match error.kind.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Moves a diagnostic about a statement or condition to the file it stands in.
///
/// Gives what the spans are now bytes of: the file, or, if the configuration was not read from a file, the
/// statement, named by its place in the configuration. A fix that would have to be escaped in the file is
/// kept as words.
pub fn locate(diagnostic: Diagnostic, text: &Text, file: Option<&Source>) -> (Diagnostic, Source) {
    let diagnostic = match text.is_split {
        true => diagnostic.note(format!(
            "`{}` is one string, which the collector splits at every comma; write a list of strings",
            text.path
        )),
        false => diagnostic,
    };
    let Some(file) = file.filter(|_| !text.map.is_unknown()) else {
        return (
            diagnostic,
            Source::new(text.path.clone(), text.text.clone()),
        );
    };
    let located = |label: Label| {
        let span = text
            .range(label.span.clone())
            .unwrap_or(text.place.span.clone());
        Label {
            span,
            text: label.text,
        }
    };
    let mut moved = Diagnostic {
        primary: Some(match diagnostic.primary {
            Some(primary) => located(primary),
            None => Label {
                span: text.place.span.clone(),
                text: String::new(),
            },
        }),
        labels: diagnostic.labels.into_iter().map(located).collect(),
        fix: None,
        ..diagnostic
    };
    if let Some(Fix { span, replacement }) = diagnostic.fix {
        let target = text.range(span.clone()).unwrap_or_default();
        let is_verbatim = file.text.get(target.clone()) == text.text.get(span);
        let is_plain = !replacement.contains(['"', '\'', '\\', '$', '\n', '#', ':', '{', '[']);
        if is_verbatim && is_plain {
            moved.fix = Some(Fix {
                span: target,
                replacement,
            });
        } else if !moved.help.iter().any(|help| help.contains(&replacement)) {
            moved.help.push(format!("write `{replacement}`"));
        }
    }
    (moved, file.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Processor, read};

    fn first_statement(yaml: &str) -> Text {
        let components = read(yaml, &|_| None).expect("a valid configuration");
        let Processor::Transform(transform) = &components[0].processor else {
            panic!("a transform processor")
        };
        transform.log_statements[0].statements[0].clone()
    }

    /// The caret of a diagnostic about `word` of the first statement must stand under `written` in the file.
    fn check(yaml: &str, word: &str, written: &str) {
        let text = first_statement(yaml);
        let at = text.text.find(word).expect("the word is in the statement");
        let file = Source::new("f.yaml", yaml);
        let (moved, source) = locate(
            Diagnostic::error("E204", "m").at(at..at + word.len(), ""),
            &text,
            Some(&file),
        );
        let span = moved.primary.expect("a span").span;
        assert_eq!(&source.text[span], written);
    }

    #[test]
    fn carets_stand_in_the_file_whatever_the_quoting() {
        check("log_statements:\n  - set(body, 1)", "body", "body");
        check(
            "log_statements: ['set(a[\"it''s\"], body)']",
            "it's",
            "it''s",
        );
        check(
            "log_statements: [\"set(a[\\\"k\\\"], body)\"]",
            "a[\"k\"]",
            "a[\\\"k\\\"]",
        );
        check(
            "log_statements:\n  - >-\n    set(body,\n      1)\n    where true",
            "where",
            "where",
        );
        check(
            "log_statements:\n  - |\n    set(body, 1)\n    where é == 2\n",
            "2",
            "2",
        );
        check("log_statements:\n  - 'set(body, \"$$1\")'", "$1", "$$1");
    }

    #[test]
    fn grammar_errors_become_diagnostics() {
        let text = "set(body, 'x')";
        let errors = ottl_grammar::parse_statement(text, ottl_grammar::Dialect::Upstream)
            .expect_err("quotes");
        let diagnostic = Diagnostic::from(&errors.as_slice()[0]);
        assert_eq!(diagnostic.code, "E104");
        assert_eq!(diagnostic.primary.map(|label| label.span), Some(10..13));
        assert_eq!(
            diagnostic.fix.map(|fix| fix.replacement).as_deref(),
            Some("\"x\"")
        );
    }

    #[test]
    fn without_a_file_the_statement_is_the_source() {
        let text = Text {
            text: "set(a, 1)".into(),
            path: "log_statements[0]".into(),
            ..Text::default()
        };
        let (moved, source) = locate(Diagnostic::error("E204", "m").at(4..5, ""), &text, None);
        assert_eq!(
            (source.name.as_str(), source.text.as_str()),
            ("log_statements[0]", "set(a, 1)")
        );
        assert_eq!(moved.primary.map(|label| label.span), Some(4..5));
    }

    #[test]
    fn fixes_that_need_escapes_become_words() {
        let yaml = "log_statements: [\"set(body, 1)\"]";
        let text = first_statement(yaml);
        let file = Source::new("f.yaml", yaml);
        let fix = |replacement| {
            let diagnostic = Diagnostic::error("E204", "m")
                .at(4..8, "")
                .fix(4..8, replacement);
            locate(diagnostic, &text, Some(&file)).0
        };
        assert_eq!(fix("name").fix.map(|fix| fix.span), Some(22..26));
        assert_eq!(fix("a[\"b\"]").fix, None);
        assert_eq!(fix("a[\"b\"]").help, ["write `a[\"b\"]`"]);
    }
}
