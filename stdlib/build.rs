//! Writes what other packages carry as tables that the library includes: the rules for user agents of
//! ua-parser, the definitions of grok. Nothing of them is in this repository.

use regex_syntax::hir::{Hir, HirKind};
use std::collections::BTreeMap;
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

/// A definition that the reference does not have; another that it has is written without.
const GROK_OMITTED_NAME: &str = "MONTHNUM2";

/// Files of definitions that the reference has none of.
const GROK_OMITTED: [&str; 3] = ["bacula", "nagios", "zeek"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    write_user_agents();
    write_grok();
}

fn write_user_agents() {
    let rules = package("ua-parser").join("uap-core/regexes.yaml");
    let text = read_file(&rules);
    let mut out = String::new();
    for (section, table, prefix, parts) in TABLES {
        writeln!(out, "static {table}: &[Source] = &[").expect("a String takes all");
        for rule in read(&text, section) {
            write_rule(&mut out, &rule, prefix, parts);
        }
        out.push_str("];\n");
    }
    write_file("user_agents.rs", &out);
}

fn read_file(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write_file(name: &str, text: &str) {
    let target = Path::new(&variable("OUT_DIR")).join(name);
    std::fs::write(target, text).expect("the output folder can be written to");
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

/// The definitions of the package as our expressions take them, then ours, by name.
fn write_grok() {
    let folder = package("grok-rs").join("src/patterns");
    let parts = read_file(Path::new("src/grok/parts.tsv"));
    let keys = pairs(&read_file(Path::new("src/grok/keys.tsv")), '\t');
    let keys = keys.into_iter().collect();
    let mut definitions = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).expect("the package has definitions") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if GROK_OMITTED.contains(&&*name) {
            continue;
        }
        for (name, definition) in pairs(&read_file(&path), ' ') {
            let definition = translate(definition.trim_end());
            let definition = replace_parts(&name, &definition, &parts, &keys);
            definitions.insert(name, definition);
        }
    }
    definitions.retain(|name, _| name != GROK_OMITTED_NAME);
    definitions.extend(pairs(&read_file(Path::new("src/grok/own.tsv")), '\t'));
    let list: Vec<_> = definitions.iter().collect();
    write_file(
        "grok.rs",
        &format!("static DEFINITIONS: &[(&str, &str)] = &{list:?};\n"),
    );
}

fn pairs(text: &str, separator: char) -> Vec<(String, String)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(separator))
        .map(|(name, definition)| (name.to_owned(), definition.to_owned()))
        .collect()
}

/// Puts in place what `parts` has for this definition, and the keys that `keys` has for others.
fn replace_parts(
    name: &str,
    definition: &str,
    parts: &str,
    keys: &BTreeMap<String, String>,
) -> String {
    let mut out = String::new();
    let mut rest = definition;
    while let Some((before, after)) = rest.split_once("%{") {
        out.push_str(before);
        let Some((part, behind)) = after.split_once('}') else {
            rest = &rest[before.len()..];
            break;
        };
        let key = part.split(':').nth(1).unwrap_or(part);
        let replacement = parts.lines().find_map(|line| {
            let mut fields = line.split('\t');
            let is_it = fields.next() == Some(name) && fields.next() == Some(key);
            fields.next().filter(|_| is_it)
        });
        match (replacement, keys.get(key)) {
            (Some(text), _) => out.push_str(text),
            (None, Some(new)) => {
                let part = part.replacen(&format!(":{key}"), &format!(":{new}"), 1);
                write!(out, "%{{{part}}}").expect("a String takes all");
            }
            (None, None) => write!(out, "%{{{part}}}").expect("a String takes all"),
        }
        rest = behind;
    }
    out + rest
}

/// A definition without what a linear expression can't have: looking around is left out, groups that
/// don't give back and greedy-only repetitions become plain ones. Keys are spelled with dots.
fn translate(definition: &str) -> String {
    let mut out = String::new();
    let mut rest = definition;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        if let Some((part, after)) = rest
            .strip_prefix("%{")
            .and_then(|text| text.split_once('}'))
        {
            let part = part
                .replace("][", ".")
                .replace(['[', ']'], "")
                .replace('-', "_");
            write!(out, "%{{{part}}}").expect("a String takes all");
            rest = after;
            continue;
        }
        let taken = match c {
            '\\' => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..length]);
                length
            }
            _ if in_class => {
                in_class = c != ']';
                out.push(c);
                c.len_utf8()
            }
            '(' if LOOKS_AROUND.iter().any(|start| rest.starts_with(start)) => group_length(rest),
            // The name of a group can have no dots: the library reads these as such.
            '(' if rest.starts_with("(?<") => {
                let length = rest.find('>').unwrap_or(2) + 1;
                let name = rest[3..length].replace('.', "___");
                write!(out, "(?P<{name}").expect("a String takes all");
                length
            }
            '(' if rest.starts_with("(?>") => {
                out.push_str("(?:");
                3
            }
            '+' if out.ends_with(['+', '*', '?']) && !out.ends_with("\\+") => 1,
            _ => {
                in_class = c == '[';
                out.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

const LOOKS_AROUND: [&str; 4] = ["(?=", "(?!", "(?<=", "(?<!"];

/// How long the group is that `text` begins with.
fn group_length(text: &str) -> usize {
    let mut depth = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' if depth == 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
