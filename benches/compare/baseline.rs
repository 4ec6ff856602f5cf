//! What the bytes cost without OTTL: a copy, and a decoder and encoder of the official messages.

use crate::Result;
use crate::sides::Side;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use ottl_vm::wire::frame::{Format, Frames};
use prost::Message;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// Measures `what`: the side's name, the signal, the file of requests. Prints one JSON object.
pub(crate) fn run(what: &[String], seconds: f64) -> Result<()> {
    let [side, signal, data] = what else {
        return Err("a baseline takes a side, a signal and a file".into());
    };
    let data = Path::new(data);
    match &signal[..] {
        "traces" => measure::<ExportTraceServiceRequest>(side, data, seconds),
        "logs" => measure::<ExportLogsServiceRequest>(side, data, seconds),
        "metrics" => measure::<ExportMetricsServiceRequest>(side, data, seconds),
        "profiles" => measure::<ExportProfilesServiceRequest>(side, data, seconds),
        other => Err(format!("no baseline for {other}").into()),
    }
}

fn measure<R: Request>(side: &str, data: &Path, seconds: f64) -> Result<()> {
    let through = if side == Side::Copy.name() {
        copy
    } else {
        again::<R>
    };
    let mut frames = Frames::new(std::fs::File::open(data)?, Some(Format::LengthPrefixed))?;
    let (mut requests, mut records) = (Vec::new(), 0);
    while let Some(frame) = frames.next()? {
        records += R::decode(frame.bytes)?.records();
        requests.push(frame.bytes.to_vec());
    }
    let (mut output, mut rounds) = (Vec::new(), 0u64);
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds {
        for request in &requests {
            output.clear();
            through(black_box(request), &mut output)?;
            black_box(&output);
        }
        rounds += 1;
    }
    let speed = (records as u64 * rounds) as f64 / start.elapsed().as_secs_f64();
    println!("{}", serde_json::json!({ "records_per_second": speed }));
    Ok(())
}

fn copy(request: &[u8], output: &mut Vec<u8>) -> Result<()> {
    output.extend_from_slice(request);
    Ok(())
}

fn again<M: Message + Default>(request: &[u8], output: &mut Vec<u8>) -> Result<()> {
    Ok(M::decode(request)?.encode(output)?)
}

/// A request of one signal.
trait Request: Message + Default {
    /// Spans, log records, data points or samples of profiles.
    fn records(&self) -> usize;
}

impl Request for ExportTraceServiceRequest {
    fn records(&self) -> usize {
        let scopes = self
            .resource_spans
            .iter()
            .flat_map(|resource| &resource.scope_spans);
        scopes.map(|scope| scope.spans.len()).sum()
    }
}

impl Request for ExportLogsServiceRequest {
    fn records(&self) -> usize {
        let scopes = self
            .resource_logs
            .iter()
            .flat_map(|resource| &resource.scope_logs);
        scopes.map(|scope| scope.log_records.len()).sum()
    }
}

impl Request for ExportMetricsServiceRequest {
    fn records(&self) -> usize {
        let scopes = self
            .resource_metrics
            .iter()
            .flat_map(|resource| &resource.scope_metrics);
        let data = scopes
            .flat_map(|scope| &scope.metrics)
            .filter_map(|metric| metric.data.as_ref());
        data.map(|data| match data {
            Data::Gauge(gauge) => gauge.data_points.len(),
            Data::Sum(sum) => sum.data_points.len(),
            Data::Histogram(histogram) => histogram.data_points.len(),
            Data::ExponentialHistogram(histogram) => histogram.data_points.len(),
            Data::Summary(summary) => summary.data_points.len(),
        })
        .sum()
    }
}

impl Request for ExportProfilesServiceRequest {
    fn records(&self) -> usize {
        let scopes = self
            .resource_profiles
            .iter()
            .flat_map(|resource| &resource.scope_profiles);
        let profiles = scopes.flat_map(|scope| &scope.profiles);
        profiles.map(|profile| profile.samples.len()).sum()
    }
}
