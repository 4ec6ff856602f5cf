//! What the errors say: `errors.golden` has each text with its errors.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use ottl_grammar::{Code, Dialect, Fix};

use crate::parse;

/// Texts that are wrong; a statement each, unless `?` (a condition) or `=` (a value) precedes them.
const TEXTS: &[&str] = &[
    "",
    "set",
    "set(",
    "set(a",
    "set(a,)",
    "set(a, )",
    "set(,a)",
    "set(a b)",
    "set(a, 1))",
    "set(a, Concat([b, \"x\"",
    "set(a, Concat([b, \"x\"], \"\") where c == 1",
    "set(a, b where IsMatch(c, \"x\")",
    "set(attributes[\"a\", 1)",
    "set(attributes[\"a\"] \"x\")",
    "set(a, \"x) where b == 1",
    "set(a, 'it\\'s \"x\"')",
    "set(a, “x”) where b == ‘y’ and c[`d`] == «z»",
    "set(a, “x) where b == 1",
    "set(a, b) where c =~ \"x\" and d !~ \"y\"",
    "set(a, b ? \"c\" : \"d\")",
    "set(a, \"\\d+\\.\") where b == \"\\'\" and c == \"\\xg\"",
    "set(a, 99999999999999999999)",
    "set(a, 0123456789)",
    "set(a, 1.5e999)",
    "set(a, 0xabc)",
    "set(a, b) where c == 1 && d == 2 || !e",
    "set(a, b) where c = 1 and d = 2",
    "set(a, b) where c <> 1 or d === 2 or e =< 3",
    "set(a, b) where c => 1",
    "set(a, b) where a == b == c",
    "set(a, b) c == 1",
    "set(a, b) if c == 1",
    "set(a, b) and c == 1",
    "set(a, b) WHERE c == 1",
    "set(a, b) where",
    "set(a, b) where c == 1 where d == 2",
    "set(a, b) where c == 1 AND d == 2",
    "set(a, b) where c and d",
    "set(a, b) where (c)",
    "set(a, b) where c contains \"x\"",
    "set(a, b) where c == True or d == None",
    "set(a, b) where c ==",
    "set(a, b) where == c",
    "set(a, b) where c == 1 and or d == 2",
    "set(a, b) where is_match(c, \"x\") and d == len(e)",
    "set(a, b) set(c, d)",
    "set(a, b); set(c, d)",
    "set(a, b) # why",
    "attributes[\"a\"] = \"b\"",
    "attributes[\"a\"] == \"b\"",
    "Set(a, b)",
    "DeleteKey(a, \"b\") where c == 1",
    "set(a, b)[\"c\"]",
    "set(a, (x) => (y) => x)",
    "set(a, (x) => )",
    "set(a, (x, 1) => x)",
    "set(a, (x) => x y)",
    "set(a[1 + b], 2)",
    "set(a[\"b\" + \"c\"], 2)",
    "set(a[], 2)",
    "set(a, \"x\" + b)",
    "set(a, b + \"x\")",
    "set(a, b + )",
    "set(a, b % 2)",
    "set(a, b.)",
    "set(a, b.C)",
    "set(a, _x)",
    "set(\"a\" = 1)",
    "set(a, {\"k\" 1})",
    "set(a, {k: 1, \"l\": 2 2})",
    "set(a, [1, 2, ])",
    "set(a, Foo.b)",
    "set(a, 3s)",
    "a == 1 > set(b, 2)",
    "set(a, §§) where b = 1 and c(2) == [1, ,2] or d == 'x'",
    "? set(a, b) where c == 1",
    "? a",
    "? a == 1 and",
    "? (a == 1",
    "? a == 1)",
    "= a == b",
    "= 1 +",
    "= foo(1, bar(2))",
];

/// Texts that are wrong in the extended dialect.
const EXTENDED: &[&str] = &[
    "set(a, 9999999h)",
    "a == 1 > Set(b, 2)",
    "a > set(b, 2) where c == 1",
    "a = 1 > set(b, 2)",
];

/// Codes that no short text has; `robustness.rs` sees to them.
const ELSEWHERE: [Code; 2] = [Code::TooLong, Code::TooDeep];

#[test]
fn errors_are_as_recorded() {
    let mut out =
        String::from("# What the errors say. Rewrite: OTTL_BLESS=1 cargo test -p ottl-grammar\n");
    let mut seen = BTreeSet::from(ELSEWHERE);
    let upstream = TEXTS.iter().map(|text| (*text, Dialect::Upstream));
    for (text, dialect) in upstream.chain(EXTENDED.iter().map(|text| (*text, Dialect::Extended))) {
        let (start, text) = match text.split_at_checked(2) {
            Some(("? ", text)) => ("condition", text),
            Some(("= ", text)) => ("value", text),
            _ => ("statement", text),
        };
        writeln!(out, "\n{start}: {text}").expect("a string takes all");
        let errors = parse(start, text, dialect).expect_err(text);
        for error in &errors {
            seen.insert(error.code);
            let marks = " ".repeat(text[..error.span.start as usize].chars().count())
                + &"^".repeat(
                    text[error.span.start as usize..error.span.end as usize]
                        .chars()
                        .count()
                        .max(1),
                );
            writeln!(
                out,
                "{:indent$}{marks}\n  {}: {}",
                "",
                error.code,
                error.message,
                indent = start.len() + 2
            )
            .expect("a string takes all");
            if let Some(help) = &error.help {
                writeln!(out, "  help: {help}").expect("a string takes all");
            }
            if let Some(fix) = &error.fix {
                writeln!(out, "  fix: {}", apply(text, fix)).expect("a string takes all");
            }
        }
    }
    let unseen: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !seen.contains(code))
        .collect();
    assert_eq!(unseen, [&Code::TooLong; 0], "every code has a text");
    golden("errors.golden", &out);
}

fn apply(text: &str, fix: &Fix) -> String {
    format!(
        "{}{}{}",
        &text[..fix.span.start as usize],
        fix.replacement,
        &text[fix.span.end as usize..]
    )
}

fn golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name);
    if std::env::var_os("OTTL_BLESS").is_some() {
        std::fs::write(&path, actual).expect("the golden file can be written");
    }
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    for (recorded, actual) in recorded.split("\n\n").zip(actual.split("\n\n")) {
        assert_eq!(recorded, actual, "OTTL_BLESS=1 rewrites {name}");
    }
    assert!(recorded == actual, "OTTL_BLESS=1 rewrites {name}");
}
