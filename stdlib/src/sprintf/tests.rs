//! Formats against what Go 1.26 made of them.

use super::sprintf;
use ottl_vm::value::{Element, TypedList, Value};

/// Format, values and result a line, with tabs between. Values begin with a letter for their type and are
/// separated by bars; backslashes escape.
const CASES: &str = include_str!("cases.tsv");

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next() {
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'x') => {
                let mut digit = || {
                    bytes
                        .next()
                        .and_then(ottl_vm::text::hex::digit_value)
                        .expect("a digit")
                };
                digit() << 4 | digit()
            }
            Some(b'\\') => b'\\',
            other => panic!("unknown escape {other:?}"),
        });
    }
    out
}

fn parse(code: &[u8]) -> Value<'static> {
    let text = || std::str::from_utf8(&code[1..]).expect("ASCII");
    let leak = |bytes: Vec<u8>| -> &'static [u8] { bytes.leak() };
    let list = |element, items: Vec<Value<'static>>| {
        let items: &'static [Value<'static>] = items.leak();
        Value::TypedList(Box::leak(Box::new(TypedList { element, items })))
    };
    match code[0] {
        b'n' => Value::Nil,
        b't' => Value::Bool(true),
        b'F' => Value::Bool(false),
        b'i' => Value::Int(text().parse().expect("an int")),
        b'd' => Value::Duration(text().parse().expect("an int")),
        b'f' => Value::Double(f64::from_bits(
            u64::from_str_radix(text(), 16).expect("bits"),
        )),
        b's' => Value::String(leak(code[1..].to_vec())),
        b'b' => {
            let pairs = code[1..]
                .chunks(2)
                .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
            Value::Bytes(leak(
                pairs
                    .map(|pair| u8::from_str_radix(pair, 16).expect("digits"))
                    .collect(),
            ))
        }
        b'S' => list(
            Element::String,
            text()
                .split(',')
                .map(|text| Value::String(leak(text.into())))
                .collect(),
        ),
        b'[' => {
            let inner = text().trim_end_matches(']');
            list(
                Element::Any,
                inner
                    .split(',')
                    .map(|code| parse(code.as_bytes()))
                    .collect(),
            )
        }
        other => panic!("unknown type {other}"),
    }
}

#[test]
fn formats_as_go() {
    for line in CASES.lines() {
        let [format, codes, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let values: Vec<Value<'static>> = codes
            .split('|')
            .filter(|code| !code.is_empty())
            .map(|code| parse(&unescape(code)))
            .collect();
        let mut out = Vec::new();
        sprintf(&mut out, &unescape(format), &values);
        let (out, expected) = (
            out.escape_ascii().to_string(),
            unescape(expected).escape_ascii().to_string(),
        );
        assert_eq!(out, expected, "{format} {codes}");
    }
}
