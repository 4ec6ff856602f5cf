//! The lexer: text to lexemes, cut as the reference's lexer cuts it.
//!
//! Whitespace is dropped, and may stand between any two lexemes, those of one function name included:
//! `IsMatch` is the lexemes `I`, `s`, `M`, `atch`, hence `Is Match` is the same name. A keyword is one only
//! where a word ends, but a word *begins* after every lexeme: `Xor` is `X` and the keyword `or`.
//! Lexing never stops: what no rule takes becomes an error, and, where it can be guessed, what was meant.

use logos::{Lexer, Logos};

use crate::Dialect;
use crate::ast::{Comparator, MathOperator, Span};
use crate::error::{Code, Error};
use crate::limits::ERRORS_MAX;
use crate::literal;

/// The kinds of lexemes. They carry no text: that is [`Span::of`] the parsed text.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq)]
#[logos(skip r"[ \t\n\f\r]+")]
pub(crate) enum Lexeme {
    #[regex(r"0x[a-fA-F0-9]+")]
    Bytes,
    #[regex(r"([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")]
    Float,
    #[regex(r"[0-9]+")]
    Int,
    /// Cut from a number and what follows it, by [`lex`].
    Duration,
    /// With its quotes. Matched here is the opening one; [`lex`] finds the other.
    #[token("\"")]
    String,
    /// The keywords are cut from [`Lexeme::Lower`] by [`lex`].
    Nil,
    Bool(bool),
    #[token("!")]
    Not,
    #[token("||")]
    Or,
    #[token("&&")]
    And,
    #[token("==", |_| Comparator::Equal)]
    #[token("===", |_| Comparator::Equal)]
    #[token("!=", |_| Comparator::NotEqual)]
    #[token("!==", |_| Comparator::NotEqual)]
    #[token("<>", |_| Comparator::NotEqual)]
    #[token("<", |_| Comparator::Less)]
    #[token("<=", |_| Comparator::LessOrEqual)]
    #[token("=<", |_| Comparator::LessOrEqual)]
    #[token(">", |_| Comparator::Greater)]
    #[token(">=", |_| Comparator::GreaterOrEqual)]
    #[token("=~", |_| Comparator::Equal)]
    #[token("!~", |_| Comparator::NotEqual)]
    Compare(Comparator),
    #[token("=>")]
    Arrow,
    #[token("+", |_| MathOperator::Add)]
    #[token("-", |_| MathOperator::Subtract)]
    AddSub(MathOperator),
    #[token("*", |_| MathOperator::Multiply)]
    #[token("/", |_| MathOperator::Divide)]
    MulDiv(MathOperator),
    #[token("=")]
    Equal,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token(":")]
    Colon,
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    #[regex(r"[A-Z][A-Z0-9_]*")]
    Upper,
    #[regex(r"[a-z][a-z0-9_]*")]
    Lower,
    #[regex(r"_[A-Za-z0-9_]*")]
    Underscore,
}

impl Lexeme {
    /// True of `)`, `]`, `}`.
    pub(crate) fn closes(self) -> bool {
        matches!(self, Lexeme::RParen | Lexeme::RBracket | Lexeme::RBrace)
    }

    /// True of what can be the last lexeme of a value.
    pub(crate) fn ends_value(self) -> bool {
        use Lexeme::*;
        matches!(
            self,
            Bytes
                | Float
                | Int
                | Duration
                | String
                | Nil
                | Bool(_)
                | RParen
                | RBracket
                | RBrace
                | Upper
                | Lower
                | Underscore
        )
    }
}

/// A lexeme and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lexed {
    pub(crate) kind: Lexeme,
    pub(crate) span: Span,
}

/// Cuts `text`, which is no longer than `u32` can address.
pub(crate) fn lex(text: &str, dialect: Dialect, errors: &mut Vec<Error>) -> Vec<Lexed> {
    let mut lexer = Lexeme::lexer(text);
    let mut lexemes = Vec::with_capacity(text.len() / 4);
    while let Some(lexeme) = lexer.next() {
        if errors.len() > ERRORS_MAX {
            break;
        }
        let kind = match lexeme {
            Ok(Lexeme::Lower) => keyword(lexer.slice(), lexer.remainder()),
            Ok(kind @ (Lexeme::Int | Lexeme::Float)) => number(&mut lexer, kind, dialect, errors),
            Ok(Lexeme::Bytes) => {
                bytes(span(&lexer), errors);
                Lexeme::Bytes
            }
            Ok(Lexeme::String) => {
                string(&mut lexer, errors);
                Lexeme::String
            }
            Ok(kind @ (Lexeme::Not | Lexeme::Or | Lexeme::And)) => {
                foreign_operator(&lexer, kind, errors);
                kind
            }
            Ok(Lexeme::Compare(comparator)) => {
                foreign_comparator(&lexer, comparator, errors);
                Lexeme::Compare(comparator)
            }
            Ok(Lexeme::MulDiv(MathOperator::Divide)) if lexer.remainder().starts_with('/') => {
                comment(&mut lexer, errors);
                continue;
            }
            Err(()) if lexer.slice() == "#" => {
                comment(&mut lexer, errors);
                continue;
            }
            Ok(Lexeme::Underscore) if lexer.slice() != "_" => {
                let message = format!("names begin with a letter, but got `{}`", lexer.slice());
                errors.push(Error::new(Code::UnknownCharacter, span(&lexer), message));
                Lexeme::Lower
            }
            Ok(kind) => kind,
            Err(()) => match foreign_string(&mut lexer, errors) {
                Some(kind) => kind,
                None => {
                    unknown(&mut lexer, errors);
                    continue;
                }
            },
        };
        lexemes.push(Lexed {
            kind,
            span: span(&lexer),
        });
    }
    lexemes
}

fn span(lexer: &Lexer<'_, Lexeme>) -> Span {
    let range = lexer.span();
    Span::new(range.start as u32, range.end as u32)
}

/// What the lower-case word `word` is, `rest` following.
fn keyword(word: &str, rest: &str) -> Lexeme {
    if rest.starts_with(|next: char| next.is_ascii_uppercase()) {
        return Lexeme::Lower;
    }
    match word {
        "nil" => Lexeme::Nil,
        "not" => Lexeme::Not,
        "or" => Lexeme::Or,
        "and" => Lexeme::And,
        "true" => Lexeme::Bool(true),
        "false" => Lexeme::Bool(false),
        _ => Lexeme::Lower,
    }
}

/// True if the text of the lower-case word `word`, at the end of a name, would be a keyword.
pub(crate) fn is_keyword(word: &str) -> bool {
    keyword(word, "") != Lexeme::Lower
}

/// A number, or the duration that begins with it. Checks its size.
fn number(
    lexer: &mut Lexer<'_, Lexeme>,
    kind: Lexeme,
    dialect: Dialect,
    errors: &mut Vec<Error>,
) -> Lexeme {
    let text = &lexer.source()[lexer.span().start..];
    if let Some(length) = literal::duration_length(text) {
        lexer.bump(length - lexer.slice().len());
        let (slice, span) = (lexer.slice(), span(lexer));
        if dialect == Dialect::Upstream {
            let message = format!("`{slice}` is a duration of the extended dialect");
            errors.push(
                Error::new(Code::ExtendedOnly, span, message)
                    .help(format!("write Duration(\"{slice}\")"))
                    .fix(span, format!("Duration(\"{slice}\")")),
            );
        } else if literal::duration(slice).is_none() {
            let message = format!(
                "the duration `{slice}` is more than {} nanoseconds",
                i64::MAX
            );
            errors.push(Error::new(Code::BadDuration, span, message));
        }
        return Lexeme::Duration;
    }
    let (slice, span) = (lexer.slice(), span(lexer));
    if kind == Lexeme::Float && literal::float(slice).is_none() {
        errors.push(Error::new(
            Code::BadFloat,
            span,
            format!("the number `{slice}` is too large for 64 bits"),
        ));
    } else if kind == Lexeme::Int && literal::int(slice).is_none() {
        errors.push(bad_int(slice, span));
    }
    kind
}

fn bad_int(slice: &str, span: Span) -> Error {
    let decimal = slice.trim_start_matches('0');
    if decimal.len() < slice.len() && literal::int(decimal).is_some() {
        let message =
            format!("`{slice}` begins with 0, so it is octal, and octal has no digits 8 and 9");
        return Error::new(Code::BadInt, span, message)
            .help(format!("write {decimal}"))
            .fix(span, decimal);
    }
    let message = format!(
        "the integer `{slice}` does not fit 64 bits, the largest is {}",
        i64::MAX
    );
    Error::new(Code::BadInt, span, message)
        .help("write it as a floating point number")
        .fix(span, format!("{slice}.0"))
}

fn bytes(span: Span, errors: &mut Vec<Error>) {
    if !(span.end - span.start).is_multiple_of(2) {
        let message = "bytes need an even number of hexadecimal digits";
        let digits = Span::new(span.start + 2, span.start + 2);
        errors.push(
            Error::new(Code::BadBytes, span, message)
                .help("add a 0 in front of the digits")
                .fix(digits, "0"),
        );
    }
}

/// Takes the rest of a string whose opening `"` has been taken.
fn string(lexer: &mut Lexer<'_, Lexeme>, errors: &mut Vec<Error>) {
    let start = lexer.span().start;
    match literal::closing_quote(lexer.remainder(), &['"']) {
        Some(length) => {
            lexer.bump(length);
            let slice = lexer.slice();
            literal::unescape(&slice[1..slice.len() - 1], start as u32 + 1, errors);
        }
        None => {
            lexer.bump(lexer.remainder().len());
            let end = span(lexer).end;
            errors.push(
                Error::new(
                    Code::UnclosedString,
                    span(lexer),
                    "the string has no closing quote",
                )
                .help("close it with `\"`; within it, write `\\\"` for a quote")
                .fix(Span::new(end, end), "\""),
            );
        }
    }
}

/// Other quotes that open a string, and those that close it then. What is written for people is often made to look so.
const FOREIGN_QUOTES: &[(char, &[char])] = &[
    ('\'', &['\'']),
    ('`', &['`']),
    ('“', &['”', '“', '"']),
    ('”', &['”']),
    ('„', &['“', '”']),
    ('‘', &['’', '\'']),
    ('’', &['’']),
    ('«', &['»']),
];

/// Takes a string in other quotes, of which the opening one could not be taken. None if there is none that closes it.
fn foreign_string(lexer: &mut Lexer<'_, Lexeme>, errors: &mut Vec<Error>) -> Option<Lexeme> {
    let text = &lexer.source()[lexer.span().start..];
    let opening = text.chars().next()?;
    let (_, closing) = FOREIGN_QUOTES.iter().find(|(quote, _)| *quote == opening)?;
    let rest = &text[opening.len_utf8()..];
    let length = literal::closing_quote(rest, closing)?;
    let taken = lexer.slice().len();
    lexer.bump((opening.len_utf8() + length).checked_sub(taken)?);
    let mut body = rest[..length].chars();
    body.next_back();
    let body = body.as_str().replace("\\'", "'").replace('"', "\\\"");
    errors.push(
        Error::new(
            Code::ForeignQuotes,
            span(lexer),
            format!("strings are quoted with `\"`, not with `{opening}`"),
        )
        .help(format!("write \"{body}\""))
        .fix(span(lexer), format!("\"{body}\"")),
    );
    Some(Lexeme::String)
}

fn foreign_operator(lexer: &Lexer<'_, Lexeme>, kind: Lexeme, errors: &mut Vec<Error>) {
    let word = match kind {
        Lexeme::And => "and",
        Lexeme::Or => "or",
        _ => "not",
    };
    // A space goes in where the sign stood close to a word.
    let before = &lexer.source()[..lexer.span().start];
    let left = if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        " "
    } else {
        ""
    };
    let right = if lexer.remainder().starts_with([' ', '\t', '\n', '\r']) {
        ""
    } else {
        " "
    };
    let message = format!("OTTL has `{word}` instead of `{}`", lexer.slice());
    errors.push(
        Error::new(Code::ForeignOperator, span(lexer), message)
            .help(format!("write {word}"))
            .fix(span(lexer), format!("{left}{word}{right}")),
    );
}

/// Reports `===`, `!==`, `<>`, `=<`, `=~` and `!~`. No text that is right has their signs in this order.
fn foreign_comparator(lexer: &Lexer<'_, Lexeme>, comparator: Comparator, errors: &mut Vec<Error>) {
    let (meant, slice, span) = (comparator.to_string(), lexer.slice(), span(lexer));
    if let "=~" | "!~" = slice {
        let message = format!("OTTL has no operator `{slice}`");
        let error = Error::new(Code::ForeignOperator, span, message);
        errors.push(error.help("write IsMatch(a, \"b\") for a regular expression `b`"));
    } else if slice != meant {
        let message = format!("OTTL has `{meant}` instead of `{slice}`");
        errors.push(
            Error::new(Code::ForeignOperator, span, message)
                .help(format!("write {meant}"))
                .fix(span, meant),
        );
    }
}

/// Reports and skips what is a comment elsewhere: from `#` or `//` to the end of the line.
fn comment(lexer: &mut Lexer<'_, Lexeme>, errors: &mut Vec<Error>) {
    let rest = lexer.remainder();
    lexer.bump(rest.find('\n').unwrap_or(rest.len()));
    let span = span(lexer);
    let error = Error::new(Code::UnknownCharacter, span, "OTTL has no comments");
    errors.push(error.help("remove it").fix(span, ""));
}

/// Takes and reports characters that begin no lexeme, a run of them once.
fn unknown(lexer: &mut Lexer<'_, Lexeme>, errors: &mut Vec<Error>) {
    let known = |c: char| {
        c.is_ascii()
            && !matches!(
                c,
                '\0'..'\t' | '\x0b' | '$' | '%' | '?' | '@' | '\\' | '^' | '`' | '~'
            )
    };
    let rest = lexer.remainder();
    lexer.bump(rest.find(known).unwrap_or(rest.len()));
    let span = span(lexer);
    if lexer.slice() == ";" {
        let message = "nothing ends a statement, and a text holds one";
        let error = Error::new(Code::UnknownCharacter, span, message);
        let is_last = lexer.remainder().trim_ascii().is_empty();
        errors.push(if is_last {
            error.help("remove it").fix(span, "")
        } else {
            error
        });
        return;
    }
    let message = format!(
        "`{}` means nothing outside of strings",
        lexer.slice().escape_debug()
    );
    let error = Error::new(Code::UnknownCharacter, span, message);
    errors.push(match lexer.slice() {
        "?" => error.help(
            "of two values each needs a statement of its own, with its condition behind `where`",
        ),
        _ => error,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Lexeme> {
        let mut errors = Vec::new();
        let lexemes = lex(text, Dialect::Upstream, &mut errors);
        assert_eq!(errors, [], "{text}");
        lexemes.iter().map(|lexed| lexed.kind).collect()
    }

    fn codes(text: &str, dialect: Dialect) -> Vec<Code> {
        let mut errors = Vec::new();
        lex(text, dialect, &mut errors);
        errors.iter().map(|error| error.code).collect()
    }

    #[test]
    fn words_are_cut_by_case_and_keywords_end_with_them() {
        use Lexeme::*;
        assert_eq!(kinds("IsMatch"), [Upper, Lower, Upper, Lower]);
        assert_eq!(kinds("Xor"), [Upper, Or]);
        assert_eq!(kinds("orX"), [Lower, Upper]);
        assert_eq!(kinds("nil_ nilA nil"), [Lower, Lower, Upper, Nil]);
        assert_eq!(kinds("A_1b_2"), [Upper, Lower]);
        assert_eq!(kinds("1or _"), [Int, Or, Underscore]);
    }

    #[test]
    fn numbers_are_cut_greedily() {
        use Lexeme::*;
        assert_eq!(kinds("1..2"), [Float, Float]);
        assert_eq!(kinds("a.1"), [Lower, Float]);
        assert_eq!(
            kinds("1e5 1.e5 1.5e+"),
            [Int, Lower, Float, Float, Lower, AddSub(MathOperator::Add)]
        );
        assert_eq!(kinds("0x11.5 0xg"), [Bytes, Float, Int, Lower]);
    }

    #[test]
    fn mistakes_are_found_one_by_one() {
        assert_eq!(
            codes("a && b || !c", Dialect::Upstream),
            [Code::ForeignOperator; 3]
        );
        assert_eq!(
            codes("'a' §§ \"b", Dialect::Upstream),
            [
                Code::ForeignQuotes,
                Code::UnknownCharacter,
                Code::UnclosedString
            ]
        );
        assert_eq!(
            codes("3s 0x1 08 99999999999999999999", Dialect::Upstream),
            [
                Code::ExtendedOnly,
                Code::BadBytes,
                Code::BadInt,
                Code::BadInt
            ]
        );
        assert_eq!(
            codes("3s 9999999999h", Dialect::Extended),
            [Code::BadDuration]
        );
    }
}
