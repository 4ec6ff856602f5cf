//! `URL`: the parts of a URL.

use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::uri::{self, Url};
use bumpalo::collections::Vec as List;
use memchr::memrchr;
use ottl_vm::text::quote::Quoted;
use ottl_vm::value::Entry;

use crate::limits::QUERY_PARAMETERS_MAX;

function! {
    /// The parts of the URL `uri`, by the names that semantic conventions have for them. `url.original`,
    /// `url.domain`, `url.scheme` and `url.path` are always there, `url.port` (an int), `url.query`,
    /// `url.fragment`, `url.extension`, `url.user_info`, `url.username` and `url.password` where the URL has
    /// them.
    ///
    /// Text that begins with `?` is a query: the result has `query` alone, a map of lists.
    ///
    /// ```ottl
    /// URL("https://ann@example.com:8080/a/b.txt?x=1#top")  # {"url.original": "https://ann@example.com:8080/a/b.txt?x=1#top", "url.domain": "example.com", "url.scheme": "https", "url.path": "/a/b.txt", "url.fragment": "top", "url.user_info": "ann", "url.username": "ann", "url.query": "x=1", "url.extension": "txt", "url.port": 8080}
    /// URL("/a")  # {"url.original": "/a", "url.domain": "", "url.scheme": "", "url.path": "/a"}
    /// URL("?a=1&a=2")  # {"query": {"a": ["1", "2"]}}
    /// URL("http://a b/")  # error: invalid character " " in host name
    /// ```
    pub(crate) static FUNCTION = converter URL(uri: StringGetter) costly, run url;
}

fn url<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    match text {
        [] => Err(Error::new("url cannot be empty")),
        [b'?', query @ ..] => parse_query(call, query),
        _ => match Url::parse(call.arena(), text) {
            Ok(url) => parts(call, &url),
            Err(error) => Err(call.error(format_args!("{error}"))),
        },
    }
}

fn parts<'a>(call: &Call<'_, '_, 'a>, url: &Url<'a>) -> Outcome<'a> {
    let mut parts = List::with_capacity_in(PARTS_MAX, call.arena());
    let mut put = |key: &'static str, text| {
        parts.push(Entry {
            key: key.as_bytes(),
            value: Value::String(text),
        });
    };
    put("url.original", url.to_text(call.arena()));
    put("url.domain", url.host_name());
    put("url.scheme", url.scheme);
    put("url.path", url.path);
    if !url.fragment.is_empty() {
        put("url.fragment", url.fragment);
    }
    if let Some(user) = url.user {
        let mut text = List::new_in(call.arena());
        user.append(&mut text);
        put("url.user_info", text.into_bump_slice());
        if !user.name.is_empty() {
            put("url.username", user.name);
        }
        if let Some(password) = user.password {
            put("url.password", password);
        }
    }
    if !url.query.is_empty() {
        put("url.query", url.query);
    }
    let extension = memrchr(b'.', url.path).map(|dot| &url.path[dot + 1..]);
    if let Some(extension) = extension.filter(|extension| !extension.is_empty()) {
        put("url.extension", extension);
    }
    let port = url.port();
    if !port.is_empty() {
        let number = port.iter().try_fold(0i64, |number, digit| {
            number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
        });
        let number = number.ok_or_else(|| {
            call.error(format_args!(
                "strconv.Atoi: parsing {}: value out of range",
                Quoted(port)
            ))
        })?;
        parts.push(Entry {
            key: b"url.port",
            value: Value::Int(number),
        });
    }
    Ok(Value::raw_map(&parts, call.arena()))
}

/// A URL has no more parts.
const PARTS_MAX: usize = 11;

/// The names and values of a query. A bad pair makes it an error.
fn parse_query<'a>(call: &Call<'_, '_, 'a>, query: &'a [u8]) -> Outcome<'a> {
    let arena = call.arena();
    if memchr::memchr_iter(b'&', query).count() + 1 > QUERY_PARAMETERS_MAX {
        return Err(Error::new("number of URL query parameters exceeded limit"));
    }
    let mut names: MapBuilder<'a> = MapBuilder::new_in(arena);
    let mut pairs = List::new_in(arena);
    for pair in query
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        if pair.contains(&b';') {
            return Err(Error::new("invalid semicolon separator in query"));
        }
        let (name, value) = uri::cut(pair, b'=');
        let unescape = |text| {
            uri::unescape_query(arena, text).map_err(|reason| call.error(format_args!("{reason}")))
        };
        let (name, value) = (unescape(name)?, unescape(value)?);
        names.put(name, Value::Nil);
        pairs.push((name, Value::String(value)));
    }
    // Stable: the values of a name keep their order.
    pairs.sort_by_key(|(name, _)| *name);
    for same in pairs.chunk_by(|a, b| a.0 == b.0) {
        let values = arena.alloc_slice_fill_iter(same.iter().map(|(_, value)| *value));
        names.put(same[0].0, Value::List(values));
    }
    let mut map = MapBuilder::new_in(arena);
    if !pairs.is_empty() {
        map.put(b"query", names.into_value());
    }
    Ok(map.into_raw(call.arena()))
}
