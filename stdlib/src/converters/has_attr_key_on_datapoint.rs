//! `HasAttrKeyOnDatapoint`: whether a metric's data points have an attribute.

use crate::metric::{Metric, first_attribute};
use crate::prelude::*;

function! {
    /// Whether some data point of the metric has an attribute with this key.
    ///
    /// A metric without data is an error.
    ///
    /// ```ottl
    /// HasAttrKeyOnDatapoint("host")  # false
    /// ```
    pub(crate) static FUNCTION = converter HasAttrKeyOnDatapoint(key: String) volatile, run has_attr_key_on_datapoint, only &["filter/metric"];
}

fn has_attr_key_on_datapoint<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let is_expected = |_: &Value<'_>| true;
    let found = first_attribute(&metric, call.text(0).unwrap_or_default())?;
    Ok(Value::Bool(found.is_some_and(|value| is_expected(&value))))
}
