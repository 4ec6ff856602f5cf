//! Bytecode VM that runs OTTL programs over OTLP bytes.

pub mod limits;
pub mod wire;
