//! OTTL, the OpenTelemetry Transformation Language.

pub mod compile;
pub mod config;
pub mod conform;
pub mod doc;
#[cfg(feature = "host")]
pub mod host;
pub mod report;
pub mod run;
