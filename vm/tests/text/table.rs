//! Tables of recorded cases: tab-separated, bytes outside printable ASCII as `\xNN`, `#` lines are
//! comments.

use std::cell::RefCell;

/// How many differences are shown.
const SHOWN_MAX: usize = 20;

/// One case.
pub(crate) struct Row<'t> {
    line: usize,
    cells: Vec<&'t str>,
    failures: &'t RefCell<Vec<String>>,
}

impl Row<'_> {
    /// A cell's bytes; a missing cell is empty.
    pub(crate) fn bytes(&self, column: usize) -> Vec<u8> {
        unescape(self.cells.get(column).unwrap_or(&""))
    }

    /// A cell's text.
    pub(crate) fn str(&self, column: usize) -> String {
        String::from_utf8(self.bytes(column)).unwrap()
    }

    /// A cell's number.
    pub(crate) fn int(&self, column: usize) -> i64 {
        self.str(column).parse().unwrap()
    }

    /// Notes a difference unless the cell holds these bytes.
    pub(crate) fn expect(&self, column: usize, actual: &[u8]) {
        let expected = self.bytes(column);
        if expected != actual {
            self.failures.borrow_mut().push(format!(
                "line {} {:?}\n    expected {}\n    actual   {}",
                self.line,
                self.cells[..column].join(" | "),
                expected.escape_ascii(),
                actual.escape_ascii(),
            ));
        }
    }
}

fn unescape(cell: &str) -> Vec<u8> {
    let mut parts = cell.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// Runs a check on every row and fails with the differences it noted.
pub(crate) fn check(name: &str, table: &str, run: impl Fn(&Row)) {
    let failures = RefCell::new(Vec::new());
    let mut count = 0;
    for (index, line) in table.lines().enumerate() {
        if line.starts_with("# ") {
            continue;
        }
        count += 1;
        run(&Row {
            line: index + 1,
            cells: line.split('\t').collect(),
            failures: &failures,
        });
    }
    let failures = failures.into_inner();
    assert!(count > 0, "{name} holds no case");
    assert!(
        failures.is_empty(),
        "{name}: {} differences in {count} cases\n{}",
        failures.len(),
        failures[..failures.len().min(SHOWN_MAX)].join("\n"),
    );
}
