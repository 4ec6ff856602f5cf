//! `ExtractPatterns`: the named groups of a match.

use crate::maps::MapBuilder;
use crate::pattern::{self, Pattern};
use crate::prelude::*;

function! {
    /// What the named groups of the regular expression `pattern` match in `target`, as a map; empty if the
    /// pattern does not match. A group that takes no part in the match is empty.
    ///
    /// A literal `pattern` that is no regular expression is refused when the program is compiled; one
    /// without a named group is an error on each record.
    ///
    /// ```ottl
    /// ExtractPatterns("id=7", "id=(?P<id>[0-9]+)")  # {"id": "7"}
    /// ExtractPatterns("x", "id=(?P<id>[0-9]+)")  # {}
    /// ExtractPatterns("x", "(x)")  # error: at least 1 named capture group must be supplied
    /// ```
    pub(crate) static FUNCTION = converter ExtractPatterns(target: StringGetter, pattern: StringGetter)
        costly, prepare prepare, run extract_patterns;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Pattern::prepare("ExtractPatterns", literals, 1)?))
}

/// The pattern is evaluated before the target.
fn extract_patterns<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let pattern: &Pattern = call.prepared();
    pattern::search(call, pattern, 1, |call, search| {
        let names = search.regex.group_names();
        if names.iter().all(Option::is_none) {
            return Err(Error::new(
                "at least 1 named capture group must be supplied in the given regex",
            ));
        }
        let target = call.string(0)?;
        let captures = &mut search.buffers.captures;
        let mut groups = MapBuilder::new_in(call.arena());
        if search.regex.captures(search.cache, target, captures) {
            for (group, name) in names.iter().enumerate() {
                if let Some(name) = name {
                    let text = captures.get(group).map_or(&b""[..], |range| &target[range]);
                    groups.put(call.bytes(name.as_bytes()), Value::String(text));
                }
            }
        }
        Ok(groups.into_value())
    })
}
