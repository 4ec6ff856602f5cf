//! Whatever comes in: no panic, no overflow, spans that are of the text, and time that is linear.

use ottl_grammar::ast::ValueKind;
use ottl_grammar::limits::{ERRORS_MAX, NESTING_MAX, STATEMENT_BYTES_MAX};
use ottl_grammar::{Code, Dialect, Errors, parse_condition, parse_statement, parse_value};

use crate::{cases, parse};

fn codes(errors: &Errors) -> Vec<Code> {
    errors.as_slice().iter().map(|error| error.code).collect()
}

/// Parses a text as everything, in both dialects, and looks at the errors' places.
fn check(text: &str) {
    for dialect in [Dialect::Upstream, Dialect::Extended] {
        for start in ["statement", "condition", "value"] {
            let Err(errors) = parse(start, text, dialect) else {
                continue;
            };
            assert!(
                (1..=ERRORS_MAX).contains(&errors.as_slice().len()),
                "{text}"
            );
            for error in &errors {
                let spans = [Some(error.span), error.fix.as_ref().map(|fix| fix.span)];
                for span in spans.into_iter().flatten() {
                    assert!(
                        text.get(span.start as usize..span.end as usize).is_some(),
                        "{text}: {error:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn texts_may_be_cut_anywhere() {
    for case in cases() {
        for (at, character) in case.text.char_indices() {
            check(&case.text[..at]);
            check(&case.text[at..]);
            check(&format!(
                "{}{}",
                &case.text[..at],
                &case.text[at + character.len_utf8()..]
            ));
        }
    }
}

#[test]
fn texts_may_hold_anything_anywhere() {
    let intruders = [
        "(", ")", "[", "}", "\"", "'", ",", "=", "=>", "and", " where ", "_", "é", "\0", "(a) =>",
        "\"(\"", "3s", "!", "\\", "“", "”", "«", "’", "`", "=~",
    ];
    for case in cases().iter().step_by(30) {
        for (at, _) in case.text.char_indices() {
            for intruder in intruders {
                check(&format!(
                    "{}{intruder}{}",
                    &case.text[..at],
                    &case.text[at..]
                ));
            }
        }
    }
}

/// A text so many levels deep.
type Shape = fn(usize) -> String;

#[test]
fn nesting_is_bounded() {
    let shapes: [(Shape, &str); 6] = [
        (
            |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
            "lists",
        ),
        (
            |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth)),
            "groups",
        ),
        (
            |depth| format!("{}a{}", "F(".repeat(depth), ")".repeat(depth)),
            "calls",
        ),
        (
            |depth| format!("{}a{}", "a[".repeat(depth), "]".repeat(depth)),
            "keys",
        ),
        (|depth| format!("a{}", " + a".repeat(depth)), "operators"),
        (
            |depth| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
            "maps",
        ),
    ];
    for (shape, what) in shapes {
        let deepest = parse_value(&shape(NESTING_MAX), Dialect::Upstream).expect(what);
        assert_eq!(deepest.clone(), deepest, "{what}");
        assert!(
            !deepest.to_string().is_empty() && !format!("{deepest:?}").is_empty(),
            "{what}"
        );
        for depth in [NESTING_MAX + 1, 100_000] {
            let errors = parse_value(&shape(depth), Dialect::Upstream).expect_err(what);
            assert_eq!(codes(&errors), [Code::TooDeep], "{what}");
        }
    }
    let condition = |depth: usize| format!("{}true{}", "not (".repeat(depth), ")".repeat(depth));
    assert!(parse_condition(&condition(NESTING_MAX), Dialect::Upstream).is_ok());
    assert!(parse_condition(&condition(NESTING_MAX + 1), Dialect::Upstream).is_err());
}

#[test]
fn length_is_bounded_and_breadth_is_not() {
    let wide = format!("[{}1]", "1,".repeat((STATEMENT_BYTES_MAX - 3) / 2));
    let value = parse_value(&wide, Dialect::Upstream).expect("a long list is a list");
    assert!(
        matches!(value.kind, ValueKind::List(values) if values.len() > STATEMENT_BYTES_MAX / 2 - 2)
    );
    let errors =
        parse_value(&format!("{wide}    "), Dialect::Upstream).expect_err("it is too long");
    assert_eq!(codes(&errors), [Code::TooLong]);
    let joined = format!(
        "set(a, 1) where true{}",
        " and a == 1 or true".repeat(20_000)
    );
    assert!(parse_statement(&joined, Dialect::Upstream).is_ok());
}

/// What could be read again and again, or looked ahead over again and again, is not: these would take hours.
#[test]
fn time_is_linear() {
    let repeated = [
        "(a,",
        "a ",
        "A b ",
        "(a) => ",
        "\"(\" ",
        "a where b ",
        "= ",
        ") ",
        "[ ",
        "a == ",
        "\"a\" : ",
        "{\"a\": ",
        "x) => ",
        "' ",
        "\" ",
        "0x1 ",
        "!",
        "§",
        "& ",
        "not ",
        "F(x y), ",
        "a == b == c and ",
    ];
    for part in repeated {
        for prefix in ["", "set(a, 1) where ", "F("] {
            check(&format!("{prefix}{}", part.repeat(20_000 / part.len())));
        }
    }
}
