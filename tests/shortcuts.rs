//! Calls that take a shortcut over attributes give what their functions give that look at each, however the attributes
//! stand in the request, and whatever was done to them before.

use crate::configuration::compiled;
use crate::regressions::fuzz::choices::Choices;
use crate::regressions::input;
use ottl::compile::{Dialect, Gates};
use ottl::config::{ProcessorKind, Signal};
use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::{Program, Rows, TouchedLevels};

const PROGRAM_COUNT: u64 = 800;

/// Requests that each program is run over, by one worker.
const REQUEST_COUNT: u64 = 6;

const STATEMENTS_MAX: usize = 5;

/// What programs are made of.
const STATEMENTS: [&str; 26] = [
    r#"delete_key(span.attributes, "a")"#,
    r#"delete_key(span.attributes, "bb")"#,
    r#"delete_key(span.attributes, "")"#,
    r#"delete_key(span.attributes, "new") where span.attributes["a"] != nil"#,
    r#"keep_keys(span.attributes, ["a", "ccc"])"#,
    r#"keep_keys(span.attributes, ["new", "bb", "bb", ""])"#,
    r#"keep_keys(span.attributes, []) where span.name == "b""#,
    r#"truncate_all(span.attributes, 0)"#,
    r#"truncate_all(span.attributes, 5)"#,
    r#"truncate_all(span.attributes, 126)"#,
    r#"truncate_all(span.attributes, 128)"#,
    r#"truncate_all(span.attributes, 200, truncation_marker="~")"#,
    r#"limit(span.attributes, 0, [])"#,
    r#"limit(span.attributes, 3, ["ccc"])"#,
    r#"limit(span.attributes, 6, [])"#,
    r#"set(span.attributes["new"], "text")"#,
    r#"set(span.attributes["a"], span.attributes["bb"])"#,
    r#"set(span.attributes["ccc"]["k"], 2) where span.name != "b""#,
    r#"set(span.attributes[span.name], span.name)"#,
    r#"set(span.attributes["count"], Len(span.attributes))"#,
    r#"set(span.attributes["copy"], span.attributes) where span.attributes["a"] == nil"#,
    r#"set(span.name, "longer than it was")"#,
    r#"replace_pattern(span.attributes["a"], "t", "some more text")"#,
    r#"delete_matching_keys(span.attributes, "^b") where span.kind == SPAN_KIND_SERVER"#,
    r#"merge_maps(span.attributes, {"a": "merged", "z": "t"}, "upsert") where span.name == "a""#,
    r#"set(span.status.message, span.attributes["a"])"#,
];

fn program(choices: &mut Choices<'_>) -> (Program, Vec<&'static str>) {
    let count = 1 + choices.below(STATEMENTS_MAX);
    let statements: Vec<&str> = (0..count)
        .map(|_| STATEMENTS[choices.below(STATEMENTS.len())])
        .collect();
    let config = serde_json::json!({"error_mode": "ignore", "trace_statements": statements});
    let (kind, dialect) = (ProcessorKind::Transform, Dialect::Upstream);
    let program = compiled(kind, &config, Signal::Traces, dialect, &Gates::default());
    (program, statements)
}

/// Makes a program look at all attributes at once. Whether it would have taken a shortcut.
fn without_shortcuts(program: &mut Program) -> bool {
    let mut had_any = false;
    for call in program.passes.iter_mut().flat_map(|pass| &mut pass.calls) {
        had_any |= call.shortcut.take().is_some();
    }
    let mut levels = program.touched.levels().clone();
    for touched in levels
        .iter_mut()
        .filter(|touched| touched.attributes.is_some())
    {
        touched.rows = Rows::AtOnce;
    }
    program.touched = TouchedLevels::new(levels);
    had_any
}

/// A field with its tag and length.
fn field(number: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = payload.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(payload);
    out
}

fn attribute(choices: &mut Choices<'_>, value_first: bool) -> Vec<u8> {
    const KEYS: [&str; 10] = [
        "a",
        "a",
        "bb",
        "bb",
        "ccc",
        "new",
        "other",
        "z",
        "",
        "a key of more than thirty-two bytes",
    ];
    const LENGTHS: [usize; 9] = [0, 1, 6, 100, 125, 126, 129, 250, 20_000];
    let key = field(1, KEYS[choices.below(KEYS.len())].as_bytes());
    let text = "t".repeat(LENGTHS[choices.below(LENGTHS.len())]);
    let value = match choices.below(6) {
        0 => vec![0x18, 7],
        1 => vec![],
        2 => field(
            6,
            &field(1, &[field(1, b"k"), field(2, &[0x18, 1])].concat()),
        ),
        _ => field(1, text.as_bytes()),
    };
    let value = field(2, &value);
    match value_first {
        true => [value, key].concat(),
        false => [key, value].concat(),
    }
}

fn span(choices: &mut Choices<'_>) -> Vec<u8> {
    let value_first = choices.below(2) == 0;
    let mut out = Vec::new();
    let is_scattered = choices.below(4) == 0;
    for once in 0..1 + choices.below(8) {
        if once == 0 || is_scattered {
            // Fields that a span may have several of stand between attributes, too.
            out.extend(field(13, &[]));
        }
        let is_turned = choices.below(12) == 0;
        out.extend(field(9, &attribute(choices, value_first != is_turned)));
    }
    out.extend(field(5, ["a", "b", "new"][choices.below(3)].as_bytes()));
    if choices.below(2) == 0 {
        out.extend([0x30, 2]);
    }
    out
}

fn request(choices: &mut Choices<'_>) -> Vec<u8> {
    let spans = (0..1 + choices.below(5)).flat_map(|_| field(2, &span(choices)));
    let spans: Vec<u8> = spans.collect();
    field(1, &field(2, &spans))
}

fn run(worker: &mut Worker, program: &Program, validation: Validation, request: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let outcome = worker.run(program, validation, request, &mut out);
    outcome.expect("the request is valid");
    out
}

#[test]
fn shortcuts_give_what_a_look_at_all_attributes_gives() {
    let mut shortcut_count = 0;
    for seed in 0..PROGRAM_COUNT {
        let data = input(seed);
        let (short, statements) = program(&mut Choices(&data));
        let (mut long, _) = program(&mut Choices(&data));
        shortcut_count += u64::from(without_shortcuts(&mut long));
        for validation in [Validation::Full, Validation::Touched] {
            let mut workers = [Worker::new(), Worker::new()];
            for number in 0..REQUEST_COUNT {
                let data = input(PROGRAM_COUNT + seed * REQUEST_COUNT + number);
                let request = request(&mut Choices(&data));
                let [worker, other] = &mut workers;
                let result = run(worker, &short, validation, &request);
                let expected = run(other, &long, validation, &request);
                assert!(
                    result == expected,
                    "{statements:?}, program {seed}, request {number}"
                );
            }
        }
    }
    assert!(shortcut_count > PROGRAM_COUNT / 2, "{shortcut_count}");
}
