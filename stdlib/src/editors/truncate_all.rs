//! `truncate_all`: bounds the length of a map's strings.

use crate::prelude::*;
use crate::utf8;
use bumpalo::Bump;

function! {
    /// Cuts the string values of the map `target` that are longer than `limit` bytes. Other values, and
    /// strings inside of lists and maps, stay as they are.
    ///
    /// With `utf8_safe`, the default, the cut moves back to the beginning of a character. The cut string
    /// ends in `truncation_marker` (default: nothing), which counts as part of the `limit`.
    ///
    /// Refused when compiled: a negative `limit`, and a marker longer than it.
    ///
    /// ```ottl
    /// set(log.cache["m"], {"a": "abcdef", "b": "xyz", "c": 1234567})
    /// truncate_all(log.cache["m"], 4)
    /// log.cache["m"]  # {"a": "abcd", "b": "xyz", "c": 1234567}
    /// truncate_all(log.cache["m"], 3, truncation_marker="~")
    /// log.cache["m"]  # {"a": "ab~", "b": "xyz", "c": 1234567}
    /// set(log.cache["m"], {"a": "aéé"})
    /// truncate_all(log.cache["m"], 4)
    /// log.cache["m"]  # {"a": "aé"}
    /// ```
    pub(crate) static FUNCTION = editor truncate_all(
        target: PMapGetSetter,
        limit: Int,
        utf8_safe[optional]: Bool,
        truncation_marker[optional]: String,
    ) idempotent, prepare prepare, run truncate_all, shortcut Shortcut::Within(left_alone);
}

struct Cut {
    length_max: usize,
    /// Where a longer string is cut.
    at: usize,
    utf8_safe: bool,
    marker: Vec<u8>,
}

impl Cut {
    /// A string that is too long, cut.
    fn apply<'a>(&self, arena: &'a Bump, text: &'a [u8]) -> &'a [u8] {
        let at = if self.utf8_safe {
            utf8::start_before(text, self.at)
        } else {
            self.at
        };
        if self.marker.is_empty() {
            return &text[..at];
        }
        let mut out = bumpalo::collections::Vec::with_capacity_in(at + self.marker.len(), arena);
        out.extend_from_slice_copy(&text[..at]);
        out.extend_from_slice_copy(&self.marker);
        out.into_bump_slice()
    }
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let limit = literals.int(1).unwrap_or_default();
    let Ok(length_max) = usize::try_from(limit) else {
        return Err(format!(
            "invalid limit for truncate_all function, {limit} cannot be negative"
        ));
    };
    let marker = literals.string(3).unwrap_or_default().to_vec();
    let Some(at) = length_max.checked_sub(marker.len()) else {
        let length = marker.len();
        return Err(format!(
            "invalid truncation marker for truncate_all function, length of marker {length} cannot be greater than limit {limit}"
        ));
    };
    Ok(Box::new(Cut {
        length_max,
        at,
        utf8_safe: literals.bool(2).unwrap_or(true),
        marker,
    }))
}

fn left_alone(call: &Prepared) -> Extent {
    let cut: Option<&Cut> = call.downcast_ref();
    Extent {
        string_bytes: cut.map_or(0, |cut| cut.length_max),
        ..Extent::MAX
    }
}

fn truncate_all<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let cut: &Cut = call.prepared();
    let arena = call.arena();
    call.update_long_strings(0, cut.length_max, |text| cut.apply(arena, text))?;
    Ok(Value::Nil)
}
