//! Tests: conditions into masks. A test under a mask yields the part of the mask for which it is true.
//!
//! `and` narrows a mask leg by leg; `or` tries each leg on the lanes that no earlier leg has chosen. So each
//! lane evaluates exactly what the reference evaluates for its record.

use super::super::effects::is_infallible_test;
use super::super::resolved::{Comparator, Expr, Test};
use super::code::Mask;
use super::pools::Full;
use super::{At, Lowering};
use ottl_vm::instruction::Op;

impl Lowering<'_> {
    /// Puts the part of `mask` for which the test is true into the mask register `dst`, which may be the
    /// mask's own.
    pub(super) fn test(&mut self, at: At, test: &Test, mask: Mask, dst: u8) -> Result<Mask, Full> {
        if at == At::Records
            && !matches!(test, Test::Literal(_))
            && is_infallible_test(test)
            && let Some(section) = self.section(self.stable().rate_of_test(test))
        {
            let result = self.hoist_test(section, test)?;
            self.records
                .push(Op::TestHoisted, mask.register, dst.into(), result, 0);
            return Ok(self.records.part_of(mask, dst));
        }
        match test {
            Test::Literal(value) => {
                let code = self.code(at);
                let op = if *value { Op::MaskCopy } else { Op::MaskNone };
                code.push(op, mask.register, dst.into(), 0, 0);
                Ok(code.part_of(mask, dst))
            }
            Test::And(tests) => self.all(at, tests, mask, dst),
            Test::Or(tests) => self.any(at, tests, mask, dst),
            Test::Not(test) => self.none(at, test, mask, dst),
            Test::Comparison {
                operator,
                left,
                right,
            } => self.comparison(at, *operator, [left, right], mask, dst),
            Test::Truth(value) => {
                if let Some(call) = self.fused_call(at, value, mask)? {
                    let code = self.code(at);
                    code.push(Op::TestText, mask.register, dst.into(), call, 0);
                    code.may_fail();
                    return Ok(code.part_of(mask, dst));
                }
                let operand = self.expr(at, value, mask)?;
                let code = self.code(at);
                code.push(Op::Truth, mask.register, dst.into(), operand.code, 0);
                code.release(operand);
                code.may_fail();
                Ok(code.part_of(mask, dst))
            }
        }
    }

    fn comparison(
        &mut self,
        at: At,
        operator: Comparator,
        [left, right]: [&Expr; 2],
        mask: Mask,
        dst: u8,
    ) -> Result<Mask, Full> {
        if let Some(test) = self.fused(at, operator, [left, right], mask)? {
            let code = self.code(at);
            code.push(Op::Test, mask.register, dst.into(), test, 0);
            return Ok(code.part_of(mask, dst));
        }
        let (a, b) = (self.expr(at, left, mask)?, self.expr(at, right, mask)?);
        let code = self.code(at);
        code.push(op(operator), mask.register, dst.into(), a.code, b.code);
        code.release(a);
        code.release(b);
        self.used_by_decision(at, &[left, right]);
        Ok(self.code(at).part_of(mask, dst))
    }

    fn all(&mut self, at: At, tests: &[Test], mask: Mask, dst: u8) -> Result<Mask, Full> {
        let mut chosen = mask;
        let mut jumps = Vec::new();
        for (index, test) in tests.iter().enumerate() {
            if index > 0 && is_dear(test) {
                jumps.push(self.code(at).skip_if_none(chosen));
            }
            chosen = self.test(at, test, chosen, dst)?;
        }
        self.land(at, jumps)?;
        Ok(chosen)
    }

    fn any(&mut self, at: At, tests: &[Test], mask: Mask, dst: u8) -> Result<Mask, Full> {
        // The mask is needed until the end.
        let is_in_place = dst == mask.register;
        let chosen = if is_in_place {
            self.code(at).mask_register()?
        } else {
            dst
        };
        let rest = self.code(at).mask_register()?;
        let leg = self.code(at).mask_register()?;
        let mut jumps = Vec::new();
        for (index, test) in tests.iter().enumerate() {
            if index == 0 {
                self.test(at, test, mask, chosen)?;
                continue;
            }
            let code = self.code(at);
            code.push(
                Op::MaskWithout,
                mask.register,
                rest.into(),
                chosen.into(),
                0,
            );
            let left = code.part_of(mask, rest);
            if is_dear(test) {
                jumps.push(code.skip_if_none(left));
            }
            self.test(at, test, left, leg)?;
            self.code(at).push(
                Op::MaskOr,
                mask.register,
                chosen.into(),
                chosen.into(),
                leg.into(),
            );
        }
        self.land(at, jumps)?;
        let code = self.code(at);
        code.free_mask(leg);
        code.free_mask(rest);
        if is_in_place {
            code.push(Op::MaskCopy, chosen, dst.into(), 0, 0);
            code.free_mask(chosen);
        }
        Ok(code.part_of(mask, dst))
    }

    fn none(&mut self, at: At, test: &Test, mask: Mask, dst: u8) -> Result<Mask, Full> {
        let is_in_place = dst == mask.register;
        let chosen = if is_in_place {
            self.code(at).mask_register()?
        } else {
            dst
        };
        self.test(at, test, mask, chosen)?;
        let code = self.code(at);
        code.push(Op::MaskWithout, mask.register, dst.into(), chosen.into(), 0);
        if is_in_place {
            code.free_mask(chosen);
        }
        Ok(code.part_of(mask, dst))
    }

    fn land(&mut self, at: At, jumps: Vec<usize>) -> Result<(), Full> {
        jumps
            .into_iter()
            .try_for_each(|jump| self.code(at).land(jump))
    }
}

/// Whether a test costs more than finding out that no lane needs it.
fn is_dear(test: &Test) -> bool {
    let is_plain = |expr: &Expr| matches!(expr, Expr::Literal(_) | Expr::Path(_) | Expr::Local(_));
    match test {
        Test::Literal(_) => false,
        Test::Comparison { left, right, .. } => !is_plain(left) || !is_plain(right),
        _ => true,
    }
}

fn op(operator: Comparator) -> Op {
    match operator {
        Comparator::Equal => Op::Equal,
        Comparator::NotEqual => Op::NotEqual,
        Comparator::Less => Op::Less,
        Comparator::LessOrEqual => Op::LessEqual,
        Comparator::Greater => Op::Greater,
        Comparator::GreaterOrEqual => Op::GreaterEqual,
    }
}
