//! Whether a case has the reference's answer.

use crate::reference::Reference;
use ottl::conform::{agrees, run_case, run_case_both_ways, run_case_touched};
use serde_json::Value;
use std::io::Result;
use std::panic::catch_unwind;

/// How often a case that differs is run again to see whether the reference itself varies.
const REPEATS: usize = 6;

/// What came of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The same answer; whether it ran at all.
    Same {
        /// The configuration was accepted.
        is_accepted: bool,
    },
    /// The reference panics or takes too long.
    Crashes,
    /// The reference gives this answer today and another tomorrow.
    Varies,
    /// Another answer.
    Differs(Difference),
}

/// How answers differ.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) kind: &'static str,
    pub(crate) expected: Value,
    pub(crate) result: Value,
}

/// Both sides of the comparison.
pub(crate) struct Comparer(Reference);

impl Comparer {
    pub(crate) fn start(program: &str) -> Result<Comparer> {
        Ok(Comparer(Reference::start(program)?))
    }

    /// Compares a case.
    pub(crate) fn compare(&mut self, case: &Value) -> Result<Verdict> {
        self.0.ask(case)?;
        let ours = ours(case);
        let Some(expected) = self.0.answer()? else {
            return Ok(Verdict::Crashes);
        };
        let result = match ours {
            Ok(result) => result,
            Err(difference) => return Ok(Verdict::Differs(difference)),
        };
        if is_panic(&expected) {
            return Ok(Verdict::Crashes);
        }
        if !agrees(&expected, &result, false) && has_address(&expected) {
            return Ok(Verdict::Varies);
        }
        if agrees(&expected, &result, false) {
            let is_accepted = expected["config_error"].is_null();
            return Ok(Verdict::Same { is_accepted });
        }
        let mut varies = false;
        for _ in 0..REPEATS {
            self.0.ask(case)?;
            let Some(again) = self.0.answer()? else {
                return Ok(Verdict::Crashes);
            };
            varies |= !agrees(&expected, &again, false);
            if varies && (agrees(&again, &result, true) || agrees(&expected, &result, true)) {
                return Ok(Verdict::Same { is_accepted: true });
            }
        }
        if varies {
            return Ok(Verdict::Varies);
        }
        let kind = kind(&expected, &result);
        Ok(Verdict::Differs(Difference {
            kind,
            expected,
            result,
        }))
    }
}

/// Our answer, if all ways of running give the same.
fn ours(case: &Value) -> std::result::Result<Value, Difference> {
    let ran = |run: fn(&Value) -> Value, kind| {
        catch_unwind(|| run(case)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Difference {
                kind,
                expected: Value::Null,
                result: text.into(),
            }
        })
    };
    let result = ran(run_case, "a panic")?;
    if !result["config_error"].is_null() {
        return Ok(result);
    }
    let others: [(fn(&Value) -> Value, &str); 2] = [
        (
            |case| run_case_both_ways(case)[1].take(),
            "blocks and single records",
        ),
        (run_case_touched, "full and touched validation"),
    ];
    for (run, kind) in others {
        let other = ran(run, "a panic")?;
        let refused_in_full = kind.starts_with("full") && !result["error"].is_null();
        if !refused_in_full && !agrees(&other, &result, false) {
            return Err(Difference {
                kind,
                expected: other,
                result,
            });
        }
    }
    Ok(result)
}

/// Whether the reference printed where something is in its memory.
fn has_address(answer: &Value) -> bool {
    answer["output"].to_string().contains("{0x")
}

fn is_panic(answer: &Value) -> bool {
    ["error", "config_error"].iter().any(|field| {
        answer[field]
            .as_str()
            .is_some_and(|error| error.contains("panic: "))
    })
}

fn kind(expected: &Value, result: &Value) -> &'static str {
    let has = |value: &Value, field: &str| !value[field].is_null();
    let logged = |value: &Value| value["logged"].as_array().map_or(0, Vec::len);
    match () {
        () if has(expected, "config_error") && !has(result, "config_error") => "accepted",
        () if has(result, "config_error") && !has(expected, "config_error") => "refused",
        () if has(expected, "error") && !has(result, "error") => "no error",
        () if has(result, "error") && !has(expected, "error") => "an error",
        () if logged(expected) > logged(result) => "fewer failures",
        () if logged(expected) < logged(result) => "more failures",
        () => "output",
    }
}
