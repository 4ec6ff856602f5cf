//! Users and hosts in URLs.

use super::escape::{Part, unescape};
use super::{Reason, User, cut};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use memchr::{memchr, memmem, memrchr};
use std::net::Ipv6Addr;

/// What stands between `//` and the path: a user, perhaps, and the host with its port.
pub(super) fn parse_authority<'a>(
    arena: &'a Bump,
    scheme: &[u8],
    authority: &'a [u8],
) -> Result<(Option<User<'a>>, &'a [u8]), Reason<'a>> {
    let Some(at) = memrchr(b'@', authority) else {
        return Ok((None, parse_host(arena, scheme, authority)?));
    };
    let host = parse_host(arena, scheme, &authority[at + 1..])?;
    let user = &authority[..at];
    if !user
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte))
    {
        return Err(Reason::User);
    }
    let (name, password) = cut(user, b':');
    let has_password = name.len() < user.len();
    let name = unescape(arena, name, Part::User)?;
    let password = if has_password {
        Some(unescape(arena, password, Part::User)?)
    } else {
        None
    };
    Ok((Some(User { name, password }), host))
}

/// A host with its port, unescaped.
fn parse_host<'a>(arena: &'a Bump, scheme: &[u8], host: &'a [u8]) -> Result<&'a [u8], Reason<'a>> {
    match memrchr(b'[', host) {
        Some(0) => return parse_address(arena, host),
        Some(_) => return Err(Reason::IpLiteral),
        None => {}
    }
    // Lists of hosts, which have more colons, are for schemes other than the web's.
    let colon = match scheme {
        b"http" | b"https" => memchr(b':', host),
        _ => memrchr(b':', host),
    };
    if let Some(port) = colon.map(|colon| &host[colon..])
        && !is_optional_port(port)
    {
        return Err(Reason::Port(port));
    }
    unescape(arena, host, Part::Host)
}

/// An IPv6 address between brackets, and its port.
fn parse_address<'a>(arena: &'a Bump, host: &'a [u8]) -> Result<&'a [u8], Reason<'a>> {
    let close = memrchr(b']', host).ok_or(Reason::NoBracket)?;
    let port = &host[close + 1..];
    if !is_optional_port(port) {
        return Err(Reason::Port(port));
    }
    let inner = &host[1..close];
    let zone = memmem::find(inner, b"%25").unwrap_or(inner.len());
    let mut address = Vec::from_iter_in(
        unescape(arena, &inner[..zone], Part::Host)?.iter().copied(),
        arena,
    );
    address.extend_from_slice_copy(unescape(arena, &inner[zone..], Part::Zone)?);
    let address = address.into_bump_slice();
    if !is_address(address) {
        let is_v4 = std::str::from_utf8(address)
            .is_ok_and(|address| address.parse::<std::net::Ipv4Addr>().is_ok());
        return Err(if is_v4 {
            Reason::IpLiteral
        } else {
            Reason::Address(address)
        });
    }
    let mut out = Vec::with_capacity_in(host.len(), arena);
    out.push(b'[');
    out.extend_from_slice_copy(address);
    out.push(b']');
    out.extend_from_slice_copy(port);
    Ok(out.into_bump_slice())
}

/// Whether this is an IPv6 address, perhaps with a zone.
fn is_address(text: &[u8]) -> bool {
    let (address, zone) = cut(text, b'%');
    let has_empty_zone = address.len() < text.len() && zone.is_empty();
    !has_empty_zone
        && std::str::from_utf8(address).is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

/// Whether this is nothing, or a colon and digits.
pub(super) fn is_optional_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
