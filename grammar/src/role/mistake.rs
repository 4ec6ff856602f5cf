//! The mistakes that tokens with roles could not stand for: brackets that do not match, a missing `where`,
//! `=` for `==`. Each is reported, and read as what was likely meant.

use super::Roles;
use crate::ast::{Comparator, Span};
use crate::error::{Code, Error};
use crate::frame::{Bracket, closing_text};
use crate::punctuation::is_where;
use crate::token::{Lexed, Lexeme};
use crate::token_role::Token;

impl Roles<'_> {
    /// True of a `where` that can only be the statement's, though brackets are open, words `at..end` being around it.
    pub(super) fn is_where_in_brackets(&self, at: usize, end: usize) -> bool {
        self.expects_where_in_brackets()
            && is_where(self.text, self.lexemes[at])
            && at > 0
            && self.lexemes[at - 1].kind.ends_value()
            && self.kind(end) != Some(Lexeme::Equal)
    }

    pub(super) fn expects_where_in_brackets(&self) -> bool {
        self.has_unclosed && self.editor_first && !self.where_seen && self.frames.len() > 1
    }

    pub(super) fn close_before_where(&mut self) {
        self.close_unclosed(1, self.here());
    }

    /// True if a condition begins at `at`, after a statement's editor.
    pub(super) fn begins_condition_without_where(&mut self, at: usize) -> bool {
        use Lexeme::*;
        self.editor_first
            && !self.where_seen
            && self.frames.len() == 1
            && matches!(self.last().token, Token::RParen | Token::RBracket)
            && match self.lexemes[at].kind {
                Lower | Upper => {
                    !self.is_where(at) && (!self.is_editor(at) || self.stands_for_where(at))
                }
                And | Not | Bool(_) | LParen | String | Int | Float | Bytes | Nil => true,
                _ => false,
            }
    }

    pub(super) fn is_editor(&mut self, at: usize) -> bool {
        let end = self.end_of_words(at);
        self.kind(at) == Some(Lexeme::Lower) && self.kind(end) == Some(Lexeme::LParen)
    }

    /// Reports that `where` is missing before, or misspelt at, `at`, and goes on as if it were there.
    pub(super) fn missing_where(&mut self, at: usize) -> usize {
        let (word, end) = self.whole_word(at);
        let instead = self.stands_for_where(at);
        let start = self.lexemes[at].span.start;
        let (span, replacement) = if instead {
            (word, "where")
        } else {
            (Span::new(start, start), "where ")
        };
        let message = if instead {
            format!(
                "a statement's condition begins with `where`, not with `{}`",
                word.of(self.text)
            )
        } else {
            "a statement's condition begins with `where`".to_string()
        };
        self.errors.push(
            Error::new(Code::MissingWhere, span, message)
                .help("write where before the condition")
                .fix(span, replacement),
        );
        self.where_seen = true;
        self.push(Token::Where, span);
        if instead { end } else { at }
    }

    /// The word that the lexeme at `at` begins, up to a blank, and the index after it.
    fn whole_word(&self, at: usize) -> (Span, usize) {
        let mut end = at;
        while end < self.lexemes.len()
            && (end == at || self.lexemes[end - 1].span.end == self.lexemes[end].span.start)
        {
            end += 1;
        }
        (self.lexemes[at].span.to(self.lexemes[end - 1].span), end)
    }

    /// Whether the word at `at` is there in place of `where`: another language's, or a misspelling.
    fn stands_for_where(&self, at: usize) -> bool {
        let (word, end) = self.whole_word(at);
        ["where", "when", "if", "and"]
            .iter()
            .any(|other| word.of(self.text).eq_ignore_ascii_case(other))
            || self.is_where_misspelt(word, end)
    }

    /// Whether a word ahead of the lexeme `next` was to be `where`: it looks like it, and no condition goes on as this
    /// does.
    fn is_where_misspelt(&self, word: Span, next: usize) -> bool {
        let word = word.of(self.text);
        let is_like = (3..=6).contains(&word.len())
            && word.starts_with('w')
            && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let begins_operand = |lexeme: &Lexed| {
            let text = lexeme.span.of(self.text);
            !matches!(text, "and" | "or" | "where")
                && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '"')
        };
        is_like && self.lexemes.get(next).is_some_and(begins_operand)
    }

    /// Closes the brackets within the outermost `kept`, and reports them as one: they all should close at `place`.
    pub(super) fn close_unclosed(&mut self, kept: usize, place: Span) {
        let unclosed = &self.frames[kept..];
        let Some(innermost) = unclosed.last() else {
            return;
        };
        let span = self.out[innermost.open].span;
        let quoted: Vec<_> = unclosed
            .iter()
            .map(|frame| format!("`{}`", self.out[frame.open].span.of(self.text)))
            .collect();
        let closing: String = unclosed
            .iter()
            .rev()
            .map(|frame| closing_text(frame.bracket))
            .collect();
        let message = match &quoted[..] {
            [one] => format!("{one} is never closed"),
            [several @ .., last] => format!("{} and {last} are never closed", several.join(", ")),
            [] => unreachable!("there is an innermost"),
        };
        // A string without an end has swallowed what closes them.
        if !self
            .errors
            .iter()
            .any(|error| error.code == Code::UnclosedString)
        {
            let error = Error::new(Code::UnclosedBracket, span, message);
            self.errors.push(
                error
                    .help(format!("close with `{closing}`"))
                    .fix(place, closing),
            );
        }
        while self.frames.len() > kept {
            self.close_frame(self.here(), None);
        }
    }

    /// `=` after an argument's name; or an assignment, or a comparison with one `=` too few.
    pub(super) fn equal(&mut self, at: usize) -> Option<usize> {
        let span = self.lexemes[at].span;
        if self.last().token == Token::ArgumentName || self.frame().bracket == Bracket::Call {
            self.push(Token::Equal, span);
            return Some(at + 1);
        }
        if self.editor_first && !self.where_seen && self.frames.len() == 1 {
            let fix = self.assignment_as_call(at);
            let whole = Span::new(0, self.text.len() as u32);
            self.errors.push(
                Error::new(
                    Code::Assignment,
                    span,
                    "OTTL assigns with an editor, not with `=`",
                )
                .help(format!("write {fix}"))
                .fix(whole, fix),
            );
            return None;
        }
        self.errors.push(
            Error::new(
                Code::AssignmentInCondition,
                span,
                "values are compared with `==`, not with `=`",
            )
            .help("write ==")
            .fix(span, "=="),
        );
        let token = self.compare(Comparator::Equal);
        self.push(token, span);
        Some(at + 1)
    }

    /// `a = b where c` is `set(a, b) where c`.
    pub(super) fn assignment_as_call(&self, at: usize) -> String {
        let (equal, rest) = (self.lexemes[at].span, &self.lexemes[at + 1..]);
        let end = rest
            .iter()
            .skip(1)
            .find(|lexed| is_where(self.text, **lexed));
        let end = end.map_or(self.text.len(), |lexed| lexed.span.start as usize);
        let target = self.text[..equal.start as usize].trim();
        let value = self.text[equal.end as usize..end].trim();
        let condition = &self.text[end..];
        let space = if condition.is_empty() { "" } else { " " };
        format!("set({target}, {value}){space}{condition}")
    }
}
