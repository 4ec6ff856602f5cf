//! Every recorded case, with what the processor has and without: the results must be the same.
//!
//! What runs on wide registers is chosen at run time, in the crates that search bytes, check UTF-8 and hash, and where we
//! hash several strings at once; all of it has a twin for processors that have only what every x86-64 has. `cargo bench
//! --bench scalar` runs the cases in `ottlc conform` on such a processor, which QEMU makes, and compares with this one.
//! Where there is no QEMU, or another kind of processor, nothing is compared, and it says so.

#[path = "../tests/corpus.rs"]
mod corpus;

use corpus::{cases, is_varying};
use ottl::conform::{run_case, write_result};
use serde_json::Value;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

/// The program that runs programs on another processor.
const QEMU: &str = "qemu-x86_64";

/// The processor: SSE2 and SSE3; nothing later, and no instructions for hashes.
const PROCESSOR: &str = "qemu64";

/// Differences that are shown: cases.
const SHOWN_MAX: usize = 10;

fn main() -> ExitCode {
    let found = Command::new(QEMU).arg("--version").output();
    if !cfg!(target_arch = "x86_64") || found.is_err() {
        println!("scalar: nothing was compared: {QEMU} is not installed");
        return ExitCode::SUCCESS;
    }
    match differences() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("scalar: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs all cases on both processors; how many differ.
fn differences() -> std::io::Result<usize> {
    let cases: Vec<Value> = cases().filter(|case| !is_varying(case)).collect();
    let mut child = Command::new(QEMU)
        .args(["-cpu", PROCESSOR, env!("CARGO_BIN_EXE_ottlc"), "conform"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("no pipes"));
    };
    let mut results = BufReader::new(stdout).lines();
    let mut differing = 0;
    thread::scope(|scope| {
        let written = scope.spawn(|| {
            let mut stdin = BufWriter::new(stdin);
            cases
                .iter()
                .try_for_each(|case| writeln!(stdin, "{case}"))?;
            stdin.flush()
        });
        for case in &cases {
            let Some(line) = results.next() else {
                return Err(std::io::Error::other(format!(
                    "it ended before {}",
                    case["id"]
                )));
            };
            let (plain, mut here) = (line?, Vec::new());
            write_result(&run_case(case), &mut here)?;
            if plain.as_bytes() != here {
                differing += 1;
                if differing <= SHOWN_MAX {
                    println!(
                        "{}:\n  {}\n  {plain}",
                        case["id"],
                        String::from_utf8_lossy(&here)
                    );
                }
            }
        }
        written.join().unwrap_or(Ok(()))
    })?;
    println!("scalar: {} cases compared, {differing} differ", cases.len());
    let status = child.wait()?;
    match status.success() {
        true => Ok(differing),
        false => Err(std::io::Error::other(format!("ottlc: {status}"))),
    }
}
