//! Random OTLP/JSON requests of odd shapes.

use crate::vocabulary::{KEYS, STRINGS, Shape};
use ottl_fuzz::choices::Choices;
use serde_json::{Map, Value, json};

/// How deep values are nested at most.
const DEPTH_MAX: usize = 3;

/// A message under construction.
struct Message<'c, 'b> {
    choices: &'c mut Choices<'b>,
    fields: Map<String, Value>,
}

impl<'b> Message<'_, 'b> {
    /// Adds a field most of the time.
    fn maybe(&mut self, name: &str, value: impl FnOnce(&mut Choices<'b>) -> Value) {
        if !self.choices.once_in(4) {
            self.always(name, value);
        }
    }

    fn always(&mut self, name: &str, value: impl FnOnce(&mut Choices<'b>) -> Value) {
        let value = value(self.choices);
        self.fields.insert(name.to_owned(), value);
    }
}

fn message<'b>(choices: &mut Choices<'b>, fill: impl FnOnce(&mut Message<'_, 'b>)) -> Value {
    let mut message = Message {
        choices,
        fields: Map::new(),
    };
    fill(&mut message);
    Value::Object(message.fields)
}

fn many<'b>(
    choices: &mut Choices<'b>,
    bound: usize,
    item: impl Fn(&mut Choices<'b>) -> Value,
) -> Value {
    (0..choices.below(bound)).map(|_| item(choices)).collect()
}

/// One or two items, now and then none.
fn some<'b>(choices: &mut Choices<'b>, item: impl Fn(&mut Choices<'b>) -> Value) -> Value {
    let count = choices.pick(&[1, 1, 1, 1, 2, 2, 2, 3, 5, 0]);
    (0..count).map(|_| item(choices)).collect()
}

/// A request of a signal.
pub(crate) fn request(choices: &mut Choices<'_>, signal: &str) -> Value {
    let (resources, scopes, records) = match signal {
        "traces" => ("resourceSpans", "scopeSpans", "spans"),
        "metrics" => ("resourceMetrics", "scopeMetrics", "metrics"),
        _ => ("resourceLogs", "scopeLogs", "logRecords"),
    };
    let record = match signal {
        "traces" => span,
        "metrics" => metric,
        _ => log,
    };
    let scope_container = |choices: &mut Choices<'_>| {
        message(choices, |m| {
            m.maybe("scope", scope);
            m.always(records, |choices| some(choices, record));
            m.maybe("schemaUrl", text);
        })
    };
    let resource_container = |choices: &mut Choices<'_>| {
        message(choices, |m| {
            m.maybe("resource", resource);
            m.always(scopes, |choices| some(choices, scope_container));
            m.maybe("schemaUrl", text);
        })
    };
    message(choices, |m| {
        m.always(resources, |choices| some(choices, resource_container))
    })
}

fn resource(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("attributes", attributes);
        m.maybe("droppedAttributesCount", count);
    })
}

fn scope(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("name", text);
        m.maybe("version", text);
        m.maybe("attributes", attributes);
        m.maybe("droppedAttributesCount", count);
    })
}

fn span(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("traceId", trace_id);
        m.maybe("spanId", span_id);
        m.maybe("parentSpanId", span_id);
        m.maybe("traceState", |c| {
            c.pick(&["", "a=1", "a=1,b=2", "broken", "s=x, t=y", "é=1"])
                .into()
        });
        m.maybe("name", text);
        m.maybe("kind", |c| match c.once_in(6) {
            true => c.pick(&["SPAN_KIND_SERVER", "SPAN_KIND_CLIENT"]).into(),
            false => c.pick(&[0, 1, 2, 3, 4, 5, 6, 100]).into(),
        });
        m.maybe("startTimeUnixNano", time);
        m.maybe("endTimeUnixNano", time);
        m.maybe("attributes", attributes);
        m.maybe("droppedAttributesCount", count);
        m.maybe("events", |c| many(c, 4, event));
        m.maybe("droppedEventsCount", count);
        m.maybe("links", |c| many(c, 3, link));
        m.maybe("droppedLinksCount", count);
        m.maybe("flags", |c| c.pick(&[0, 1, 256, u32::MAX]).into());
        m.maybe("status", |c| {
            message(c, |m| {
                m.maybe("message", text);
                m.maybe("code", |c| c.pick(&[0, 1, 2, 2, 3]).into());
            })
        });
    })
}

fn event(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("timeUnixNano", time);
        m.maybe("name", text);
        m.maybe("attributes", attributes);
        m.maybe("droppedAttributesCount", count);
    })
}

fn link(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("traceId", trace_id);
        m.maybe("spanId", span_id);
        m.maybe("attributes", attributes);
    })
}

fn log(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("timeUnixNano", time);
        m.maybe("observedTimeUnixNano", time);
        m.maybe("severityNumber", |c| c.below(26).into());
        m.maybe("severityText", text);
        m.maybe("body", |c| {
            let shape = c.pick(&[Shape::String, Shape::String, Shape::Map, Shape::Any]);
            value(c, shape, 0)
        });
        m.maybe("attributes", attributes);
        m.maybe("droppedAttributesCount", count);
        m.maybe("flags", |c| c.pick(&[0, 1, u32::MAX]).into());
        m.maybe("traceId", trace_id);
        m.maybe("spanId", span_id);
        m.maybe("eventName", text);
    })
}

fn metric(choices: &mut Choices<'_>) -> Value {
    let kind = choices.pick(&[
        "gauge",
        "sum",
        "histogram",
        "exponentialHistogram",
        "summary",
        "gauge",
        "sum",
        "",
    ]);
    message(choices, |m| {
        m.maybe("name", text);
        m.maybe("description", text);
        m.maybe("unit", |c| c.pick(&["", "ms", "1", "By"]).into());
        m.maybe("metadata", attributes);
        if kind.is_empty() {
            return;
        }
        m.always(kind, |c| {
            message(c, |m| {
                m.maybe("dataPoints", |c| some(c, |c| data_point(c, kind)));
                if matches!(kind, "sum" | "histogram" | "exponentialHistogram") {
                    m.maybe("aggregationTemporality", |c| c.below(4).into());
                }
                if kind == "sum" {
                    m.maybe("isMonotonic", |c| c.once_in(2).into());
                }
            })
        });
    })
}

fn data_point(choices: &mut Choices<'_>, kind: &str) -> Value {
    message(choices, |m| {
        m.maybe("attributes", attributes);
        m.maybe("startTimeUnixNano", time);
        m.maybe("timeUnixNano", time);
        m.maybe("flags", |c| c.below(3).into());
        match kind {
            "gauge" | "sum" => {
                m.maybe("exemplars", |c| many(c, 3, exemplar));
                if m.choices.once_in(2) {
                    m.maybe("asDouble", double);
                } else {
                    m.maybe("asInt", int);
                }
                return;
            }
            "histogram" => {
                m.maybe("bucketCounts", counts);
                m.maybe("explicitBounds", |c| many(c, 4, double));
            }
            "exponentialHistogram" => {
                m.maybe("scale", |c| c.pick(&[0, 1, -3, 20]).into());
                m.maybe("zeroCount", small);
                m.maybe("zeroThreshold", double);
                m.maybe("positive", buckets);
                m.maybe("negative", buckets);
            }
            _ => m.maybe("quantileValues", |c| {
                many(c, 3, |c| {
                    message(c, |m| {
                        m.maybe("quantile", double);
                        m.maybe("value", double);
                    })
                })
            }),
        }
        m.maybe("count", small);
        m.maybe("sum", double);
        if kind != "summary" {
            m.maybe("min", double);
            m.maybe("max", double);
            m.maybe("exemplars", |c| many(c, 3, exemplar));
        }
    })
}

fn buckets(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("offset", |c| c.pick(&[0, 1, -2, 100]).into());
        m.maybe("bucketCounts", counts);
    })
}

fn exemplar(choices: &mut Choices<'_>) -> Value {
    message(choices, |m| {
        m.maybe("timeUnixNano", time);
        m.maybe("filteredAttributes", attributes);
        if m.choices.once_in(2) {
            m.maybe("asDouble", double);
        } else {
            m.maybe("asInt", int);
        }
        m.maybe("traceId", trace_id);
        m.maybe("spanId", span_id);
    })
}

fn text(choices: &mut Choices<'_>) -> Value {
    let escaped = choices.pick(STRINGS);
    // As the literals are written.
    serde_json::from_str(&format!("\"{escaped}\"")).unwrap_or_else(|_| escaped.into())
}

fn count(choices: &mut Choices<'_>) -> Value {
    choices.pick(&[0, 1, 7, u32::MAX]).into()
}

fn small(choices: &mut Choices<'_>) -> Value {
    choices.pick(&["0", "1", "9", "1000"]).into()
}

fn counts(choices: &mut Choices<'_>) -> Value {
    many(choices, 5, small)
}

fn time(choices: &mut Choices<'_>) -> Value {
    choices
        .pick(&[
            "0",
            "1",
            "1600000000000000000",
            "1700000000123456789",
            "1700000000123456000",
            "1700000003000000000",
            "18446744073709551615",
        ])
        .into()
}

fn int(choices: &mut Choices<'_>) -> Value {
    choices
        .pick(&[
            "0",
            "1",
            "-1",
            "2",
            "42",
            "1000",
            "1700000000",
            "9223372036854775807",
            "-9223372036854775808",
            "9007199254740993",
        ])
        .into()
}

fn double(choices: &mut Choices<'_>) -> Value {
    choices.pick(&[
        || json!(0.0),
        || json!(1.5),
        || json!(-2.0),
        || json!(42.0),
        || json!(0.1),
        || json!(1e21),
        || json!(1e-7),
        || json!(3.0e10),
        || json!("NaN"),
        || json!("Infinity"),
        || json!("-Infinity"),
        || json!(-0.0),
    ])()
}

fn trace_id(choices: &mut Choices<'_>) -> Value {
    choices
        .pick(&[
            "0102030405060708090a0b0c0d0e0f10",
            "",
            "00000000000000000000000000000000",
            "AABBCCDDEEFF00112233445566778899",
        ])
        .into()
}

fn span_id(choices: &mut Choices<'_>) -> Value {
    choices
        .pick(&[
            "1112131415161718",
            "",
            "0000000000000000",
            "AABBCCDDEEFF0011",
        ])
        .into()
}

/// Attributes whose keys mostly say what their value is; now and then a key twice.
fn attributes(choices: &mut Choices<'_>) -> Value {
    let is_full = choices.once_in(2);
    let mut all = Vec::new();
    for (key, shape) in KEYS {
        let is_there = if is_full {
            !choices.once_in(5)
        } else {
            choices.once_in(4)
        };
        if is_there && *key != "nope" {
            all.push(pair(choices, key, *shape, 0));
        }
    }
    if choices.once_in(12) {
        let (key, _) = choices.pick(KEYS);
        let again = pair(choices, key, Shape::Any, 0);
        all.push(again);
    }
    if choices.once_in(3) {
        all.reverse();
    }
    Value::Array(all)
}

fn pair(choices: &mut Choices<'_>, key: &str, shape: Shape, depth: usize) -> Value {
    let shape = if choices.once_in(8) {
        Shape::Any
    } else {
        shape
    };
    let value = value(choices, shape, depth);
    json!({"key": key, "value": value})
}

fn value(choices: &mut Choices<'_>, shape: Shape, depth: usize) -> Value {
    let shape = match shape {
        Shape::Any => choices.pick(&[
            Shape::String,
            Shape::Int,
            Shape::Double,
            Shape::Bool,
            Shape::Map,
            Shape::List,
            Shape::Bytes,
            Shape::Any,
        ]),
        shape => shape,
    };
    match shape {
        Shape::String => json!({"stringValue": text(choices)}),
        Shape::Int => json!({"intValue": int(choices)}),
        Shape::Double => json!({"doubleValue": double(choices)}),
        Shape::Bool => json!({"boolValue": choices.once_in(2)}),
        Shape::Bytes => {
            json!({"bytesValue": choices.pick(&["", "AA==", "YWJj", "/w==", "AQIDBAUGBwg="])})
        }
        Shape::Map if depth < DEPTH_MAX => {
            let pairs: Vec<Value> = (0..choices.below(5))
                .map(|_| {
                    let (key, shape) = choices.pick(KEYS);
                    pair(choices, key, shape, depth + 1)
                })
                .collect();
            json!({"kvlistValue": {"values": pairs}})
        }
        Shape::List if depth < DEPTH_MAX => {
            let uniform = choices.pick(&[Shape::String, Shape::Int, Shape::Any, Shape::Double]);
            let values = many(choices, 4, |choices| value(choices, uniform, depth + 1));
            json!({"arrayValue": {"values": values}})
        }
        _ => json!({}),
    }
}
