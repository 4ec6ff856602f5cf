//! Random OTLP requests, written by hand and not by the code that reads them.

use super::choices::Choices;
use super::protobuf::Message;

const KEYS: &[&str] = &["a", "b", "env", "", "url.path", "é", "c"];
const STRINGS: &[&[u8]] = &[
    b"",
    b"a",
    b"prod",
    b"token=12ab",
    "é€".as_bytes(),
    b"10",
    b"\xff\xfe",
    b"{\"a\": 1}",
    b"x y z",
    b"A",
];

/// A request of a signal; now and then one of many records, so that it takes several blocks.
pub fn request(choices: &mut Choices<'_>, signal: &str) -> Vec<u8> {
    let many = choices.once_in(6);
    let is_backwards = choices.once_in(2);
    let resources = choices.below(4);
    let fill = |message: &mut Message| {
        for _ in 0..resources {
            message.message(1, |container| {
                resource_container(container, choices, signal, many, is_backwards)
            });
        }
    };
    Message::new(fill).0
}

/// Writes two parts in order, or the second first.
fn either_order(
    message: &mut Message,
    is_backwards: bool,
    parts: [&mut dyn FnMut(&mut Message); 2],
) {
    let [first, second] = parts;
    if is_backwards {
        second(message);
        first(message);
    } else {
        first(message);
        second(message);
    }
}

fn resource_container(
    m: &mut Message,
    choices: &mut Choices<'_>,
    signal: &str,
    many: bool,
    is_backwards: bool,
) {
    let resource = Message::new(|resource| attributes(resource, choices, 1, is_backwards));
    let scopes: Vec<Message> = (0..choices.below(3))
        .map(|_| Message::new(|scope| scope_container(scope, choices, signal, many, is_backwards)))
        .collect();
    let has_resource = !choices.once_in(8);
    let mut write_resource = |m: &mut Message| {
        if has_resource {
            m.bytes(1, &resource.0);
        }
    };
    let mut write_scopes = |m: &mut Message| scopes.iter().for_each(|scope| m.bytes(2, &scope.0));
    either_order(m, is_backwards, [&mut write_resource, &mut write_scopes]);
    if choices.once_in(3) {
        m.bytes(3, b"https://opentelemetry.io/schemas/1.27.0");
    }
}

fn scope_container(
    m: &mut Message,
    choices: &mut Choices<'_>,
    signal: &str,
    many: bool,
    is_backwards: bool,
) {
    let scope = Message::new(|scope| {
        scope.bytes(1, choices.pick(STRINGS));
        attributes(scope, choices, 3, is_backwards);
    });
    let different: Vec<Message> = (0..choices.below(5))
        .map(|_| Message::new(|record| self::record(record, choices, signal, is_backwards)))
        .collect();
    let repeats = if many { 1 + choices.below(200) } else { 1 };
    let mut write_scope = |m: &mut Message| m.bytes(1, &scope.0);
    let mut write_records = |m: &mut Message| {
        for record in std::iter::repeat_n(&different, repeats).flatten() {
            m.bytes(2, &record.0);
        }
    };
    either_order(m, is_backwards, [&mut write_scope, &mut write_records]);
}

fn record(m: &mut Message, choices: &mut Choices<'_>, signal: &str, is_backwards: bool) {
    match signal {
        "traces" => span(m, choices, is_backwards),
        "logs" => log(m, choices, is_backwards),
        _ => metric(m, choices, is_backwards),
    }
    if choices.once_in(16) {
        m.bytes(1000, b"unknown");
    }
}

fn span(m: &mut Message, choices: &mut Choices<'_>, is_backwards: bool) {
    m.bytes(1, &[choices.byte(); 16]);
    m.bytes(2, &[choices.byte(); 8]);
    m.bytes(5, choices.pick(STRINGS));
    m.varint(6, choices.below(7) as u64);
    let start = 1_760_000_000_000_000_000;
    m.fixed64(7, start);
    m.fixed64(8, start + u64::from(choices.byte()) * 20_000_000);
    attributes(m, choices, 9, is_backwards);
    for _ in 0..choices.below(3) {
        m.message(11, |event| {
            event.fixed64(1, start);
            event.bytes(2, choices.pick(STRINGS));
            attributes(event, choices, 3, is_backwards);
        });
    }
    if choices.once_in(2) {
        m.message(15, |status| {
            status.bytes(2, choices.pick(STRINGS));
            status.varint(3, choices.below(3) as u64);
        });
    }
}

fn log(m: &mut Message, choices: &mut Choices<'_>, is_backwards: bool) {
    m.fixed64(1, 1_760_000_000_000_000_000 + u64::from(choices.byte()));
    m.varint(2, choices.below(25) as u64);
    m.bytes(3, choices.pick(STRINGS));
    if !choices.once_in(5) {
        m.message(5, |body| any(body, choices, 0));
    }
    attributes(m, choices, 6, is_backwards);
    m.bytes(9, if choices.once_in(2) { &[7; 16] } else { b"" });
}

fn metric(m: &mut Message, choices: &mut Choices<'_>, is_backwards: bool) {
    m.bytes(1, choices.pick(STRINGS));
    // Gauge, sum, histogram, exponential histogram, summary.
    let kind = choices.pick(&[5, 7, 9, 10, 11]);
    m.message(kind, |data| {
        for _ in 0..choices.below(4) {
            data.message(1, |point| data_point(point, choices, kind, is_backwards));
        }
        if kind == 7 || kind == 9 {
            data.varint(2, choices.below(3) as u64);
        }
    });
}

fn data_point(m: &mut Message, choices: &mut Choices<'_>, kind: u32, is_backwards: bool) {
    let attributes_number = match kind {
        9 => 9,
        10 => 1,
        _ => 7,
    };
    m.fixed64(3, 1_760_000_000_000_000_000);
    attributes(m, choices, attributes_number, is_backwards);
    if kind >= 9 {
        m.fixed64(4, u64::from(choices.byte()));
        m.fixed64(5, f64::from(choices.byte()).to_bits());
    } else if choices.once_in(2) {
        m.fixed64(4, f64::from(choices.byte()).to_bits());
    } else {
        m.fixed64(6, u64::from(choices.byte()));
    }
}

fn attributes(m: &mut Message, choices: &mut Choices<'_>, number: u32, is_backwards: bool) {
    for _ in 0..choices.below(5) {
        let key = choices.pick(KEYS);
        m.attribute(number, is_backwards, key, |value| any(value, choices, 0));
    }
}

fn any(m: &mut Message, choices: &mut Choices<'_>, depth: usize) {
    match choices.below(if depth < 3 { 10 } else { 7 }) {
        0..=2 => m.bytes(1, choices.pick(STRINGS)),
        3 => m.varint(2, choices.below(2) as u64),
        4 => m.varint(3, choices.pick(&[0, 1, 10, 500, u64::MAX, i64::MAX as u64])),
        5 => m.fixed64(
            4,
            choices
                .pick(&[0.0, 1.5, -0.0, f64::NAN, f64::INFINITY, 10.0])
                .to_bits(),
        ),
        6 => {}
        7 => m.bytes(7, choices.pick(STRINGS)),
        8 => m.message(5, |list| {
            (0..choices.below(4))
                .for_each(|_| list.message(1, |item| any(item, choices, depth + 1)))
        }),
        _ => m.message(6, |map| {
            for _ in 0..choices.below(4) {
                let key = choices.pick(KEYS);
                map.attribute(1, depth.is_multiple_of(2), key, |value| {
                    any(value, choices, depth + 1)
                });
            }
        }),
    }
}
