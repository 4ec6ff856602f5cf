//! Values as a list of attributes takes them.

use crate::prelude::*;
use ottl_vm::value::Element;

/// The list at a parameter, as a `pcommon.Slice` takes its items.
pub(crate) fn list<'a>(call: &mut Call<'_, '_, 'a>, parameter: usize) -> Outcome<'a> {
    let list = call.list(parameter)?;
    if matches!(list, Value::TypedList(typed) if typed.element == Element::Any) {
        list.raw(call.arena())
    } else {
        Ok(list)
    }
}
