//! The twin of a program: its tests are the loads, calls and comparisons that they stand for.

use ottl_vm::compare::Comparator;
use ottl_vm::instruction::{Instruction, Op};
use ottl_vm::program::{Argument, CallSite, Pass, Program, Test, Tested};

/// Writes the tests of a program out.
pub fn unfuse(program: &mut Program) {
    for pass in &mut program.passes {
        let free = pass.registers as u16;
        pass.registers += 2;
        let tests = Tests::take(pass, free);
        let sections = pass.hoisted.iter_mut().map(|section| &mut section.code);
        let lambdas = pass.lambdas.iter_mut().map(|lambda| &mut lambda.code);
        let all = sections.chain(lambdas).chain([&mut pass.code]);
        all.for_each(|code| *code = written_out(code, &tests));
    }
}

/// The tests of a pass.
struct Tests {
    tests: Vec<Test>,
    /// By call: the path whose text it tests.
    texts: Vec<Option<u16>>,
    /// The first of two registers that are free.
    free: u16,
}

impl Tests {
    /// Takes those of a pass, whose calls are of a register in place of a path from then on.
    fn take(pass: &mut Pass, free: u16) -> Tests {
        let all = (pass.hoisted.iter().map(|section| &section.code))
            .chain(pass.lambdas.iter().map(|lambda| &lambda.code))
            .chain([&pass.code]);
        let of_texts = all.flatten().filter(|one| one.op == Op::TestText);
        let calls: Vec<_> = of_texts.map(|one| usize::from(one.a)).collect();
        let mut texts = vec![None; pass.calls.len()];
        for call in calls {
            texts[call] = path_taken(&mut pass.calls[call], free);
        }
        Tests {
            tests: std::mem::take(&mut pass.tests),
            texts,
            free,
        }
    }
}

/// The path that a call's first argument is, which becomes a register.
fn path_taken(call: &mut CallSite, register: u16) -> Option<u16> {
    let argument = call.arguments.first_mut()?;
    let Argument::Path(path) = *argument else {
        return None;
    };
    *argument = Argument::Value(register);
    Some(path)
}

fn written_out(code: &[Instruction], tests: &Tests) -> Vec<Instruction> {
    let mut out = Vec::new();
    let mut places = Vec::new();
    for instruction in code {
        places.push(out.len());
        match instruction.op {
            Op::Test => {
                let test = &tests.tests[usize::from(instruction.a)];
                out.extend(steps(instruction, test, tests.free));
            }
            Op::TestText => {
                let path = tests.texts[usize::from(instruction.a)];
                let path = path.expect("a call of a path");
                out.extend(text_steps(instruction, path, tests.free));
            }
            _ => out.push(*instruction),
        }
    }
    places.push(out.len());
    for instruction in out.iter_mut().filter(|one| one.op == Op::SkipIfNone) {
        instruction.a = places[usize::from(instruction.a)] as u16;
    }
    out
}

/// Instructions under the mask of another.
fn stepper(instruction: &Instruction) -> impl Fn(Op, u16, u16, u16) -> Instruction {
    let mask = instruction.mask;
    move |op, dst, a, b| Instruction {
        op,
        mask,
        dst,
        a,
        b,
    }
}

fn text_steps(instruction: &Instruction, path: u16, free: u16) -> [Instruction; 3] {
    let step = stepper(instruction);
    [
        step(Op::Load, free, path, 0),
        step(Op::Call, free, instruction.a, 0),
        step(Op::Truth, instruction.dst, free, 0),
    ]
}

fn steps(instruction: &Instruction, test: &Test, free: u16) -> Vec<Instruction> {
    let step = stepper(instruction);
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
