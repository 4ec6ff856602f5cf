//! Checks that a program can be run: every operand names something, masks are written before they are
//! read, jumps go forward.
//!
//! Values need no such check: a register that was not written holds nil or an older value, never garbage.

use crate::instruction::{CONSTANT, Instruction, Op, OperandKind};
use crate::path::Level;
use crate::program::{Argument, Key, Pass, Program, Section, ShortcutCall, Tested, TouchedLevels};
use std::fmt;

/// What is wrong with a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The number of the pass.
    pub pass: usize,
    /// The position of the instruction in its code; `None` for tables.
    pub at: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pass {}", self.pass)?;
        if let Some(at) = self.at {
            write!(f, ", instruction {at}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for VerifyError {}

/// Checks a program.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(program: &Program) -> Result<(), VerifyError> {
    for (number, pass) in program.passes.iter().enumerate() {
        check_pass(pass, &program.touched).map_err(|(at, reason)| VerifyError {
            pass: number,
            at,
            reason,
        })?;
    }
    Ok(())
}

type Fault = (Option<usize>, String);

fn check_pass(pass: &Pass, touched: &TouchedLevels) -> Result<(), Fault> {
    check_tables(pass, touched).map_err(|reason| (None, reason))?;
    check_code(pass, &pass.code, None)?;
    for number in 0..pass.lambdas.len() {
        check_lambda(pass, number)?;
    }
    let mut results = vec![false; pass.hoisted_count];
    for section in &pass.hoisted {
        check_code(pass, &section.code, None)?;
        for (result, register) in &section.results {
            in_range("register", usize::from(*register), pass.registers)
                .map_err(|reason| (None, reason))?;
            match results.get_mut(usize::from(*result)) {
                Some(seen) if !*seen => *seen = true,
                Some(_) => return Err((None, format!("result {result} is given twice"))),
                None => {
                    return Err((
                        None,
                        format!("result {result} is beyond {}", pass.hoisted_count),
                    ));
                }
            }
        }
    }
    for guard in &pass.guards {
        let gives = |section: &&Section| section.results.iter().any(|(result, _)| result == guard);
        let section = pass.hoisted.iter().find(gives);
        if section.is_none_or(|section| section.level != Level::ResourceContainer) {
            return Err((None, format!("result {guard} is none of resources")));
        }
    }
    match results.iter().position(|seen| !seen) {
        Some(result) => Err((None, format!("no section gives result {result}"))),
        None => Ok(()),
    }
}

fn check_tables(pass: &Pass, touched: &TouchedLevels) -> Result<(), String> {
    for path in &pass.paths {
        for key in &path.keys {
            if let Key::Value(operand) = key {
                check_value(pass, *operand)?;
            }
        }
        if let Some(slot) = path.slot {
            let slots = touched.levels()[path.level as usize].slots;
            in_range("slot", usize::from(slot), usize::from(slots))?;
        }
    }
    for call in &pass.calls {
        let slots = match &call.shortcut {
            Some(ShortcutCall::WithoutSlot(slot)) => std::slice::from_ref(slot),
            Some(ShortcutCall::KeepsSlots(slots)) => slots,
            _ => &[],
        };
        if let Some(Argument::Path(path)) = call.arguments.first()
            && let Some(path) = pass.paths.get(usize::from(*path))
        {
            let limit = touched.levels()[path.level as usize].slots;
            for slot in slots {
                in_range("slot", usize::from(*slot), usize::from(limit))?;
            }
        }
        call.arguments
            .iter()
            .try_for_each(|argument| check_argument(pass, argument))?;
    }
    for test in &pass.tests {
        match test.left {
            Tested::Path(path) => in_range("path", usize::from(path), pass.paths.len())?,
            Tested::Between { end, start } => {
                in_range("path", usize::from(end.max(start)), pass.paths.len())?;
            }
        }
        if test.right & CONSTANT == 0 {
            return Err(format!("a test compares with register {}", test.right));
        }
        check_value(pass, test.right)?;
    }
    pass.operands
        .iter()
        .flatten()
        .try_for_each(|operand| check_value(pass, *operand))
}

/// Checks a lambda, and that none is within itself: those within it stand before it.
fn check_lambda(pass: &Pass, number: usize) -> Result<(), Fault> {
    let lambda = &pass.lambdas[number];
    let check = || {
        in_range("mask", usize::from(lambda.mask), pass.masks)?;
        for register in lambda.parameters.iter().flatten() {
            in_range("register", usize::from(*register), pass.registers)?;
        }
        check_value(pass, lambda.result)
    };
    check().map_err(|reason| (None, reason))?;
    check_code(pass, &lambda.code, Some(lambda.mask))?;
    for (at, instruction) in lambda.code.iter().enumerate() {
        if !matches!(instruction.op, Op::Call | Op::Edit | Op::TestText) {
            continue;
        }
        let arguments = &pass.calls[usize::from(instruction.a)].arguments;
        let is_later = |argument: &Argument| matches!(argument, Argument::Lambda(inner) if usize::from(*inner) >= number);
        if arguments.iter().any(is_later) {
            return Err((
                Some(at),
                format!("lambda {number} contains one that is not before it"),
            ));
        }
    }
    Ok(())
}

fn check_argument(pass: &Pass, argument: &Argument) -> Result<(), String> {
    match argument {
        Argument::Value(operand) => check_value(pass, *operand),
        Argument::Path(path) => in_range("path", usize::from(*path), pass.paths.len()),
        Argument::List(items) => items.iter().try_for_each(|item| check_argument(pass, item)),
        Argument::Lambda(lambda) => in_range("lambda", usize::from(*lambda), pass.lambdas.len()),
        Argument::Absent | Argument::Literal(_) | Argument::Function(_) => Ok(()),
    }
}

fn check_value(pass: &Pass, operand: u16) -> Result<(), String> {
    match operand & CONSTANT {
        0 => in_range("register", usize::from(operand), pass.registers),
        _ => in_range(
            "constant",
            usize::from(operand & !CONSTANT),
            pass.constants.len(),
        ),
    }
}

fn in_range(what: &str, index: usize, count: usize) -> Result<(), String> {
    if index < count {
        Ok(())
    } else {
        Err(format!("{what} {index} is beyond {count}"))
    }
}

/// Which masks have been written, on every way to an instruction.
type Written = [bool; 256];

/// Checks code before which the mask `given`, if any, has been written.
fn check_code(pass: &Pass, code: &[Instruction], given: Option<u8>) -> Result<(), Fault> {
    // What has been written where a jump lands: what both ways to it have written.
    let mut landings: Vec<Option<Written>> = vec![None; code.len() + 1];
    let mut written: Written = [false; 256];
    if let Some(given) = given {
        written[usize::from(given)] = true;
    }
    for (at, instruction) in code.iter().enumerate() {
        if let Some(other) = &landings[at] {
            for (mask, other) in written.iter_mut().zip(other) {
                *mask &= other;
            }
        }
        check_instruction(pass, instruction, &mut written).map_err(|reason| (Some(at), reason))?;
        if instruction.op == Op::SkipIfNone {
            let target = usize::from(instruction.a);
            if target <= at || target > code.len() {
                return Err((Some(at), format!("a jump to {target}")));
            }
            let landing = landings[target].get_or_insert(written);
            for (mask, other) in landing.iter_mut().zip(&written) {
                *mask &= other;
            }
        }
    }
    Ok(())
}

fn check_instruction(
    pass: &Pass,
    instruction: &Instruction,
    written: &mut Written,
) -> Result<(), String> {
    let [mask, dst, a, b] = instruction.op.operands();
    let operands = [
        (mask, u16::from(instruction.mask)),
        (dst, instruction.dst),
        (a, instruction.a),
        (b, instruction.b),
    ];
    for (kind, operand) in operands {
        let index = usize::from(operand);
        match kind {
            OperandKind::Mask => {
                in_range("mask", index, pass.masks)?;
                if !written[index % written.len()] {
                    return Err(format!("mask {index} is read before it is written"));
                }
            }
            OperandKind::MaskOut => in_range("mask", index, pass.masks.min(written.len()))?,
            OperandKind::Value => check_value(pass, operand)?,
            OperandKind::ValueOut => in_range("register", index, pass.registers)?,
            OperandKind::Path => in_range("path", index, pass.paths.len())?,
            OperandKind::Call => in_range("call", index, pass.calls.len())?,
            OperandKind::Operands => in_range("operand list", index, pass.operands.len())?,
            OperandKind::Test => in_range("test", index, pass.tests.len())?,
            OperandKind::Statement => in_range("statement", index, pass.statements.len())?,
            OperandKind::Hoisted => in_range("result", index, pass.hoisted_count)?,
            OperandKind::Target => {}
            OperandKind::None if operand != 0 => {
                return Err(format!("an unused operand is {operand}"));
            }
            OperandKind::None => {}
        }
    }
    for (kind, operand) in operands {
        if kind == OperandKind::MaskOut {
            written[usize::from(operand)] = true;
        }
    }
    Ok(())
}
