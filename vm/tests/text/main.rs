//! Text forms of values against what Go wrote and read: each row of a table is one case.

use ottl_vm::text::duration;
use ottl_vm::text::float::{self, FloatForm};
use ottl_vm::text::json;
use ottl_vm::text::layout::Layout;
use ottl_vm::text::locale::Locale;
use ottl_vm::text::number;
use ottl_vm::text::quote::Quoted;
use ottl_vm::text::strptime::{Strptime, default_zone};
use ottl_vm::text::time::Time;
use ottl_vm::text::zone::ZoneId;
use ottl_vm::value::{Element, Entry, TypedList, Value};
use ottl_vm::wire::any;

mod table;
use table::{Row, check};

fn text(append: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out);
    out
}

/// A result as the tables show it: errors after an exclamation mark.
fn outcome<T, E: ToString>(result: Result<T, E>, show: impl FnOnce(T) -> String) -> String {
    match result {
        Ok(value) => show(value),
        Err(error) => format!("!{}", error.to_string()),
    }
}

fn bits(f: f64) -> String {
    if f.is_nan() {
        "nan".into()
    } else {
        format!("{:x}", f.to_bits())
    }
}

#[test]
fn floats() {
    check("float.tsv", include_str!("float.tsv"), |row: &Row| {
        let f = f64::from_bits(u64::from_str_radix(&row.str(0), 16).unwrap());
        row.expect(
            1,
            &text(|out| float::append_float(out, f, FloatForm::Fixed)),
        );
        row.expect(
            2,
            &text(|out| float::append_float(out, f, FloatForm::Exponent)),
        );
        row.expect(
            3,
            &text(|out| float::append_float(out, f, FloatForm::General)),
        );
        if f.is_finite() {
            row.expect(4, &text(|out| float::append_json_float(out, f)));
            row.expect(5, &text(|out| float::append_go_json_float(out, f)));
        }
        row.expect(6, &text(|out| float::append_pdata_float(out, f)));
    });
}

#[test]
fn numbers() {
    check("number.tsv", include_str!("number.tsv"), |row: &Row| {
        let text = row.bytes(0);
        row.expect(
            1,
            outcome(number::parse_int(&text, 10), |n| n.to_string()).as_bytes(),
        );
        row.expect(
            2,
            outcome(number::parse_int(&text, 0), |n| n.to_string()).as_bytes(),
        );
        row.expect(3, outcome(number::parse_float(&text), bits).as_bytes());
        row.expect(
            4,
            outcome(number::parse_bool(&text), |b| b.to_string()).as_bytes(),
        );
        row.expect(5, Quoted(&text).to_string().as_bytes());
    });
}

#[test]
fn durations() {
    check("duration.tsv", include_str!("duration.tsv"), |row: &Row| {
        if row.str(0) == "parse" {
            let text = row.bytes(1);
            let nanos = duration::parse_duration(&text);
            row.expect(2, outcome(nanos, |n| n.to_string()).as_bytes());
            return;
        }
        let nanos = row.int(1);
        row.expect(2, &text(|out| duration::append_duration(out, nanos)));
        row.expect(3, bits(duration::hours(nanos)).as_bytes());
        row.expect(4, bits(duration::minutes(nanos)).as_bytes());
        row.expect(5, bits(duration::seconds(nanos)).as_bytes());
        row.expect(6, duration::milliseconds(nanos).to_string().as_bytes());
        row.expect(7, duration::microseconds(nanos).to_string().as_bytes());
    });
}

fn zone(name: &str) -> ZoneId {
    match name.strip_prefix("fixed ") {
        Some(offset) => ZoneId::fixed(b"", offset.parse().unwrap()),
        None => ZoneId::load(name.as_bytes()).unwrap(),
    }
}

#[test]
fn times() {
    let all = Layout::new(
        b"2006 06 01 1 Jan January 02 _2 2 __2 002 Mon Monday 15 03 3 04 4 05 5 .000 ,999999999 \
          PM pm MST -0700 -07:00 -07 -070000 -07:00:00 Z0700 Z07:00 Z07 Z070000 Z07:00:00",
    );
    check("time.tsv", include_str!("time.tsv"), |row: &Row| {
        let time = Time::from_unix(row.int(0), row.int(1), zone(&row.str(2)));
        row.expect(3, &text(|out| all.format(time, out)));
        row.expect(4, &text(|out| time.append_display(out)));
        row.expect(5, &text(|out| time.append_rfc3339_nano(out)));
        row.expect(6, time.unix_milli().to_string().as_bytes());
        row.expect(7, time.unix_micro().to_string().as_bytes());
        row.expect(8, time.unix_nano().to_string().as_bytes());
        row.expect(9, time.civil().weekday.to_string().as_bytes());
        row.expect(10, time.civil().year_day.to_string().as_bytes());
    });
}

#[test]
fn arithmetic() {
    check(
        "arithmetic.tsv",
        include_str!("arithmetic.tsv"),
        |row: &Row| {
            let (nanos, duration) = (row.int(1), row.int(2));
            let time = Time::from_unix(row.int(0), nanos, ZoneId::UTC);
            let other = Time::from_unix(row.int(3), nanos / 2, ZoneId::UTC);
            let (sum, cut) = (time.add(duration), time.truncate(duration));
            row.expect(4, sum.unix().to_string().as_bytes());
            row.expect(5, sum.nanosecond().to_string().as_bytes());
            row.expect(6, time.sub(other).to_string().as_bytes());
            row.expect(7, cut.unix().to_string().as_bytes());
            row.expect(8, cut.nanosecond().to_string().as_bytes());
            row.expect(9, (time.cmp(&other) as i8).to_string().as_bytes());
        },
    );
}

fn show_time(time: Time) -> String {
    let offset = time.offset();
    format!(
        "{} {} {} {}",
        time.unix(),
        time.nanosecond(),
        offset.seconds,
        offset.name
    )
}

#[test]
fn layouts() {
    check("layout.tsv", include_str!("layout.tsv"), |row: &Row| {
        let read = Layout::new(&row.bytes(0)).parse(&row.bytes(1), zone(&row.str(2)));
        row.expect(3, outcome(read, show_time).as_bytes());
    });
}

#[test]
fn strptime_formats() {
    // 2024-01-05 12:00 UTC.
    let now = || Time::from_unix(1_704_456_000, 0, ZoneId::UTC);
    check("strptime.tsv", include_str!("strptime.tsv"), |row: &Row| {
        if row.str(0) == "locale" {
            let error = Locale::new(&row.str(1))
                .err()
                .map(|error| format!("!{error}"));
            row.expect(2, error.unwrap_or_default().as_bytes());
            return;
        }
        let format = row.bytes(1);
        let strptime = match (row.str(0).as_str(), Strptime::new(&format)) {
            (_, Ok(strptime)) => strptime,
            (_, Err(error)) => return row.expect(2, format!("!{error}").as_bytes()),
        };
        match row.str(0).as_str() {
            "show" => {
                let time = Time::from_unix(row.int(2), row.int(3), zone(&row.str(4)));
                row.expect(5, &text(|out| strptime.format(time, out)));
            }
            "zone" => {
                let zone = default_zone(Some(&row.bytes(2)), &format).map(|_| ());
                row.expect(3, outcome(zone, |()| "fine".into()).as_bytes());
            }
            _ => {
                let zone = default_zone(Some(&row.bytes(3)), &format).unwrap();
                let tag = row.str(4);
                let locale = (!tag.is_empty()).then(|| Locale::new(&tag).unwrap());
                let read = strptime.parse_at(&row.bytes(2), zone, locale.as_ref(), now);
                row.expect(5, outcome(read, show_time).as_bytes());
            }
        }
    });
}

#[test]
fn json_texts() {
    check("json.tsv", include_str!("json.tsv"), |row: &Row| {
        let arena = bumpalo::Bump::new();
        let text = row.bytes(0);
        match json::parse(&arena, &text) {
            Err(error) => row.expect(1, format!("!{error}").as_bytes()),
            Ok(value) => {
                let mut out = Vec::new();
                json::append_value(&mut out, &value).unwrap();
                row.expect(1, &out);
                out.clear();
                json::append_pdata_string(&mut out, &value);
                row.expect(2, &out);
            }
        }
    });
}

/// Objects are written as maps made otherwise are, whatever lengths keys and strings have, and with equal keys too.
#[test]
fn json_objects_of_all_lengths() {
    let arena = bumpalo::Bump::new();
    let text = |length: usize, byte: char| byte.to_string().repeat(length);
    for length in 0..140 {
        for other in [0, 1, 8, 31, 32, 33, 100, 114, 120, 127, 300] {
            let (key, value) = (text(length, 'k'), text(other, 'v'));
            let json = format!(
                r#"{{"{key}":"{value}","{value}":"{key}","n{key}":1.5,"{key}":"{value}","m":{{"{key}":["{key}"]}}}}"#
            );
            let items = [Value::String(key.as_bytes())];
            let inner = [Entry {
                key: key.as_bytes(),
                value: Value::List(&items),
            }];
            let number = format!("n{key}");
            let mut entries = vec![
                Entry {
                    key: key.as_bytes(),
                    value: Value::String(value.as_bytes()),
                },
                Entry {
                    key: value.as_bytes(),
                    value: Value::String(key.as_bytes()),
                },
                Entry {
                    key: number.as_bytes(),
                    value: Value::Double(1.5),
                },
                Entry {
                    key: b"m",
                    value: Value::Map(&inner),
                },
            ];
            if key == value {
                entries.remove(1);
            }
            let parsed = json::parse(&arena, arena.alloc_str(&json).as_bytes()).unwrap();
            assert_eq!(
                any::encoded(&parsed),
                any::encoded(&Value::Map(&entries)),
                "{json}"
            );
        }
    }
}

/// What `String(…)` makes of values that JSON text does not give.
#[test]
fn json_of_other_values() {
    let go_json = |value: Value| {
        let mut out = Vec::new();
        json::append_value(&mut out, &value).map_or_else(
            |error| error.to_string(),
            |()| String::from_utf8_lossy(&out).into_owned(),
        )
    };
    let time = Time::from_unix_nano(1_700_000_000_123_456_789);
    let map = [Entry {
        key: b"a",
        value: Value::Int(1),
    }];
    let list = [
        Value::Map(&map),
        Value::String(b"<"),
        Value::Bytes(b"\x01\x02"),
        Value::Time(time),
    ];
    let any = TypedList {
        element: Element::Any,
        items: &list,
    };
    let time_text = "\"2023-11-14T22:13:20.123456789Z\"";

    assert_eq!(
        go_json(Value::List(&list)),
        format!("[{{\"a\":1}},\"\\u003c\",\"AQI=\",{time_text}]")
    );
    assert_eq!(
        go_json(Value::TypedList(&any)),
        format!("[{{}},\"\\u003c\",\"AQI=\",{time_text}]")
    );
    assert_eq!(go_json(Value::Duration(3_600_000_000_000)), "3600000000000");
    assert_eq!(
        go_json(Value::SpanId([1, 2, 3, 4, 5, 6, 7, 8])),
        "[1,2,3,4,5,6,7,8]"
    );
    assert_eq!(go_json(Value::Bytes(b"")), "null");
    assert_eq!(
        go_json(Value::Double(f64::NAN)),
        "json: unsupported value: NaN"
    );
    assert_eq!(
        go_json(Value::Double(f64::NEG_INFINITY)),
        "json: unsupported value: -Inf"
    );
    let far = Time::from_unix(253_402_300_800, 0, ZoneId::UTC);
    assert!(json::append_value(&mut Vec::new(), &Value::Time(far)).is_err());

    let pdata = |value: Value| text(|out| json::append_pdata_string(out, &value));
    assert_eq!(pdata(Value::Bytes(b"\x01\x02\x03")), b"AQID");
    assert_eq!(pdata(Value::Double(1e-7)), b"1e-7");
    assert_eq!(
        pdata(Value::List(&[Value::Bytes(b""), Value::Double(1e-9)])),
        b"[null,1e-9]"
    );
    assert_eq!(pdata(Value::List(&[Value::Double(f64::NAN)])), b"");
}

#[test]
fn json_depth_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let arena = bumpalo::Bump::new();
    let (fine, deep) = (nested(128), nested(129));
    assert!(json::parse(&arena, fine.as_bytes()).is_ok());
    let error = json::parse(&arena, deep.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid character \"[\" exceeded max depth"
    );

    let items = (0..600).fold(Value::Nil, |inner, _| {
        Value::List(arena.alloc_slice_copy(&[inner]))
    });
    assert!(json::append_value(&mut Vec::new(), &items).is_err());
}

/// The reference never comes to an end on these: it goes on putting blanks into the layout.
#[test]
fn useless_blanks_end() {
    let error = |format: &str, value: &str| {
        let strptime = Strptime::new(format.as_bytes()).unwrap();
        strptime
            .parse(value.as_bytes(), ZoneId::UTC, None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("%Y %m %d", "2024 13 05"),
        r#"parsing time "2024 13 05": month out of range"#
    );
    assert_eq!(
        error("%d-%d", " 1-2"),
        r#"parsing time " 1-2" as "%d-%d": cannot parse " 1-2" as "%d""#
    );
}
