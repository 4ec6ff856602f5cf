//! Instructions per record of each configuration of `tests/reference/bench`, and those of compiling and of starting up,
//! against recorded budgets.
//!
//! `cargo bench --bench instructions` fails if a row takes more instructions than its budget in
//! `benches/instructions.tsv` allows; `OTTL_BLESS=1 cargo bench --bench instructions` records the budgets. Callgrind
//! counts, so the numbers are the same however busy the machine is; its processor has AVX2 if the real one does, but
//! no instructions for SHA. Where there is none, or no AVX2, nothing is counted, and it says so.

mod configuration;
#[path = "../fuzz/src/protobuf.rs"]
#[allow(unreachable_pub, reason = "public for the fuzzers")]
mod protobuf;
mod shop;

use ottl_vm::exec::{Validation, Worker};
use ottl_vm::program::Program;
use shop::Shape;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// By how much a row may change: a part of its budget.
const CHANGE_MAX: f64 = 0.05;

/// Records of the usual request that is counted.
const RECORD_COUNT: u64 = 512;

/// The configuration that runs over other shapes of data, too.
const SHAPED: &str = "more/shapes";

/// The shapes, each with the name of its row.
const SHAPES: [(&str, Shape); 3] = [
    (
        "more/shapes/ascending",
        Shape {
            records: RECORD_COUNT,
            per_resource: 64,
            is_ascending: true,
        },
    ),
    (
        "more/shapes/three_a_scope",
        Shape {
            records: RECORD_COUNT,
            per_resource: 3,
            is_ascending: false,
        },
    ),
    (
        "more/shapes/single",
        Shape {
            records: 1,
            per_resource: 1,
            is_ascending: false,
        },
    ),
];

/// Requests that run before, each with other records, and more of them than are counted: buffers and caches have
/// reached their size, so that no buffer happens to move.
const WARM_UP_COUNT: u64 = 2;

/// How many times the records that are counted.
const WARM_UP_RECORDS: u64 = 2;

const VALIDATIONS: [(&str, Validation); 2] =
    [("full", Validation::Full), ("touched", Validation::Touched)];

/// How callgrind names [`counted`].
const COUNTED: &str = "instructions::counted";

/// The configurations of which a whole process is counted that compiles them and reads nothing.
const COMPILED: [&str; 2] = ["typical", "more/statements_200"];

/// The same of a process that compiles one statement.
const START_UP: &str = "start-up";

/// In the place of a validation: a whole process.
const PROCESS: &str = "process";

/// Large copies are loops of vector moves, in place of one instruction that callgrind counts once a byte.
const COPIES: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.cpu.x86_rep_movsb_threshold=0x7fffffffffff",
);

const BUDGETS: &str = "benches/instructions.tsv";

/// The first line of the budgets.
const HEADING: &str =
    "# OTTL_BLESS=1 cargo bench --bench instructions\n# row\tvalidation\tinstructions per record\n";

/// Instructions per record by row and validation.
type Counts = BTreeMap<(String, String), f64>;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--counted") {
        run_all();
        return ExitCode::SUCCESS;
    }
    match gate() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::from(2)
        }
    }
}

/// What is counted: one request.
#[inline(never)]
fn counted(
    worker: &mut Worker,
    program: &Program,
    validation: Validation,
    request: &[u8],
    output: &mut Vec<u8>,
) -> bool {
    worker.run(program, validation, request, output).is_ok()
}

/// Runs every row, as callgrind is to see it. Prints a line for each count.
fn run_all() {
    for name in configuration::names() {
        let (signal, program) = configuration::program(&name);
        run_row(&name, &signal, &program, Shape::usual(RECORD_COUNT));
        if name == SHAPED {
            for (row, shape) in SHAPES {
                run_row(row, &signal, &program, shape);
            }
        }
    }
}

fn run_row(row: &str, signal: &str, program: &Program, shape: Shape) {
    for (label, validation) in VALIDATIONS {
        let (mut worker, mut output) = (Worker::new(), Vec::new());
        for seed in 0..WARM_UP_COUNT {
            let warm_up = Shape {
                records: WARM_UP_RECORDS * shape.records,
                ..shape
            };
            let request = shop::request(signal, warm_up, seed);
            output.clear();
            let warm = worker.run(program, validation, &request, &mut output);
            assert!(warm.is_ok(), "{row}: a request was refused");
        }
        let request = shop::request(signal, shape, WARM_UP_COUNT);
        output.clear();
        let done = counted(
            &mut worker,
            program,
            validation,
            black_box(&request),
            &mut output,
        );
        assert!(black_box(done), "{row}: a request was refused");
        println!("{row}\t{label}\t{}", shape.records);
    }
}

/// Counts, and compares with the budgets or records them; whether none is exceeded.
fn gate() -> Result<bool, String> {
    if let Some(reason) = cannot_count() {
        println!("instructions: nothing was counted: {reason}");
        return Ok(true);
    }
    let counts = count()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUDGETS);
    if std::env::var_os("OTTL_BLESS").is_some() {
        let lines = counts
            .iter()
            .map(|((row, validation), count)| format!("{row}\t{validation}\t{count:.0}\n"));
        let text = HEADING.to_owned() + &lines.collect::<String>();
        std::fs::write(&path, text).map_err(|error| format!("{BUDGETS}: {error}"))?;
        println!(
            "instructions: {} budgets recorded in {BUDGETS}",
            counts.len()
        );
        return Ok(true);
    }
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{BUDGETS}: {error}"))?;
    let (report, is_kept) = compared(&counts, &budgets(&text)?);
    print!("{report}");
    Ok(is_kept)
}

/// Why this machine's counts say nothing, if so.
fn cannot_count() -> Option<&'static str> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        let found = Command::new("valgrind").arg("--version").output();
        return found.is_err().then_some("valgrind is not installed");
    }
    Some("the budgets are those of processors with AVX2")
}

/// Runs this program under callgrind, which writes a file for each count.
fn count() -> Result<Counts, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("instructions");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let this = std::env::current_exe().map_err(failed)?;
    let run = Command::new("valgrind")
        .env(COPIES.0, COPIES.1)
        .args(["-q", "--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-after={COUNTED}"))
        .arg(format!(
            "--callgrind-out-file={}",
            folder.join("count").display()
        ))
        .arg(this)
        .arg("--counted")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !run.status.success() {
        return Err(format!("valgrind: {}", run.status));
    }
    let rows = String::from_utf8_lossy(&run.stdout);
    let mut counts = Counts::new();
    for (number, line) in rows.lines().enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [row, validation, records] = fields[..] else {
            return Err(format!("no count: {line}"));
        };
        let records: f64 = records.parse().map_err(|_| format!("no count: {line}"))?;
        let total = total(&folder.join(format!("count.{}", number + 1)))?;
        counts.insert(
            (row.to_owned(), validation.to_owned()),
            total as f64 / records,
        );
    }
    let statement = ["set(span.name, \"a\")".to_owned()];
    let processes = COMPILED.map(|name| (name, arguments_of(&folder, name)));
    for (row, arguments) in processes
        .into_iter()
        .chain([(START_UP, Ok(statement.to_vec()))])
    {
        let file = folder.join("process");
        let key = (row.to_owned(), PROCESS.to_owned());
        counts.insert(key, process(&file, &arguments?)?);
    }
    Ok(counts)
}

/// The arguments that name a configuration's processor, which is put into a file of its own.
fn arguments_of(folder: &Path, name: &str) -> Result<Vec<String>, String> {
    let file = folder.join(format!("{}.yaml", name.replace('/', "_")));
    let processor = configuration::read(name)["config"].to_string();
    std::fs::write(&file, processor).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(vec!["--config".to_owned(), file.display().to_string()])
}

/// Counts a whole process that runs what the arguments say over nothing, on one thread: however many cores there are,
/// it is the same.
fn process(file: &Path, arguments: &[String]) -> Result<f64, String> {
    let run = Command::new("valgrind")
        .env(COPIES.0, COPIES.1)
        .args(["-q", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .args([env!("CARGO_BIN_EXE_ottlc"), "run", "--jobs", "1"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !run.status.success() {
        return Err(format!("ottlc under valgrind: {}", run.status));
    }
    Ok(total(file)? as f64)
}

/// What callgrind counted.
fn total(file: &Path) -> Result<u64, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: ")?.parse::<u64>().ok());
    total
        .filter(|total| *total > 0)
        .ok_or_else(|| failed(&"callgrind counted nothing"))
}

fn budgets(text: &str) -> Result<Counts, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [row, validation, count] = fields[..] else {
                return Err(format!("{BUDGETS}: {line}"));
            };
            let count = count
                .parse()
                .map_err(|error| format!("{BUDGETS}: {line}: {error}"))?;
            Ok(((row.to_owned(), validation.to_owned()), count))
        })
        .collect()
}

/// A table of what was counted, and whether every budget is kept.
fn compared(counts: &Counts, budgets: &Counts) -> (String, bool) {
    let (mut text, mut is_kept, mut is_better) = (String::new(), true, false);
    for (key, count) in counts {
        let (row, validation) = key;
        let change = budgets.get(key).map(|budget| count / budget - 1.0);
        let verdict = match change {
            None => "has no budget",
            Some(change) if change > CHANGE_MAX => "is over its budget",
            Some(change) if change < -CHANGE_MAX => "is under its budget",
            Some(_) => "",
        };
        is_kept &= change.is_some_and(|change| change <= CHANGE_MAX);
        is_better |= change.is_some_and(|change| change < -CHANGE_MAX);
        let percent = change.map_or(f64::NAN, |change| change * 100.0);
        let _ = writeln!(
            text,
            "{row:<36} {validation:<8} {count:>9.0} {percent:>+7.1} % {verdict}"
        );
    }
    for (row, validation) in budgets.keys().filter(|key| !counts.contains_key(key)) {
        let _ = writeln!(text, "{row} {validation}: there is no such row any more");
        is_kept = false;
    }
    if is_better || !is_kept {
        let _ = writeln!(
            text,
            "to record these numbers: OTTL_BLESS=1 cargo bench --bench instructions"
        );
    }
    (text, is_kept)
}
