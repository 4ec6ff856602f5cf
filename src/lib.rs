//! OTTL, the OpenTelemetry Transformation Language.
