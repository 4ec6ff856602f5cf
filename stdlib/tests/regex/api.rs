//! What the recordings don't ask: the parts of the interface, one at a time.

use ottl_stdlib::regex::{Cache, Captures, DynamicCache, ErrorKind, Regex, Template};

use crate::compile;

#[test]
fn find_at_sees_what_stands_before() {
    let mut cache = Cache::new();
    let mut find =
        |pattern: &str, at| compile(pattern.as_bytes()).find_at(&mut cache, b"aa a\xffa", at);
    assert_eq!(find("a", 1), Some(1..2));
    assert_eq!(find("^a", 1), None);
    assert_eq!(find(r"\ba", 1), Some(3..4));
    assert_eq!(find(".a", 3), Some(4..6));
    assert_eq!(find("a.", 1), Some(1..3));
    assert_eq!(find("$", 6), Some(6..6));
    assert_eq!(find("", 7), None);
    assert_eq!(find("[ab]", 7), None);
    assert_eq!(find(".", 99), None);
}

#[test]
fn fewer_groups_can_be_asked_for() {
    let regex = compile(b"(a)(?P<n>b)(c)?");
    let mut cache = Cache::new();
    let mut captures = Captures::with_groups(2);
    assert!(captures.is_empty());
    assert!(regex.captures(&mut cache, b"xab", &mut captures));
    assert_eq!(
        (captures.len(), captures.get(1), captures.get(2)),
        (2, Some(1..2), None)
    );
    let mut captures = Captures::new();
    assert!(regex.captures(&mut cache, b"xab", &mut captures));
    assert_eq!(
        (captures.len(), captures.get(2), captures.get(3)),
        (4, Some(2..3), None)
    );
    assert_eq!((captures.get(4), captures.get(usize::MAX)), (None, None));
    assert!(!regex.captures(&mut cache, b"xa", &mut captures));
    assert_eq!(captures.get(0), None);
    assert_eq!(regex.capture_count(), 3);
    assert_eq!(regex.group_names()[2].as_deref(), Some("n"));
}

#[test]
fn groups_that_never_take_part_still_count() {
    let regex = compile(b"(a){0}(b)|(c){0}");
    let mut captures = Captures::new();
    assert!(regex.captures(&mut Cache::new(), b"b", &mut captures));
    assert_eq!(captures.len(), 4);
    assert_eq!(
        (captures.get(1), captures.get(2), captures.get(3)),
        (None, Some(0..1), None)
    );
}

#[test]
fn shortcuts_agree_with_searches() {
    // What is there is asked by other means than where it is.
    let patterns = [
        "a",
        "^a",
        "a$",
        "^a$",
        "^$",
        "",
        "^",
        "$",
        ".*a.*",
        "(.*)a(.*)",
        "a+",
        "[a-c]+",
        "(?s)^.*a",
        "(?s)a.*$",
        "(?s)^.*a.*$",
        "^.*a",
        "a.*$",
        ".*(?i:a)",
        ".+a.+",
        "(x*a+)*",
        "x*^a",
        "a$b*",
        "(?:^)*a",
        "(ab)+",
        "(a|b)*c",
        r".*\ba",
        "[^\\x00-\\x{10FFFF}]",
        "x?[^\\x00-\\x{10FFFF}]",
        ".*a|b",
        "(?m)^a$",
        "a{2,}",
        "a{1,2}b{0}",
        "[é]+",
    ];
    let haystacks: [&[u8]; 12] = [
        b"",
        b"a",
        b"b",
        b"ba",
        b"ab",
        b"bab",
        b"x\na\nx",
        b"aa",
        b"\xff",
        b"\xffa",
        b"a\xff",
        "é".as_bytes(),
    ];
    for pattern in patterns {
        let regex = compile(pattern.as_bytes());
        let mut cache = Cache::new();
        for haystack in haystacks {
            let found = regex.find_at(&mut cache, haystack, 0).is_some();
            assert_eq!(
                regex.is_match(&mut cache, haystack),
                found,
                "{pattern} in {}",
                haystack.escape_ascii()
            );
        }
    }
}

#[test]
fn templates_tell_what_they_need() {
    let template = |text: &str| Template::new(text);
    assert_eq!(template("a$$b").literal(), Some(&b"a$b"[..]));
    assert_eq!(template("").literal(), Some(&b""[..]));
    assert_eq!(template("a$1").literal(), None);
    assert_eq!(template("a$").group_count(), 1);
    assert_eq!(template("$0").group_count(), 1);
    assert_eq!(template("$2 $1").group_count(), 3);
    assert_eq!(template("$name").group_count(), usize::MAX);
}

#[test]
fn matches_are_expanded_one_by_one() {
    let regex = compile(b"(?P<key>\\w+)=(\\d+)");
    let (mut cache, mut captures) = (Cache::new(), Captures::new());
    let haystack = b"a=1 b=22\xff c=x d=3";
    let template = Template::new("$2:$key;");
    let mut out = Vec::new();
    let mut matches = regex.matches(&mut cache, haystack);
    while matches.next(&mut captures) {
        template.expand(&regex, haystack, &captures, &mut out);
    }
    assert!(!matches.next(&mut captures));
    assert_eq!(out, b"1:a;22:b;3:d;");
}

#[test]
fn nothing_is_written_without_a_match() {
    let mut out = b"before".to_vec();
    let template = Template::new("y");
    let replaced = compile(b"x").replace_all(&mut Cache::new(), b"abc", &template, &mut out);
    assert_eq!(replaced, Ok(false));
    assert_eq!(out, b"before");
}

#[test]
fn dynamic_patterns() {
    let mut patterns = DynamicCache::new();
    for round in 0..100 {
        let pattern = format!("^{}$", round % 40);
        let (regex, cache) = patterns.get(pattern.as_bytes()).expect("valid");
        assert!(regex.is_match(cache, (round % 40).to_string().as_bytes()));
    }
    assert_eq!(
        patterns.get(b"(").expect_err("refused").kind(),
        ErrorKind::MissingParen
    );
}

#[test]
fn shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Regex>();
    assert_shared::<Template>();
    assert_shared::<Cache>();
}
