//! `flatten_data`: log records each in a resource and scope of their own, and back together again.
//!
//! What is copied and what counts as equal is what the reference copies and compares: of a resource its
//! attributes, of a scope its name, version, attributes and schema. Whatever else they have is lost on the
//! way, and so are those without records.

use super::any::{self, ListIter};
use super::cursor::{WireType, varint_len, write_bytes, write_tag, write_varint};
use super::error::{WireError, WireErrorKind};
use super::normalize::normalize;
use super::schema::Signal;
use super::tree::{Field, message_fields};
use super::validate::{Canonical, validate};
use crate::limits::FLAT_BYTES_MAX;
use crate::value::Value;
use std::collections::HashMap;

/// `LogsData.resource_logs`
const RESOURCE_LOGS: u32 = 1;
/// `ResourceLogs.resource` and `ScopeLogs.scope`
const MESSAGE: u32 = 1;
/// `ResourceLogs.scope_logs` and `ScopeLogs.log_records`
const CHILDREN: u32 = 2;
/// `ScopeLogs.schema_url`
const SCHEMA: u32 = 3;
/// `Resource.attributes`
const RESOURCE_ATTRIBUTES: u32 = 1;
/// `InstrumentationScope.name`, `version` and `attributes`
const NAME: u32 = 1;
const VERSION: u32 = 2;
const SCOPE_ATTRIBUTES: u32 = 3;

/// Appends `request`, which is checked as a whole, to `out` with each record in a resource of its own.
///
/// # Errors
/// As [`validate`]; and if it would be larger than [`FLAT_BYTES_MAX`]. `out` is of no use then.
pub(crate) fn flatten(request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    if validate(Signal::Logs, request, &mut ())? == Canonical::Yes {
        return flatten_canonical(request, out);
    }
    let mut canonical = Vec::new();
    normalize(Signal::Logs, request, &mut canonical)?;
    flatten_canonical(&canonical, out)
}

fn flatten_canonical(request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    for resource_logs in numbered(request, RESOURCE_LOGS) {
        let attributes = message_of(resource_logs.payload, |field| {
            field.number == RESOURCE_ATTRIBUTES
        });
        for scope_logs in numbered(resource_logs.payload, CHILDREN) {
            let is_copied =
                |field: &Field<'_>| matches!(field.number, NAME | VERSION | SCOPE_ATTRIBUTES);
            let mut head = message_of(scope_logs.payload, is_copied);
            numbered(scope_logs.payload, SCHEMA)
                .for_each(|field| head.extend_from_slice(field.whole));
            for record in numbered(scope_logs.payload, CHILDREN) {
                let inner = head.len() + record.whole.len();
                let length = attributes.len() + 1 + varint_len(inner as u64) + inner;
                if out.len() + length > FLAT_BYTES_MAX {
                    return Err(WireError::new(WireErrorKind::TooLarge, FLAT_BYTES_MAX));
                }
                write_header(out, RESOURCE_LOGS, length);
                out.extend_from_slice(&attributes);
                write_header(out, CHILDREN, inner);
                out.extend_from_slice(&head);
                out.extend_from_slice(record.whole);
            }
        }
    }
    Ok(())
}

/// A container's resource or scope as a whole field, with those of its fields that `is_copied` names.
fn message_of(container: &[u8], is_copied: impl Fn(&Field<'_>) -> bool) -> Vec<u8> {
    let mut copied = Vec::new();
    for message in numbered(container, MESSAGE) {
        let fields = message_fields(message.payload).filter(&is_copied);
        fields.for_each(|field| copied.extend_from_slice(field.whole));
    }
    let mut out = Vec::with_capacity(copied.len() + 8);
    write_bytes(&mut out, MESSAGE, &copied);
    out
}

fn write_header(out: &mut Vec<u8>, number: u32, length: usize) {
    write_tag(out, number, WireType::Bytes);
    write_varint(out, length as u64);
}

fn numbered(message: &[u8], number: u32) -> impl Iterator<Item = Field<'_>> {
    message_fields(message).filter(move |field| field.number == number)
}

/// A container: its own fields and what it holds.
struct Container<'a, Child> {
    own: Vec<&'a [u8]>,
    children: Vec<Child>,
}

type Scope<'a> = Container<'a, &'a [u8]>;
type Resource<'a> = Container<'a, Scope<'a>>;

/// Appends `flat`, which is a canonical request, to `out` with equal resources and scopes put together. The
/// first of those that are equal is kept.
pub(crate) fn group(flat: &[u8], out: &mut Vec<u8>) {
    let mut resources: Vec<Resource<'_>> = Vec::new();
    let mut numbers = HashMap::new();
    let mut scope_numbers = HashMap::new();
    for field in numbered(flat, RESOURCE_LOGS) {
        let number = *numbers
            .entry(identity_of_resource(field.payload))
            .or_insert(resources.len());
        if number == resources.len() {
            resources.push(Container {
                own: own_fields(field.payload),
                children: Vec::new(),
            });
        }
        let scopes = &mut resources[number].children;
        for scope_logs in numbered(field.payload, CHILDREN) {
            let identity = (number, identity_of_scope(scope_logs.payload));
            let scope = *scope_numbers.entry(identity).or_insert(scopes.len());
            if scope == scopes.len() {
                scopes.push(Container {
                    own: own_fields(scope_logs.payload),
                    children: Vec::new(),
                });
            }
            let records = numbered(scope_logs.payload, CHILDREN);
            scopes[scope]
                .children
                .extend(records.map(|record| record.whole));
        }
    }
    for resource in &resources {
        let mut body = resource.own.concat();
        for scope in &resource.children {
            let lengths = scope
                .own
                .iter()
                .chain(&scope.children)
                .map(|field| field.len());
            write_header(&mut body, CHILDREN, lengths.sum());
            let fields = scope.own.iter().chain(&scope.children);
            fields.for_each(|field| body.extend_from_slice(field));
        }
        write_bytes(out, RESOURCE_LOGS, &body);
    }
}

fn own_fields(container: &[u8]) -> Vec<&[u8]> {
    message_fields(container)
        .filter(|field| field.number != CHILDREN)
        .map(|field| field.whole)
        .collect()
}

/// Bytes that are the same for resources that the reference takes for equal.
fn identity_of_resource(container: &[u8]) -> Vec<u8> {
    let mut identity = Vec::new();
    let fields = numbered(container, MESSAGE)
        .flat_map(|message| numbered(message.payload, RESOURCE_ATTRIBUTES));
    write_map(
        fields.map(|field| any::key_value(field.payload)),
        &mut identity,
    );
    identity
}

/// The same for scopes.
fn identity_of_scope(container: &[u8]) -> (Vec<u8>, Vec<&[u8]>) {
    let mut attributes = Vec::new();
    let fields =
        || numbered(container, MESSAGE).flat_map(|message| message_fields(message.payload));
    let entries = fields().filter(|field| field.number == SCOPE_ATTRIBUTES);
    write_map(
        entries.map(|field| any::key_value(field.payload)),
        &mut attributes,
    );
    let name = |number| {
        let found = fields().filter(|field| field.number == number).last();
        found.map_or(&[][..], |field| field.payload)
    };
    let schema = numbered(container, SCHEMA)
        .last()
        .map_or(&[][..], |field| field.payload);
    (attributes, vec![schema, name(NAME), name(VERSION)])
}

/// Kinds of values, in an identity.
#[repr(u8)]
enum Mark {
    Key,
    Nil,
    Bytes,
    String,
    Bool,
    Int,
    Double,
    Map,
    List,
    End,
}

/// A map: its entries by key. Of entries with the same key the first one's value counts each time.
fn write_map<'a>(entries: impl Iterator<Item = (&'a [u8], &'a [u8])>, out: &mut Vec<u8>) {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    let mut first: Option<(&[u8], &[u8])> = None;
    for (key, value) in entries {
        let (_, value) = *match &mut first {
            Some(first) if first.0 == key => first,
            first => first.insert((key, value)),
        };
        write_text(Mark::Key, key, out);
        write_value(&any::decode(value), out);
    }
    out.push(Mark::End as u8);
}

fn write_text(mark: Mark, text: &[u8], out: &mut Vec<u8>) {
    out.push(mark as u8);
    write_varint(out, text.len() as u64);
    out.extend_from_slice(text);
}

/// A value. The depth is bounded because the request has been validated.
fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
    let mut scalar = |mark: Mark, bytes: [u8; 8]| {
        out.push(mark as u8);
        out.extend_from_slice(&bytes);
    };
    match value {
        Value::Bool(v) => scalar(Mark::Bool, u64::from(*v).to_le_bytes()),
        Value::Int(v) => scalar(Mark::Int, v.to_le_bytes()),
        Value::Double(v) => scalar(Mark::Double, v.to_bits().to_le_bytes()),
        Value::String(text) => write_text(Mark::String, text, out),
        Value::Bytes(bytes) => write_text(Mark::Bytes, bytes, out),
        Value::WireMap(map) => {
            out.push(Mark::Map as u8);
            let entries = numbered(map, any::VALUES).map(|field| any::key_value(field.payload));
            write_map(entries, out);
        }
        Value::WireList(list) => {
            out.push(Mark::List as u8);
            ListIter::new(list).for_each(|item| write_value(&item, out));
            out.push(Mark::End as u8);
        }
        _ => out.push(Mark::Nil as u8),
    }
}
