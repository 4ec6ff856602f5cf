//! `ParseSeverity`: the name of a severity by rules.

use crate::prelude::*;
use crate::sprintf::sprintf;
use ottl_vm::function::Literal;
use std::ops::RangeInclusive;

function! {
    /// The name of the severity that `target` has by `mapping`, a map literal from names to lists of rules.
    /// The rule `{"equals": ["err", "error"]}` holds for these strings, `{"range": {"min": 400, "max": 499}}`
    /// for ints from `min` to `max`, and `{"range": "4xx"}` for the same; there is `2xx` to `5xx`. The first
    /// name with a rule that holds is the result.
    ///
    /// It is an error if no rule holds, if `target` is neither string nor int, and if `mapping` is not made
    /// of such rules alone.
    ///
    /// ```ottl
    /// ParseSeverity(404, {"error": [{"equals": ["err"]}, {"range": "4xx"}]})  # "error"
    /// ParseSeverity("dbg", {"debug": [{"equals": ["dbg", "debug"]}]})  # "debug"
    /// ParseSeverity("x", {"debug": [{"equals": ["dbg"]}]})  # error: no matching log level found for value 'x'
    /// ```
    pub(crate) static FUNCTION = converter ParseSeverity(target: Getter, mapping: PMapGetter)
        pure, prepare prepare, run parse_severity;
}

/// The rules, or what is wrong with them.
struct Mapping(Result<Vec<Level>, String>);

struct Level {
    name: Vec<u8>,
    rules: Vec<Rule>,
}

#[derive(Default)]
struct Rule {
    equals: Vec<Vec<u8>>,
    range: Option<RangeInclusive<i64>>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let levels = match literals.values.get(1).and_then(Option::as_ref) {
        Some(Literal::Map(entries)) => entries.iter().map(level).collect(),
        _ => Err("severity mapping must be a literal PMap".to_owned()),
    };
    Ok(Box::new(Mapping(levels)))
}

fn level((name, rules): &(Vec<u8>, Literal)) -> Result<Level, String> {
    let Literal::List(rules) = rules else {
        return Err("severity mapping criteria must be []any".to_owned());
    };
    let rules = rules.iter().map(|rule| match rule {
        Literal::Map(entries) => Rule::new(entries)
            .map_err(|error| format!("invalid severity mapping criteria: {error}")),
        _ => Err("severity mapping criteria items must be map[string]any".to_owned()),
    });
    Ok(Level {
        name: name.clone(),
        rules: rules.collect::<Result<_, _>>()?,
    })
}

fn get<'l>(entries: &'l [(Vec<u8>, Literal)], key: &str) -> Option<&'l Literal> {
    entries
        .iter()
        .find(|(name, _)| name == key.as_bytes())
        .map(|(_, value)| value)
}

impl Rule {
    fn new(entries: &[(Vec<u8>, Literal)]) -> Result<Rule, String> {
        let mut rule = Rule::default();
        match get(entries, "equals") {
            None => {}
            Some(Literal::List(items)) => {
                for item in items {
                    let Literal::String(text) = item else {
                        return Err("equals values must be strings".to_owned());
                    };
                    rule.equals.push(text.clone());
                }
            }
            Some(_) => return Err("equals must be a list".to_owned()),
        }
        rule.range = match get(entries, "range") {
            None => None,
            Some(Literal::Map(bounds)) => Some(bound(bounds, "min")?..=bound(bounds, "max")?),
            Some(Literal::String(name)) => Some(match name.as_slice() {
                b"2xx" => 200..=299,
                b"3xx" => 300..=399,
                b"4xx" => 400..=499,
                b"5xx" => 500..=599,
                _ => {
                    return Err(format!(
                        "unknown range placeholder: {}",
                        String::from_utf8_lossy(name)
                    ));
                }
            }),
            Some(_) => return Err("range must be a map or a known placeholder string".to_owned()),
        };
        Ok(rule)
    }

    /// Whether the rule holds; `None` for a value of another type.
    fn holds(&self, value: &Value<'_>) -> Option<bool> {
        match value {
            Value::String(text) => Some(self.equals.iter().any(|known| known == text)),
            Value::Int(number) => Some(
                self.range
                    .as_ref()
                    .is_some_and(|range| range.contains(number)),
            ),
            _ => None,
        }
    }
}

fn bound(bounds: &[(Vec<u8>, Literal)], name: &str) -> Result<i64, String> {
    match get(bounds, name) {
        Some(Literal::Int(bound)) => Ok(*bound),
        Some(_) => Err(format!("{name} must be an int64")),
        None => Err(format!("range must have a {name} value")),
    }
}

fn parse_severity<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let mapping: &Mapping = call.prepared();
    let levels = mapping
        .0
        .as_ref()
        .map_err(|error| call.error(format_args!("{error}")))?;
    let target = call
        .value(0)
        .map_err(|error| call.error(format_args!("could not get log level: {error}")))?;
    for level in levels {
        for rule in &level.rules {
            match rule.holds(&target) {
                Some(false) => {}
                Some(true) => return Ok(Value::String(&level.name)),
                None => {
                    return Err(call.error(format_args!(
                        "could not map log level: could not evaluate log level of value '{}': unsupported value \
                         type: {}",
                        shown(&target),
                        target.type_name()
                    )));
                }
            }
        }
    }
    let shown = shown(&target);
    Err(call.error(format_args!(
        "could not map log level: no matching log level found for value '{shown}'"
    )))
}

fn shown(value: &Value<'_>) -> String {
    let mut text = Vec::new();
    sprintf(&mut text, b"%v", &[*value]);
    String::from_utf8_lossy(&text).into_owned()
}
