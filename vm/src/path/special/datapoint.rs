//! Special paths of data points and exemplars.

use super::{
    ResolvedKey, Result, Special, expect_int, expect_pdata, expects, ints_of, list, pdata,
    read_form, read_run, renumber, special, write_run,
};
use crate::error::Error;
use crate::exec::Lane;
use crate::path::form::{Form, length_delimited};
use crate::path::{Level, every};
use crate::value::{Element, TypedList, Value};
use crate::wire::any::{Sink, put_tag, put_varint};
use crate::wire::cursor::{Cursor, WireType};
use crate::wire::tree::message_fields;
use bumpalo::collections::Vec;

special! {
    /// `datapoint.value_double`.
    VALUE_DOUBLE: Double = read_double::<Point>, write_double::<Point>;
    /// `datapoint.value_int`.
    VALUE_INT: Int = read_int::<Point>, write_int::<Point>;
    /// `datapoint.exemplars`.
    EXEMPLARS: Any = read_exemplars, write_exemplars;
    /// `datapoint.bucket_counts`.
    BUCKET_COUNTS: Any = read_bucket_counts, write_bucket_counts;
    /// `datapoint.explicit_bounds`.
    EXPLICIT_BOUNDS: Any = read_bounds, write_bounds;
    /// `datapoint.positive`.
    POSITIVE: Any = read_buckets::<POSITIVE_FIELD>, write_buckets::<POSITIVE_FIELD>;
    /// `datapoint.positive.offset`.
    POSITIVE_OFFSET: Int = read_offset::<POSITIVE_FIELD>, write_offset::<POSITIVE_FIELD>;
    /// `datapoint.positive.bucket_counts`.
    POSITIVE_BUCKET_COUNTS: Any = read_counts::<POSITIVE_FIELD>, write_counts::<POSITIVE_FIELD>;
    /// `datapoint.negative`.
    NEGATIVE: Any = read_buckets::<NEGATIVE_FIELD>, write_buckets::<NEGATIVE_FIELD>;
    /// `datapoint.negative.offset`.
    NEGATIVE_OFFSET: Int = read_offset::<NEGATIVE_FIELD>, write_offset::<NEGATIVE_FIELD>;
    /// `datapoint.negative.bucket_counts`.
    NEGATIVE_BUCKET_COUNTS: Any = read_counts::<NEGATIVE_FIELD>, write_counts::<NEGATIVE_FIELD>;
    /// `datapoint.quantile_values`.
    QUANTILE_VALUES: Any = read_quantiles, write_quantiles;
    /// `exemplar.double_value`.
    EXEMPLAR_DOUBLE: Double = read_double::<Exemplar>, write_double::<Exemplar>;
    /// `exemplar.int_value`.
    EXEMPLAR_INT: Int = read_int::<Exemplar>, write_int::<Exemplar>;
}

/// The four kinds of data points, as [`crate::path::FieldNumbers`] orders them.
const NUMBER: u8 = 0;
const HISTOGRAM: u8 = 1;
const EXPONENTIAL: u8 = 2;
const SUMMARY_POINT: u8 = 3;
const POINT_NAMES: [&str; 4] = [
    "pmetric.NumberDataPoint",
    "pmetric.HistogramDataPoint",
    "pmetric.ExponentialHistogramDataPoint",
    "pmetric.SummaryDataPoint",
];

fn is_point(lane: &Lane<'_, '_, '_>, kind: u8) -> bool {
    lane.variant(Level::DataPoint) == Some(kind)
}

/// An error unless the data point is of this kind.
fn expect_point<'a>(lane: &Lane<'_, '_, 'a>, kind: u8) -> Result<'a, ()> {
    match lane.variant(Level::DataPoint) {
        Some(found) if found == kind => Ok(()),
        Some(found) => {
            let (expected, found) = (
                POINT_NAMES[usize::from(kind)],
                POINT_NAMES[usize::from(found)],
            );
            Err(Error::format(
                lane.arena(),
                format_args!("expects {expected} but got {found}"),
            ))
        }
        None => Err(Error::new("the record has no data point")),
    }
}

/// A message that has a number, which is a double or an int.
trait Numbered {
    const LEVEL: Level;
    /// The kind of data points that have it, if it is a data point.
    const POINT: Option<u8>;
    /// The field that has it if it is a double, and if it is an int.
    const AS_DOUBLE: u32;
    const AS_INT: u32;
}

struct Point;

impl Numbered for Point {
    const LEVEL: Level = Level::DataPoint;
    const POINT: Option<u8> = Some(NUMBER);
    const AS_DOUBLE: u32 = 4;
    const AS_INT: u32 = 6;
}

struct Exemplar;

impl Numbered for Exemplar {
    const LEVEL: Level = Level::Exemplar;
    const POINT: Option<u8> = None;
    const AS_DOUBLE: u32 = 3;
    const AS_INT: u32 = 6;
}

fn read_double<'a, M: Numbered>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    Ok(read_as::<M>(lane, M::AS_DOUBLE, Form::Double))
}

fn write_double<'a, M: Numbered>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let Value::Double(new) = value else {
        return Err(expects("float64", &value, lane.arena()));
    };
    write_as::<M>(lane, [M::AS_DOUBLE, M::AS_INT], new.to_bits())
}

fn read_int<'a, M: Numbered>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    Ok(read_as::<M>(lane, M::AS_INT, Form::Fixed64))
}

fn write_int<'a, M: Numbered>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let new = expect_int(&value, lane.arena())?;
    write_as::<M>(lane, [M::AS_INT, M::AS_DOUBLE], new as u64)
}

fn read_as<'a, M: Numbered>(lane: &mut Lane<'_, '_, 'a>, field: u32, form: Form) -> Value<'a> {
    match M::POINT.is_none_or(|kind| is_point(lane, kind)) {
        true => read_form(lane, M::LEVEL, field, form),
        false => Value::Nil,
    }
}

/// Writes the number to one field, also if it is zero, and takes it out of the other.
fn write_as<'a, M: Numbered>(
    lane: &mut Lane<'_, '_, 'a>,
    [field, other]: [u32; 2],
    bits: u64,
) -> Result<'a, ()> {
    if let Some(kind) = M::POINT {
        expect_point(lane, kind)?;
    }
    let mut out = Vec::with_capacity_in(9, lane.arena());
    put_tag(&mut out, field, WireType::Fixed64);
    out.slice(&bits.to_le_bytes());
    lane.replace(M::LEVEL, other, &[])?;
    lane.replace(M::LEVEL, field, out.into_bump_slice())
}

/// The number of `exemplars` in each kind of data point.
const EXEMPLARS_FIELDS: [u32; 4] = [5, 8, 11, 0];
/// What exemplars are numbered while they are handed from point to point.
const EXEMPLARS_FIELD: u32 = EXEMPLARS_FIELDS[0];

fn read_exemplars<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    match lane.variant(Level::DataPoint) {
        None | Some(SUMMARY_POINT) => Ok(Value::Nil),
        Some(kind) => {
            let run = lane
                .run(Level::DataPoint, EXEMPLARS_FIELDS[usize::from(kind)])
                .0;
            let arena = lane.arena();
            Ok(pdata(
                "pmetric.ExemplarSlice",
                EXEMPLARS_FIELD,
                renumber(run, EXEMPLARS_FIELD, arena),
                arena,
            ))
        }
    }
}

fn write_exemplars<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    match lane.variant(Level::DataPoint) {
        None | Some(SUMMARY_POINT) => Err(Error::new(
            "unsupported data point type: pmetric.SummaryDataPoint",
        )),
        Some(kind) => {
            let wire = if value.is_nil() {
                &[]
            } else {
                expect_pdata(&value, "pmetric.ExemplarSlice", arena)?
            };
            let number = EXEMPLARS_FIELDS[usize::from(kind)];
            lane.replace(Level::DataPoint, number, renumber(wire, number, arena))
        }
    }
}

const BUCKET_COUNTS_FIELD: u32 = 6;
const BOUNDS_FIELD: u32 = 7;

fn read_bucket_counts<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    if !is_point(lane, HISTOGRAM) {
        return Ok(Value::Nil);
    }
    let counts = lane.fixed64s(Level::DataPoint, BUCKET_COUNTS_FIELD);
    Ok(list(
        lane.arena(),
        Element::Uint,
        counts.iter().map(|v| Value::Int(*v as i64)),
    ))
}

fn write_bucket_counts<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    expect_point(lane, HISTOGRAM)?;
    let counts = ints_of(&value, "uint64", lane.arena())?;
    let mut packed = Vec::new_in(lane.arena());
    counts.iter().for_each(|v| packed.slice(&v.to_le_bytes()));
    write_packed(lane, BUCKET_COUNTS_FIELD, &packed)
}

fn write_packed<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32, packed: &[u8]) -> Result<'a, ()> {
    let bytes = if packed.is_empty() {
        &[]
    } else {
        length_delimited(number, packed, lane.arena())
    };
    lane.replace(Level::DataPoint, number, bytes)
}

fn read_bounds<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    if !is_point(lane, HISTOGRAM) {
        return Ok(Value::Nil);
    }
    let bounds = lane.fixed64s(Level::DataPoint, BOUNDS_FIELD);
    Ok(list(
        lane.arena(),
        Element::Double,
        bounds.iter().map(|v| Value::Double(f64::from_bits(*v))),
    ))
}

fn write_bounds<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    expect_point(lane, HISTOGRAM)?;
    let arena = lane.arena();
    let mut packed = Vec::new_in(arena);
    let accepted = !matches!(
        value,
        Value::TypedList(TypedList {
            element: Element::String
                | Element::Bool
                | Element::Int
                | Element::Uint
                | Element::Bytes,
            ..
        })
    );
    match value.items().filter(|_| accepted) {
        Some(items) => {
            for item in items {
                let Value::Double(bound) = item else {
                    let found = item.type_name();
                    let text = "invalid value type provided for a slice of float64:";
                    return Err(Error::format(arena, format_args!("{text} {found}")));
                };
                packed.slice(&bound.to_bits().to_le_bytes());
            }
        }
        None if value.is_nil() => {}
        None => {
            let found = value.type_name();
            let text = "invalid type provided for setting a slice of";
            return Err(Error::format(
                arena,
                format_args!("{text} {found}: float64"),
            ));
        }
    }
    write_packed(lane, BOUNDS_FIELD, &packed)
}

const POSITIVE_FIELD: u32 = 8;
const NEGATIVE_FIELD: u32 = 9;
const OFFSET_FIELD: u32 = 1;
const COUNTS_FIELD: u32 = 2;
const BUCKETS: &str = "pmetric.ExponentialHistogramDataPointBuckets";

fn buckets<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32) -> Option<&'a [u8]> {
    is_point(lane, EXPONENTIAL).then(|| {
        lane.field(Level::DataPoint, &every(number))
            .unwrap_or_default()
    })
}

fn read_buckets<'a, const FIELD: u32>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    let wire = buckets(lane, FIELD);
    Ok(wire.map_or(Value::Nil, |wire| pdata(BUCKETS, FIELD, wire, lane.arena())))
}

fn write_buckets<'a, const FIELD: u32>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let wire = expect_pdata(&value, BUCKETS, lane.arena())?;
    expect_point(lane, EXPONENTIAL)?;
    lane.replace(
        Level::DataPoint,
        FIELD,
        length_delimited(FIELD, wire, lane.arena()),
    )
}

fn read_offset<'a, const FIELD: u32>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    let Some(wire) = buckets(lane, FIELD) else {
        return Ok(Value::Nil);
    };
    let fields = message_fields(wire).filter(|f| f.number == OFFSET_FIELD);
    Ok(Form::Sint32.decode(fields.last().map(|f| f.payload), lane.arena()))
}

fn write_offset<'a, const FIELD: u32>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    expect_int(&value, lane.arena())?;
    expect_point(lane, EXPONENTIAL)?;
    let new = Form::Sint32.encode(OFFSET_FIELD, value, None, lane.arena())?;
    replace_part(lane, FIELD, OFFSET_FIELD, new)
}

fn read_counts<'a, const FIELD: u32>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    let Some(wire) = buckets(lane, FIELD) else {
        return Ok(Value::Nil);
    };
    let mut counts = Vec::new_in(lane.arena());
    for field in message_fields(wire).filter(|f| f.number == COUNTS_FIELD) {
        let mut cursor = Cursor::new(field.payload);
        while !cursor.is_at_end() {
            let Ok(count) = cursor.varint() else { break };
            counts.push(Value::Int(count as i64));
        }
    }
    Ok(list(lane.arena(), Element::Uint, counts.into_iter()))
}

fn write_counts<'a, const FIELD: u32>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    expect_point(lane, EXPONENTIAL)?;
    let counts = ints_of(&value, "uint64", lane.arena())?;
    let mut packed = Vec::new_in(lane.arena());
    counts
        .iter()
        .for_each(|count| put_varint(&mut packed, *count as u64));
    let new = if packed.is_empty() {
        &[]
    } else {
        length_delimited(COUNTS_FIELD, &packed, lane.arena())
    };
    replace_part(lane, FIELD, COUNTS_FIELD, new)
}

/// Replaces a field of the buckets by a whole field, or nothing.
fn replace_part<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    number: u32,
    part: u32,
    new: &[u8],
) -> Result<'a, ()> {
    let wire = buckets(lane, number).unwrap_or_default();
    let mut out = Vec::new_in(lane.arena());
    for field in message_fields(wire).filter(|f| f.number != part) {
        out.slice(field.whole);
    }
    out.slice(new);
    lane.replace(
        Level::DataPoint,
        number,
        length_delimited(number, &out, lane.arena()),
    )
}

const QUANTILES_FIELD: u32 = 6;
const QUANTILES: &str = "pmetric.SummaryDataPointValueAtQuantileSlice";

fn read_quantiles<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    if !is_point(lane, SUMMARY_POINT) {
        return Ok(Value::Nil);
    }
    Ok(read_run(lane, Level::DataPoint, QUANTILES_FIELD, QUANTILES))
}

fn write_quantiles<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    expect_point(lane, SUMMARY_POINT)?;
    write_run(lane, Level::DataPoint, QUANTILES_FIELD, QUANTILES, &value)
}
