//! `HasAttrOnDatapoint`: whether a metric's data points have an attribute.

use crate::metric::{Metric, first_attribute};
use crate::prelude::*;

function! {
    /// Whether the first data point of the metric that has an attribute with this key has this string there.
    /// A value of another type counts as the empty string.
    ///
    /// A metric without data is an error.
    ///
    /// ```ottl
    /// HasAttrOnDatapoint("host", "a")  # false
    /// ```
    pub(crate) static FUNCTION = converter HasAttrOnDatapoint(key: String, expected_val: String) volatile, run has_attr_on_datapoint, only &["filter/metric"];
}

fn has_attr_on_datapoint<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let expected = call.text(1).unwrap_or_default();
    let is_expected = |value: &Value<'_>| match value {
        Value::String(text) => *text == expected,
        _ => expected.is_empty(),
    };
    let found = first_attribute(&metric, call.text(0).unwrap_or_default())?;
    Ok(Value::Bool(found.is_some_and(|value| is_expected(&value))))
}
