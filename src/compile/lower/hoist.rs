//! Hoisting: what need not run for each record runs once per resource or scope, in a section of its own.
//!
//! A section's results are values. A test is hoisted only if deciding it cannot fail, a value always: an
//! error stays in the result until a record's statement uses it.

use super::super::effects::is_infallible_test;
use super::super::resolved::{Expr, Test};
use super::code::Mask;
use super::pools::Full;
use super::{At, Lowering};
use ottl_vm::instruction::Op;

/// What has been hoisted.
#[derive(Default)]
pub(super) struct Hoisted {
    items: Vec<Item>,
}

struct Item {
    at: At,
    what: What,
    /// The register that holds the result at the end of the section.
    register: u16,
}

enum What {
    Expr(Expr),
    Test(Test),
}

impl Hoisted {
    /// How many results there are.
    pub(super) fn count(&self) -> usize {
        self.items.len()
    }

    /// The results of a section: their numbers and registers.
    pub(super) fn results(&self, at: At) -> Vec<(u16, u16)> {
        let numbered = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.at == at);
        numbered
            .map(|(number, item)| (number as u16, item.register))
            .collect()
    }

    /// The number of the result that is this expression's value, if there is one.
    fn find_expr(&self, at: At, expr: &Expr) -> Option<u16> {
        self.find(
            at,
            |what| matches!(what, What::Expr(other) if other == expr),
        )
    }

    /// The number of the result that says whether this test is true, if there is one.
    fn find_test(&self, at: At, test: &Test) -> Option<u16> {
        self.find(
            at,
            |what| matches!(what, What::Test(other) if other == test),
        )
    }

    /// The number of a result of resources without which a test is false, whatever the record; if it is false itself,
    /// nothing that could fail is looked at before.
    pub(super) fn guard(&self, test: &Test) -> Option<u16> {
        let at = At::Resources;
        match test {
            Test::Truth(value) => self.find_expr(at, value),
            Test::And(legs) => self.find_test(at, test).or_else(|| {
                let infallible = legs
                    .iter()
                    .take_while(|leg| is_infallible_test(leg))
                    .count();
                let mut decided = legs.iter().take(infallible + 1);
                decided.find_map(|leg| self.guard(leg))
            }),
            test => self.find_test(at, test),
        }
    }

    fn find(&self, at: At, is_same: impl Fn(&What) -> bool) -> Option<u16> {
        self.items
            .iter()
            .position(|item| item.at == at && is_same(&item.what))
            .map(|number| number as u16)
    }

    fn add(&mut self, item: Item) -> Result<u16, Full> {
        let number = u16::try_from(self.items.len()).map_err(|_| Full)?;
        self.items.push(item);
        Ok(number)
    }
}

impl Lowering<'_> {
    /// The number of the result that is this expression's value.
    pub(super) fn hoist_expr(&mut self, at: At, expr: &Expr) -> Result<u16, Full> {
        if let Some(number) = self.hoisted.find_expr(at, expr) {
            return Ok(number);
        }
        let mask = self.section_mask(at)?;
        let operand = self.expr(at, expr, mask)?;
        let register = self.code(at).keep(operand);
        self.hoisted.add(Item {
            at,
            what: What::Expr(expr.clone()),
            register,
        })
    }

    /// The number of the result that says whether this test is true.
    pub(super) fn hoist_test(&mut self, at: At, test: &Test) -> Result<u16, Full> {
        if let Some(number) = self.hoisted.find_test(at, test) {
            return Ok(number);
        }
        let mask = self.section_mask(at)?;
        let chosen = self.code(at).mask_register()?;
        self.test(at, test, mask, chosen)?;
        let code = self.code(at);
        let register = code.register()?;
        code.push(Op::MaskToBool, mask.register, register, chosen.into(), 0);
        code.free_mask(chosen);
        self.hoisted.add(Item {
            at,
            what: What::Test(test.clone()),
            register,
        })
    }

    /// The mask of all lanes of a section, for what belongs to no statement.
    fn section_mask(&mut self, at: At) -> Result<Mask, Full> {
        let statement = self.statement;
        let code = self.code(at);
        if let Some(mask) = code.open {
            return Ok(mask);
        }
        let mask = code.begin(Op::Begin, statement, true)?;
        code.open = Some(mask);
        Ok(mask)
    }
}
