//! Puts other statements into a configuration file, and leaves the rest of it as it is.

use super::place::Text;
use std::fmt;
use std::ops::Range;

/// Why a statement cannot be replaced in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreplaceable {
    /// It was not read from a file, or nobody knows from where in it.
    NoPlace,
    /// Part of it comes from a `${VARIABLE}`.
    Variable,
    /// It is one of the pieces of a string that stands where a list is expected.
    Split,
    /// It stands in one place, under an alias, for two different things.
    Alias,
}

impl fmt::Display for Unreplaceable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreplaceable::NoPlace => "where it stands in the file is not known",
            Unreplaceable::Variable => "part of it is a variable of the environment",
            Unreplaceable::Split => "it is part of one string; write a list of strings",
            Unreplaceable::Alias => "an alias makes it stand for two different statements",
        })
    }
}

/// A file with statements replaced, each in the quotes it had. `has_dollars` tells whether `$` is written `$$`
/// in it, as in a collector's configuration.
///
/// # Errors
/// The first that cannot be replaced, by its number.
pub fn replace(
    file: &str,
    changes: &[(&Text, &str)],
    has_dollars: bool,
) -> Result<String, (usize, Unreplaceable)> {
    let mut edits = Vec::with_capacity(changes.len());
    for (number, (text, new)) in changes.iter().enumerate() {
        let (range, replacement) =
            edit(file, text, new, has_dollars).map_err(|error| (number, error))?;
        edits.push((range, replacement, number));
    }
    edits.sort_by_key(|(range, ..)| (range.start, range.end));
    let mut out = String::with_capacity(file.len());
    let mut copied = 0;
    let mut last: Option<(Range<usize>, String)> = None;
    for (range, replacement, number) in edits {
        if range.start < copied {
            let is_same = last.as_ref() == Some(&(range, replacement));
            if is_same {
                continue;
            }
            return Err((number, Unreplaceable::Alias));
        }
        out.push_str(&file[copied..range.start]);
        out.push_str(&replacement);
        copied = range.end;
        last = Some((range, replacement));
    }
    out.push_str(&file[copied..]);
    Ok(out)
}

/// What to put where in the file.
fn edit(
    file: &str,
    text: &Text,
    new: &str,
    has_dollars: bool,
) -> Result<(Range<usize>, String), Unreplaceable> {
    if text.is_split {
        return Err(Unreplaceable::Split);
    }
    let length = text.text.trim_end().len();
    let content = text.range(0..length).ok_or(Unreplaceable::NoPlace)?;
    let whole = text.place.span.clone();
    let (Some(written), Some(scalar)) = (file.get(content.clone()), file.get(whole.clone())) else {
        return Err(Unreplaceable::NoPlace);
    };
    if has_dollars && has_variable(written) {
        return Err(Unreplaceable::Variable);
    }
    let new = match has_dollars {
        true => new.replace('$', "$$"),
        false => new.to_owned(),
    };
    Ok(match scalar.as_bytes().first() {
        Some(b'\'') => (content, new.replace('\'', "''")),
        Some(b'"') => (content, double_quoted(&new)),
        // A block keeps its header and its indentation; it is one line now.
        Some(b'|' | b'>') => (content, new),
        _ if is_block(file, content.start) => (content, new),
        _ if is_plain(&new, written) => (content, new),
        _ => (content, format!("'{}'", new.replace('\'', "''"))),
    })
}

/// Whether a `${…}` stands there that no `$` before it makes a literal one.
fn has_variable(written: &str) -> bool {
    let mut rest = written;
    while let Some(at) = rest.find('$') {
        match rest.as_bytes().get(at + 1) {
            Some(b'{') => return true,
            Some(b'$') => rest = &rest[at + 2..],
            _ => rest = &rest[at + 1..],
        }
    }
    false
}

/// Whether what begins here follows the header of a block scalar: `|`, `>-` and so on, and a line break.
fn is_block(file: &str, start: usize) -> bool {
    let before = file[..start].trim_end_matches([' ', '\t']);
    let Some(before) = before.strip_suffix('\n') else {
        return false;
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line = line.split(" #").next().unwrap_or_default().trim_end();
    let header = line.trim_end_matches(['-', '+', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    header.ends_with(['|', '>'])
}

/// Whether text can stand without quotes where `written` does.
fn is_plain(text: &str, written: &str) -> bool {
    let is_flow_safe =
        written.contains(['[', '{', ',']) || !text.contains(['[', ']', '{', '}', ',']);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '(');
    begins && is_flow_safe && !text.contains(": ") && !text.contains(" #") && !text.contains('\n')
}

/// The inside of a double-quoted scalar.
fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Processor, read};

    fn statements(yaml: &str) -> Vec<Text> {
        let components = read(yaml, &|_| Some("x".to_owned())).expect("a valid configuration");
        let Processor::Transform(transform) = &components[0].processor else {
            panic!("a transform processor")
        };
        let groups = transform.log_statements.iter();
        groups.flat_map(|group| group.statements.clone()).collect()
    }

    /// Each statement of `yaml` replaced by `new` gives `expected`, which reads as `new`.
    fn check(yaml: &str, new: &str, expected: &str) {
        let texts = statements(yaml);
        let changes: Vec<_> = texts.iter().map(|text| (text, new)).collect();
        let written = replace(yaml, &changes, true).expect("a place");
        assert_eq!(written, expected);
        for text in statements(&written) {
            assert_eq!(text.text.trim_end(), new, "{written}");
        }
    }

    #[test]
    fn statements_keep_their_quotes() {
        let new = r#"set(a["it's"], "$\"") where a == "b: #"#;
        check(
            "log_statements:\n  - set(a, 1) # why\n  - 'set(b, 1)'\n  - \"set(c, 1)\"\n",
            new,
            "log_statements:\n  - 'set(a[\"it''s\"], \"$$\\\"\") where a == \"b: #' # why\n  - 'set(a[\"it''s\"], \"$$\\\"\") where a == \"b: #'\n  - \"set(a[\\\"it's\\\"], \\\"$$\\\\\\\"\\\") where a == \\\"b: #\"\n",
        );
        check(
            "log_statements:\n  # one\n  - >-\n    set(a,\n      1)\n    where true\n  # two\n  - |\n    set(b, 1)\n\n  - set(c, 1)",
            "set(x, 2)",
            "log_statements:\n  # one\n  - >-\n    set(x, 2)\n  # two\n  - |\n    set(x, 2)\n\n  - set(x, 2)",
        );
        check(
            "log_statements: [a, 'b']",
            "set(x, 2)",
            "log_statements: ['set(x, 2)', 'set(x, 2)']",
        );
        check(
            "log_statements:\n  - &s set(x, 1)\n  - *s\n",
            "set(x, 2)",
            "log_statements:\n  - &s set(x, 2)\n  - *s\n",
        );
    }

    #[test]
    fn variables_and_pieces_stay() {
        let why = |yaml: &str| {
            let texts = statements(yaml);
            let changes: Vec<_> = texts.iter().map(|text| (text, "set(x, 2)")).collect();
            replace(yaml, &changes, true).map_err(|(_, why)| why)
        };
        assert_eq!(
            why("log_statements: ['set(x, ${N})']"),
            Err(Unreplaceable::Variable)
        );
        assert_eq!(
            why("log_statements: [{statements: 'a,b'}]"),
            Err(Unreplaceable::Split)
        );
        assert!(why("log_statements: ['set(x, \"$${N}\")']").is_ok());
    }
}
