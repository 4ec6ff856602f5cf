//! Patterns at their bounds: the last that is accepted and the first that is refused.

use std::fmt::Write as _;

use ottl_stdlib::regex::{Cache, ErrorKind, Regex};

fn nested(depth: usize) -> String {
    format!("{}a{}", "(".repeat(depth), ")".repeat(depth))
}

fn refusal(pattern: &str) -> Option<ErrorKind> {
    Regex::new(pattern).err().map(|error| error.kind())
}

#[test]
fn nesting() {
    let regex = Regex::new(nested(999)).expect("accepted");
    assert_eq!(regex.capture_count(), 999);
    assert_eq!(regex.find_at(&mut Cache::new(), b"xa", 0), Some(1..2));
    assert_eq!(refusal(&nested(1000)), Some(ErrorKind::NestingDepth));
    // Groups that don't capture leave no node.
    assert_eq!(
        refusal(&format!("{}a{}", "(?:".repeat(5000), ")".repeat(5000))),
        None
    );
    // Groups still open count once they close.
    assert_eq!(refusal(&"(".repeat(100_000)), Some(ErrorKind::MissingParen));
    assert_eq!(
        refusal(&format!(
            "{}{}",
            "(?:a?)".repeat(200),
            "(?:a*)?".repeat(200)
        )),
        None
    );
    let stars = format!("{}a{}", "(?:".repeat(999), ")*".repeat(999));
    assert_eq!(refusal(&stars), None);
    let stars = format!("{}a{}", "(?:".repeat(1000), ")*".repeat(1000));
    assert_eq!(refusal(&stars), Some(ErrorKind::NestingDepth));
}

#[test]
fn repetition() {
    assert_eq!(refusal("(?:(?:a{10}){10}){10}"), None);
    assert_eq!(
        refusal("(?:(?:a{10}){10}){11}"),
        Some(ErrorKind::InvalidRepeatSize)
    );
    assert_eq!(refusal("(?:a{1000}){0}"), None);
    assert_eq!(refusal("(?:a{1000}){1}"), None);
    assert_eq!(refusal("(?:a{1000,}){1,}"), None);
}

#[test]
fn size() {
    // 1000 copies of 3356 instructions are beyond the bound, with 3355 they are not.
    let alternatives = |count: usize| {
        let mut pattern = String::from("(?:");
        for number in 0..count {
            let _ = write!(pattern, "{}x*|", ["a", "b"][number % 2]);
        }
        pattern + "c){1000}"
    };
    assert_eq!(refusal(&alternatives(839)), Some(ErrorKind::TooLarge));
    assert_eq!(refusal(&alternatives(2)), None);
    // Within the reference's bounds, beyond those of the automaton.
    let text = Regex::new(r"(?:\PL\PN\pS){1000}")
        .expect_err("refused")
        .to_string();
    assert_eq!(
        text,
        r"error parsing regexp: expression too large: `(?:\PL\PN\pS){1000}`"
    );
}

#[test]
fn long_patterns() {
    let words: Vec<String> = (0..5000).map(|number| format!("word{number}x")).collect();
    let regex = Regex::new(words.join("|")).expect("accepted");
    assert!(regex.is_match(&mut Cache::new(), b"a word4999x"));
    assert!(!regex.is_match(&mut Cache::new(), b"a word5000x"));
    let text = "0123456789".repeat(10_000);
    let regex = Regex::new(&text).expect("accepted");
    assert!(regex.is_match(&mut Cache::new(), text.as_bytes()));
    let regex = Regex::new(".{1000}").expect("accepted");
    assert_eq!(
        regex.find_at(&mut Cache::new(), &[b'\xff'; 1500], 0),
        Some(0..1000)
    );
    let regex = Regex::new("(x+x+)+y").expect("accepted");
    assert!(!regex.is_match(&mut Cache::new(), &[b'x'; 20_000]));
}
