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
use foldhash::fast::RandomState;
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

impl<'a, Child> Container<'a, Child> {
    /// One that holds nothing, with the fields of this one.
    fn like(container: &'a [u8]) -> Self {
        let fields = message_fields(container).filter(|field| field.number != CHILDREN);
        Container {
            own: fields.map(|field| field.whole).collect(),
            children: Vec::new(),
        }
    }

    /// How many bytes its own fields take.
    fn own_len(&self) -> usize {
        self.own.iter().map(|field| field.len()).sum()
    }

    fn write_own(&self, out: &mut Vec<u8>) {
        self.own
            .iter()
            .for_each(|field| out.extend_from_slice(field));
    }
}

type Scope<'a> = Container<'a, &'a [u8]>;
type Resource<'a> = Container<'a, Scope<'a>>;

impl Scope<'_> {
    /// How many bytes it takes.
    fn len(&self) -> usize {
        let records = self.children.iter().map(|record| record.len());
        self.own_len() + records.sum::<usize>()
    }
}

/// Appends `flat`, which is a canonical request, to `out` with equal resources and scopes put together. The
/// first of those that are equal is kept.
pub(crate) fn group(flat: &[u8], out: &mut Vec<u8>) {
    let mut groups = Groups::default();
    for field in numbered(flat, RESOURCE_LOGS) {
        for scope_logs in numbered(field.payload, CHILDREN) {
            groups.add(field.payload, scope_logs.payload);
        }
    }
    groups.write(out);
}

/// The bytes by which a resource and a scope are known, if they are what others have: most are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Head<'a> {
    resource: &'a [u8],
    scope: &'a [u8],
    schema: &'a [u8],
}

/// A number for each thing that was met.
type Numbers<Thing> = HashMap<Thing, usize, RandomState>;

/// What is put together.
#[derive(Default)]
struct Groups<'a> {
    resources: Vec<Resource<'a>>,
    numbers: Numbers<Vec<u8>>,
    /// By the number of the resource, too.
    scope_numbers: Numbers<(usize, ScopeIdentity<'a>)>,
    /// The numbers of both by their bytes: what is the same by those need not be looked into.
    known: HashMap<Head<'a>, (usize, usize), RandomState>,
    last: Option<(Head<'a>, (usize, usize))>,
}

impl<'a> Groups<'a> {
    /// Adds the records of a scope of a resource.
    fn add(&mut self, resource_logs: &'a [u8], scope_logs: &'a [u8]) {
        let payload_of = |container, number| {
            let mut fields = numbered(container, number);
            fields.next().map_or(&[][..], |field| field.payload)
        };
        let head = Head {
            resource: payload_of(resource_logs, MESSAGE),
            scope: payload_of(scope_logs, MESSAGE),
            schema: payload_of(scope_logs, SCHEMA),
        };
        let (resource, scope) = match self.last {
            Some((last, place)) if last == head => place,
            _ => {
                let known = self.known.get(&head).copied();
                let place = known.unwrap_or_else(|| self.place_of(resource_logs, scope_logs));
                if known.is_none() {
                    self.known.insert(head, place);
                }
                self.last = Some((head, place));
                place
            }
        };
        let records = numbered(scope_logs, CHILDREN).map(|record| record.whole);
        self.resources[resource].children[scope]
            .children
            .extend(records);
    }

    /// The numbers of a resource and a scope in it, by what the reference compares; new ones if there are none like them.
    fn place_of(&mut self, resource_logs: &'a [u8], scope_logs: &'a [u8]) -> (usize, usize) {
        let count = self.resources.len();
        let identity = identity_of_resource(resource_logs);
        let number = *self.numbers.entry(identity).or_insert(count);
        if number == count {
            self.resources.push(Container::like(resource_logs));
        }
        let scopes = &mut self.resources[number].children;
        let identity = (number, identity_of_scope(scope_logs));
        let scope = *self.scope_numbers.entry(identity).or_insert(scopes.len());
        if scope == scopes.len() {
            scopes.push(Container::like(scope_logs));
        }
        (number, scope)
    }

    fn write(&self, out: &mut Vec<u8>) {
        for resource in &self.resources {
            let whole_len = |length| 1 + varint_len(length as u64) + length;
            let scopes = resource.children.iter().map(|scope| whole_len(scope.len()));
            write_header(
                out,
                RESOURCE_LOGS,
                resource.own_len() + scopes.sum::<usize>(),
            );
            resource.write_own(out);
            for scope in &resource.children {
                write_header(out, CHILDREN, scope.len());
                scope.write_own(out);
                scope
                    .children
                    .iter()
                    .for_each(|record| out.extend_from_slice(record));
            }
        }
    }
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

/// The same for scopes: of their attributes, and their schema, name and version.
type ScopeIdentity<'a> = (Vec<u8>, [&'a [u8]; 3]);

fn identity_of_scope(container: &[u8]) -> ScopeIdentity<'_> {
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
    (attributes, [schema, name(NAME), name(VERSION)])
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
