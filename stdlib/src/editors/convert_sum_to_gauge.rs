//! `convert_sum_to_gauge`: makes a sum a gauge.

use crate::metric::{Kind, Metric};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::wire::message_fields;

function! {
    /// Makes the metric a gauge of the same data points, if it is a sum; other metrics stay as they are.
    ///
    /// ```ottl
    /// convert_sum_to_gauge()
    /// metric.type  # 1
    /// ```
    pub(crate) static FUNCTION = editor convert_sum_to_gauge() volatile, run convert, only &["transform/metric"];
}

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    if let Some(metric) = Metric::of_kind(call, Kind::Sum)? {
        let mut gauge = Vec::new_in(call.arena());
        for field in message_fields(metric.data_of()).filter(|field| field.number == 1) {
            gauge.extend_from_slice_copy(field.whole);
        }
        call.record().set_metric_data(Kind::Gauge.field(), &gauge)?;
    }
    Ok(Value::Nil)
}
