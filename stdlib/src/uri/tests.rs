//! URLs against what Go 1.26 made of them.

use super::Url;
use bumpalo::Bump;

#[track_caller]
fn check(text: &str, expected: Result<&str, &str>) {
    let arena = Bump::new();
    let shown = Url::parse(&arena, text.as_bytes())
        .map(|url| String::from_utf8_lossy(url.to_text(&arena)).into_owned());
    assert_eq!(
        shown.map_err(|error| error.to_string()),
        expected.map(str::to_owned).map_err(str::to_owned)
    );
}

#[test]
fn reads_and_writes_as_go() {
    check("http://a/b?c#d", Ok("http://a/b?c#d"));
    check("HTTP://A/B", Ok("http://A/B"));
    check("http://a", Ok("http://a"));
    check("http://a?", Ok("http://a?"));
    check("http://a?b?", Ok("http://a?b?"));
    check("http://a/?", Ok("http://a/?"));
    check("mailto:x@y", Ok("mailto:x@y"));
    check("//h/p", Ok("//h/p"));
    check("///p", Ok("///p"));
    check("/a b", Ok("/a%20b"));
    check("/a%20b", Ok("/a%20b"));
    check("/a%2Fb", Ok("/a%2Fb"));
    check("/a%zz", Err("parse \"/a%zz\": invalid URL escape \"%zz\""));
    check("a:b/c", Ok("a:b/c"));
    check("./a:b", Ok("./a:b"));
    check(":x", Err("parse \":x\": missing protocol scheme"));
    check(
        "1a:b",
        Err("parse \"1a:b\": first path segment in URL cannot contain colon"),
    );
    check("*", Ok("*"));
    check("http:/p", Ok("http:/p"));
    check("http:///p", Ok("http:///p"));
    check("http://u:p@h/", Ok("http://u:p@h/"));
    check("http://u@h", Ok("http://u@h"));
    check("http://u%40:p%3A@h", Ok("http://u%40:p%3A@h"));
    check(
        "http://u b@h/",
        Err("parse \"http://u b@h/\": net/url: invalid userinfo"),
    );
    check("http://[::1]:80/", Ok("http://[::1]:80/"));
    check("http://[::1%25en0]/x", Ok("http://[::1%25en0]/x"));
    check(
        "http://[1.2.3.4]/",
        Err("parse \"http://[1.2.3.4]/\": invalid IP-literal"),
    );
    check(
        "http://a:b/",
        Err("parse \"http://a:b/\": invalid port \":b\" after host"),
    );
    check(
        "http://a:80:90/",
        Err("parse \"http://a:80:90/\": invalid port \":80:90\" after host"),
    );
    check("pg://a:80,b:90/", Ok("pg://a:80,b:90/"));
    check(
        "http://h%20h/",
        Err("parse \"http://h%20h/\": invalid URL escape \"%20\""),
    );
    check("http://h%C3%A9/", Ok("http://h%C3%A9/"));
    check(
        "http://h\x7f/",
        Err("parse \"http://h\\x7f/\": net/url: invalid control character in URL"),
    );
    check(
        "/a#%zz",
        Err("parse \"/a#%zz\": invalid URL escape \"%zz\""),
    );
    check("/a#b%20c", Ok("/a#b%20c"));
    check("/a#b c", Ok("/a#b%20c"));
    check("#f", Ok("#f"));
    check("?x", Ok("?x"));
    check("http://a/b c/é", Ok("http://a/b%20c/%C3%A9"));
    check("/a;b,c=d!e", Ok("/a;b,c=d!e"));
    check(
        "http://[::1",
        Err("parse \"http://[::1\": missing ']' in host"),
    );
    check("a%3Ab", Ok("a%3Ab"));
}
