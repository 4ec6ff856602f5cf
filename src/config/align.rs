//! Finds, for each byte of a YAML scalar's value, the byte of the file that it comes from.
//!
//! The parser gives a scalar's value and its raw text. Folding, stripped indentation, quotes and escapes
//! change whitespace and insert or remove escape characters, but every other character of the value
//! stands in the raw text, in order. So both are walked together: characters pair with characters or
//! escapes, a run of whitespace with a run of whitespace. Invariant: never fails; where the two do not
//! pair, what follows is placed at the last character that did.

use super::place::SourceMap;

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `text`, `|`, `>`: without escapes.
    Bare,
    /// `'text'`: `''` stands for `'`.
    Single,
    /// `"text"`: with backslash escapes.
    Double,
}

/// A piece of raw text that stands for one character, or for none.
#[derive(Clone, Copy)]
struct Unit {
    /// Where it begins and ends in the file.
    start: usize,
    end: usize,
    /// What it stands for; `None` for an escaped line break.
    stands_for: Option<char>,
}

/// The map of `value`, whose raw text (quotes included) begins at byte `start` of the file.
pub(crate) fn align(value: &str, raw: &str, start: usize, style: Style) -> SourceMap {
    let mut map = SourceMap::unknown();
    let units = units(raw, start, style);
    let content_start = units.first().map_or(start, |unit| unit.start);
    map.push(0, content_start);
    let mut unit = 0;
    let mut rest = value;
    while let Some(character) = rest.chars().next() {
        let at = value.len() - rest.len();
        if is_space(character) {
            let run = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            unit = align_spaces(&mut map, at, &rest[..run], &units, unit);
            rest = &rest[run..];
            continue;
        }
        while units
            .get(unit)
            .is_some_and(|found| found.stands_for.is_none_or(is_space))
        {
            unit += 1;
        }
        match units.get(unit) {
            Some(found) if found.stands_for == Some(character) => {
                push_unit(&mut map, at, character, found);
                unit += 1;
            }
            _ => {
                map.push_fixed(
                    at,
                    units
                        .get(unit)
                        .map_or(start + raw.len(), |found| found.start),
                );
                return map;
            }
        }
        rest = &rest[character.len_utf8()..];
    }
    map.push(value.len(), end_of(&units, unit, start));
    map
}

/// Where the value ends: after the last unit that was paired.
fn end_of(units: &[Unit], next: usize, start: usize) -> usize {
    next.checked_sub(1)
        .and_then(|last| units.get(last))
        .map_or(start, |unit| unit.end)
}

/// Pairs a run of the value's whitespace with the run of raw whitespace at `unit`; gives the unit after it.
fn align_spaces(map: &mut SourceMap, at: usize, run: &str, units: &[Unit], unit: usize) -> usize {
    let after = units[unit..]
        .iter()
        .position(|found| found.stands_for.is_some_and(|c| !is_space(c)))
        .map_or(units.len(), |count| unit + count);
    let raw: Vec<&Unit> = units[unit..after]
        .iter()
        .filter(|found| found.stands_for.is_some())
        .collect();
    let start = units
        .get(unit)
        .or(units.last())
        .map_or(0, |found| found.start);
    let mut offset = at;
    for (index, character) in run.chars().enumerate() {
        match raw.get(index).or(raw.last()) {
            Some(found)
                if found.stands_for == Some(character) && (index > 0 || found.start == start) =>
            {
                push_unit(map, offset, character, found);
            }
            Some(found) if index > 0 => map.push_fixed(offset, found.start),
            // The run begins where the word before it ended.
            _ => map.push_fixed(offset, start),
        }
        offset += character.len_utf8();
    }
    after
}

/// Places one character. An escape is longer or shorter than what it stands for: its bytes are one place.
fn push_unit(map: &mut SourceMap, at: usize, character: char, unit: &Unit) {
    if unit.end - unit.start == character.len_utf8() {
        map.push(at, unit.start);
    } else {
        map.push_fixed(at, unit.start);
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// Splits raw text into units.
fn units(raw: &str, start: usize, style: Style) -> Vec<Unit> {
    let quote = match style {
        Style::Bare => None,
        Style::Single => Some('\''),
        Style::Double => Some('"'),
    };
    let inner = match quote {
        Some(quote) => raw
            .strip_prefix(quote)
            .map(|rest| rest.strip_suffix(quote).unwrap_or(rest)),
        None => Some(raw),
    };
    let inner = inner.unwrap_or(raw);
    let base = start + if inner.len() == raw.len() { 0 } else { 1 };
    let mut units = Vec::with_capacity(inner.len());
    let mut offset = 0;
    while let Some(character) = inner[offset..].chars().next() {
        let rest = &inner[offset..];
        let (length, stands_for) = match style {
            Style::Single if rest.starts_with("''") => (2, Some('\'')),
            Style::Double if character == '\\' => escape(rest),
            _ => (character.len_utf8(), Some(character)),
        };
        units.push(Unit {
            start: base + offset,
            end: base + offset + length,
            stands_for,
        });
        offset += length;
    }
    units
}

/// The length of the escape that `rest` begins with, and what it stands for.
fn escape(rest: &str) -> (usize, Option<char>) {
    let Some(letter) = rest[1..].chars().next() else {
        return (1, Some('\\'));
    };
    let plain = |character| (1 + letter.len_utf8(), Some(character));
    match letter {
        '\n' => (2, None),
        '\r' => (if rest[2..].starts_with('\n') { 3 } else { 2 }, None),
        '0' => plain('\0'),
        'a' => plain('\u{7}'),
        'b' => plain('\u{8}'),
        't' | '\t' => plain('\t'),
        'n' => plain('\n'),
        'v' => plain('\u{b}'),
        'f' => plain('\u{c}'),
        'r' => plain('\r'),
        'e' => plain('\u{1b}'),
        'N' => plain('\u{85}'),
        '_' => plain('\u{a0}'),
        'L' => plain('\u{2028}'),
        'P' => plain('\u{2029}'),
        'x' => hex_escape(rest, 2),
        'u' => hex_escape(rest, 4),
        'U' => hex_escape(rest, 8),
        other => plain(other),
    }
}

/// An escape of `digits` hexadecimal digits, or of two such that make up a surrogate pair.
fn hex_escape(rest: &str, digits: usize) -> (usize, Option<char>) {
    let length = 2 + digits;
    let code = |text: &str| {
        text.get(2..length)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
    };
    let Some(first) = code(rest) else {
        return (2, Some('\u{fffd}'));
    };
    if digits == 4 && (0xd800..0xdc00).contains(&first) {
        let second = rest
            .get(length..)
            .filter(|more| more.starts_with("\\u"))
            .and_then(code);
        if let Some(second) = second.filter(|low| (0xdc00..0xe000).contains(low)) {
            let combined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            return (2 * length, char::from_u32(combined));
        }
    }
    (length, Some(char::from_u32(first).unwrap_or('\u{fffd}')))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each word of `value` must stand at its place in `raw`.
    fn check(value: &str, raw: &str, style: Style, words: &[(&str, &str)]) {
        let map = align(value, raw, 100, style);
        for (word, written) in words {
            let at = value.find(word).expect("the word is in the value");
            let range = map.range(at..at + word.len()).expect("the map is known");
            assert_eq!(
                &raw[range.start - 100..range.end - 100],
                *written,
                "{word} of {raw:?}"
            );
        }
    }

    #[test]
    fn plain_and_folded() {
        check(
            "set(a, 1) where é == 2",
            "set(a, 1)\n    where é\n    == 2",
            Style::Bare,
            &[
                ("set(a, 1)", "set(a, 1)"),
                ("where", "where"),
                ("é", "é"),
                ("== 2", "== 2"),
            ],
        );
        check(
            "one\ntwo",
            "one\n\n   two\n",
            Style::Bare,
            &[("one", "one"), ("two", "two")],
        );
        check(
            "lit 1\n  lit 2\n",
            "lit 1\n    lit 2\n\n",
            Style::Bare,
            &[("lit 1", "lit 1"), ("lit 2", "lit 2")],
        );
    }

    #[test]
    fn quoted() {
        check(
            "it's a",
            "'it''s\n  a'",
            Style::Single,
            &[("it", "it"), ("'", "''"), ("a", "a")],
        );
        check(
            "a \"b\" \té c",
            "\"a \\\"b\\\" \\t\\u00e9\\\n   \\ c\"",
            Style::Double,
            &[
                ("a", "a"),
                ("\"b\"", "\\\"b\\\""),
                ("é", "\\u00e9"),
                ("c", "c"),
            ],
        );
        check(
            "😀 x",
            "\"\\ud83d\\ude00 x\"",
            Style::Double,
            &[("😀", "\\ud83d\\ude00"), ("x", "x")],
        );
    }

    #[test]
    fn what_does_not_pair_is_placed_nonetheless() {
        let map = align("abc", "xyz", 5, Style::Bare);
        assert_eq!(map.range(0..3), Some(5..5));
        assert_eq!(align("a", "", 5, Style::Double).range(0..1), Some(5..5));
        assert_eq!(align("", "\"\"", 5, Style::Double).source(0), Some(5));
    }
}
