//! The codec against what the reference did with the same requests (`tests/wire/*.tsv`, recorded by the
//! program in `tests/wire/record`).

use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::{Program, ProgramId, TouchedLevels};
use ottl_vm::wire::Signal;
use ottl_vm::wire::json::{self, base64_decode};
use ottl_vm::wire::normalize::normalize;
use ottl_vm::wire::schema::{MessageKind, Messages};
use ottl_vm::wire::validate::{Canonical, Visitor, scan, validate};

struct Case<'a> {
    signal: Signal,
    name: &'a str,
    request: Vec<u8>,
    /// `None` if the reference refused it.
    written: Option<&'a str>,
}

fn cases(recorded: &str) -> Vec<Case<'_>> {
    recorded.lines().map(case).collect()
}

fn case(line: &str) -> Case<'_> {
    let columns: Vec<&str> = line.splitn(5, '\t').collect();
    let [signal, _, name, request, written] = columns[..] else {
        panic!("{line}")
    };
    let signal = match signal {
        "traces" => Signal::Traces,
        "metrics" => Signal::Metrics,
        "logs" => Signal::Logs,
        "profiles" => Signal::Profiles,
        other => panic!("{other}"),
    };
    let mut bytes = Vec::new();
    base64_decode(request.as_bytes(), &mut bytes).expect(name);
    Case {
        signal,
        name,
        request: bytes,
        written: (written != "!").then_some(written),
    }
}

/// As the reference reads and writes: string references of profiles are resolved and made anew, by a program that does
/// nothing else.
fn write(signal: Signal, request: &[u8]) -> String {
    let mut written = request.to_vec();
    if signal == Signal::Profiles {
        let program = Program {
            id: ProgramId::unique(),
            signal,
            passes: Vec::new(),
            sweeps: Vec::new(),
            flattens_logs: false,
            touched: TouchedLevels::default(),
        };
        written.clear();
        let mut worker = Worker::new();
        let ran = worker.run(&program, Validation::Full, request, &mut written);
        ran.expect("a request that is accepted");
    }
    let mut text = Vec::new();
    json::write(signal, &written, &mut text).expect("a canonical request");
    String::from_utf8_lossy(&text).into_owned()
}

/// The recorded text went through a lossy conversion nowhere, so invalid UTF-8 is compared lossily.
fn check(failures: &mut Vec<String>, case: &Case<'_>, ours: Option<String>) {
    let theirs = case.written.map(str::to_owned);
    if ours != theirs {
        failures.push(format!(
            "{}\n  ours:   {ours:?}\n  theirs: {theirs:?}",
            case.name
        ));
    }
}

fn report(failures: &[String]) {
    let shown: Vec<&str> = failures.iter().take(20).map(String::as_str).collect();
    assert!(
        failures.is_empty(),
        "{} cases differ:\n{}",
        failures.len(),
        shown.join("\n")
    );
}

fn lossy(path: &str) -> String {
    let path = format!("{}/tests/wire/{path}", env!("CARGO_MANIFEST_DIR"));
    String::from_utf8_lossy(&std::fs::read(path).expect("recorded cases")).into_owned()
}

#[test]
fn protobuf_is_accepted_refused_and_understood_as_by_the_reference() {
    let recorded = lossy("protobuf.tsv");
    let mut failures = Vec::new();
    for case in cases(&recorded) {
        let ours = validate(case.signal, &case.request, &mut ())
            .ok()
            .map(|canonical| {
                let mut normalized = Vec::new();
                normalize(case.signal, &case.request, &mut normalized).expect(case.name);
                let again = validate(case.signal, &normalized, &mut ());
                assert_eq!(again, Ok(Canonical::Yes), "{}: normalised", case.name);
                let ours = write(case.signal, &normalized);
                // Running a request that is not canonical makes it so.
                if canonical == Canonical::Yes || case.signal == Signal::Profiles {
                    let as_it_is = write(case.signal, &case.request);
                    assert_eq!(as_it_is, ours, "{}: as it is", case.name);
                }
                ours
            });
        check(&mut failures, &case, ours);
    }
    report(&failures);
}

#[test]
fn json_is_read_and_written_as_by_the_reference() {
    let recorded = lossy("json.tsv");
    let mut failures = Vec::new();
    for case in cases(&recorded) {
        let mut request = Vec::new();
        let ours = json::read(case.signal, &case.request, &mut request)
            .ok()
            .map(|()| {
                let canonical = validate(case.signal, &request, &mut ());
                assert_eq!(canonical, Ok(Canonical::Yes), "{}", case.name);
                write(case.signal, &request)
            });
        check(&mut failures, &case, ours);
    }
    report(&failures);
}

#[test]
fn a_cut_request_is_never_a_panic() {
    let recorded = lossy("protobuf.tsv");
    for case in cases(&recorded)
        .iter()
        .filter(|case| case.name.contains("full") || case.name.contains("mutation 1"))
    {
        for cut in 0..case.request.len() {
            let request = &case.request[..cut];
            let mut text = Vec::new();
            let validated = validate(case.signal, request, &mut ());
            let written = json::write(case.signal, request, &mut text);
            assert_eq!(validated.is_ok(), written.is_ok());
            if let Err(error) = validated {
                assert!(error.offset() as usize <= cut, "{}: {error}", case.name);
                assert!(error.message().is_some());
            }
        }
    }
}

#[test]
fn a_cut_text_is_never_a_panic() {
    let recorded = lossy("json.tsv");
    // The long ones would take minutes.
    for case in cases(&recorded)
        .iter()
        .filter(|case| case.written.is_some() && case.request.len() < 700)
    {
        for cut in 0..case.request.len() {
            let mut request = Vec::new();
            if let Err(error) = json::read(case.signal, &case.request[..cut], &mut request) {
                assert!(
                    error.offset <= cut && request.is_empty(),
                    "{}: {error}",
                    case.name
                );
            }
        }
    }
}

#[derive(Default, PartialEq, Debug)]
struct Nodes(Vec<(MessageKind, u32, u32, u32)>);

impl Visitor<'_> for Nodes {
    fn enter(&mut self, kind: MessageKind, at: u32, start: u32, end: u32) -> bool {
        self.0.push((kind, at, start, end));
        false
    }
}

#[test]
fn a_scan_of_everything_sees_what_validation_sees() {
    let recorded = lossy("protobuf.tsv");
    let every = MessageKind::ALL
        .iter()
        .fold(Messages::NONE, |open, kind| open.with(*kind));
    for case in cases(&recorded)
        .iter()
        .filter(|case| case.written.is_some())
    {
        let (mut full, mut scanned) = (Nodes::default(), Nodes::default());
        let canonical = validate(case.signal, &case.request, &mut full);
        assert_eq!(
            scan(case.signal, &case.request, every, &mut scanned),
            canonical
        );
        assert_eq!(full, scanned, "{}", case.name);
        for (kind, at, start, end) in full.0 {
            assert!(
                at < start && start <= end && end as usize <= case.request.len(),
                "{kind:?}"
            );
        }
        let mut shallow = Nodes::default();
        let nothing = scan(case.signal, &case.request, Messages::NONE, &mut shallow);
        assert!(nothing.is_ok() && shallow.0.iter().all(|node| scanned.0.contains(node)));
    }
}

/// `AnyValue`s as deep as allowed, and one deeper, in a stack of 2 MiB: the default of a thread.
#[test]
fn deep_values_are_an_error_and_not_the_end_of_the_stack() {
    use ottl_vm::limits::VALUE_DEPTH_MAX;
    use ottl_vm::wire::cursor::write_bytes;
    let nested = |levels: u32, via: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let value = (0..levels).fold(vec![0x0a, 1, b'x'], |value, _| via(value));
        // A log record's body.
        [5, 2, 2, 1]
            .iter()
            .fold(value, |payload, number| delimited(*number, &payload))
    };
    fn delimited(number: u32, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_bytes(&mut out, number, payload);
        out
    }
    let array = |value: Vec<u8>| delimited(5, &delimited(1, &value));
    let map = |value: Vec<u8>| delimited(6, &delimited(1, &delimited(2, &value)));
    let ways: [&dyn Fn(Vec<u8>) -> Vec<u8>; 2] = [&array, &map];
    for via in ways {
        let request = nested(VALUE_DEPTH_MAX, via);
        assert_eq!(
            validate(Signal::Logs, &request, &mut ()),
            Ok(Canonical::Yes)
        );
        let (mut normalized, mut text) = (Vec::new(), Vec::new());
        let (mut again, mut text_again) = (Vec::new(), Vec::new());
        normalize(Signal::Logs, &request, &mut normalized).expect("deep but allowed");
        assert_eq!(normalized, request);
        json::write(Signal::Logs, &request, &mut text).expect("deep but allowed");
        json::read(Signal::Logs, &text, &mut again).expect("deep but allowed");
        json::write(Signal::Logs, &again, &mut text_again).expect("deep but allowed");
        assert!(text == text_again);
        for levels in [VALUE_DEPTH_MAX + 1, 20_000] {
            assert!(validate(Signal::Logs, &nested(levels, via), &mut ()).is_err());
        }
    }
    let open = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":"#;
    let array = r#"{"arrayValue":{"values":["#;
    for levels in [VALUE_DEPTH_MAX as usize + 1, 100_000] {
        let error = json::read(
            Signal::Logs,
            format!("{open}{}", array.repeat(levels)).as_bytes(),
            &mut Vec::new(),
        );
        assert!(error.is_err_and(|error| error.message.contains("deep")));
    }
    let unknown = format!("{{\"x\":{}", "[".repeat(1_000_000));
    let error = json::read(Signal::Logs, unknown.as_bytes(), &mut Vec::new());
    assert!(error.is_err_and(|error| error.message.contains("deep")));
}
