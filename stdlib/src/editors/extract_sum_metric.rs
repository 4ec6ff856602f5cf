//! `extract_sum_metric`: makes a sum of the sums of a histogram or summary.

use crate::parts::{self, Part};
use crate::prelude::*;

function! {
    /// Adds a sum metric to the scope, with the `sum` of each data point of a histogram, exponential
    /// histogram or summary. Its name is the metric's with `suffix`, `_sum` unless given. Data points without a
    /// sum are left out. Nothing is added for a metric without such data points. The same statements visit what was added.
    ///
    /// Of the histogram `latency` with a data point whose `sum` is 6, `extract_sum_metric(true) where metric.name ==
    /// "latency"` makes the sum `latency_sum` of the histogram's temporality, with a data point of the value 6, the same
    /// attributes and times.
    ///
    /// Other metrics, and histograms of no temporality, are an error.
    ///
    /// ```ottl
    /// extract_sum_metric(true)  # error: requires an input metric of type Histogram
    /// ```
    pub(crate) static FUNCTION = editor extract_sum_metric(monotonic: Bool, suffix[optional]: String)
        volatile, run extract, only &["transform/metric"];
}

fn extract<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    parts::extract(call, Part::Sum)
}
