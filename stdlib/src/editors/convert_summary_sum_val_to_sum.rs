//! `convert_summary_sum_val_to_sum`: makes a sum of the sums of a summary.

use crate::parts::{self, Part, prepare};
use crate::prelude::*;

function! {
    /// Adds a sum metric to the scope, with the `sum` of each data point of a summary. Its name is the
    /// metric's with `suffix`, `_sum` unless given. Nothing is done for other metrics. The statement runs for
    /// each data point: say with `where` for which. The same statements visit what was added.
    ///
    /// Of the summary `rpc.latency` with a data point whose `sum` is 6,
    /// `convert_summary_sum_val_to_sum("delta", true, "_total") where metric.name == "rpc.latency"` makes the sum
    /// `rpc.latency_total` with a data point of the value 6, the same attributes and times.
    ///
    /// `string_agg_temp` is `"delta"` or `"cumulative"`; anything else is refused when compiled.
    ///
    /// ```ottl
    /// convert_summary_sum_val_to_sum("delta", true)
    /// metric.type  # 0
    /// ```
    pub(crate) static FUNCTION = editor convert_summary_sum_val_to_sum(
        string_agg_temp: String,
        monotonic: Bool,
        suffix[optional]: String,
    ) volatile, prepare prepare, run convert, only &["transform/datapoint"];
}

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    parts::convert(call, Part::Sum)
}
