//! Several statements as one program, which remembers where fields and attributes stand, give what they give one after
//! the other as programs of their own, each of which finds everything anew.

use crate::programs::of_logs;
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::wire::json;
use ottl_vm::wire::normalize::normalize;

/// Statements that write attributes: single ones, all in place, in another order, fewer, more, lists and maps in them.
const STATEMENTS: [&str; 16] = [
    r#"replace_all_patterns(log.attributes, "value", "a", "bb")"#,
    r#"replace_all_patterns(log.attributes, "value", "^x", "")"#,
    r#"replace_all_patterns(log.attributes, "key", "^http[.]", "")"#,
    r#"replace_all_patterns(log.attributes, "key", "b", "a")"#,
    r#"replace_all_matches(log.attributes, "*b*", "B")"#,
    r#"truncate_all(log.attributes, 2)"#,
    r#"keep_matching_keys(log.attributes, "a|l|m")"#,
    r#"delete_key(log.attributes, "a")"#,
    r#"set(log.attributes["a"], log.attributes["b"])"#,
    r#"set(log.attributes["b"], Concat([log.attributes["a"], "-"], ""))"#,
    r#"set(log.attributes["n"], IsMap(log.attributes))"#,
    r#"set(log.attributes["l"], Sort(Split("c,a,b", ",")))"#,
    r#"append(log.attributes["l"], log.attributes["a"])"#,
    r#"delete_index(log.attributes["l"], 0, 1)"#,
    r#"set(log.attributes["m"]["k"], log.attributes["a"])"#,
    r#"set(log.attributes["n"], Len(log.attributes["l"]))"#,
];

/// Records whose attributes have keys that are the same, that become the same, and none.
const REQUEST: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
    {"attributes":[
        {"key":"a","value":{"stringValue":"banana"}},
        {"key":"http.a","value":{"stringValue":"xa"}},
        {"key":"b","value":{"intValue":"7"}},
        {"key":"l","value":{"arrayValue":{"values":[{"stringValue":"a"},{"doubleValue":1.5},{}]}}},
        {"key":"m","value":{"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}}]}}}]},
    {"attributes":[
        {"key":"b","value":{"stringValue":"x"}},
        {"key":"a","value":{"stringValue":"ab"}},
        {"key":"b","value":{"stringValue":"aa"}},
        {"key":"a","value":{"stringValue":"ba"}}]},
    {"attributes":[]}]}]}]}"#;

fn program(statements: &[&str]) -> Program {
    let config = serde_json::json!({"error_mode": "ignore", "log_statements": statements});
    of_logs(&config)
}

/// What a program makes of a request, in canonical form.
fn run(program: &Program, request: &[u8]) -> Vec<u8> {
    let (mut out, mut canonical) = (Vec::new(), Vec::new());
    let mut worker = Worker::new();
    let outcome = worker.run(program, Validation::Full, request, &mut out);
    outcome.expect("a request that is accepted");
    normalize(ottl_vm::wire::Signal::Logs, &out, &mut canonical).expect("a request");
    canonical
}

#[test]
fn a_program_gives_what_its_statements_give_one_after_the_other() {
    let mut request = Vec::new();
    json::read(
        ottl_vm::wire::Signal::Logs,
        REQUEST.as_bytes(),
        &mut request,
    )
    .expect("a request");
    let alone = STATEMENTS.map(|statement| program(&[statement]));
    for (one, first) in STATEMENTS.iter().zip(&alone) {
        let after_one = run(first, &request);
        for (other, second) in STATEMENTS.iter().zip(&alone) {
            let after_other = run(second, &after_one);
            for (last, third) in STATEMENTS.iter().zip(&alone) {
                let statements = [*one, *other, *last];
                let together = run(&program(&statements), &request);
                assert!(together == run(third, &after_other), "{statements:?}");
            }
        }
    }
}
