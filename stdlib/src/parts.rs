//! Sums of a part of a histogram's or summary's data points, added to their scope as metrics of their own.

use crate::metric::{Derived, Kind, Metric, POINTS, put_number_point, sum_fields, temporality};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::wire::put_within;

/// What a number data point is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// `count`, as an int.
    Count,
    /// `sum`, as a double; points of histograms without one are left out.
    Sum,
}

impl Part {
    /// What the name of its metric ends in, unless a call says otherwise.
    fn suffix(self) -> &'static str {
        match self {
            Part::Count => "_count",
            Part::Sum => "_sum",
        }
    }
}

/// Prepares what `convert_summary_..._val_to_sum` does: the temporality.
pub(crate) fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let name = literals.string(0).unwrap_or_default();
    Ok(Box::new(temporality(name)?))
}

/// What `convert_summary_..._val_to_sum(string_agg_temp, monotonic, suffix)` does.
pub(crate) fn convert<'a>(call: &mut Call<'_, '_, 'a>, part: Part) -> Outcome<'a> {
    if let Some(metric) = Metric::of_kind(call, Kind::Summary)? {
        let temporality: &u64 = call.prepared();
        let mut sum = sum_fields(call, *temporality, call.bool_literal(1).unwrap_or_default());
        sum.extend_from_slice_copy(&number_points(call, &metric, part));
        let derived = Derived {
            suffix: call.text(2).unwrap_or(part.suffix().as_bytes()),
            ..Derived::default()
        };
        let made = metric.derive(call, derived, Kind::Sum, &sum);
        call.record().add_metric(&made)?;
    }
    Ok(Value::Nil)
}

/// What `extract_..._metric(monotonic, suffix)` does.
pub(crate) fn extract<'a>(call: &mut Call<'_, '_, 'a>, part: Part) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let temporality = metric.histogram_temporality();
    if temporality == 0 {
        return Err(call.error(format_args!(
            "extract{}_metric requires an input metric of type Histogram, ExponentialHistogram or Summary, got {}",
            part.suffix(),
            metric.kind_name()
        )));
    }
    let points = number_points(call, &metric, part);
    if !points.is_empty() {
        let mut sum = sum_fields(call, temporality, call.bool_literal(0).unwrap_or_default());
        sum.extend_from_slice_copy(&points);
        let derived = Derived {
            suffix: call.text(1).unwrap_or(part.suffix().as_bytes()),
            // A count has no unit of what is counted.
            unit: (part == Part::Count).then_some(b"1"),
            ..Derived::default()
        };
        let made = metric.derive(call, derived, Kind::Sum, &sum);
        call.record().add_metric(&made)?;
    }
    Ok(Value::Nil)
}

/// Number data points, as fields of a gauge or sum, of this part of a histogram's or summary's points.
fn number_points<'a>(call: &Call<'_, '_, 'a>, metric: &Metric<'a>, part: Part) -> Vec<'a, u8> {
    let (kind, data) = metric.data.unwrap_or((Kind::Gauge, &[]));
    // A number takes less than the point that it is made of.
    let mut out = Vec::with_capacity_in(data.len(), call.arena());
    // The field that it is, and that it becomes: the int or the double of a number data point.
    let (number, tag) = match part {
        Part::Count => (4, 6 << 3 | 1),
        Part::Sum => (5, 4 << 3 | 1),
    };
    for point in metric.points() {
        let (start, mut value) = (out.len(), None);
        put_within(&mut out, POINTS, |out| {
            value = put_number_point(out, kind, point, number);
            out.push(tag);
            out.extend_from_slice_copy(value.unwrap_or(&[0; 8]));
        });
        if value.is_none() && part == Part::Sum && kind != Kind::Summary {
            out.truncate(start);
        }
    }
    out
}
