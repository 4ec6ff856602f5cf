//! Replays what the fuzzers found, and gives each target a few hundred inputs that are always the same.

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "public for the fuzzers")]
pub(crate) mod fuzz;

use std::path::Path;

/// Inputs made for each target.
const INPUT_COUNT: u64 = 400;

/// The longest of them, in bytes.
const INPUT_BYTES_MAX: u64 = 700;

#[test]
fn found_inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    for (name, target) in fuzz::TARGETS {
        let Ok(entries) = std::fs::read_dir(folder.join(name)) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            let data = std::fs::read(&path).expect("the input can be read");
            let result = std::panic::catch_unwind(|| target(&data));
            assert!(result.is_ok(), "{name} fails with {}", path.display());
        }
    }
}

fn made_inputs(name: &str) {
    let (_, target) = fuzz::TARGETS
        .iter()
        .find(|(one, _)| *one == name)
        .expect("the target exists");
    for seed in 0..INPUT_COUNT {
        let data = input(seed);
        let result = std::panic::catch_unwind(|| target(&data));
        assert!(result.is_ok(), "{name} fails with made input {seed}");
    }
}

#[test]
fn parse() {
    made_inputs("parse");
}

#[test]
fn print_parse() {
    made_inputs("print_parse");
}

#[test]
fn blocks_vs_lanes() {
    made_inputs("blocks_vs_lanes");
}

#[test]
fn wire() {
    made_inputs("wire");
}

#[test]
fn every_target_has_a_test_and_a_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| {
            entry
                .expect("the folder can be read")
                .file_name()
                .to_string_lossy()
                .replace(".rs", "")
        })
        .collect();
    files.sort();
    let mut names: Vec<_> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

/// Bytes that look random: splitmix64 from a seed.
pub(crate) fn input(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0xd134_2543_de82_ef95);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let length = next() % INPUT_BYTES_MAX;
    (0..length).map(|_| next() as u8).collect()
}
