//! `Coalesce`: the first value that is not nil.

use crate::prelude::*;

function! {
    /// The first of `values` that is not nil, or nil. The values after it are not evaluated; an error in
    /// one before it is an error. An empty string is not nil.
    ///
    /// `values` is a list literal, which must not be empty.
    ///
    /// ```ottl
    /// Coalesce([log.attributes["missing"], "x", Int("1")])  # "x"
    /// Coalesce([log.attributes["missing"]])  # nil
    /// ```
    pub(crate) static FUNCTION = converter Coalesce(values: List(&Getter)) pure, prepare prepare, run coalesce;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    match literals.list(0) {
        Some([]) => Err("Coalesce requires at least one argument".to_owned()),
        _ => Ok(Box::new(())),
    }
}

fn coalesce<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    for item in 0..call.len(0)? {
        let value = call.item(0, item)?;
        if !value.is_nil() {
            return Ok(value);
        }
    }
    Ok(Value::Nil)
}
