//! The second stage: what the compiler knows once every name is looked up and every literal typed.
//!
//! Invariants: paths, functions and enum symbols are resolved; what the reference folds when it is
//! configured is folded (comparisons of literals, `and` and `or` with literals, lists and maps of literals);
//! what has an effect at run time, errors included, is as written.

use ottl_vm::function::{Function, Literal};
use ottl_vm::path::{Context, PathSpec};
use ottl_vm::program::ErrorMode;

/// A group of statements, or a list of conditions that drops records.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) context: Context,
    pub(super) error_mode: ErrorMode,
    pub(super) shared_cache: bool,
    /// Joined by or; empty for groups that run always.
    pub(super) conditions: Vec<Condition>,
    pub(super) action: GroupAction,
}

/// What happens to the records that a group's conditions choose.
#[derive(Debug)]
pub(super) enum GroupAction {
    /// The statements run on them.
    Run(Vec<Statement>),
    /// They are dropped.
    Drop,
}

/// A resolved statement.
#[derive(Debug)]
pub(super) struct Statement {
    /// As written.
    pub(super) text: String,
    pub(super) condition: Test,
    pub(super) action: Action,
}

/// A resolved condition of a group.
#[derive(Debug)]
pub(super) struct Condition {
    /// As written.
    pub(super) text: String,
    pub(super) test: Test,
}

/// What a statement does.
#[derive(Debug)]
pub(super) enum Action {
    /// `set(target, value)`
    Set { target: Path, value: Expr },
    /// Any other editor.
    Edit(Call),
}

/// Something that is true or false.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Literal(bool),
    /// Two or more, none of them a literal.
    And(Vec<Test>),
    /// Two or more, none of them a literal.
    Or(Vec<Test>),
    Not(Box<Test>),
    Comparison {
        operator: Comparator,
        left: Expr,
        right: Expr,
    },
    /// A converter that must yield a bool.
    Truth(Expr),
}

/// Something that has a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Literal(Literal),
    Path(Path),
    /// A parameter of a lambda that the expression stands in.
    Local(Local),
    Call(Box<Call>),
    Index(Box<Expr>, Vec<Key>),
    List(Vec<Expr>),
    Map(Vec<(Vec<u8>, Expr)>),
    Math(Operator, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
}

pub(super) use ottl_grammar::ast::{Comparator, MathOperator as Operator};

/// A resolved path.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// As written.
    pub(super) text: String,
    pub(super) spec: &'static PathSpec,
    pub(super) keys: Vec<Key>,
}

/// A parameter of a lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// Of which of the lambdas inside one another, counted from the outermost, which is 0.
    pub(super) lambda: usize,
    /// Which of its parameters.
    pub(super) parameter: usize,
}

/// A resolved lambda.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lambda {
    /// Whether each parameter has a name, rather than being `_`.
    pub(super) is_named: Vec<bool>,
    pub(super) body: LambdaBody,
}

/// What a lambda computes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LambdaBody {
    Value(Expr),
    Test(Test),
}

/// A resolved key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    String(Vec<u8>),
    Int(i64),
    Expression(Expr),
}

/// A resolved call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) function: &'static Function,
    /// By parameter; for a function without parameters none.
    pub(super) arguments: Vec<Argument>,
    /// What the function prepared: an index into [`Resolved::prepared`].
    pub(super) prepared: Option<usize>,
}

/// A resolved argument.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Absent,
    Expr(Expr),
    /// To be written, or read and written.
    Path(Path),
    List(Vec<Argument>),
    /// For a parameter that takes only literals.
    Literal(Literal),
    Function(&'static Function),
    Lambda(Box<Lambda>),
}

/// A whole configuration, resolved.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) groups: Vec<Group>,
    /// What calls prepared; taken when they are lowered.
    pub(super) prepared: Vec<Option<Box<dyn std::any::Any + Send + Sync>>>,
}

impl PartialEq for Path {
    /// Whether both name the same place; the texts do not matter.
    fn eq(&self, other: &Path) -> bool {
        std::ptr::eq(self.spec, other.spec) && self.keys == other.keys
    }
}

impl PartialEq for Call {
    /// Whether both yield the same, if the function is pure.
    fn eq(&self, other: &Call) -> bool {
        self.function == other.function && self.arguments == other.arguments
    }
}

impl Expr {
    /// The literal that this is, if it is one.
    pub(super) fn literal(&self) -> Option<&Literal> {
        match self {
            Expr::Literal(literal) => Some(literal),
            _ => None,
        }
    }
}

impl Test {
    /// `not` of a test, folded as the reference does.
    pub(super) fn negated(self) -> Test {
        match self {
            Test::Literal(value) => Test::Literal(!value),
            test => Test::Not(Box::new(test)),
        }
    }

    /// The tests joined by `and`: one that is literally false decides, whatever the others would do.
    pub(super) fn all(tests: Vec<Test>) -> Test {
        join(tests, false, Test::And)
    }

    /// The tests joined by `or`: one that is literally true decides, whatever the others would do.
    pub(super) fn any(tests: Vec<Test>) -> Test {
        join(tests, true, Test::Or)
    }
}

/// Joins tests of which one that is literally `deciding` decides and the opposite does not count.
fn join(tests: Vec<Test>, deciding: bool, joined: fn(Vec<Test>) -> Test) -> Test {
    if tests.contains(&Test::Literal(deciding)) {
        return Test::Literal(deciding);
    }
    let mut rest: Vec<_> = tests
        .into_iter()
        .filter(|test| !matches!(test, Test::Literal(_)))
        .collect();
    match rest.len() {
        0 => Test::Literal(!deciding),
        1 => rest.remove(0),
        _ => joined(rest),
    }
}
