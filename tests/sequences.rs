//! Editors in any sequence, over the attributes of several records, give what they give over a map in the cache: the former
//! edit fields where they stand, the latter makes a map anew each time.

use crate::programs::of_logs;
use crate::regressions::fuzz::choices::Choices;
use crate::regressions::input;
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use ottl_vm::wire::json;
use serde_json::{Value, json};

const PROGRAM_COUNT: u64 = 2_500;

/// Requests that each program is run over, by one worker.
const REQUEST_COUNT: u64 = 4;

const STATEMENTS_MAX: usize = 6;

/// What programs are made of; `@` is the map.
const STATEMENTS: [&str; 27] = [
    r#"set(@["a"], 1)"#,
    r#"set(@["b"], "new")"#,
    r#"set(@["b"], nil)"#,
    r#"set(@["c"], @["a"])"#,
    r#"set(@["c"], {"a": 1, "k": []})"#,
    r#"set(@["dd"]["k"], 2)"#,
    r#"set(@["a"], Len(@))"#,
    r#"set(@, {"a": "all", "e": []})"#,
    r#"delete_key(@, "a")"#,
    r#"delete_key(@, Concat(["b"], ""))"#,
    r#"delete_matching_keys(@, "^[cd]")"#,
    r#"keep_keys(@, ["a", "dd", "e"])"#,
    r#"keep_matching_keys(@, "^[abe]")"#,
    r#"limit(@, 2, ["c"])"#,
    r#"limit(@, 4, [])"#,
    r#"truncate_all(@, 1)"#,
    r#"truncate_all(@, 128)"#,
    r#"merge_maps(@, {}, "upsert")"#,
    r#"merge_maps(@, {"a": 1, "x": "y"}, "insert")"#,
    r#"merge_maps(@, ParseJSON(log.body), "upsert")"#,
    r#"merge_maps(@, @["c"], "update")"#,
    "flatten(@)",
    r#"replace_pattern(@["b"], "[a-z]+", "Z")"#,
    r#"replace_all_patterns(@, "value", "[a-d]", "")"#,
    r#"replace_all_patterns(@, "key", "^[ab]", "$0$0")"#,
    r#"replace_all_matches(@, "*t*", "gone")"#,
    r#"append(@["e"], "z")"#,
];

const CONDITIONS: [&str; 7] = [
    "",
    "",
    "",
    r#" where @["a"] != nil"#,
    r#" where IsMap(@["c"])"#,
    " where Len(@) > 2",
    r#" where @["b"] == nil"#,
];

fn statements(choices: &mut Choices<'_>) -> Vec<String> {
    let count = 1 + choices.below(STATEMENTS_MAX);
    let mut one = || {
        let statement = STATEMENTS[choices.below(STATEMENTS.len())];
        format!("{statement}{}", CONDITIONS[choices.below(CONDITIONS.len())])
    };
    (0..count).map(|_| one()).collect()
}

/// The program over the attributes, and over the map in the cache.
fn programs(statements: &[String]) -> [Program; 2] {
    let over = |map: &str| -> Vec<String> {
        let statements = statements.iter();
        statements.map(|text| text.replace('@', map)).collect()
    };
    let mut in_cache = over(r#"log.cache["m"]"#);
    in_cache.insert(0, r#"set(log.cache["m"], log.attributes)"#.to_owned());
    in_cache.push(r#"set(log.attributes, log.cache["m"])"#.to_owned());
    [over("log.attributes"), in_cache]
        .map(|texts| of_logs(&json!({ "error_mode": "ignore", "log_statements": texts })))
}

fn value(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(if depth > 1 { 5 } else { 8 }) {
        0 => json!({"intValue": choices.below(3)}),
        1 => json!({"stringValue": "t".repeat(choices.below(3) * 100)}),
        2 => json!({}),
        3 => json!({"doubleValue": 0.5}),
        4 => json!({"stringValue": "token"}),
        5 => json!({"arrayValue": {"values": values(choices, depth)}}),
        _ => json!({"kvlistValue": {"values": entries(choices, depth + 1)}}),
    }
}

fn values(choices: &mut Choices<'_>, depth: usize) -> Vec<Value> {
    (0..choices.below(3))
        .map(|_| value(choices, depth + 1))
        .collect()
}

/// Entries with keys that differ.
fn entries(choices: &mut Choices<'_>, depth: usize) -> Vec<Value> {
    const KEYS: [&str; 6] = ["a", "b", "c", "dd", "e", ""];
    let chosen = choices.below(1 << KEYS.len()) & choices.below(1 << KEYS.len());
    let keys = KEYS
        .iter()
        .enumerate()
        .filter(|(at, _)| chosen >> at & 1 != 0);
    let mut entries: Vec<Value> = keys
        .map(|(_, key)| json!({"key": key, "value": value(choices, depth)}))
        .collect();
    if !entries.is_empty() {
        let by = choices.below(entries.len());
        entries.rotate_left(by);
    }
    entries
}

fn request(choices: &mut Choices<'_>) -> Vec<u8> {
    const BODIES: [&str; 4] = ["{}", r#"{"a":1,"e":[1]}"#, r#"{"b":{"c":2}}"#, "none"];
    let mut record = || {
        let body = BODIES[choices.below(BODIES.len())];
        json!({"body": {"stringValue": body}, "attributes": entries(choices, 0)})
    };
    let records: Vec<Value> = (0..6).map(|_| record()).collect();
    let request = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).to_string();
    let mut out = Vec::new();
    json::read(ottl_vm::wire::Signal::Logs, request.as_bytes(), &mut out).expect("a request");
    out
}

/// What a program makes of a request, as JSON, and how often it fails.
fn run(worker: &mut Worker, program: &Program, request: &[u8]) -> (String, u64) {
    let mut out = Vec::new();
    let outcome = worker.run(program, Validation::Touched, request, &mut out);
    let failure_count = outcome.expect("a sound request").failure_count;
    let mut text = Vec::new();
    json::write(ottl_vm::wire::Signal::Logs, &out, &mut text).expect("a request");
    (String::from_utf8(text).expect("JSON"), failure_count)
}

#[test]
fn attributes_are_edited_as_any_map() {
    for seed in 0..PROGRAM_COUNT {
        let bytes = input(seed);
        let choices = &mut Choices(&bytes);
        let statements = statements(choices);
        let [edited, made] = programs(&statements);
        let (mut one, mut other) = (Worker::new(), Worker::new());
        for number in 0..REQUEST_COUNT {
            let bytes = input(PROGRAM_COUNT + seed * REQUEST_COUNT + number);
            let request = request(&mut Choices(&bytes));
            let (edited, made) = (
                run(&mut one, &edited, &request),
                run(&mut other, &made, &request),
            );
            assert!(edited == made, "{statements:#?}\n{edited:?}\n{made:?}");
        }
    }
}
