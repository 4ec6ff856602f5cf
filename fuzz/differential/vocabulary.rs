//! The words of generated programs: paths by what they hold, functions by what they yield, literals.
//!
//! Paths come from the engine's tables and functions from their declarations; what a function yields, and
//! which words it knows, are read out of its documentation. New ones are covered as they come.

use ottl_vm::function::{Contexts, Function, Kind};
use ottl_vm::path::form::Form;
use ottl_vm::path::{ANY_KEYS, Access, Context, PathSpec, table};
use std::sync::OnceLock;

/// What a value is, as far as generating goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Any,
    String,
    Bytes,
    Int,
    Double,
    Bool,
    Time,
    Duration,
    Map,
    List,
    Id,
}

impl Shape {
    pub(crate) const ALL: &[Shape] = &[
        Shape::String,
        Shape::Int,
        Shape::Double,
        Shape::Bool,
        Shape::Map,
        Shape::List,
        Shape::Bytes,
        Shape::Time,
        Shape::Duration,
        Shape::Id,
    ];
}

/// Whose results vary from run to run.
const VARYING: &[&str] = &["Now", "UUID", "UUIDv7"];

/// What does not vary of what those yield.
pub(crate) const STEADY: &[&str] = &[
    "Len(UUID())",
    "Len(UUIDv7())",
    "Substring(UUID(), 14, 1)",
    "Substring(UUIDv7(), 14, 1)",
    "IsMatch(UUIDv7(), \"^[0-9a-f-]{36}$\")",
    "Now() > Unix(1700000000)",
    "Now() - Now() < Duration(\"1h\")",
    "IsString(UUID())",
    "IsString(Now())",
    "Year(Now()) > 2000",
];

/// A function and what its documentation shows of it.
pub(crate) struct Word {
    pub(crate) function: &'static Function,
    /// What its examples yield.
    shapes: Vec<Shape>,
    /// The string literals of its documentation, with their quotes.
    pub(crate) strings: Vec<String>,
}

/// Every function that can be compared.
pub(crate) fn functions() -> &'static [Word] {
    static WORDS: OnceLock<Vec<Word>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let all = ottl_stdlib::FUNCTIONS.iter();
        let comparable =
            all.filter(|function| !function.extension && !VARYING.contains(&function.name));
        comparable
            .map(|function| Word {
                function,
                shapes: shapes(function),
                strings: strings(function.docs),
            })
            .collect()
    })
}

/// The functions of a kind that a context of a processor has.
pub(crate) fn callable(kind: Kind, processor: &str, context: Context) -> Vec<&'static Word> {
    let place = format!("{processor}/{}", context.name());
    let can_call = |function: &Function| match function.contexts {
        Contexts::Everywhere | Contexts::Both => true,
        Contexts::Only(places) => places.contains(&place.as_str()),
    };
    functions()
        .iter()
        .filter(|word| word.function.kind == kind && can_call(word.function))
        .collect()
}

impl Word {
    /// Whether only some contexts have it.
    pub(crate) fn is_special(&self) -> bool {
        matches!(self.function.contexts, Contexts::Only(_))
    }

    /// Whether it is a condition by itself.
    pub(crate) fn is_condition(&self) -> bool {
        self.shapes == [Shape::Bool]
    }

    /// Whether it may yield this.
    pub(crate) fn yields(&self, shape: Shape) -> bool {
        shape == Shape::Any || self.shapes.is_empty() || self.shapes.contains(&shape)
    }
}

/// What the examples `Name(…)  # result` yield.
fn shapes(function: &Function) -> Vec<Shape> {
    let by_name = match function.name {
        "Time" | "Unix" | "TruncateTime" => Some(Shape::Time),
        "Hours" | "Minutes" | "Seconds" | "Milliseconds" | "Microseconds" => Some(Shape::Double),
        "Duration" => Some(Shape::Duration),
        "TraceID" | "SpanID" | "ProfileID" => Some(Shape::Id),
        _ => None,
    };
    if let Some(shape) = by_name {
        return vec![shape];
    }
    let calls = function
        .docs
        .lines()
        .filter(|line| line.starts_with(function.name));
    let results = calls.filter_map(|line| Some(line.rsplit_once("  # ")?.1.trim()));
    let mut shapes: Vec<Shape> = results.filter_map(shape_of_text).collect();
    shapes.dedup();
    shapes
}

fn shape_of_text(text: &str) -> Option<Shape> {
    Some(match text.as_bytes().first()? {
        b'"' => Shape::String,
        b'[' => Shape::List,
        b'{' => Shape::Map,
        b'0' if text.starts_with("0x") => Shape::Bytes,
        b'0'..=b'9' | b'-' if text.contains('.') => Shape::Double,
        b'0'..=b'9' | b'-' => Shape::Int,
        _ if text == "true" || text == "false" => Shape::Bool,
        _ => return None,
    })
}

/// The string literals in a text.
fn strings(docs: &str) -> Vec<String> {
    let mut all = Vec::new();
    let tokens = docs.lines().flat_map(crate::shrink::tokens).map(str::trim);
    for token in
        tokens.filter(|token| token.len() > 1 && token.starts_with('"') && token.ends_with('"'))
    {
        if !all.iter().any(|one| one == token) {
            all.push(token.to_owned());
        }
    }
    all
}

/// A path that a context can see.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) context: Context,
    pub(crate) spec: &'static PathSpec,
}

/// Every path that a context can see, its own more often than others'.
pub(crate) fn places(context: Context) -> Vec<Place> {
    let mut all = Vec::new();
    for visible in context.visible() {
        let of = |spec| Place {
            context: *visible,
            spec,
        };
        // Only its own cache can be used.
        let cache = (*visible == context).then_some(&table::CACHE);
        let specs = table::of(*visible).iter().chain(cache);
        let repeats = if *visible == context { 3 } else { 1 };
        all.extend(std::iter::repeat_n(specs, repeats).flatten().map(of));
    }
    all
}

impl Place {
    /// What the path without keys holds.
    pub(crate) fn shape(self) -> Shape {
        match self.spec.access {
            Access::Attributes { .. } => Shape::Map,
            Access::Field { form, .. } | Access::Nested { form, .. } => shape_of_form(form),
            Access::Special(_) => shape_of_name(self.spec.name),
        }
    }

    pub(crate) fn takes_any_keys(self) -> bool {
        self.spec.keys == ANY_KEYS
    }
}

fn shape_of_form(form: Form) -> Shape {
    match form {
        Form::String | Form::TraceIdHex | Form::SpanIdHex => Shape::String,
        Form::Bool => Shape::Bool,
        Form::Time => Shape::Time,
        Form::Double | Form::OptionalDouble => Shape::Double,
        Form::TraceId | Form::SpanId => Shape::Id,
        Form::Any => Shape::Any,
        _ => Shape::Int,
    }
}

fn shape_of_name(name: &str) -> Shape {
    let has = |part: &str| name.contains(part);
    match () {
        () if has("string") || has("trace_state") => Shape::String,
        () if has("double") => Shape::Double,
        () if name.starts_with("is_") => Shape::Bool,
        () if has("bucket_counts") || has("bounds") || has("quantile") => Shape::List,
        () if has("int") || has("offset") || has("index") || has("type") || has("temporality") => {
            Shape::Int
        }
        () => Shape::Any,
    }
}

/// Keys of generated attributes, most often with a value of this shape.
pub(crate) const KEYS: &[(&str, Shape)] = &[
    ("s", Shape::String),
    ("t", Shape::String),
    ("i", Shape::Int),
    ("d", Shape::Double),
    ("b", Shape::Bool),
    ("m", Shape::Map),
    ("l", Shape::List),
    ("y", Shape::Bytes),
    ("n", Shape::Any),
    ("nope", Shape::Any),
    ("", Shape::String),
    ("é", Shape::Int),
    ("a.b", Shape::String),
    ("service.name", Shape::String),
];

/// String literals, escaped as OTTL and JSON have them.
pub(crate) const STRINGS: &[&str] = &[
    "",
    "a",
    "b",
    "s",
    "abc",
    "A",
    "Hello World",
    "héllo",
    "日本語",
    "\u{1f600}x",
    "\\\"q\\\"",
    "a\\nb",
    "a\\\\b",
    "\\t",
    "1",
    "-5",
    "+7",
    "1.5",
    "-0",
    "1e400",
    "NaN",
    "inf",
    "0x1f",
    "007",
    "1_000",
    " 12 ",
    "9223372036854775807",
    "9223372036854775808",
    "true",
    "FALSE",
    "t",
    "nil",
    "null",
    "2023-05-06T07:08:09.123Z",
    "2024-02-30",
    "2024-02-29 23:59:60",
    "Mon, 02 Jan 2006",
    "1h30m",
    "-1.5s",
    "3d",
    "%d-%s",
    "%v",
    "%Y-%m-%d",
    "%",
    "$1",
    "${1}",
    "$$",
    "$x",
    "a,b,c",
    "a,\\\"b,c\\\",d",
    "k=v k2=v2",
    "k=v,k=w",
    "a=\\\"b c\\\"",
    "{\\\"a\\\":1,\\\"b\\\":[1.5,null,\\\"x\\\"]}",
    "[1,2,{\\\"k\\\":true}]",
    "{\\\"a\\\":",
    "\\\"json\\\"",
    "<a>t</a>",
    "<a b=\\\"c\\\"><d/>x</a>",
    "192.168.0.1",
    "10.0.0.0/8",
    "::1",
    "fe80::1%eth0",
    "http://u:p@h.example:8080/p/a?q=1&q=2#f",
    "GET /x HTTP/1.1",
    "aGVsbG8=",
    "YQ",
    "/a/b/*",
    "fooBarBaz",
    "snake_case_text",
    "0102030405060708090a0b0c0d0e0f10",
    "1112131415161718",
    "4111111111111111",
    "00",
    "zz",
    "\u{0}",
    "\u{a0}x\u{a0}",
    "ß",
    "İ",
    "e\u{301}",
    "SERVER",
    "error",
    "Server",
    "SPAN_KIND_CLIENT",
    "upsert",
    "insert",
    "key",
    "value",
    "asc",
    "desc",
    "base64",
    "utf-8",
    "lower",
    "UTC",
    "Europe/Berlin",
    "a b  c",
    "aaa",
    "ab12cd",
    "user=jane token=12ab",
    "é,é",
];

/// Paths of what a collector knows about a request.
pub(crate) const COLLECTOR: &[&str] = &[
    "otelcol.client.addr",
    "otelcol.client.metadata",
    "otelcol.client.metadata[\"s\"]",
    "otelcol.client.metadata[\"s\"][0]",
    "otelcol.client.auth.attributes",
    "otelcol.client.auth.attributes[\"s\"]",
    "otelcol.grpc.metadata",
    "otelcol.grpc.metadata[\"s\"]",
];

/// Regular expressions.
pub(crate) const PATTERNS: &[&str] = &[
    "a",
    "^a",
    "b$",
    "[0-9]+",
    "(\\\\d+)",
    "(?P<n>[a-z]+)",
    "(?P<a>\\\\w)(?P<b>\\\\w)?",
    "",
    ".*",
    "(a)|(b)",
    "(?i)HELLO",
    "é",
    "\\\\bfoo",
    "[^a-z]",
    "(",
    "a{2}",
    "a{2,1}",
    "x*",
    "^$",
    "\\\\s+",
    "(?s).",
    "\\\\p{L}",
    "[[:alpha:]]+",
    "\\\\",
    "(?P<x>a",
    "s|t",
    "^[a-z.]$",
    "\\\\.",
    "token=(?P<t>[0-9a-f]+)",
    "(?m)^b",
    "\\\\Qa.b\\\\E",
    "\\\\x61",
    "a??",
    "(?:ab)+",
    "\\\\z",
    "\\\\Z",
    "(?=a)",
    "a++",
];

/// Ints.
pub(crate) const INTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "10",
    "-1",
    "-2",
    "42",
    "100",
    "255",
    "256",
    "1000",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "1700000000",
    "1700000000123456789",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
];

/// Floats.
pub(crate) const DOUBLES: &[&str] = &[
    "0.0",
    "1.0",
    "-0.0",
    "1.5",
    "-2.5",
    "0.1",
    "3.14159",
    "100.0",
    "1000000.0",
    "123456789.125",
    "9223372036854775808.0",
    ".5",
    "0.000001",
    "100000000000000000000000.0",
    "2.0",
    "99.9",
    "-1.0",
];

/// Bytes.
pub(crate) const BYTES: &[&str] = &[
    "0x",
    "0x00",
    "0x61",
    "0x616263",
    "0xff",
    "0xC3A9",
    "0x0102030405060708",
    "0x0102030405060708090a0b0c0d0e0f10",
    "0x00000000000000000000000000000000",
];

/// Words that parameters know, by a part of their names.
pub(crate) const KNOWN: &[(&str, &[&str])] = &[
    ("strategy", &["insert", "update", "upsert"]),
    ("mode", &["key", "value"]),
    ("to_case", &["lower", "upper", "snake", "camel"]),
    ("delimiter", &["=", ",", ";", ":", " ", "|"]),
    ("order", &["asc", "desc"]),
    ("replacement", &["x", "$0", "$1", "${1}", "<$n>", "$$", ""]),
    ("marker", &["…", ".", ""]),
    ("agg_temp", &["delta", "cumulative"]),
    (
        "aggregation",
        &["sum", "max", "min", "mean", "median", "count"],
    ),
    ("suffix", &["_x", ".s", ""]),
];
