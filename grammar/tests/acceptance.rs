//! Texts and the reference's verdicts on them, which the upstream dialect shares; and what printing keeps.

use ottl_grammar::Dialect::{Extended, Upstream};

use crate::{cases, parse};

#[test]
fn the_verdict_is_the_references() {
    let differing: Vec<_> = cases()
        .into_iter()
        .filter(|case| parse(&case.start, &case.text, Upstream).is_ok() != case.accepted)
        .map(|case| case.text)
        .collect();
    assert_eq!(differing, [""; 0]);
}

#[test]
fn the_extended_dialect_reads_upstream_texts_alike() {
    for case in cases().into_iter().filter(|case| case.accepted) {
        let (upstream, extended) = (
            parse(&case.start, &case.text, Upstream),
            parse(&case.start, &case.text, Extended),
        );
        assert_eq!(upstream, extended, "{}", case.text);
    }
}

#[test]
fn canonical_text_has_the_same_tree_and_stays_as_it_is() {
    let mut accepted = 0;
    for case in cases() {
        let Ok((tree, canonical)) = parse(&case.start, &case.text, Extended) else {
            continue;
        };
        accepted += 1;
        assert_eq!(
            parse(&case.start, &canonical, Extended),
            Ok((tree, canonical)),
            "{}",
            case.text
        );
    }
    assert!(accepted > 200);
}

#[test]
fn the_extended_dialect_adds_three_things() {
    let same = |text: &str, usual: &str| {
        assert!(parse("statement", text, Upstream).is_err(), "{text}");
        let tree = |text| parse("statement", text, Extended).map(|(tree, _)| tree);
        assert_eq!(tree(text), tree(usual), "{text}");
    };
    same(
        r#"resource.attributes["tenant"] == "A" > set(attributes["route"], "a")"#,
        r#"set(attributes["route"], "a") where resource.attributes["tenant"] == "A""#,
    );
    same("true > set(a, b)", "set(a, b) where true");
    same(
        "Foo(a) and (b > c or not d < 1) > set(a, F(1))",
        "set(a, F(1)) where Foo(a) and (b > c or not d < 1)",
    );
    same("a > b > set(a, b)", "set(a, b) where a > b");
    same("set(a, 3s + 1h30m)", "set(a, 3000ms + 90m)");
    for lower_case in [
        "set(a, b(c)[0]) where d(e) and f() == 1",
        "a(b) == 1 > set(c, d)",
        "set(a[b(c)], (d) => e(d))",
    ] {
        assert!(parse("statement", lower_case, Upstream).is_err());
        let (tree, text) = parse("statement", lower_case, Extended).expect(lower_case);
        let again = parse("statement", &text, Extended).map(|(tree, _)| tree);
        assert_eq!(again, Ok(tree), "{lower_case}");
    }
    for refused in [
        "a == 1 > Set(a, b)",
        "a > set(a, b) where c == 1",
        "a == 1 > set(a, b) > set(c, d)",
        "> set(a, b)",
        "set(a, 3 s)",
    ] {
        assert!(parse("statement", refused, Extended).is_err(), "{refused}");
    }
}
