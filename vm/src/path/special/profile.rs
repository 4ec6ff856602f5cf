//! Special paths of profiles: those that go through the request's dictionary, and samples.
//!
//! A profile's attributes are indices into the dictionary's attribute table, whose keys are indices into
//! its string table. Writing adds to the tables and never changes what is there: others may refer to it.

use super::{
    ResolvedKey, Result, Special, expect_pdata, expect_string, ints_of, list, pdata, read_run,
    special, write_run,
};
use crate::error::Error;
use crate::exec::keyed;
use crate::exec::{ATTRIBUTE_TABLE, AttributeEntry, Lane, STRING_TABLE};
use crate::path::form::{Form, length_delimited, varint_field};
use crate::path::{Level, every};
use crate::value::{Element, Entry, Value};
use crate::wire::any::{self, put_varint};
use crate::wire::cursor::Cursor;
use crate::wire::tree::message_fields;
use bumpalo::collections::Vec;
use std::collections::HashMap;

special! {
    /// `profile.sample_type`.
    SAMPLE_TYPE: Any = read_sample_type, write_sample_type => Profile [SAMPLE_TYPE_FIELD];
    /// `profile.sample_type.type`.
    SAMPLE_TYPE_TYPE: String = read_sample_type_type, write_sample_type_type, Dictionary
        => Profile [SAMPLE_TYPE_FIELD], Dictionary [STRING_TABLE];
    /// `profile.sample_type.unit`.
    SAMPLE_TYPE_UNIT: String = read_sample_type_unit, write_sample_type_unit, Dictionary
        => Profile [SAMPLE_TYPE_FIELD], Dictionary [STRING_TABLE];
    /// `profile.period_type`.
    PERIOD_TYPE: Any = read_period_type, write_period_type => Profile [PERIOD_TYPE_FIELD];
    /// `profile.period_type.type`.
    PERIOD_TYPE_TYPE: String = read_period_type_type, write_period_type_type, Dictionary
        => Profile [PERIOD_TYPE_FIELD], Dictionary [STRING_TABLE];
    /// `profile.period_type.unit`.
    PERIOD_TYPE_UNIT: String = read_period_type_unit, write_period_type_unit, Dictionary
        => Profile [PERIOD_TYPE_FIELD], Dictionary [STRING_TABLE];
    /// `profile.sample`.
    SAMPLES: Any = read_samples, write_samples => Profile [SAMPLES_FIELD];
    /// `profile.attribute_indices`.
    ATTRIBUTE_INDICES: Any = read_indices, write_indices => Profile [INDICES_FIELD];
    /// `profile.attributes`, or one of them.
    PROFILE_ATTRIBUTES: Any = read_attributes, write_attributes, Dictionary
        => Profile [INDICES_FIELD], Dictionary [STRING_TABLE, ATTRIBUTE_TABLE];
}

const SAMPLE_TYPE_FIELD: u32 = 1;
const SAMPLES_FIELD: u32 = 2;
const PERIOD_TYPE_FIELD: u32 = 5;
const INDICES_FIELD: u32 = 11;
/// `ValueType.type_strindex`.
const TYPE_FIELD: u32 = 1;
/// `ValueType.unit_strindex`.
const UNIT_FIELD: u32 = 2;
const VALUE_TYPE: &str = "pprofile.ValueType";
const SAMPLE_SLICE: &str = "pprofile.SampleSlice";

fn value_type<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32) -> &'a [u8] {
    lane.field(Level::Profile, &every(number))
        .unwrap_or_default()
}

fn read_value_type<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32) -> Result<'a, Value<'a>> {
    let wire = value_type(lane, number);
    Ok(pdata(VALUE_TYPE, number, wire, lane.arena()))
}

fn write_value_type<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    number: u32,
    value: &Value<'a>,
) -> Result<'a, ()> {
    let wire = expect_pdata(value, VALUE_TYPE, lane.arena())?;
    let field = length_delimited(number, wire, lane.arena());
    lane.replace(Level::Profile, number, field)
}

/// The index that a field of a value type is.
fn string_index<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32, part: u32) -> i32 {
    let fields = message_fields(value_type(lane, number)).filter(|field| field.number == part);
    match Form::Int32.decode(fields.last().map(|field| field.payload), lane.arena()) {
        Value::Int(index) => index as i32,
        _ => 0,
    }
}

fn read_string<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32, part: u32) -> Result<'a, Value<'a>> {
    let index = string_index(lane, number, part);
    let arena = lane.arena();
    lane.dictionary().string(index, arena).map(Value::String)
}

fn write_string<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    number: u32,
    part: u32,
    value: &Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    let new = expect_string(value, arena)?;
    let old = string_index(lane, number, part);
    let dictionary = lane.dictionary();
    // The string may stand in the table more than once: the one that is referred to is as good.
    let is_same = old != 0 && dictionary.string(old, arena).is_ok_and(|text| text == new);
    if is_same {
        return Ok(());
    }
    let index = lane.intern(new)?;
    let mut out = Vec::new_in(arena);
    let others = message_fields(value_type(lane, number)).filter(|field| field.number != part);
    others.for_each(|field| out.extend_from_slice_copy(field.whole));
    out.extend_from_slice_copy(varint_field(part, index as u64, arena));
    lane.replace(
        Level::Profile,
        number,
        length_delimited(number, &out, arena),
    )
}

/// The four functions of a value type's strings and the two of the value type itself.
macro_rules! value_types {
    ($($number:ident $part:ident $read:ident $write:ident;)+) => { $(
        fn $read<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
            value_types!(@read lane $number $part)
        }

        fn $write<'a>(
            lane: &mut Lane<'_, '_, 'a>,
            _: &[ResolvedKey<'a>],
            value: Value<'a>,
        ) -> Result<'a, ()> {
            value_types!(@write lane $number $part value)
        }
    )+ };
    (@read $lane:ident $number:ident WHOLE) => { read_value_type($lane, $number) };
    (@read $lane:ident $number:ident $part:ident) => { read_string($lane, $number, $part) };
    (@write $lane:ident $number:ident WHOLE $value:ident) => { write_value_type($lane, $number, &$value) };
    (@write $lane:ident $number:ident $part:ident $value:ident) => {
        write_string($lane, $number, $part, &$value)
    };
}

value_types! {
    SAMPLE_TYPE_FIELD WHOLE read_sample_type write_sample_type;
    SAMPLE_TYPE_FIELD TYPE_FIELD read_sample_type_type write_sample_type_type;
    SAMPLE_TYPE_FIELD UNIT_FIELD read_sample_type_unit write_sample_type_unit;
    PERIOD_TYPE_FIELD WHOLE read_period_type write_period_type;
    PERIOD_TYPE_FIELD TYPE_FIELD read_period_type_type write_period_type_type;
    PERIOD_TYPE_FIELD UNIT_FIELD read_period_type_unit write_period_type_unit;
}

fn read_samples<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(read_run(lane, Level::Profile, SAMPLES_FIELD, SAMPLE_SLICE))
}

fn write_samples<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    write_run(lane, Level::Profile, SAMPLES_FIELD, SAMPLE_SLICE, &value)
}

/// A profile's attribute indices.
fn indices<'a>(lane: &mut Lane<'_, '_, 'a>) -> Vec<'a, i32> {
    let packed = lane.field(Level::Profile, &every(INDICES_FIELD));
    let packed = packed.unwrap_or_default();
    // With room for one more.
    let mut indices = Vec::with_capacity_in(packed.len() + 1, lane.arena());
    let mut cursor = Cursor::new(packed);
    while !cursor.is_at_end() {
        let Ok(index) = cursor.varint() else { break };
        indices.push(index as i32);
    }
    indices
}

/// Bytes that most indices take at most.
const INDEX_BYTES: usize = 3;

fn set_indices<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    indices: impl Iterator<Item = i32>,
) -> Result<'a, ()> {
    let mut packed = Vec::with_capacity_in(INDEX_BYTES * indices.size_hint().0, lane.arena());
    indices.for_each(|index| put_varint(&mut packed, i64::from(index) as u64));
    let field = match packed.is_empty() {
        true => &[],
        false => length_delimited(INDICES_FIELD, &packed, lane.arena()),
    };
    lane.replace(Level::Profile, INDICES_FIELD, field)
}

fn read_indices<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    let indices = indices(lane);
    let items = indices.iter().map(|index| Value::Int(i64::from(*index)));
    Ok(list(lane.arena(), Element::Int, items))
}

fn write_indices<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let indices = ints_of(&value, "int32", lane.arena())?;
    set_indices(lane, indices.into_iter().map(|index| index as i32))
}

/// More attributes than this are looked up by hash.
const FEW: usize = 32;

/// A profile's attributes; of those with the same key the last one's value counts, at the first one's place.
fn all_attributes<'a>(lane: &mut Lane<'_, '_, 'a>) -> Result<'a, &'a [Entry<'a>]> {
    let (indices, arena) = (indices(lane), lane.arena());
    let mut entries: Vec<'a, Entry<'a>> = Vec::with_capacity_in(indices.len(), arena);
    let mut places = HashMap::new();
    let dictionary = lane.dictionary();
    for index in &indices {
        let AttributeEntry { key, value, .. } = dictionary.attribute(*index, arena)?;
        let key = dictionary.string(key, arena)?;
        let value = any::decode(value);
        let place = match indices.len() {
            0..=FEW => entries.iter().position(|entry| entry.key == key),
            _ => places.insert(key, entries.len()),
        };
        match place {
            Some(place) => {
                entries[place].value = value;
                if indices.len() > FEW {
                    places.insert(key, place);
                }
            }
            None => entries.push(Entry { key, value }),
        }
    }
    Ok(entries.into_bump_slice())
}

fn read_attributes<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    keys: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    let arena = lane.arena();
    let Some((first, rest)) = keys.split_first() else {
        return Ok(Value::Map(all_attributes(lane)?));
    };
    let indices = indices(lane);
    let wanted = keyed::map_key(first, arena);
    let dictionary = lane.dictionary();
    let mut found = None;
    // All of them are looked at: one that points nowhere is an error in any case.
    for index in indices {
        let attribute = dictionary.attribute(index, arena)?;
        let key = dictionary.string(attribute.key, arena)?;
        if wanted.is_ok_and(|wanted| wanted == key) {
            found = Some(any::decode(attribute.value));
        }
    }
    wanted.map_err(|error| Error::format(arena, format_args!("cannot get map value: {error}")))?;
    found.map_or(Ok(Value::Nil), |value| keyed::read(value, rest, arena))
}

fn write_attributes<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    keys: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    if let Some((first, rest)) = keys.split_first() {
        return write_attribute(lane, keyed::map_key(first, arena)?, rest, value);
    }
    if !value.is_nil() && value.entries().is_none() {
        let found = value.type_name();
        return Err(Error::format(
            arena,
            format_args!("failed to convert type {found} into pcommon.Map"),
        ));
    }
    let mut indices = Vec::new_in(arena);
    for entry in value.entries().into_iter().flatten() {
        let key = lane.intern(entry.key)?;
        indices.push(lane.intern_attribute(key, entry.value)?);
    }
    set_indices(lane, indices.into_iter())
}

fn write_attribute<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    name: &'a [u8],
    rest: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    let mut indices = indices(lane);
    let dictionary = lane.dictionary();
    let mut current = Value::Nil;
    for index in &indices {
        let attribute = dictionary.attribute(*index, arena)?;
        if dictionary.string(attribute.key, arena)? == name {
            current = any::decode(attribute.value);
            break;
        }
    }
    let (new, result) = keyed::write(current, rest, value, arena);
    result?;
    let key = lane.intern(name)?;
    let new = lane.intern_attribute(key, new)?;
    let dictionary = lane.dictionary();
    for index in &mut indices {
        if *index == new {
            return Ok(());
        }
        if dictionary.attribute(*index, arena)?.key == key {
            *index = new;
            return set_indices(lane, indices.into_iter());
        }
    }
    indices.push(new);
    set_indices(lane, indices.into_iter())
}
