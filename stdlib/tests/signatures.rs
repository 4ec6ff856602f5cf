//! The library's declarations against the reference's, function by function.

use ottl_vm::function::{Function, Kind};
use serde_json::Value;
use std::collections::BTreeMap;

/// What `reference functions` printed.
const REFERENCE: &str = include_str!("../../tests/reference/functions.jsonl");

fn reference() -> BTreeMap<String, Value> {
    let parse = |line: &str| serde_json::from_str(line).expect("a line is an object");
    let named = |function: Value| {
        (
            function["name"].as_str().expect("a name").to_owned(),
            function,
        )
    };
    REFERENCE.lines().map(parse).map(named).collect()
}

fn signature(function: &Function) -> Value {
    let arguments = function.parameters.iter().map(|parameter| {
        let mut argument =
            serde_json::json!({ "name": parameter.name, "type": parameter.ty.name() });
        if parameter.optional {
            argument["optional"] = Value::Bool(true);
        }
        argument
    });
    Value::Array(arguments.collect())
}

#[test]
fn declarations_are_the_reference_s() {
    let reference = reference();
    for function in ottl_stdlib::FUNCTIONS
        .iter()
        .filter(|function| !function.extension)
    {
        let expected = reference
            .get(function.name)
            .unwrap_or_else(|| panic!("{} is not the reference's", function.name));
        assert_eq!(
            signature(function),
            expected["arguments"],
            "{}",
            function.name
        );
        let kind = if function.kind == Kind::Editor {
            "editor"
        } else {
            "converter"
        };
        assert_eq!(kind, expected["kind"], "{}", function.name);
        let places = serde_json::json!(function.places());
        assert_eq!(places, expected["contexts"], "{}", function.name);
    }
}

#[test]
fn no_function_is_missing() {
    let has = |name: &str| {
        ottl_stdlib::FUNCTIONS
            .iter()
            .any(|function| function.name == name)
    };
    let missing: Vec<String> = reference().into_keys().filter(|name| !has(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_function_has_an_example() {
    for function in ottl_stdlib::FUNCTIONS {
        assert!(function.docs.contains("```ottl\n"), "{}", function.name);
        assert!(function.docs.contains("  # "), "{}", function.name);
    }
}
