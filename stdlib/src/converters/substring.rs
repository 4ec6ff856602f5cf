//! `Substring`: part of a string, by position.

use crate::prelude::*;
use crate::utf8;

function! {
    /// `length` bytes of `target`, from byte `start` on. It is an error if `start` is negative, `length` is
    /// not positive, or `target` ends before.
    ///
    /// With `utf8_safe` no character is cut: a start within a character moves on to the next, an end moves
    /// back. Without, the default, the result may hold parts of characters.
    ///
    /// ```ottl
    /// Substring("abcdef", 1, 3)  # "bcd"
    /// Substring("aéb", 0, 2, true)  # "a"
    /// Substring("abc", 2, 5)  # error: start(2)+length(5) cannot be greater than the length of target string(3)
    /// ```
    pub(crate) static FUNCTION = converter Substring(
        target: StringGetter,
        start: IntGetter,
        length: IntGetter,
        utf8_safe[optional]: Bool,
    ) pure, run substring;
}

/// Start and length are evaluated, and checked, before the target.
fn substring<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let start = call.int(1)?;
    let Ok(from) = usize::try_from(start) else {
        return Err(call.error(format_args!(
            "invalid start for substring function, {start} cannot be negative"
        )));
    };
    let length = call.int(2)?;
    if length <= 0 {
        return Err(call.error(format_args!(
            "invalid length for substring function, {length} cannot be negative or zero"
        )));
    }
    let target = call.string(0)?;
    let end = usize::try_from(length)
        .ok()
        .and_then(|length| from.checked_add(length));
    let Some(to) = end.filter(|&end| end <= target.len()) else {
        return Err(call.error(format_args!(
            "invalid range for substring function, start({start})+length({length}) cannot be greater than \
             the length of target string({})",
            target.len()
        )));
    };
    Ok(Value::String(match call.bool_literal(3) {
        Some(true) => whole_characters(target, from, to),
        _ => &target[from..to],
    }))
}

/// The part from `from` to `to` without the characters that it cuts.
fn whole_characters(target: &[u8], mut from: usize, mut to: usize) -> &[u8] {
    while from < target.len() && !utf8::is_start(target[from]) {
        from += 1;
    }
    while from < to && to < target.len() && !utf8::is_start(target[to]) {
        to -= 1;
    }
    &target[from..to.max(from)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_no_character() {
        let text = "aé€z".as_bytes();
        assert_eq!(whole_characters(text, 0, 2), b"a");
        assert_eq!(whole_characters(text, 1, 3), "é".as_bytes());
        assert_eq!(whole_characters(text, 2, 7), "€z".as_bytes());
        assert_eq!(whole_characters(text, 4, 5), b"");
        assert_eq!(whole_characters(text, 0, 7), text);
    }
}
