//! The written reference: what is committed is what the declarations say, and what the reference has.

use crate::conformance::golden;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_functions_are_written_down() {
    let document = ottl::doc::document(ottl_stdlib::FUNCTIONS);
    golden(&root().join("stdlib/FUNCTIONS.md"), &document);
}

#[test]
fn links_lead_to_functions() {
    let document = ottl::doc::document(ottl_stdlib::FUNCTIONS);
    for (_, rest) in document
        .match_indices("](#")
        .map(|(at, _)| document.split_at(at + 3))
    {
        let anchor = rest.split(')').next().unwrap_or_default();
        let leads_to = |line: &str| line.to_lowercase() == format!("### `{anchor}`");
        assert!(document.lines().any(leads_to), "{anchor}");
    }
}

#[test]
fn the_json_has_the_reference_s_functions() {
    let text = std::fs::read_to_string(root().join("tests/reference/functions.jsonl"));
    let text = text.expect("the reference's functions");
    let parse = |line| serde_json::from_str::<Value>(line).expect("a function");
    let reference: BTreeMap<_, _> = text
        .lines()
        .map(parse)
        .map(|function| (function["name"].to_string(), function))
        .collect();
    let ours = ottl::doc::json(ottl_stdlib::FUNCTIONS);
    let ours = ours["functions"].as_array().expect("a list");
    let mut last = String::new();
    for function in ours
        .iter()
        .filter(|function| function["extension"] == false)
    {
        let name = function["name"].to_string();
        assert!(last < name, "{name} after {last}");
        let expected = &reference[&name];
        let parameters = expected["arguments"].as_array().expect("a list");
        let parameters: Vec<_> = parameters
            .iter()
            .map(|parameter| {
                let optional = parameter["optional"] == true;
                json!({"name": parameter["name"], "type": parameter["type"], "optional": optional})
            })
            .collect();
        assert_eq!(function["parameters"], json!(parameters), "{name}");
        assert_eq!(function["kind"], expected["kind"], "{name}");
        assert_eq!(function["contexts"], expected["contexts"], "{name}");
        last = name;
    }
}
