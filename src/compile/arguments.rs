//! Resolves calls: which function, which argument is for which parameter, and whether it fits its type.

use super::error::ProblemKind;
use super::literal::refusal;
use super::paths::PathUse;
use super::resolve::{Resolver, into_literal};
use super::resolved::{Argument, Call, Expr, Path};
use crate::report::nearest;
use ottl_grammar::ast::{self, ArgumentValue, Span, ValueKind};
use ottl_vm::function::{Function, Kind, Literal, Literals, Parameter, Type};
use ottl_vm::path::{Access, table};

impl Resolver<'_> {
    /// A call of a function of this kind, without its keys.
    pub(super) fn call(&mut self, call: &ast::Call, kind: Kind) -> Option<Call> {
        let Some(function) = self.function(&call.name, kind) else {
            self.look_into(&call.arguments);
            return None;
        };
        // As in the reference, nobody looks at the arguments of a function that has no parameters.
        let mut arguments = match function.parameters {
            [] => Vec::new(),
            _ => self.arguments(function, call)?,
        };
        let prepared = self.prepare(function, &arguments, call.span)?;
        if function.by_type {
            arguments
                .iter_mut()
                .for_each(|argument| self.shorten(argument));
        }
        arguments.extend(
            function
                .uses
                .iter()
                .filter_map(|name| self.used(name, kind)),
        );
        Some(Call {
            function,
            arguments,
            prepared,
        })
    }

    /// Puts a map without entries in the place of the record's attributes, for a function that looks at types alone.
    fn shorten(&self, argument: &mut Argument) {
        let is_map = |path: &Path| {
            path.keys.is_empty()
                && path.spec.level == self.scope.context.level()
                && matches!(path.spec.access, Access::Attributes { .. })
        };
        if matches!(argument, Argument::Expr(Expr::Path(path)) if is_map(path)) {
            *argument = Argument::Expr(Expr::Literal(Literal::Map(Vec::new())));
        }
    }

    /// A path of the record that a function uses beside its arguments.
    fn used(&self, name: &str, kind: Kind) -> Option<Argument> {
        let context = self.scope.context;
        let spec = table::of(context).iter().find(|spec| spec.name == name)?;
        let path = Path {
            text: format!("{}.{name}", context.name()),
            spec,
            keys: Vec::new(),
        };
        Some(match kind {
            Kind::Editor => Argument::Path(path),
            Kind::Converter => Argument::Expr(Expr::Path(path)),
        })
    }

    fn function(&mut self, name: &ast::Name, kind: Kind) -> Option<&'static Function> {
        let scope = self.scope.functions;
        let found = self.registry.find(&name.text, scope);
        let nearest = || self.registry.nearest(&name.text, kind, scope);
        let problem = match found {
            Some(function) if function.kind == kind => return found,
            Some(function) => ProblemKind::WrongKind {
                function: function.name,
                is_converter: function.kind == Kind::Converter,
                nearest: nearest(),
            },
            None => ProblemKind::UnknownFunction {
                name: name.text.clone(),
                context: scope.context,
                nearest: nearest(),
                elsewhere: self.registry.elsewhere(&name.text, scope.extensions),
            },
        };
        self.problem(problem, name.span);
        None
    }

    fn arguments(
        &mut self,
        function: &'static Function,
        call: &ast::Call,
    ) -> Option<Vec<Argument>> {
        let parameters = function.parameters;
        let first_named = call
            .arguments
            .iter()
            .position(|argument| argument.name.is_some());
        let after_named = call
            .arguments
            .iter()
            .skip(first_named.unwrap_or(usize::MAX));
        if let Some(positional) = after_named
            .into_iter()
            .find(|argument| argument.name.is_none())
        {
            self.problem(ProblemKind::PositionalAfterNamed, positional.span);
            self.look_into(&call.arguments);
            return None;
        }
        let least = parameters
            .iter()
            .filter(|parameter| !parameter.optional)
            .count();
        let received = call.arguments.len();
        if received < least || received > parameters.len() {
            let (signature, most) = (function.signature(), parameters.len());
            self.problem(
                ProblemKind::ArgumentCount {
                    signature,
                    least,
                    most,
                    received,
                },
                call.span,
            );
            self.look_into(&call.arguments);
            return None;
        }
        let mut arguments: Vec<_> = parameters.iter().map(|_| Argument::Absent).collect();
        let mut is_complete = true;
        for (position, argument) in call.arguments.iter().enumerate() {
            let Some(index) = self.parameter(function, position, argument) else {
                self.look_into(std::slice::from_ref(argument));
                is_complete = false;
                continue;
            };
            if self.scope.is_extended && arguments[index] != Argument::Absent {
                self.problem(
                    ProblemKind::RepeatedArgument {
                        parameter: parameters[index].name,
                    },
                    argument.span,
                );
                is_complete = false;
            }
            match self.argument(function, &parameters[index], argument) {
                Some(resolved) => arguments[index] = resolved,
                None => is_complete = false,
            }
        }
        is_complete.then_some(arguments)
    }

    /// Looks for what is wrong within arguments of which nobody knows what they are for.
    fn look_into(&mut self, arguments: &[ast::Argument]) {
        for argument in arguments {
            if let ArgumentValue::Value(value) = &argument.value
                // The name of a function, or of a symbol.
                && !matches!(value.kind, ValueKind::Enum(_))
            {
                self.value(value);
            }
        }
    }

    /// Which parameter an argument is for.
    fn parameter(
        &mut self,
        function: &'static Function,
        position: usize,
        argument: &ast::Argument,
    ) -> Option<usize> {
        let Some(name) = &argument.name else {
            return Some(position);
        };
        let wanted = camel(&name.text);
        let found = function
            .parameters
            .iter()
            .position(|parameter| field(parameter.name) == wanted);
        if found.is_none() {
            let known = function.parameters.iter().map(|parameter| parameter.name);
            let problem = ProblemKind::UnknownParameter {
                signature: function.signature(),
                name: name.text.clone(),
                nearest: nearest(&name.text, known).map(str::to_owned),
            };
            self.problem(problem, name.span);
        }
        found
    }

    fn argument(
        &mut self,
        function: &'static Function,
        parameter: &'static Parameter,
        argument: &ast::Argument,
    ) -> Option<Argument> {
        let value = match (&argument.value, parameter.ty) {
            (ArgumentValue::FunctionName(name), Type::FunctionGetter) => {
                return self.named_function(name);
            }
            (
                ArgumentValue::Value(ast::Value {
                    kind: ValueKind::Enum(name),
                    ..
                }),
                Type::FunctionGetter,
            ) => {
                return self.named_function(name);
            }
            (ArgumentValue::Value(value), _) => value,
            (ArgumentValue::FunctionName(_), _) => {
                self.wrong_form(function, parameter, parameter.ty, argument.span, None);
                return None;
            }
        };
        self.typed(function, parameter, parameter.ty, value)
    }

    fn named_function(&mut self, name: &ast::Name) -> Option<Argument> {
        self.function(name, Kind::Converter).map(Argument::Function)
    }

    /// An argument of this type, which is the parameter's or that of an item of the parameter's list.
    fn typed(
        &mut self,
        function: &'static Function,
        parameter: &'static Parameter,
        ty: Type,
        value: &ast::Value,
    ) -> Option<Argument> {
        let literal = match (ty, &value.kind) {
            (Type::String, ValueKind::String(text)) => Literal::String(text.clone().into_bytes()),
            (Type::Int, ValueKind::Int(value)) => Literal::Int(*value),
            (Type::Float, ValueKind::Float(value)) => Literal::Double(*value),
            (Type::Bool, ValueKind::Bool(value)) => Literal::Bool(*value),
            (Type::Bytes, ValueKind::Bytes(bytes)) => Literal::Bytes(bytes.clone()),
            (Type::Enum, ValueKind::Enum(name)) => Literal::Int(self.symbol(name)?),
            (Type::List(item) | Type::SliceGetter(item), ValueKind::List(values)) => {
                return self.typed_list(function, parameter, *item, values);
            }
            (Type::SliceGetter(item), _) if !takes_only_literals(*item) => {
                return self.value(value).map(Argument::Expr);
            }
            (
                Type::Setter | Type::GetSetter | Type::PMapGetSetter | Type::PSliceGetSetter,
                ValueKind::Path(path),
            ) => {
                return self.path(path, PathUse::Write).map(Argument::Path);
            }
            (Type::Lambda(arity), ValueKind::Lambda(lambda)) => {
                let resolved = self.lambda_of(arity, lambda)?;
                return Some(Argument::Lambda(Box::new(resolved)));
            }
            _ if takes_only_one_form(ty) => {
                let list = as_list(ty, value);
                self.wrong_form(function, parameter, ty, value.span, list);
                return None;
            }
            _ => {
                let resolved = self.value(value)?;
                return self.checked(function, parameter, ty, resolved, value.span);
            }
        };
        Some(Argument::Literal(literal))
    }

    fn typed_list(
        &mut self,
        function: &'static Function,
        parameter: &'static Parameter,
        item: Type,
        values: &[ast::Value],
    ) -> Option<Argument> {
        let items: Vec<_> = values
            .iter()
            .map(|value| self.typed(function, parameter, item, value))
            .collect();
        let items = items.into_iter().collect::<Option<Vec<_>>>()?;
        if !takes_only_literals(item) {
            return Some(Argument::List(items));
        }
        let literals = items.into_iter().filter_map(|item| match item {
            Argument::Literal(literal) => Some(literal),
            _ => None,
        });
        Some(Argument::Literal(Literal::List(literals.collect())))
    }

    /// Refuses a literal that a parameter of this type can never take.
    fn checked(
        &mut self,
        function: &'static Function,
        parameter: &'static Parameter,
        ty: Type,
        value: Expr,
        span: Span,
    ) -> Option<Argument> {
        if let Some(reason) = value.literal().and_then(|literal| refusal(ty, literal)) {
            let (function, parameter) = (function.name, parameter.name);
            self.problem(
                ProblemKind::WrongLiteral {
                    function,
                    parameter,
                    reason,
                },
                span,
            );
            return None;
        }
        Some(Argument::Expr(value))
    }

    fn wrong_form(
        &mut self,
        function: &'static Function,
        parameter: &'static Parameter,
        ty: Type,
        span: Span,
        instead: Option<String>,
    ) {
        let (function, parameter) = (function.name, parameter.name);
        let expected = ty.words();
        self.problem(
            ProblemKind::WrongForm {
                function,
                parameter,
                expected,
                instead,
            },
            span,
        );
    }

    /// Lets the function check and prepare its literals; the index of what it prepared, if anything.
    fn prepare(
        &mut self,
        function: &'static Function,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Option<usize>> {
        let Some(prepare) = function.prepare else {
            return Some(None);
        };
        let values: Vec<_> = arguments.iter().map(known).collect();
        let given: Vec<_> = arguments
            .iter()
            .map(|argument| *argument != Argument::Absent)
            .collect();
        let leading: Vec<_> = arguments.iter().map(leading).collect();
        let literals = Literals {
            values: &values,
            leading: &leading,
            host: &self.registry.host,
        };
        match prepare(literals, &given) {
            Ok(prepared) => {
                self.prepared.push(Some(prepared));
                Some(Some(self.prepared.len() - 1))
            }
            Err(reason) => {
                self.problem(
                    ProblemKind::RefusedCall {
                        function: function.name,
                        reason,
                    },
                    span,
                );
                None
            }
        }
    }
}

/// The literal that an argument is, if it is one.
fn known(argument: &Argument) -> Option<Literal> {
    match argument {
        Argument::Literal(literal) => Some(literal.clone()),
        Argument::Expr(value) => into_literal(value.clone()),
        Argument::List(items) => items
            .iter()
            .map(known)
            .collect::<Option<_>>()
            .map(Literal::List),
        Argument::Function(function) => Some(Literal::Function(function)),
        Argument::Path(_) | Argument::Lambda(_) | Argument::Absent => None,
    }
}

/// The known items with which a list begins.
fn leading(argument: &Argument) -> Vec<Literal> {
    match argument {
        Argument::List(items) => items.iter().map_while(known).collect(),
        _ => Vec::new(),
    }
}

fn takes_only_literals(ty: Type) -> bool {
    matches!(
        ty,
        Type::String | Type::Int | Type::Float | Type::Bool | Type::Bytes | Type::Enum
    )
}

/// The list to write where one is wanted and a single value stands that could be its item.
fn as_list(ty: Type, value: &ast::Value) -> Option<String> {
    let (Type::List(item) | Type::SliceGetter(item)) = ty else {
        return None;
    };
    let is_item = match (item, &value.kind) {
        (Type::String, ValueKind::String(_))
        | (Type::Int, ValueKind::Int(_))
        | (Type::Float, ValueKind::Float(_))
        | (Type::Bool, ValueKind::Bool(_))
        | (Type::Bytes, ValueKind::Bytes(_)) => true,
        (_, ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Lambda(_)) => false,
        (item, _) => !takes_only_one_form(*item),
    };
    is_item.then(|| format!("[{value}]"))
}

/// Whether an argument of this type has one form in the syntax, which `typed` has looked for.
fn takes_only_one_form(ty: Type) -> bool {
    let other = matches!(
        ty,
        Type::Setter
            | Type::GetSetter
            | Type::PMapGetSetter
            | Type::PSliceGetSetter
            | Type::List(_)
            | Type::SliceGetter(_)
            | Type::FunctionGetter
            | Type::Lambda(_)
    );
    other || takes_only_literals(ty)
}

/// Words that the reference's fields have in other cases: no usual spelling of a named argument finds them there.
const FIELD_WORDS: &[(&str, &str)] = &[("Uri", "URI"), ("Ip", "IP"), ("Xpath", "XPath")];

/// A parameter's field in the reference, with which the camel case of an argument's name is compared.
fn field(name: &str) -> String {
    let camel = camel(name);
    let word = FIELD_WORDS.iter().find(|(word, _)| camel.ends_with(word));
    match word.and_then(|(word, field)| Some((camel.strip_suffix(word)?, field))) {
        Some((start, word)) => format!("{start}{word}"),
        None => camel,
    }
}

/// A parameter's name as the reference compares it: in camel case, so that `utf8_safe` is `utf8Safe`, too.
fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut capital_next = true;
    let mut after_capital = false;
    for character in name.chars() {
        let is_capital = character.is_ascii_uppercase();
        if character.is_ascii_alphabetic() {
            camel.push(match (capital_next, after_capital && is_capital) {
                (true, _) => character.to_ascii_uppercase(),
                (false, true) => character.to_ascii_lowercase(),
                (false, false) => character,
            });
            capital_next = false;
        } else {
            if character.is_ascii_digit() {
                camel.push(character);
            }
            capital_next = true;
        }
        after_capital = is_capital;
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::{camel, field};

    #[test]
    fn parameter_names_compare_in_camel_case() {
        for (name, expected) in [
            ("target", "Target"),
            ("utf8_safe", "Utf8Safe"),
            ("utf8Safe", "Utf8Safe"),
            ("utf8safe", "Utf8Safe"),
        ] {
            assert_eq!(camel(name), expected);
        }
        assert_eq!(field("destination_ip"), "DestinationIP");
        assert_eq!(field("target"), "Target");
    }
}
