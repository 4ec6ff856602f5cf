//! `IsRootSpan`: whether a span has no parent.

use crate::prelude::*;

function! {
    /// Whether the span has no parent: its `parent_span_id` is empty or all zeros.
    ///
    /// ```ottl
    /// IsRootSpan()  # true
    /// ```
    pub(crate) static FUNCTION = converter IsRootSpan() volatile, run is_root_span,
        only &["transform/span", "filter/span"], uses &["parent_span_id"];
}

fn is_root_span<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    Ok(Value::Bool(matches!(
        call.value(0)?,
        Value::SpanId([0, 0, 0, 0, 0, 0, 0, 0])
    )))
}
