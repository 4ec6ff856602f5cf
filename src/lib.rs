//! OTTL, the OpenTelemetry Transformation Language.

pub mod config;
pub mod report;
