//! Diagnostics as JSON, one object a line, for editors and other programs.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::diagnostic::{Diagnostic, Label, Source};

/// The diagnostic as one line of JSON, ended.
///
/// `{"code", "severity", "message", "source", "span"?, "label"?, "labels"?, "notes"?, "help"?, "fix"?}`; a span is
/// `{"start", "end", "line", "column", "end_line", "end_column"}`: bytes of the source from 0, lines and columns
/// from 1, columns in characters.
pub fn render_json(diagnostic: &Diagnostic, source: &Source) -> String {
    let mut object = Map::new();
    object.insert("code".into(), diagnostic.code.into());
    object.insert("severity".into(), diagnostic.severity.name().into());
    object.insert("message".into(), diagnostic.message.as_str().into());
    object.insert("source".into(), source.name.as_str().into());
    if let Some(Label { span, text }) = &diagnostic.primary {
        object.insert("span".into(), span_of(span, source));
        if !text.is_empty() {
            object.insert("label".into(), text.as_str().into());
        }
    }
    let mut list = |key: &str, items: Vec<Value>| {
        if !items.is_empty() {
            object.insert(key.into(), Value::Array(items));
        }
    };
    let labels = diagnostic.labels.iter();
    list(
        "labels",
        labels
            .map(|label| json!({"span": span_of(&label.span, source), "text": label.text}))
            .collect(),
    );
    list(
        "notes",
        diagnostic
            .notes
            .iter()
            .map(|note| note.as_str().into())
            .collect(),
    );
    list(
        "help",
        diagnostic
            .help
            .iter()
            .map(|help| help.as_str().into())
            .collect(),
    );
    if let Some(fix) = &diagnostic.fix {
        let fix = json!({"span": span_of(&fix.span, source), "replacement": fix.replacement});
        object.insert("fix".into(), fix);
    }
    format!("{}\n", Value::Object(object))
}

fn span_of(span: &Range<usize>, source: &Source) -> Value {
    let span = source.clamp(span);
    let (line, column) = source.line_and_column(span.start);
    let (end_line, end_column) = source.line_and_column(span.end);
    json!({
        "start": span.start,
        "end": span.end,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_bytes_lines_and_columns() {
        let source = Source::new("f", "é\nab");
        let line = render_json(
            &Diagnostic::error("E204", "m").at(4..5, "").fix(4..5, "x"),
            &source,
        );
        let value: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["span"]["line"], 2);
        assert_eq!(value["span"]["column"], 2);
        assert_eq!(value["fix"]["replacement"], "x");
        assert!(value.get("notes").is_none());
        assert!(line.ends_with('\n'));
    }
}
