//! What is compared: built, asked for its outputs, measured.

use crate::Result;
use crate::rows::Row;
use ottl::conform::{agrees, run_case, sorted};
use ottl_vm::wire::frame::{Format, Frames};
use ottl_vm::wire::json::base64_encode;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Who runs a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The Go reference.
    Reference,
    /// Decoding to structs and encoding them again, which is what others do before and after their work.
    Prost,
    /// `ottlc`, which refuses whatever the reference refuses.
    Full,
    /// `ottlc`, which validates what it looks at.
    Touched,
    /// Copying the bytes.
    Copy,
}

impl Side {
    pub(crate) const ALL: [Side; 5] = [
        Side::Reference,
        Side::Prost,
        Side::Full,
        Side::Touched,
        Side::Copy,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Side::Reference => "reference",
            Side::Prost => "prost",
            Side::Full => "ours, full",
            Side::Touched => "ours, touched",
            Side::Copy => "memcpy",
        }
    }
}

/// Of the requests of a data set, those whose outputs are compared: about so many bytes, and one in any case.
const COMPARED_BYTES: usize = 1 << 20;

/// The programs and their data.
pub(crate) struct Sides {
    reference: PathBuf,
    /// Where the reference has written the data sets.
    data: PathBuf,
    /// The core that runs them, if the machine has a tool that keeps them there.
    core: Option<usize>,
}

impl Sides {
    /// Builds the reference and its data.
    pub(crate) fn build() -> Result<Sides> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (reference, data) = (folder.join("reference"), folder.join("data"));
        let mut build = Command::new("go");
        build.arg("build").arg("-o").arg(&reference).arg(".");
        build.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference"));
        let built = build
            .status()
            .map_err(|error| format!("go: {error}; the reference needs Go"))?;
        if !built.success() {
            return Err("the reference was not built".into());
        }
        output(Command::new(&reference).arg("gen").arg(&data), b"")?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let can_pin = Command::new("taskset").arg("--version").output().is_ok();
        Ok(Sides {
            reference,
            data,
            core: can_pin.then_some(cores - 1),
        })
    }

    /// The requests of a row.
    pub(crate) fn data(&self, row: &Row) -> PathBuf {
        self.data.join(format!("{}.otlp", row.data))
    }

    /// Whether both give the same for the first requests of a row. Maps have no order.
    pub(crate) fn outputs_agree(&self, row: &Row) -> Result<bool> {
        let mut cases = Vec::new();
        let path = self.data(row);
        let file =
            std::fs::File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut frames = Frames::new(file, Some(Format::LengthPrefixed))?;
        let mut bytes = 0;
        while let (true, Some(frame)) = (bytes < COMPARED_BYTES, frames.next()?) {
            bytes += frame.bytes.len();
            let mut wire = Vec::new();
            base64_encode(frame.bytes, &mut wire);
            let mut case = row.config.clone();
            case["id"] = json!(cases.len().to_string());
            case["wire"] = json!(String::from_utf8(wire)?);
            cases.push(case);
        }
        let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
        let answers = output(Command::new(&self.reference).arg("run"), input.as_bytes())?;
        let answers = String::from_utf8(answers)?;
        for (case, answer) in cases.iter().zip(answers.lines()) {
            let (mut theirs, mut ours): (Value, _) =
                (serde_json::from_str(answer)?, run_case(case));
            sort_points(&mut theirs);
            sort_points(&mut ours);
            if !theirs["error"].is_null() || !theirs["config_error"].is_null() {
                return Err(format!(
                    "{}: the reference refuses it: {}{}",
                    row.name, theirs["error"], theirs["config_error"]
                )
                .into());
            }
            if !agrees(&theirs, &ours, true) {
                eprintln!(
                    "{}: the outputs for request {} differ",
                    row.name, case["id"]
                );
                return Ok(false);
            }
        }
        Ok(answers.lines().count() == cases.len())
    }

    /// Records a second.
    pub(crate) fn measure(&self, side: Side, row: &Row, seconds: f64) -> Result<f64> {
        let (data, seconds) = (self.data(row), seconds.to_string());
        let ours = Path::new(env!("CARGO_BIN_EXE_ottlc"));
        let this = std::env::current_exe()?;
        let mut command = self.pinned(match side {
            Side::Reference => &self.reference,
            Side::Full | Side::Touched => ours,
            Side::Prost | Side::Copy => &this,
        });
        match side {
            Side::Reference => command
                .env("GOGC", "100")
                .arg("bench")
                .arg(&row.path)
                .arg(&data)
                .arg(&seconds),
            Side::Full | Side::Touched => {
                let validate = if side == Side::Full {
                    "full"
                } else {
                    "touched"
                };
                command.arg("bench").arg(&row.path).arg(&data).args([
                    &seconds,
                    "--validate",
                    validate,
                ])
            }
            Side::Prost | Side::Copy => command
                .args([
                    "--seconds",
                    &seconds,
                    "--baseline",
                    side.name(),
                    row.signal(),
                ])
                .arg(&data),
        };
        let printed = String::from_utf8(output(&mut command, b"")?)?;
        let last: Value = serde_json::from_str(printed.lines().last().unwrap_or_default())?;
        last["records_per_second"]
            .as_f64()
            .ok_or_else(|| format!("no speed: {last}").into())
    }

    /// A program, on one core.
    fn pinned(&self, program: &Path) -> Command {
        let Some(core) = self.core else {
            return Command::new(program);
        };
        let mut command = Command::new("taskset");
        command.arg("--cpu-list").arg(core.to_string()).arg(program);
        command
    }
}

/// Data points that were aggregated come in random order in the reference.
fn sort_points(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort_points),
        Value::Object(fields) => {
            for (name, field) in fields {
                sort_points(field);
                if name == "dataPoints"
                    && let Value::Array(points) = field
                {
                    points.sort_by_cached_key(|point| sorted(point).to_string());
                }
            }
        }
        _ => {}
    }
}

/// What a program prints for an input.
fn output(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let name = command.get_program().display().to_string();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    let done = std::thread::scope(|scope| {
        // It may print before it has read everything.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output()
    })?;
    if !done.status.success() {
        return Err(format!("{name}: {}", done.status).into());
    }
    Ok(done.stdout)
}
