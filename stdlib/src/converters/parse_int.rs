//! `ParseInt`: a number in any base.

use crate::prelude::*;
use ottl_vm::text::number;

function! {
    /// The number that `target` is in `base`, 2 to 36. With base 0 a prefix says which it is: `0b`, `0` or
    /// `0o`, `0x`, none for 10.
    ///
    /// ```ottl
    /// ParseInt("-7f", 16)  # -127
    /// ParseInt("0b101", 0)  # 5
    /// ParseInt("12", 2)  # error: parsing "12": invalid syntax
    /// ParseInt("", 10)  # error: target cannot be empty
    /// ```
    pub(crate) static FUNCTION = converter ParseInt(target: StringGetter, base: IntGetter) pure, run parse_int;
}

fn parse_int<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.string(0)?;
    if target.is_empty() {
        return Err(Error::new(
            "invalid target value for ParseInt function, target cannot be empty",
        ));
    }
    let base = call.int(1)?;
    if base < 0 {
        return Err(call.error(format_args!(
            "invalid base value: {base} for ParseInt function, base cannot be negative"
        )));
    }
    if !(base == 0 || (2..=36).contains(&base)) {
        let target = ottl_vm::text::quote::Quoted(target);
        return Err(call.error(format_args!(
            "strconv.ParseInt: parsing {target}: invalid base {base}"
        )));
    }
    match number::parse_int(target, base as u32) {
        Ok(number) => Ok(Value::Int(number)),
        Err(error) => Err(call.error(format_args!("{error}"))),
    }
}
