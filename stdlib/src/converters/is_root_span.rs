//! `IsRootSpan`: whether a span has no parent.

use crate::prelude::*;
use ottl_vm::path::form::Form;
use ottl_vm::path::{Level, every};

function! {
    /// Whether the span has no parent: its `parent_span_id` is empty or all zeros.
    ///
    /// ```ottl
    /// IsRootSpan()  # true
    /// ```
    pub(crate) static FUNCTION = converter IsRootSpan() volatile, run is_root_span, only ["transform/span", "filter/span"];
}

fn is_root_span<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    const PARENT: u32 = 4;
    let parent = call
        .record()
        .read(Level::Span, &every(PARENT), Form::SpanId);
    Ok(Value::Bool(matches!(
        parent,
        Value::SpanId([0, 0, 0, 0, 0, 0, 0, 0])
    )))
}
