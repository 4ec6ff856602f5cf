//! Visits the values of a tree, to change them.

use ottl_grammar::ast::{self, ArgumentValue, ConditionKind, LambdaBody, Math, ValueKind};

/// What is done to each value, inner ones first; the names that lambdas around it have given come along.
pub(super) type Change<'f> = &'f mut dyn FnMut(&mut ast::Value, &[String]);

/// Visits the values of a statement.
pub(super) fn statement(statement: &mut ast::Statement, change: Change<'_>) {
    let mut visit = Visit {
        change,
        locals: Vec::new(),
    };
    visit.call(&mut statement.editor);
    if let Some(condition) = &mut statement.condition {
        visit.test(condition);
    }
}

/// Visits the values of a condition.
pub(super) fn condition(condition: &mut ast::Condition, change: Change<'_>) {
    Visit {
        change,
        locals: Vec::new(),
    }
    .test(condition);
}

struct Visit<'f> {
    change: Change<'f>,
    locals: Vec<String>,
}

impl Visit<'_> {
    fn test(&mut self, condition: &mut ast::Condition) {
        match &mut condition.kind {
            ConditionKind::Or(tests) | ConditionKind::And(tests) => {
                tests.iter_mut().for_each(|test| self.test(test));
            }
            ConditionKind::Not(inner) | ConditionKind::Group(inner) => self.test(inner),
            ConditionKind::Comparison { left, right, .. } => {
                self.value(left);
                self.value(right);
            }
            ConditionKind::Call(inner) => self.call(inner),
            ConditionKind::Bool(_) => {}
        }
    }

    fn call(&mut self, call: &mut ast::Call) {
        for argument in &mut call.arguments {
            if let ArgumentValue::Value(inner) = &mut argument.value {
                self.value(inner);
            }
        }
        self.keys(&mut call.keys);
    }

    fn keys(&mut self, keys: &mut [ast::Key]) {
        for key in keys {
            if let ast::KeyKind::Expression(inner) = &mut key.kind {
                self.value(inner);
            }
        }
    }

    fn value(&mut self, value: &mut ast::Value) {
        match &mut value.kind {
            ValueKind::Path(path) => path
                .segments
                .iter_mut()
                .for_each(|segment| self.keys(&mut segment.keys)),
            ValueKind::Call(inner) => self.call(inner),
            ValueKind::Map(items) => items
                .iter_mut()
                .for_each(|item| self.value(&mut item.value)),
            ValueKind::List(items) => items.iter_mut().for_each(|item| self.value(item)),
            ValueKind::Lambda(lambda) => {
                let outer = self.locals.len();
                let names = lambda.parameters.iter().map(|name| name.text.clone());
                self.locals.extend(names);
                match &mut lambda.body {
                    LambdaBody::Value(inner) => self.value(inner),
                    LambdaBody::Condition(inner) => self.test(inner),
                }
                self.locals.truncate(outer);
            }
            ValueKind::Math(math) => match &mut **math {
                Math::Binary { left, right, .. } => {
                    self.value(left);
                    self.value(right);
                }
                Math::Unary { operand, .. } => self.value(operand),
                Math::Group(inner) => self.value(inner),
            },
            _ => {}
        }
        (self.change)(value, &self.locals);
    }
}
