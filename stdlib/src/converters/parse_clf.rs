//! `ParseCLF`: a line of a web server's access log as a map.

use crate::maps::MapBuilder;
use crate::prelude::*;
use crate::regex::{Cache, Captures, Regex};
use crate::strings;
use bumpalo::collections::Vec as List;
use memchr::memchr;
use ottl_vm::text::number;
use ottl_vm::text::quote::Quoted;

function! {
    /// The fields of the access log line in `target`, in the Common Log Format or, if `format` is
    /// `"combined"`, in the Combined Log Format: the strings `clf.remote_host`, `clf.rfc931`,
    /// `clf.auth_user`, `clf.timestamp` and `clf.request`, where the request has three words also
    /// `clf.method`, `clf.request_uri` and `clf.protocol`, the ints `clf.status` and, unless it is `-`,
    /// `clf.bytes`; in combined lines also `clf.referer` and `clf.user_agent`.
    ///
    /// Another `format` than `"clf"` and `"combined"` is refused when the program is compiled.
    ///
    /// ```ottl
    /// ParseCLF("::1 - ann [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 23")  # {"clf.remote_host": "::1", "clf.rfc931": "-", "clf.auth_user": "ann", "clf.timestamp": "10/Oct/2000:13:55:36 -0700", "clf.request": "GET /a HTTP/1.0", "clf.method": "GET", "clf.request_uri": "/a", "clf.protocol": "HTTP/1.0", "clf.status": 200, "clf.bytes": 23}
    /// ParseCLF("x")  # error: invalid CLF message: does not match the expected format
    /// ```
    pub(crate) static FUNCTION = converter ParseCLF(target: StringGetter, format[optional]: String)
        pure, prepare prepare, run parse_clf, only &["transform/log"];
}

const COMMON: &str = r#"^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\S+) (\S+)"#;
const COMBINED: &str = r#" "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)""#;

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let combined = match literals.string(1).unwrap_or(b"clf") {
        b"clf" => "",
        b"combined" => COMBINED,
        format => {
            return Err(format!(
                "invalid format {}: must be \"clf\" or \"combined\"",
                Quoted(format)
            ));
        }
    };
    let line = Regex::new(format!("{COMMON}{combined}$")).map_err(|error| error.to_string())?;
    Ok(Box::new(line))
}

fn parse_clf<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let text = call.string(0)?;
    if text.is_empty() {
        return Err(Error::new("cannot parse empty CLF message"));
    }
    let text = strings::trim_space(text);
    let line: &Regex = call.prepared();
    let groups: Option<[&[u8]; 10]> =
        call.with_scratch(|_, (cache, captures): &mut (Cache, Captures)| {
            if !line.captures(cache, text, captures) {
                return None;
            }
            let group = |group| captures.get(group).map_or(&b""[..], |range| &text[range]);
            Some(std::array::from_fn(group))
        });
    let Some(groups) = groups else {
        return Err(Error::new(
            "invalid CLF message: does not match the expected format",
        ));
    };
    let mut map = MapBuilder::with_capacity_in(12, call.arena());
    let mut put = |key: &'static str, value| map.put(key.as_bytes(), value);
    put("clf.remote_host", Value::String(groups[1]));
    put("clf.rfc931", Value::String(groups[2]));
    put("clf.auth_user", Value::String(groups[3]));
    put("clf.timestamp", Value::String(groups[4]));
    let request = unescaped(call, groups[5]);
    put("clf.request", Value::String(request));
    let mut words = request.splitn(3, |c| *c == b' ');
    if let (Some(method), Some(uri), Some(protocol)) = (words.next(), words.next(), words.next()) {
        put("clf.method", Value::String(method));
        put("clf.request_uri", Value::String(uri));
        put("clf.protocol", Value::String(protocol));
    }
    put("clf.status", int(call, groups[6], "status code")?);
    if groups[7] != b"-" {
        put("clf.bytes", int(call, groups[7], "bytes value")?);
    }
    if line.capture_count() == 9 {
        put("clf.referer", Value::String(unescaped(call, groups[8])));
        put("clf.user_agent", Value::String(unescaped(call, groups[9])));
    }
    Ok(map.into_value())
}

fn int<'a>(call: &Call<'_, '_, 'a>, text: &[u8], what: &str) -> Outcome<'a> {
    match number::parse_int(text, 10) {
        Ok(int) => Ok(Value::Int(int)),
        Err(error) => Err(call.error(format_args!("invalid {what} {}: {error}", Quoted(text)))),
    }
}

/// The text with the escapes of Apache's logs resolved; a backslash before anything else stays.
fn unescaped<'a>(call: &Call<'_, '_, 'a>, text: &'a [u8]) -> &'a [u8] {
    if memchr(b'\\', text).is_none() {
        return text;
    }
    let mut out = List::with_capacity_in(text.len(), call.arena());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let (byte, length) = match (first, after) {
            (b'\\', [c @ (b'\\' | b'"'), ..]) => (*c, 2),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b'b', ..]) => (8, 2),
            (b'\\', [b'f', ..]) => (12, 2),
            (b'\\', [b'v', ..]) => (11, 2),
            (b'\\', [b'x', high, low, ..]) if let Some(byte) = hex_byte(*high, *low) => (byte, 4),
            (first, _) => (*first, 1),
        };
        out.push(byte);
        rest = &rest[length..];
    }
    out.into_bump_slice()
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |c: u8| char::from(c).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
