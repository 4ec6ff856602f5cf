//! The written reference: what is committed is what the declarations say, and what the reference has.

use crate::conformance::golden;
use ottl::compile::{Dialect, Gates, Options, Registry, compile};
use ottl::config::{Processor, ProcessorKind, Signal};
use ottl_stdlib::{Facts, Surroundings, Table, Tables};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::function::{Contexts, Function, Kind};
use ottl_vm::wire::json;
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

/// An example's line: a statement or an expression, and what it gives, if that is said.
struct Example<'d> {
    code: &'d str,
    gives: Option<&'d str>,
}

impl Example<'_> {
    fn is_statement(&self) -> bool {
        let name = self.code.split('(').next().unwrap_or_default();
        ottl_stdlib::FUNCTIONS
            .iter()
            .any(|function| function.name == name && function.kind == Kind::Editor)
    }
}

/// A function's examples, block by block.
fn examples(function: &Function) -> Vec<Vec<Example<'_>>> {
    let example = |line: &'static str| match line.split_once("  # ") {
        Some((code, gives)) => Example {
            code: code.trim(),
            gives: Some(gives),
        },
        None => Example {
            code: line.trim(),
            gives: None,
        },
    };
    let blocks = function.docs.split("```ottl\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap_or_default());
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    let lines = |block: &'static str| block.lines().filter(is_code);
    blocks
        .map(|block| lines(block).map(example).collect())
        .collect()
}

/// The tables that examples look in.
fn tables() -> Tables {
    let tables = [
        ("owners", "host,owner\nweb-1,Ann\n"),
        ("codes", "code,text,class\n404,Not Found,client\n"),
    ];
    let table = |csv: &str| Table::from_csv(csv.as_bytes()).expect("a table");
    tables
        .map(|(name, csv)| (name, table(csv)))
        .into_iter()
        .collect()
}

/// Where examples run.
fn surroundings() -> Surroundings {
    let fact = |name: &'static str, value: &'static str| {
        Facts::new(Box::new(move || vec![(name.to_owned(), value.to_owned())]))
    };
    Surroundings {
        k8s: fact("k8s.pod.name", "web-1"),
        ec2: fact("cloud.region", "eu-north-1"),
    }
}

/// The body of an empty log record after these statements; or why the last of them fails.
fn body_after(statements: &[String]) -> Result<Value, String> {
    let config = json!({"log_statements": [{"context": "log", "statements": statements}]});
    let processor = Processor::from_json(ProcessorKind::Transform, &config);
    let surroundings = surroundings();
    let options = Options {
        signal: Signal::Logs,
        dialect: Dialect::Extended,
        gates: &Gates::default(),
        registry: &Registry::new(ottl_stdlib::FUNCTIONS)
            .with(tables())
            .with(surroundings.clone()),
    };
    let processor = processor.map_err(|errors| errors.to_string())?;
    let program =
        compile(&processor, &options).map_err(|refusals| refusals[0].diagnostic.to_string())?;
    surroundings.fetch();
    let request = br#"{"resourceLogs": [{"scopeLogs": [{"logRecords": [{}]}]}]}"#;
    let (mut input, mut output, mut text) = (Vec::new(), Vec::new(), Vec::new());
    json::read(program.signal, request, &mut input).expect("a request");
    let mut worker = Worker::new();
    let outcome = worker
        .run(&program, Validation::Full, &input, &mut output)
        .expect("no statement ends the request");
    if let Some(failure) = outcome.failures.last() {
        return Err(failure.error.clone());
    }
    json::write(program.signal, &output, &mut text).expect("a request");
    let output: Value = serde_json::from_slice(&text).expect("JSON");
    Ok(output["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"].clone())
}

/// What is wrong with an example that comes after these statements, if anything.
fn wrong(before: &[String], example: &Example<'_>) -> Option<String> {
    let with = |statement: String| [before, &[statement]].concat();
    let set = |value: &str| format!("set(log.body, {value})");
    let statement = match example.is_statement() {
        true => example.code.to_owned(),
        false => set(example.code),
    };
    let got = body_after(&with(statement));
    let is_right = match example.gives {
        None => got.is_ok(),
        Some(gives) => match gives.strip_prefix("error: ") {
            Some(error) => got.as_ref().is_err_and(|text| text.contains(error)),
            None => got.is_ok() && got == body_after(&with(set(gives))),
        },
    };
    (!is_right).then(|| format!("{}  # {:?}, but {got:?}", example.code, example.gives))
}

/// Examples of functions of single contexts show no record that they could run on.
#[test]
fn examples_give_what_they_say() {
    let mut found = Vec::new();
    for function in ottl_stdlib::FUNCTIONS
        .iter()
        .filter(|function| !matches!(function.contexts, Contexts::Only(_)))
    {
        for block in examples(function) {
            let mut before = Vec::new();
            for example in block {
                found.extend(wrong(&before, &example));
                let fails = example
                    .gives
                    .is_some_and(|gives| gives.starts_with("error: "));
                if example.is_statement() && !fails {
                    before.push(example.code.to_owned());
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
