//! The configurations of `tests/reference/bench`, compiled.

use ottl::compile::{Dialect, Gates, Options, Registry, compile};
use ottl::config::{Processor, ProcessorKind, Signal};
use ottl_vm::program::Program;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/bench")
}

/// The names of all configurations, each with the folder that it is in: `typical`, `more/merge_50`.
///
/// # Panics
/// If a folder cannot be read.
pub(crate) fn names() -> Vec<String> {
    let (mut open, mut names) = (vec![folder()], Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).expect("the folder can be read");
            open.extend(entries.map(|entry| entry.expect("the folder can be read").path()));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = path.with_extension("");
            let name = name.strip_prefix(folder()).expect("below the folder");
            names.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
    names.sort();
    names
}

/// The configuration `name`, as it is written.
///
/// # Panics
/// If it does not exist or is no JSON.
pub(crate) fn read(name: &str) -> Value {
    let path = folder().join(name).with_extension("json");
    let text = std::fs::read_to_string(path).expect("the configuration exists");
    serde_json::from_str(&text).expect("the configuration is JSON")
}

/// The signal's name and the program of the configuration `name`.
///
/// # Panics
/// If the configuration does not exist or does not compile.
pub(crate) fn program(name: &str) -> (String, Program) {
    let config = read(name);
    let word = |key: &str| config[key].as_str().unwrap_or_default();
    let kind = ProcessorKind::from_name(word("processor")).expect("a processor is named");
    let signal = Signal::from_name(word("signal")).expect("a signal is named");
    let gates = config["gates"].as_array().into_iter().flatten();
    let gates = Gates::new(gates.filter_map(Value::as_str)).expect("the gates exist");
    let program = compiled(kind, &config["config"], signal, Dialect::Upstream, &gates);
    (signal.name().to_owned(), program)
}

/// The program that a processor's configuration is.
///
/// # Panics
/// If it does not compile.
pub(crate) fn compiled(
    kind: ProcessorKind,
    config: &Value,
    signal: Signal,
    dialect: Dialect,
    gates: &Gates,
) -> Program {
    let processor = Processor::from_json(kind, config).expect("the configuration is sound");
    let options = Options {
        signal,
        dialect,
        gates,
        registry: &Registry::new(ottl_stdlib::FUNCTIONS),
    };
    compile(&processor, &options)
        .unwrap_or_else(|refusals| panic!("{config}: {}", refusals[0].diagnostic))
}
