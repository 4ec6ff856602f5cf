//! Visits what a tree mentions by name, before anything is looked up.

use super::lambda::BLANK;
use ottl_grammar::ast::{
    self, ArgumentValue, ConditionKind, KeyKind, LambdaBody, Math, Name, Path, ValueKind,
};

/// Something that a tree mentions.
#[derive(Clone, Copy)]
pub(super) enum Mentioned<'t> {
    /// A path that does not begin with a lambda's parameter.
    Path(&'t Path),
    /// A function that is called.
    Called(&'t Name),
    /// A function's name as an argument.
    Passed(&'t Name),
    /// An enum symbol, or a function's name as an argument that looks like one.
    Symbol(&'t Name),
}

/// Visits what a statement mentions, in the order of the text.
pub(super) fn of_statement<'t>(
    statement: &'t ast::Statement,
    visit: &mut dyn FnMut(Mentioned<'t>),
) {
    let mut walk = Walk {
        visit,
        locals: Vec::new(),
    };
    walk.call(&statement.editor);
    if let Some(condition) = &statement.condition {
        walk.condition(condition);
    }
}

/// Visits what a condition mentions, in the order of the text.
pub(super) fn of_condition<'t>(
    condition: &'t ast::Condition,
    visit: &mut dyn FnMut(Mentioned<'t>),
) {
    Walk {
        visit,
        locals: Vec::new(),
    }
    .condition(condition);
}

struct Walk<'t, 'v> {
    visit: &'v mut dyn FnMut(Mentioned<'t>),
    /// The parameters of the lambdas that the walk is in.
    locals: Vec<&'t str>,
}

impl<'t> Walk<'t, '_> {
    fn call(&mut self, call: &'t ast::Call) {
        (self.visit)(Mentioned::Called(&call.name));
        for argument in &call.arguments {
            match &argument.value {
                ArgumentValue::Value(value) => self.value(value),
                ArgumentValue::FunctionName(name) => (self.visit)(Mentioned::Passed(name)),
            }
        }
        self.keys(&call.keys);
    }

    fn keys(&mut self, keys: &'t [ast::Key]) {
        for key in keys {
            if let KeyKind::Expression(value) = &key.kind {
                self.value(value);
            }
        }
    }

    fn condition(&mut self, condition: &'t ast::Condition) {
        match &condition.kind {
            ConditionKind::Or(tests) | ConditionKind::And(tests) => {
                tests.iter().for_each(|test| self.condition(test));
            }
            ConditionKind::Not(test) | ConditionKind::Group(test) => self.condition(test),
            ConditionKind::Comparison { left, right, .. } => {
                self.value(left);
                self.value(right);
            }
            ConditionKind::Call(call) => self.call(call),
            ConditionKind::Bool(_) => {}
        }
    }

    fn value(&mut self, value: &'t ast::Value) {
        match &value.kind {
            ValueKind::Enum(name) => (self.visit)(Mentioned::Symbol(name)),
            ValueKind::Path(path) => self.path(path),
            ValueKind::Call(call) => self.call(call),
            ValueKind::Map(items) => items.iter().for_each(|item| self.value(&item.value)),
            ValueKind::List(items) => items.iter().for_each(|item| self.value(item)),
            ValueKind::Lambda(lambda) => {
                let outer = self.locals.len();
                let names = lambda.parameters.iter().map(|name| name.text.as_str());
                // No path begins with a parameter that nobody needs.
                self.locals.extend(names.filter(|name| *name != BLANK));
                match &lambda.body {
                    LambdaBody::Value(value) => self.value(value),
                    LambdaBody::Condition(condition) => self.condition(condition),
                }
                self.locals.truncate(outer);
            }
            ValueKind::Math(math) => match &**math {
                Math::Binary { left, right, .. } => {
                    self.value(left);
                    self.value(right);
                }
                Math::Unary { operand, .. } | Math::Group(operand) => self.value(operand),
            },
            ValueKind::Nil
            | ValueKind::Bool(_)
            | ValueKind::String(_)
            | ValueKind::Bytes(_)
            | ValueKind::Int(_)
            | ValueKind::Float(_)
            | ValueKind::Duration(_) => {}
        }
    }

    fn path(&mut self, path: &'t Path) {
        let first = path.segments.first();
        if first.is_some_and(|first| !self.locals.contains(&first.name.text.as_str())) {
            (self.visit)(Mentioned::Path(path));
        }
        path.segments
            .iter()
            .for_each(|segment| self.keys(&segment.keys));
    }
}
