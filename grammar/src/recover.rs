//! Going on after an error: what is wrong is cut out, and the rest is read again.
//!
//! An error is kept within the smallest part around it that brackets and separators bound: an argument, an
//! operand of `and`, a body. Brackets match in the tokens, so parts do too. Each cut leaves fewer tokens or a
//! hole more where a part was empty, of which there are finitely many; a part that is a hole already is cut
//! with the brackets around it.

use crate::ast::Span;
use crate::token_role::{Placed, Token};

/// Replaces the part that holds the token at `at` with a hole, and gives the place between the tokens around it.
/// None if nothing is left to cut: the error is between parts of the text as a whole.
pub(crate) fn cut(tokens: &mut Vec<Placed>, at: usize) -> Option<Span> {
    let mut part = part_of(tokens, at);
    while tokens[part.0..part.1]
        .iter()
        .all(|placed| placed.token == Token::Hole)
        && part.0 < part.1
    {
        part = part_of(tokens, enclosing_bracket(tokens, part.0)?);
    }
    let (from, to) = part;
    let before = tokens[from - 1].span.end;
    let after = tokens.get(to).map_or(u32::MAX, |placed| placed.span.start);
    let span = match tokens[from..to] {
        [] => Span::new(before, before),
        [first, ..] => first.span.to(tokens[to - 1].span),
    };
    tokens.splice(
        from..to,
        [Placed {
            token: Token::Hole,
            span,
        }],
    );
    Some(Span::new(before, after))
}

/// The part that the token at `at` is in, or that it ends: the indices of its first token and after its last.
/// The first token of all, the marker of the start, is in no part.
pub(crate) fn part_of(tokens: &[Placed], at: usize) -> (usize, usize) {
    let mut from = at;
    let mut depth = 0usize;
    if is_key(tokens, at) {
        return (at, part_end(tokens, at));
    }
    while from > 1 {
        let token = tokens[from - 1].token;
        if token.closes() {
            depth += 1;
        } else if depth > 0 {
            depth -= usize::from(token.opens());
        } else if token.opens() || token.separates() {
            break;
        } else if is_key(tokens, from - 1) {
            from -= 1;
            break;
        }
        from -= 1;
    }
    (from, part_end(tokens, at))
}

fn part_end(tokens: &[Placed], at: usize) -> usize {
    let mut to = at;
    let mut depth = 0usize;
    while let Some(Placed { token, .. }) = tokens.get(to) {
        if token.opens() {
            depth += 1;
        } else if depth > 0 {
            depth -= usize::from(token.closes());
        } else if token.closes() || token.separates() || to > at && is_key(tokens, to) {
            break;
        }
        to += 1;
    }
    to
}

/// True of a map's key.
fn is_key(tokens: &[Placed], at: usize) -> bool {
    matches!(
        tokens.get(at),
        Some(Placed {
            token: Token::String,
            ..
        })
    ) && matches!(
        tokens.get(at + 1),
        Some(Placed {
            token: Token::Colon,
            ..
        })
    )
}

fn enclosing_bracket(tokens: &[Placed], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for index in (0..at).rev() {
        let token = tokens[index].token;
        if token.closes() {
            depth += 1;
        } else if token.opens() {
            if depth == 0 {
                return Some(index);
            }
            depth -= 1;
        }
    }
    None
}
