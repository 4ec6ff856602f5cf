//! Text to syntax tree: the stages in order, and again after each error. The only file that names lalrpop.

use std::cell::Cell;

use lalrpop_util::ParseError;

use crate::ast::Span;
use crate::build::Parsed;
use crate::error::{Code, Error, Errors};
use crate::limits::{ERRORS_MAX, STATEMENT_BYTES_MAX};
use crate::token_role::{Placed, Token};
use crate::{Dialect, Start, hint, punctuation, recover, role, then, token};

lalrpop_util::lalrpop_mod!(
    #[allow(
        clippy::all,
        clippy::allow_attributes_without_reason,
        unused,
        unreachable_pub,
        missing_docs,
        reason = "generated"
    )]
    ottl
);

/// Parses `text` as what `start` says.
pub(crate) fn parse(text: &str, start: Start, dialect: Dialect) -> Result<Parsed, Errors> {
    if text.len() > STATEMENT_BYTES_MAX {
        let message = format!(
            "the text has {} bytes, more than {STATEMENT_BYTES_MAX}",
            text.len()
        );
        return Err(Errors::new(vec![Error::new(
            Code::TooLong,
            Span::new(0, 0),
            message,
        )]));
    }
    let mut errors = Vec::new();
    let mut lexemes = token::lex(text, dialect, &mut errors);
    punctuation::replace(text, start, &mut lexemes);
    let then = then::find(text, start, dialect, &lexemes);
    if let Some(at) = then.filter(|_| dialect == Dialect::Upstream) {
        errors.push(then::extended_only(text, lexemes[at].span));
    }
    let Some(tokens) = role::assign(text, start, then, &lexemes, &mut errors) else {
        return Err(Errors::new(errors));
    };
    read(text, dialect, tokens, errors)
}

/// Reads the tokens; as often as there are errors to be found, cutting out one at a time.
fn read(
    text: &str,
    dialect: Dialect,
    mut tokens: Vec<Placed>,
    mut errors: Vec<Error>,
) -> Result<Parsed, Errors> {
    let before = errors.len();
    let parser = ottl::ParsedParser::new();
    loop {
        let mut found = Vec::new();
        let taken = Cell::new(0usize);
        let triples = tokens.iter().map(|placed| {
            taken.set(taken.get() + 1);
            (placed.span.start, placed.token, placed.span.end)
        });
        let (at, expected) = match parser.parse(text, dialect, &mut found, triples) {
            Ok(parsed) => {
                errors.append(&mut found);
                return if errors.is_empty() {
                    Ok(parsed)
                } else {
                    Err(Errors::new(errors))
                };
            }
            // The parser looks one token ahead: the last taken is the wrong one.
            Err(ParseError::UnrecognizedToken { expected, .. }) => (taken.get() - 1, expected),
            Err(ParseError::UnrecognizedEof { expected, .. }) => (tokens.len(), expected),
            Err(
                ParseError::InvalidToken { .. }
                | ParseError::ExtraToken { .. }
                | ParseError::User { .. },
            ) => {
                unreachable!(
                    "logos is the lexer, no action fails, and no parse ends before its tokens do"
                )
            }
        };
        let error = hint::explain(text, &tokens, at, &expected);
        let is_arrow = tokens
            .get(at)
            .is_some_and(|placed| placed.token == Token::ArrowValue);
        let part = recover::cut(&mut tokens, at);
        // A part in which something else is wrong is not what it was meant to be; nor are a lambda's parameters.
        let known = if is_arrow {
            &errors[..]
        } else {
            &errors[..before]
        };
        let follows = part.is_some_and(|part| known.iter().any(|error| touches(part, error.span)));
        if !follows {
            errors.push(error);
        }
        if part.is_none() || errors.len() > ERRORS_MAX {
            errors.append(&mut found);
            return Err(Errors::new(errors));
        }
    }
}

fn touches(part: Span, span: Span) -> bool {
    part.start <= span.start && span.end <= part.end
}
