//! Random cases: a configuration in one of its forms and a request.

use crate::Profile;
use crate::expression::Writer;
use crate::{input, matching, wire as odd};
use ottl_fuzz::choices::Choices;
use ottl_fuzz::request;
use ottl_vm::path::Context;
use ottl_vm::wire;
use ottl_vm::wire::json::{base64_decode, base64_encode};
use serde_json::{Map, Value, json};

/// The bytes that a case's choices are made of.
const CHOICE_BYTES: usize = 8192;

/// A signal: its name, the stem of its settings, its contexts with the filter processor's names for them.
struct Signal {
    name: &'static str,
    stem: &'static str,
    contexts: &'static [Context],
    /// Those that the filter processor has, by the names of its older lists.
    filtered: &'static [(Context, &'static str)],
    wire: wire::Signal,
}

const SIGNALS: &[Signal] = &[
    Signal {
        name: "traces",
        stem: "trace",
        contexts: &[
            Context::Span,
            Context::SpanEvent,
            Context::Scope,
            Context::Resource,
        ],
        filtered: &[
            (Context::Span, "span"),
            (Context::SpanEvent, "spanevent"),
            (Context::Resource, "resource"),
        ],
        wire: wire::Signal::Traces,
    },
    Signal {
        name: "metrics",
        stem: "metric",
        contexts: &[
            Context::DataPoint,
            Context::Metric,
            Context::Exemplar,
            Context::Scope,
            Context::Resource,
        ],
        filtered: &[
            (Context::DataPoint, "datapoint"),
            (Context::Metric, "metric"),
            (Context::Resource, "resource"),
        ],
        wire: wire::Signal::Metrics,
    },
    Signal {
        name: "logs",
        stem: "log",
        contexts: &[Context::Log, Context::Scope, Context::Resource],
        filtered: &[
            (Context::Log, "log_record"),
            (Context::Resource, "resource"),
        ],
        wire: wire::Signal::Logs,
    },
    Signal {
        name: "profiles",
        stem: "profile",
        contexts: &[Context::Profile, Context::Scope, Context::Resource],
        filtered: &[
            (Context::Profile, "profile"),
            (Context::Resource, "resource"),
        ],
        wire: wire::Signal::Profiles,
    },
];

/// Case `index` of a seed.
pub(crate) fn random(seed: u64, index: u64, profile: Profile) -> Value {
    let bytes = bytes(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(index));
    let mut choices = Choices(&bytes);
    let choices = &mut choices;
    // Logs and metrics twice as often as the others.
    let signal = &SIGNALS[choices.pick(&[0, 0, 1, 1, 1, 2, 2, 2, 3])];
    let is_filter = choices.once_in(5);
    let mut config = match profile {
        Profile::Calls if is_filter => filter_call(choices, signal),
        Profile::Calls => call(choices, signal),
        Profile::Statements if is_filter => filter(choices, signal),
        Profile::Statements => transform(choices, signal),
    };
    let mut gates = Vec::new();
    if !choices.once_in(8) {
        gates.push("ottl.functions.enableLambda");
    }
    if !is_filter && signal.name == "logs" && choices.once_in(12) {
        config["flatten_data"] = true.into();
        gates.push("transform.flatten.logs");
    }
    if choices.once_in(40) {
        spoil(choices, &mut config);
    }
    let mut case = json!({
        "id": format!("{seed}/{index}"),
        "processor": if is_filter { "filter" } else { "transform" },
        "signal": signal.name,
        "config": config,
    });
    if !gates.is_empty() {
        case["gates"] = json!(gates);
    }
    let kind = signal.wire.request();
    match choices.below(16) {
        _ if signal.name == "profiles" => set_wire(&mut case, &odd::request(choices, kind)),
        0 | 1 => set_wire(&mut case, &odd::request(choices, kind)),
        2 => set_wire(&mut case, &request::request(choices, signal.name)),
        _ => case["input"] = input::request(choices, signal.name),
    }
    case
}

/// The request of a case that has it as protobuf, and its kind.
pub(crate) fn wire_of(case: &Value) -> Option<(wire::MessageKind, Vec<u8>)> {
    let signal = SIGNALS
        .iter()
        .find(|signal| case["signal"] == signal.name)?;
    let mut request = Vec::new();
    base64_decode(case["wire"].as_str()?.as_bytes(), &mut request)?;
    Some((signal.wire.request(), request))
}

/// Gives a case this request.
pub(crate) fn set_wire(case: &mut Value, request: &[u8]) {
    let mut text = Vec::new();
    base64_encode(request, &mut text);
    case["wire"] = String::from_utf8_lossy(&text).into();
}

/// Bytes that look random: splitmix64.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..CHOICE_BYTES).map(|_| (next() >> 24) as u8).collect()
}

/// Puts something into a configuration that may not stand there.
fn spoil(choices: &mut Choices<'_>, config: &mut Value) {
    let odd: [fn() -> Value; 10] = [
        || json!(null),
        || json!("IGNORE"),
        || json!(""),
        || json!("Log"),
        || json!("span"),
        || json!([]),
        || json!([null]),
        || json!({}),
        || json!(1),
        || json!("true"),
    ];
    let value = choices.pick(&odd)();
    let keys = [
        "error_mode",
        "context",
        "conditions",
        "statements",
        "shared_cache",
        "nope",
    ];
    let key = choices.pick(&keys);
    let groups = config
        .as_object_mut()
        .into_iter()
        .flat_map(|config| config.values_mut())
        .filter_map(|groups| groups.as_array_mut()?.first_mut());
    match groups.into_iter().next() {
        Some(Value::Object(group)) if choices.once_in(2) => group.insert(key.to_owned(), value),
        _ => match config.as_object_mut() {
            Some(config) => config.insert(key.to_owned(), value),
            None => None,
        },
    };
}

fn error_mode(choices: &mut Choices<'_>) -> &'static str {
    choices.pick(&[
        "ignore",
        "ignore",
        "ignore",
        "ignore",
        "propagate",
        "silent",
    ])
}

/// A context of the signal, the first one most often.
fn of<T: Copy>(choices: &mut Choices<'_>, contexts: &[T]) -> T {
    match choices.below(2) {
        0 => contexts[0],
        _ => choices.pick(contexts),
    }
}

fn call(choices: &mut Choices<'_>, signal: &Signal) -> Value {
    let context = of(choices, signal.contexts);
    let mode = error_mode(choices);
    let statement = Writer::new(choices, "transform", context).single_call();
    json!({"error_mode": mode, format!("{}_statements", signal.stem): [{"context": context.name(), "statements": [statement]}]})
}

/// A condition around one call, for which records are dropped.
fn filter_call(choices: &mut Choices<'_>, signal: &Signal) -> Value {
    let (context, name) = of(choices, signal.filtered);
    let mode = error_mode(choices);
    let condition = Writer::new(choices, "filter", context).condition_of_call();
    json!({"error_mode": mode, signal.name: {name: [condition]}})
}

fn transform(choices: &mut Choices<'_>, signal: &Signal) -> Value {
    // Single statements and groups are not to be mixed.
    let groups: Vec<Value> = match choices.below(4) {
        0 => (0..1 + choices.below(4))
            .map(|_| lone(choices, signal))
            .collect(),
        _ => (0..1 + choices.below(2))
            .map(|_| group(choices, signal))
            .collect(),
    };
    let mut config = Map::new();
    config.insert(format!("{}_statements", signal.stem), Value::Array(groups));
    if !choices.once_in(10) {
        config.insert("error_mode".to_owned(), error_mode(choices).into());
    }
    // What is said about other signals is checked all the same.
    if choices.once_in(16) {
        let other = &SIGNALS[choices.below(SIGNALS.len())];
        let key = format!("{}_statements", other.stem);
        let group = group(choices, other);
        config.entry(key).or_insert_with(|| json!([group]));
    }
    Value::Object(config)
}

/// A statement whose context is to be inferred.
fn lone(choices: &mut Choices<'_>, signal: &Signal) -> Value {
    let context = of(choices, signal.contexts);
    Writer::new(choices, "transform", context)
        .statement()
        .into()
}

/// A group of statements of one context.
fn group(choices: &mut Choices<'_>, signal: &Signal) -> Value {
    let context = of(choices, signal.contexts);
    let has_context = !choices.once_in(6);
    let is_bare = has_context && choices.once_in(4);
    let is_narrow = choices.once_in(3);
    let count = 1 + choices.below(if is_narrow { 9 } else { 4 });
    let mut writer = Writer::new(choices, "transform", context);
    writer.is_bare = is_bare;
    if is_narrow {
        writer.narrow();
    }
    let statements: Vec<String> = (0..count).map(|_| writer.statement()).collect();
    let mut group = json!({"statements": statements});
    if has_context {
        group["context"] = context.name().into();
    }
    if choices.once_in(4) {
        let count = 1 + choices.below(2);
        let mut writer = Writer::new(choices, "filter", context);
        writer.is_bare = is_bare;
        let conditions: Vec<String> = (0..count).map(|_| writer.condition(0)).collect();
        group["conditions"] = json!(conditions);
    }
    if choices.once_in(8) {
        group["error_mode"] = error_mode(choices).into();
    }
    if choices.once_in(8) {
        group["shared_cache"] = true.into();
    }
    group
}

fn conditions(choices: &mut Choices<'_>, context: Context, is_bare: bool) -> Vec<String> {
    let count = 1 + choices.below(3);
    let mut writer = Writer::new(choices, "filter", context);
    writer.is_bare = is_bare;
    (0..count).map(|_| writer.condition(0)).collect()
}

fn filter(choices: &mut Choices<'_>, signal: &Signal) -> Value {
    let mut config = Map::new();
    if !choices.once_in(10) {
        config.insert("error_mode".to_owned(), error_mode(choices).into());
    }
    if choices.once_in(5) {
        matching::insert(choices, signal.name, &mut config);
        return Value::Object(config);
    }
    if choices.once_in(2) {
        let mut lists = Map::new();
        for _ in 0..1 + choices.below(3) {
            let (context, name) = of(choices, signal.filtered);
            lists.insert(name.to_owned(), json!(conditions(choices, context, false)));
        }
        config.insert(signal.name.to_owned(), Value::Object(lists));
        return Value::Object(config);
    }
    let is_flat = choices.once_in(3);
    let groups = (0..1 + choices.below(2)).map(|_| {
        let context = match choices.once_in(5) {
            true => Context::Scope,
            false => of(choices, signal.filtered).0,
        };
        if is_flat {
            return Writer::new(choices, "filter", context).condition(0).into();
        }
        let has_context = choices.once_in(2);
        let is_bare = has_context && choices.once_in(2);
        let mut group = json!({"conditions": conditions(choices, context, is_bare)});
        if has_context {
            group["context"] = context.name().into();
        }
        if choices.once_in(6) {
            group["error_mode"] = error_mode(choices).into();
        }
        group
    });
    let groups: Vec<Value> = groups.collect();
    config.insert(format!("{}_conditions", signal.stem), Value::Array(groups));
    Value::Object(config)
}
