//! Visits the paths of resolved trees, keys included.

use super::resolved::{Action, Argument, Call, Expr, Key, LambdaBody, Path, Statement, Test};

/// What a tree does with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Its value is used.
    Read,
    /// It is written, or read and written.
    Target,
}

/// Told of each path.
pub(super) type Visitor<'t, 'v> = dyn FnMut(&'t Path, Role) + 'v;

impl Statement {
    pub(super) fn visit<'t>(&'t self, visitor: &mut Visitor<'t, '_>) {
        self.condition.visit(visitor);
        self.action.visit(visitor);
    }
}

impl Action {
    pub(super) fn visit<'t>(&'t self, visitor: &mut Visitor<'t, '_>) {
        match self {
            Action::Set { target, value } => {
                visit_target(target, visitor);
                value.visit(visitor);
            }
            Action::Edit(call) => call.visit(visitor),
        }
    }
}

impl Test {
    pub(super) fn visit<'t>(&'t self, visitor: &mut Visitor<'t, '_>) {
        match self {
            Test::Literal(_) => {}
            Test::And(tests) | Test::Or(tests) => tests.iter().for_each(|test| test.visit(visitor)),
            Test::Not(test) => test.visit(visitor),
            Test::Comparison { left, right, .. } => {
                left.visit(visitor);
                right.visit(visitor);
            }
            Test::Truth(value) => value.visit(visitor),
        }
    }
}

impl Expr {
    pub(super) fn visit<'t>(&'t self, visitor: &mut Visitor<'t, '_>) {
        match self {
            Expr::Literal(_) | Expr::Local(_) => {}
            Expr::Path(path) => {
                visitor(path, Role::Read);
                visit_keys(&path.keys, visitor);
            }
            Expr::Call(call) => call.visit(visitor),
            Expr::Index(value, keys) => {
                value.visit(visitor);
                visit_keys(keys, visitor);
            }
            Expr::List(items) => items.iter().for_each(|item| item.visit(visitor)),
            Expr::Map(entries) => entries.iter().for_each(|(_, value)| value.visit(visitor)),
            Expr::Math(_, left, right) => {
                left.visit(visitor);
                right.visit(visitor);
            }
            Expr::Negate(value) => value.visit(visitor),
        }
    }
}

impl Call {
    pub(super) fn visit<'t>(&'t self, visitor: &mut Visitor<'t, '_>) {
        self.arguments
            .iter()
            .for_each(|argument| argument.visit(visitor));
    }
}

impl Argument {
    pub(super) fn visit<'t>(&'t self, visitor: &mut Visitor<'t, '_>) {
        match self {
            Argument::Expr(value) => value.visit(visitor),
            Argument::Path(path) => visit_target(path, visitor),
            Argument::List(items) => items.iter().for_each(|item| item.visit(visitor)),
            Argument::Lambda(lambda) => match &lambda.body {
                LambdaBody::Value(value) => value.visit(visitor),
                LambdaBody::Test(test) => test.visit(visitor),
            },
            Argument::Absent | Argument::Literal(_) | Argument::Function(_) => {}
        }
    }
}

fn visit_target<'t>(path: &'t Path, visitor: &mut Visitor<'t, '_>) {
    visitor(path, Role::Target);
    visit_keys(&path.keys, visitor);
}

fn visit_keys<'t>(keys: &'t [Key], visitor: &mut Visitor<'t, '_>) {
    for key in keys {
        if let Key::Expression(value) = key {
            value.visit(visitor);
        }
    }
}
