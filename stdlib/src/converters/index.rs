//! `Index`: where a value is in a list or string.

use crate::prelude::*;
use crate::raw;
use memchr::memmem;
use ottl_vm::compare::{Comparator, compare};

function! {
    /// The position of the first item of the list `target` that equals `value`, as `==` compares, or the
    /// byte position of the string `value` in the string `target`; -1 if it is not there.
    ///
    /// ```ottl
    /// Index(["a", "b"], "b")  # 1
    /// Index("éa", "a")  # 2
    /// Index("abc", "x")  # -1
    /// Index("1", 1)  # error: value must be a string
    /// ```
    pub(crate) static FUNCTION = converter Index(target: Getter, value: Getter) pure, run index;
}

fn index<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let value = call.value(1)?;
    let position = match (target, value) {
        (Value::String(text), Value::String(part)) => memmem::find(text, part),
        (Value::String(_), _) => {
            return Err(Error::new(
                "invalid value type for Index function, value must be a string",
            ));
        }
        _ => {
            let mut found = None;
            for (position, item) in raw::list(call, 0)?
                .items()
                .into_iter()
                .flatten()
                .enumerate()
            {
                if compare(Comparator::Equal, &item, &value)? {
                    found = Some(position);
                    break;
                }
            }
            found
        }
    };
    Ok(Value::Int(position.map_or(-1, |position| position as i64)))
}
