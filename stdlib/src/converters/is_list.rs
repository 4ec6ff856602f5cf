//! `IsList`: whether a value is a list.

use crate::prelude::*;
use crate::shape;
use ottl_vm::value::Element;

function! {
    /// Whether `target` is a list of any kind, such as a list of values, the result of `Split`, or the
    /// events of a span. Bytes are none.
    ///
    /// ```ottl
    /// IsList([1, 2])  # true
    /// IsList(Split("a,b", ","))  # true
    /// IsList({"a": 1})  # false
    /// IsList(nil)  # false
    /// ```
    pub(crate) static FUNCTION = converter IsList(target: Getter) by_type, run is_list;
}

fn is_list<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let is_list = match target {
        Value::WireList(_) | Value::List(_) => true,
        // Bucket counts are no list that the reference knows.
        Value::TypedList(list) => list.element != Element::Uint,
        Value::Pdata(part) => shape::is_known_slice(part),
        _ => false,
    };
    Ok(Value::Bool(is_list))
}
