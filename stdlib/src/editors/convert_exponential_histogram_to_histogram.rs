//! `convert_exponential_histogram_to_histogram`: makes an exponential histogram one of given bounds.

use crate::limits::RANDOM_PLACES_MAX;
use crate::math::{exp, ldexp};
use crate::message::{
    Lasts, put_bytes, put_fixed64, put_fixed64s, put_nonzero, sint32, varint, varints,
};
use crate::metric::{Kind, Metric, POINTS, remake};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::function::Literal;
use ottl_vm::path::form::varint_field;
use ottl_vm::wire::{message_fields, put_within};
use std::hash::{BuildHasher, Hasher, RandomState};

function! {
    /// Makes the metric a histogram with `explicit_bounds`, if it is an exponential histogram; other metrics
    /// stay as they are. The counts of its positive buckets, each of a lower and an upper bound, are put by
    /// `distribution_fn`:
    ///
    /// - `upper`: where the upper bound belongs,
    /// - `midpoint`: before the bound that follows the middle of the bucket,
    /// - `uniform`: in equal parts to all that the bucket touches,
    /// - `random`, also for an empty string: at random to all that the bucket touches.
    ///
    /// As in the reference there is one count for each bound, the last one for all above too, negative
    /// buckets are left out, and zeros count only if the first bound is 0. The metric loses its metadata.
    ///
    /// Refused when compiled: another `distribution_fn`, and no bounds.
    ///
    /// ```ottl
    /// convert_exponential_histogram_to_histogram("upper", [1.0, 10.0, 100.0])
    /// metric.type  # 3
    /// ```
    pub(crate) static FUNCTION = editor convert_exponential_histogram_to_histogram(
        distribution_fn: String,
        explicit_bounds: List(&Float),
    ) volatile, prepare prepare, run convert, only &["transform/metric"];
}

struct Conversion {
    put: Distribution,
    bounds: std::vec::Vec<f64>,
}

/// Adds the count of a bucket from `lower` to `upper` to the counts of bounds, of which there is one.
type Distribution = fn(count: u64, lower: f64, upper: f64, bounds: &[f64], counts: &mut [u64]);

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let put: Distribution = match literals.string(0).unwrap_or_default() {
        b"upper" => put_upper,
        b"midpoint" => put_midpoint,
        b"uniform" => put_uniform,
        b"random" | b"" => put_random,
        other => {
            let other = String::from_utf8_lossy(other);
            return Err(format!(
                "invalid conversion function: {other}, must be one of [upper, midpoint, random, uniform]"
            ));
        }
    };
    let bound = |literal: &Literal| match literal {
        Literal::Double(bound) => Some(*bound),
        _ => None,
    };
    let bounds = literals.list(1).unwrap_or_default();
    let bounds: std::vec::Vec<f64> = bounds.iter().filter_map(bound).collect();
    if bounds.is_empty() {
        return Err("explicit bounds cannot be empty: []".to_owned());
    }
    Ok(Box::new(Conversion { put, bounds }))
}

/// What a bound and a count take in a data point: bytes.
const POINT_BYTES: usize = 16;

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    const TEMPORALITY: u32 = 2;
    let Some(metric) = Metric::of_kind(call, Kind::ExponentialHistogram)? else {
        return Ok(Value::Nil);
    };
    let data = metric.data_of();
    let conversion: &Conversion = call.prepared();
    let arena = call.arena();
    let room = data.len() + conversion.bounds.len() * POINT_BYTES;
    let mut made = Vec::with_capacity_in(room, arena);
    made.extend_from_slice_copy(varint_field(TEMPORALITY, varint(data, TEMPORALITY), arena));
    for point in metric.points() {
        put_within(&mut made, POINTS, |made| conversion.point(point, made));
    }
    remake(call, Some((Kind::Histogram, &made)))?;
    Ok(Value::Nil)
}

impl Conversion {
    /// Appends a histogram's data point of an exponential histogram's.
    fn point(&self, point: &[u8], out: &mut Vec<'_, u8>) {
        /// Fields of the same number in both: start, time and count.
        const SAME: [u32; 3] = [2, 3, 4];
        /// Doubles by their numbers there and here: sum, min and max.
        const DOUBLES: [(u32, u32); 3] = [(5, 5), (12, 11), (13, 12)];
        /// Messages by their numbers there and here: attributes and exemplars.
        const MESSAGES: [(u32, u32); 2] = [(1, 9), (11, 8)];
        const COUNTS: u32 = 6;
        const BOUNDS: u32 = 7;
        let lasts = Lasts::of(point);
        for number in SAME {
            put_nonzero(out, number, lasts.fixed64(number).unwrap_or_default());
        }
        for (from, to) in DOUBLES {
            put_fixed64(out, to, lasts.fixed64(from).unwrap_or_default());
        }
        for field in message_fields(point) {
            if let Some((_, to)) = MESSAGES.iter().find(|(from, _)| *from == field.number) {
                put_bytes(out, *to, field.payload);
            }
        }
        let bounds = self.bounds.iter().map(|bound| bound.to_bits());
        put_fixed64s(out, BOUNDS, bounds);
        put_fixed64s(out, COUNTS, self.counts(&lasts).into_iter());
    }

    fn counts(&self, point: &Lasts<'_>) -> std::vec::Vec<u64> {
        const SCALE: u32 = 6;
        const ZERO_COUNT: u32 = 7;
        const POSITIVE: u32 = 8;
        let mut counts = vec![0u64; self.bounds.len()];
        if self.bounds.first() == Some(&0.0) {
            let zeros = point.fixed64(ZERO_COUNT).unwrap_or_default();
            add(&mut counts, 0, zeros);
        }
        let factor = ldexp(std::f64::consts::LN_2, -i64::from(point.sint32(SCALE)));
        let buckets = point.get(POSITIVE).unwrap_or_default();
        let mut index = sint32(buckets, 1);
        let mut lower = exp(f64::from(index) * factor);
        for count in varints(buckets, 2) {
            index = index.wrapping_add(1);
            let upper = exp(f64::from(index) * factor);
            self.put(count, lower, upper, &mut counts);
            lower = upper;
        }
        counts
    }

    fn put(&self, count: u64, lower: f64, upper: f64, counts: &mut [u64]) {
        let bounds = self.bounds.as_slice();
        let last = bounds.len() - 1;
        if bounds.last().is_some_and(|bound| lower > *bound) {
            return add(counts, last, count);
        }
        let is_within = |pair: &[f64]| matches!(pair, [from, to] if lower > *from && upper <= *to);
        match bounds.windows(2).position(is_within) {
            Some(place) => add(counts, place, count),
            None => (self.put)(count, lower, upper, bounds, counts),
        }
    }
}

fn add(counts: &mut [u64], place: usize, count: u64) {
    let place = place.min(counts.len().saturating_sub(1));
    if let Some(total) = counts.get_mut(place) {
        *total = total.wrapping_add(count);
    }
}

fn put_upper(count: u64, _lower: f64, upper: f64, bounds: &[f64], counts: &mut [u64]) {
    let place = bounds.iter().position(|bound| upper <= *bound);
    add(counts, place.unwrap_or(usize::MAX), count);
}

fn put_midpoint(count: u64, lower: f64, upper: f64, bounds: &[f64], counts: &mut [u64]) {
    let middle = (upper + lower) / 2.0;
    let place = bounds.iter().position(|bound| middle <= *bound);
    let before = place.map(|place| place.saturating_sub(1));
    add(counts, before.unwrap_or(usize::MAX), count);
}

/// The first and the last count that a bucket touches; both are the same for what no two bounds see.
fn touched(lower: f64, upper: f64, bounds: &[f64]) -> (usize, usize) {
    let first_from = |start: usize, value: f64| {
        let place = bounds.iter().skip(start).position(|bound| value <= *bound);
        place.map_or(bounds.len(), |place| start + place)
    };
    let start = first_from(0, lower);
    let end = first_from(start, upper).min(bounds.len() - 1);
    (start, end.max(start))
}

fn put_uniform(count: u64, lower: f64, upper: f64, bounds: &[f64], counts: &mut [u64]) {
    let (start, end) = touched(lower, upper, bounds);
    let parts = (end - start + 1) as u64;
    for (index, place) in (0..).zip(start..=end) {
        let remainder = u64::from(index < count % parts);
        add(counts, place, count / parts + remainder);
    }
}

fn put_random(count: u64, lower: f64, upper: f64, bounds: &[f64], counts: &mut [u64]) {
    let (start, end) = touched(lower, upper, bounds);
    if end == start {
        return add(counts, start, count);
    }
    let mut random = Random(RandomState::new().build_hasher().finish());
    let mut left = count;
    for place in start..=end {
        let from = match place.checked_sub(1) {
            Some(before) => bounds[before].max(lower),
            None => lower,
        };
        let share = (bounds[place].min(upper) - from) / (upper - lower);
        let part = ((count as f64 * share).trunc() * random.fraction()) as u64;
        add(counts, place, part.min(left));
        left -= part.min(left);
    }
    let parts = (end - start + 1) as u64;
    let even = left.saturating_sub(RANDOM_PLACES_MAX) / parts;
    for place in start..=end {
        add(counts, place, even);
    }
    for _ in 0..left - even * parts {
        add(counts, start + (random.next() % parts) as usize, 1);
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From 0 to 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}
