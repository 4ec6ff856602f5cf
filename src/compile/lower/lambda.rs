//! Lambdas: code of the same pass that the function of a call runs while the call runs.
//!
//! A body is lowered when its call's arguments are, into instructions of its own. It may use what has been
//! loaded before the call; what it loads itself is good in it alone, as nobody knows whether it runs.

use super::super::effects::Stable;
use super::super::resolved::{Lambda, LambdaBody, Local};
use super::code::{Mask, Operand};
use super::pools::Full;
use super::{At, Lowering};
use ottl_vm::instruction::Op;
use ottl_vm::program;

impl Lowering<'_> {
    /// The number of a lambda that is an argument of a call under this mask, and what its code uses: free for
    /// others only after the call.
    pub(super) fn lambda(
        &mut self,
        at: At,
        lambda: &Lambda,
        mask: Mask,
    ) -> Result<(u16, Vec<Operand>), Full> {
        let code = self.code(at);
        let interrupted = code.begin_lambda();
        let register = code.mask_register()?;
        let own = code.part_of(mask, register);
        let parameters = lambda
            .is_named
            .iter()
            .map(|is_named| is_named.then(|| code.register()).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        self.locals.push(parameters.clone());
        let result = self.lambda_body(at, &lambda.body, own)?;
        self.locals.pop();
        let body = self.code(at).end_lambda(interrupted);
        let number = self.pools.lambda(program::Lambda {
            parameters,
            mask: register,
            code: body.instructions,
            result: result.code,
        })?;
        Ok((number, body.used))
    }

    fn lambda_body(&mut self, at: At, body: &LambdaBody, mask: Mask) -> Result<Operand, Full> {
        let test = match body {
            LambdaBody::Value(value) => return self.expr(at, value, mask),
            LambdaBody::Test(test) => test,
        };
        let chosen = self.code(at).mask_register()?;
        self.test(at, test, mask, chosen)?;
        let code = self.code(at);
        let register = code.register()?;
        code.push(Op::MaskToBool, mask.register, register, chosen.into(), 0);
        Ok(code.temporary(register))
    }

    /// A parameter of a lambda around what is at hand.
    pub(super) fn parameter(&self, local: Local) -> Result<Operand, Full> {
        let parameters = self.locals.get(local.lambda);
        let register = parameters.and_then(|parameters| parameters.get(local.parameter));
        register.copied().flatten().map(Operand::fixed).ok_or(Full)
    }

    /// Which levels stay as they are, seen from what is at hand.
    pub(super) fn stable(&self) -> Stable {
        Stable {
            lambdas: self.locals.len(),
            ..self.plan.stable
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::conform::run_case;

    /// What comes of lambdas in one another, this many of them.
    fn nested(depth: usize) -> serde_json::Value {
        let inner = (0..depth).fold("true".to_owned(), |body, level| {
            format!("Any([{level}], (_, p{level}) => p{level} == {level} and {body})")
        });
        run_case(&serde_json::json!({
            "signal": "logs",
            "gates": ["ottl.functions.enableLambda"],
            "config": {"log_statements": [format!("set(log.attributes[\"x\"], {inner})")]},
            "input": {"resourceLogs": [{"scopeLogs": [{"logRecords": [{}]}]}]},
        }))
    }

    #[test]
    fn lambdas_nest_as_deep_as_the_grammar_does() {
        let depth = (1..200)
            .find(|depth| !nested(*depth)["config_error"].is_null())
            .expect("a bound");
        assert!(depth > 20, "{depth}");
        let deepest = nested(depth - 1);
        let record = &deepest["output"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
        assert_eq!(
            record["attributes"][0]["value"]["boolValue"], true,
            "{deepest}"
        );
    }
}
