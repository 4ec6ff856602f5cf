//! `set_semconv_span_name`: names a span as the semantic conventions say.

use crate::prelude::*;
use ottl_vm::exec::MapEdit;
use ottl_vm::text::json::append_pdata_string;

function! {
    /// Sets the span's name to what the semantic conventions of HTTP, RPC, databases and messaging make of
    /// its kind and attributes, old names of attributes included. A span that no convention covers keeps its
    /// name. Where the name changes, the attribute `original_span_name_attribute`, if given, gets the old one.
    ///
    /// `semconv_version` is from 1.37.0 to 1.43.0; anything else is refused when compiled, and an empty
    /// `original_span_name_attribute`.
    ///
    /// ```ottl
    /// set(span.kind, SPAN_KIND_SERVER)
    /// set(span.attributes["http.request.method"], "GET")
    /// set(span.attributes["http.route"], "/cart")
    /// set_semconv_span_name("1.37.0", "name.original")
    /// span.name  # "GET /cart"
    /// ```
    pub(crate) static FUNCTION = editor set_semconv_span_name(
        semconv_version: String,
        original_span_name_attribute[optional]: String,
    ) volatile, prepare prepare, run set_name, only &["transform/span"], uses &["name", "kind", "attributes"];
}

/// The conventions' first and last version that are known.
const VERSIONS: [[u64; 3]; 2] = [[1, 37, 0], [1, 43, 0]];

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let text = String::from_utf8_lossy(literals.string(0).unwrap_or_default());
    let Some(version) = Version::parse(&text) else {
        return Err(format!(
            "failed to parse semconv version {text:?}: invalid semantic version"
        ));
    };
    let [first, last] = VERSIONS;
    let is_before = version.numbers < first || version.numbers == first && version.is_prerelease;
    if is_before || version.numbers > last {
        return Err(format!(
            "unsupported semconv version {text:?}: must be between 1.37.0 and 1.43.0"
        ));
    }
    if literals.string(1) == Some(b"") {
        return Err("originalSpanNameAttribute cannot be an empty string".to_owned());
    }
    Ok(Box::new(()))
}

struct Version {
    numbers: [u64; 3],
    is_prerelease: bool,
}

impl Version {
    /// A semantic version; a `v` before it and missing last numbers are allowed.
    fn parse(text: &str) -> Option<Version> {
        /// In bytes.
        const LENGTH_MAX: usize = 256;
        if text.len() > LENGTH_MAX {
            return None;
        }
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, metadata) = split(text, '+');
        let (core, prerelease) = split(text, '-');
        let are_identifiers = metadata.into_iter().all(has_identifiers)
            && prerelease.into_iter().all(has_identifiers)
            && !prerelease.into_iter().any(has_padded_number);
        if !are_identifiers {
            return None;
        }
        let mut numbers = [0; 3];
        for (index, digits) in core.split('.').enumerate() {
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *numbers.get_mut(index)? = digits.parse().ok()?;
        }
        Some(Version {
            numbers,
            is_prerelease: prerelease.is_some(),
        })
    }
}

fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn has_identifiers(text: &str) -> bool {
    let is_identifier = |part: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(is_allowed)
    };
    text.split('.').all(is_identifier)
}

fn has_padded_number(text: &str) -> bool {
    let is_padded = |part: &str| {
        part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split('.').any(is_padded)
}

fn set_name<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    // Behind the parameters.
    const NAME: usize = 2;
    const KIND: usize = 3;
    const ATTRIBUTES: usize = 4;
    let conventions = conventions(&call.value(KIND)?);
    if conventions.is_empty() {
        return Ok(Value::Nil);
    }
    let old = call.string(NAME)?;
    let mut attributes = call.map_edit(ATTRIBUTES)?;
    let new = written(call, |out| {
        for convention in conventions {
            convention(&attributes, out);
            if !out.is_empty() {
                break;
            }
        }
    });
    if new.is_empty() || new == old {
        return Ok(Value::Nil);
    }
    call.set(NAME, Value::String(new))?;
    if let Some(key) = call.text(1) {
        attributes.set(call.bytes(key), Value::String(old));
        call.store_map(ATTRIBUTES, attributes)?;
    }
    Ok(Value::Nil)
}

/// A convention: appends the name that it has for a span with these attributes, or nothing.
type Convention = fn(&MapEdit<'_>, &mut Vec<u8>);

/// The conventions for spans of a kind, the first that has a name counts.
fn conventions(kind: &Value<'_>) -> &'static [Convention] {
    match kind {
        Value::Int(2) => &[http_server, rpc, messaging],
        Value::Int(3) => &[http_client, rpc, database, messaging],
        Value::Int(4 | 5) => &[messaging],
        _ => &[],
    }
}

/// An attribute by its name or its old one.
fn either<'a>(attributes: &MapEdit<'a>, name: &str, old_name: &str) -> Option<Value<'a>> {
    attributes
        .get(name.as_bytes())
        .or_else(|| attributes.get(old_name.as_bytes()))
}

/// Appends an attribute's text, if there is one.
fn put(out: &mut Vec<u8>, value: Option<Value<'_>>) -> bool {
    if let Some(value) = &value {
        append_pdata_string(out, value);
    }
    value.is_some()
}

fn http_server(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    http(attributes, out, b"http.route");
}

fn http_client(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    http(attributes, out, b"url.template");
}

fn http(attributes: &MapEdit<'_>, out: &mut Vec<u8>, subject: &[u8]) {
    if !put(
        out,
        either(attributes, "http.request.method", "http.method"),
    ) {
        return;
    }
    if let Some(subject) = attributes.get(subject) {
        out.push(b' ');
        put(out, Some(subject));
    }
}

fn rpc(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    let Some(system) = either(attributes, "rpc.system.name", "rpc.system") else {
        return;
    };
    let method = either(attributes, "rpc.method", "rpc.grpc.method");
    let service = either(attributes, "rpc.service", "rpc.grpc.service");
    let has_method = method.is_some();
    if put(out, service) {
        out.push(b'/');
        if !has_method {
            out.push(b'*');
        }
    } else if !has_method {
        put(out, Some(system));
    }
    put(out, method);
}

fn database(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    let Some(system) = either(attributes, "db.system.name", "db.system") else {
        return;
    };
    if put(out, attributes.get(b"db.query.summary")) {
        return;
    }
    put(out, either(attributes, "db.operation.name", "db.operation"));
    put_after_space(out, |out| database_target(attributes, out));
    if out.is_empty() {
        put(out, Some(system));
    }
}

/// Appends what `write` does, and a space before it if both sides have something.
fn put_after_space(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    if out.is_empty() {
        return write(out);
    }
    out.push(b' ');
    let start = out.len();
    write(out);
    if out.len() == start {
        out.pop();
    }
}

fn database_target(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    put(out, either(attributes, "db.namespace", "db.name"));
    let has_namespace = out.len() > start;
    let part = attributes
        .get(b"db.collection.name")
        .or_else(|| attributes.get(b"db.stored_procedure.name"));
    match part {
        Some(part) => {
            if has_namespace {
                out.push(b'.');
            }
            put(out, Some(part));
        }
        None if !has_namespace => server(attributes, out),
        None => {}
    }
}

fn server(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    if put(out, attributes.get(b"server.address"))
        && let Some(port) = attributes.get(b"server.port")
    {
        out.push(b':');
        put(out, Some(port));
    }
}

fn messaging(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    let Some(system) = attributes.get(b"messaging.system") else {
        return;
    };
    let operation = either(
        attributes,
        "messaging.operation.name",
        "messaging.operation",
    );
    let has_operation = put(out, operation);
    let operation_length = out.len();
    if has_operation {
        out.push(b' ');
    }
    let start = out.len();
    destination(attributes, out);
    if out.len() == start {
        out.truncate(operation_length);
        if !has_operation {
            put(out, Some(system));
        }
    }
}

fn destination(attributes: &MapEdit<'_>, out: &mut Vec<u8>) {
    let is_true = |key: &[u8]| matches!(attributes.get(key), Some(Value::Bool(true)));
    if is_true(b"messaging.destination.temporary") {
        out.extend_from_slice(b"(temporary)");
    } else if is_true(b"messaging.destination.anonymous") {
        out.extend_from_slice(b"(anonymous)");
    } else if !put(out, attributes.get(b"messaging.destination.template")) {
        let name = either(
            attributes,
            "messaging.destination.name",
            "messaging.destination",
        );
        if !put(out, name) {
            server(attributes, out);
        }
    }
}
