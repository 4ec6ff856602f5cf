//! Tokens: lexemes that know their role, which is what the grammar is written in.

use crate::ast::{Comparator, MathOperator, Span};

/// What a lexeme, or several that form one name, is for the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// The first token says what is parsed: a statement,
    StatementStart,
    /// a condition, `>`, and an editor,
    ThenStart,
    /// a condition,
    ConditionStart,
    /// or a value.
    ValueStart,

    Bytes,
    Float,
    Int,
    Duration,
    String,
    Nil,
    Bool(bool),

    /// A lower-case name that is called.
    Editor,
    /// An upper-case name that is called.
    Converter,
    /// A lower-case name that `=` follows.
    ArgumentName,
    /// An upper-case name that is not called, and not all capitals.
    FunctionName,
    /// A name in capitals.
    Enum,
    /// Another lower-case name: a path's segment, a lambda's parameter.
    Name,
    Underscore,

    Not,
    Or,
    And,
    Where,
    /// The `>` between a condition and an editor.
    Then,
    Compare(Comparator),
    AddSub(MathOperator),
    MulDiv(MathOperator),
    /// `=>` before a value.
    ArrowValue,
    /// `=>` before a condition.
    ArrowCondition,
    /// Where a lambda's body ends; no text of its own.
    LambdaEnd,
    Equal,

    /// `(` of a call, of a lambda's parameters, of arithmetic, of a condition.
    CallOpen,
    LambdaOpen,
    MathOpen,
    ConditionOpen,
    RParen,
    LBracket,
    RBracket,
    LBrace,
    RBrace,
    Colon,
    Comma,
    Dot,

    /// What stood here was wrong, and has been reported.
    Hole,
}

impl Token {
    pub(crate) fn opens(self) -> bool {
        use Token::*;
        matches!(
            self,
            CallOpen | LambdaOpen | MathOpen | ConditionOpen | LBracket | LBrace
        )
    }

    pub(crate) fn closes(self) -> bool {
        matches!(self, Token::RParen | Token::RBracket | Token::RBrace)
    }

    /// True of what stands between the parts that an error is kept within.
    pub(crate) fn separates(self) -> bool {
        use Token::*;
        matches!(
            self,
            StatementStart
                | ThenStart
                | ConditionStart
                | ValueStart
                | Or
                | And
                | Where
                | Then
                | ArrowValue
                | ArrowCondition
                | LambdaEnd
                | Comma
        )
    }
}

/// A token and where it is; empty where the parser added it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) span: Span,
}
