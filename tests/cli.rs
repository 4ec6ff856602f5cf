//! `ottlc` as users meet it: the built program, its output, messages and exit statuses.

use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run of the program gave.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn stdout(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is text")
    }

    /// Its lines as JSON.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let lines = self.stdout().lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

/// Runs the program in the project's folder.
pub(crate) fn ottlc(arguments: &[&str], stdin: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ottlc"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("standard input is a pipe");
    let stdin = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may end without having read everything.
        let _ = pipe.write_all(&stdin);
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    let stderr = String::from_utf8(output.stderr).expect("standard error is text");
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    Ran {
        status: output.status.code(),
        stdout: output.stdout,
        stderr,
    }
}

fn example(name: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name),
    )
    .expect("an example")
}

/// A statement that runs on spans and changes nothing.
const NO_CHANGE: &str = "set(span.name, span.name)";

#[test]
fn help_lists_every_subcommand_and_each_has_a_manual() {
    let help = ottlc(&["--help"], b"");
    assert_eq!(help.status, Some(0));
    for command in [
        "run", "check", "lower", "fmt", "disasm", "doc", "conform", "bench",
    ] {
        assert!(
            help.stdout().contains(&format!("\n  {command} ")),
            "{command}: {}",
            help.stdout()
        );
        let manual = ottlc(&[command, "--help"], b"");
        assert_eq!(manual.status, Some(0), "{command}");
        assert!(
            manual.stdout().contains("Example"),
            "{command}: {}",
            manual.stdout()
        );
    }
    assert!(help.stdout().contains("Exit status:"));
    assert_eq!(ottlc(&[], b"").status, Some(2));
    assert_eq!(ottlc(&["ran"], b"").status, Some(2));
}

#[test]
fn the_example_configuration_does_what_it_says() {
    for signal in ["traces", "logs", "metrics"] {
        let file = format!("{signal}.jsonl");
        let ran = ottlc(
            &[
                "run",
                "--config",
                "examples/transform.yaml",
                "-i",
                &format!("examples/{file}"),
            ],
            b"",
        );
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{signal}");
        let expected = example(&format!("expected/{file}"));
        assert_eq!(ran.stdout(), String::from_utf8_lossy(&expected), "{signal}");
    }
}

#[test]
fn every_format_is_read_and_written() {
    let json = ottlc(&["run", NO_CHANGE], &example("traces.jsonl"));
    assert_eq!(json.status, Some(0), "{}", json.stderr);
    let lines = json.stdout().lines().count();
    assert_eq!(lines, 2);
    let frames = ottlc(
        &["run", NO_CHANGE, "--output-format", "frames"],
        &example("traces.jsonl"),
    );
    let again = ottlc(
        &["run", NO_CHANGE, "--output-format", "json"],
        &frames.stdout,
    );
    assert_eq!(again.stdout(), json.stdout());
    assert_eq!(
        ottlc(&["run", NO_CHANGE], &frames.stdout).stdout,
        frames.stdout
    );
    // Requests one after the other are one request.
    let proto = ottlc(
        &["run", NO_CHANGE, "--output-format", "proto"],
        &frames.stdout,
    );
    let merged = ottlc(
        &["run", NO_CHANGE, "--output-format", "json"],
        &proto.stdout,
    );
    assert_eq!(merged.stdout().lines().count(), 1);
    let merged: Value = serde_json::from_str(merged.stdout()).expect("JSON");
    assert_eq!(merged["resourceSpans"].as_array().map(Vec::len), Some(3));
}

#[test]
fn documents_of_several_lines_are_read_one_after_the_other() {
    let documents: Vec<Value> = String::from_utf8(example("logs.jsonl"))
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let pretty: Vec<String> = documents
        .iter()
        .map(|one| serde_json::to_string_pretty(one).expect("JSON"))
        .collect();
    let plain = ottlc(
        &["run", "set(log.severity_number, 1)"],
        &example("logs.jsonl"),
    );
    let ran = ottlc(
        &["run", "set(log.severity_number, 1)"],
        pretty.join("\n").as_bytes(),
    );
    assert_eq!(
        (ran.status, ran.stdout()),
        (Some(0), plain.stdout()),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_signal_is_inferred_from_data_in_protobuf() {
    for signal in ["traces", "logs", "metrics"] {
        let input = example(&format!("{signal}.jsonl"));
        let statement = "set(resource.attributes[\"x\"], 1)";
        let frames = ottlc(&["run", statement, "--output-format", "frames"], &input);
        let json = ottlc(
            &["run", statement, "--output-format", "json"],
            &frames.stdout,
        );
        assert_eq!(json.status, Some(0), "{signal}: {}", json.stderr);
        assert_eq!(
            json.stdout(),
            ottlc(&["run", statement], &input).stdout(),
            "{signal}"
        );
    }
}

#[test]
fn unusable_input_is_named_with_its_place() {
    let frames = ottlc(
        &["run", NO_CHANGE, "--output-format", "frames"],
        &example("traces.jsonl"),
    )
    .stdout;
    let cut = &frames[..frames.len() - 1];
    let mut lines = example("traces.jsonl");
    lines.truncate(lines.len() - 40);
    let mut malformed = frames.clone();
    malformed[5] = 0xff;
    let expectations: [(&[u8], &str); 6] = [
        (cut, "<stdin>: truncated: the input ends"),
        (&lines, "<stdin>:2:"),
        (
            b"{\"resourceSpans\":[]}\n\n{\"resourceSpans\":[{]}\n",
            "<stdin>:3:",
        ),
        (b"{\"a\":1}\n", "<stdin>:1: this is no OTLP/JSON request"),
        (&malformed, "<stdin>: the request at byte 4"),
        (
            b"{\"resourceLogs\":[]}\n",
            "<stdin>:1: the statements are for traces, the request is logs",
        ),
    ];
    for (input, message) in expectations {
        let ran = ottlc(&["run", NO_CHANGE], input);
        assert_eq!(ran.status, Some(2), "{message}");
        assert!(ran.stderr.contains(message), "{message}: {}", ran.stderr);
    }
}

#[test]
fn input_cut_at_any_byte_is_no_panic() {
    let frames = ottlc(
        &["run", NO_CHANGE, "--output-format", "frames"],
        &example("traces.jsonl"),
    )
    .stdout;
    for length in (0..frames.len()).step_by(97) {
        let ran = ottlc(&["run", NO_CHANGE], &frames[..length]);
        assert!(
            matches!(ran.status, Some(0 | 2)),
            "{length}: {:?} {}",
            ran.status,
            ran.stderr
        );
    }
}

#[test]
fn usage_errors_end_with_two() {
    for arguments in [
        &["run"][..],
        &["run", "--config", "no-such-file.yaml"],
        &["run", NO_CHANGE, "-i", "no-such-file"],
        &["run", NO_CHANGE, "--config", "examples/transform.yaml"],
        &["run", NO_CHANGE, "--signal", "trace"],
        &["run", NO_CHANGE, "--gate", "no.such.gate"],
        &["run", "set(span.name"],
        &[
            "run",
            NO_CHANGE,
            "-i",
            "examples/traces.jsonl",
            "-o",
            "examples/traces.jsonl",
        ],
        &["check"],
        &["doc", "NoSuch"],
        &["doc", "set", "--json"],
        &["check", "no-such-file.yaml"],
        &["bench", "examples/transform.yaml", "examples/traces.jsonl"],
        &["conform", "no-such-file.jsonl"],
    ] {
        let ran = ottlc(arguments, b"");
        assert_eq!(ran.status, Some(2), "{arguments:?}: {}", ran.stderr);
        assert!(
            !ran.stderr.is_empty() && ran.stdout.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn failed_statements_are_summed_up() {
    let statement = "set(span.attributes[\"n\"], Len(span.kind))";
    let ran = ottlc(&["run", statement], &example("traces.jsonl"));
    assert_eq!(ran.status, Some(0));
    assert_eq!(ran.stdout().lines().count(), 2);
    assert!(ran.stderr.contains("failed 5 times"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains(statement) && ran.stderr.contains("<stdin>:1, record 1:"),
        "{}",
        ran.stderr
    );
    let silent = ottlc(
        &["run", statement, "--error-mode", "silent"],
        &example("traces.jsonl"),
    );
    assert_eq!((silent.status, silent.stderr.as_str()), (Some(0), ""));
    let refused = ottlc(
        &["run", statement, "--error-mode", "propagate"],
        &example("traces.jsonl"),
    );
    assert_eq!(
        (refused.status, refused.stdout()),
        (Some(1), ""),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("2 requests were refused"),
        "{}",
        refused.stderr
    );
}

#[test]
fn many_jobs_give_what_one_gives() {
    let trace = example("traces.jsonl");
    let (short, long) = (trace.repeat(3), trace.repeat(40));
    let mut input = Vec::new();
    for _ in 0..20 {
        input.extend_from_slice(&short);
        input.extend_from_slice(b"{\"resourceSpans\":[]}\n");
    }
    input.extend_from_slice(&long);
    let fails = "set(span.name, 1)";
    for statements in [NO_CHANGE, fails] {
        let one = ottlc(&["run", statements, "--jobs", "1"], &input);
        let many = ottlc(&["run", statements, "-j", "7"], &input);
        assert_eq!(one.status, Some(0), "{}", one.stderr);
        assert!(one.stdout == many.stdout, "the outputs differ");
        assert_eq!(one.stderr, many.stderr);
    }
    // What comes before a broken request is written, what comes after it is not.
    let mut broken = input.clone();
    broken.extend_from_slice(b"{\"resourceSpans\":[1]}\n");
    broken.extend_from_slice(&short);
    let whole = ottlc(&["run", NO_CHANGE], &input);
    let cut = ottlc(&["run", NO_CHANGE, "--jobs", "3"], &broken);
    assert_eq!(cut.status, Some(2));
    assert!(cut.stdout == whole.stdout, "the output ends before it");
    let line = input.iter().filter(|byte| **byte == b'\n').count() + 1;
    assert!(
        cut.stderr.contains(&format!("<stdin>:{line}:")),
        "{}",
        cut.stderr
    );
}

#[test]
fn conditions_drop_records() {
    let ran = ottlc(
        &[
            "run",
            "--drop",
            "log.severity_number < SEVERITY_NUMBER_WARN",
        ],
        &example("logs.jsonl"),
    );
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout().matches("\"severityText\"").count(), 2);
    let all = ottlc(
        &[
            "run",
            "--drop",
            "true",
            "--signal",
            "logs",
            "--context",
            "log",
        ],
        &example("logs.jsonl"),
    );
    assert_eq!((all.status, all.stdout()), (Some(0), ""), "{}", all.stderr);
}

#[test]
fn tables_are_loaded_ahead() {
    let folder = std::env::temp_dir().join(format!("ottlc-tables-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let owners = format!(
        "--table=owners={}",
        file("owners.csv", "env,owner\nprod,Ann\n")
    );
    let codes = format!("--table=codes={}", file("codes.json", r#"{"prod": 7}"#));
    let request = br#"{"resourceSpans":[{"resource":{"attributes":[{"key":"env","value":{"stringValue":"prod"}}]},"scopeSpans":[{"spans":[{}]}]}]}"#;
    let statement = r#"set(span.name, Concat([Lookup("owners", resource.attributes["env"]), Lookup("codes", "prod")], " "))"#;
    let ran = ottlc(&["run", &owners, &codes, statement], request);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout().contains(r#""name":"Ann 7""#),
        "{}",
        ran.stdout()
    );
    let ran = ottlc(&["check", &owners, statement], b"");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.stdout().contains("there is no table `codes`"),
        "{}",
        ran.stdout()
    );
    let bad = format!("--table=bad={}", file("bad.csv", "a,b\n1\n"));
    for (argument, expected) in [
        (bad.as_str(), "line 2: expected 2 fields, found 1"),
        ("--table=x=no-such-file.csv", "cannot read"),
        ("--table=x", "expected NAME=FILE"),
    ] {
        let ran = ottlc(&["run", argument, statement], b"");
        assert_eq!(ran.status, Some(2), "{argument}");
        assert!(ran.stderr.contains(expected), "{argument}: {}", ran.stderr);
    }
}

#[test]
fn surroundings_are_looked_for_only_where_a_statement_asks() {
    let request = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}"#;
    let run = |statement: &str, pod: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ottlc"));
        command.args(["run", statement]).env("K8S_POD_NAME", pod);
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        stdin.write_all(request).expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (text(output.stdout), text(output.stderr))
    };
    let (stdout, stderr) = run(r#"set(log.body, k8s()["k8s.pod.name"])"#, "web-1");
    assert!(
        stdout.contains(r#""stringValue":"web-1""#),
        "{stdout}{stderr}"
    );
    let (stdout, stderr) = run(
        r#"set(log.body, "none") where ec2() == nil and ec2() == nil"#,
        "",
    );
    assert!(
        stdout.contains(r#""stringValue":"none""#),
        "{stdout}{stderr}"
    );
    assert_eq!(
        stderr,
        "warning: ec2() gives nil: AWS_EC2_METADATA_DISABLED is set\n"
    );
    let (_, stderr) = run(r#"set(log.body, "x")"#, "");
    assert_eq!(stderr, "");
}

#[test]
fn what_other_languages_call_nil_is_told() {
    let ran = ottlc(
        &[
            "check",
            "set(log.body, 1) where log.attributes[\"a\"] == null",
        ],
        b"",
    );
    assert_eq!(ran.status, Some(1));
    assert!(ran.stdout().contains("is `nil`"), "{}", ran.stdout());
}

#[test]
fn disasm_shows_what_runs() {
    let ran = ottlc(
        &[
            "disasm",
            "set(log.body, \"x\") where log.severity_number > 3",
        ],
        b"",
    );
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout()
            .starts_with("# transform for logs\nprogram logs\n"),
        "{}",
        ran.stdout()
    );
}

#[test]
fn doc_shows_functions() {
    let page = ottlc(&["doc", "Substring"], b"");
    assert_eq!(page.status, Some(0), "{}", page.stderr);
    assert!(
        page.stdout()
            .starts_with("# `Substring`\n\n`Substring(target, start, length")
    );
    assert!(page.stdout().contains("\n```ottl\nSubstring("));
    let overview = ottlc(&["doc"], b"");
    assert!(overview.stdout().contains("\n  set(target, value)\n"));
    let unknown = ottlc(&["doc", "substring"], b"");
    assert!(
        unknown.stderr.contains("did you mean `Substring`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn what_is_nearly_right_is_told_what_it_was_meant_to_be() {
    for (statement, told) in [
        (
            "set(span.name, \"x\") were span.name == \"y\"",
            "set(span.name, \"x\") where span.name == \"y\"",
        ),
        (
            "set(span.kind, SPAN_KIND_SEVER)",
            "did you mean `SPAN_KIND_SERVER`?",
        ),
        (
            "set(span.name, \"x\") wher IsMatch(span.name, \"y\")",
            "set(span.name, \"x\") where IsMatch(span.name, \"y\")",
        ),
        (
            "keep_keys(span.attributes, \"a\")",
            "keep_keys(span.attributes, [\"a\"])",
        ),
        (
            "set(span.name, Format(\"%s\", span.trace_id.string))",
            "set(span.name, Format(\"%s\", [span.trace_id.string]))",
        ),
        (
            "copy_metric() where datapoint.value_int == 1",
            "give statements that need different contexts groups of their own",
        ),
        (
            "set(log.attributes.user.name, log.body)",
            "set(log.attributes[\"user.name\"], log.body)",
        ),
        (
            "drop_span() where span.name == \"x\"",
            "statements drop no records: the filter processor does",
        ),
    ] {
        let checked = ottlc(&["check", statement], b"");
        assert_eq!(checked.status, Some(1), "{statement}");
        let all = format!("{}{}", checked.stdout(), checked.stderr);
        assert!(all.contains(told), "{all}");
    }
}

#[test]
fn conform_answers_line_by_line() {
    let input = json!({"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": [{}]}]}]});
    let case = |id: &str, statement: &str| {
        let config = json!({"log_statements": [statement]});
        json!({"id": id, "processor": "transform", "signal": "logs", "config": config, "input": input}).to_string()
    };
    let cases = [
        case("a", "set(log.body, \"x\")"),
        case("b", "set(log.body"),
        case("c", "set(log.severity_number, 9)"),
    ];
    let ran = ottlc(&["conform"], cases.join("\n").as_bytes());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let results: Vec<Value> = ran.json_lines();
    let ids: Vec<_> = results
        .iter()
        .filter_map(|result| result["id"].as_str())
        .collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let body = &results[0]["output"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"];
    assert_eq!(body, &json!({"stringValue": "x"}));
    assert!(results[1]["config_error"].is_string() && results[1].get("output").is_none());
    let broken = ottlc(&["conform"], b"{}\nno case\n");
    assert_eq!(broken.status, Some(2));
    assert!(broken.stderr.contains("<stdin>:2:"), "{}", broken.stderr);
}

#[test]
fn bench_prints_one_object() {
    let folder = std::env::temp_dir().join(format!("ottlc-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (config, data) = (folder.join("config.json"), folder.join("traces.otlp"));
    let frames = ottlc(
        &["run", NO_CHANGE, "--output-format", "frames"],
        &example("traces.jsonl"),
    );
    std::fs::write(&data, &frames.stdout).expect("a file");
    let benchmark = json!({"processor": "transform", "signal": "traces", "config": {"trace_statements": [NO_CHANGE]}});
    std::fs::write(&config, benchmark.to_string()).expect("a file");
    let path = |path: &Path| path.display().to_string();
    let ran = ottlc(
        &[
            "bench",
            &path(&config),
            &path(&data),
            "0.01",
            "--validate",
            "touched",
        ],
        b"",
    );
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let result: Value =
        serde_json::from_str(ran.stdout().lines().last().unwrap_or_default()).expect("JSON");
    let size = frames.stdout.len() - 8;
    assert_eq!(
        (
            &result["records"],
            &result["bytes_in"],
            &result["bytes_out"]
        ),
        (&json!(5), &json!(size), &json!(size))
    );
    assert!(
        result["records_per_second"]
            .as_f64()
            .is_some_and(|rate| rate > 0.0)
    );
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let line = example("traces.jsonl");
    let mut child = Command::new(env!("CARGO_BIN_EXE_ottlc"))
        .args(["run", NO_CHANGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    for _ in 0..100 {
        if stdin.write_all(&line).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (Some(0), "")
    );
}

#[test]
fn profiles_are_edited_through_their_dictionary() {
    let request = json!({
        "resourceProfiles": [{"scopeProfiles": [{"profiles": [
            {"sampleType": {"typeStrindex": 1}, "attributeIndices": [0]},
        ]}]}],
        "dictionary": {
            "stringTable": ["", "cpu", "k"],
            "attributeTable": [{"keyStrindex": 2, "value": {"stringValue": "v"}}],
        },
    });
    let statement = r#"set(profile.attributes["k"], profile.sample_type.type)"#;
    let ran = ottlc(&["run", statement], request.to_string().as_bytes());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let edited: Value = serde_json::from_str(ran.stdout()).expect("a request");
    let profile = &edited["resourceProfiles"][0]["scopeProfiles"][0]["profiles"][0];
    assert_eq!(profile["attributeIndices"], json!([1]));
    let attributes = &edited["dictionary"]["attributeTable"];
    assert_eq!(attributes[0]["value"]["stringValue"], "v");
    assert_eq!(attributes[1]["value"]["stringValue"], "cpu");
    let dropped = ottlc(
        &["run", "--drop", r#"profile.attributes["k"] == "v""#],
        request.to_string().as_bytes(),
    );
    assert_eq!((dropped.status, dropped.stdout()), (Some(0), ""));
}
