//! `ottlc run` on one core and on several: whole files, from a file to a file.

use crate::Result;
use crate::median;
use crate::rows::Row;
use crate::sides::Sides;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What is read in each run, about: bytes.
const INPUT_BYTES: usize = 256 << 20;

/// Rows that are measured if none are named: one that does little to a record, and one that does what is usual.
const USUAL: [&str; 2] = ["set", "typical"];

/// A Markdown table: for each row the seconds that a run takes with each number of jobs, and how many times as fast
/// that is as one job. Each is the median of rounds, which alternate between them.
pub(crate) fn markdown(rows: &[Row], sides: &Sides, jobs: &[u16], rounds: usize) -> Result<String> {
    let mut text = String::from("`ottlc run`, seconds by `--jobs`, and the speed-up:\n\n| row |");
    for jobs in jobs {
        let _ = write!(text, " {jobs} |");
    }
    let _ = writeln!(text, "\n|---|{}", "---:|".repeat(jobs.len()));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (input, output) = (folder.join("jobs.in"), folder.join("jobs.out"));
    for row in rows {
        let once = std::fs::read(sides.data(row))?;
        std::fs::write(&input, once.repeat(INPUT_BYTES.div_ceil(once.len().max(1))))?;
        let mut seconds = vec![Vec::new(); jobs.len()];
        for _ in 0..rounds {
            for (jobs, seconds) in jobs.iter().zip(&mut seconds) {
                let start = Instant::now();
                let status = Command::new(env!("CARGO_BIN_EXE_ottlc"))
                    .args(["run", "--dialect", "upstream", "--jobs", &jobs.to_string()])
                    .arg("--config")
                    .arg(&row.path)
                    .arg("--input")
                    .arg(&input)
                    .arg("--output")
                    .arg(&output)
                    .stdin(Stdio::null())
                    .status()?;
                if !status.success() {
                    return Err(format!("ottlc run: {status}").into());
                }
                seconds.push(start.elapsed().as_secs_f64());
            }
        }
        let seconds: Vec<f64> = seconds.into_iter().map(median).collect();
        let _ = write!(text, "| {} |", row.name);
        for one in &seconds {
            let _ = write!(text, " {one:.2} ({:.2}×) |", seconds[0] / one);
        }
        text.push('\n');
    }
    let _ = std::fs::remove_file(&input);
    let _ = std::fs::remove_file(&output);
    Ok(text)
}

/// The rows to measure.
pub(crate) fn usual(asked: &[String]) -> Vec<String> {
    match asked {
        [] => USUAL.map(str::to_owned).to_vec(),
        asked => asked.to_vec(),
    }
}
