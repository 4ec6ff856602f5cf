//! `Sort`: a list in order.

use crate::prelude::*;
use crate::sorting;
use ottl_vm::value::{Element, TypedList};
use std::cmp::Ordering;

function! {
    /// The items of the list `target` in ascending order, or descending if `order` is `"desc"`.
    ///
    /// Ints and doubles are compared as numbers. If there is a string, a bool or nil among the items, all
    /// are compared as text. A list with other items stays as it is; a `target` that is no list is an
    /// error. An `order` other than `"asc"` and `"desc"` is refused when the program is compiled.
    ///
    /// ```ottl
    /// Sort([3, 1, 2.5])  # [1, 2.5, 3]
    /// Sort(["b", 10, "a", 9], "desc")  # ["b", "a", 9, 10]
    /// Sort([[2], [1]])  # [[2], [1]]
    /// ```
    pub(crate) static FUNCTION = converter Sort(target: Getter, order[optional]: String)
        pure, prepare prepare, run sort;
}

/// How to order the result of comparing.
type Direction = fn(Ordering) -> Ordering;

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let direction: Direction = match literals.string(1).unwrap_or(b"asc") {
        b"asc" => |ordering| ordering,
        b"desc" => Ordering::reverse,
        order => {
            let order = String::from_utf8_lossy(order);
            return Err(format!(
                "invalid arguments: {order}. Order should be either \"asc\" or \"desc\""
            ));
        }
    };
    Ok(Box::new(direction))
}

fn sort<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let direction: &Direction = call.prepared();
    let target = call.value(0)?;
    let arena = call.arena();
    match target {
        Value::WireList(_) | Value::List(_) => {
            Ok(
                sorting::sorted(arena, target.items().into_iter().flatten(), *direction)
                    .unwrap_or(target),
            )
        }
        Value::TypedList(list) if list.element == Element::Any => {
            let mut items = bumpalo::collections::Vec::with_capacity_in(list.items.len(), arena);
            for item in list.items {
                items.push(item.raw(call.arena()).map_err(|error| {
                    call.error(format_args!(
                        "sort with unsupported type: '[]interface {{}}'. Target is not a list of primitive \
                         types; {error}"
                    ))
                })?);
            }
            let items = items.into_bump_slice();
            Ok(sorting::sorted(arena, items.iter().copied(), *direction)
                .unwrap_or(Value::List(items)))
        }
        Value::TypedList(list) if list.element == Element::String => {
            let texts = list.items.iter().map(|item| match item {
                Value::String(text) => *text,
                _ => b"",
            });
            let texts = arena.alloc_slice_fill_iter(texts);
            // Equal texts are the same, in whichever order.
            match direction(Ordering::Less) {
                Ordering::Less => texts.sort_unstable(),
                _ => texts.sort_unstable_by(|a, b| b.cmp(a)),
            }
            let items = arena.alloc_slice_fill_iter(texts.iter().map(|text| Value::String(text)));
            Ok(crate::strings::list(arena, items))
        }
        Value::TypedList(list) if list.element != Element::Bytes => {
            let items = arena.alloc_slice_copy(list.items);
            items.sort_by(|a, b| direction(sorting::compare_same(a, b)));
            Ok(Value::TypedList(arena.alloc(TypedList {
                element: list.element,
                items,
            })))
        }
        other => Err(call.error(format_args!(
            "sort with unsupported type: '{}'. Target is not a list",
            other.type_name()
        ))),
    }
}
