//! Bytecode VM that runs OTTL programs over OTLP bytes.
//!
//! Knows no syntax and no function by name: it is handed a [`Program`](program::Program) and the
//! functions that the program calls. [`exec::Worker`] runs a program over a request.

pub mod code;
pub mod compare;
pub mod enums;
pub mod error;
pub mod exec;
pub mod function;
pub mod instruction;
pub mod limits;
pub mod math;
pub mod path;
pub mod program;
#[cfg(test)]
mod testing;
pub mod text;
pub mod value;
pub mod wire;
