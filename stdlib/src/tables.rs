//! Lookup tables: what `Lookup` looks in. Hosts load them; programs share them.

use bumpalo::Bump;
use ottl_vm::text::json;
use ottl_vm::value::{Entry, Value};
use ottl_vm::wire::any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

/// Tables by name.
#[derive(Clone, Debug, Default)]
pub struct Tables(BTreeMap<String, Arc<Table>>);

impl Tables {
    /// The table of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Table>> {
        self.0.get(name)
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<N: Into<String>, T: Into<Arc<Table>>> FromIterator<(N, T)> for Tables {
    /// Of tables of the same name the last counts.
    fn from_iter<I: IntoIterator<Item = (N, T)>>(tables: I) -> Tables {
        let tables = tables.into_iter();
        Tables(
            tables
                .map(|(name, table)| (name.into(), table.into()))
                .collect(),
        )
    }
}

/// Values by key.
#[derive(Debug)]
pub struct Table {
    /// Each value as an `AnyValue`'s payload, so that a look-up copies nothing.
    values: HashMap<Box<[u8]>, Box<[u8]>>,
}

/// Why a file is no table.
#[derive(Debug, PartialEq, Eq)]
pub struct TableError {
    /// The line it is about, counted from 1, if it is about one.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for TableError {}

impl Table {
    /// A table of comma-separated values (RFC 4180; empty lines do not count). The first row names the columns, the
    /// first column has the keys. The value of a key is the string beside it if there are two columns, or else the
    /// map from the names of the other columns to the strings in them.
    ///
    /// # Errors
    /// Fewer than two columns, two of one name, a row of another length than the first, a key that comes twice, a
    /// quote that is not closed.
    ///
    /// ```
    /// use ottl_stdlib::Table;
    /// assert_eq!(Table::from_csv(b"host,owner\nweb-1,Ann\nweb-2,\"Bo, Cy\"\n")?.len(), 2);
    /// let error = Table::from_csv(b"host,owner\nweb-1\n").unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: expected 2 fields, found 1");
    /// # Ok::<(), ottl_stdlib::TableError>(())
    /// ```
    pub fn from_csv(text: &[u8]) -> Result<Table, TableError> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let mut rows = Rows { text, line: 1 };
        let Some(Row {
            line,
            fields: names,
        }) = rows.next_row()?
        else {
            return Err(error(None, "there is no row that names the columns"));
        };
        if names.len() < 2 {
            return Err(error(line, "a table has two columns at least"));
        }
        if let Some(name) =
            (1..names.len()).find_map(|at| names[..at].iter().find(|name| **name == names[at]))
        {
            let name = String::from_utf8_lossy(name);
            return Err(error(line, format!("there are two columns `{name}`")));
        }
        let mut values = HashMap::new();
        while let Some(Row { line, fields }) = rows.next_row()? {
            if fields.len() != names.len() {
                let (expected, found) = (names.len(), fields.len());
                return Err(error(
                    line,
                    format!("expected {expected} fields, found {found}"),
                ));
            }
            let value = match &fields[1..] {
                [value] => any::encoded(&Value::String(value)),
                others => {
                    let entry = |(name, value): (&Vec<u8>, _)| (name.clone(), value);
                    let entries: Vec<_> = names[1..].iter().zip(others).map(entry).collect();
                    map(&entries)
                }
            };
            let [key, ..] = &fields[..] else { continue };
            if values.insert(key.as_slice().into(), value).is_some() {
                let key = String::from_utf8_lossy(key);
                return Err(error(line, format!("the key `{key}` comes again")));
            }
        }
        Ok(Table { values })
    }

    /// A table of a JSON object: its names are the keys. Numbers are doubles, as `ParseJSON` reads them; of equal
    /// keys the last counts.
    ///
    /// # Errors
    /// Text that is no JSON, or another value than an object.
    ///
    /// ```
    /// use ottl_stdlib::Table;
    /// assert_eq!(Table::from_json(br#"{"web-1": {"owner": "Ann"}}"#)?.len(), 1);
    /// assert!(Table::from_json(b"[1]").is_err());
    /// # Ok::<(), ottl_stdlib::TableError>(())
    /// ```
    pub fn from_json(text: &[u8]) -> Result<Table, TableError> {
        let arena = Bump::new();
        let value = json::parse(&arena, text).map_err(|found| error(None, found.to_string()))?;
        let Some(entries) = value.entries() else {
            return Err(error(None, "a table in JSON is an object"));
        };
        let values = entries.map(|entry| (entry.key.into(), any::encoded(&entry.value)));
        Ok(Table {
            values: values.collect(),
        })
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<Value<'_>> {
        self.values.get(key).map(|value| any::decode(value))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A map of strings as an `AnyValue`'s payload.
pub(crate) fn map(entries: &[(impl AsRef<[u8]>, impl AsRef<[u8]>)]) -> Box<[u8]> {
    let entries = entries.iter().map(|(key, value)| Entry {
        key: key.as_ref(),
        value: Value::String(value.as_ref()),
    });
    any::encoded(&Value::Map(&entries.collect::<Vec<_>>()))
}

/// What some programs write before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

fn error(line: impl Into<Option<usize>>, reason: impl Into<String>) -> TableError {
    TableError {
        line: line.into(),
        reason: reason.into(),
    }
}

/// A row of comma-separated values.
struct Row {
    /// The line on which it begins.
    line: usize,
    fields: Vec<Vec<u8>>,
}

/// Reads comma-separated values.
struct Rows<'t> {
    /// What is left.
    text: &'t [u8],
    line: usize,
}

impl Rows<'_> {
    fn next_row(&mut self) -> Result<Option<Row>, TableError> {
        while let [b'\n', ..] | [b'\r', b'\n', ..] = self.text {
            self.end_line();
        }
        if self.text.is_empty() {
            return Ok(None);
        }
        let (line, mut fields) = (self.line, Vec::new());
        loop {
            fields.push(match self.text {
                [b'"', ..] => self.quoted()?,
                _ => self.bare(),
            });
            match self.text {
                [b',', ..] => self.text = &self.text[1..],
                _ => break,
            }
        }
        self.end_line();
        Ok(Some(Row { line, fields }))
    }

    /// Passes over a line's end, if one is next.
    fn end_line(&mut self) {
        let rest = self.text.strip_prefix(b"\r").unwrap_or(self.text);
        if let Some(rest) = rest.strip_prefix(b"\n") {
            (self.text, self.line) = (rest, self.line + 1);
        }
    }

    fn bare(&mut self) -> Vec<u8> {
        let end = memchr::memchr2(b',', b'\n', self.text).unwrap_or(self.text.len());
        let (mut field, rest) = self.text.split_at(end);
        if !rest.starts_with(b",") {
            field = field.strip_suffix(b"\r").unwrap_or(field);
        }
        self.text = rest;
        field.to_vec()
    }

    fn quoted(&mut self) -> Result<Vec<u8>, TableError> {
        let (line, mut field) = (self.line, Vec::new());
        loop {
            let inside = &self.text[1..];
            let Some(end) = memchr::memchr(b'"', inside) else {
                return Err(error(line, "a quote is not closed"));
            };
            field.extend_from_slice(&inside[..end]);
            self.line += memchr::memchr_iter(b'\n', &inside[..end]).count();
            self.text = &inside[end + 1..];
            match self.text {
                // A quote that is doubled stands for one.
                [b'"', ..] => field.push(b'"'),
                [] | [b',' | b'\n', ..] | [b'\r', b'\n', ..] => return Ok(field),
                _ => return Err(error(self.line, "text after a quoted field")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(table: &Table, key: &str) -> Option<String> {
        match table.get(key.as_bytes())? {
            Value::String(text) => Some(String::from_utf8_lossy(text).into_owned()),
            other => {
                let mut out = Vec::new();
                json::append_value(&mut out, &other).expect("strings have a JSON form");
                Some(String::from_utf8_lossy(&out).into_owned())
            }
        }
    }

    #[test]
    fn rows_are_read_as_the_format_says() {
        let csv = b"\xef\xbb\xbfk,v\r\n\r\na,1\r\n\"b \"\"x\"\"\",\"2,\n3\"\nc,\n,empty";
        let table = Table::from_csv(csv).expect("a table");
        for (key, value) in [("a", "1"), ("b \"x\"", "2,\n3"), ("c", ""), ("", "empty")] {
            assert_eq!(text(&table, key).as_deref(), Some(value), "{key}");
        }
        assert_eq!((table.len(), text(&table, "k")), (4, None));
        let table = Table::from_csv(b"k,v,w\na,1,2\n").expect("a table");
        assert_eq!(text(&table, "a").as_deref(), Some(r#"{"v":"1","w":"2"}"#));
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        for (csv, expected) in [
            ("", "there is no row that names the columns"),
            ("\n\n", "there is no row that names the columns"),
            ("a\n1\n", "line 1: a table has two columns at least"),
            ("a,b,a\n", "line 1: there are two columns `a`"),
            ("a,b\n\n1,2\n1,3\n", "line 4: the key `1` comes again"),
            ("a,b\n1,2,3\n", "line 2: expected 2 fields, found 3"),
            ("a,b\n1,\"2\n", "line 2: a quote is not closed"),
            ("a,b\n1,\"2\n3\"x\n", "line 3: text after a quoted field"),
        ] {
            let error = Table::from_csv(csv.as_bytes()).expect_err(csv);
            assert_eq!(error.to_string(), expected, "{csv}");
        }
        assert!(Table::from_json(b"{").is_err());
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let bytes = *b"\",\n\ra";
        for number in 0..5usize.pow(7) {
            let text: Vec<u8> = (0..7)
                .map(|digit| bytes[number / 5usize.pow(digit) % 5])
                .collect();
            let _ = Table::from_csv(&text);
        }
    }
}
