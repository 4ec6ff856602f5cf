//! The syntax tree: plain data, public fields, a [`Span`] on every node.
//!
//! The doc of each type and variant shows the syntax it stands for. The tree says what was written, not
//! what it means: no path, function, enum symbol or context is known here. Trees made by the parser are
//! at most [`limits::NESTING_MAX`](crate::limits::NESTING_MAX) deep, so recursing over one is safe.

/// A range of bytes of the parsed text: `start` inclusive, `end` exclusive, both at char boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

/// `set(attributes["a"], 1) where body == "x"`
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What is done: `set(attributes["a"], 1)`.
    pub editor: Call,
    /// When it is done: what follows `where`; always, if absent.
    pub condition: Option<Condition>,
    /// The whole statement.
    pub span: Span,
}

/// `set(a, 1)`, `Split(body, ",")[0]`: an editor (lower-case) or a converter (upper-case, in the extended dialect
/// any) called.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `Split`.
    pub name: Name,
    /// `body, ","`, in the order written.
    pub arguments: Vec<Argument>,
    /// `[0]`; always empty for editors.
    pub keys: Vec<Key>,
    /// From the name to the last parenthesis or bracket.
    pub span: Span,
}

/// One name: of a function, a path segment, an argument, a lambda parameter (`_` included), an enum symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name without the whitespace that the language allows within function names (`Is Match` is `IsMatch`).
    pub text: String,
    /// From its first to its last token.
    pub span: Span,
}

/// `1`, `format = "%Y"`, `function = Sha256`
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `format` in `format = "%Y"`.
    pub name: Option<Name>,
    /// What is given.
    pub value: ArgumentValue,
    /// From the argument's name, if any, to the end of the value.
    pub span: Span,
}

/// What an argument gives.
#[derive(Debug, Clone, PartialEq)]
pub enum ArgumentValue {
    /// `attributes["a"]`, `1 + 2`, `FLAG`: a value. A name in capitals alone is a [`ValueKind::Enum`].
    Value(Value),
    /// `Sha256`: a converter, not called.
    FunctionName(Name),
}

/// A text that is true or false.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Which condition.
    pub kind: ConditionKind,
    /// The whole condition; for [`ConditionKind::Group`] with its parentheses.
    pub span: Span,
}

/// The kinds of [`Condition`].
#[derive(Debug, Clone, PartialEq)]
pub enum ConditionKind {
    /// `a or b or c`: two or more operands, none of them an `Or`.
    Or(Vec<Condition>),
    /// `a and b and c`: two or more operands, none of them an `Or` or `And`.
    And(Vec<Condition>),
    /// `not a`: the operand is none of `Or`, `And`, `Not`.
    Not(Box<Condition>),
    /// `a == 1`
    Comparison {
        /// `a`
        left: Value,
        /// `==`
        operator: Comparator,
        /// `1`
        right: Value,
    },
    /// `true`, `false`
    Bool(bool),
    /// `IsMatch(body, "x")`: a converter, possibly with keys.
    Call(Call),
    /// `(a or b)`
    Group(Box<Condition>),
}

/// The comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A text that has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Which value.
    pub kind: ValueKind,
    /// The whole value.
    pub span: Span,
}

/// The kinds of [`Value`].
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// `"text"` after unescaping. As in the reference, `\xff` is the character U+00FF, not the byte.
    String(String),
    /// `0xC0FFEE`: the bytes that the digits spell.
    Bytes(Vec<u8>),
    /// `42`; never negative: `-42` is a [`Math::Unary`].
    Int(i64),
    /// `1.5`, `.5`, `2.e3`; finite, never negative.
    Float(f64),
    /// `1h30m` (extended dialect): nanoseconds, never negative.
    Duration(i64),
    /// `SEVERITY_NUMBER_INFO`
    Enum(Name),
    /// `resource.attributes["a"]`, or a lambda's parameter.
    Path(Path),
    /// `Len(body)`: a converter.
    Call(Call),
    /// `{"a": 1, "b": 2}`, in the order written, repeated keys included.
    Map(Vec<MapItem>),
    /// `[1, 2]`
    List(Vec<Value>),
    /// `(k, v) => v > 1`
    Lambda(Box<Lambda>),
    /// `a + 1`, `-a`, `(a)`
    Math(Box<Math>),
}

/// `"a": 1`
#[derive(Debug, Clone, PartialEq)]
pub struct MapItem {
    /// `a`: the key after unescaping.
    pub key: String,
    /// The key with its quotes.
    pub key_span: Span,
    /// `1`
    pub value: Value,
    /// From the key to the end of the value.
    pub span: Span,
}

/// Arithmetic. Its operands are `Int`, `Float`, `Duration`, `Path`, `Call` and `Math` only.
#[derive(Debug, Clone, PartialEq)]
pub enum Math {
    /// `a + b`; `*` and `/` bind closer than `+` and `-`, equals from the left.
    Binary {
        /// `+`
        operator: MathOperator,
        /// `a`
        left: Value,
        /// `b`
        right: Value,
    },
    /// `-a`; the operator is `Add` or `Subtract`, the operand neither `Unary` nor `Binary`.
    Unary {
        /// `-`
        operator: MathOperator,
        /// `a`
        operand: Value,
    },
    /// `(a + b)`
    Group(Value),
}

/// The arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MathOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// `resource.attributes["a"]["b"]`: one or more segments.
///
/// The reference calls the first segment the path's context if it has no keys and others follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// `resource`, `attributes["a"]["b"]`
    pub segments: Vec<Segment>,
    /// The whole path.
    pub span: Span,
}

/// `attributes["a"]["b"]`
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// `attributes`
    pub name: Name,
    /// `["a"]`, `["b"]`
    pub keys: Vec<Key>,
    /// From the name to the last bracket.
    pub span: Span,
}

/// `["a"]`, `[0]`, `[attributes["b"]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Which key.
    pub kind: KeyKind,
    /// The key with its brackets.
    pub span: Span,
}

/// The kinds of [`Key`].
#[derive(Debug, Clone, PartialEq)]
pub enum KeyKind {
    /// `["a"]`, unescaped as [`ValueKind::String`] is.
    String(String),
    /// `[0]`; never negative: `[-1]` is an expression.
    Int(i64),
    /// `[i + 1]`, `[attributes["b"]]`, `[Len(body)]`, `[1.5]`: what [`Math`] allows as an operand, `Int` excepted.
    Expression(Value),
}

/// `(k, v) => Concat([k, v], "=")`
#[derive(Debug, Clone, PartialEq)]
pub struct Lambda {
    /// `k`, `v`; `_` may be repeated.
    pub parameters: Vec<Name>,
    /// What follows the arrow.
    pub body: LambdaBody,
    /// From the first parenthesis to the end of the body.
    pub span: Span,
}

/// What a lambda computes.
#[derive(Debug, Clone, PartialEq)]
pub enum LambdaBody {
    /// `Concat([k, v], "=")`: whatever can be read as a value is one, `true` and converter calls included.
    Value(Value),
    /// `v > 1`
    Condition(Condition),
}

impl Span {
    /// The bytes from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Self {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The spanned part of `text`; empty if the span does not belong to `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
}
