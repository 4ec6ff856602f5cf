//! The grammar from outside: what it accepts, what it says of the rest, what it survives.

mod acceptance;
mod errors;
mod robustness;

use ottl_grammar::{Dialect, Errors, parse_condition, parse_statement, parse_value};

/// Parses a text, and gives what it means: its tree without spans, as text, and its canonical text.
fn parse(start: &str, text: &str, dialect: Dialect) -> Result<(String, String), Errors> {
    Ok(match start {
        "statement" => {
            let tree = parse_statement(text, dialect)?;
            (
                format!("{:?}", tree.clone().without_spans()),
                tree.to_string(),
            )
        }
        "condition" => {
            let tree = parse_condition(text, dialect)?;
            (
                format!("{:?}", tree.clone().without_spans()),
                tree.to_string(),
            )
        }
        _ => {
            let tree = parse_value(text, dialect)?;
            (
                format!("{:?}", tree.clone().without_spans()),
                tree.to_string(),
            )
        }
    })
}

/// A line of `acceptance.jsonl`: a text and whether the reference's parser accepts it.
struct Case {
    start: String,
    text: String,
    accepted: bool,
}

fn cases() -> Vec<Case> {
    let lines = include_str!("acceptance.jsonl").lines();
    lines
        .map(|line| {
            let case: serde_json::Value =
                serde_json::from_str(line).expect("a line is a JSON object");
            let text = |key: &str| {
                case[key]
                    .as_str()
                    .expect("a case has its texts")
                    .to_string()
            };
            Case {
                start: text("start"),
                text: text("text"),
                accepted: case["accepted"].as_bool().expect("a case has its verdict"),
            }
        })
        .collect()
}
