//! Trees without places: for comparing what texts say and not where they say it.

use crate::ast::*;

macro_rules! erasable {
    ($($name:ident),+) => {
        $(impl $name {
            /// The same tree with every span empty and at 0.
            pub fn without_spans(mut self) -> Self {
                self.erase();
                self
            }
        })+
    };
}

erasable!(Statement, Condition, Value);

/// Empties every span of a node and of those below it.
trait Erase {
    fn erase(&mut self);
}

impl<T: Erase> Erase for Vec<T> {
    fn erase(&mut self) {
        self.iter_mut().for_each(T::erase);
    }
}

impl<T: Erase> Erase for Option<T> {
    fn erase(&mut self) {
        self.iter_mut().for_each(T::erase);
    }
}

impl<T: Erase> Erase for Box<T> {
    fn erase(&mut self) {
        T::erase(self);
    }
}

impl Erase for Span {
    fn erase(&mut self) {
        *self = Span::default();
    }
}

/// Of a struct, erases the fields named.
macro_rules! erase {
    ($($name:ident { $($field:ident),+ })+) => {
        $(impl Erase for $name {
            fn erase(&mut self) {
                $(self.$field.erase();)+
            }
        })+
    };
}

erase! {
    Statement { editor, condition, span }
    Call { name, arguments, keys, span }
    Name { span }
    Argument { name, value, span }
    Condition { kind, span }
    Value { kind, span }
    MapItem { key_span, value, span }
    Path { segments, span }
    Segment { name, keys, span }
    Key { kind, span }
    Lambda { parameters, body, span }
}

impl Erase for ArgumentValue {
    fn erase(&mut self) {
        match self {
            ArgumentValue::Value(value) => value.erase(),
            ArgumentValue::FunctionName(name) => name.erase(),
        }
    }
}

impl Erase for ConditionKind {
    fn erase(&mut self) {
        match self {
            ConditionKind::Or(operands) | ConditionKind::And(operands) => operands.erase(),
            ConditionKind::Not(inner) | ConditionKind::Group(inner) => inner.erase(),
            ConditionKind::Comparison {
                left,
                operator: _,
                right,
            } => {
                left.erase();
                right.erase();
            }
            ConditionKind::Bool(_) => {}
            ConditionKind::Call(call) => call.erase(),
        }
    }
}

impl Erase for ValueKind {
    fn erase(&mut self) {
        match self {
            ValueKind::Nil
            | ValueKind::Bool(_)
            | ValueKind::String(_)
            | ValueKind::Bytes(_)
            | ValueKind::Int(_)
            | ValueKind::Float(_)
            | ValueKind::Duration(_) => {}
            ValueKind::Enum(name) => name.erase(),
            ValueKind::Path(path) => path.erase(),
            ValueKind::Call(call) => call.erase(),
            ValueKind::Map(items) => items.erase(),
            ValueKind::List(values) => values.erase(),
            ValueKind::Lambda(lambda) => lambda.erase(),
            ValueKind::Math(math) => math.erase(),
        }
    }
}

impl Erase for Math {
    fn erase(&mut self) {
        match self {
            Math::Binary {
                operator: _,
                left,
                right,
            } => {
                left.erase();
                right.erase();
            }
            Math::Unary {
                operator: _,
                operand: value,
            }
            | Math::Group(value) => value.erase(),
        }
    }
}

impl Erase for KeyKind {
    fn erase(&mut self) {
        match self {
            KeyKind::String(_) | KeyKind::Int(_) => {}
            KeyKind::Expression(value) => value.erase(),
        }
    }
}

impl Erase for LambdaBody {
    fn erase(&mut self) {
        match self {
            LambdaBody::Value(value) => value.erase(),
            LambdaBody::Condition(condition) => condition.erase(),
        }
    }
}
