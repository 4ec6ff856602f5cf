//! The regular expressions against what Go's `regexp` answered, recorded in the `.tsv` files beside
//! this one; their first lines say what the columns are.

mod api;
mod bounds;

use ottl_stdlib::regex::{Cache, Captures, Regex, Template};

/// The lines of a recording below its head.
fn records(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with("# "))
}

/// Undoes `%XX`.
fn unescape(field: &str) -> Vec<u8> {
    let mut parts = field.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).expect("two hexadecimal digits"));
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    out
}

fn compile(pattern: &[u8]) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{}: {error}", pattern.escape_ascii()))
}

/// All matches with their groups, as the recordings spell them.
fn all_matches(regex: &Regex, cache: &mut Cache, haystack: &[u8]) -> String {
    let mut captures = Captures::new();
    let mut matches = regex.matches(cache, haystack);
    let mut out = Vec::new();
    while matches.next(&mut captures) {
        let groups = (0..captures.len()).map(|group| match captures.get(group) {
            Some(range) => format!("{}-{}", range.start, range.end),
            None => "_".to_owned(),
        });
        out.push(groups.collect::<Vec<_>>().join(":"));
    }
    out.join(",")
}

/// Checks every way of searching against the recorded matches.
fn check(regex: &Regex, cache: &mut Cache, haystack: &[u8], expect: &str) {
    let context = || {
        format!(
            "{} in {}",
            regex.pattern().escape_ascii(),
            haystack.escape_ascii()
        )
    };
    assert_eq!(all_matches(regex, cache, haystack), expect, "{}", context());
    assert_eq!(
        regex.is_match(cache, haystack),
        !expect.is_empty(),
        "{}",
        context()
    );
    let first = expect.split([',', ':']).next().unwrap_or_default();
    let found = regex
        .find_at(cache, haystack, 0)
        .map(|range| format!("{}-{}", range.start, range.end));
    assert_eq!(found.unwrap_or_default(), first, "{}", context());
}

#[test]
fn matrix() {
    let mut lines = records(include_str!("matrix.tsv"));
    let haystacks: Vec<Vec<u8>> = lines
        .next()
        .expect("haystacks")
        .split('\t')
        .map(unescape)
        .collect();
    let mut pattern_count = 0;
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let pattern = unescape(fields[0]);
        pattern_count += 1;
        if fields[1] == "!" {
            let error = Regex::new(&pattern).expect_err(fields[0]);
            assert_eq!(error.to_string().as_bytes(), unescape(fields[2]));
            continue;
        }
        let regex = compile(&pattern);
        let names: Vec<&str> = regex.group_names()[1..]
            .iter()
            .map(|name| name.as_deref().unwrap_or_default())
            .collect();
        assert_eq!(names.join(","), fields[1], "{}", fields[0]);
        let mut cache = Cache::new();
        let mut cells = fields[2].split(';');
        for haystack in &haystacks {
            check(
                &regex,
                &mut cache,
                haystack,
                cells.next().unwrap_or_default(),
            );
        }
    }
    assert_eq!((pattern_count, haystacks.len()), (288, 78));
}

#[test]
fn errors() {
    let mut error_count = 0;
    for line in records(include_str!("errors.tsv")) {
        let (pattern, expect) = line.split_once('\t').expect("two fields");
        let pattern = unescape(pattern);
        let error = Regex::new(&pattern)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        // The recording has the bytes of the pattern, the error shows text.
        assert_eq!(
            error,
            readable(&unescape(expect)),
            "{}",
            pattern.escape_ascii()
        );
        error_count += usize::from(!error.is_empty());
    }
    assert!(error_count > 300);
}

/// Each byte that is not UTF-8 as U+FFFD.
fn readable(bytes: &[u8]) -> String {
    let chunks = bytes.utf8_chunks();
    chunks
        .map(|chunk| chunk.valid().to_owned() + &"\u{FFFD}".repeat(chunk.invalid().len()))
        .collect()
}

#[test]
fn random_patterns() {
    check_triples(include_str!("random.tsv"));
}

#[test]
fn invalid_utf8() {
    check_triples(include_str!("invalid_utf8.tsv"));
}

fn check_triples(text: &'static str) {
    // One cache for all patterns: it must notice that they change.
    let mut cache = Cache::new();
    for line in records(text) {
        let fields: Vec<&str> = line.split('\t').collect();
        check(
            &compile(&unescape(fields[0])),
            &mut cache,
            &unescape(fields[1]),
            fields[2],
        );
    }
}

#[test]
fn replacement() {
    let mut cache = Cache::new();
    for line in records(include_str!("replace.tsv")) {
        let fields: Vec<Vec<u8>> = line.split('\t').map(unescape).collect();
        let [pattern, haystack, template, expect] = fields.as_slice() else {
            panic!("four fields: {line}")
        };
        let regex = compile(pattern);
        let mut out = b"kept ".to_vec();
        let replaced = regex.replace_all(&mut cache, haystack, &Template::new(template), &mut out);
        let replaced = replaced.expect("it is short");
        assert_eq!(replaced, regex.is_match(&mut cache, haystack), "{line}");
        let result = if replaced { &out[5..] } else { haystack };
        assert_eq!(
            result.escape_ascii().to_string(),
            expect.escape_ascii().to_string(),
            "{line}"
        );
    }
}
