//! Special paths of metrics.

use super::{
    ResolvedKey, Result, Special, expect_int, expect_pdata, expects, pdata, read_form, special,
};
use crate::exec::Lane;
use crate::path::Level;
use crate::path::form::Form;
use crate::value::Value;
use crate::wire::any::Sink;
use crate::wire::tree::message_fields;
use bumpalo::collections::Vec;

special! {
    /// `metric.type`.
    METRIC_TYPE: Int = read_type, write_type;
    /// `metric.aggregation_temporality`.
    AGGREGATION_TEMPORALITY: Int = read_temporality, write_temporality, MetricData;
    /// `metric.is_monotonic`.
    IS_MONOTONIC: Bool = read_monotonic, write_monotonic, MetricData;
    /// `metric.data_points`.
    DATA_POINTS: Any = read_data_points, write_data_points, MetricData;
}

/// `Metric.data`'s fields, by the number of the metric's type less one, with the Go type of their points.
pub(crate) const METRIC_DATA: [(u32, &str); 5] = [
    (5, "pmetric.NumberDataPointSlice"),
    (7, "pmetric.NumberDataPointSlice"),
    (9, "pmetric.HistogramDataPointSlice"),
    (10, "pmetric.ExponentialHistogramDataPointSlice"),
    (11, "pmetric.SummaryDataPointSlice"),
];
const SUM: usize = 2;
const SUMMARY: usize = 5;
const GAUGE: usize = 1;
const POINTS_FIELD: u32 = 1;
const TEMPORALITY_FIELD: u32 = 2;
const MONOTONIC_FIELD: u32 = 3;

/// The number of the metric's type; 0 for none.
fn type_of(lane: &Lane<'_, '_, '_>) -> usize {
    let mut found = 0;
    for number in lane.numbers(Level::Metric) {
        if let Some(at) = METRIC_DATA.iter().position(|(field, _)| *field == number) {
            found = at + 1;
        }
    }
    found
}

fn read_data<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32, form: Form) -> Value<'a> {
    let Some((_, data)) = lane.replaced_data() else {
        return read_form(lane, Level::MetricData, number, form);
    };
    let fields = message_fields(data).filter(|f| f.number == number);
    form.decode(fields.last().map(|f| f.payload), lane.arena())
}

/// The metric's data points, whole fields one after the other.
fn read_points<'a>(lane: &Lane<'_, '_, 'a>) -> &'a [u8] {
    let Some((_, data)) = lane.replaced_data() else {
        return lane.run(Level::MetricData, POINTS_FIELD).0;
    };
    let mut points = Vec::new_in(lane.arena());
    for point in message_fields(data).filter(|f| f.number == POINTS_FIELD) {
        points.slice(point.whole);
    }
    points.into_bump_slice()
}

/// Replaces a field of the metric's data by whole fields, or nothing.
fn write_data<'a>(lane: &mut Lane<'_, '_, 'a>, number: u32, new: &'a [u8]) -> Result<'a, ()> {
    let Some((kind, data)) = lane.replaced_data() else {
        return lane.replace(Level::MetricData, number, new);
    };
    let mut out = Vec::new_in(lane.arena());
    for field in message_fields(data).filter(|f| f.number != number) {
        out.slice(field.whole);
    }
    out.slice(new);
    lane.set_metric_data(kind, &out)
}

fn read_type<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(Value::Int(type_of(lane) as i64))
}

fn write_type<'a>(_: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>], _: Value<'a>) -> Result<'a, ()> {
    Ok(())
}

fn read_temporality<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    match type_of(lane) {
        0 | GAUGE | SUMMARY => Ok(Value::Nil),
        _ => Ok(read_data(lane, TEMPORALITY_FIELD, Form::Int32)),
    }
}

fn write_temporality<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    expect_int(&value, lane.arena())?;
    match type_of(lane) {
        0 | GAUGE | SUMMARY => Ok(()),
        _ => write_data(
            lane,
            TEMPORALITY_FIELD,
            Form::Int32.encode(TEMPORALITY_FIELD, value, None, lane.arena())?,
        ),
    }
}

fn read_monotonic<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    match type_of(lane) {
        SUM => Ok(read_data(lane, MONOTONIC_FIELD, Form::Bool)),
        _ => Ok(Value::Nil),
    }
}

fn write_monotonic<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    if !matches!(value, Value::Bool(_)) {
        return Err(expects("bool", &value, lane.arena()));
    }
    match type_of(lane) {
        SUM => write_data(
            lane,
            MONOTONIC_FIELD,
            Form::Bool.encode(MONOTONIC_FIELD, value, None, lane.arena())?,
        ),
        _ => Ok(()),
    }
}

fn read_data_points<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    match type_of(lane) {
        0 => Ok(Value::Nil),
        kind => Ok(pdata(
            METRIC_DATA[kind - 1].1,
            POINTS_FIELD,
            read_points(lane),
            lane.arena(),
        )),
    }
}

fn write_data_points<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    match type_of(lane) {
        0 => Ok(()),
        kind => {
            let wire = if value.is_nil() {
                &[]
            } else {
                expect_pdata(&value, METRIC_DATA[kind - 1].1, lane.arena())?
            };
            write_data(lane, POINTS_FIELD, wire)
        }
    }
}
