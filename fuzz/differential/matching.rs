//! Random `include` and `exclude` of the filter processor, its oldest form.

use crate::vocabulary::{INTS, KEYS, PATTERNS, STRINGS, Shape};
use ottl_fuzz::choices::Choices;
use serde_json::{Map, Value, json};

/// Adds them to a configuration, where the signal has them.
pub(crate) fn insert(choices: &mut Choices<'_>, signal: &str, config: &mut Map<String, Value>) {
    let (key, properties): (_, fn(&mut Choices<'_>) -> Value) = match signal {
        "traces" => ("spans", spans),
        "metrics" => ("metrics", metrics),
        "logs" => ("logs", logs),
        _ => return,
    };
    let mut matches = Map::new();
    for name in ["include", "exclude"] {
        if choices.once_in(2) {
            matches.insert(name.to_owned(), properties(choices));
        }
    }
    config.insert(key.to_owned(), Value::Object(matches));
}

/// Properties, each there now and then.
struct Properties<'c, 'b> {
    choices: &'c mut Choices<'b>,
    fields: Map<String, Value>,
    is_pattern: bool,
}

impl<'c, 'b> Properties<'c, 'b> {
    fn new(choices: &'c mut Choices<'b>) -> Self {
        let match_type = choices.pick(&["strict", "strict", "regexp", "regexp", "regexp", "", "x"]);
        let mut fields = Map::new();
        if !match_type.is_empty() {
            fields.insert("match_type".to_owned(), match_type.into());
        }
        Properties {
            choices,
            fields,
            is_pattern: match_type == "regexp",
        }
    }

    fn maybe(&mut self, name: &str, value: impl FnOnce(&mut Self) -> Value) {
        if self.choices.once_in(3) {
            let value = value(self);
            self.fields.insert(name.to_owned(), value);
        }
    }

    fn list(&mut self, item: impl Fn(&mut Self) -> Value) -> Value {
        (0..self.choices.below(3)).map(|_| item(self)).collect()
    }

    fn text(&mut self) -> Value {
        let escaped = match self.is_pattern && self.choices.once_in(2) {
            true => self.choices.pick(PATTERNS),
            false => self.choices.pick(STRINGS),
        };
        serde_json::from_str(&format!("\"{escaped}\"")).unwrap_or_else(|_| escaped.into())
    }

    fn texts(&mut self) -> Value {
        self.list(Self::text)
    }

    fn attributes(&mut self) -> Value {
        self.list(|p| {
            let (key, shape) = p.choices.pick(KEYS);
            let value = match shape {
                _ if p.choices.once_in(4) => return json!({"key": key}),
                Shape::Int if !p.is_pattern => {
                    let text = p.choices.pick(INTS);
                    serde_json::from_str(text).unwrap_or_default()
                }
                Shape::Bool if !p.is_pattern => p.choices.once_in(2).into(),
                Shape::Double if !p.is_pattern => json!(1.5),
                Shape::List if !p.is_pattern => json!(["a"]),
                Shape::Map if !p.is_pattern => json!({"a": 1}),
                _ => p.text(),
            };
            json!({"key": key, "value": value})
        })
    }
}

fn spans(choices: &mut Choices<'_>) -> Value {
    let mut p = Properties::new(choices);
    p.maybe("services", Properties::texts);
    p.maybe("span_names", Properties::texts);
    p.maybe("span_kinds", |p| {
        p.list(|p| {
            p.choices
                .pick(&[
                    "SPAN_KIND_CLIENT",
                    "SPAN_KIND_SERVER",
                    "SPAN_KIND_.*",
                    "Client",
                    "",
                ])
                .into()
        })
    });
    p.maybe("attributes", Properties::attributes);
    p.maybe("resources", Properties::attributes);
    p.maybe("libraries", |p| {
        p.list(|p| {
            let mut library = json!({"name": p.text()});
            if p.choices.once_in(2) {
                library["version"] = p.text();
            }
            library
        })
    });
    Value::Object(p.fields)
}

fn metrics(choices: &mut Choices<'_>) -> Value {
    let mut p = Properties::new(choices);
    p.maybe("metric_names", Properties::texts);
    p.maybe("resource_attributes", Properties::attributes);
    Value::Object(p.fields)
}

fn logs(choices: &mut Choices<'_>) -> Value {
    let mut p = Properties::new(choices);
    p.maybe("resource_attributes", Properties::attributes);
    p.maybe("record_attributes", Properties::attributes);
    p.maybe("severity_texts", Properties::texts);
    p.maybe("bodies", Properties::texts);
    p.maybe("severity_number", |p| {
        let min = p
            .choices
            .pick(&["INFO", "warn2", "9", "", "0", "FATAL4", "x"]);
        json!({"min": min, "match_undefined": p.choices.once_in(2)})
    });
    Value::Object(p.fields)
}
