//! `regex_replace`: a text with the matches of a pattern replaced.

use crate::prelude::*;
use crate::replace::Replacing;

function! {
    /// The string `target` with each match of the regular expression `pattern` replaced by `replacement`, in
    /// which `$1`, `${1}` and `${name}` stand for groups of the match and `$$` for a dollar sign. What is no
    /// string stays as it is, nil included.
    ///
    /// It is [`replace_pattern`](#replace_pattern) as a value: nothing has to be stored first, so it works within
    /// conditions, lambdas and other calls, and on what no path leads to.
    ///
    /// A literal `pattern` that is no regular expression is refused when the program is compiled; any other is
    /// an error on each record.
    ///
    /// ```ottl
    /// regex_replace("user=ann id=7", "user=(\\w+)", "user:$1")  # "user:ann id=7"
    /// regex_replace("a1b22", "[0-9]+", "#")  # "a#b#"
    /// regex_replace("abc", "x", "y")  # "abc"
    /// regex_replace(404, "4", "5")  # 404
    /// regex_replace(log.attributes["missing"], "a", "b")  # nil
    /// regex_replace("abc", log.attributes["missing"], "x")  # error: the regex pattern supplied to regex_replace
    /// ```
    pub(crate) static FUNCTION = converter regex_replace(
        target: Getter,
        pattern: StringGetter,
        replacement: StringGetter,
    ) pure, prepare prepare, run regex_replace, extension;
}

fn prepare(literals: Literals<'_>, given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Replacing::prepare(
        "regex_replace",
        literals,
        given,
        1,
    )?))
}

fn regex_replace<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    let Value::String(text) = target else {
        return Ok(target);
    };
    let replacing: &Replacing = call.prepared();
    let replacement = replacing.replacement(call)?;
    let replaced = replacing.replace(call, replacement, text)?;
    Ok(replaced.map_or(target, Value::String))
}
