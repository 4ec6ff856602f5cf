//! From lexemes to tokens: tells each lexeme its role, by looking ahead where the grammar cannot.
//!
//! - Words that form one function's name become one token: the name of an editor, a converter, an argument.
//! - `(` opens a call's arguments, a lambda's parameters, arithmetic, or a condition. The last two are told
//!   apart when the group closes, from what it holds and what follows it (see `Role::of`).
//! - `=>` has a value or a condition behind it. A lambda extends as far as it can; where it ends, a token says so.
//!
//! Whatever comes in, brackets match in what goes out (errors say what was added or dropped), and nesting is
//! within [`NESTING_MAX`]. One pass; the work is linear in the number of lexemes.

mod mistake;

use crate::Start;
use crate::ast::{Comparator, Span};
use crate::error::{Code, Error};
use crate::frame::{Bracket, Frame, Lambda, Position, Role, closing_token};
use crate::limits::{ERRORS_MAX, NESTING_MAX};
use crate::punctuation::is_where;
use crate::token::{Lexed, Lexeme};
use crate::token_role::{Placed, Token};

/// Gives each lexeme its role. `then` is the index of the `>` between a condition and an editor.
/// None if nesting is too deep, the text is an assignment, or there are too many errors: nothing else is worth
/// saying then.
pub(crate) fn assign(
    text: &str,
    start: Start,
    then: Option<usize>,
    lexemes: &[Lexed],
    errors: &mut Vec<Error>,
) -> Option<Vec<Placed>> {
    let mut roles = Roles {
        text,
        lexemes,
        errors,
        out: Vec::with_capacity(lexemes.len() + 2),
        frames: vec![Frame::new(Bracket::Root, 0, 0)],
        editor_first: start == Start::Statement && then.is_none(),
        then,
        where_seen: false,
        has_unclosed: has_unclosed(lexemes),
        words: Words {
            end: 0,
            last_where: None,
        },
    };
    let marker = match (start, then) {
        (Start::Statement, None) => Token::StatementStart,
        (Start::Statement, Some(_)) => Token::ThenStart,
        (Start::Condition, _) => Token::ConditionStart,
        (Start::Value, _) => Token::ValueStart,
    };
    roles.out.push(Placed {
        token: marker,
        span: Span::new(0, 0),
    });
    let mut at = 0;
    while at < lexemes.len() {
        if roles.errors.len() > ERRORS_MAX {
            return None;
        }
        at = roles.step(at)?;
    }
    roles.finish();
    Some(roles.out)
}

/// Words in a row, looked at once.
struct Words {
    end: usize,
    last_where: Option<usize>,
}

struct Roles<'a> {
    text: &'a str,
    lexemes: &'a [Lexed],
    errors: &'a mut Vec<Error>,
    out: Vec<Placed>,
    /// Never empty: the first is [`Bracket::Root`].
    frames: Vec<Frame>,
    /// The text is a statement that begins with its editor, so `where` may follow.
    editor_first: bool,
    then: Option<usize>,
    where_seen: bool,
    /// More brackets are opened than closed in the whole text.
    has_unclosed: bool,
    /// The words last looked at.
    words: Words,
}

impl Roles<'_> {
    fn kind(&self, at: usize) -> Option<Lexeme> {
        self.lexemes.get(at).map(|lexed| lexed.kind)
    }

    fn last(&self) -> Placed {
        *self.out.last().expect("the start's marker is there")
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the root is never popped")
    }

    fn push(&mut self, token: Token, span: Span) {
        self.out.push(Placed { token, span });
    }

    /// An empty place after the last token.
    fn here(&self) -> Span {
        let end = self.last().span.end;
        Span::new(end, end)
    }

    /// Takes the lexeme at `at`, and others with it; the index of the next. None ends it all.
    fn step(&mut self, at: usize) -> Option<usize> {
        let Lexed { kind, span } = self.lexemes[at];
        if self.begins_condition_without_where(at) {
            return Some(self.missing_where(at));
        }
        let token = match kind {
            Lexeme::Lower | Lexeme::Upper => return self.word(at),
            Lexeme::LParen => return self.open_paren(at),
            Lexeme::LBracket => {
                let follows_value = matches!(
                    self.last().token,
                    Token::Name | Token::RParen | Token::RBracket
                );
                let bracket = if follows_value {
                    Bracket::Key
                } else {
                    Bracket::List
                };
                return self.open(Token::LBracket, bracket, at);
            }
            Lexeme::LBrace => return self.open(Token::LBrace, Bracket::Map, at),
            Lexeme::RParen | Lexeme::RBracket | Lexeme::RBrace => {
                self.close(at);
                return Some(at + 1);
            }
            Lexeme::Arrow => return self.arrow(at),
            Lexeme::Compare(_) if self.then == Some(at) => {
                self.end_lambdas();
                Token::Then
            }
            Lexeme::Compare(comparator) => self.compare(comparator),
            Lexeme::Equal => return self.equal(at),
            Lexeme::And | Lexeme::Or | Lexeme::Not => self.connective(kind),
            Lexeme::AddSub(_) | Lexeme::MulDiv(_) => return self.operator(at),
            Lexeme::Comma => {
                if self.has_unclosed && self.frame().bracket == Bracket::Key {
                    self.close_unclosed(self.frames.len() - 1, self.here());
                }
                self.end_lambdas();
                self.frame().operators = 0;
                Token::Comma
            }
            Lexeme::String => {
                self.string(at);
                Token::String
            }
            Lexeme::Bool(value) => {
                self.frame().holds_condition = true;
                Token::Bool(value)
            }
            Lexeme::Int | Lexeme::Float | Lexeme::Duration => {
                self.frame().holds_math = true;
                number_token(kind)
            }
            Lexeme::Bytes => Token::Bytes,
            Lexeme::Nil => Token::Nil,
            Lexeme::Colon => Token::Colon,
            Lexeme::Dot => Token::Dot,
            Lexeme::Underscore => Token::Underscore,
        };
        self.push(token, span);
        Some(at + 1)
    }

    // Words.

    /// Takes a word, with those that form one name with it.
    fn word(&mut self, at: usize) -> Option<usize> {
        let Lexed { kind, span } = self.lexemes[at];
        if self.is_where(at) {
            self.where_seen = true;
            self.push(Token::Where, span);
            return Some(at + 1);
        }
        let end = self.end_of_words(at);
        if self.is_where_in_brackets(at, end) {
            self.close_before_where();
            return Some(at);
        }
        let name = span.to(self.lexemes[end - 1].span);
        let lower = kind == Lexeme::Lower;
        let starts_argument = self.frame().bracket == Bracket::Call
            && matches!(self.last().token, Token::CallOpen | Token::Comma);
        let holds_where = self.words.last_where.is_some_and(|last| last > at);
        let token = match self.kind(end) {
            // No editor's name, but a path, a statement's `where`, and a call.
            Some(Lexeme::LParen) if lower && holds_where && self.expects_where_in_brackets() => {
                self.push(Token::Name, span);
                return Some(at + 1);
            }
            Some(Lexeme::LParen) if lower => Token::Editor,
            Some(Lexeme::LParen) => Token::Converter,
            Some(Lexeme::Equal) if lower && starts_argument => Token::ArgumentName,
            _ if !lower && self.kind(at + 1) == Some(Lexeme::Lower) => Token::FunctionName,
            _ => {
                self.frame().holds_math |= lower;
                self.push(if lower { Token::Name } else { Token::Enum }, span);
                return Some(at + 1);
            }
        };
        self.push(token, name);
        Some(end)
    }

    /// The index after the words in a row that the one at `at` is in.
    fn end_of_words(&mut self, at: usize) -> usize {
        if at >= self.words.end {
            let is_word = |lexed: &&Lexed| matches!(lexed.kind, Lexeme::Lower | Lexeme::Upper);
            let end = at + self.lexemes[at..].iter().take_while(is_word).count();
            let last_where = (at..end).rfind(|&word| is_where(self.text, self.lexemes[word]));
            self.words = Words { end, last_where };
        }
        self.words.end
    }

    /// True of the `where` of a statement.
    fn is_where(&self, at: usize) -> bool {
        self.editor_first
            && !self.where_seen
            && self.frames.len() == 1
            && matches!(self.last().token, Token::RParen | Token::RBracket)
            && is_where(self.text, self.lexemes[at])
    }

    // Brackets.

    fn open_paren(&mut self, at: usize) -> Option<usize> {
        if matches!(self.last().token, Token::Editor | Token::Converter) {
            self.open(Token::CallOpen, Bracket::Call, at)
        } else if self.opens_lambda(at) {
            self.open(Token::LambdaOpen, Bracket::Lambda, at)
        } else {
            let position = self.position();
            self.open(Token::MathOpen, Bracket::Group(position), at)
        }
    }

    /// True if parameters, `)` and `=>` follow the `(` at `at`.
    fn opens_lambda(&self, at: usize) -> bool {
        let is_parameter = |at| matches!(self.kind(at), Some(Lexeme::Lower | Lexeme::Underscore));
        let mut at = at + 1;
        if is_parameter(at) {
            at += 1;
            while self.kind(at) == Some(Lexeme::Comma) && is_parameter(at + 1) {
                at += 2;
            }
        }
        self.kind(at) == Some(Lexeme::RParen) && self.kind(at + 1) == Some(Lexeme::Arrow)
    }

    fn position(&self) -> Position {
        use Token::*;
        match self.last().token {
            ConditionStart | ThenStart | Where | And | Or | Not => Position::Condition,
            ArrowValue => Position::Body,
            MathOpen => match self.frames.last().map(|frame| frame.bracket) {
                Some(Bracket::Group(Position::Value)) => Position::Value,
                _ => Position::Inherited,
            },
            _ => Position::Value,
        }
    }

    fn open(&mut self, token: Token, bracket: Bracket, at: usize) -> Option<usize> {
        let depth = self.frame().level() + 1;
        self.check_depth(depth, at)?;
        self.frames.push(Frame::new(bracket, self.out.len(), depth));
        self.push(token, self.lexemes[at].span);
        Some(at + 1)
    }

    fn check_depth(&mut self, depth: usize, at: usize) -> Option<()> {
        if depth <= NESTING_MAX {
            return Some(());
        }
        let message = format!(
            "this is more than {NESTING_MAX} levels deep, counting brackets, arrows and arithmetic operators"
        );
        self.errors
            .push(Error::new(Code::TooDeep, self.lexemes[at].span, message));
        None
    }

    /// Closes the innermost bracket that the lexeme at `at` can close, and reports those within; or drops the lexeme.
    fn close(&mut self, at: usize) {
        let Lexed { kind, span } = self.lexemes[at];
        let Some(index) = self
            .frames
            .iter()
            .rposition(|frame| frame.closing() == Some(kind))
        else {
            let message = format!("`{}` closes nothing", span.of(self.text));
            self.errors.push(
                Error::new(Code::UnopenedBracket, span, message)
                    .help("remove it")
                    .fix(span, ""),
            );
            return;
        };
        self.close_unclosed(index + 1, self.here());
        self.close_frame(span, self.kind(at + 1));
    }

    /// Closes the innermost bracket, `next` following.
    fn close_frame(&mut self, span: Span, next: Option<Lexeme>) {
        self.end_lambdas();
        let frame = self
            .frames
            .pop()
            .expect("only brackets are closed, not the root");
        self.push(closing_token(frame.bracket), span);
        let Bracket::Group(position) = frame.bracket else {
            return;
        };
        let role = Role::of(position, &frame, next);
        let mut groups = frame.undecided;
        groups.push(frame.open);
        match role {
            None => self.frame().undecided = groups,
            Some(role) => {
                for open in groups {
                    self.out[open].token = role.token();
                }
                let parent = self.frame();
                parent.holds_math |= role == Role::Math;
                parent.holds_condition |= role == Role::Condition;
                if role == Role::Condition
                    && let Some(lambda) = parent.lambdas.last_mut()
                {
                    // In `(a) => (true) == b` the lambda is compared.
                    lambda.is_condition = true;
                    lambda.compared = true;
                }
            }
        }
    }

    // Operators.

    fn arrow(&mut self, at: usize) -> Option<usize> {
        let after_parameters = at > 0 && self.lambda_closed_last();
        if after_parameters {
            let level = self.frame().level() + 1;
            self.check_depth(level, at)?;
            let arrow = self.out.len();
            self.frame().lambdas.push(Lambda {
                arrow,
                is_condition: false,
                compared: false,
            });
        }
        self.push(Token::ArrowValue, self.lexemes[at].span);
        Some(at + 1)
    }

    /// True if the last token closes the parameters of a lambda. They hold no brackets.
    fn lambda_closed_last(&self) -> bool {
        self.last().token == Token::RParen
            && self
                .out
                .iter()
                .rev()
                .find(|placed| placed.token.opens())
                .is_some_and(|placed| placed.token == Token::LambdaOpen)
    }

    /// Ends the lambdas that are being read in the innermost bracket.
    fn end_lambdas(&mut self) {
        while let Some(lambda) = self.frame().lambdas.pop() {
            self.end_lambda(&lambda);
        }
    }

    fn end_lambda(&mut self, lambda: &Lambda) {
        if lambda.is_condition {
            self.out[lambda.arrow].token = Token::ArrowCondition;
        }
        self.push(Token::LambdaEnd, self.here());
    }

    /// A comparison belongs to the innermost lambda that has none yet; others end before it.
    fn compare(&mut self, comparator: Comparator) -> Token {
        let frame = self.frame();
        frame.holds_condition = true;
        frame.operators = 0;
        while let Some(mut lambda) = self.frame().lambdas.pop() {
            if !lambda.compared {
                lambda.compared = true;
                lambda.is_condition = true;
                self.frame().lambdas.push(lambda);
                break;
            }
            self.end_lambda(&lambda);
        }
        Token::Compare(comparator)
    }

    /// `and`, `or` and `not` belong to the innermost lambda.
    fn connective(&mut self, kind: Lexeme) -> Token {
        let frame = self.frame();
        frame.holds_condition = true;
        frame.operators = 0;
        if let Some(lambda) = frame.lambdas.last_mut() {
            lambda.is_condition = true;
            lambda.compared = false;
        }
        match kind {
            Lexeme::And => Token::And,
            Lexeme::Or => Token::Or,
            _ => Token::Not,
        }
    }

    fn operator(&mut self, at: usize) -> Option<usize> {
        let frame = self.frame();
        frame.holds_math = true;
        frame.operators += 1;
        let level = frame.level();
        self.check_depth(level, at)?;
        let token = match self.lexemes[at].kind {
            Lexeme::AddSub(operator) => Token::AddSub(operator),
            Lexeme::MulDiv(operator) => Token::MulDiv(operator),
            _ => unreachable!("called for operators alone"),
        };
        self.push(token, self.lexemes[at].span);
        Some(at + 1)
    }

    /// A key ends the map's item before it, with or without a comma.
    fn string(&mut self, at: usize) {
        let is_key =
            self.frame().bracket == Bracket::Map && self.kind(at + 1) == Some(Lexeme::Colon);
        if is_key && at > 0 && self.lexemes[at - 1].kind.ends_value() {
            self.end_lambdas();
            self.frame().operators = 0;
        }
    }

    fn finish(&mut self) {
        let end = self.text.trim_ascii_end().len() as u32;
        self.close_unclosed(1, Span::new(end, end));
        self.end_lambdas();
    }
}

fn has_unclosed(lexemes: &[Lexed]) -> bool {
    let count = |kind: Lexeme| lexemes.iter().filter(|lexed| lexed.kind == kind).count();
    count(Lexeme::LParen) > count(Lexeme::RParen)
        || count(Lexeme::LBracket) > count(Lexeme::RBracket)
}

fn number_token(kind: Lexeme) -> Token {
    match kind {
        Lexeme::Int => Token::Int,
        Lexeme::Float => Token::Float,
        _ => Token::Duration,
    }
}
