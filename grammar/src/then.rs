//! `condition > action`, the extended dialect's other spelling of `action where condition`.

use crate::ast::{Comparator, Span};
use crate::error::{Code, Error};
use crate::punctuation::is_where;
use crate::token::{Lexed, Lexeme};
use crate::{Dialect, Start};

/// The index of the `>` that an editor's call and then the end of the text follow. A converter's counts where
/// that spelling exists: it is an error either way.
///
/// A text that begins with an editor's call and `where` is the usual kind of statement, whatever it ends with:
/// no condition begins so.
pub(crate) fn find(text: &str, start: Start, dialect: Dialect, lexemes: &[Lexed]) -> Option<usize> {
    if start != Start::Statement || lexemes.last()?.kind != Lexeme::RParen {
        return None;
    }
    let open = opening(lexemes)?;
    let words = lexemes[..open]
        .iter()
        .rev()
        .take_while(|lexed| is_word(lexed.kind))
        .count();
    let greater = (open - words).checked_sub(1)?;
    let is_action = words > 0
        && lexemes[greater].kind == Lexeme::Compare(Comparator::Greater)
        && (lexemes[greater + 1].kind == Lexeme::Lower || dialect == Dialect::Extended);
    (is_action && !begins_with_action(text, lexemes)).then_some(greater)
}

/// The index of the bracket that the last lexeme closes.
fn opening(lexemes: &[Lexed]) -> Option<usize> {
    let mut depth = 0usize;
    lexemes.iter().rposition(|lexed| match lexed.kind {
        kind if kind.closes() => {
            depth += 1;
            false
        }
        Lexeme::LParen | Lexeme::LBracket | Lexeme::LBrace => {
            depth = depth.saturating_sub(1);
            depth == 0
        }
        _ => false,
    })
}

fn begins_with_action(text: &str, lexemes: &[Lexed]) -> bool {
    let words = lexemes
        .iter()
        .take_while(|lexed| is_word(lexed.kind))
        .count();
    if words == 0
        || lexemes
            .get(words)
            .is_none_or(|lexed| lexed.kind != Lexeme::LParen)
    {
        return false;
    }
    let mut depth = 0usize;
    let close = lexemes.iter().position(|lexed| {
        match lexed.kind {
            Lexeme::LParen | Lexeme::LBracket | Lexeme::LBrace => depth += 1,
            kind if kind.closes() => depth = depth.saturating_sub(1),
            _ => return false,
        }
        depth == 0
    });
    close
        .and_then(|close| lexemes.get(close + 1))
        .is_some_and(|next| is_where(text, *next))
}

fn is_word(kind: Lexeme) -> bool {
    matches!(kind, Lexeme::Lower | Lexeme::Upper)
}

/// The error of a text in the upstream dialect whose `>` at `span` is such a one.
pub(crate) fn extended_only(text: &str, span: Span) -> Error {
    let condition = text[..span.start as usize].trim();
    let action = text[span.end as usize..].trim();
    let fix = format!("{action} where {condition}");
    Error::new(
        Code::ExtendedOnly,
        span,
        "`condition > action` is of the extended dialect",
    )
    .help(format!("write {fix}"))
    .fix(Span::new(0, text.len() as u32), fix)
}
