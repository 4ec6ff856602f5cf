//! Bytecode: what the compiler makes of a configuration, as text.
//!
//! A golden file is a configuration with `# key: value` lines on top, `----`, and the disassembly.
//! `OTTL_BLESS=1 cargo test -p ottl --test tests bytecode` rewrites what stands below the line.

use ottl::compile::{Dialect, Gates, Options, Registry, compile};
use ottl::config::{Signal, read};
use ottl_vm::code::{disasm, verify};
use std::path::Path;

const LINE: &str = "----\n";

/// The disassembly of a golden file's configuration.
fn disassembly(name: &str, configuration: &str) -> String {
    let key = |key: &str| {
        let prefix = format!("# {key}: ");
        configuration
            .lines()
            .find_map(|line| line.strip_prefix(&prefix))
    };
    let signal = key("signal")
        .and_then(Signal::from_name)
        .unwrap_or_else(|| panic!("{name}: no signal"));
    let dialect = match key("dialect") {
        Some("extended") => Dialect::Extended,
        _ => Dialect::Upstream,
    };
    let components =
        read(configuration, &|_| None).unwrap_or_else(|errors| panic!("{name}: {errors}"));
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let options = Options {
        signal,
        dialect,
        gates: &Gates::default(),
        registry: &registry,
    };
    let program = compile(&components[0].processor, &options).unwrap_or_else(|refusals| {
        let all: Vec<_> = refusals
            .iter()
            .map(|refusal| refusal.diagnostic.to_string())
            .collect();
        panic!("{name}: {}", all.join("\n"))
    });
    verify(&program).unwrap_or_else(|error| panic!("{name}: {error}"));
    disasm(&program)
}

#[test]
fn programs_are_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bytecode");
    let bless = std::env::var_os("OTTL_BLESS").is_some();
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the golden files")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    let mut wrong = Vec::new();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a golden file");
        let (configuration, recorded) = text.split_once(LINE).unwrap_or((&text, ""));
        let now = disassembly(&name, configuration);
        if now == recorded {
            continue;
        }
        if bless {
            std::fs::write(&path, format!("{configuration}{LINE}{now}"))
                .expect("the file can be written");
        } else {
            wrong.push(format!("{name}:\n{now}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "programs are not as recorded:\n{}",
        wrong.join("\n")
    );
}
