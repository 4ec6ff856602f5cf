//! Values: what an expression yields while a program runs.
//!
//! A `Value` is small and `Copy` and borrows from the request or from the request's arena; it has no
//! `Drop`. Maps and lists that came from the wire stay undecoded byte ranges until somebody iterates.
//! Strings are bytes: OTLP senders put invalid UTF-8 into them and the reference passes it on.

use crate::error::Error;
use crate::text::time::Time;
use crate::wire::any;
use bumpalo::Bump;

/// One value of the language.
///
/// Its tag takes a word, so that a copy is three words: with a smaller tag, bools and ids would stand beside it at
/// odd places, and every copy would move those bytes on their own.
#[derive(Clone, Copy, Debug, Default)]
#[repr(u64)]
pub enum Value<'a> {
    /// Nothing: an unset `AnyValue`, a missing key, the literal `nil`.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int64`; enums and unsigned fields are this, too.
    Int(i64),
    /// `float64`.
    Double(f64),
    /// A string, in bytes that need not be UTF-8.
    String(&'a [u8]),
    /// `[]byte`.
    Bytes(&'a [u8]),
    /// `uint8`: an item of bytes. It has a text form, and maps and appended items take it as an int; nothing else does.
    Byte(u8),
    /// An instant with its zone.
    Time(Time),
    /// A span of time, in nanoseconds.
    Duration(i64),
    /// A map as it stands on the wire: the payload of a `KeyValueList`.
    WireMap(&'a [u8]),
    /// A map made while running.
    Map(&'a [Entry<'a>]),
    /// A map of Go's own, as `URL` yields, in the form of a `KeyValueList`'s payload: lists take it where they take no
    /// `pcommon.Map`.
    RawMap(&'a [u8]),
    /// A list as it stands on the wire: the payload of an `ArrayValue`.
    WireList(&'a [u8]),
    /// A list made while running (`pcommon.Slice`).
    List(&'a [Value<'a>]),
    /// A list whose Go type can be seen by a program, such as the `[]string` that `Split` yields.
    TypedList(&'a TypedList<'a>),
    /// A trace id: 16 bytes, all zero when absent.
    TraceId([u8; 16]),
    /// A span id: 8 bytes, all zero when absent.
    SpanId([u8; 8]),
    /// A profile id: 16 bytes, all zero when absent.
    ProfileId([u8; 16]),
    /// A part of a record that only a path of the same type takes, such as `span.status`.
    Pdata(&'a Pdata<'a>),
    /// The error that evaluating this value met. It is raised by whoever uses the value, so that an
    /// operand which the reference would not have evaluated cannot fail a statement.
    Error(Error<'a>),
}

/// A key and its value in a map made while running.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key, in bytes that need not be UTF-8.
    pub key: &'a [u8],
    /// Its value.
    pub value: Value<'a>,
}

/// A list with the element type that Go would show.
#[derive(Clone, Copy, Debug)]
pub struct TypedList<'a> {
    /// The element type.
    pub element: Element,
    /// The elements, all of that type.
    pub items: &'a [Value<'a>],
}

/// Element types of lists that are not a `pcommon.Slice`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `[]any`: a list literal.
    Any,
    /// `[]string`.
    String,
    /// `[]bool`.
    Bool,
    /// `[]int64`.
    Int,
    /// `[]uint64`: bucket counts, which no attribute holds.
    Uint,
    /// `[]float64`.
    Double,
    /// `[][]byte`.
    Bytes,
}

/// A message, or a run of repeated message fields, handed from path to path as it is.
#[derive(Clone, Copy, Debug)]
pub struct Pdata<'a> {
    /// The Go type's name, which is what set checks: `ptrace.Status`, `ptrace.SpanLinkSlice`, ….
    pub type_name: &'static str,
    /// The number of its field in the record. Two of these are equal if they are the same part of a record;
    /// what they hold does not count.
    pub origin: u32,
    /// The message's payload, or for a slice the whole fields one after the other.
    pub wire: &'a [u8],
}

impl<'a> Value<'a> {
    /// The type as Go's `%T` prints it, which is how the reference names types in its errors.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int64",
            Value::Double(_) => "float64",
            Value::String(_) => "string",
            Value::Bytes(_) => "[]uint8",
            Value::Byte(_) => "uint8",
            Value::Time(_) => "time.Time",
            Value::Duration(_) => "time.Duration",
            Value::WireMap(_) | Value::Map(_) => "pcommon.Map",
            Value::RawMap(_) => "map[string]interface {}",
            Value::WireList(_) | Value::List(_) => "pcommon.Slice",
            Value::TypedList(list) => list.element.list_type_name(),
            Value::TraceId(_) => "pcommon.TraceID",
            Value::SpanId(_) => "pcommon.SpanID",
            Value::ProfileId(_) => "pprofile.ProfileID",
            Value::Pdata(pdata) => pdata.type_name,
            Value::Error(_) => "error",
        }
    }

    /// Whether this is [`Value::Nil`].
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// The value, or the error that it stands for.
    #[inline]
    pub fn ok(self) -> Result<Value<'a>, Error<'a>> {
        match self {
            Value::Error(error) => Err(error),
            value => Ok(value),
        }
    }

    /// The entries of a map, or `None` for anything else.
    pub fn entries(&self) -> Option<Entries<'a>> {
        match self {
            Value::WireMap(wire) | Value::RawMap(wire) => {
                Some(Entries::Wire(any::MapIter::new(wire)))
            }
            Value::Map(entries) => Some(Entries::Made(entries.iter())),
            _ => None,
        }
    }

    /// The items of a list of any Go type, or `None` for anything else.
    pub fn items(&self) -> Option<Items<'a>> {
        match self {
            Value::WireList(wire) => Some(Items::Wire(any::ListIter::new(wire))),
            Value::List(items) => Some(Items::Made(items.iter())),
            Value::TypedList(list) => Some(Items::Made(list.items.iter())),
            _ => None,
        }
    }

    /// The entries of a map one beside the other, or `None` for anything else.
    pub fn entry_slice(&self, arena: &'a Bump) -> Option<&'a [Entry<'a>]> {
        match self {
            Value::Map(entries) => Some(entries),
            Value::WireMap(wire) | Value::RawMap(wire) => Some(decoded_entries(wire, arena)),
            _ => None,
        }
    }

    /// The items of a list of any Go type one beside the other, or `None` for anything else.
    pub fn item_slice(&self, arena: &'a Bump) -> Option<&'a [Value<'a>]> {
        match self {
            Value::List(items) => Some(items),
            Value::TypedList(list) => Some(list.items),
            Value::WireList(wire) => Some(decoded_items(wire, arena)),
            _ => None,
        }
    }

    /// The value of the first entry with this key, if this is a map that has one.
    pub fn get(&self, key: &[u8]) -> Option<Value<'a>> {
        match self {
            Value::WireMap(wire) | Value::RawMap(wire) => {
                let found = any::MapIter::new(wire).find_key(key)?;
                Some(any::decode(found.value))
            }
            Value::Map(entries) => {
                let found = entries.iter().find(|entry| entry.key == key)?;
                Some(found.value)
            }
            _ => None,
        }
    }

    /// The value as `pcommon.Value.FromRaw` takes it: nil, scalars, bytes, Go's maps and list literals of such.
    ///
    /// # Errors
    /// Maps and lists of other kinds are refused, as they are not raw.
    pub fn raw(self, arena: &'a Bump) -> Result<Value<'a>, Error<'a>> {
        match self {
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Double(_)
            | Value::String(_)
            | Value::Bytes(_) => Ok(self),
            Value::RawMap(map) => Ok(Value::WireMap(map)),
            Value::Byte(byte) => Ok(Value::Int(byte.into())),
            // List literals nest as deep as they are written.
            Value::TypedList(list) if list.element == Element::Any => {
                let mut items =
                    bumpalo::collections::Vec::with_capacity_in(list.items.len(), arena);
                for item in list.items {
                    items.push(item.raw(arena)?);
                }
                Ok(Value::List(items.into_bump_slice()))
            }
            other => {
                let found = other.type_name();
                Err(Error::format(
                    arena,
                    format_args!("<Invalid value type {found}>"),
                ))
            }
        }
    }

    /// These entries as one of Go's maps.
    pub fn raw_map(entries: &[Entry<'_>], arena: &'a Bump) -> Value<'a> {
        let bytes = any::map_len(entries);
        Value::RawMap(any::wire_map(entries.iter().copied(), bytes, arena))
    }

    /// The item at this index, if this is a list that long.
    pub fn at(&self, index: usize) -> Option<Value<'a>> {
        self.items()?.nth(index)
    }
}

#[inline(never)]
fn decoded_entries<'a>(wire: &'a [u8], arena: &'a Bump) -> &'a [Entry<'a>] {
    let mut entries = bumpalo::collections::Vec::new_in(arena);
    entries.extend(any::MapIter::new(wire));
    entries.into_bump_slice()
}

#[inline(never)]
fn decoded_items<'a>(wire: &'a [u8], arena: &'a Bump) -> &'a [Value<'a>] {
    let mut items = bumpalo::collections::Vec::new_in(arena);
    items.extend(any::ListIter::new(wire));
    items.into_bump_slice()
}

impl<'a> From<Result<Value<'a>, Error<'a>>> for Value<'a> {
    fn from(result: Result<Value<'a>, Error<'a>>) -> Value<'a> {
        result.unwrap_or_else(Value::Error)
    }
}

impl Element {
    /// The list's type as Go's `%T` prints it.
    pub fn list_type_name(self) -> &'static str {
        match self {
            Element::Any => "[]interface {}",
            Element::String => "[]string",
            Element::Bool => "[]bool",
            Element::Int => "[]int64",
            Element::Uint => "[]uint64",
            Element::Double => "[]float64",
            Element::Bytes => "[][]uint8",
        }
    }
}

/// Iterates a map's entries in order, duplicates included.
#[derive(Clone)]
pub enum Entries<'a> {
    /// Over wire bytes.
    Wire(any::MapIter<'a>),
    /// Over entries made while running.
    Made(std::slice::Iter<'a, Entry<'a>>),
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        match self {
            Entries::Wire(iter) => iter.next(),
            Entries::Made(iter) => iter.next().copied(),
        }
    }
}

/// Iterates a list's items in order.
#[derive(Clone)]
pub enum Items<'a> {
    /// Over wire bytes.
    Wire(any::ListIter<'a>),
    /// Over items made while running.
    Made(std::slice::Iter<'a, Value<'a>>),
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        match self {
            Items::Wire(iter) => iter.next(),
            Items::Made(iter) => iter.next().copied(),
        }
    }

    fn count(self) -> usize {
        match self {
            Items::Wire(iter) => iter.count(),
            Items::Made(iter) => iter.count(),
        }
    }

    fn nth(&mut self, index: usize) -> Option<Value<'a>> {
        match self {
            Items::Wire(iter) => iter.nth(index),
            Items::Made(iter) => iter.nth(index).copied(),
        }
    }
}

// A register column is an array of these: keep the size in mind.
const _: () = assert!(size_of::<Value<'_>>() <= 24);
