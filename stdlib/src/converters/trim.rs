//! `Trim`: a string without some characters at its ends.

use crate::prelude::*;
use crate::strings;

function! {
    /// `target` without those characters at both ends that occur in `replacement` (default: blanks).
    ///
    /// ```ottl
    /// Trim("  a b ")  # "a b"
    /// Trim("xyaxyb", "yx")  # "axyb"
    /// ```
    pub(crate) static FUNCTION = converter Trim(target: StringGetter, replacement[optional]: String)
        pure, prepare prepare, run trim;
}

/// The characters to cut.
struct Cutset(Vec<char>);

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let characters = literals.string(1).unwrap_or(b" ");
    Ok(Box::new(Cutset(
        String::from_utf8_lossy(characters).chars().collect(),
    )))
}

fn trim<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let cutset: &Cutset = call.prepared();
    let target = call.string(0)?;
    Ok(Value::String(strings::trim(target, |c| {
        cutset.0.contains(&c)
    })))
}
