//! Records per second of the reference, of `ottlc`, of a decoder and encoder that knows nothing of OTTL, and of a
//! copy: by turns, on one core, over the same requests.
//!
//! `cargo bench --bench compare -- --help` says how it is used. It needs Go, which builds the reference
//! (tests/reference) and its data sets.

mod baseline;
mod jobs;
mod plot;
mod rows;
mod sides;
mod table;

use clap::Parser;
use rows::Row;
use sides::{Side, Sides};
use std::path::PathBuf;
use std::process::ExitCode;

/// What went wrong, in words.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Compare the speed with the reference's
///
/// Before it measures a row it compares what both make of the row's first requests; a row whose outputs differ is not
/// measured. Each number is the median of the rounds, which alternate between the sides. Prints Markdown tables, one a
/// folder of configurations.
#[derive(Parser)]
#[command(name = "cargo bench --bench compare --")]
struct Arguments {
    /// Rows or configurations by name (`typical`, `functions/json`, `shapes/spans_wide`), or folders
    /// (`tests/reference/bench/more`); all below tests/reference/bench if absent
    #[arg(value_name = "ROW|FOLDER")]
    rows: Vec<String>,
    /// How often each side of a row is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long a measurement takes
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Draws the rows, and what grows with a number in their names, into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// In the place of all that: how long `ottlc run` takes with each of these numbers of jobs, from a file to a new file,
    /// in `set` and `typical` if no rows are named
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    jobs: Vec<u16>,
    /// Only measures what this process does itself: how, the signal, the requests
    #[arg(long, hide = true, num_args = 3)]
    baseline: Option<Vec<String>>,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What was measured of a row.
struct Measured {
    row: Row,
    /// Records a second by side, in the order of [`Side::ALL`]; `None` if the outputs differ.
    speeds: Option<[f64; Side::ALL.len()]>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.baseline {
        Some(what) => baseline::run(what, arguments.seconds).map(|()| true),
        None => compare(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::from(2)
        }
    }
}

/// Measures and prints; whether all outputs were the same.
fn compare(arguments: &Arguments) -> Result<bool> {
    if !arguments.jobs.is_empty() {
        let rows = rows::find(&jobs::usual(&arguments.rows))?;
        let table = jobs::markdown(&rows, &Sides::build()?, &arguments.jobs, arguments.rounds)?;
        print!("{table}");
        return Ok(true);
    }
    let rows = rows::find(&arguments.rows)?;
    let sides = Sides::build()?;
    let mut same = Vec::new();
    for row in &rows {
        same.push(sides.outputs_agree(row)?);
    }
    let mut speeds = vec![[const { Vec::new() }; Side::ALL.len()]; rows.len()];
    for round in 1..=arguments.rounds {
        for ((row, _), speeds) in rows
            .iter()
            .zip(&same)
            .zip(&mut speeds)
            .filter(|((_, same), _)| **same)
        {
            eprintln!("round {round} of {}: {}", arguments.rounds, row.name);
            for (side, speeds) in Side::ALL.iter().zip(speeds) {
                speeds.push(sides.measure(*side, row, arguments.seconds)?);
            }
        }
    }
    let measured: Vec<Measured> = rows
        .into_iter()
        .zip(speeds)
        .zip(&same)
        .map(|((row, speeds), same)| Measured {
            row,
            speeds: same.then(|| speeds.map(median)),
        })
        .collect();
    print!("{}", table::markdown(&measured));
    if let Some(path) = &arguments.svg {
        std::fs::write(path, plot::svg(&measured))?;
    }
    Ok(same.iter().all(|same| *same))
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
