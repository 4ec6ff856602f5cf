//! Data points aggregated: those that agree in attributes, time and shape become one. The groups come in the
//! order of their first points.

mod exponential;
mod number;

use crate::message::{
    double, fixed64, fixed64s, put_fixed64, put_fixed64s, put_nonzero, put_others, sint32, varint,
};
use crate::metric::{Kind, Metric, POINTS, remake};
use crate::prelude::*;
use bumpalo::Bump;
use ottl_vm::path::form::length_delimited;
use ottl_vm::text::json::append_pdata_string;
use ottl_vm::value::Entry;
use ottl_vm::wire::{any, message_fields};
use std::collections::HashMap;

/// A message that is being made.
type Bytes<'a> = bumpalo::collections::Vec<'a, u8>;

/// What becomes of the numbers of data points that become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregation {
    Sum,
    Mean,
    Min,
    Max,
    Median,
    Count,
}

impl Aggregation {
    /// By the name that editors take.
    pub(crate) fn of(name: &[u8]) -> Result<Aggregation, String> {
        Ok(match name {
            b"sum" => Aggregation::Sum,
            b"mean" => Aggregation::Mean,
            b"min" => Aggregation::Min,
            b"max" => Aggregation::Max,
            b"median" => Aggregation::Median,
            b"count" => Aggregation::Count,
            _ => {
                let name = String::from_utf8_lossy(name);
                return Err(format!(
                    "invalid aggregation function: 'unsupported function: '{name}'', valid options: sum, mean, min, max, median, count"
                ));
            }
        })
    }
}

/// `start_time_unix_nano` and `time_unix_nano` of data points of any kind.
const START: u32 = 2;
const TIME: u32 = 3;

/// Aggregates the record's metric, its points edited before. A summary loses its points.
pub(crate) fn aggregate<'a>(
    call: &mut Call<'_, '_, 'a>,
    metric: &Metric<'a>,
    how: Aggregation,
    edit: impl Fn(Kind, &'a [u8]) -> &'a [u8],
) -> Result<(), Error<'a>> {
    const DELTA: u64 = 1;
    const TEMPORALITY: u32 = 2;
    let Some((kind, data)) = metric.parts() else {
        return remake(call, None);
    };
    let arena = call.arena();
    let mut made = Bytes::new_in(arena);
    put_others(&mut made, data, &[POINTS]);
    if kind != Kind::Summary {
        let is_delta = varint(data, TEMPORALITY) == DELTA;
        let points = metric.points().map(|point| edit(kind, point));
        for group in groups(kind, is_delta, points) {
            let point = match kind {
                Kind::Histogram => merged_histogram(&group, arena)?,
                Kind::ExponentialHistogram => exponential::merged(call, &group)?,
                _ => number::merged(&group, how, arena),
            };
            made.extend_from_slice(length_delimited(POINTS, &point, arena));
        }
    }
    remake(call, Some((kind, &made)))
}

/// The points that become one, group by group.
fn groups<'a>(
    kind: Kind,
    is_delta: bool,
    points: impl Iterator<Item = &'a [u8]>,
) -> Vec<Vec<&'a [u8]>> {
    let mut groups: Vec<Vec<&[u8]>> = Vec::new();
    let mut by_key: HashMap<Vec<u8>, usize> = HashMap::new();
    for point in points {
        let group = *by_key
            .entry(key(kind, is_delta, point))
            .or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(point),
            None => groups.push(vec![point]),
        }
    }
    groups
}

/// What points that become one have in common. The attributes count as JSON, so that an int equals the double.
/// Points of which JSON cannot tell, as attributes or bounds are no finite numbers, all have an empty key.
fn key(kind: Kind, is_delta: bool, point: &[u8]) -> Vec<u8> {
    const BOUNDS: u32 = 7;
    const SCALE: u32 = 6;
    let mut key = Vec::new();
    let attributes = message_fields(point).filter(|field| field.number == kind.attributes());
    let entries: Vec<Entry<'_>> = attributes
        .map(|field| any::key_value(field.payload))
        .map(|(key, value)| Entry {
            key,
            value: any::decode(value),
        })
        .collect();
    append_pdata_string(&mut key, &Value::Map(&entries));
    if key.is_empty() {
        return key;
    }
    let mut put = |bits: u64| key.extend_from_slice(&bits.to_le_bytes());
    put(fixed64(point, TIME).unwrap_or_default());
    if is_delta {
        put(fixed64(point, START).unwrap_or_default());
    }
    let (flags, min, max) = match kind {
        Kind::Histogram => {
            for bound in fixed64s(point, BOUNDS) {
                if !f64::from_bits(bound).is_finite() {
                    return Vec::new();
                }
                put(bound);
            }
            (10, 11, 12)
        }
        Kind::ExponentialHistogram => {
            put(sint32(point, SCALE) as u64);
            (10, 12, 13)
        }
        _ => return key,
    };
    put(u64::from(varint(point, flags) as u32));
    put(u64::from(double(point, min).is_some()) << 1 | u64::from(double(point, max).is_some()));
    key
}

/// What histograms of both kinds add up in the same way: `start`, `count`, `sum`, `min`, `max`.
struct Totals {
    start: u64,
    count: u64,
    sum: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    /// The numbers of `min` and `max`.
    fields: [u32; 2],
}

impl Totals {
    const COUNT: u32 = 4;
    const SUM: u32 = 5;

    fn of(point: &[u8], fields: [u32; 2]) -> Totals {
        let [min, max] = fields;
        Totals {
            start: fixed64(point, START).unwrap_or_default(),
            count: fixed64(point, Self::COUNT).unwrap_or_default(),
            sum: double(point, Self::SUM),
            min: double(point, min),
            max: double(point, max),
            fields,
        }
    }

    fn add(&mut self, other: &Totals) {
        self.start = self.start.min(other.start);
        self.count = self.count.wrapping_add(other.count);
        self.sum = Some(self.sum.unwrap_or_default() + other.sum.unwrap_or_default());
        let (min, max) = (other.min.unwrap_or_default(), other.max.unwrap_or_default());
        self.min = self.min.map(|own| if own > min { min } else { own });
        self.max = self.max.map(|own| if own < max { max } else { own });
    }

    fn put(&self, out: &mut Bytes<'_>) {
        let [min, max] = self.fields;
        put_nonzero(out, START, self.start);
        put_nonzero(out, Self::COUNT, self.count);
        for (number, value) in [(Self::SUM, self.sum), (min, self.min), (max, self.max)] {
            if let Some(value) = value {
                put_fixed64(out, number, value.to_bits());
            }
        }
    }
}

/// Histograms of the same bounds as one.
fn merged_histogram<'a>(points: &[&[u8]], arena: &'a Bump) -> Result<Bytes<'a>, Error<'a>> {
    const COUNTS: u32 = 6;
    const EXEMPLARS: u32 = 8;
    const FIELDS: [u32; 2] = [11, 12];
    let mut out = Bytes::new_in(arena);
    let Some((first, others)) = points.split_first() else {
        return Ok(out);
    };
    let mut totals = Totals::of(first, FIELDS);
    let mut counts: Vec<u64> = fixed64s(first, COUNTS).collect();
    put_others(&mut out, first, &[START, 4, 5, COUNTS, 11, 12]);
    for other in others {
        let added = Totals::of(other, FIELDS);
        if added.count == 0 {
            continue;
        }
        totals.add(&added);
        for (index, count) in fixed64s(other, COUNTS).enumerate() {
            let Some(total) = counts.get_mut(index) else {
                return Err(Error::new(
                    "data points to aggregate have different numbers of buckets",
                ));
            };
            *total = total.wrapping_add(count);
        }
        for field in message_fields(other).filter(|field| field.number == EXEMPLARS) {
            out.extend_from_slice(field.whole);
        }
    }
    totals.put(&mut out);
    put_fixed64s(&mut out, COUNTS, counts.into_iter(), arena);
    Ok(out)
}
