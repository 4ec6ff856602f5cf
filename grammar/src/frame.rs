//! What `role.rs` knows while a bracket is open: what the bracket is for, what it holds, which lambdas are read.

use crate::token::Lexeme;
use crate::token_role::Token;

/// What an open bracket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bracket {
    Root,
    Call,
    Lambda,
    Group(Position),
    Key,
    List,
    Map,
}

/// What a group may be, from what precedes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// Arithmetic: a value is expected.
    Value,
    /// A condition is expected, which may begin with arithmetic.
    Condition,
    /// A lambda's body is expected: a value rather than a condition.
    Body,
    /// The group begins another one that is not of arithmetic for sure.
    Inherited,
}

/// What a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Math,
    Condition,
}

impl Role {
    /// What the group at `position` is, `next` following it; None if that depends on the group around it.
    ///
    /// In the reference's order: arithmetic if it can be, then a condition. It can be if all it holds is
    /// arithmetic and it is an operand of something; `(F())` alone is arithmetic among values and otherwise a
    /// condition.
    pub(crate) fn of(position: Position, frame: &Frame, next: Option<Lexeme>) -> Option<Role> {
        if position == Position::Value {
            return Some(Role::Math);
        }
        if frame.holds_condition {
            return Some(Role::Condition);
        }
        match next {
            Some(Lexeme::Compare(_) | Lexeme::AddSub(_) | Lexeme::MulDiv(_)) => {
                return Some(Role::Math);
            }
            _ if frame.holds_math => return Some(Role::Math),
            Some(Lexeme::And | Lexeme::Or) => return Some(Role::Condition),
            _ => {}
        }
        match position {
            Position::Body => Some(Role::Math),
            Position::Inherited if next == Some(Lexeme::RParen) => None,
            _ => Some(Role::Condition),
        }
    }

    pub(crate) fn token(self) -> Token {
        match self {
            Role::Math => Token::MathOpen,
            Role::Condition => Token::ConditionOpen,
        }
    }
}

/// An open bracket, or the text itself.
pub(crate) struct Frame {
    pub(crate) bracket: Bracket,
    /// Index of the bracket's token.
    pub(crate) open: usize,
    /// Levels of nesting above it, and the arithmetic operators of the value being read.
    pub(crate) depth: usize,
    pub(crate) operators: usize,
    /// What stands in it directly.
    pub(crate) holds_condition: bool,
    pub(crate) holds_math: bool,
    /// Opening tokens of the groups in it that are what this group is.
    pub(crate) undecided: Vec<usize>,
    /// The lambdas whose bodies are being read, outermost first.
    pub(crate) lambdas: Vec<Lambda>,
}

pub(crate) struct Lambda {
    /// Index of the arrow's token.
    pub(crate) arrow: usize,
    pub(crate) is_condition: bool,
    /// The condition being read takes no comparison operator: it has one, or is in parentheses.
    pub(crate) compared: bool,
}

impl Frame {
    pub(crate) fn new(bracket: Bracket, open: usize, depth: usize) -> Self {
        Frame {
            bracket,
            open,
            depth,
            operators: 0,
            holds_condition: false,
            holds_math: false,
            undecided: Vec::new(),
            lambdas: Vec::new(),
        }
    }

    pub(crate) fn level(&self) -> usize {
        self.depth + self.operators + self.lambdas.len()
    }

    pub(crate) fn closing(&self) -> Option<Lexeme> {
        match self.bracket {
            Bracket::Root => None,
            Bracket::Call | Bracket::Lambda | Bracket::Group(_) => Some(Lexeme::RParen),
            Bracket::Key | Bracket::List => Some(Lexeme::RBracket),
            Bracket::Map => Some(Lexeme::RBrace),
        }
    }
}

pub(crate) fn closing_text(bracket: Bracket) -> &'static str {
    match bracket {
        Bracket::Key | Bracket::List => "]",
        Bracket::Map => "}",
        _ => ")",
    }
}

pub(crate) fn closing_token(bracket: Bracket) -> Token {
    match bracket {
        Bracket::Key | Bracket::List => Token::RBracket,
        Bracket::Map => Token::RBrace,
        _ => Token::RParen,
    }
}
