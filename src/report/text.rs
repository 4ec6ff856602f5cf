//! Diagnostics as text for people: the source's lines with carets beneath, as rustc shows them.

use std::io::IsTerminal;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Severity, Source};

/// How text is dressed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether terminal colours are used.
    pub has_colour: bool,
    /// Columns to fit into.
    pub width: usize,
}

impl Style {
    /// No colours: for files, pipes and tests.
    pub const PLAIN: Style = Style {
        has_colour: false,
        width: 140,
    };

    /// Colours if the standard error stream is a terminal that wants them: `NO_COLOR` is empty or not set, and
    /// `TERM` is not `dumb`.
    pub fn of_stderr() -> Style {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let has_colour = std::io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_dumb;
        Style {
            has_colour,
            ..Style::PLAIN
        }
    }
}

/// The diagnostic as some lines of text, the last one ended.
pub fn render(diagnostic: &Diagnostic, source: &Source, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let mut group = Group::with_title(title);
    if let Some(primary) = &diagnostic.primary {
        let mut snippet = Snippet::source(source.text.as_str())
            .path(source.name.as_str())
            .annotation(
                AnnotationKind::Primary
                    .span(source.clamp(&primary.span))
                    .label(non_empty(&primary.text)),
            );
        for label in &diagnostic.labels {
            let span = source.clamp(&label.span);
            snippet = snippet.annotation(
                AnnotationKind::Context
                    .span(span)
                    .label(non_empty(&label.text)),
            );
        }
        group = group.element(snippet);
    } else if !source.name.is_empty() {
        group = group.element(annotate_snippets::Origin::path(source.name.as_str()));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    let mut groups = vec![group];
    let mut help = diagnostic.help.iter();
    if let Some(fix) = &diagnostic.fix {
        let title = help.next().map_or("try", String::as_str);
        let patch = Patch::new(source.clamp(&fix.span), fix.replacement.as_str());
        let snippet = Snippet::source(source.text.as_str())
            .path(source.name.as_str())
            .patch(patch);
        groups.push(Level::HELP.secondary_title(title).element(snippet));
    }
    for text in help {
        if let Some(group) = groups.pop() {
            groups.push(group.element(Level::HELP.message(text.as_str())));
        }
    }
    let renderer = if style.has_colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(style.width)
        .render(&groups);
    text.push('\n');
    text
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(diagnostic: &Diagnostic, source: &Source, expected: &str) {
        let text = render(diagnostic, source, Style::PLAIN);
        assert_eq!(text.trim_end(), expected.trim_matches('\n'), "\n{text}");
    }

    #[test]
    fn carets_notes_help_and_fix() {
        let source = Source::new(
            "transform.yaml",
            "log_statements:\n  - set(log.boddy, \"x\")\n",
        );
        let diagnostic = Diagnostic::error("E204", "there is no path `log.boddy`")
            .at(24..33, "unknown")
            .label(20..23, "in this editor")
            .note("the paths of `log` are listed by `ottlc doc`")
            .help("did you mean `log.body`?")
            .fix(24..33, "log.body");
        check(
            &diagnostic,
            &source,
            r#"
error[E204]: there is no path `log.boddy`
 --> transform.yaml:2:9
  |
2 |   - set(log.boddy, "x")
  |     --- ^^^^^^^^^ unknown
  |     |
  |     in this editor
  |
  = note: the paths of `log` are listed by `ottlc doc`
help: did you mean `log.body`?
  |
2 -   - set(log.boddy, "x")
2 +   - set(log.body, "x")
  |
"#,
        );
    }

    #[test]
    fn whole_sources_and_bad_spans() {
        let source = Source::new("x", "é");
        let text = render(
            &Diagnostic::warning("W001", "odd").help("do so"),
            &source,
            Style::PLAIN,
        );
        assert_eq!(text, "warning[W001]: odd\n--> x\n = help: do so\n");
        for span in [0..0, 1..1, 1..9, 5..9, 0..2] {
            let text = render(
                &Diagnostic::error("E100", "bad").at(span.clone(), "here"),
                &source,
                Style::PLAIN,
            );
            assert!(text.contains("here"), "{span:?}: {text}");
        }
    }
}
