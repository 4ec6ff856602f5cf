//! A client of HTTP/1.1 for metadata services, which are near and speak it without TLS: one request a connection.

use super::limits::{REQUEST_MS_MAX, RESPONSE_BYTES_MAX};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// A service: `http://host:port/prefix`.
pub(super) struct Service {
    host: String,
    port: u16,
    /// What paths begin with; does not end in a slash.
    prefix: String,
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum HttpError {
    /// The service cannot be reached, or took too long.
    Io(io::Error),
    /// It answered, but not with 200.
    Status(u16),
    /// What it answered is no HTTP, or too large.
    Malformed,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpError::Io(error) => error.fmt(f),
            HttpError::Status(status) => write!(f, "status {status}"),
            HttpError::Malformed => f.write_str("a response that is no HTTP, or too large"),
        }
    }
}

impl From<io::Error> for HttpError {
    fn from(error: io::Error) -> HttpError {
        HttpError::Io(error)
    }
}

impl Service {
    /// The service at a URL.
    ///
    /// # Errors
    /// It is no URL with `http://`; says so.
    pub(super) fn at(url: &str) -> Result<Service, String> {
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| format!("`{url}` does not begin with http://"))?;
        let (authority, prefix) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, Some(80)),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic());
        match port {
            Some(port) if !host.is_empty() && is_plain(host) && is_plain(prefix) => Ok(Service {
                host: host.to_owned(),
                port,
                prefix: prefix.trim_end_matches('/').to_owned(),
            }),
            _ => Err(format!("`{url}` is no URL of a service")),
        }
    }

    /// The body of the response to `GET path`.
    pub(super) fn get(
        &self,
        path: &str,
        header: Option<(&str, &str)>,
    ) -> Result<Vec<u8>, HttpError> {
        self.request("GET", path, header)
    }

    /// The body of the response to `method path`, which must be 200. `path` begins with a slash and is encoded.
    pub(super) fn request(
        &self,
        method: &str,
        path: &str,
        header: Option<(&str, &str)>,
    ) -> Result<Vec<u8>, HttpError> {
        let deadline = Instant::now() + Duration::from_millis(REQUEST_MS_MAX);
        let mut stream = self.connect(deadline)?;
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        let (port, prefix) = (self.port, &self.prefix);
        let mut request = format!(
            "{method} {prefix}{path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\nAccept: */*\r\n\
             Content-Length: 0\r\n"
        );
        if let Some((name, value)) = header {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.set_write_timeout(Some(left(deadline)?))?;
        stream.write_all(request.as_bytes())?;
        let mut response = Vec::new();
        loop {
            if let Some(body) = body(&response, false)? {
                return Ok(body);
            }
            let mut part = [0; 4096];
            stream.set_read_timeout(Some(left(deadline)?))?;
            match stream.read(&mut part)? {
                0 => return body(&response, true)?.ok_or(HttpError::Malformed),
                length => response.extend_from_slice(&part[..length]),
            }
            if response.len() as u64 > RESPONSE_BYTES_MAX {
                return Err(HttpError::Malformed);
            }
        }
    }

    fn connect(&self, deadline: Instant) -> Result<TcpStream, HttpError> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(deadline)?) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }
}

/// The time until a deadline.
fn left(deadline: Instant) -> Result<Duration, HttpError> {
    let left = deadline.saturating_duration_since(Instant::now());
    match left.is_zero() {
        true => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
        false => Ok(left),
    }
}

/// The body of a response, if what has come is all of it.
fn body(response: &[u8], is_at_end: bool) -> Result<Option<Vec<u8>>, HttpError> {
    let Some(head) = response.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, rest) = (&response[..head], &response[head + 4..]);
    let head = std::str::from_utf8(head).map_err(|_| HttpError::Malformed)?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .filter(|line| line.starts_with("HTTP/1."))
        .and_then(|line| line.split(' ').nth(1)?.parse().ok())
        .ok_or(HttpError::Malformed)?;
    if status != 200 {
        return Err(HttpError::Status(status));
    }
    let headers = lines.filter_map(|line| line.split_once(':'));
    let value = |wanted: &str| {
        let mut headers = headers.clone();
        headers
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
    };
    if value("Transfer-Encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        return unchunked(rest);
    }
    match value("Content-Length") {
        Some(length) => {
            let length = length.parse().map_err(|_| HttpError::Malformed)?;
            Ok(rest.get(..length).map(<[u8]>::to_vec))
        }
        None => Ok(is_at_end.then(|| rest.to_vec())),
    }
}

/// The body that comes in chunks, if all of them have come.
fn unchunked(mut rest: &[u8]) -> Result<Option<Vec<u8>>, HttpError> {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return Ok(None);
        };
        let size = std::str::from_utf8(&rest[..end]).map_err(|_| HttpError::Malformed)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| HttpError::Malformed)?;
        if size as u64 > RESPONSE_BYTES_MAX {
            return Err(HttpError::Malformed);
        }
        let chunk = &rest[end + 2..];
        match (size, chunk.split_at_checked(size)) {
            (0, _) => return Ok(Some(body)),
            (_, Some((chunk, [b'\r', b'\n', after @ ..]))) => {
                body.extend_from_slice(chunk);
                rest = after;
            }
            (_, Some((_, after))) if after.len() >= 2 => return Err(HttpError::Malformed),
            _ => return Ok(None),
        }
    }
}

/// A part of a path, encoded.
pub(super) fn encoded(part: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    part.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(response: &str, is_at_end: bool) -> Result<Option<String>, u16> {
        match body(response.as_bytes(), is_at_end) {
            Ok(body) => Ok(body.map(|body| String::from_utf8_lossy(&body).into_owned())),
            Err(HttpError::Status(status)) => Err(status),
            Err(_) => Err(0),
        }
    }

    #[test]
    fn bodies_end_where_their_headers_say() {
        let some = |text: &str| Ok(Some(text.to_owned()));
        let ok = "HTTP/1.1 200 OK\r\n";
        for (response, is_at_end, expected) in [
            (
                format!("{ok}content-length: 2\r\n\r\nabc"),
                false,
                some("ab"),
            ),
            (format!("{ok}Content-Length: 4\r\n\r\nabc"), true, Ok(None)),
            (format!("{ok}Content-Length: x\r\n\r\nabc"), true, Err(0)),
            (format!("{ok}\r\nabc"), false, Ok(None)),
            (format!("{ok}\r\nabc"), true, some("abc")),
            ("HTTP/1.1 404 Not Found\r\n\r\n".to_owned(), false, Err(404)),
            ("SSH-2.0\r\n\r\n".to_owned(), true, Err(0)),
            (ok.to_owned(), true, Ok(None)),
        ] {
            assert_eq!(read(&response, is_at_end), expected, "{response}");
        }
        let chunked = format!("{ok}Transfer-Encoding: chunked\r\n\r\n");
        for (chunks, expected) in [
            (
                "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
                some("abc0123456789"),
            ),
            ("3\r\nab", Ok(None)),
            ("3\r\nabcdef\r\n", Err(0)),
            ("ffffffffffffffff\r\na", Err(0)),
            ("x\r\na", Err(0)),
        ] {
            assert_eq!(
                read(&format!("{chunked}{chunks}"), false),
                expected,
                "{chunks}"
            );
        }
    }

    #[test]
    fn services_are_read_from_urls() {
        for (url, expected) in [
            ("http://127.0.0.1:8001", Some(("127.0.0.1", 8001, ""))),
            ("http://[fd00:ec2::254]/", Some(("fd00:ec2::254", 80, ""))),
            ("http://[::1]:80/a/b/", Some(("::1", 80, "/a/b"))),
            ("http://proxy/x", Some(("proxy", 80, "/x"))),
            ("https://kubernetes", None),
            ("http://", None),
            ("http://a:b", None),
            ("http://a\r\n", None),
        ] {
            let service = Service::at(url).ok();
            let found = service
                .as_ref()
                .map(|service| (service.host.as_str(), service.port, service.prefix.as_str()));
            assert_eq!(found, expected, "{url}");
        }
        assert_eq!(encoded("a/b c"), "a%2Fb%20c");
    }
}
