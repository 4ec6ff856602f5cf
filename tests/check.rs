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
