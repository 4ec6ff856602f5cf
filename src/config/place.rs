//! Where the parts of a configuration stand in its file.
//!
//! Invariants: offsets are bytes of the file as it was given; lines and columns count from 1, columns in
//! characters. Nothing here fails: an offset that cannot be placed is placed at the nearest known one before it.

use std::ops::Range;

/// Where one node of a configuration stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its bytes in the file; empty if unknown.
    pub span: Range<usize>,
    /// Its first line, from 1; 0 if it was not read from a file.
    pub line: usize,
    /// Its first column in characters, from 1; 0 if it was not read from a file.
    pub column: usize,
}

impl Place {
    /// The place of what was not read from a file.
    pub fn unknown() -> Place {
        Place::default()
    }

    /// Whether it was read from a file.
    pub fn is_known(&self) -> bool {
        self.line > 0
    }

    /// The place of these bytes of a file's text.
    pub fn of(span: Range<usize>, text: &str) -> Place {
        let start = (0..=span.start.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span,
        }
    }
}

/// For each byte of a string value the byte of the file that it comes from.
///
/// Held as runs: within a run both sides advance together, except in a fixed run, whose bytes all come from
/// one place (a `${VARIABLE}`, a folded line break).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// First byte of the value.
    value: usize,
    /// Its byte in the file.
    source: usize,
    /// Whether every byte of the run comes from `source`.
    fixed: bool,
}

impl SourceMap {
    /// The map of a value that was not read from a file.
    pub fn unknown() -> SourceMap {
        SourceMap::default()
    }

    /// Whether the value was not read from a file.
    pub fn is_unknown(&self) -> bool {
        self.runs.is_empty()
    }

    /// Says that from byte `value` on (to the next entry), the value is as the file from byte `source` on.
    /// Entries come in the order of the value.
    pub(crate) fn push(&mut self, value: usize, source: usize) {
        self.push_run(Run {
            value,
            source,
            fixed: false,
        });
    }

    /// Says that from byte `value` on (to the next entry), the value comes from byte `source` alone.
    pub(crate) fn push_fixed(&mut self, value: usize, source: usize) {
        self.push_run(Run {
            value,
            source,
            fixed: true,
        });
    }

    fn push_run(&mut self, run: Run) {
        if let Some(last) = self.runs.last_mut() {
            if last.value == run.value {
                *last = run;
                return;
            }
            let continues = match (last.fixed, run.fixed) {
                (false, false) => run.value - last.value == run.source.wrapping_sub(last.source),
                (true, true) => run.source == last.source,
                _ => false,
            };
            if continues {
                return;
            }
        }
        self.runs.push(run);
    }

    /// The byte of the file that byte `offset` of the value comes from; `None` if the map is unknown.
    pub fn source(&self, offset: usize) -> Option<usize> {
        let index = self.runs.partition_point(|run| run.value <= offset);
        let run = match index.checked_sub(1) {
            Some(before) => self.runs[before],
            None => *self.runs.first()?,
        };
        Some(if run.fixed {
            run.source
        } else {
            run.source + offset.saturating_sub(run.value)
        })
    }

    /// The bytes of the file that a range of the value comes from; `None` if the map is unknown.
    pub fn range(&self, range: Range<usize>) -> Option<Range<usize>> {
        let start = self.source(range.start)?;
        let end = self.source(range.end.max(range.start))?;
        Some(start..end.max(start))
    }

    /// The map of the value's bytes from `range.start` to `range.end`.
    pub(crate) fn slice(&self, range: Range<usize>) -> SourceMap {
        let mut map = SourceMap::unknown();
        self.copy_into(&mut map, range, 0);
        map
    }

    /// Appends the entries for `range` of this value to `map`, where they begin at byte `at`.
    pub(crate) fn copy_into(&self, map: &mut SourceMap, range: Range<usize>, at: usize) {
        let first = self
            .runs
            .partition_point(|run| run.value <= range.start)
            .saturating_sub(1);
        for run in self
            .runs
            .iter()
            .skip(first)
            .take_while(|run| run.value <= range.end)
        {
            let begin = run.value.max(range.start);
            let source = if run.fixed {
                run.source
            } else {
                run.source + (begin - run.value)
            };
            map.push_run(Run {
                value: at + (begin - range.start),
                source,
                fixed: run.fixed,
            });
        }
    }
}

/// One OTTL statement or condition of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The statement or condition: unquoted, unfolded, `${…}` and `$$` replaced.
    pub text: String,
    /// Where the scalar stands in the file.
    pub place: Place,
    /// From bytes of `text` to bytes of the file.
    pub map: SourceMap,
    /// Where it stands in the configuration: `log_statements[0].statements[2]`.
    pub path: String,
    /// Whether it is one of the pieces of a single string that stood where a list was expected, which the
    /// collector splits at every comma, those between a function's arguments included.
    pub is_split: bool,
}

impl Text {
    /// The bytes of the file that bytes of `text` come from; `None` if it was not read from a file.
    pub fn range(&self, range: Range<usize>) -> Option<Range<usize>> {
        self.map.range(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_merge_and_split() {
        let mut map = SourceMap::unknown();
        map.push(0, 10);
        map.push(1, 11);
        map.push_fixed(4, 20);
        map.push(6, 26);
        assert_eq!(map.runs.len(), 3);
        let sources: Vec<_> = (0..8).map(|offset| map.source(offset).unwrap()).collect();
        assert_eq!(sources, [10, 11, 12, 13, 20, 20, 26, 27]);
        assert_eq!(map.range(2..6), Some(12..26));
        let part = map.slice(2..7);
        assert_eq!(
            (0..6)
                .map(|offset| part.source(offset).unwrap())
                .collect::<Vec<_>>(),
            [12, 13, 20, 20, 26, 27]
        );
    }

    #[test]
    fn unknown_maps_place_nothing() {
        assert_eq!(SourceMap::unknown().range(0..3), None);
        assert!(SourceMap::unknown().slice(0..2).is_unknown());
    }
}
