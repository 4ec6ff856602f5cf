//! `convert_gauge_to_sum`: makes a gauge a sum.

use crate::metric::{Kind, Metric, sum_fields, temporality};
use crate::prelude::*;
use ottl_vm::wire::message_fields;

function! {
    /// Makes the metric a sum of the same data points, if it is a gauge; other metrics stay as they are.
    /// `string_agg_temp` is `"delta"` or `"cumulative"`; anything else is refused when compiled.
    ///
    /// ```ottl
    /// convert_gauge_to_sum("cumulative", true)
    /// metric.type  # 2
    /// ```
    pub(crate) static FUNCTION = editor convert_gauge_to_sum(string_agg_temp: String, monotonic: Bool)
        volatile, prepare prepare, run convert, only &["transform/metric"];
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(temporality(
        literals.string(0).unwrap_or_default(),
    )?))
}

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    if let Some(metric) = Metric::of_kind(call, Kind::Gauge)? {
        let temporality: &u64 = call.prepared();
        let is_monotonic = call.bool_literal(1).unwrap_or_default();
        let mut sum = sum_fields(call, *temporality, is_monotonic);
        for field in message_fields(metric.data_of()).filter(|field| field.number == 1) {
            sum.extend_from_slice_copy(field.whole);
        }
        call.record().set_metric_data(Kind::Sum.field(), &sum)?;
    }
    Ok(Value::Nil)
}
