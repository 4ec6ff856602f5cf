//! Data points aggregated: those that agree in attributes, time and shape become one. The groups come in the
//! order of their first points.

mod exponential;
mod number;

use crate::message::{
    Lasts, fixed64s, put_bytes, put_fixed64, put_fixed64s, put_nonzero, put_others, varint,
};
use crate::metric::{Kind, Metric, POINTS, remake};
use crate::prelude::*;
use bumpalo::Bump;
use ottl_vm::text::float::append_int;
use ottl_vm::text::json::append_pdata_string;
use ottl_vm::value::Entry;
use ottl_vm::wire::{any, message_fields};
use std::collections::HashMap;

/// What is made for the time of a request.
type List<'a, T> = bumpalo::collections::Vec<'a, T>;

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
        for group in groups(kind, is_delta, points, arena) {
            let point = match kind {
                Kind::Histogram => merged_histogram(&group, arena)?,
                Kind::ExponentialHistogram => exponential::merged(call, &group)?,
                _ => number::merged(&group, how, arena),
            };
            put_bytes(&mut made, POINTS, &point);
        }
    }
    remake(call, Some((kind, &made)))
}

/// The points that become one, group by group.
fn groups<'a>(
    kind: Kind,
    is_delta: bool,
    points: impl Iterator<Item = &'a [u8]>,
    arena: &'a Bump,
) -> List<'a, List<'a, &'a [u8]>> {
    /// How many groups are searched one by one.
    const SCAN_MAX: usize = 16;
    let mut groups: List<'_, List<'_, &[u8]>> = List::new_in(arena);
    let mut keys: List<'_, &[u8]> = List::new_in(arena);
    // Of the groups beyond those that are searched.
    let mut by_key: HashMap<&[u8], usize> = HashMap::new();
    let mut new = Vec::with_capacity(KEY_BYTES_USUAL);
    for point in points {
        new.clear();
        put_key(&mut new, kind, is_delta, point, arena);
        let scanned = &keys[..keys.len().min(SCAN_MAX)];
        let known = scanned.iter().position(|key| *key == new.as_slice());
        match known.or_else(|| by_key.get(new.as_slice()).copied()) {
            Some(group) => groups[group].push(point),
            None => {
                let key = arena.alloc_slice_copy(&new);
                if keys.len() >= SCAN_MAX {
                    by_key.insert(key, keys.len());
                }
                keys.push(key);
                groups.push(bumpalo::vec![in arena; point]);
            }
        }
    }
    groups
}

/// Room that what tells a point from others usually needs.
const KEY_BYTES_USUAL: usize = 512;

/// What points that become one have in common. The attributes count as JSON, so that an int equals the double.
/// Points of which JSON cannot tell, as attributes or bounds are no finite numbers, all have an empty key.
fn put_key(out: &mut Vec<u8>, kind: Kind, is_delta: bool, point: &[u8], arena: &Bump) {
    const BOUNDS: u32 = 7;
    const SCALE: u32 = 6;
    let mut entries = bumpalo::collections::Vec::new_in(arena);
    let mut lasts = Lasts::default();
    for field in message_fields(point) {
        lasts.meet(&field);
        if field.number == kind.attributes() {
            let (key, value) = any::key_value(field.payload);
            let value = any::decode(value);
            entries.push(Entry { key, value });
        }
    }
    if !put_attributes(out, &mut entries) {
        append_pdata_string(out, &Value::Map(&entries));
        if out.is_empty() {
            return;
        }
    }
    let mut put = |bits: u64| out.extend_from_slice(&bits.to_le_bytes());
    put(lasts.fixed64(TIME).unwrap_or_default());
    if is_delta {
        put(lasts.fixed64(START).unwrap_or_default());
    }
    let (flags, min, max) = match kind {
        Kind::Histogram => {
            for bound in fixed64s(point, BOUNDS) {
                if !f64::from_bits(bound).is_finite() {
                    return out.clear();
                }
                put(bound);
            }
            (10, 11, 12)
        }
        Kind::ExponentialHistogram => {
            put(lasts.sint32(SCALE) as u64);
            (10, 12, 13)
        }
        _ => return,
    };
    put(u64::from(lasts.varint(flags) as u32));
    put(u64::from(lasts.double(min).is_some()) << 1 | u64::from(lasts.double(max).is_some()));
}

/// Puts attributes in a form that is the same where their JSON is; whether they have it. Those that do not stay as they
/// are, and none has the JSON of some that do.
fn put_attributes(out: &mut Vec<u8>, entries: &mut [Entry<'_>]) -> bool {
    // What follows a key, of which the length is told.
    const TEXT: u8 = 0;
    const JSON: u8 = 1;
    // How many there are; JSON of them all begins with a brace.
    out.extend_from_slice(&[0; 8]);
    let mut count = 0u64;
    entries.sort_by(|a, b| a.key.cmp(b.key));
    for (at, entry) in entries.iter().enumerate() {
        // Of equal keys the last counts.
        if entries
            .get(at + 1)
            .is_some_and(|next| next.key == entry.key)
        {
            continue;
        }
        if !entry.key.is_ascii() {
            out.clear();
            return false;
        }
        let length = out.len();
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(entry.key);
        match entry.value {
            Value::String(text) if text.is_ascii() => {
                out.push(TEXT);
                out.extend_from_slice(text);
            }
            // Their JSON is the text in base 64, but for none.
            Value::Bytes([_, ..]) => {
                out.push(TEXT);
                append_pdata_string(out, &entry.value);
            }
            Value::Int(number) => {
                out.extend_from_slice(&[JSON, b'[']);
                append_int(out, number);
                out.push(b']');
            }
            value => {
                out.push(JSON);
                let json = out.len();
                append_pdata_string(out, &Value::List(&[value]));
                if out.len() == json {
                    out.clear();
                    return false;
                }
            }
        }
        let lengths = (entry.key.len() as u64) << 32 | (out.len() - length) as u64;
        out[length..length + 8].copy_from_slice(&lengths.to_le_bytes());
        count += 1;
    }
    // The first byte is no brace.
    out[..8].copy_from_slice(&count.to_be_bytes());
    true
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
        let lasts = Lasts::of(point);
        Totals {
            start: lasts.fixed64(START).unwrap_or_default(),
            count: lasts.fixed64(Self::COUNT).unwrap_or_default(),
            sum: lasts.double(Self::SUM),
            min: lasts.double(min),
            max: lasts.double(max),
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
            out.extend_from_slice_copy(field.whole);
        }
    }
    totals.put(&mut out);
    put_fixed64s(&mut out, COUNTS, counts.into_iter());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_the_same_form_where_their_json_is_the_same() {
        let keys: [&[u8]; 4] = [b"a", b"b", "é".as_bytes(), b"\xff"];
        let values = [
            Value::String(b"x"),
            Value::String(b"eA=="),
            Value::Bytes(b"x"),
            Value::Bytes(b""),
            Value::Nil,
            Value::Int(1),
            Value::Double(1.0),
            Value::Double(f64::NAN),
            Value::List(&[Value::Int(1)]),
            Value::String(b"1"),
            Value::String(b"[1]"),
            Value::String(b"\xff"),
            Value::String("\u{fffd}".as_bytes()),
            Value::Bool(true),
            Value::String(b"true"),
        ];
        let all = keys
            .iter()
            .flat_map(|key| values.map(|value| Entry { key, value }));
        let all: Vec<Entry<'_>> = all.collect();
        let mut maps: Vec<Vec<Entry<'_>>> = vec![vec![]];
        maps.extend(all.iter().map(|entry| vec![*entry]));
        for one in &all {
            maps.extend(all.iter().map(|other| vec![*one, *other]));
        }
        let mut json_of = HashMap::new();
        let mut form_of = HashMap::new();
        for mut map in maps {
            let (mut form, mut json) = (Vec::new(), Vec::new());
            append_pdata_string(&mut json, &Value::Map(&map));
            if !put_attributes(&mut form, &mut map) {
                append_pdata_string(&mut form, &Value::Map(&map));
            }
            assert_eq!(json_of.entry(form.clone()).or_insert(json.clone()), &json);
            assert_eq!(form_of.entry(json).or_insert(form.clone()), &form);
        }
    }
}
