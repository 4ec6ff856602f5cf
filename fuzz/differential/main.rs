//! Random programs over random requests, compared with the reference.
//!
//!     cargo run --no-default-features --bin differential -- REFERENCE [CASES] [SEED] [statements|calls]
//!
//! `REFERENCE` is the program of `tests/reference`; with `-` the cases are written and not run. Every case also runs record by record and with only the
//! touched fields validated, which must not show. What differs is made smaller while it still differs, and
//! told once for each cause. The last line is the share of cases with the same answer; exit status 1 if any
//! differs. The same seed makes the same cases.

mod case;
mod compare;
mod expression;
mod input;
mod matching;
mod reference;
mod report;
mod shrink;
mod vocabulary;
mod wire;

use compare::{Comparer, Verdict};
use report::Report;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What the generator is to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    /// Configurations of several statements or conditions, of the whole language.
    Statements,
    /// One call of a random function each.
    Calls,
}

/// How long differing cases are made smaller, all together; those after it are told as they are.
const SHRINKING_MAX: Duration = Duration::from_secs(150);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (program, count, seed, profile) = match parsed(&arguments) {
        Some(parsed) => parsed,
        None => {
            eprintln!("usage: differential REFERENCE [CASES] [SEED] [statements|calls]");
            return ExitCode::from(2);
        }
    };
    // A panic is told as a difference; what it prints would hide the report.
    std::panic::set_hook(Box::new(|_| {}));
    match run(&program, count, seed, profile) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::from(2)
        }
    }
}

fn parsed(arguments: &[String]) -> Option<(String, u64, u64, Profile)> {
    let number = |index: usize, default: u64| match arguments.get(index) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    let profile = match arguments.get(3).map(String::as_str) {
        None | Some("statements") => Profile::Statements,
        Some("calls") => Profile::Calls,
        Some(_) => return None,
    };
    Some((
        arguments.first()?.clone(),
        number(1, 2000)?,
        number(2, 1)?,
        profile,
    ))
}

/// Compares all cases and prints the report; whether all have the same answer.
fn run(program: &str, count: u64, seed: u64, profile: Profile) -> std::io::Result<bool> {
    if program == "-" {
        let mut out = std::io::stdout().lock();
        for index in 0..count {
            writeln!(out, "{}", case::random(seed, index, profile))?;
        }
        return Ok(true);
    }
    let mut comparer = Comparer::start(program)?;
    let mut report = Report::default();
    let mut differing = Vec::new();
    for index in 0..count {
        let case = case::random(seed, index, profile);
        match comparer.compare(&case)? {
            Verdict::Differs(difference) => differing.push((case, difference)),
            verdict => report.count(&verdict),
        }
    }
    let deadline = Instant::now() + SHRINKING_MAX;
    for (case, difference) in differing {
        let (case, difference) = shrink::shrunk(&mut comparer, case, difference, deadline)?;
        report.difference(case, difference);
    }
    report.print(count);
    Ok(report.is_clean())
}
