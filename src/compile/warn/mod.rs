//! What can be compiled but certainly does something else than it says: codes W2xx.
//!
//! Certain is what holds for every record that comes to it, or for every resource, scope, span or metric that has several.
//! Bodies of lambdas are not looked at: they may never run.

mod kinds;
mod together;

use super::fold;
use super::resolve::Resolver;
use super::resolved::{Action, Call, Comparator, Expr, Operator, Path, Statement};
use crate::report::{Diagnostic, Fix};
use kinds::{Meant, meant, never_equal, of_form, of_literal};
use ottl_grammar::ast::{self, ArgumentValue, ConditionKind, KeyKind, Math, Span, ValueKind};
use ottl_stdlib::regex::{Regex, Template};
use ottl_vm::function::{Kind, Literal};
use ottl_vm::path::form::Form;
use ottl_vm::path::{Access, special};

/// What evaluating always fails.
const ALWAYS_FAILS: &str = "W201";
/// A `set` that writes nothing.
const NEVER_SET: &str = "W202";
/// A condition that is always true, or always false.
const CONSTANT: &str = "W203";
/// A comparison with a value of a type that is never equal to what is compared.
const NEVER_EQUAL: &str = "W204";

/// An edit of what records share that is of one of them.
const SHARED: &str = "W205";
/// A path to what was removed before.
const GONE: &str = "W206";

/// A group in a replacement that its pattern does not have.
const NO_GROUP: &str = "W207";

/// Every code.
pub const CODES: &[&str] = &[
    ALWAYS_FAILS,
    NEVER_SET,
    CONSTANT,
    NEVER_EQUAL,
    SHARED,
    GONE,
    NO_GROUP,
];

pub(super) use together::{Numbered, conditions, statements};

/// What is to be warned of in a statement that could be resolved.
pub(super) fn statement(
    resolver: &mut Resolver<'_>,
    tree: &ast::Statement,
    resolved: &Statement,
) -> Vec<Diagnostic> {
    let mut look = Look::new(resolver);
    look.call(&tree.editor);
    if let Action::Set { target, value } = &resolved.action {
        look.set(&tree.editor, target, value);
    }
    look.shared(tree, resolved);
    if let Action::Edit(call) = &resolved.action {
        look.groups(&tree.editor, call);
    }
    if let Some(condition) = &tree.condition {
        let ends = [
            "so the statement does nothing",
            "so the condition makes no difference",
        ];
        look.whole(condition, ends);
    }
    look.finish()
}

/// What is to be warned of in a condition that could be resolved.
pub(super) fn condition(
    resolver: &mut Resolver<'_>,
    condition: &ast::Condition,
) -> Vec<Diagnostic> {
    let mut look = Look::new(resolver);
    let ends = [
        "so the condition chooses no record",
        "so the condition chooses every record",
    ];
    look.whole(condition, ends);
    look.finish()
}

struct Look<'l, 'r> {
    resolver: &'l mut Resolver<'r>,
    found: Vec<Diagnostic>,
    /// What was known to be wrong before.
    problem_count: usize,
}

impl<'l, 'r> Look<'l, 'r> {
    fn new(resolver: &'l mut Resolver<'r>) -> Self {
        let problem_count = resolver.problems.len();
        Look {
            resolver,
            found: Vec::new(),
            problem_count,
        }
    }

    /// Trees are resolved again here part by part, so that what is found has a place.
    fn finish(self) -> Vec<Diagnostic> {
        self.resolver.problems.truncate(self.problem_count);
        self.found
    }

    fn tell(&mut self, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        let diagnostic = Diagnostic::warning(code, message).at(range(span), "");
        self.found.push(diagnostic);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// A condition as a whole; `ends` say what follows if it is always false, and always true.
    fn whole(&mut self, condition: &ast::Condition, ends: [&str; 2]) {
        let before = self.found.len();
        let truth = self.test(condition);
        if let (Some(truth), [only]) = (truth, &mut self.found[before..])
            && [CONSTANT, NEVER_EQUAL].contains(&only.code)
        {
            only.notes.push(ends[usize::from(truth)].to_owned());
        }
    }

    /// Whether a condition never holds, or always does, if either is certain. One that fails does not hold.
    fn test(&mut self, condition: &ast::Condition) -> Option<bool> {
        match &condition.kind {
            ConditionKind::Or(tests) => self.joined(tests, true),
            ConditionKind::And(tests) => self.joined(tests, false),
            ConditionKind::Not(inner) => {
                let truth = self.test(inner)?;
                // One that fails does not hold negated either.
                is_simple(inner).then_some(!truth)
            }
            ConditionKind::Group(inner) => self.test(inner),
            // Whoever writes this means it.
            ConditionKind::Bool(value) => Some(*value),
            ConditionKind::Call(call) => {
                self.converter(call);
                None
            }
            ConditionKind::Comparison {
                left,
                operator,
                right,
            } => self.comparison(condition.span, left, *operator, right),
        }
    }

    /// Conditions of which one that is `deciding` decides for all.
    fn joined(&mut self, tests: &[ast::Condition], deciding: bool) -> Option<bool> {
        let truths: Vec<_> = tests.iter().map(|test| self.test(test)).collect();
        if let Some([one, other]) = self.contradiction(tests, deciding) {
            let message = match deciding {
                true => "one of these is always true",
                false => "these are never both true",
            };
            self.tell(CONSTANT, one.to(other), message.to_owned());
            return Some(deciding);
        }
        let literal = tests.iter().find(|test| is_literally(test, deciding));
        if let Some(literal) = literal {
            let message = format!("because of this the condition is always {deciding}");
            self.tell(CONSTANT, literal.span, message);
            return Some(deciding);
        }
        let opposite = Some(!deciding);
        if truths.iter().all(|truth| *truth == opposite) {
            return opposite;
        }
        // What comes before one that is true may fail, but then the condition does not hold.
        let decides = |truth: &Option<bool>| *truth == Some(deciding);
        match deciding {
            true => truths.first().is_some_and(decides),
            false => truths.iter().any(decides),
        }
        .then_some(deciding)
    }

    /// Two of the conditions that decide for all, as they are about the same.
    fn contradiction(&mut self, tests: &[ast::Condition], deciding: bool) -> Option<[Span; 2]> {
        let resolved: Vec<_> = tests.iter().map(|test| self.resolver.test(test)).collect();
        let pairs =
            (1..tests.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        pairs.into_iter().find_map(|(first, second)| {
            let (one, other) = (resolved[first].as_ref()?, resolved[second].as_ref()?);
            let decided = together::always_joined(one, other)?;
            (decided == deciding).then(|| [tests[first].span, tests[second].span])
        })
    }

    fn comparison(
        &mut self,
        span: Span,
        left: &ast::Value,
        operator: Comparator,
        right: &ast::Value,
    ) -> Option<bool> {
        let before = self.found.len();
        self.value(left);
        self.value(right);
        if self.found.len() > before {
            return None;
        }
        let (one, other) = (self.resolver.value(left)?, self.resolver.value(right)?);
        match (fold::value(&one), fold::value(&other)) {
            (Some(one), Some(other)) => {
                let holds = fold::compare(operator, &one, &other);
                self.tell(CONSTANT, span, format!("this is always {holds}"));
                Some(holds)
            }
            (None, Some(literal)) => self.mismatch(span, operator, &one, &literal, right),
            (Some(literal), None) => self.mismatch(span, operator, &other, &literal, left),
            (None, None) => None,
        }
    }

    /// A comparison of what has a known type with a value of another.
    fn mismatch(
        &mut self,
        span: Span,
        operator: Comparator,
        value: &Expr,
        literal: &Literal,
        written: &ast::Value,
    ) -> Option<bool> {
        let is_unequal = operator == Comparator::NotEqual;
        let relation = match is_unequal || operator == Comparator::Equal {
            true => "never equals",
            false => "is neither more nor less than",
        };
        if is_between_times(value) && !matches!(literal, Literal::Duration(_)) {
            let found = of_literal(literal);
            let message = format!("this compares a duration, which {relation} {found}");
            let found = self.tell(NEVER_EQUAL, span, message);
            let words = "write a duration, such as `Duration(\"3s\")`".to_owned();
            help(found, Some(Meant::Words(words)), written);
            return Some(is_unequal);
        }
        let Expr::Path(path) = value else { return None };
        let form = of_path(path)?;
        if !never_equal(form, literal) || (may_be_nil(path) && *literal == Literal::Nil) {
            return None;
        }
        let (text, holds, found) = (&path.text, of_form(form), of_literal(literal));
        let message = match literal {
            Literal::Nil => format!("`{text}` is never nil"),
            _ => format!("`{text}` is {holds}, which {relation} {found}"),
        };
        let meant = meant(path, form, literal, self.resolver.scope.context);
        let found = self.tell(NEVER_EQUAL, span, message);
        help(found, meant, written);
        // Reading what is more than a field may fail.
        let is_field = !matches!(path.spec.access, Access::Special(_));
        (is_field || !is_unequal).then_some(is_unequal)
    }

    /// A `set` of a value that its target does not take.
    fn set(&mut self, editor: &ast::Call, target: &Path, value: &Expr) {
        let Some(written) = written(editor, "value", 1) else {
            return;
        };
        let text = &target.text;
        if let Access::Special(of_path) = target.spec.access
            && std::ptr::eq(of_path, &special::METRIC_TYPE)
        {
            let message = format!("setting `{text}` does nothing");
            self.tell(NEVER_SET, editor.span, message)
                .help
                .push("functions such as `convert_gauge_to_sum` change a metric's type".to_owned());
            return;
        }
        let Some(literal) = fold::value(value) else {
            return;
        };
        let Some((form, error)) = kinds::refusal(target, &literal) else {
            return;
        };
        let message = match &literal {
            Literal::Nil => format!("`{text}` cannot be nil"),
            _ if kinds::is_of_another_type(target, form, &literal) => {
                let (holds, found) = (kinds::of_target(target, form), of_literal(&literal));
                format!("`{text}` takes {holds}, not {found}")
            }
            _ => format!("`{text}` cannot be this"),
        };
        let meant = kinds::meant_by_set(target, form, &literal, self.resolver.scope.context);
        let found = self.tell(NEVER_SET, written.span, message);
        found
            .notes
            .push(format!("it is an error on every record: {error}"));
        help(found, meant, written);
    }

    /// A replacement with a group that its pattern does not have.
    fn groups(&mut self, editor: &ast::Call, call: &Call) {
        let of = |name: &str| {
            let mut parameters = call.function.parameters.iter();
            let at = parameters.position(|parameter| parameter.name == name)?;
            let value = together::text(call.arguments.get(at)?)?;
            Some((value, written(editor, name, at)?))
        };
        let (Some((pattern, _)), Some((text, place))) = (of("regex_pattern"), of("replacement"))
        else {
            return;
        };
        let Some(group) = Regex::new(pattern)
            .ok()
            .and_then(|regex| Template::new(text).missing_group(&regex))
        else {
            return;
        };
        let message = format!("the pattern has no group `{group}`, so nothing takes its place");
        let digits = group.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &group[..group.len() - digits.len()];
        let found = self.tell(NO_GROUP, place.span, message);
        if !number.is_empty() && !digits.is_empty() {
            found.help.push(format!(
                "if the group `{number}` is meant, write `${{{number}}}{digits}`"
            ));
        }
    }

    /// A converter that is called, and what it is called with.
    fn converter(&mut self, call: &ast::Call) {
        let before = self.found.len();
        self.call(call);
        if self.found.len() > before {
            return;
        }
        let resolved = self.resolver.call(call, Kind::Converter);
        let Some(resolved) = resolved.map(|call| Expr::Call(Box::new(call))) else {
            return;
        };
        let name = &call.name.text;
        if let Some(error) = fold::failure(&resolved, &mut self.resolver.prepared) {
            let message = format!("this call of `{name}` always fails: {error}");
            self.tell(ALWAYS_FAILS, call.span, message)
                .help
                .push(format!("`ottlc doc {name}` tells what it takes"));
        }
    }

    /// What a function is called with.
    fn call(&mut self, call: &ast::Call) {
        for argument in &call.arguments {
            if let ArgumentValue::Value(value) = &argument.value {
                self.value(value);
            }
        }
        self.keys(&call.keys);
    }

    fn keys(&mut self, keys: &[ast::Key]) {
        for key in keys {
            if let KeyKind::Expression(value) = &key.kind {
                self.value(value);
            }
        }
    }

    fn value(&mut self, value: &ast::Value) {
        match &value.kind {
            ValueKind::Path(path) => path
                .segments
                .iter()
                .for_each(|segment| self.keys(&segment.keys)),
            ValueKind::Call(call) => self.converter(call),
            ValueKind::Map(items) => items.iter().for_each(|item| self.value(&item.value)),
            ValueKind::List(items) => items.iter().for_each(|item| self.value(item)),
            ValueKind::Math(math) => self.math(value, math),
            ValueKind::Nil
            | ValueKind::Bool(_)
            | ValueKind::String(_)
            | ValueKind::Bytes(_)
            | ValueKind::Int(_)
            | ValueKind::Float(_)
            | ValueKind::Duration(_)
            | ValueKind::Enum(_)
            | ValueKind::Lambda(_) => {}
        }
    }

    fn math(&mut self, value: &ast::Value, math: &Math) {
        let before = self.found.len();
        match math {
            Math::Binary { left, right, .. } => {
                self.value(left);
                self.value(right);
            }
            Math::Unary { operand, .. } => self.value(operand),
            Math::Group(inner) => return self.value(inner),
        }
        if self.found.len() > before {
            return;
        }
        let resolved = self.resolver.value(value);
        let error = resolved.and_then(|expr| fold::failure(&expr, &mut self.resolver.prepared));
        if let Some(error) = error {
            let message = format!("this always fails: {error}");
            self.tell(ALWAYS_FAILS, value.span, message);
        }
    }
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

/// The value that a call is given for the parameter with this name, which is the one at `at`.
fn written<'t>(call: &'t ast::Call, name: &str, at: usize) -> Option<&'t ast::Value> {
    let mut arguments = call.arguments.iter();
    let named = |argument: &&ast::Argument| {
        let given = argument.name.as_ref();
        given.is_some_and(|given| given.text == name)
    };
    let found = arguments.clone().find(named).or(arguments.nth(at))?;
    match &found.value {
        ArgumentValue::Value(value) => Some(value),
        ArgumentValue::FunctionName(_) => None,
    }
}

/// What was likely meant, in the place of what is written.
fn help(diagnostic: &mut Diagnostic, meant: Option<Meant>, written: &ast::Value) {
    match meant {
        // A symbol or call is no slip of the pen.
        Some(Meant::Instead(_))
            if matches!(written.kind, ValueKind::Enum(_) | ValueKind::Call(_)) => {}
        Some(Meant::Instead(text)) => {
            diagnostic.help.push(format!("write `{text}`"));
            diagnostic.fix = Some(Fix {
                span: range(written.span),
                replacement: text,
            });
        }
        Some(Meant::Words(words)) => diagnostic.help.push(words),
        None => {}
    }
}

/// Whether a condition does not fail where it does not hold.
fn is_simple(condition: &ast::Condition) -> bool {
    match &condition.kind {
        ConditionKind::Group(inner) | ConditionKind::Not(inner) => is_simple(inner),
        ConditionKind::Bool(_) | ConditionKind::Comparison { .. } => true,
        ConditionKind::Or(_) | ConditionKind::And(_) | ConditionKind::Call(_) => false,
    }
}

fn is_literally(condition: &ast::Condition, value: bool) -> bool {
    match &condition.kind {
        ConditionKind::Group(inner) => is_literally(inner, value),
        ConditionKind::Bool(found) => *found == value,
        _ => false,
    }
}

/// What a path holds, if that is a scalar of one type.
fn of_path(path: &Path) -> Option<Form> {
    let form = match path.spec.access {
        Access::Field { form, .. } | Access::Nested { form, .. } => form,
        Access::Special(special) => special.form,
        Access::Attributes { .. } => return None,
    };
    kinds::is_scalar(form).then_some(form)
}

/// Whether a value is what lies between the times at two paths.
fn is_between_times(value: &Expr) -> bool {
    let is_time =
        |value: &Expr| matches!(value, Expr::Path(path) if of_path(path) == Some(Form::Time));
    matches!(value, Expr::Math(Operator::Subtract, end, start) if is_time(end) && is_time(start))
}

/// Whether there may be nothing at a path.
fn may_be_nil(path: &Path) -> bool {
    match path.spec.access {
        Access::Field { field, .. } | Access::Nested { field, .. } => field.contains(&0),
        Access::Attributes { .. } | Access::Special(_) => true,
    }
}
