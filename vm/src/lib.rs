//! Bytecode VM that runs OTTL programs over OTLP bytes.
