//! `IsValidLuhn`: whether a number's check digit is right.

use crate::prelude::*;
use ottl_vm::text::quote::Quoted;

function! {
    /// Whether the digits of `target`, blanks aside, end in the right check digit by Luhn's formula, as
    /// numbers of credit cards do. `target` is taken as text; empty text is not valid. Nil, and text with
    /// anything but digits and blanks, is an error.
    ///
    /// ```ottl
    /// IsValidLuhn("4539 1488 0343 6467")  # true
    /// IsValidLuhn(17893729975)  # false
    /// IsValidLuhn("17-9")  # error: parsing "-": invalid syntax
    /// ```
    pub(crate) static FUNCTION = converter IsValidLuhn(target: StringLikeGetter) pure, run is_valid_luhn;
}

fn is_valid_luhn<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let Some(target) = call.string_like(0)? else {
        return Err(Error::new("invalid input: <nil>"));
    };
    let mut sum = 0;
    let mut digit_count = 0u64;
    // The check digit is looked at first.
    for &byte in target.iter().rev().filter(|&&byte| byte != b' ') {
        if !byte.is_ascii_digit() {
            let byte = char::from(byte).to_string();
            let byte = Quoted(byte.as_bytes());
            return Err(call.error(format_args!("strconv.Atoi: parsing {byte}: invalid syntax")));
        }
        let digit = u64::from(byte - b'0');
        sum += match digit_count % 2 {
            0 => digit,
            _ if digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        };
        digit_count += 1;
    }
    Ok(Value::Bool(digit_count > 0 && sum % 10 == 0))
}
