//! `ottlc run` over input that comes bit by bit, or that is larger than memory should be.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const STATEMENT: &str = "set(resource.attributes[\"seen\"], true)";

/// The program, reading frames or lines of traces from a pipe and writing to another.
fn start(jobs: &str) -> (Child, ChildStdin, ChildStdout) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ottlc"))
        .args(["run", STATEMENT, "--signal", "traces", "--jobs", jobs])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdin = child.stdin.take().expect("a pipe");
    let stdout = child.stdout.take().expect("a pipe");
    (child, stdin, stdout)
}

#[test]
fn results_come_while_the_input_is_open() {
    let request = "{\"resourceSpans\":[{\"resource\":{}}]}\n";
    for jobs in ["1", "2", "5"] {
        let (mut child, mut stdin, stdout) = start(jobs);
        let mut stdout = BufReader::new(stdout);
        for _ in 0..20 {
            stdin.write_all(request.as_bytes()).expect("it reads");
            let mut line = String::new();
            stdout.read_line(&mut line).expect("it writes");
            assert!(line.contains("seen"), "{line}");
        }
        drop(stdin);
        assert!(child.wait().expect("it ends").success());
    }
}

#[test]
fn a_reader_that_leaves_ends_the_run() {
    let request = "{\"resourceSpans\":[{\"resource\":{}}]}\n".repeat(100);
    for jobs in ["1", "2", "5"] {
        let (mut child, mut stdin, stdout) = start(jobs);
        drop(stdout);
        // An endless input, until nobody reads it any more.
        while stdin.write_all(request.as_bytes()).is_ok() {}
        child.wait().expect("it ends");
    }
}

#[test]
fn what_comes_before_a_malformed_request_is_written() {
    let frames = |count| b"\0\0\0\x02\x0a\0".repeat(count);
    for jobs in ["1", "2", "5"] {
        for (after, end, message) in [
            (
                frames(100),
                &b"\0\0\0\x02\x0a\x05"[..],
                "the data ends inside a field",
            ),
            (vec![], b"\0\0\0\x02\x0a", "truncated"),
            (frames(100), b"\xff\xff\xff\xff", "larger than"),
        ] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_ottlc"))
                .args([
                    "run",
                    "set(resource.schema_url, \"a\")",
                    "--signal",
                    "traces",
                ])
                .args(["--input-format", "frames", "--jobs", jobs])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts");
            let mut stdin = child.stdin.take().expect("a pipe");
            // It may end before it has read all.
            let _ = stdin.write_all(&[&frames(100), end, &after].concat());
            drop(stdin);
            let ran = child.wait_with_output().expect("it ends");
            let errors = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(ran.status.code(), Some(2), "{errors}");
            assert!(errors.contains(message), "{errors}");
            assert_eq!(ran.stdout.len(), 100 * b"\0\0\0\x05\x0a\x03\x1a\x01a".len());
        }
    }
}

/// Requests of about half a megabyte, as many as make up this many bytes, pass through; gives the most memory that the
/// program had until then: bytes.
#[cfg(target_os = "linux")]
fn memory_for(total: usize) -> usize {
    use ottl_vm::wire::frame::{Format, write_frame};
    use ottl_vm::wire::{Signal, json};

    let span = r#"{"name":"GET /","attributes":[{"key":"k","value":{"stringValue":"v"}}]}"#;
    let spans = vec![span; 15_000].join(",");
    let text = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#);
    let (mut request, mut frame) = (Vec::new(), Vec::new());
    json::read(Signal::Traces, text.as_bytes(), &mut request).expect("sound JSON");
    write_frame(Format::LengthPrefixed, &request, &mut frame).expect("it is short");
    let (mut child, mut stdin, mut stdout) = start("2");
    let reader = std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while stdout.read(&mut buffer).expect("it writes") > 0 {}
    });
    for _ in 0..total / frame.len() {
        stdin.write_all(&frame).expect("it reads");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.expect("the program runs");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    reader.join().expect("all was read");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = most.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<usize>().ok());
    kilobytes.expect("the most memory is told") << 10
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_input() {
    let most = memory_for(200 << 20);
    assert!(most < 60 << 20, "{} MiB", most >> 20);
}
