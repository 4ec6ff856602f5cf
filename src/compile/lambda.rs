//! Resolves lambdas: their parameters, what names mean within them, and their bodies.
//!
//! A parameter hides whatever else its name may begin: paths, contexts, and parameters of lambdas around its own.

use super::error::ProblemKind;
use super::resolve::Resolver;
use super::resolved::{Expr, Lambda, LambdaBody, Local, Test};
use ottl_grammar::ast;
use ottl_vm::function::Literal;

/// The parameter that takes a value which nobody needs.
pub(super) const BLANK: &str = "_";

impl Resolver<'_> {
    /// A lambda that is given this many values.
    pub(super) fn lambda_of(&mut self, arity: u8, lambda: &ast::Lambda) -> Option<Lambda> {
        let (expected, received) = (usize::from(arity), lambda.parameters.len());
        let resolved = self.lambda(lambda);
        if resolved.is_some() && expected != received {
            self.problem(ProblemKind::LambdaArity { expected, received }, lambda.span);
            return None;
        }
        resolved
    }

    /// A lambda.
    pub(super) fn lambda(&mut self, lambda: &ast::Lambda) -> Option<Lambda> {
        if !self.scope.lambdas {
            self.problem(ProblemKind::LambdaDisabled, lambda.span);
            return None;
        }
        let mut names: Vec<String> = Vec::with_capacity(lambda.parameters.len());
        for parameter in &lambda.parameters {
            if parameter.text != BLANK && names.contains(&parameter.text) {
                let name = parameter.text.clone();
                self.problem(
                    ProblemKind::RepeatedLambdaParameter { name },
                    parameter.span,
                );
                return None;
            }
            names.push(parameter.text.clone());
        }
        let is_named = names.iter().map(|name| name != BLANK).collect();
        self.locals.push(names);
        let body = self.lambda_body(&lambda.body);
        self.locals.pop();
        Some(Lambda {
            is_named,
            body: body?,
        })
    }

    fn lambda_body(&mut self, body: &ast::LambdaBody) -> Option<LambdaBody> {
        Some(match body {
            ast::LambdaBody::Value(value) => LambdaBody::Value(self.value(value)?),
            ast::LambdaBody::Condition(condition) => match self.test(condition)? {
                Test::Literal(value) => LambdaBody::Value(Expr::Literal(Literal::Bool(value))),
                test => LambdaBody::Test(test),
            },
        })
    }

    /// The parameter that a path begins with, if it begins with one.
    pub(super) fn local(&self, path: &ast::Path) -> Option<Local> {
        let name = &path.segments.first()?.name.text;
        // Upstream has no `_` among its paths.
        if name == BLANK {
            return None;
        }
        let parameter = |names: &Vec<String>| names.iter().position(|local| local == name);
        let lambdas = self.locals.iter().enumerate().rev();
        lambdas.into_iter().find_map(|(lambda, names)| {
            Some(Local {
                lambda,
                parameter: parameter(names)?,
            })
        })
    }

    /// The value of a parameter, indexed as a converter's result is.
    pub(super) fn local_value(&mut self, path: &ast::Path, local: Local) -> Option<Expr> {
        let (first, rest) = path.segments.split_first()?;
        let keys = self.keys(&first.keys);
        if !rest.is_empty() {
            let name = first.name.text.clone();
            self.problem(ProblemKind::LambdaParameterField { name }, path.span);
            return None;
        }
        let value = Expr::Local(local);
        let keys = keys?;
        Some(match keys.is_empty() {
            true => value,
            false => Expr::Index(Box::new(value), keys),
        })
    }
}
