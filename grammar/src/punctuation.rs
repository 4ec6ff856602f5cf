//! Strings that are punctuation.
//!
//! The reference tells signs and the word `where` by their text alone, after unquoting: where it expects a
//! comma, the string `","` is one. `Concat([a "," b], "")` has a list of two. Nobody means that, but whoever
//! wrote it has a statement that runs. Here such strings become the lexemes they count as, in the reference's
//! order of trial; of the lexemes given out, those are the ones whose text is quoted.

use crate::Start;
use crate::literal;
use crate::token::{Lexed, Lexeme};

/// Replaces the strings that count as punctuation.
pub(crate) fn replace(text: &str, start: Start, lexemes: &mut [Lexed]) {
    if !lexemes.iter().any(|lexed| sign(text, *lexed).is_some()) {
        return;
    }
    let mut open = Vec::new();
    // The statement's `where`; the last parenthesis where a condition may start.
    let mut keyword = None;
    let mut group = None;
    for at in 0..lexemes.len() {
        let kind = |index: usize| lexemes.get(index).map(|lexed| lexed.kind);
        let may_be_where = start == Start::Statement
            && keyword.is_none()
            && open.is_empty()
            && at.checked_sub(1).and_then(kind).is_some_and(Lexeme::closes);
        let condition_starts = match at.checked_sub(1) {
            None => start == Start::Condition,
            Some(before) => {
                keyword == Some(before)
                    || group == Some(before)
                    || matches!(lexemes[before].kind, Lexeme::And | Lexeme::Or | Lexeme::Not)
            }
        };
        let place = Place {
            before: at.checked_sub(1).and_then(kind),
            before_that: at.checked_sub(2).and_then(kind),
            next: kind(at + 1),
            after_next: kind(at + 2),
            in_map: open.last() == Some(&Lexeme::LBrace),
            condition_starts,
        };
        if let Some(sign) = sign(text, lexemes[at]) {
            let counts = if sign == Lexeme::Lower {
                may_be_where
            } else {
                place.counts_as(sign)
            };
            if counts {
                lexemes[at].kind = sign;
            }
        }
        if may_be_where && is_where(text, lexemes[at]) {
            keyword = Some(at);
        }
        if condition_starts && lexemes[at].kind == Lexeme::LParen {
            group = Some(at);
        }
        match lexemes[at].kind {
            kind @ (Lexeme::LParen | Lexeme::LBracket | Lexeme::LBrace) => open.push(kind),
            kind if kind.closes() => drop(open.pop()),
            _ => {}
        }
    }
}

/// True of the word `where`, quoted or not.
pub(crate) fn is_where(text: &str, lexed: Lexed) -> bool {
    let word = lexed.span.of(text);
    lexed.kind == Lexeme::Lower && (word == "where" || word.starts_with('"'))
}

/// What the string could count as, if anything: `where` is given as [`Lexeme::Lower`].
fn sign(text: &str, lexed: Lexed) -> Option<Lexeme> {
    // The longest spelling of one character is \U and eight digits.
    if lexed.kind != Lexeme::String || !(3..=64).contains(&(lexed.span.end - lexed.span.start)) {
        return None;
    }
    let body = lexed.span.of(text).strip_prefix('"')?.strip_suffix('"')?;
    match literal::unescape(body, 0, &mut Vec::new()).as_str() {
        "where" => Some(Lexeme::Lower),
        "(" => Some(Lexeme::LParen),
        ")" => Some(Lexeme::RParen),
        "[" => Some(Lexeme::LBracket),
        "]" => Some(Lexeme::RBracket),
        "}" => Some(Lexeme::RBrace),
        ":" => Some(Lexeme::Colon),
        "," => Some(Lexeme::Comma),
        "." => Some(Lexeme::Dot),
        _ => None,
    }
}

/// Where a string stands.
struct Place {
    before: Option<Lexeme>,
    before_that: Option<Lexeme>,
    next: Option<Lexeme>,
    after_next: Option<Lexeme>,
    in_map: bool,
    condition_starts: bool,
}

impl Place {
    fn counts_as(&self, sign: Lexeme) -> bool {
        let after_value = !self.condition_starts && self.before.is_some_and(Lexeme::ends_value);
        let is_key = self.in_map && self.next == Some(Lexeme::Colon);
        match sign {
            Lexeme::Comma => after_value,
            // A path's first dot is taken before the string is tried as a key.
            Lexeme::Dot if is_key => {
                self.before == Some(Lexeme::Lower) && self.before_that != Some(Lexeme::Dot)
            }
            Lexeme::RBrace
                if self.in_map && matches!(self.before, Some(Lexeme::LBrace | Lexeme::Comma)) =>
            {
                !is_key
            }
            Lexeme::RParen if self.before == Some(Lexeme::LParen) => {
                self.next == Some(Lexeme::Arrow)
            }
            Lexeme::LParen
                if after_value && matches!(self.before, Some(Lexeme::Lower | Lexeme::Upper)) =>
            {
                !is_key
            }
            Lexeme::LParen if !after_value => self.opens_group(),
            Lexeme::LParen => false,
            _ => after_value && !is_key,
        }
    }

    /// True if a `"("` that could be a string is rather the start of a group or lambda: those are tried first.
    fn opens_group(&self) -> bool {
        use Lexeme::*;
        // In a key, strings are tried first.
        let in_key =
            self.before == Some(LBracket) && self.before_that.is_some_and(Lexeme::ends_value);
        match self.next {
            _ if in_key => false,
            Some(RParen) => self.after_next == Some(Arrow),
            Some(Int | Float | Duration | Lower | Upper | AddSub(_) | LParen | Underscore) => true,
            Some(String | Nil | Bool(_) | Bytes | LBracket | LBrace | Not) => self.condition_starts,
            _ => false,
        }
    }
}
