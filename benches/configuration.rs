//! The configurations of `tests/reference/bench`, compiled.

use ottl::compile::{Dialect, Gates, Options, Registry, compile};
use ottl::config::{Processor, ProcessorKind, Signal};
use ottl_vm::program::Program;
use serde_json::Value;
use std::path::Path;

/// The signal's name and the program of the configuration `name`.
///
/// # Panics
/// If the configuration does not exist or does not compile.
pub(crate) fn program(name: &str) -> (String, Program) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reference/bench/{name}.json"));
    let text = std::fs::read_to_string(path).expect("the configuration exists");
    let config: Value = serde_json::from_str(&text).expect("the configuration is JSON");
    let word = |key: &str| config[key].as_str().unwrap_or_default();
    let kind = ProcessorKind::from_name(word("processor")).expect("a processor is named");
    let signal = Signal::from_name(word("signal")).expect("a signal is named");
    let processor =
        Processor::from_json(kind, &config["config"]).expect("the configuration is sound");
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let options = Options {
        signal,
        dialect: Dialect::Upstream,
        gates: &Gates::default(),
        registry: &registry,
    };
    let program =
        compile(&processor, &options).unwrap_or_else(|refusals| panic!("{name}: {refusals:?}"));
    (signal.name().to_owned(), program)
}
