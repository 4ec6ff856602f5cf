//! Conformance: every recorded case gives the reference's answer, in blocks of records and record by record.
//!
//! The cases are in `tests/conformance/<topic>.toml`, the reference's answers in `recorded/<topic>.jsonl`;
//! `tests/reference` writes the latter. Cases that differ on purpose are named, with the reason, in
//! `differences.toml`; `tests/conformance.md` is written from all of that by `OTTL_BLESS=1 cargo test`.

use crate::corpus::{directory, is_varying, read, topics, whole};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Whether a result is what the reference gave for a case.
fn agrees(case: &Value, expected: &Value, result: &Value) -> bool {
    ottl::conform::agrees(expected, result, case["unordered"] == true)
}

/// The differences on purpose: name and reason. A name that ends in `*` stands for all that begin so.
fn differences() -> Vec<(String, String)> {
    pairs("differences.tsv")
}

/// The lines of a file: what differs, a tab, why.
fn pairs(file: &str) -> Vec<(String, String)> {
    let text = read(&directory().join(file));
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, reason) = line.split_once('\t').expect("a name, a tab and a reason");
            (name.to_owned(), reason.to_owned())
        })
        .collect()
}

fn difference<'d>(differences: &'d [(String, String)], id: &str) -> Option<&'d (String, String)> {
    let matches = |name: &str| match name.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => id == name,
    };
    differences.iter().find(|(name, _)| matches(name))
}

#[test]
fn every_case_gives_the_references_answer_in_blocks_and_by_record() {
    let differences = differences();
    let mut inputs = BTreeMap::new();
    let mut report = String::from(
        "# Conformance\n\nWritten by `OTTL_BLESS=1 cargo test`. The reference is pkg/ottl with the transform and filter\n\
         processors, v0.161.0; its recorded answers are in `tests/conformance`.\n\n\
         | topic | cases | agree | differ on purpose |\n|---|---|---|---|\n",
    );
    let mut differing = String::new();
    let mut stale: BTreeSet<&String> = differences.iter().map(|(name, _)| name).collect();
    let (mut unexpected, mut total, mut total_agreeing) = (Vec::new(), 0, 0);
    for topic in topics() {
        let name = &topic.header["topic"].as_str().expect("a topic");
        let mut agreeing = 0;
        for case in &topic.cases {
            let (case, expected) = whole(&topic, case, &mut inputs);
            let id = case["id"].as_str().expect("an id").to_owned();
            let [result, by_record] = ottl::conform::run_case_both_ways(&case);
            if !is_varying(&case) && !agrees(&case, &by_record, &result) {
                unexpected.push(format!(
                    "{id}: blocks and single records differ:\n  {result}\n  {by_record}"
                ));
            }
            let agrees = agrees(&case, &expected, &result);
            agreeing += usize::from(agrees);
            match (agrees, difference(&differences, &id)) {
                (false, Some((name, reason))) => {
                    writeln!(differing, "- `{id}`: {reason}").expect("a string");
                    stale.remove(name);
                }
                (false, None) => {
                    unexpected.push(format!("{id}:\n  expected {expected}\n  got      {result}"))
                }
                (true, _) => {}
            }
        }
        let count = topic.cases.len();
        writeln!(
            report,
            "| {} | {count} | {agreeing} | {} |",
            name,
            count - agreeing
        )
        .expect("a string");
        total += count;
        total_agreeing += agreeing;
    }
    writeln!(
        report,
        "| all | {total} | {total_agreeing} | {} |",
        total - total_agreeing
    )
    .expect("a string");
    write!(report, "\n## Cases that differ on purpose\n\n{differing}").expect("a string");
    report.push_str("\n## What differs and cannot be recorded\n\n");
    for (what, reason) in pairs("unrecorded.tsv") {
        writeln!(report, "- {what}: {reason}").expect("a string");
    }
    assert!(
        unexpected.is_empty(),
        "{} cases:\n{}",
        unexpected.len(),
        unexpected.join("\n")
    );
    assert!(stale.is_empty(), "these no longer differ: {stale:?}");
    golden(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance.md"),
        &report,
    );
}

/// Compares a generated file with what is there, or rewrites it under `OTTL_BLESS=1`.
pub(crate) fn golden(path: &Path, text: &str) {
    if std::env::var_os("OTTL_BLESS").is_some() {
        std::fs::write(path, text).expect("a writable file");
    }
    assert!(
        read(path) == text,
        "{} has drifted; run OTTL_BLESS=1 cargo test",
        path.display()
    );
}

#[test]
fn the_records_are_of_the_cases_as_they_stand() {
    let mut recorded = BTreeSet::new();
    for topic in topics() {
        let mut hash = Sha256::new();
        for source in topic.header["sources"].as_array().expect("sources") {
            let source = directory().join(source.as_str().expect("a file"));
            hash.update(read(&source));
            recorded.insert(source);
        }
        let hash: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            topic.header["source_sha256"], hash,
            "{}: run tests/reference record",
            topic.header["topic"]
        );
    }
    for entry in std::fs::read_dir(directory()).expect("topics") {
        let path = entry.expect("a file").path();
        let is_topic = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        assert!(
            !is_topic || recorded.contains(&path),
            "{path:?} has no record"
        );
    }
}
