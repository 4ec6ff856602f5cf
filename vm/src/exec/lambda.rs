//! Lambdas: code that a function's body runs on its own lane, as often as it likes.
//!
//! A lambda's registers and masks are its own while the call runs, so nothing has to be saved but which lanes
//! have not failed. What fails in a lambda fails no statement: it is an error of the call that evaluates it.

use super::machine::Machine;
use super::mask::Mask;
use crate::error::Error;
use crate::limits::LAMBDA_RUN_COUNT_MAX;
use crate::program::Lambda;
use crate::value::Value;

/// What the lambdas of a request have met and done.
#[derive(Default)]
pub(crate) struct Lambdas<'a> {
    /// How many run, one within the other.
    depth: u32,
    /// What the innermost one failed with.
    raised: Option<Error<'a>>,
    /// How many have run.
    run_count: u64,
}

impl<'a> Lambdas<'a> {
    /// Takes an error if a lambda runs.
    pub(crate) fn catch(&mut self, error: Error<'a>) -> bool {
        if self.depth > 0 {
            self.raised = Some(error);
        }
        self.depth > 0
    }
}

impl<'p: 'a, 'a> Machine<'p, 'a> {
    /// Evaluates a lambda on a lane. Its result where it stands.
    pub(crate) fn evaluate(
        &mut self,
        lambda: &'p Lambda,
        lane: usize,
        values: &[&Value<'a>],
    ) -> Result<&Value<'a>, Error<'a>> {
        self.lambdas.run_count += 1;
        if self.lambdas.run_count > LAMBDA_RUN_COUNT_MAX || self.is_memory_spent() {
            return Err(Error::new(
                "lambda expressions take too much time or memory",
            ));
        }
        for (parameter, value) in lambda.parameters.iter().zip(values) {
            if let Some(register) = parameter {
                self.set_register(*register, lane, **value);
            }
        }
        if !lambda.code.is_empty() {
            self.run_lambda(lambda, lane);
        }
        if let Some(error) = self.lambdas.raised.take() {
            return Err(error);
        }
        match self.value(self.column(lambda.result), lane) {
            Value::Error(error) => Err(*error),
            value => Ok(value),
        }
    }

    fn run_lambda(&mut self, lambda: &'p Lambda, lane: usize) {
        let ok = self.ok;
        self.ok = Mask::only(lane);
        self.masks[usize::from(lambda.mask)] = self.ok;
        self.lambdas.depth += 1;
        self.execute(&lambda.code);
        self.lambdas.depth -= 1;
        self.ok = ok;
    }
}
