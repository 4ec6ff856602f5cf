//! `ottlc check`: what it finds, and how it tells that.

use crate::cli::ottlc;
use serde_json::{Value, json};

#[test]
fn check_tells_what_is_wrong_and_where() {
    let ran = ottlc(&["check", "set(log.boddy, \"x\")"], b"");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.stdout().contains(" --> <statement>:1:5\n"),
        "{}",
        ran.stdout()
    );
    assert!(
        ran.stdout()
            .contains("1 | set(log.boddy, \"x\")\n  |     ^^^^"),
        "{}",
        ran.stdout()
    );
    assert!(ran.stdout().contains("body"), "{}", ran.stdout());
    let yaml = b"log_statements:\n  - set(log.body, 1) where log.body = nil\n";
    let ran = ottlc(&["check", "--format", "json", "-"], yaml);
    assert_eq!(ran.status, Some(1));
    let first: Value =
        serde_json::from_str(ran.stdout().lines().next().unwrap_or_default()).expect("JSON");
    assert_eq!(
        (&first["source"], &first["span"]["line"]),
        (&json!("<stdin>"), &json!(2))
    );
    let fine = ottlc(&["check", "--verbose", "examples/transform.yaml"], b"");
    assert_eq!((fine.status, fine.stdout()), (Some(0), ""));
    assert!(
        fine.stderr
            .contains("metrics: transform/reduce: group 0 runs on each datapoint"),
        "{}",
        fine.stderr
    );
}

#[test]
fn check_tells_everything_at_once() {
    let yaml = br#"processors:
  filter:
    traces:
      span:
        - span.nam == "x"
  transform:
    trace_statements:
      - set(span.attributes["a"], "b" where span.kind == 1
      - set(span.nme, "x")
      - sett(span.attributes["a"], Duratio("3s"))
      - set(span.attributes["e"], 1) where span.end_time - span.start_time > Duration("3s")
    log_statements:
      - context: log
        statements:
          - set(severity_tex, "x")
"#;
    // Whether named as `run` has it, or as the other commands do.
    for arguments in [&["check", "--config", "-"][..], &["check", "-"]] {
        let ran = ottlc(arguments, yaml);
        assert_eq!(ran.status, Some(1), "{}", ran.stderr);
        let found: Vec<&str> = ran
            .stdout()
            .lines()
            .filter(|line| line.contains("-->"))
            .collect();
        let expected = ["5:11", "8:12", "9:13", "10:9", "10:36", "15:17"];
        assert_eq!(found.len(), expected.len(), "{}", ran.stdout());
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                found.ends_with(&format!("<stdin>:{expected}")),
                "{}",
                ran.stdout()
            );
        }
    }
}

#[test]
fn all_mistakes_of_a_statement_are_told() {
    for (statement, expected) in [
        // Names of a call that is none, and what its condition has.
        (
            r#"sett(log.atributes["x"], Uper(log.boddy)) where log.sevrity_number > SEVERITY_NUMBER_WARM"#,
            &[1, 6, 26, 31, 49, 70][..],
        ),
        // Arguments of calls that have too many, or names that nobody knows.
        (r#"set(log.body, Concat(["a", log.bod], 5, 6))"#, &[15, 28]),
        (
            r#"set(log.body, Concat(vals=["a"], delimitr=log.bod))"#,
            &[34, 43],
        ),
        // A path ends where its keys begin.
        (r#"set(log.atributes["x"][log.nme], 1)"#, &[5, 24]),
        // What a function's name stands for, nobody knows here.
        (
            r#"replace_match(log.bdy, "*", "x", Hex, 5, 6, 7)"#,
            &[1, 15],
        ),
    ] {
        for dialect in [&["check"][..], &["check", "--dialect", "upstream"]] {
            let yaml = format!(
                "log_statements:\n  - context: log\n    statements:\n      - '{statement}'\n"
            );
            let inferred = format!("log_statements:\n  - '{statement}'\n");
            for (yaml, before) in [(yaml, 9), (inferred, 5)] {
                let ran = ottlc(&[dialect, &["-"]].concat(), yaml.as_bytes());
                let places = ran.stdout().lines().filter_map(|line| {
                    let place = line.trim().strip_prefix("--> <stdin>:")?;
                    place.split_once(':')?.1.parse::<usize>().ok()
                });
                let mut columns: Vec<_> = places.map(|column| column - before).collect();
                columns.sort_unstable();
                assert_eq!(columns, expected, "{statement}\n{}", ran.stdout());
            }
        }
    }
    let ran = ottlc(&["check", r#"set(log.atributes["x"], 1)"#], b"");
    assert!(
        ran.stdout().contains(r#"set(log.attributes["x"], 1)"#),
        "{}",
        ran.stdout()
    );
}

#[test]
fn the_name_of_a_function_is_taken_for_a_symbol_where_the_reference_does() {
    let yaml = b"log_statements:\n  - replace_match(log.body, \"*\", \"x\", SHA256)\n";
    let upstream = ottlc(&["check", "--dialect", "upstream", "-"], yaml);
    assert_eq!(upstream.status, Some(1));
    let help =
        "set the group's `context`: without it, the function `SHA256` is taken for an enum symbol";
    assert!(upstream.stdout().contains(help), "{}", upstream.stdout());
    let extended = ottlc(&["check", "-"], yaml);
    assert_eq!((extended.status, extended.stdout()), (Some(0), ""));
}

#[test]
fn what_is_missing_may_be_what_decides_the_context() {
    // Nothing else is told of the second statement than of one that stands beside a sound one.
    for statements in [
        ["set(span.name, \"a\"", "set(resource.attributes[\"a\"], 1)"],
        ["sett(span.name, \"a\")", "set(attributes[\"a\"], 1)"],
    ] {
        let ran = ottlc(&[&["check"][..], &statements].concat(), b"");
        assert_eq!(ran.status, Some(1));
        let count = ran.stdout().matches("error[").count();
        assert_eq!(count, 1, "{}", ran.stdout());
    }
}

#[test]
fn warnings_have_places_and_do_not_fail_unless_denied() {
    let yaml = br#"processors:
  transform:
    trace_statements:
      - statements:
          - set(span.name, "a") where span.kind == "SERVER"
      - context: span
        conditions: [1 == 2]
        statements:
          - set(attributes["a"], Duration("3x"))
  filter:
    error_mode: ignore
    log_conditions:
      - log.severity_number > "ERROR"
"#;
    let ran = ottlc(&["check", "--format", "json", "-"], yaml);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let found: Vec<Value> = ran.json_lines();
    let place = |found: &Value| {
        let span = &found["span"];
        let (line, column) = (&span["line"], &span["column"]);
        format!("{} {} {line}:{column}", found["severity"], found["code"]).replace('"', "")
    };
    let found: Vec<String> = found.iter().map(place).collect();
    let expected = [
        "warning W204 5:39",
        "warning W203 7:22",
        "warning W201 9:34",
        "warning W204 13:9",
    ];
    assert_eq!(found, expected);
    let denied = ottlc(&["check", "--deny-warnings", "-"], yaml);
    assert_eq!(denied.status, Some(1));
    assert!(
        denied.stdout().contains(" --> <stdin>:5:39\n"),
        "{}",
        denied.stdout()
    );
    let fine = ottlc(&["check", "--deny-warnings", "set(span.name, \"a\")"], b"");
    assert_eq!((fine.status, fine.stdout()), (Some(0), ""));
}

#[test]
fn warnings_and_errors_are_told_in_order() {
    let yaml = br#"trace_statements:
  - set(span.start_time, "2024-01-01")
  - set(span.nam, "a")
  - set(span.kind, "client")
"#;
    let ran = ottlc(&["check", "-"], yaml);
    assert_eq!(ran.status, Some(1));
    let lines = ran.stdout().lines();
    let codes: Vec<&str> = lines
        .filter_map(|line| line.split(']').next()?.split_once('['))
        .map(|(_, code)| code)
        .filter(|code| code.len() == 4)
        .collect();
    assert_eq!(codes, ["W202", "E202", "W202"], "{}", ran.stdout());
}
