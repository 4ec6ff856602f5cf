//! `ottlc bench`: how many records a second a configuration takes.

use crate::error::{CliError, FINE, Status};
use crate::program::{Dialect, Validate, environment};
use crate::signals::{count_records, wire_signal};
use ottl::compile::{Gates, Options, Registry, compile};
use ottl::config::{Component, Signal};
use ottl::report::Source;
use ottl_vm::exec::Worker;
use ottl_vm::program::Program;
use ottl_vm::wire::frame::{Format, Frames};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Measure how many records a second a configuration takes
///
/// Runs every request of DATA through the configuration again and again on one thread, bytes in, bytes out, and
/// prints one JSON object: `records_per_second`, `ns_per_record`, `mib_per_second` (of input), `records`,
/// `bytes_in`, `bytes_out` and `rounds`. It is what the Go reference's `bench` does. Records are spans, log
/// records or data points.
#[derive(clap::Args)]
#[command(after_long_help = "\
Example:
  ottlc bench tests/reference/bench/typical.json traces.otlp 3 --validate touched")]
pub(crate) struct Arguments {
    /// A benchmark's configuration, `{"processor", "signal", "config", "gates"}`
    #[arg(value_name = "CONFIG.json")]
    config: PathBuf,
    /// Requests in protobuf, each after its length (4 bytes, big endian)
    #[arg(value_name = "DATA.otlp")]
    data: PathBuf,
    /// How long to run
    #[arg(value_name = "SECONDS", default_value_t = 3.0)]
    seconds: f64,
    /// How much of each request to check
    #[arg(long, value_enum, default_value_t)]
    validate: Validate,
    /// The language of the statements
    #[arg(long, value_enum, default_value_t = Dialect::Upstream)]
    dialect: Dialect,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Status, CliError> {
    let program = load(&arguments.config, arguments.dialect)?;
    let requests = read_requests(&arguments.data)?;
    let (mut records, mut bytes_in) = (0, 0);
    for request in &requests {
        records += count_records(program.signal, request)
            .map_err(|error| data_error(arguments, &error))?;
        bytes_in += request.len();
    }
    let validation = arguments.validate.into();
    let mut worker = Worker::new();
    let mut output = Vec::new();
    let (mut rounds, mut bytes_out) = (0u64, 0);
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < arguments.seconds {
        for request in &requests {
            output.clear();
            worker
                .run(&program, validation, request, &mut output)
                .map_err(|error| data_error(arguments, &error))?;
            bytes_out += output.len();
        }
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let total = (records * rounds) as f64;
    println!(
        "{}",
        json!({
            "records_per_second": total / seconds,
            "ns_per_record": seconds * 1e9 / total,
            "mib_per_second": bytes_in as f64 * rounds as f64 / seconds / f64::from(1 << 20),
            "records": records,
            "bytes_in": bytes_in,
            "bytes_out": bytes_out as u64 / rounds.max(1),
            "rounds": rounds,
        })
    );
    Ok(FINE)
}

fn data_error(arguments: &Arguments, error: &dyn std::fmt::Display) -> CliError {
    CliError::about(&arguments.data.display().to_string(), error)
}

fn load(path: &Path, dialect: Dialect) -> Result<Program, CliError> {
    let text = fs::read_to_string(path).map_err(|error| CliError::reading(path, &error))?;
    let source = Source::new(path.display().to_string(), text);
    let components = ottl::config::read(&source.text, &environment);
    let components = components
        .map_err(|errors| CliError::Diagnostics(crate::program::config_errors(&errors, &source)))?;
    let [
        Component {
            processor, signals, ..
        },
    ] = &components[..]
    else {
        return Err(CliError::about(
            &source.name,
            &"a benchmark has exactly one processor",
        ));
    };
    let [signal] = signals[..] else {
        return Err(CliError::about(
            &source.name,
            &format!("the signal is missing: one of {}", names()),
        ));
    };
    let registry = Registry::new(ottl_stdlib::FUNCTIONS);
    let options = Options {
        signal,
        dialect: dialect.into(),
        gates: &gates(&source.text).map_err(|error| CliError::about(&source.name, &error))?,
        registry: &registry,
    };
    let program = compile(processor, &options).map_err(|refusals| {
        CliError::Diagnostics(
            refusals
                .into_iter()
                .map(|refusal| refusal.located(Some(&source)))
                .collect(),
        )
    })?;
    debug_assert_eq!(program.signal, wire_signal(signal));
    Ok(program)
}

/// The feature gates that the configuration enables.
fn gates(config: &str) -> Result<Gates, String> {
    let config: Value = serde_json::from_str(config).map_err(|error| error.to_string())?;
    let names = config["gates"].as_array().into_iter().flatten();
    Gates::new(names.filter_map(Value::as_str))
        .map_err(|gate| format!("there is no feature gate `{gate}`"))
}

fn names() -> String {
    Signal::ALL
        .iter()
        .map(|signal| signal.name())
        .collect::<Vec<_>>()
        .join(", ")
}

fn read_requests(path: &Path) -> Result<Vec<Vec<u8>>, CliError> {
    let name = path.display().to_string();
    let file = fs::File::open(path).map_err(|error| CliError::reading(path, &error))?;
    let failed = |error| CliError::about(&name, &error);
    let mut frames = Frames::new(file, Some(Format::LengthPrefixed)).map_err(failed)?;
    let mut requests = Vec::new();
    while let Some(frame) = frames.next().map_err(failed)? {
        requests.push(frame.bytes.to_vec());
    }
    Ok(requests)
}
