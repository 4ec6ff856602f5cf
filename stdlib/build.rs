//! Writes the rules for user agents, which the package ua-parser carries, as tables that the library
//! includes. Nothing of them is in this repository.

use regex_syntax::hir::{Hir, HirKind};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Bytes of a literal that is worth searching for.
const LITERAL_BYTES_MIN: usize = 2;

/// The tables: the section of the rules, the name of our table, the prefix of the keys of its
/// templates, and how many parts a version has.
const TABLES: [(&str, &str, &str, usize); 2] = [
    ("user_agent_parsers", "AGENTS", "", 3),
    ("os_parsers", "SYSTEMS", "os_", 4),
];

fn main() {
    let rules = package("ua-parser").join("uap-core/regexes.yaml");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", rules.display());
    let text = std::fs::read_to_string(&rules)
        .unwrap_or_else(|error| panic!("{}: {error}", rules.display()));
    let mut out = String::new();
    for (section, table, prefix, parts) in TABLES {
        writeln!(out, "static {table}: &[Source] = &[").expect("a String takes all");
        for rule in read(&text, section) {
            write_rule(&mut out, &rule, prefix, parts);
        }
        out.push_str("];\n");
    }
    let target = Path::new(&variable("OUT_DIR")).join("user_agents.rs");
    std::fs::write(target, out).expect("the output folder can be written to");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The folder of a package that the build depends on, which is there, as it was compiled before
/// this runs. Cargo wants to have others that the build does not need, so it may have to fetch.
fn package(name: &str) -> PathBuf {
    let attempts: [&[&str]; 4] = [
        &["--offline", "--locked"],
        &["--offline"],
        &["--locked"],
        &[],
    ];
    attempts
        .iter()
        .find_map(|options| locate(name, options))
        .unwrap_or_else(|| panic!("cargo metadata does not say where {name} is"))
}

fn locate(name: &str, options: &[&str]) -> Option<PathBuf> {
    let manifest = Path::new(&variable("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output = Command::new(variable("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .args(["--filter-platform", &variable("HOST"), "--manifest-path"])
        .arg(manifest)
        .args(options)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let packages = metadata["packages"].as_array()?;
    let package = packages.iter().find(|package| package["name"] == name)?;
    Some(
        Path::new(package["manifest_path"].as_str()?)
            .parent()?
            .into(),
    )
}

/// The keys of a rule with their texts.
type Rule = Vec<(String, String)>;

/// The rules of a section. The file has one key a line, its text in single quotes.
fn read(text: &str, section: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            inside = content.strip_suffix(':') == Some(section);
            continue;
        }
        if !inside {
            continue;
        }
        let (key, value) = key_and_text(content)
            .unwrap_or_else(|| panic!("the rules have a line of another form: {line}"));
        if let Some(key) = key.strip_prefix("- ") {
            rules.push(vec![(key.to_owned(), value)]);
        } else if let Some(rule) = rules.last_mut() {
            rule.push((key.to_owned(), value));
        }
    }
    assert!(!rules.is_empty(), "the rules have no section {section}");
    rules
}

fn key_and_text(line: &str) -> Option<(&str, String)> {
    let (key, quoted) = line.split_once(": ")?;
    let text = quoted.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some((key, text.replace("''", "'")))
}

fn write_rule(out: &mut String, rule: &Rule, prefix: &str, parts: usize) {
    let get = |key: &str| {
        let found = rule.iter().find(|(name, _)| name == key);
        found
            .map(|(_, text)| text.as_str())
            .filter(|text| !text.is_empty())
    };
    let pattern = match (get("regex_flag"), get("regex")) {
        (Some(flags), Some(regex)) => format!("(?{flags}){regex}"),
        (None, Some(regex)) => regex.to_owned(),
        (_, None) => panic!("a rule has no pattern: {rule:?}"),
    };
    let family = if prefix.is_empty() {
        "family_replacement"
    } else {
        "os_replacement"
    };
    let name = get(family).unwrap_or("$1");
    let part = |number: usize| match get(&format!("{prefix}v{number}_replacement")) {
        Some(template) => template.to_owned(),
        None => format!("${}", number + 1),
    };
    let version: Vec<String> = (1..=parts).map(part).collect();
    let literals = literals(&pattern);
    writeln!(
        out,
        "Source {{ pattern: {pattern:?}, literals: &{literals:?}, name: {name:?}, version: &{version:?} }},"
    )
    .expect("a String takes all");
}

/// Texts of which one is in everything that the pattern matches; none if there are no such.
fn literals(pattern: &str) -> Vec<String> {
    let required = regex_syntax::parse(pattern)
        .ok()
        .and_then(|hir| required(&hir));
    let texts = required
        .unwrap_or_default()
        .into_iter()
        .map(String::from_utf8);
    texts.collect::<Result<_, _>>().unwrap_or_default()
}

fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.len() >= LITERAL_BYTES_MIN => {
            Some(vec![literal.0.to_vec()])
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .filter_map(required)
            .max_by_key(|texts| texts.iter().map(Vec::len).min()),
        HirKind::Alternation(branches) => {
            let texts: Option<Vec<_>> = branches.iter().map(required).collect();
            Some(texts?.concat())
        }
        _ => None,
    }
}
