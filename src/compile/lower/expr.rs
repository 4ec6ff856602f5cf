//! Expressions: values into registers.

use super::super::effects::{Rate, is_infallible};
use super::super::fold;
use super::super::resolved::{self, Argument, Call, Expr, Operator};
use super::code::{Mask, Operand, Source};
use super::pools::Full;
use super::{At, Lowering};
use ottl_vm::function::{Cost, Function, Literal};
use ottl_vm::instruction::{CONSTANT, Op};
use ottl_vm::program::{self, CallSite, Key};

impl Lowering<'_> {
    /// Evaluates an expression for the lanes of a mask.
    pub(super) fn expr(&mut self, at: At, expr: &Expr, mask: Mask) -> Result<Operand, Full> {
        if let Expr::Literal(literal) = expr {
            return self.pools.constant(literal).map(Operand::constant);
        }
        if let Some(literal) = fold::value(expr) {
            return self.pools.constant(&literal).map(Operand::constant);
        }
        if at == At::Records
            && let Some(section) = self.section(self.stable().rate(expr))
        {
            let result = self.hoist_expr(section, expr)?;
            return self.broadcast(result, mask);
        }
        match expr {
            Expr::Path(path) => self.load(at, path, mask),
            Expr::Local(local) => self.parameter(*local),
            Expr::Call(call) => {
                let (number, operands) = self.call_site(at, call, mask)?;
                self.compute(at, Op::Call, mask, number, 0, operands)
            }
            Expr::Index(value, keys) => self.index(at, value, keys, mask),
            Expr::List(items) => {
                let operands = items
                    .iter()
                    .map(|item| self.expr(at, item, mask))
                    .collect::<Result<Vec<_>, _>>()?;
                let list = self
                    .pools
                    .operands(operands.iter().map(|operand| operand.code).collect())?;
                self.compute(at, Op::List, mask, list, 0, operands)
            }
            Expr::Map(entries) => self.map(at, entries, mask),
            Expr::Math(operator, left, right) => {
                let (left, right) = (self.expr(at, left, mask)?, self.expr(at, right, mask)?);
                self.compute(
                    at,
                    math(*operator),
                    mask,
                    left.code,
                    right.code,
                    vec![left, right],
                )
            }
            Expr::Negate(value) => {
                let value = self.expr(at, value, mask)?;
                self.compute(at, Op::Negate, mask, value.code, 0, vec![value])
            }
            // Handled above.
            Expr::Literal(literal) => self.pools.constant(literal).map(Operand::constant),
        }
    }

    /// An instruction that writes a new register, and then needs its operands no more.
    fn compute(
        &mut self,
        at: At,
        op: Op,
        mask: Mask,
        a: u16,
        b: u16,
        operands: Vec<Operand>,
    ) -> Result<Operand, Full> {
        let code = self.code(at);
        let dst = code.register()?;
        code.push(op, mask.register, dst, a, b);
        operands
            .into_iter()
            .for_each(|operand| code.release(operand));
        Ok(code.temporary(dst))
    }

    fn load(&mut self, at: At, path: &resolved::Path, mask: Mask) -> Result<Operand, Full> {
        let remaining = self.used(path);
        let (number, keys) = self.path(at, path, mask)?;
        let source = Source::Path(number);
        let is_constant = self.pools.is_shared(number);
        let code = self.code(at);
        if is_constant && let Some(loaded) = code.loaded(source, mask) {
            return Ok(loaded);
        }
        let dst = code.register()?;
        code.push(Op::Load, mask.register, dst, number, 0);
        keys.into_iter().for_each(|key| code.release(key));
        if !is_constant || (at == At::Records && remaining == 0) {
            return Ok(code.temporary(dst));
        }
        Ok(code.remember(source, mask, dst, true))
    }

    /// How often a path is read after this, which is a read.
    pub(super) fn used(&mut self, path: &resolved::Path) -> usize {
        let to_come = self.reads_to_come(path);
        if let Some((_, count)) = self.uses.iter_mut().find(|(other, _)| *other == path) {
            *count = to_come;
        }
        to_come
    }

    /// How often a path is read after the read at hand.
    pub(super) fn reads_to_come(&self, path: &resolved::Path) -> usize {
        let found = self.uses.iter().find(|(other, _)| *other == path);
        found.map_or(0, |(_, count)| count.saturating_sub(1))
    }

    /// A result of a hoisted section, for the lanes of a mask.
    pub(super) fn broadcast(&mut self, result: u16, mask: Mask) -> Result<Operand, Full> {
        let source = Source::Hoisted(result);
        if let Some(loaded) = self.records.loaded(source, mask) {
            return Ok(loaded);
        }
        let dst = self.records.register()?;
        self.records
            .push(Op::Broadcast, mask.register, dst, result, 0);
        Ok(self.records.remember(source, mask, dst, true))
    }

    /// The number of a path, and the operands that its keys are in.
    pub(super) fn path(
        &mut self,
        at: At,
        path: &resolved::Path,
        mask: Mask,
    ) -> Result<(u16, Vec<Operand>), Full> {
        let (keys, operands) = self.keys(at, &path.keys, mask)?;
        let number = self.pools.path(path, keys)?;
        self.pools.ask_for_rows(path);
        Ok((number, operands))
    }

    fn keys(
        &mut self,
        at: At,
        keys: &[resolved::Key],
        mask: Mask,
    ) -> Result<(Vec<Key>, Vec<Operand>), Full> {
        let mut operands = Vec::new();
        let mut lowered = Vec::with_capacity(keys.len());
        for key in keys {
            lowered.push(match key {
                resolved::Key::String(key) => Key::String(key.clone()),
                resolved::Key::Int(index) => Key::Int(*index),
                resolved::Key::Expression(value) => {
                    let operand = self.expr(at, value, mask)?;
                    operands.push(operand);
                    Key::Value(operand.code)
                }
            });
        }
        Ok((lowered, operands))
    }

    fn index(
        &mut self,
        at: At,
        value: &Expr,
        keys: &[resolved::Key],
        mask: Mask,
    ) -> Result<Operand, Full> {
        let mut operands = vec![self.expr(at, value, mask)?];
        for key in keys {
            operands.push(match key {
                resolved::Key::String(key) => {
                    Operand::constant(self.pools.constant(&Literal::String(key.clone()))?)
                }
                resolved::Key::Int(index) => {
                    Operand::constant(self.pools.constant(&Literal::Int(*index))?)
                }
                resolved::Key::Expression(value) => self.expr(at, value, mask)?,
            });
        }
        let list = self
            .pools
            .operands(operands[1..].iter().map(|operand| operand.code).collect())?;
        self.compute(at, Op::Index, mask, operands[0].code, list, operands)
    }

    fn map(&mut self, at: At, entries: &[(Vec<u8>, Expr)], mask: Mask) -> Result<Operand, Full> {
        let mut operands = Vec::with_capacity(entries.len() * 2);
        for (key, value) in entries {
            operands.push(Operand::constant(
                self.pools.constant(&Literal::String(key.clone()))?,
            ));
            operands.push(self.expr(at, value, mask)?);
        }
        let list = self
            .pools
            .operands(operands.iter().map(|operand| operand.code).collect())?;
        self.compute(at, Op::Map, mask, list, 0, operands)
    }

    /// The number of a call, and the operands that its arguments are in.
    pub(super) fn call_site(
        &mut self,
        at: At,
        call: &Call,
        mask: Mask,
    ) -> Result<(u16, Vec<Operand>), Full> {
        let mut operands = Vec::new();
        let prepared = call
            .prepared
            .and_then(|index| self.prepared.get_mut(index)?.take());
        let shortcut = self.pools.shortcut(call, prepared.as_ref());
        let arguments = call
            .arguments
            .iter()
            .map(|argument| self.argument(at, argument, mask, &mut operands))
            .collect::<Result<Vec<_>, _>>()?;
        let remembered_by = remembered_by(call.function, &arguments);
        let scratch = self.call_count;
        self.call_count += 1 + usize::from(remembered_by.is_some());
        let number = self.pools.call(CallSite {
            function: call.function,
            arguments,
            prepared,
            scratch,
            remembered_by,
            shortcut,
        })?;
        Ok((number, operands))
    }

    fn argument(
        &mut self,
        at: At,
        argument: &Argument,
        mask: Mask,
        operands: &mut Vec<Operand>,
    ) -> Result<program::Argument, Full> {
        Ok(match argument {
            Argument::Absent => program::Argument::Absent,
            Argument::Expr(value) => {
                let operand = self.expr(at, value, mask)?;
                operands.push(operand);
                program::Argument::Value(operand.code)
            }
            Argument::Path(path) => {
                let (number, keys) = self.path(at, path, mask)?;
                operands.extend(keys);
                program::Argument::Path(number)
            }
            Argument::List(items) => {
                let items = items
                    .iter()
                    .map(|item| self.argument(at, item, mask, operands));
                program::Argument::List(items.collect::<Result<_, _>>()?)
            }
            Argument::Literal(literal) => program::Argument::Literal(literal.clone()),
            Argument::Function(function) => program::Argument::Function(function),
            Argument::Lambda(lambda) => {
                let (number, used) = self.lambda(at, lambda, mask)?;
                operands.extend(used);
                program::Argument::Lambda(number)
            }
        })
    }

    /// The section that can evaluate what has to be evaluated this often, if there is one.
    pub(super) fn section(&self, rate: Rate) -> Option<At> {
        match rate {
            Rate::Once | Rate::Resource if self.plan.stable.resource => Some(At::Resources),
            Rate::Once | Rate::Scope if self.plan.stable.scope => Some(At::Scopes),
            _ => None,
        }
    }

    /// Notes that using these operands may fail the statement on some lanes.
    pub(super) fn used_by_decision(&mut self, at: At, exprs: &[&Expr]) {
        if !exprs.iter().all(|expr| is_infallible(expr)) {
            self.code(at).may_fail();
        }
    }
}

/// The operand by whose value the results of a costly call can be remembered: all other arguments are known. One of a call of
/// which all are, as it may run for each record even so: where what it stands in can move, nothing is hoisted.
fn remembered_by(function: &Function, arguments: &[program::Argument]) -> Option<u16> {
    if function.cost != Cost::Costly {
        return None;
    }
    let is_known = |argument: &program::Argument| match argument {
        program::Argument::Absent | program::Argument::Literal(_) => true,
        program::Argument::Value(operand) => operand & CONSTANT != 0,
        program::Argument::List(items) => items.iter().all(|item| match item {
            program::Argument::Value(operand) => operand & CONSTANT != 0,
            item => matches!(item, program::Argument::Literal(_)),
        }),
        _ => false,
    };
    let mut unknown = arguments.iter().filter(|argument| !is_known(argument));
    match (unknown.next(), unknown.next()) {
        (Some(program::Argument::Value(operand)), None) => Some(*operand),
        (None, _) => arguments.iter().find_map(|argument| match argument {
            program::Argument::Value(operand) => Some(*operand),
            _ => None,
        }),
        _ => None,
    }
}

fn math(operator: Operator) -> Op {
    match operator {
        Operator::Add => Op::Add,
        Operator::Subtract => Op::Subtract,
        Operator::Multiply => Op::Multiply,
        Operator::Divide => Op::Divide,
    }
}
