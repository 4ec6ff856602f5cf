//! The twin of a program: its tests are the loads and comparisons that they stand for.

use ottl_vm::compare::Comparator;
use ottl_vm::instruction::{Instruction, Op};
use ottl_vm::program::{Program, Test, Tested};

/// Writes the tests of a program out.
pub fn unfuse(program: &mut Program) {
    for pass in &mut program.passes {
        let free = pass.registers as u16;
        pass.registers += 2;
        let sections = pass.hoisted.iter_mut().map(|section| &mut section.code);
        let lambdas = pass.lambdas.iter_mut().map(|lambda| &mut lambda.code);
        let all = sections.chain(lambdas).chain([&mut pass.code]);
        all.for_each(|code| *code = written_out(code, &pass.tests, free));
        pass.tests.clear();
    }
}

fn written_out(code: &[Instruction], tests: &[Test], free: u16) -> Vec<Instruction> {
    let mut out = Vec::new();
    let mut places = Vec::new();
    for instruction in code {
        places.push(out.len());
        match instruction.op {
            Op::Test => out.extend(steps(instruction, &tests[usize::from(instruction.a)], free)),
            _ => out.push(*instruction),
        }
    }
    places.push(out.len());
    for instruction in out.iter_mut().filter(|one| one.op == Op::SkipIfNone) {
        instruction.a = places[usize::from(instruction.a)] as u16;
    }
    out
}

fn steps(instruction: &Instruction, test: &Test, free: u16) -> Vec<Instruction> {
    let step = |op, dst, a, b| Instruction {
        op,
        mask: instruction.mask,
        dst,
        a,
        b,
    };
    let mut steps = match test.left {
        Tested::Path(path) => vec![step(Op::Load, free, path, 0)],
        Tested::Between { end, start } => vec![
            step(Op::Load, free, end, 0),
            step(Op::Load, free + 1, start, 0),
            step(Op::Subtract, free, free, free + 1),
        ],
    };
    let op = match test.comparator {
        Comparator::Equal => Op::Equal,
        Comparator::NotEqual => Op::NotEqual,
        Comparator::Less => Op::Less,
        Comparator::LessEqual => Op::LessEqual,
        Comparator::Greater => Op::Greater,
        Comparator::GreaterEqual => Op::GreaterEqual,
    };
    steps.push(step(op, instruction.dst, free, test.right));
    steps
}
