//! What is told in the end: a group for each cause, with its smallest case.

use crate::compare::{Difference, Verdict};
use crate::shrink::tokens;
use serde_json::Value;
use std::collections::BTreeMap;

/// Groups that are told in full.
const GROUPS_MAX: usize = 40;

/// The most bytes of an answer that are told.
const ANSWER_BYTES_MAX: usize = 900;

#[derive(Default)]
pub(crate) struct Report {
    same: u64,
    accepted: u64,
    crashes: u64,
    varies: u64,
    differing: u64,
    groups: BTreeMap<String, Group>,
}

struct Group {
    count: u64,
    case: Value,
    difference: Difference,
}

impl Report {
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Same { is_accepted } => {
                self.same += 1;
                self.accepted += u64::from(*is_accepted);
            }
            Verdict::Crashes => self.crashes += 1,
            Verdict::Varies => self.varies += 1,
            Verdict::Differs(_) => self.differing += 1,
        }
    }

    pub(crate) fn difference(&mut self, case: Value, difference: Difference) {
        self.differing += 1;
        let signature = format!("{}: {}", difference.kind, outline(&case["config"]));
        let size = |case: &Value| case.to_string().len();
        let group = self.groups.entry(signature).or_insert_with(|| Group {
            count: 0,
            case: case.clone(),
            difference: difference.clone(),
        });
        group.count += 1;
        if size(&case) < size(&group.case) {
            group.case = case;
            group.difference = difference;
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.differing == 0
    }

    pub(crate) fn print(&self, total: u64) {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
        for (signature, group) in groups.iter().take(GROUPS_MAX) {
            println!("{} × {signature}", group.count);
            println!("  case      {}", group.case);
            println!("  reference {}", shown(&group.difference.expected));
            println!("  here      {}\n", shown(&group.difference.result));
        }
        if groups.len() > GROUPS_MAX {
            println!("and {} more groups\n", groups.len() - GROUPS_MAX);
        }
        println!(
            "{} accepted, {} crash the reference, {} vary there, {} differ in {} groups",
            self.accepted,
            self.crashes,
            self.varies,
            self.differing,
            groups.len()
        );
        let compared = (total - self.crashes - self.varies).max(1);
        let percent = self.same as f64 * 100.0 / compared as f64;
        println!("{} of {compared} the same: {percent:.3} %", self.same);
    }
}

fn shown(answer: &Value) -> String {
    let mut text = answer.to_string();
    let end = text.floor_char_boundary(ANSWER_BYTES_MAX);
    text.truncate(end);
    text
}

/// A configuration without its details: cases of one cause look the same.
fn outline(config: &Value) -> String {
    match config {
        Value::Array(items) => items.iter().map(outline).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, _)| *key != "error_mode");
            let fields = fields.map(|(key, value)| match value {
                Value::Array(_) | Value::Object(_) => outline(value),
                other => format!("{key}={}", outline(other)),
            });
            fields.collect::<Vec<_>>().join(" ")
        }
        Value::String(text) => tokens(text).iter().map(|token| abstracted(token)).collect(),
        other => other.to_string(),
    }
}

fn abstracted(token: &str) -> &str {
    let trimmed = token.trim();
    match trimmed.bytes().next() {
        Some(b'"') => "§",
        Some(b'0'..=b'9') => "#",
        Some(_) if trimmed.contains('.') => " path",
        _ => token,
    }
}
