//! Parsed → Resolved: looks up what names mean and types the literals.
//!
//! Refuses what the reference refuses when it builds its functions. Goes on after an error, so that all
//! errors of a statement are found; what could not be resolved is `None`.

use super::error::{Problem, ProblemKind};
use super::paths::{PathRule, PathUse};
use super::registry::{FunctionScope, Registry};
use super::resolved::{Action, Call, Condition, Expr, Key, Operator, Statement, Test};
use super::warn;
use crate::report::Diagnostic;
use crate::report::nearest::nearest;
use ottl_grammar::ast::{self, Span};
use ottl_vm::enums;
use ottl_vm::function::{Kind, Literal, Prepared};
use ottl_vm::path::Context;

/// Where and how names are looked up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) context: Context,
    pub(super) paths: PathRule,
    pub(super) functions: FunctionScope,
    /// Whether the extended dialect's paths exist and its stricter checks are made.
    pub(super) is_extended: bool,
    /// Whether lambda expressions are enabled.
    pub(super) lambdas: bool,
    /// Whether warnings are wanted.
    pub(super) warns: bool,
    /// Whether records share resources and scopes.
    pub(super) shares: bool,
}

/// Resolves the statements and conditions of one configuration.
pub(super) struct Resolver<'r> {
    pub(super) registry: &'r Registry,
    pub(super) scope: Scope,
    /// What is wrong with the text at hand.
    pub(super) problems: Vec<Problem>,
    /// What is to be warned of in it.
    pub(super) warnings: Vec<Diagnostic>,
    /// What calls prepared, in the order met.
    pub(super) prepared: Vec<Option<Prepared>>,
    /// The parameters of the lambdas around what is at hand, outermost first.
    pub(super) locals: Vec<Vec<String>>,
}

impl Resolver<'_> {
    /// A statement; `None` if [`Resolver::problems`] says why not.
    pub(super) fn statement(
        &mut self,
        statement: &ast::Statement,
        text: &str,
    ) -> Option<Statement> {
        let call = self.call(&statement.editor, Kind::Editor);
        let condition = match &statement.condition {
            Some(condition) => self.test(condition),
            None => Some(Test::Literal(true)),
        };
        let action = action(call?);
        let resolved = Statement {
            text: text.to_owned(),
            condition: condition?,
            action,
        };
        if self.scope.warns {
            self.warnings = warn::statement(self, statement, &resolved);
        }
        Some(resolved)
    }

    /// A condition of a list; `None` if [`Resolver::problems`] says why not.
    pub(super) fn condition(
        &mut self,
        condition: &ast::Condition,
        text: &str,
    ) -> Option<Condition> {
        let test = self.test(condition)?;
        if self.scope.warns {
            self.warnings = warn::condition(self, condition);
        }
        Some(Condition {
            text: text.to_owned(),
            test,
        })
    }

    /// What is wrong with the text at hand, and what is to be warned of, once.
    pub(super) fn told(&mut self) -> (Vec<Problem>, Vec<Diagnostic>) {
        (
            std::mem::take(&mut self.problems),
            std::mem::take(&mut self.warnings),
        )
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }

    pub(super) fn test(&mut self, condition: &ast::Condition) -> Option<Test> {
        match &condition.kind {
            ast::ConditionKind::Or(tests) => self.tests(tests).map(Test::any),
            ast::ConditionKind::And(tests) => self.tests(tests).map(Test::all),
            ast::ConditionKind::Not(test) => self.test(test).map(Test::negated),
            ast::ConditionKind::Group(test) => self.test(test),
            ast::ConditionKind::Bool(value) => Some(Test::Literal(*value)),
            ast::ConditionKind::Call(call) => self.converter(call).map(Test::Truth),
            ast::ConditionKind::Comparison {
                left,
                operator,
                right,
            } => {
                let (left, right) = (self.value(left), self.value(right));
                Some(comparison(*operator, left?, right?))
            }
        }
    }

    fn tests(&mut self, tests: &[ast::Condition]) -> Option<Vec<Test>> {
        // All are resolved before one that failed is noticed, so that all errors are found.
        let resolved: Vec<_> = tests.iter().map(|test| self.test(test)).collect();
        resolved.into_iter().collect()
    }

    /// A value.
    pub(super) fn value(&mut self, value: &ast::Value) -> Option<Expr> {
        let literal = match &value.kind {
            ast::ValueKind::Nil => Literal::Nil,
            ast::ValueKind::Bool(value) => Literal::Bool(*value),
            ast::ValueKind::String(text) => Literal::String(text.clone().into_bytes()),
            ast::ValueKind::Bytes(bytes) => Literal::Bytes(bytes.clone()),
            ast::ValueKind::Int(value) => Literal::Int(*value),
            ast::ValueKind::Float(value) => Literal::Double(*value),
            ast::ValueKind::Duration(nanos) => Literal::Duration(*nanos),
            ast::ValueKind::Enum(name) => Literal::Int(self.symbol(name)?),
            ast::ValueKind::Path(path) => return self.path_value(path),
            ast::ValueKind::Call(call) => return self.converter(call),
            ast::ValueKind::Map(items) => return self.map(items, value.span),
            ast::ValueKind::List(items) => return self.list(items),
            ast::ValueKind::Math(math) => return self.math(math),
            // A lambda that no function takes is looked at all the same, and is a value of no use.
            ast::ValueKind::Lambda(lambda) => self.lambda(lambda).map(|_| Literal::Lambda)?,
        };
        Some(Expr::Literal(literal))
    }

    /// The number of an enum symbol.
    pub(super) fn symbol(&mut self, name: &ast::Name) -> Option<i64> {
        let symbols = symbols(self.scope.context);
        let found = symbols.iter().find(|(symbol, _)| *symbol == name.text);
        if found.is_none() {
            let nearest =
                nearest(&name.text, symbols.iter().map(|(symbol, _)| *symbol)).map(str::to_owned);
            let context = self.scope.context.name();
            self.problem(
                ProblemKind::UnknownEnum {
                    symbol: name.text.clone(),
                    context,
                    nearest,
                },
                name.span,
            );
        }
        found.map(|(_, number)| *number)
    }

    fn list(&mut self, items: &[ast::Value]) -> Option<Expr> {
        let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
        let items: Vec<_> = items.into_iter().collect::<Option<_>>()?;
        if items.iter().all(|item| item.literal().is_some()) {
            let literals = items.into_iter().filter_map(into_literal).collect();
            return Some(Expr::Literal(Literal::List(literals)));
        }
        Some(Expr::List(items))
    }

    fn map(&mut self, items: &[ast::MapItem], span: Span) -> Option<Expr> {
        let mut entries: Vec<(Vec<u8>, Expr)> = Vec::with_capacity(items.len());
        let mut is_complete = true;
        for item in items {
            let Some(value) = self.value(&item.value) else {
                is_complete = false;
                continue;
            };
            let key = item.key.clone().into_bytes();
            match entries.iter_mut().find(|(other, _)| *other == key) {
                Some(entry) => entry.1 = value,
                None => entries.push((key, value)),
            }
        }
        if !is_complete {
            return None;
        }
        if !entries.iter().all(|(_, value)| value.literal().is_some()) {
            return Some(Expr::Map(entries));
        }
        let mut literals = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let literal = into_literal(value)?;
            if let Some(reason) = map_value_refusal(&literal) {
                self.problem(ProblemKind::InvalidMap { reason }, span);
                return None;
            }
            literals.push((key, literal));
        }
        Some(Expr::Literal(Literal::Map(literals)))
    }

    fn math(&mut self, math: &ast::Math) -> Option<Expr> {
        match math {
            ast::Math::Group(value) => self.value(value),
            ast::Math::Unary { operator, operand } => {
                let value = self.value(operand)?;
                // A sign belongs to a number that directly follows it; `-(5)` is computed at run time.
                let is_number = matches!(
                    operand.kind,
                    ast::ValueKind::Int(_) | ast::ValueKind::Float(_) | ast::ValueKind::Duration(_)
                );
                Some(match (operator, value) {
                    (Operator::Add, value) => value,
                    (_, Expr::Literal(Literal::Int(value))) if is_number => {
                        Expr::Literal(Literal::Int(value.wrapping_neg()))
                    }
                    (_, Expr::Literal(Literal::Double(value))) if is_number => {
                        Expr::Literal(Literal::Double(-value))
                    }
                    (_, Expr::Literal(Literal::Duration(value))) if is_number => {
                        Expr::Literal(Literal::Duration(value.wrapping_neg()))
                    }
                    (_, value) => Expr::Negate(Box::new(value)),
                })
            }
            ast::Math::Binary {
                operator,
                left,
                right,
            } => {
                let (left, right) = (self.value(left), self.value(right));
                Some(Expr::Math(*operator, Box::new(left?), Box::new(right?)))
            }
        }
    }

    /// A converter that is called, with its keys.
    fn converter(&mut self, call: &ast::Call) -> Option<Expr> {
        let resolved = self.call(call, Kind::Converter);
        let keys = self.keys(&call.keys);
        let value = Expr::Call(Box::new(resolved?));
        let keys = keys?;
        Some(if keys.is_empty() {
            value
        } else {
            Expr::Index(Box::new(value), keys)
        })
    }

    fn path_value(&mut self, path: &ast::Path) -> Option<Expr> {
        if let Some(local) = self.local(path) {
            return self.local_value(path, local);
        }
        if let Some(value) = self.computed_path(path) {
            return Some(value);
        }
        self.path(path, PathUse::Read).map(Expr::Path)
    }

    /// The keys of a path or converter.
    pub(super) fn keys(&mut self, keys: &[ast::Key]) -> Option<Vec<Key>> {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| match &key.kind {
                ast::KeyKind::String(text) => Some(Key::String(text.clone().into_bytes())),
                ast::KeyKind::Int(index) => Some(Key::Int(*index)),
                ast::KeyKind::Expression(value) => self.value(value).map(Key::Expression),
            })
            .collect();
        keys.into_iter().collect()
    }
}

/// The enum symbols of a context, with their numbers.
pub(super) fn symbols(context: Context) -> &'static [(&'static str, i64)] {
    enums::symbols(context)
}

fn action(mut call: Call) -> Action {
    use super::resolved::Argument;
    if call.function.run.is_some() {
        return Action::Edit(call);
    }
    let value = call.arguments.pop();
    let target = call.arguments.pop();
    match (target, value) {
        (Some(Argument::Path(target)), Some(Argument::Expr(value))) => {
            Action::Set { target, value }
        }
        (target, value) => {
            // A declaration with other parameters than `set`'s.
            call.arguments.extend(target);
            call.arguments.extend(value);
            Action::Edit(call)
        }
    }
}

fn comparison(operator: ast::Comparator, left: Expr, right: Expr) -> Test {
    match (left, right) {
        (Expr::Literal(left), Expr::Literal(right)) => {
            Test::Literal(super::fold::compare(operator, &left, &right))
        }
        (left, right) => Test::Comparison {
            operator,
            left,
            right,
        },
    }
}

/// Why a literal cannot stand in a map: the reference nests a map's lists one level deep only.
fn map_value_refusal(value: &Literal) -> Option<String> {
    let items = match value {
        Literal::List(items) => items,
        Literal::Lambda => return super::literal::raw_list_refusal(std::slice::from_ref(value)),
        _ => return None,
    };
    items.iter().find_map(|item| match item {
        Literal::List(items) => super::literal::raw_list_refusal(items),
        Literal::Lambda => super::literal::raw_list_refusal(std::slice::from_ref(item)),
        _ => None,
    })
}

pub(super) fn into_literal(value: Expr) -> Option<Literal> {
    match value {
        Expr::Literal(literal) => Some(literal),
        _ => None,
    }
}
