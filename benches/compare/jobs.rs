//! `ottlc run` on one core and on several: whole files, from a file to a new file.

use crate::Result;
use crate::median;
use crate::rows::Row;
use crate::sides::Sides;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

/// What is read in each run, about: bytes.
const INPUT_BYTES: usize = 512 << 20;

/// Rows that are measured if none are named: one that does little to a record, and one that does what is usual.
const USUAL: [&str; 2] = ["set", "typical"];

/// A Markdown table: for each row the seconds that a run takes with one job, then with each number of jobs, and how many
/// times as fast that is. Beside it, what the machine gives: how many times as much is done by as many runs of one job at
/// once as by one. Each is the median of rounds, which go through all of it from either end in turn, since what the
/// system is still doing after a run slows down the next.
pub(crate) fn markdown(rows: &[Row], sides: &Sides, jobs: &[u16], rounds: usize) -> Result<String> {
    let several: Vec<u16> = jobs.iter().copied().filter(|jobs| *jobs > 1).collect();
    let mut text =
        String::from("`ottlc run`, seconds by `--jobs`, and the speed-up:\n\n| row | 1 |");
    // How many jobs, and runs at once.
    let mut ways = vec![(1, 1)];
    for jobs in &several {
        let _ = write!(text, " {jobs} | {jobs} runs at once |");
        ways.extend([(*jobs, 1), (1, *jobs)]);
    }
    let _ = writeln!(text, "\n|---|{}", "---:|".repeat(ways.len()));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let input = folder.join("jobs.in");
    for row in rows {
        write_input(&input, &std::fs::read(sides.data(row))?)?;
        let mut taken = vec![Vec::new(); ways.len()];
        for round in 0..rounds {
            let mut order: Vec<usize> = (0..ways.len()).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for way in order {
                let (jobs, runs) = ways[way];
                taken[way].push(seconds(row, &input, jobs, runs)?);
            }
        }
        let taken: Vec<f64> = taken.into_iter().map(median).collect();
        let _ = write!(text, "| {} | {:.2} |", row.name, taken[0]);
        for ([shared, apart], jobs) in taken[1..].as_chunks::<2>().0.iter().zip(&several) {
            let faster = taken[0] / shared;
            let given = f64::from(*jobs) * taken[0] / apart;
            let _ = write!(text, " {shared:.2} ({faster:.2}×) | {given:.2}× |");
        }
        text.push('\n');
    }
    let _ = std::fs::remove_file(&input);
    Ok(text)
}

/// Writes the data again and again. It is on the disk afterwards, so that nobody writes it there while runs are timed.
fn write_input(path: &Path, data: &[u8]) -> Result<()> {
    let mut input = File::create(path)?;
    for _ in 0..INPUT_BYTES.div_ceil(data.len().max(1)) {
        input.write_all(data)?;
    }
    Ok(input.sync_all()?)
}

/// How long so many runs take at once, each with so many jobs and into a new file: to write over an old one, the system
/// removes what is in it first, and what it does on no more than one core is no matter of ours.
fn seconds(row: &Row, input: &Path, jobs: u16, runs: u16) -> Result<f64> {
    let outputs: Vec<PathBuf> = (0..runs)
        .map(|number| input.with_extension(format!("out{number}")))
        .collect();
    // Those of an earlier process that was ended.
    remove(&outputs);
    let start = Instant::now();
    let started: Vec<Child> = outputs
        .iter()
        .map(|output| {
            Command::new(env!("CARGO_BIN_EXE_ottlc"))
                .args(["run", "--dialect", "upstream", "--jobs", &jobs.to_string()])
                .arg("--config")
                .arg(&row.path)
                .arg("--input")
                .arg(input)
                .arg("--output")
                .arg(output)
                .stdin(Stdio::null())
                .spawn()
        })
        .collect::<Result<_, _>>()?;
    let ended: Vec<ExitStatus> = started
        .into_iter()
        .map(|mut child| child.wait())
        .collect::<Result<_, _>>()?;
    let seconds = start.elapsed().as_secs_f64();
    remove(&outputs);
    match ended.iter().find(|status| !status.success()) {
        Some(status) => Err(format!("ottlc run: {status}").into()),
        None => Ok(seconds),
    }
}

/// Removes files, if they are there.
fn remove(files: &[PathBuf]) {
    for file in files {
        let _ = std::fs::remove_file(file);
    }
}

/// The rows to measure.
pub(crate) fn usual(asked: &[String]) -> Vec<String> {
    match asked {
        [] => USUAL.map(str::to_owned).to_vec(),
        asked => asked.to_vec(),
    }
}
