//! Rules that no compiler checks: who may depend on whom, documented modules, no leftovers, short files.

use std::path::{Path, PathBuf};

/// The longest file of Rust code, in lines.
const FILE_LINES_MAX: usize = 700;

/// Files that are longer, each with its length, rounded up to tens. The list only gets shorter.
const LONG_FILES: &[(&str, usize)] = &[];

/// Our crates, each with those of ours that it may depend on.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("grammar", &[]),
    ("vm", &[]),
    ("stdlib", &["ottl-vm"]),
    (".", &["ottl-grammar", "ottl-vm", "ottl-stdlib"]),
];

const OURS: &[&str] = &["ottl", "ottl-grammar", "ottl-vm", "ottl-stdlib"];

/// Folders at the root that hold text of ours.
const FOLDERS: &[&str] = &[
    ".ci", "benches", "examples", "fuzz", "grammar", "src", "stdlib", "tests", "vm",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the project below the given folders, with its path from the root.
fn files() -> Vec<(String, String)> {
    let mut open: Vec<PathBuf> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name == "target") {
                continue;
            }
            let entries = std::fs::read_dir(&path).expect("the folder can be read");
            open.extend(entries.map(|entry| entry.expect("the folder can be read").path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path
                .strip_prefix(root())
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/");
            files.push((name, text));
        }
    }
    for entry in std::fs::read_dir(root())
        .expect("the folder can be read")
        .flatten()
    {
        // In a linked work tree, `.git` is a file that says where the repository is.
        if let (true, Ok(text)) = (
            entry.path().is_file() && entry.file_name() != ".git",
            std::fs::read_to_string(entry.path()),
        ) {
            files.push((entry.file_name().to_string_lossy().into_owned(), text));
        }
    }
    files.sort();
    files
}

fn rust_files() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs"))
        .collect()
}

/// Fails with all that is wrong at once.
fn expect_none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn crates_depend_on_whom_they_may() {
    let mut found = Vec::new();
    for (folder, allowed) in DEPENDENCIES {
        let text = std::fs::read_to_string(root().join(folder).join("Cargo.toml"))
            .expect("the crate has a manifest");
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            }
            let name = line.split([' ', '=', '.']).next().unwrap_or_default();
            // A package's own examples and tests may use more, but not more of ours.
            if section.contains("dependencies") && OURS.contains(&name) && !allowed.contains(&name)
            {
                found.push(format!("{folder}: {line}"));
            }
        }
    }
    expect_none("dependencies against the rule", found);
}

#[test]
fn modules_say_what_they_are() {
    let bare = |(name, text): &(String, String)| (!text.starts_with("//!")).then(|| name.clone());
    expect_none(
        "files that do not begin with `//!`",
        rust_files().iter().filter_map(bare).collect(),
    );
}

#[test]
fn nothing_is_left_over() {
    // Put together here, as this file is looked at, too.
    let banned = [
        ["to", "do!("],
        ["unimple", "mented!("],
        ["db", "g!("],
        ["#[ig", "nore"],
        ["should_", "panic"],
        ["TO", "DO"],
        ["FIX", "ME"],
    ]
    .map(|parts| parts.concat());
    let mut found = Vec::new();
    for (name, text) in rust_files() {
        for (number, line) in text.lines().enumerate() {
            if banned.iter().any(|word| line.contains(word)) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    expect_none("leftovers", found);
}

#[test]
fn exceptions_from_lints_have_reasons() {
    let mut found = Vec::new();
    for (name, text) in rust_files() {
        for keyword in ["allow", "expect"] {
            for marker in [format!("#[{keyword}("), format!("#![{keyword}(")] {
                for (at, _) in text.match_indices(&marker) {
                    let attribute = text[at..]
                        .split_once(")]")
                        .map_or(&text[at..], |(before, _)| before);
                    if !attribute.contains("reason = \"") {
                        found.push(format!("{name}: {attribute}"));
                    }
                }
            }
        }
    }
    found.retain(|line| !line.starts_with("tests/tidy.rs"));
    expect_none("exceptions without a reason", found);
}

#[test]
fn files_are_short() {
    let mut found = Vec::new();
    for (name, text) in rust_files() {
        let lines = text.lines().count();
        match LONG_FILES.iter().find(|(long, _)| *long == name) {
            Some((_, limit)) if lines > *limit => {
                found.push(format!("{name}: {lines} lines, and {limit} on the list"))
            }
            Some(_) if lines <= FILE_LINES_MAX => {
                found.push(format!("{name}: need not be on the list any more"))
            }
            None if lines > FILE_LINES_MAX => found.push(format!("{name}: {lines} lines")),
            _ => {}
        }
    }
    expect_none("lengths", found);
}

#[test]
fn no_machine_is_mentioned() {
    let banned = [["/wo", "rk/"], ["/tm", "p/"], ["/ro", "ot/"]].map(|parts| parts.concat());
    let mut found = Vec::new();
    for (name, text) in files() {
        // Recorded telemetry may name any path.
        if name.starts_with("tests/conformance")
            || name.ends_with(".tsv")
            || name.ends_with(".jsonl")
        {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if banned.iter().any(|path| line.contains(path)) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    expect_none("paths of one machine", found);
}
