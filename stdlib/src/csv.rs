//! A row of comma-separated values as the reference reads it: by the rules of Go's package encoding/csv,
//! where line breaks between records count as part of a field.

use bumpalo::Bump;
use bumpalo::collections::Vec;
use std::fmt;

/// Why text is no row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CsvError {
    /// A delimiter that separates nothing: a quote, a line break, U+0000 or U+FFFD.
    Delimiter,
    /// A quote where none may be.
    Quote {
        start_line: usize,
        line: usize,
        column: usize,
        is_bare: bool,
    },
    /// Nothing but line breaks.
    NoLine,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CsvError::NoLine => f.write_str("no csv lines found"),
            CsvError::Delimiter => {
                f.write_str("read csv line: csv: invalid field or comment delimiter")
            }
            CsvError::Quote {
                start_line,
                line,
                column,
                is_bare,
            } => {
                f.write_str("read csv line: ")?;
                if start_line != line {
                    write!(f, "record on line {start_line}; ")?;
                }
                write!(f, "parse error on line {line}, column {column}: ")?;
                f.write_str(match is_bare {
                    true => "bare \" in non-quoted-field",
                    false => "extraneous or missing \" in quoted-field",
                })
            }
        }
    }
}

/// The fields of a row. A record that breaks off after its first field ends there.
pub(crate) fn read_row<'a>(
    arena: &'a Bump,
    row: &'a [u8],
    delimiter: char,
    lazy_quotes: bool,
) -> Result<Vec<'a, &'a [u8]>, CsvError> {
    if matches!(
        delimiter,
        '\0' | '"' | '\r' | '\n' | char::REPLACEMENT_CHARACTER
    ) {
        return Err(CsvError::Delimiter);
    }
    let mut buffer = [0; 4];
    let delimiter = delimiter.encode_utf8(&mut buffer).as_bytes();
    let mut reader = Reader {
        arena,
        text: row,
        line_count: 0,
        delimiter,
        lazy_quotes,
    };
    let mut fields: Vec<'a, &'a [u8]> = Vec::new_in(arena);
    while let Some(line) = reader.next_line_with_text() {
        let (record, error) = reader.record(line);
        if let (true, Some(error)) = (record.is_empty(), error) {
            return Err(error);
        }
        let mut record = record.into_iter();
        if let (Some(last), Some(first)) = (fields.last_mut(), record.as_slice().first()) {
            let joined = [*last, b"\n", *first];
            *last = concat(arena, &joined);
            record.next();
        }
        fields.extend(record);
    }
    if fields.is_empty() {
        Err(CsvError::NoLine)
    } else {
        Ok(fields)
    }
}

fn concat<'a>(arena: &'a Bump, parts: &[&[u8]]) -> &'a [u8] {
    let mut out = Vec::with_capacity_in(parts.iter().map(|part| part.len()).sum(), arena);
    parts
        .iter()
        .for_each(|part| out.extend_from_slice_copy(part));
    out.into_bump_slice()
}

/// A line, or what is left of one.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a [u8],
    /// Whether a line break follows.
    breaks: bool,
}

struct Reader<'r, 'a> {
    arena: &'a Bump,
    /// What is not read yet.
    text: &'a [u8],
    /// How many lines were read, the end of the text included.
    line_count: usize,
    delimiter: &'r [u8],
    lazy_quotes: bool,
}

impl<'a> Reader<'_, 'a> {
    /// The next line, without its break; `None` at the end.
    fn next_line(&mut self) -> Option<Line<'a>> {
        self.line_count += 1;
        if self.text.is_empty() {
            return None;
        }
        let (text, rest, breaks) = match memchr::memchr(b'\n', self.text) {
            Some(at) => (&self.text[..at], &self.text[at + 1..], true),
            None => (self.text, &b""[..], false),
        };
        self.text = rest;
        Some(Line {
            text: text.strip_suffix(b"\r").unwrap_or(text),
            breaks,
        })
    }

    /// The next line that has text.
    fn next_line_with_text(&mut self) -> Option<Line<'a>> {
        loop {
            let line = self.next_line()?;
            if !line.text.is_empty() {
                return Some(line);
            }
        }
    }

    /// The record that begins with a line: its fields up to an error.
    fn record(&mut self, mut line: Line<'a>) -> (Vec<'a, &'a [u8]>, Option<CsvError>) {
        let start_line = self.line_count;
        let mut fields = Vec::new_in(self.arena);
        let mut position = Position {
            line: start_line,
            column: 1,
        };
        loop {
            let next = match line.text {
                [b'"', ..] => self.quoted(start_line, &mut line, &mut position, &mut fields),
                _ => self.unquoted(start_line, &mut line, &mut position, &mut fields),
            };
            match next {
                Ok(true) => {}
                Ok(false) => return (fields, None),
                Err(error) => return (fields, Some(error)),
            }
        }
    }

    /// Reads a field without quotes. Whether another field follows.
    fn unquoted(
        &self,
        start_line: usize,
        line: &mut Line<'a>,
        position: &mut Position,
        fields: &mut Vec<'a, &'a [u8]>,
    ) -> Result<bool, CsvError> {
        let end = memchr::memmem::find(line.text, self.delimiter);
        let field = &line.text[..end.unwrap_or(line.text.len())];
        if !self.lazy_quotes
            && let Some(quote) = memchr::memchr(b'"', field)
        {
            let column = position.column + quote;
            return Err(CsvError::Quote {
                start_line,
                line: self.line_count,
                column,
                is_bare: true,
            });
        }
        fields.push(field);
        if let Some(end) = end {
            position.advance(line, end + self.delimiter.len());
        }
        Ok(end.is_some())
    }

    /// Reads a field in quotes, perhaps over several lines. Whether another field follows.
    fn quoted(
        &mut self,
        start_line: usize,
        line: &mut Line<'a>,
        position: &mut Position,
        fields: &mut Vec<'a, &'a [u8]>,
    ) -> Result<bool, CsvError> {
        let mut field = Vec::new_in(self.arena);
        position.advance(line, 1);
        loop {
            let Some(quote) = memchr::memchr(b'"', line.text) else {
                if !self.take_line(line, position, &mut field) {
                    if self.lazy_quotes {
                        fields.push(field.into_bump_slice());
                        return Ok(false);
                    }
                    let Position { line, column } = *position;
                    return Err(CsvError::Quote {
                        start_line,
                        line,
                        column,
                        is_bare: false,
                    });
                }
                continue;
            };
            field.extend_from_slice_copy(&line.text[..quote]);
            position.advance(line, quote + 1);
            if line.text.first() == Some(&b'"') {
                field.push(b'"');
                position.advance(line, 1);
            } else if line.text.starts_with(self.delimiter) {
                position.advance(line, self.delimiter.len());
                fields.push(field.into_bump_slice());
                return Ok(true);
            } else if line.text.is_empty() {
                fields.push(field.into_bump_slice());
                return Ok(false);
            } else if self.lazy_quotes {
                field.push(b'"');
            } else {
                let column = position.column - 1;
                return Err(CsvError::Quote {
                    start_line,
                    line: self.line_count,
                    column,
                    is_bare: false,
                });
            }
        }
    }

    /// Takes the rest of a line into a field and goes on to the next. False at the end of the text.
    fn take_line(
        &mut self,
        line: &mut Line<'a>,
        position: &mut Position,
        field: &mut Vec<'a, u8>,
    ) -> bool {
        let length = line.text.len() + usize::from(line.breaks);
        if length == 0 {
            return false;
        }
        field.extend_from_slice_copy(line.text);
        if line.breaks {
            field.push(b'\n');
        }
        position.column += length;
        *line = match self.next_line() {
            Some(next) => {
                // A last line of a carriage return alone is none.
                if !next.text.is_empty() || next.breaks {
                    *position = Position {
                        line: position.line + 1,
                        column: 1,
                    };
                }
                next
            }
            None => Line {
                text: b"",
                breaks: false,
            },
        };
        true
    }
}

/// Where the reader is: line and byte column, from 1.
#[derive(Clone, Copy)]
struct Position {
    line: usize,
    column: usize,
}

impl Position {
    fn advance(&mut self, line: &mut Line<'_>, length: usize) {
        line.text = &line.text[length..];
        self.column += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: &str, lazy_quotes: bool, expected: Result<&[&str], &str>) {
        let arena = Bump::new();
        let fields = read_row(&arena, row.as_bytes(), ',', lazy_quotes);
        let fields: Result<std::vec::Vec<String>, String> = fields
            .map(|fields| {
                fields
                    .iter()
                    .map(|field| String::from_utf8_lossy(field).into_owned())
                    .collect()
            })
            .map_err(|error| error.to_string());
        let expected =
            expected.map(|fields| fields.iter().map(|field| field.to_string()).collect());
        assert_eq!(fields, expected.map_err(str::to_owned));
    }

    #[test]
    fn reads_strictly() {
        check("a,b", false, Ok(&["a", "b"]));
        check("a,,", false, Ok(&["a", "", ""]));
        check("", false, Err("no csv lines found"));
        check("\n", false, Err("no csv lines found"));
        check("\r\n", false, Err("no csv lines found"));
        check("\r", false, Err("no csv lines found"));
        check("a\r", false, Ok(&["a"]));
        check("a,b\n\nc,d\n", false, Ok(&["a", "b\nc", "d"]));
        check("\"a,b\",c", false, Ok(&["a,b", "c"]));
        check("\"a\"\"b\"", false, Ok(&["a\"b"]));
        check(
            "a\"b",
            false,
            Err("read csv line: parse error on line 1, column 2: bare \" in non-quoted-field"),
        );
        check("x,a\"b", false, Ok(&["x"]));
        check("x,a\"b\ny,z", false, Ok(&["x\ny", "z"]));
        check("\"a\nb\",c", false, Ok(&["a\nb", "c"]));
        check(
            "\"a\r\nb\r\n",
            false,
            Err(
                "read csv line: record on line 1; parse error on line 2, column 3: extraneous or missing \" in quoted-field",
            ),
        );
        check(
            "\"a",
            false,
            Err(
                "read csv line: parse error on line 1, column 3: extraneous or missing \" in quoted-field",
            ),
        );
        check("x,\"a", false, Ok(&["x"]));
        check(
            "\"a\"b",
            false,
            Err(
                "read csv line: parse error on line 1, column 3: extraneous or missing \" in quoted-field",
            ),
        );
        check("x,\"a\"b", false, Ok(&["x"]));
        check(
            "\"",
            false,
            Err(
                "read csv line: parse error on line 1, column 2: extraneous or missing \" in quoted-field",
            ),
        );
        check("\"\"", false, Ok(&[""]));
        check(
            "\"\n\"x,1",
            false,
            Err(
                "read csv line: record on line 1; parse error on line 2, column 1: extraneous or missing \" in quoted-field",
            ),
        );
        check("\"a\n\nb\"\n\nc", false, Ok(&["a\n\nb\nc"]));
        check(
            "\"a\n\r",
            false,
            Err(
                "read csv line: parse error on line 1, column 4: extraneous or missing \" in quoted-field",
            ),
        );
        check("a\rb", false, Ok(&["a\rb"]));
        check(
            "\"x\n\"\"y\"z",
            false,
            Err(
                "read csv line: record on line 1; parse error on line 2, column 4: extraneous or missing \" in quoted-field",
            ),
        );
        check(
            "\n\n\"x\"y",
            false,
            Err(
                "read csv line: parse error on line 3, column 3: extraneous or missing \" in quoted-field",
            ),
        );
    }

    #[test]
    fn reads_lazily() {
        check("a,b", true, Ok(&["a", "b"]));
        check("a,,", true, Ok(&["a", "", ""]));
        check("", true, Err("no csv lines found"));
        check("\n", true, Err("no csv lines found"));
        check("\r\n", true, Err("no csv lines found"));
        check("\r", true, Err("no csv lines found"));
        check("a\r", true, Ok(&["a"]));
        check("a,b\n\nc,d\n", true, Ok(&["a", "b\nc", "d"]));
        check("\"a,b\",c", true, Ok(&["a,b", "c"]));
        check("\"a\"\"b\"", true, Ok(&["a\"b"]));
        check("a\"b", true, Ok(&["a\"b"]));
        check("x,a\"b", true, Ok(&["x", "a\"b"]));
        check("x,a\"b\ny,z", true, Ok(&["x", "a\"b\ny", "z"]));
        check("\"a\nb\",c", true, Ok(&["a\nb", "c"]));
        check("\"a\r\nb\r\n", true, Ok(&["a\nb\n"]));
        check("\"a", true, Ok(&["a"]));
        check("x,\"a", true, Ok(&["x", "a"]));
        check("\"a\"b", true, Ok(&["a\"b"]));
        check("x,\"a\"b", true, Ok(&["x", "a\"b"]));
        check("\"", true, Ok(&[""]));
        check("\"\"", true, Ok(&[""]));
        check("\"\n\"x,1", true, Ok(&["\n\"x,1"]));
        check("\"a\n\nb\"\n\nc", true, Ok(&["a\n\nb\nc"]));
        check("\"a\n\r", true, Ok(&["a\n"]));
        check("a\rb", true, Ok(&["a\rb"]));
        check("\"x\n\"\"y\"z", true, Ok(&["x\n\"y\"z"]));
        check("\n\n\"x\"y", true, Ok(&["x\"y"]));
    }
}
