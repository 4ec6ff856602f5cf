//! `convert_summary_count_val_to_sum`: makes a sum of the counts of a summary.

use crate::metric::{Derived, Kind, Metric, Part, number_points, sum_fields, temporality};
use crate::prelude::*;

function! {
    /// Adds a sum metric to the scope, with the `count` of each data point of a summary. Its name is the
    /// metric's with `suffix`, `_count` unless given. Nothing is done for other metrics. The statement runs for
    /// each data point: say with `where` for which. The same statements visit what was added.
    ///
    /// `string_agg_temp` is `"delta"` or `"cumulative"`; anything else is refused when compiled.
    ///
    /// ```ottl
    /// convert_summary_count_val_to_sum("delta", true)
    /// metric.type  # 0
    /// ```
    pub(crate) static FUNCTION = editor convert_summary_count_val_to_sum(
        string_agg_temp: String,
        monotonic: Bool,
        suffix[optional]: String,
    ) volatile, prepare prepare, run convert, only ["transform/datapoint"];
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(temporality(
        literals.string(0).unwrap_or_default(),
    )?))
}

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    if metric.kind() == Some(Kind::Summary) {
        let temporality: &u64 = call.prepared();
        let mut sum = sum_fields(call, *temporality, call.bool_literal(1).unwrap_or_default());
        sum.extend_from_slice_copy(&number_points(call, &metric, Part::Count));
        let derived = Derived {
            suffix: call.text(2).unwrap_or(b"_count"),
            ..Derived::default()
        };
        let made = metric.derive(call, derived, Kind::Sum, &sum);
        call.record().add_metric(&made)?;
    }
    Ok(Value::Nil)
}
