//! Requests: their bounds, and whom they trust.

use super::server::{Asked, Authority, Reply, serve};
use crate::host::http::{Service, encoded};
use crate::host::limits::RESPONSE_BYTES_MAX;
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// Answers requests.
type Answer = fn(&Asked) -> Reply;

/// What `GET /` gives there within half a second.
fn get(url: &str, authorities: Option<&str>) -> Result<String, String> {
    let service = Service::at(url, authorities, Duration::from_millis(500))?;
    let body = service.get("/", None).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

#[test]
fn only_whole_responses_are_taken() {
    let answers: [(&str, Answer, Result<&str, &str>); 10] = [
        ("by length", |_| Reply::Ok("ab".to_owned()), Ok("ab")),
        ("by chunks", |_| Reply::Chunked("ab".to_owned()), Ok("ab")),
        ("not found", |_| Reply::Status(404), Err("status 404")),
        ("no content", |_| Reply::Status(204), Err("status 204")),
        (
            "elsewhere",
            |_| {
                Reply::Raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec())
            },
            Err("status 302"),
        ),
        ("slow", |_| Reply::Slow, Err("timeout")),
        ("endless", |_| Reply::Endless, Err("larger than")),
        ("nothing", |_| Reply::Raw(Vec::new()), Err("")),
        (
            "no HTTP",
            |_| Reply::Raw(b"SSH-2.0\r\n\r\n".to_vec()),
            Err(""),
        ),
        (
            "long headers",
            |_| {
                Reply::Raw(
                    format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(70_000)).into_bytes(),
                )
            },
            Err("header"),
        ),
    ];
    for (name, answer, expected) in answers {
        let start = Instant::now();
        let found = get(&serve(None, answer), None);
        match (&found, expected) {
            (Ok(body), Ok(expected)) => assert_eq!(body, expected, "{name}"),
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{name}: {error}"),
            _ => panic!("{name}: {found:?}"),
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{name}");
    }
}

#[test]
fn truncated_responses_are_errors() {
    let authority = Authority::new();
    for (name, response) in [
        ("by length", "Content-Length: 9\r\n\r\nab"),
        ("by chunks", "Transfer-Encoding: chunked\r\n\r\n9\r\nab"),
        (
            "between chunks",
            "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        ),
        ("in its headers", "Content-Le"),
    ] {
        let response = format!("HTTP/1.1 200 OK\r\n{response}");
        let answer = move |_: &Asked| Reply::Raw(response.clone().into_bytes());
        let url = serve(Some(authority.certify("127.0.0.1")), answer);
        let found = get(&url, Some(&authority.pem()));
        assert!(found.is_err(), "{name}: {found:?}");
    }
}

#[test]
fn only_the_given_authorities_are_trusted() {
    let (ours, other) = (Authority::new(), Authority::new());
    let answer = |_: &Asked| Reply::Ok("yes".to_owned());
    let url = serve(Some(ours.certify("127.0.0.1")), answer);
    assert_eq!(get(&url, Some(&ours.pem())), Ok("yes".to_owned()));
    let both = format!("{}{}", other.pem(), ours.pem());
    assert_eq!(get(&url, Some(&both)), Ok("yes".to_owned()));
    let elsewhere = serve(Some(ours.certify("10.0.0.1")), answer);
    let plain = serve(None, answer).replace("http:", "https:");
    for (url, authorities, expected) in [
        (&url, Some(other.pem()), "invalid peer certificate"),
        (&elsewhere, Some(ours.pem()), "certificate not valid"),
        (&plain, Some(ours.pem()), "timeout"),
        (&url, None, "no authorities"),
        (&url, Some("no PEM".to_owned()), "no certificate"),
        (&url, Some(String::new()), "no certificate"),
    ] {
        let error = get(url, authorities.as_deref()).expect_err("it is not trusted");
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn a_silent_server_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let authority = Authority::new();
    let start = Instant::now();
    for url in [format!("http://{address}"), format!("https://{address}")] {
        let error = get(&url, Some(&authority.pem())).expect_err("nobody answers");
        assert!(error.contains("time"), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn responses_may_be_as_large_as_the_bound() {
    for (more, is_taken) in [(0, true), (1, false)] {
        let length = usize::try_from(RESPONSE_BYTES_MAX).expect("it fits") + more;
        let url = serve(None, move |_| Reply::Ok(" ".repeat(length)));
        let service = Service::at(&url, None, Duration::from_secs(20)).expect("a service");
        assert_eq!(service.get("/", None).is_ok(), is_taken, "{length}");
    }
}

#[test]
fn services_are_read_from_urls() {
    for (url, is_one) in [
        ("http://127.0.0.1:8001", true),
        ("http://[fd00:ec2::254]/", true),
        ("http://[::1]:80/a/b/", true),
        ("http://proxy/x", true),
        ("HTTP://proxy", true),
        ("ftp://kubernetes", false),
        ("kubernetes:443", false),
        ("http://", false),
        ("http://a:b", false),
        ("http://a\r\n", false),
        ("http://a/?b", false),
        ("", false),
    ] {
        let found = Service::at(url, None, Duration::from_secs(1));
        assert_eq!(found.is_ok(), is_one, "{url}");
    }
    assert_eq!(encoded("a/b c"), "a%2Fb%20c");
}
