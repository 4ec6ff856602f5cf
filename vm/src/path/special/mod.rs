//! Paths that are more than a field: read and written by functions of their own.

mod collector;
mod datapoint;
mod metric;
mod profile;
mod span;
mod trace_state;

pub use collector::*;
pub use datapoint::*;
pub use metric::*;
pub use profile::*;
pub use span::*;

use super::form::{Form, SET_NIL};
use crate::error::Error;
use crate::exec::Lane;
use crate::value::{Element, Pdata, TypedList, Value};
use crate::wire::index::kind_at;
use crate::wire::schema::Label;
use bumpalo::Bump;
use bumpalo::collections::Vec;

/// Declares paths: `NAME: form = read, write;`, with a level beside the path's own that they look at or change; and with the
/// fields of both that they look at, if these are few.
macro_rules! special {
    ($($(#[doc = $docs:literal])+ $name:ident : $form:ident = $read:expr, $write:expr
        $(, $also:ident)? $(=> $($level:ident $fields:expr),+)?;)+) => {
        $($(#[doc = $docs])+ pub static $name: Special = Special {
            form: Form::$form,
            read: $read,
            write: $write,
            also: &[$(Level::$also)?],
            fields: &[$($((Level::$level, &$fields)),+)?],
        };)+
    };
}
use special;

/// A key of a path, evaluated.
#[derive(Clone, Copy, Debug)]
pub enum ResolvedKey<'a> {
    /// A string literal.
    String(&'a [u8]),
    /// An int literal.
    Int(i64),
    /// What an expression gave.
    Expression(Value<'a>),
}

/// Reads a path of one record.
pub type Read = for<'a> fn(&mut Lane<'_, '_, 'a>, &[ResolvedKey<'a>]) -> Result<'a, Value<'a>>;

/// Writes a path of one record.
pub type Write = for<'a> fn(&mut Lane<'_, '_, 'a>, &[ResolvedKey<'a>], Value<'a>) -> Result<'a, ()>;

/// How a special path is read and written.
#[derive(Debug)]
pub struct Special {
    /// What it holds, as a field would, if it holds something; [`Form::Any`] if that is no one scalar.
    pub form: Form,
    /// Reads it.
    pub read: Read,
    /// Writes it.
    pub write: Write,
    /// The levels that it looks at and changes, beside that of its line.
    pub also: &'static [super::Level],
    /// The fields of all these levels that it looks at; none if it looks at their messages as a whole.
    pub fields: &'static [(super::Level, &'static [u32])],
}

impl Special {
    /// Those of the fields of the path's own level that a message has once.
    pub fn fields_once(&self, level: super::Level) -> impl Iterator<Item = u32> {
        let known = kind_at(level as usize, 0).map_or(&[][..], |kind| kind.message().fields);
        let is_once = move |number: &u32| {
            let mut fields = known.iter().filter(|field| field.number == *number);
            fields.any(|field| !matches!(field.label, Label::Many | Label::Hidden))
        };
        let own = self.fields.iter().filter(move |(other, _)| *other == level);
        own.flat_map(|(_, numbers)| *numbers)
            .copied()
            .filter(is_once)
    }
}

/// What a path gives: a value, or why there is none.
pub type Result<'a, T> = std::result::Result<T, Error<'a>>;

/// The reference's words for a value of another type than the setter takes.
fn expects<'a>(expected: &str, found: &Value<'_>, arena: &'a Bump) -> Error<'a> {
    if found.is_nil() {
        return SET_NIL;
    }
    Error::format(
        arena,
        format_args!("expects {expected} but got {}", found.type_name()),
    )
}

fn expect_string<'a>(value: &Value<'a>, arena: &'a Bump) -> Result<'a, &'a [u8]> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(expects("string", other, arena)),
    }
}

fn expect_int<'a>(value: &Value<'a>, arena: &'a Bump) -> Result<'a, i64> {
    match value {
        Value::Int(v) => Ok(*v),
        other => Err(expects("int64", other, arena)),
    }
}

fn expect_pdata<'a>(
    value: &Value<'a>,
    type_name: &'static str,
    arena: &'a Bump,
) -> Result<'a, &'a [u8]> {
    match value {
        Value::Pdata(pdata) if pdata.type_name == type_name => Ok(pdata.wire),
        other => Err(expects(type_name, other, arena)),
    }
}

fn pdata<'a>(type_name: &'static str, origin: u32, wire: &'a [u8], arena: &'a Bump) -> Value<'a> {
    Value::Pdata(arena.alloc(Pdata {
        type_name,
        origin,
        wire,
    }))
}

/// All fields with this number, as the part of the record that they are together.
fn read_run<'a>(
    lane: &Lane<'_, '_, 'a>,
    level: super::Level,
    number: u32,
    type_name: &'static str,
) -> Value<'a> {
    pdata(type_name, number, lane.run(level, number).0, lane.arena())
}

/// Replaces them by those of another record, or by nothing.
fn write_run<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    level: super::Level,
    number: u32,
    type_name: &'static str,
    value: &Value<'a>,
) -> Result<'a, ()> {
    let wire = if value.is_nil() {
        &[]
    } else {
        expect_pdata(value, type_name, lane.arena())?
    };
    lane.replace(level, number, wire)
}

/// Whole fields of one number under another number.
fn renumber<'a>(fields: &[u8], number: u32, arena: &'a Bump) -> &'a [u8] {
    let mut out = Vec::new_in(arena);
    for field in crate::wire::tree::message_fields(fields) {
        crate::wire::any::put_field(&mut out, number, field.payload);
    }
    out.into_bump_slice()
}

fn read_form<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    level: super::Level,
    number: u32,
    form: Form,
) -> Value<'a> {
    lane.read(level, &super::every(number), form)
}

/// A list with this element type.
fn list<'a>(
    arena: &'a Bump,
    element: Element,
    items: impl Iterator<Item = Value<'a>>,
) -> Value<'a> {
    let mut list = Vec::new_in(arena);
    list.extend(items);
    Value::TypedList(arena.alloc(TypedList {
        element,
        items: list.into_bump_slice(),
    }))
}

/// The ints that a value holds, as setters of a Go slice of `element` take them; nil is none.
fn ints_of<'a>(value: &Value<'a>, element: &str, arena: &'a Bump) -> Result<'a, Vec<'a, i64>> {
    let mut ints = Vec::new_in(arena);
    let is_accepted = !matches!(
        value,
        Value::TypedList(TypedList {
            element: Element::String | Element::Bool | Element::Double | Element::Bytes,
            ..
        })
    );
    match value.items().filter(|_| is_accepted) {
        Some(items) => {
            for item in items {
                let Value::Int(int) = item else {
                    let found = item.type_name();
                    return Err(Error::format(
                        arena,
                        format_args!(
                            "invalid value type provided for a slice of {element}: {found}, expected int64"
                        ),
                    ));
                };
                ints.push(int);
            }
        }
        None if value.is_nil() => {}
        None => {
            let found = value.type_name();
            return Err(Error::format(
                arena,
                format_args!("cannot set a slice of {found} from a value type: {element}"),
            ));
        }
    }
    Ok(ints)
}
