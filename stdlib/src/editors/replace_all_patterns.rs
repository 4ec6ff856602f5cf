//! `replace_all_patterns`: replaces the matches of a pattern in the values or keys of a map.

use crate::prelude::*;
use crate::replace::{Replacer, Replacing};
use ottl_vm::exec::MapEdit;

function! {
    /// Replaces each match of the regular expression `regex_pattern` in the string values of the map
    /// `target` (`mode` is `"value"`) or in its keys (`mode` is `"key"`), as
    /// [`replace_pattern`](#replace_pattern) does. Strings inside of lists and maps stay as they are.
    ///
    /// Where keys become equal the last value counts, at the place of the first. Where `function` fails on
    /// a value, the value stays as it is; where it fails on a key, the entry is lost.
    ///
    /// A `mode` of another name, and a literal pattern that is no regular expression, are refused when the
    /// program is compiled.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"http.a": "x1", "b": "y22", "c": 3})
    /// replace_all_patterns(log.cache["m"], "value", "[0-9]+", "#")
    /// log.cache["m"]  # {"http.a": "x#", "b": "y#", "c": 3}
    /// replace_all_patterns(log.cache["m"], "key", "^http[.]", "")
    /// log.cache["m"]  # {"a": "x#", "b": "y#", "c": 3}
    /// ```
    pub(crate) static FUNCTION = editor replace_all_patterns(
        target: PMapGetSetter,
        mode: String,
        regex_pattern: StringGetter,
        replacement: StringGetter,
        function[optional]: FunctionGetter,
        replacement_format[optional]: StringGetter,
    ) volatile, prepare prepare, run replace_all_patterns;
}

struct Arguments {
    in_keys: bool,
    replacing: Replacing,
}

fn prepare(literals: Literals<'_>, given: &[bool]) -> Result<Prepared, String> {
    let replacing = Replacing::prepare("replace_all_patterns", literals, given, 2)?;
    let in_keys = match literals.string(1).unwrap_or_default() {
        b"key" => true,
        b"value" => false,
        mode => {
            return Err(format!(
                "invalid mode {}, must be either 'key' or 'value'",
                String::from_utf8_lossy(mode)
            ));
        }
    };
    Ok(Box::new(Arguments { in_keys, replacing }))
}

fn replace_all_patterns<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let arguments: &Arguments = call.prepared();
    let map = call.map_edit(0)?;
    let replacement = arguments.replacing.replacement(call)?;
    let replace = if arguments.in_keys {
        in_keys
    } else {
        in_values
    };
    arguments
        .replacing
        .run(call, replacement, |call, replacer| {
            replace(call, replacer, map)
        })
}

fn in_values<'a>(
    call: &mut Call<'_, '_, 'a>,
    mut replacer: Replacer<'_>,
    mut map: MapEdit<'a>,
) -> Outcome<'a> {
    let mut changed = false;
    for item in map.items_mut() {
        let Value::String(text) = item.value() else {
            continue;
        };
        if let Ok(Some(text)) = replacer.replace(call, text) {
            item.set_value(Value::String(text));
            changed = true;
        }
    }
    if changed || call.is_always_written(0) {
        call.store_map(0, map)?;
    }
    Ok(Value::Nil)
}

fn in_keys<'a>(
    call: &mut Call<'_, '_, 'a>,
    mut replacer: Replacer<'_>,
    mut map: MapEdit<'a>,
) -> Outcome<'a> {
    map.rename(|key| match replacer.replace(call, key) {
        Ok(replaced) => Some(replaced.unwrap_or(key)),
        Err(_) => None,
    });
    map.merge_equal_keys();
    call.store_map(0, map)?;
    Ok(Value::Nil)
}
