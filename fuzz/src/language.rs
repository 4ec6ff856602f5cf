//! The front end: any text gives a tree or errors inside the text, and a tree survives printing.

use super::choices::Choices;
use super::program;
use ottl_grammar::{Dialect, Errors, parse_condition, parse_statement, parse_value};

const DIALECTS: [Dialect; 2] = [Dialect::Upstream, Dialect::Extended];

/// What soups of tokens are made of.
const TOKENS: &[&str] = &[
    "set",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    "where",
    "and",
    "or",
    "not",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "&&",
    "||",
    "!",
    "+",
    "-",
    "*",
    "/",
    "=>",
    "->",
    "_",
    "true",
    "false",
    "nil",
    "null",
    "0",
    "1",
    "-9223372036854775808",
    "9223372036854775808",
    "1.5",
    "1e309",
    ".5",
    "0x",
    "0xDEADbeef",
    "0xabc",
    "3s",
    "1h30m",
    "\"a\"",
    "\"\\\"\"",
    "\"\\x\"",
    "'a'",
    "\"",
    "\\",
    "attributes",
    "resource",
    "body",
    "span",
    "Concat",
    "IsMatch",
    "STATUS_CODE_ERROR",
    "if",
    "é",
    "\u{0}",
    " ",
    "\n",
    "#",
    ";",
    "$",
    "`",
    "((((((((",
    "[[[[",
    "{{{{",
    "not not",
    "a.b.c",
    "x =",
];

/// Checks parsing: all three parsers, in every dialect.
///
/// # Panics
/// If an error lies outside the text, or anything panics.
pub fn parse(data: &[u8]) {
    let text = text(data);
    for dialect in DIALECTS {
        for errors in [
            parse_statement(&text, dialect).err(),
            parse_condition(&text, dialect).err(),
            parse_value(&text, dialect).err(),
        ]
        .into_iter()
        .flatten()
        {
            check_errors(&text, &errors);
        }
    }
}

fn check_errors(text: &str, errors: &Errors) {
    assert!(
        !errors.as_slice().is_empty(),
        "{text:?} is refused without an error"
    );
    for error in errors.as_slice() {
        let span = error.span.start as usize..error.span.end as usize;
        assert!(text.get(span).is_some(), "{text:?}: {error:?} lies outside");
        assert!(!error.to_string().is_empty());
    }
}

/// Checks that a tree's text parses to the same tree, and prints the same again.
///
/// # Panics
/// If not.
pub fn print_parse(data: &[u8]) {
    let mut choices = Choices(data);
    let generated = match choices.byte() % 3 {
        0 => program::statement(&mut choices, "span"),
        1 => program::statement(&mut choices, "log"),
        _ => text(choices.0),
    };
    macro_rules! check {
        ($parse:ident) => {
            for dialect in DIALECTS {
                if let Ok(tree) = $parse(&generated, dialect) {
                    let printed = tree.to_string();
                    let again = $parse(&printed, dialect);
                    let again = again.unwrap_or_else(|errors| {
                        panic!("{generated:?} prints {printed:?}: {errors}")
                    });
                    assert_eq!(again.to_string(), printed, "from {generated:?}");
                    assert_eq!(
                        again.without_spans(),
                        tree.without_spans(),
                        "{generated:?} prints {printed:?}"
                    );
                }
            }
        };
    }
    check!(parse_statement);
    check!(parse_condition);
    check!(parse_value);
}

/// Text from bytes: as they are, or each byte one token.
fn text(data: &[u8]) -> String {
    match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => {
            let token = |byte: &u8| TOKENS[usize::from(*byte) % TOKENS.len()];
            let separator = if first % 4 == 1 { " " } else { "" };
            rest.iter().map(token).collect::<Vec<_>>().join(separator)
        }
        Some((_, rest)) => String::from_utf8_lossy(rest).into_owned(),
        None => String::new(),
    }
}
