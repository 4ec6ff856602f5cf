//! URLs as Go's package net/url reads and writes them.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::text::quote::Quoted;
use std::fmt;

mod escape;
mod host;

pub(crate) use escape::unescape_query;

use escape::Part;

/// A URL in its parts.
#[derive(Debug)]
pub(crate) struct Url<'a> {
    /// In lower case; empty if there is none.
    pub(crate) scheme: &'a [u8],
    /// What follows the scheme if that is no path.
    pub(crate) opaque: &'a [u8],
    pub(crate) user: Option<User<'a>>,
    /// Host and port, unescaped.
    host: &'a [u8],
    /// Unescaped.
    pub(crate) path: &'a [u8],
    /// The path as it was given.
    raw_path: &'a [u8],
    /// Whether a scheme is followed by a path without a host.
    omits_host: bool,
    /// Whether there is a question mark without a query.
    forces_query: bool,
    /// As it was given.
    pub(crate) query: &'a [u8],
    /// Unescaped.
    pub(crate) fragment: &'a [u8],
    raw_fragment: &'a [u8],
}

/// Name and password, unescaped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) password: Option<&'a [u8]>,
}

/// Why text is no URL.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason<'a> {
    Control,
    NoScheme,
    Colon,
    User,
    IpLiteral,
    NoBracket,
    /// The text from the port's colon on.
    Port(&'a [u8]),
    /// The address between brackets.
    Address(&'a [u8]),
    /// The escape.
    Escape(&'a [u8]),
    /// The character.
    HostCharacter(u8),
}

/// An error with the text that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlError<'a> {
    text: &'a [u8],
    reason: Reason<'a>,
}

impl fmt::Display for UrlError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parse {}: {}", Quoted(self.text), self.reason)
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Control => f.write_str("net/url: invalid control character in URL"),
            Reason::NoScheme => f.write_str("missing protocol scheme"),
            Reason::Colon => f.write_str("first path segment in URL cannot contain colon"),
            Reason::User => f.write_str("net/url: invalid userinfo"),
            Reason::IpLiteral => f.write_str("invalid IP-literal"),
            Reason::NoBracket => f.write_str("missing ']' in host"),
            Reason::Port(port) => write!(f, "invalid port {} after host", Quoted(port)),
            Reason::Address(address) => write!(
                f,
                "invalid host: ParseAddr({}): unable to parse IP",
                Quoted(address)
            ),
            Reason::Escape(escape) => write!(f, "invalid URL escape {}", Quoted(escape)),
            Reason::HostCharacter(byte) => {
                write!(f, "invalid character {} in host name", Quoted(&[*byte]))
            }
        }
    }
}

/// Text before and after the first occurrence of a byte; all and nothing if there is none.
pub(crate) fn cut(text: &[u8], byte: u8) -> (&[u8], &[u8]) {
    match memchr::memchr(byte, text) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, b""),
    }
}

impl<'a> Url<'a> {
    /// `url.Parse`.
    pub(crate) fn parse(arena: &'a Bump, text: &'a [u8]) -> Result<Url<'a>, UrlError<'a>> {
        let (rest, fragment) = cut(text, b'#');
        let mut url =
            Url::parse_reference(arena, rest).map_err(|reason| UrlError { text: rest, reason })?;
        url.raw_fragment = fragment;
        url.fragment = escape::unescape(arena, fragment, Part::Fragment)
            .map_err(|reason| UrlError { text, reason })?;
        Ok(url)
    }

    /// Everything but the fragment.
    fn parse_reference(arena: &'a Bump, text: &'a [u8]) -> Result<Url<'a>, Reason<'a>> {
        let mut url = Url {
            scheme: b"",
            opaque: b"",
            user: None,
            host: b"",
            path: b"",
            raw_path: b"",
            omits_host: false,
            forces_query: false,
            query: b"",
            fragment: b"",
            raw_fragment: b"",
        };
        if text.iter().any(|&byte| byte < b' ' || byte == 0x7f) {
            return Err(Reason::Control);
        }
        if text == b"*" {
            url.path = text;
            return Ok(url);
        }
        let (scheme, mut rest) = scheme(text)?;
        url.scheme = crate::case::to_lower(arena, scheme);
        if rest.ends_with(b"?") && memchr::memchr_iter(b'?', rest).count() == 1 {
            url.forces_query = true;
            rest = &rest[..rest.len() - 1];
        } else {
            (rest, url.query) = cut(rest, b'?');
        }
        if !rest.starts_with(b"/") {
            if !scheme.is_empty() {
                url.opaque = rest;
                return Ok(url);
            }
            // As in the malformed scheme of `cache_object:foo/bar`.
            if cut(rest, b'/').0.contains(&b':') {
                return Err(Reason::Colon);
            }
        }
        if rest.starts_with(b"//") && (!scheme.is_empty() || !rest.starts_with(b"///")) {
            let length = memchr::memchr(b'/', &rest[2..]).unwrap_or(rest.len() - 2);
            let (authority, path) = rest[2..].split_at(length);
            rest = path;
            (url.user, url.host) = host::parse_authority(arena, url.scheme, authority)?;
        } else if !scheme.is_empty() && rest.starts_with(b"/") {
            url.omits_host = true;
        }
        url.path = escape::unescape(arena, rest, Part::Path)?;
        url.raw_path = rest;
        Ok(url)
    }

    /// The host without the port and without brackets.
    pub(crate) fn host_name(&self) -> &'a [u8] {
        self.host_and_port().0
    }

    /// The digits of the port; empty if there is none.
    pub(crate) fn port(&self) -> &'a [u8] {
        self.host_and_port().1
    }

    fn host_and_port(&self) -> (&'a [u8], &'a [u8]) {
        let colon = memchr::memrchr(b':', self.host)
            .filter(|&colon| host::is_optional_port(&self.host[colon..]));
        let (host, port) = match colon {
            Some(colon) => (&self.host[..colon], &self.host[colon + 1..]),
            None => (self.host, &b""[..]),
        };
        let inner = host
            .strip_prefix(b"[")
            .and_then(|host| host.strip_suffix(b"]"));
        (inner.unwrap_or(host), port)
    }

    /// `URL.String`.
    pub(crate) fn to_text(&self, arena: &'a Bump) -> &'a [u8] {
        /// What stands between the parts, but for escapes: bytes.
        const BETWEEN: usize = 16;
        let parts = [self.scheme, self.opaque, self.host, self.path, self.query];
        let room = parts.iter().map(|part| part.len()).sum::<usize>() + BETWEEN;
        let mut out = Vec::with_capacity_in(room, arena);
        if !self.scheme.is_empty() {
            out.extend_from_slice_copy(self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.append_hierarchy(&mut out);
        } else {
            out.extend_from_slice_copy(self.opaque);
        }
        if self.forces_query || !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice_copy(self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            escape::append_original(&mut out, self.raw_fragment, self.fragment, Part::Fragment);
        }
        out.into_bump_slice()
    }

    /// Host and path.
    fn append_hierarchy(&self, out: &mut Vec<'a, u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.omits_host) {
            if has_authority || !self.path.is_empty() {
                out.extend_from_slice_copy(b"//");
            }
            if let Some(user) = self.user {
                user.append(out);
                out.push(b'@');
            }
            escape::append(out, self.host, Part::Host);
        }
        let start = out.len();
        if self.path == b"*" && self.raw_path.is_empty() {
            out.push(b'*');
        } else {
            escape::append_original(out, self.raw_path, self.path, Part::Path);
        }
        let path = &out[start..];
        if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
            out.insert(start, b'/');
        } else if start == 0 && cut(path, b'/').0.contains(&b':') {
            // Lest it be taken for a scheme.
            out.insert(0, b'/');
            out.insert(0, b'.');
        }
    }
}

impl<'a> User<'a> {
    /// Appends name and password as they stand in a URL.
    pub(crate) fn append(self, out: &mut Vec<'a, u8>) {
        escape::append(out, self.name, Part::User);
        if let Some(password) = self.password {
            out.push(b':');
            escape::append(out, password, Part::User);
        }
    }
}

/// The scheme and what follows its colon; without a scheme, nothing and the whole.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Reason<'_>> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err(Reason::NoScheme),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

#[cfg(test)]
mod tests;
