//! `merge_histogram_buckets`: makes one bucket of several.

use crate::message::{AROUND, put_fixed64s};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::function::Literal;
use ottl_vm::path::Level;
use ottl_vm::text::float::append_display_float;
use ottl_vm::text::number::parse_float;

function! {
    /// Merges buckets of a histogram's data point. Nothing is done for other data points, nor for a histogram
    /// whose bounds are not one fewer than its buckets.
    ///
    /// The `method` is `remove_explicit_bound`, the default, or `limit_buckets`; anything else is refused
    /// when compiled. The first removes the bound that is `target_value`, and merges the buckets on both its
    /// sides. The second makes at most `target_value` buckets, merging as many neighbours each time; of bounds
    /// that do not rise it leaves all.
    ///
    /// Nil as `target_value` is an error, and what is no positive whole number for `limit_buckets`. A literal
    /// is refused when compiled.
    ///
    /// ```ottl
    /// merge_histogram_buckets(2, "limit_buckets")
    /// Len(datapoint.bucket_counts)  # 2
    /// ```
    pub(crate) static FUNCTION = editor merge_histogram_buckets(
        target_value: FloatLikeGetter,
        method[optional]: String,
    ) volatile, prepare prepare, run merge, only &["transform/datapoint"];
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    RemoveBound,
    LimitBuckets,
}

const NIL: &str = "target_value must not be nil";

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let method = match literals.string(1).unwrap_or(b"remove_explicit_bound") {
        b"remove_explicit_bound" => Method::RemoveBound,
        b"limit_buckets" => Method::LimitBuckets,
        other => {
            let other = String::from_utf8_lossy(other);
            return Err(format!(
                "unsupported method {other:?}, expected \"remove_explicit_bound\" or \"limit_buckets\""
            ));
        }
    };
    let target = match literals.values.first().and_then(Option::as_ref) {
        None => None,
        Some(Literal::Nil) => return Err(NIL.to_owned()),
        Some(Literal::Int(int)) => Some(*int as f64),
        Some(Literal::Double(double)) => Some(*double),
        Some(Literal::Bool(bool)) => Some(f64::from(u8::from(*bool))),
        Some(Literal::String(text)) => Some(parse_float(text).map_err(|error| error.to_string())?),
        Some(_) => None,
    };
    if let (Method::LimitBuckets, Some(target)) = (method, target) {
        buckets_max(target)?;
    }
    Ok(Box::new(method))
}

fn buckets_max(target: f64) -> Result<usize, String> {
    if target >= 1.0 && target.trunc() == target && target <= i64::MAX as f64 {
        // What is no int64 any more makes no difference: no histogram has so many buckets.
        return Ok(target as usize);
    }
    let mut text = std::vec::Vec::new();
    append_display_float(&mut text, target);
    Err(format!(
        "target_value must be a positive integer when method is \"limit_buckets\", got {}",
        text.escape_ascii()
    ))
}

fn merge<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    const COUNTS: u32 = 6;
    const BOUNDS: u32 = 7;
    /// The variant of a data point that is a histogram's.
    const HISTOGRAM: u8 = 1;
    if call.record().variant(Level::DataPoint) != Some(HISTOGRAM) {
        return Ok(Value::Nil);
    }
    let Some(target) = call.float_like(0)? else {
        return Err(Error::new(NIL));
    };
    let method: &Method = call.prepared();
    let limit = match method {
        Method::RemoveBound => None,
        Method::LimitBuckets => {
            Some(buckets_max(target).map_err(|error| call.error(format_args!("{error}")))?)
        }
    };
    let record = call.record();
    let mut counts = record.fixed64s(Level::DataPoint, COUNTS);
    let mut bounds = record.fixed64s(Level::DataPoint, BOUNDS);
    if bounds.len() + 1 != counts.len() {
        return Ok(Value::Nil);
    }
    let is_changed = match limit {
        None => remove_bound(&mut counts, &mut bounds, target),
        Some(limit) => limit_buckets(&mut counts, &mut bounds, limit),
    };
    if is_changed {
        let arena = call.arena();
        for (number, items) in [(COUNTS, counts), (BOUNDS, bounds)] {
            let mut field = Vec::with_capacity_in(AROUND + items.len() * size_of::<u64>(), arena);
            put_fixed64s(&mut field, number, items.into_iter());
            call.record()
                .replace(Level::DataPoint, number, field.into_bump_slice())?;
        }
    }
    Ok(Value::Nil)
}

fn remove_bound(counts: &mut Vec<'_, u64>, bounds: &mut Vec<'_, u64>, target: f64) -> bool {
    const TOLERANCE: f64 = 1e-12;
    let is_target = |bound: &u64| (f64::from_bits(*bound) - target).abs() < TOLERANCE;
    let Some(place) = bounds.iter().position(is_target) else {
        return false;
    };
    bounds.remove(place);
    let merged = counts.remove(place);
    if let Some(next) = counts.get_mut(place) {
        *next = next.wrapping_add(merged);
    }
    true
}

fn limit_buckets(counts: &mut Vec<'_, u64>, bounds: &mut Vec<'_, u64>, limit: usize) -> bool {
    let is_rising = bounds.is_sorted_by(|a, b| f64::from_bits(*a) < f64::from_bits(*b));
    if counts.len() <= limit || !is_rising {
        return false;
    }
    let merged = counts.len().div_ceil(limit);
    let mut made = 0;
    for start in (0..counts.len()).step_by(merged) {
        let end = counts.len().min(start + merged);
        counts[made] = counts[start..end].iter().fold(0, |a, b| a.wrapping_add(*b));
        made += 1;
    }
    counts.truncate(made);
    let mut index = 0;
    bounds.retain(|_| {
        index += 1;
        index % merged == 0
    });
    true
}
