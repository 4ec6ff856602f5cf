//! `extract_percentile_metric`: makes a gauge of a percentile of a histogram.

use crate::math::{exp, exp2, ldexp, log2};
use crate::message::{double, fixed64, fixed64s, last, put_bytes, put_fixed64, sint32, varints};
use crate::metric::{Derived, Kind, Metric, POINTS, number_point};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::function::Literal;
use ottl_vm::text::float::{FloatForm, append_float};

function! {
    /// Adds a gauge metric to the scope, with the percentile of each data point of a histogram or exponential
    /// histogram. Its name is the metric's with `suffix`, `_p` and the percentile unless given, its
    /// description says the percentile. Data points without counts are left out. Nothing is added for other
    /// metrics, and for a metric without such data points. The same statements visit what was added.
    ///
    /// Within a bucket the value is interpolated, of a histogram linearly and of an exponential histogram
    /// by logarithm. `min` and `max` bound the first and the last bucket of a histogram.
    ///
    /// `extract_percentile_metric(99.0) where metric.name == "latency"` makes the gauge `latency_p99`.
    ///
    /// Data points whose counts and bounds do not fit are an error. A `percentile` that is not above 0 and
    /// below 100 is refused when compiled.
    ///
    /// ```ottl
    /// extract_percentile_metric(99.0)
    /// metric.type  # 3
    /// ```
    pub(crate) static FUNCTION = editor extract_percentile_metric(percentile: Float, suffix[optional]: String)
        volatile, prepare prepare, run extract, only &["transform/metric"];
}

/// The percentile and how it is called.
struct Percentile {
    value: f64,
    /// `p99.9`.
    name: std::vec::Vec<u8>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let value = match literals.values.first() {
        Some(Some(Literal::Double(value))) => *value,
        _ => 0.0,
    };
    if value <= 0.0 || value >= 100.0 {
        return Err(format!(
            "percentile must be greater than 0 and less than 100, got {value:.6}"
        ));
    }
    let mut name = b"p".to_vec();
    append_float(&mut name, value, FloatForm::General);
    Ok(Box::new(Percentile { value, name }))
}

fn extract<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    const AS_DOUBLE: u32 = 4;
    let metric = Metric::of(call)?;
    let Some(kind @ (Kind::Histogram | Kind::ExponentialHistogram)) = metric.kind() else {
        return Ok(Value::Nil);
    };
    let percentile: &Percentile = call.prepared();
    let mut gauge = Vec::new_in(call.arena());
    for point in metric.points() {
        let value = match kind {
            Kind::Histogram => of_histogram(point, percentile.value),
            _ => of_exponential(point, percentile.value),
        };
        match value {
            Ok(value) => {
                let mut made = number_point(call, kind, point);
                put_fixed64(&mut made, AS_DOUBLE, value.to_bits());
                put_bytes(&mut gauge, POINTS, &made);
            }
            Err(Missing::Skipped) => {}
            Err(Missing::Failed(error)) => return Err(Error::new(error)),
        }
    }
    if !gauge.is_empty() {
        let made = derived(call, &metric, percentile, &gauge);
        call.record().add_metric(&made)?;
    }
    Ok(Value::Nil)
}

fn derived<'a>(
    call: &Call<'_, '_, 'a>,
    metric: &Metric<'a>,
    percentile: &Percentile,
    gauge: &[u8],
) -> Vec<'a, u8> {
    let name = percentile.name.as_slice();
    let own_suffix = [b"_", name].concat();
    let description = match metric.description() {
        b"" => name.to_vec(),
        description => [description, b" (", name, b")"].concat(),
    };
    let derived = Derived {
        suffix: call
            .text(1)
            .filter(|suffix| !suffix.is_empty())
            .unwrap_or(&own_suffix),
        description: Some(&description),
        unit: None,
    };
    metric.derive(call, derived, Kind::Gauge, gauge)
}

/// Why a data point has no percentile.
enum Missing {
    /// It has no counts.
    Skipped,
    Failed(&'static str),
}

const TOO_FEW: Missing = Missing::Failed(
    "calculating a percentile: malformed data: the buckets count less than the data point",
);

/// How many values are at most the percentile.
fn target(count: u64, percentile: f64) -> u64 {
    (count as f64 * (percentile / 100.0)).ceil() as u64
}

const COUNT: u32 = 4;

fn of_histogram(point: &[u8], percentile: f64) -> Result<f64, Missing> {
    let count = fixed64(point, COUNT).unwrap_or_default();
    let counts = || fixed64s(point, 6);
    let bounds = || fixed64s(point, 7).map(f64::from_bits);
    let (min, max) = (double(point, 11), double(point, 12));
    let buckets = counts().count();
    if count == 0 || buckets == 0 {
        return Err(Missing::Skipped);
    }
    if buckets != bounds().count() + 1 {
        return Err(Missing::Failed(
            "calculating histogram percentile: malformed data: the buckets are not one more than the bounds",
        ));
    }
    let target = target(count, percentile);
    if buckets == 1 {
        let (Some(min), Some(max)) = (min, max) else {
            return Err(Missing::Skipped);
        };
        let all = counts().next().unwrap_or_default();
        return linear(min, max, target as f64 / all as f64);
    }
    let mut below = 0u64;
    let mut lower = None;
    let mut bounds = bounds();
    for count in counts() {
        let upper = bounds.next();
        let cumulative = below.wrapping_add(count);
        if cumulative >= target {
            let (from, to) = match (lower, upper) {
                (None, Some(upper)) => match min {
                    Some(min) if min < upper => (min, upper),
                    _ if upper < 0.0 => return Ok(upper),
                    _ => (0.0, upper),
                },
                (Some(lower), Some(upper)) => (lower, upper),
                (lower, None) => {
                    let lower = lower.unwrap_or_default();
                    match max {
                        None => return Ok(lower),
                        Some(max) if max <= lower => return Ok(lower),
                        Some(max) => (lower, max),
                    }
                }
            };
            return linear(from, to, ratio(target, below, count));
        }
        below = cumulative;
        lower = upper;
    }
    Err(TOO_FEW)
}

fn of_exponential(point: &[u8], percentile: f64) -> Result<f64, Missing> {
    const SCALE: u32 = 6;
    const ZERO_COUNT: u32 = 7;
    const ZERO_THRESHOLD: u32 = 14;
    let count = fixed64(point, COUNT).unwrap_or_default();
    let [negative, positive] = [9, 8].map(|side| last(point, side).unwrap_or_default());
    let has_buckets = |side| varints(side, BUCKET_COUNTS).next().is_some();
    let zeros = fixed64(point, ZERO_COUNT).unwrap_or_default();
    if count == 0 || zeros == 0 && !has_buckets(negative) && !has_buckets(positive) {
        return Err(Missing::Skipped);
    }
    let target = target(count, percentile);
    let scale = sint32(point, SCALE);
    let below_zero = match of_negative(negative, target, scale)? {
        Found::Value(value) => return Ok(value),
        Found::Below(count) => count,
    };
    let below = below_zero.wrapping_add(zeros);
    if below >= target {
        let threshold = double(point, ZERO_THRESHOLD).unwrap_or_default();
        let (mut lower, mut upper) = (-threshold, threshold);
        match (has_buckets(negative), has_buckets(positive)) {
            (false, true) => lower = 0.0,
            (true, false) => upper = 0.0,
            _ => {}
        }
        return linear(lower, upper, ratio(target, below_zero, zeros));
    }
    of_positive(positive, target, below, scale)
}

const BUCKET_COUNTS: u32 = 2;

fn offset(buckets: &[u8]) -> i64 {
    i64::from(sint32(buckets, 1))
}

/// The percentile, or how many values are in the buckets if it is not in them.
enum Found {
    Value(f64),
    Below(u64),
}

fn of_negative(buckets: &[u8], target: u64, scale: i32) -> Result<Found, Missing> {
    let counts: std::vec::Vec<(i64, u64)> = (offset(buckets)..)
        .zip(varints(buckets, BUCKET_COUNTS))
        .collect();
    let mut below = 0u64;
    for (index, count) in counts.into_iter().rev() {
        let cumulative = below.wrapping_add(count);
        if cumulative >= target {
            let (near, far) = (bound(index, scale), bound(index + 1, scale));
            if near >= far {
                return Err(Missing::Failed(
                    "calculating exponential histogram percentile: malformed negative bucket bounds",
                ));
            }
            let value = logarithmic(near, far, 1.0 - ratio(target, below, count))?;
            return Ok(Found::Value(-value));
        }
        below = cumulative;
    }
    Ok(Found::Below(below))
}

fn of_positive(buckets: &[u8], target: u64, below: u64, scale: i32) -> Result<f64, Missing> {
    let mut below = below;
    for (index, count) in (offset(buckets)..).zip(varints(buckets, BUCKET_COUNTS)) {
        let cumulative = below.wrapping_add(count);
        if cumulative >= target {
            let (lower, upper) = (bound(index, scale), bound(index + 1, scale));
            return logarithmic(lower, upper, ratio(target, below, count));
        }
        below = cumulative;
    }
    Err(TOO_FEW)
}

/// Where in a bucket of this count the target is, if so many values are below the bucket.
fn ratio(target: u64, below: u64, count: u64) -> f64 {
    target.wrapping_sub(below) as f64 / count as f64
}

fn linear(lower: f64, upper: f64, ratio: f64) -> Result<f64, Missing> {
    if !(0.0..=1.0).contains(&ratio) {
        return Err(Missing::Failed(
            "linear interpolation: invalid ratio, must be between 0 and 1",
        ));
    }
    Ok(lower + ratio * (upper - lower))
}

fn logarithmic(lower: f64, upper: f64, ratio: f64) -> Result<f64, Missing> {
    if !(0.0..=1.0).contains(&ratio) {
        return Err(Missing::Failed(
            "logarithmic interpolation: invalid ratio, must be between 0 and 1",
        ));
    }
    if lower <= 0.0 || upper <= 0.0 {
        return Err(Missing::Failed(
            "logarithmic interpolation: bounds must be positive",
        ));
    }
    let (lower, upper) = (log2(lower), log2(upper));
    Ok(exp2(lower + (upper - lower) * ratio))
}

/// The lower bound of an exponential histogram's bucket.
fn bound(index: i64, scale: i32) -> f64 {
    if scale > 0 {
        return exp(index as f64 * ldexp(std::f64::consts::LN_2, -i64::from(scale)));
    }
    // Shifted out altogether, an index is 0.
    let exponent = index.checked_shl(scale.unsigned_abs()).unwrap_or_default();
    ldexp(1.0, exponent)
}
