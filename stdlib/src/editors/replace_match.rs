//! `replace_match`: replaces a string that matches a glob.

use crate::prelude::*;
use crate::wildcard::Matching;

function! {
    /// Sets the string `target` to `replacement` if the glob `pattern` matches all of it. A `target` that
    /// is nil or no string stays as it is.
    ///
    /// In a glob `*` and `**` stand for any text, `?` for one character, `[abc]`, `[!abc]`, `[a-z]` and
    /// `[!a-z]` for one character of a class, `{a,b}` for one of the patterns between the braces; a
    /// backslash takes the next character as it is.
    ///
    /// With `function`, the name of a converter that takes one string, the replacement is what that
    /// converter yields for it; `replacement_format` then puts it in place of the `%s` in a text.
    ///
    /// A literal pattern that is no glob is refused when the program is compiled.
    ///
    /// ```ottl
    /// set(log.cache["s"], "/user/7/list")
    /// replace_match(log.cache["s"], "/user/*/list", "/user/{id}/list")
    /// log.cache["s"]  # "/user/{id}/list"
    /// replace_match(log.cache["s"], "user", "x")
    /// log.cache["s"]  # "/user/{id}/list"
    /// replace_match(log.cache["s"], "*", "a", ToUpperCase, "<%s>")
    /// log.cache["s"]  # "<A>"
    /// replace_match(log.cache["s"], "*", log.cache["missing"])  # error: expected string but got nil
    /// ```
    pub(crate) static FUNCTION = editor replace_match(
        target: GetSetter,
        pattern: StringGetter,
        replacement: StringGetter,
        function[optional]: FunctionGetter,
        replacement_format[optional]: StringGetter,
    ) volatile, prepare prepare, run replace_match;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Matching::prepare("replace_match", literals)?))
}

fn replace_match<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let matching: &Matching = call.prepared();
    matching.run(call, |call, glob| {
        let target = call.value(0)?;
        let replacement = matching.replacement(call)?;
        if let Value::String(text) = target
            && glob.is_match(text)
        {
            call.set(0, Value::String(replacement))?;
        }
        Ok(Value::Nil)
    })
}
