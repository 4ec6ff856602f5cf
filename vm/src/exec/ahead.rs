//! Calls ahead of any request: what a converter makes of literals.

use super::call::runner;
use super::failures::Failures;
use super::machine::Machine;
use super::passes::idle_pass;
use crate::function::Literal;
use crate::program::{CallSite, Pass, Program, ProgramId, TouchedLevels};
use crate::text::time::Time;
use crate::value::Value;
use crate::wire::Signal;
use crate::wire::tree::Tree;
use bumpalo::Bump;

/// What a call of a converter yields at each of these times, as a literal; its arguments are constants. `None` if no literal
/// says what it yields; the error's text if it fails.
pub fn call_ahead(
    site: CallSite,
    constants: Vec<Literal>,
    times: &[Time],
) -> Vec<Result<Option<Literal>, String>> {
    let program = program_of(Pass {
        constants,
        calls: vec![site],
        ..idle_pass()
    });
    let (arena, mut failures, mut scratch) = (Bump::new(), Failures::default(), Vec::new());
    let mut machine = Machine::new(
        &arena,
        Tree::default(),
        &program,
        &mut failures,
        &mut scratch,
    );
    let pass = &program.passes[0];
    machine.enter(pass);
    let site = &pass.calls[0];
    let mut run = |time: &Time| {
        machine.fixed_time = Some(*time);
        let result = machine.call(site, runner(site), 0);
        result
            .map(|value| literal(&value))
            .map_err(|error| error.to_string())
    };
    times.iter().map(&mut run).collect()
}

/// A program that is one pass and looks for nothing.
pub(super) fn program_of(pass: Pass) -> Program {
    Program {
        id: ProgramId::unique(),
        signal: Signal::Logs,
        passes: vec![pass],
        sweeps: Vec::new(),
        flattens_logs: false,
        touched: TouchedLevels::default(),
    }
}

/// The literal that says this value.
pub fn literal(value: &Value<'_>) -> Option<Literal> {
    Some(match value {
        Value::String(text) => Literal::String(text.to_vec()),
        Value::Int(v) => Literal::Int(*v),
        Value::Double(v) => Literal::Double(*v),
        Value::Bool(v) => Literal::Bool(*v),
        Value::Duration(v) => Literal::Duration(*v),
        _ => return None,
    })
}
