//! The recorded cases of `tests/conformance`.

use ottl::conform::sorted;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One recorded topic.
pub(crate) struct Topic {
    pub(crate) header: Value,
    pub(crate) cases: Vec<Value>,
}

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("recorded JSON")
}

pub(crate) fn topics() -> Vec<Topic> {
    let entries = std::fs::read_dir(directory().join("recorded")).expect("recorded topics");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let topic = |path: &PathBuf| {
        let text = read(path);
        let mut lines = text.lines();
        let header = json(lines.next().expect("a header"));
        Topic {
            header,
            cases: lines.map(json).collect(),
        }
    };
    paths.iter().map(topic).collect()
}

/// A case as `conform` takes it, and what the reference gave, whole again.
pub(crate) fn whole(
    topic: &Topic,
    case: &Value,
    inputs: &mut BTreeMap<String, Value>,
) -> (Value, Value) {
    let mut case = case.clone();
    let mut expected = case["expected"].take();
    // What a time without a year means depends on when it is read.
    if !case["config"].to_string().contains("Now(") {
        case["now_unix_nano"] = topic.header["recorded_unix_nano"].clone();
    }
    if let Some(name) = case["input"].as_str().map(str::to_owned) {
        let input = inputs.entry(name.clone()).or_insert_with_key(|name| {
            json(&read(
                &directory().join("inputs").join(format!("{name}.json")),
            ))
        });
        case["input"] = input.clone();
        if let Some(changes) = expected["changes"].as_object().cloned() {
            let mut output = topic.header["passthrough"][&name].clone();
            if case["unordered"] == true {
                output = sorted(&output);
            }
            for (pointer, change) in &changes {
                let parts: Vec<&str> = pointer.split('/').skip(1).collect();
                apply(&mut output, &parts, change);
            }
            expected["output"] = output;
        }
    }
    (case, expected)
}

/// Makes one recorded change: null removes, `+` appends.
fn apply(value: &mut Value, parts: &[&str], change: &Value) {
    match (parts, value) {
        ([], value) => *value = change.clone(),
        (["+"], Value::Array(items)) => {
            items.extend(change.as_array().into_iter().flatten().cloned())
        }
        ([key], Value::Object(fields)) if change.is_null() => {
            fields.remove(*key);
        }
        ([key, rest @ ..], Value::Object(fields)) => {
            apply(fields.entry(*key).or_insert(Value::Null), rest, change);
        }
        ([index, rest @ ..], Value::Array(items)) => {
            apply(
                &mut items[index.parse::<usize>().expect("an index")],
                rest,
                change,
            );
        }
        (parts, value) => panic!("no {parts:?} in {value}"),
    }
}

/// All recorded cases, as `conform` takes them.
pub(crate) fn cases() -> impl Iterator<Item = Value> {
    let mut inputs = BTreeMap::new();
    topics().into_iter().flat_map(move |topic| {
        let whole = |case| whole(&topic, case, &mut inputs).0;
        topic.cases.iter().map(whole).collect::<Vec<_>>()
    })
}

/// Whether a case's result is different each time it runs.
pub(crate) fn is_varying(case: &Value) -> bool {
    let config = case["config"].to_string();
    ["UUID", "Now("].iter().any(|name| config.contains(name))
}
