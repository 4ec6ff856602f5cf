//! Programs as text.
//!
//! Constants, paths and calls are spelled out where they are used; registers are `r0`, masks `m0`, results
//! of hoisted sections `h0`, places in the code `@12`. An instruction that runs under a mask ends in `? m0`.

use crate::function::Literal;
use crate::instruction::{CONSTANT, Instruction, OperandKind};
use crate::path::Level;
use crate::program::{
    Argument, CallSite, ErrorMode, Key, Lambda, Pass, Path, Program, Rows, Test, Tested,
};
use std::fmt::Write;

/// A program as text, for people and for golden files.
pub fn disasm(program: &Program) -> String {
    let mut out = format!("program {}", lower(&format!("{:?}", program.signal)));
    for sweeping in &program.sweeps {
        let what = lower(&format!("{:?}", sweeping.what));
        push(&mut out, format_args!(", sweeps {what}"));
        if sweeping.after < program.passes.len() {
            push(&mut out, format_args!(" before pass {}", sweeping.after));
        }
    }
    out.push('\n');
    touched(&mut out, program);
    for (number, pass) in program.passes.iter().enumerate() {
        out.push('\n');
        header(&mut out, number, pass);
        for section in &pass.hoisted {
            push(
                &mut out,
                format_args!("  once per {}\n", container(section.level)),
            );
            code(&mut out, pass, &section.code);
            for (result, register) in &section.results {
                push(&mut out, format_args!("       h{result} = r{register}\n"));
            }
        }
        for (number, lambda) in pass.lambdas.iter().enumerate() {
            self::lambda(&mut out, pass, number, lambda);
        }
        push(&mut out, format_args!("  per {}", pass.context.name()));
        for (index, guard) in pass.guards.iter().enumerate() {
            let word = if index == 0 { " where" } else { " or" };
            push(&mut out, format_args!("{word} h{guard}"));
        }
        out.push('\n');
        code(&mut out, pass, &pass.code);
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

fn lower(name: &str) -> String {
    name.to_lowercase()
}

fn container(level: Level) -> &'static str {
    match level {
        Level::ResourceContainer => "resource",
        Level::ScopeContainer => "scope",
        _ => "record",
    }
}

fn header(out: &mut String, number: usize, pass: &Pass) {
    let order = if pass.lanes == 1 {
        "one by one"
    } else {
        "in blocks"
    };
    push(
        out,
        format_args!("pass {number}: {} {order}", pass.context.name()),
    );
    match pass.error_mode {
        ErrorMode::Ignore => {}
        ErrorMode::Silent => out.push_str(", silent"),
        ErrorMode::Propagate => out.push_str(", propagate"),
    }
    if pass.shared_cache {
        out.push_str(", shared cache");
    }
    push(
        out,
        format_args!(", {} registers, {} masks\n", pass.registers, pass.masks),
    );
}

/// What the passes look for, level by level.
fn touched(out: &mut String, program: &Program) {
    for (level, touched) in program.touched.levels().iter().enumerate() {
        if touched.slots == 0 && touched.rows == Rows::Never {
            continue;
        }
        push(out, format_args!("touches {}:", LEVELS[level]));
        for (field, slot) in &touched.fields {
            match field {
                [a, b, c, d] if a == b && b == c && c == d => {
                    push(out, format_args!(" field {a} = s{slot}"))
                }
                [a, b, c, d] => push(out, format_args!(" field {a}/{b}/{c}/{d} = s{slot}")),
            }
        }
        for (key, slot) in &touched.keys {
            push(out, format_args!(" {} = s{slot}", text(key)));
        }
        out.push_str(match touched.rows {
            Rows::Never => "",
            Rows::WhenAsked => " all attributes when asked for",
            Rows::AtOnce => " all attributes",
        });
        out.push('\n');
    }
}

/// The names of levels, by `Level as usize`.
const LEVELS: [&str; Level::COUNT] = [
    "resource container",
    "resource",
    "scope container",
    "scope",
    "span",
    "spanevent",
    "log",
    "metric",
    "metric data",
    "datapoint",
    "exemplar",
    "profile",
    "dictionary",
    "cache",
];

fn lambda(out: &mut String, pass: &Pass, number: usize, lambda: &Lambda) {
    let parameters = lambda.parameters.iter().map(|parameter| match parameter {
        Some(register) => format!("r{register}"),
        None => "_".to_owned(),
    });
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let result = value(pass, lambda.result);
    push(
        out,
        format_args!(
            "  lambda {number} ({parameters}) => {result} ? m{}\n",
            lambda.mask
        ),
    );
    code(out, pass, &lambda.code);
}

fn code(out: &mut String, pass: &Pass, code: &[Instruction]) {
    for (at, instruction) in code.iter().enumerate() {
        push(out, format_args!("  {at:04} {}\n", line(pass, instruction)));
    }
}

/// One instruction.
fn line(pass: &Pass, instruction: &Instruction) -> String {
    let [mask, dst, a, b] = instruction.op.operands();
    let mut out = String::new();
    match (mask, dst) {
        (OperandKind::MaskOut, _) => push(&mut out, format_args!("m{} = ", instruction.mask)),
        (_, OperandKind::MaskOut) => push(&mut out, format_args!("m{} = ", instruction.dst)),
        (_, OperandKind::ValueOut) => push(&mut out, format_args!("r{} = ", instruction.dst)),
        _ => {}
    }
    out.push_str(instruction.op.name());
    let mut separator = " ";
    for (kind, operand) in [(a, instruction.a), (b, instruction.b)] {
        if kind != OperandKind::None {
            out.push_str(separator);
            out.push_str(&spell(pass, kind, operand));
            separator = ", ";
        }
    }
    if mask == OperandKind::Mask {
        push(&mut out, format_args!(" ? m{}", instruction.mask));
    }
    out
}

fn spell(pass: &Pass, kind: OperandKind, operand: u16) -> String {
    let index = usize::from(operand);
    match kind {
        OperandKind::Mask | OperandKind::MaskOut => format!("m{operand}"),
        OperandKind::Value | OperandKind::ValueOut => value(pass, operand),
        OperandKind::Path => path_at(pass, operand),
        OperandKind::Test => pass
            .tests
            .get(index)
            .map_or_else(missing, |found| test(pass, found)),
        OperandKind::Call => pass
            .calls
            .get(index)
            .map_or_else(missing, |found| call(pass, found)),
        OperandKind::Operands => pass.operands.get(index).map_or_else(missing, |list| {
            let items: Vec<_> = list.iter().map(|operand| value(pass, *operand)).collect();
            format!("[{}]", items.join(", "))
        }),
        OperandKind::Statement => pass
            .statements
            .get(index)
            .map_or_else(missing, |statement| format!("`{}`", statement.text)),
        OperandKind::Hoisted => format!("h{operand}"),
        OperandKind::Target => format!("@{operand:04}"),
        OperandKind::None => String::new(),
    }
}

/// What an operand that names nothing looks like; the verifier refuses it.
fn missing() -> String {
    "?".to_owned()
}

fn value(pass: &Pass, operand: u16) -> String {
    if operand & CONSTANT == 0 {
        return format!("r{operand}");
    }
    pass.constants
        .get(usize::from(operand & !CONSTANT))
        .map_or_else(missing, literal)
}

fn test(pass: &Pass, test: &Test) -> String {
    let left = match test.left {
        Tested::Path(path) => path_at(pass, path),
        Tested::Between { end, start } => {
            format!("{} - {}", path_at(pass, end), path_at(pass, start))
        }
    };
    let (symbol, right) = (test.comparator.symbol(), value(pass, test.right));
    format!("{left} {symbol} {right}")
}

fn path_at(pass: &Pass, index: u16) -> String {
    pass.paths
        .get(usize::from(index))
        .map_or_else(missing, |found| path(pass, found))
}

fn path(pass: &Pass, path: &Path) -> String {
    let mut out = path.text.clone();
    let operands: Vec<_> = path
        .keys
        .iter()
        .filter_map(|key| match key {
            Key::Value(operand) => Some(value(pass, *operand)),
            _ => None,
        })
        .collect();
    if !operands.is_empty() {
        push(&mut out, format_args!(" with {}", operands.join(", ")));
    }
    if let Some(slot) = path.slot {
        push(&mut out, format_args!(" @s{slot}"));
    }
    out
}

fn call(pass: &Pass, call: &CallSite) -> String {
    let arguments = call.arguments.iter().map(|given| argument(pass, given));
    let prepared = if call.prepared.is_some() {
        " prepared"
    } else {
        ""
    };
    format!(
        "{}({}){prepared}",
        call.function.name,
        arguments.collect::<Vec<_>>().join(", ")
    )
}

fn argument(pass: &Pass, argument: &Argument) -> String {
    match argument {
        Argument::Absent => "-".to_owned(),
        Argument::Value(operand) => value(pass, *operand),
        Argument::Path(index) => path_at(pass, *index),
        Argument::List(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| self::argument(pass, item))
                .collect();
            format!("[{}]", items.join(", "))
        }
        Argument::Literal(found) => literal(found),
        Argument::Function(function) => function.name.to_owned(),
        Argument::Lambda(number) => format!("lambda {number}"),
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Nil => "nil".to_owned(),
        Literal::String(bytes) => text(bytes),
        Literal::Bytes(bytes) => bytes.iter().fold("0x".to_owned(), |mut out, byte| {
            push(&mut out, format_args!("{byte:02x}"));
            out
        }),
        Literal::Int(value) => value.to_string(),
        Literal::Double(value) => format!("{value:?}"),
        Literal::Bool(value) => value.to_string(),
        Literal::Duration(nanos) => format!("{nanos}ns"),
        Literal::List(items) => {
            let items: Vec<_> = items.iter().map(self::literal).collect();
            format!("[{}]", items.join(", "))
        }
        Literal::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", text(key), self::literal(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Literal::Function(function) => function.name.to_owned(),
        Literal::Lambda => "lambda".to_owned(),
    }
}

fn text(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}
