//! `extract_count_metric`: makes a sum of the counts of a histogram or summary.

use crate::metric::{Derived, Kind, Metric, Part, number_points, sum_fields};
use crate::prelude::*;

function! {
    /// Adds a sum metric to the scope, with the `count` of each data point of a histogram, exponential
    /// histogram or summary. Its name is the metric's with `suffix`, `_count` unless given. Its unit is `1`.
    /// Nothing is added for a metric without such data points. The same statements visit what was added.
    ///
    /// Other metrics, and histograms of no temporality, are an error.
    ///
    /// ```ottl
    /// extract_count_metric(true)  # error: requires an input metric of type Histogram
    /// ```
    pub(crate) static FUNCTION = editor extract_count_metric(monotonic: Bool, suffix[optional]: String)
        volatile, run extract, only ["transform/metric"];
}

fn extract<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let temporality = metric.histogram_temporality();
    if temporality == 0 {
        return Err(call.error(format_args!(
            "extract_count_metric requires an input metric of type Histogram, ExponentialHistogram or Summary, got {}",
            metric.kind_name()
        )));
    }
    let points = number_points(call, &metric, Part::Count);
    if !points.is_empty() {
        let mut sum = sum_fields(call, temporality, call.bool_literal(0).unwrap_or_default());
        sum.extend_from_slice_copy(&points);
        let derived = Derived {
            suffix: call.text(1).unwrap_or(b"_count"),
            unit: Some(b"1"),
            ..Derived::default()
        };
        let made = metric.derive(call, derived, Kind::Sum, &sum);
        call.record().add_metric(&made)?;
    }
    Ok(Value::Nil)
}
