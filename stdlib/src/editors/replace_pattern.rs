//! `replace_pattern`: replaces the matches of a pattern in a string.

use crate::prelude::*;
use crate::replace::Replacing;
use ottl_vm::function::ChangeText;

function! {
    /// Replaces each match of the regular expression `regex_pattern` in the string `target` by
    /// `replacement`, in which `$1`, `${1}` and `${name}` stand for groups of the match and `$$` for a
    /// dollar sign. A `target` that is nil or no string, and one without a match, stays as it is.
    ///
    /// With `function`, the name of a converter that takes one string, each replacement is what that
    /// converter yields for it; `replacement_format` then puts it in place of the `%s` in a text.
    ///
    /// A literal pattern that is no regular expression is refused when the program is compiled.
    ///
    /// ```ottl
    /// set(log.cache["s"], "user=ann id=7")
    /// replace_pattern(log.cache["s"], "user=(\\w+)", "user:$1")
    /// log.cache["s"]  # "user:ann id=7"
    /// replace_pattern(log.cache["s"], "ann|id", "$0", ToUpperCase)
    /// log.cache["s"]  # "user:ANN ID=7"
    /// replace_pattern(log.cache["s"], "[A-Z]+", "$0", ToLowerCase, "<%s>")
    /// log.cache["s"]  # "user:<ann> <id>=7"
    /// replace_pattern(log.cache["s"], "x", log.cache["missing"])  # error: expected string but got nil
    /// ```
    pub(crate) static FUNCTION = editor replace_pattern(
        target: GetSetter,
        regex_pattern: StringGetter,
        replacement: StringGetter,
        function[optional]: FunctionGetter,
        replacement_format[optional]: StringGetter,
    ) volatile, prepare prepare, run replace_pattern, shortcut Shortcut::ChangesText(change);
}

fn prepare(literals: Literals<'_>, given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Replacing::prepare(
        "replace_pattern",
        literals,
        given,
        1,
    )?))
}

/// The replacement is evaluated even where the target is no string, the pattern is not.
fn replace_pattern<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let target = call.value(0)?;
    if target.is_nil() {
        return Ok(Value::Nil);
    }
    let replacing: &Replacing = call.prepared();
    let replacement = replacing.replacement(call)?;
    let Value::String(text) = target else {
        return Ok(Value::Nil);
    };
    let replaced = replacing.replace(call, replacement, text)?;
    if let Some(replaced) = replaced {
        call.set(0, Value::String(replaced))?;
    }
    Ok(Value::Nil)
}

fn change(prepared: &Prepared) -> Option<&dyn ChangeText> {
    let replacing: &Replacing = prepared.downcast_ref()?;
    replacing
        .is_literal()
        .then_some(replacing as &dyn ChangeText)
}
