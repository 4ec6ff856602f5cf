//! The words for a text that the grammar refuses: what was expected, what is there, and what was likely meant.

use crate::ast::{MathOperator, Span};
use crate::error::{Code, Error, shorten};
use crate::recover;
use crate::token_role::{Placed, Token};

/// The error of the token at `at` (the end of the text, if there is none), where `terminals` of the grammar could
/// stand.
pub(crate) fn explain(text: &str, tokens: &[Placed], at: usize, terminals: &[String]) -> Error {
    let place = Place::new(text, tokens, at);
    let expected = expected_words(terminals);
    let found = match place.found {
        Some(span) => format!("found `{}`", shown(span.of(text))),
        None => "the text ends".to_string(),
    };
    let (code, span) = match place.found {
        Some(span) => (Code::Unexpected, span),
        None => {
            let end = text.trim_ascii_end().len() as u32;
            (Code::UnexpectedEnd, Span::new(end, end))
        }
    };
    let message = match &expected[..] {
        [] => format!("{found}, which cannot stand here"),
        words => format!("expected {}, but {found}", join(words)),
    };
    let mut error = Error::new(code, span, message);
    error.expected = expected;
    MEANINGS
        .iter()
        .find_map(|meaning| meaning(&place, &error))
        .unwrap_or(error)
}

/// The wrong token and what is around it.
struct Place<'a> {
    text: &'a str,
    tokens: &'a [Placed],
    /// Index of the wrong token; where it has no text, of the next that has.
    at: usize,
    /// The wrong token's place, unless the text ends.
    found: Option<Span>,
}

impl<'a> Place<'a> {
    fn new(text: &'a str, tokens: &'a [Placed], at: usize) -> Self {
        let has_text = |placed: &Placed| placed.span.start < placed.span.end;
        let at = tokens[at..]
            .iter()
            .position(has_text)
            .map_or(tokens.len(), |skipped| at + skipped);
        Place {
            text,
            tokens,
            at,
            found: tokens.get(at).map(|placed| placed.span),
        }
    }

    fn token(&self, distance: isize) -> Option<Token> {
        self.placed(distance).map(|placed| placed.token)
    }

    /// The token so many after, or before, the wrong one.
    fn placed(&self, distance: isize) -> Option<Placed> {
        self.tokens
            .get(self.at.checked_add_signed(distance)?)
            .copied()
    }

    /// The first word of a token: a function's name, or what is taken for one, can be several.
    fn word(&self, distance: isize) -> &'a str {
        let text = self
            .placed(distance)
            .map_or("", |placed| placed.span.of(self.text));
        text.split_ascii_whitespace().next().unwrap_or("")
    }

    /// The place of the wrong token's first word.
    fn word_span(&self, error: &Error) -> Span {
        Span::new(
            error.span.start,
            error.span.start + self.word(0).len() as u32,
        )
    }

    /// The last token that has text, before the wrong one.
    fn before(&self) -> Option<Placed> {
        self.tokens[..self.at]
            .iter()
            .rev()
            .find(|placed| placed.span.start < placed.span.end)
            .copied()
    }
}

/// What was likely meant: the first that fits. Each gets the error as it is without.
const MEANINGS: &[fn(&Place<'_>, &Error) -> Option<Error>] = &[
    chained_comparison,
    arrow_for_comparator,
    foreign_literal,
    foreign_word,
    second_where,
    second_statement,
    trailing_comma,
    arithmetic_on_text,
    no_editor,
    named_argument,
    unquoted_key,
    missing_comma,
    bare_condition,
];

/// `a == b == c`
fn chained_comparison(place: &Place<'_>, error: &Error) -> Option<Error> {
    if !matches!(place.token(0)?, Token::Compare(_)) {
        return None;
    }
    let (from, _) = recover::part_of(place.tokens, place.at);
    let compared = place.tokens[from..place.at]
        .iter()
        .any(|placed| matches!(placed.token, Token::Compare(_)));
    compared.then(|| {
        Error::new(
            Code::ChainedComparison,
            error.span,
            "a comparison has two sides, and is not compared again",
        )
        .help("join two comparisons with and")
    })
}

/// `a => 1`
fn arrow_for_comparator(place: &Place<'_>, error: &Error) -> Option<Error> {
    let arrow = matches!(place.token(0)?, Token::ArrowValue | Token::ArrowCondition);
    arrow.then(|| {
        error
            .clone()
            .help("`=>` follows the parameters of a lambda, which are names in parentheses; to compare, write >=")
            .fix(error.span, ">=")
    })
}

/// `True`, `None`
fn foreign_literal(place: &Place<'_>, error: &Error) -> Option<Error> {
    if !matches!(place.token(0)?, Token::FunctionName) {
        return None;
    }
    let word = place.word(0);
    let meant = match word {
        "True" => "true",
        "False" => "false",
        "Null" | "None" | "Nil" => "nil",
        _ => return None,
    };
    let message = format!("OTTL has `{meant}` instead of `{word}`");
    let span = place.word_span(error);
    Some(
        Error::new(Code::ForeignLiteral, span, message)
            .help(format!("write {meant}"))
            .fix(span, meant),
    )
}

/// `a contains "b"`
fn foreign_word(place: &Place<'_>, error: &Error) -> Option<Error> {
    let is_word = matches!(
        place.token(0)?,
        Token::Name | Token::Enum | Token::FunctionName
    );
    if !is_word || place.at < 2 {
        return None;
    }
    let span = place.word_span(error);
    let word = place.word(0).to_ascii_lowercase();
    let meant = match word.as_str() {
        "and" | "or" | "not" | "where" if word != place.word(0) => word.as_str(),
        "is" | "eq" | "equals" => "==",
        "ne" | "neq" => "!=",
        "lt" => "<",
        "le" | "lte" => "<=",
        "gt" => ">",
        "ge" | "gte" => ">=",
        "in" | "contains" | "matches" | "like" | "startswith" | "endswith" | "exists"
        | "between" => {
            let message = format!("OTTL has no operator `{}`", place.word(0));
            let error = Error::new(Code::ForeignOperator, span, message);
            return Some(error.help("use a converter that gives true or false"));
        }
        _ => return None,
    };
    let message = format!("OTTL has `{meant}` instead of `{}`", place.word(0));
    Some(
        Error::new(Code::ForeignOperator, span, message)
            .help(format!("write {meant}"))
            .fix(span, meant),
    )
}

/// `set(a, 1) where b where c`
fn second_where(place: &Place<'_>, error: &Error) -> Option<Error> {
    let earlier = place.tokens[..place.at.min(place.tokens.len())]
        .iter()
        .any(|placed| placed.token == Token::Where);
    let meant = earlier && place.word(0) == "where";
    meant.then(|| {
        error
            .clone()
            .help("a statement has one where; join conditions with and")
            .fix(error.span, "and")
    })
}

/// `set(a, 1) set(b, 2)`
fn second_statement(place: &Place<'_>, error: &Error) -> Option<Error> {
    let outside = recover::part_of(place.tokens, place.at).0 <= 1;
    let after_editor = outside
        && place.token(-1)? == Token::RParen
        && place.tokens[0].token == Token::StatementStart;
    let second = after_editor && matches!(place.token(0)?, Token::Editor | Token::Comma);
    second.then(|| {
        error
            .clone()
            .help("a text holds one statement; write the next one as its own")
    })
}

/// `f(a,)`
fn trailing_comma(place: &Place<'_>, error: &Error) -> Option<Error> {
    let comma = place
        .before()
        .filter(|before| before.token == Token::Comma)?;
    let closed = place.token(0).is_none_or(Token::closes);
    closed.then(|| {
        error
            .clone()
            .help("remove the last comma")
            .fix(comma.span, "")
    })
}

/// `"a" + b`
fn arithmetic_on_text(place: &Place<'_>, error: &Error) -> Option<Error> {
    let operator = matches!(place.token(0)?, Token::AddSub(_) | Token::MulDiv(_));
    let before = matches!(
        place.token(-1)?,
        Token::String | Token::Bytes | Token::Nil | Token::Bool(_) | Token::Enum
    );
    let after = matches!(place.token(-1)?, Token::AddSub(MathOperator::Add))
        && place.token(0)? == Token::String;
    (operator && before || after).then(|| {
        error
            .clone()
            .help("arithmetic is for numbers, paths and converters; strings are joined with Concat")
    })
}

/// A statement that does not begin with an editor.
fn no_editor(place: &Place<'_>, error: &Error) -> Option<Error> {
    let first =
        place.tokens[0].token == Token::StatementStart && place.tokens[..place.at].len() == 1;
    first.then(|| {
        error
            .clone()
            .help("a statement is an editor's call, such as set(a, b), and where with a condition")
    })
}

/// `f("a" = 1)`
fn named_argument(place: &Place<'_>, error: &Error) -> Option<Error> {
    (place.token(0)? == Token::Equal).then(|| {
        error.clone().help(
            "an argument's name is lower-case letters, digits and `_`; to compare, use a where",
        )
    })
}

/// `{a: 1}`
fn unquoted_key(place: &Place<'_>, error: &Error) -> Option<Error> {
    let is_key =
        matches!(place.token(0)?, Token::Name | Token::Enum) && place.token(1)? == Token::Colon;
    let quoted = format!("\"{}\"", place.word(0));
    is_key.then(|| {
        error
            .clone()
            .help("the keys of a map are strings")
            .fix(error.span, quoted)
    })
}

/// `f(a b)`
fn missing_comma(place: &Place<'_>, error: &Error) -> Option<Error> {
    use Token::*;
    let value = matches!(
        place.token(0)?,
        String
            | Int
            | Float
            | Bytes
            | Nil
            | Bool(_)
            | Enum
            | Name
            | Converter
            | FunctionName
            | LBrace
            | LBracket
    );
    let before = place.before()?.span.end;
    (value && error.expected.contains(&"`,`")).then(|| {
        error
            .clone()
            .help("put a comma between the two")
            .fix(Span::new(before, before), ",")
    })
}

/// `where a`
fn bare_condition(place: &Place<'_>, error: &Error) -> Option<Error> {
    let ends = match place.token(0) {
        None | Some(Token::And | Token::Or | Token::Then) => true,
        Some(token) => token.closes(),
    };
    (ends && error.expected.contains(&COMPARISON)).then(|| {
        error
            .clone()
            .help("a value is no condition; compare it, with `== true` or `!= nil` perhaps")
    })
}

const COMPARISON: &str = "a comparison";

/// OTTL's words for the grammar's terminals, those for more than one terminal first.
fn expected_words(terminals: &[String]) -> Vec<&'static str> {
    let has = |name: &str| {
        terminals
            .iter()
            .any(|terminal| terminal.trim_matches('"') == name)
    };
    if has("not") {
        return vec!["a condition"];
    }
    if has("nil") {
        // Where a closing bracket ends an empty list, it is expected as well.
        return [("nil", "a value")]
            .into_iter()
            .chain(CLOSING)
            .filter(|(name, _)| has(name))
            .map(|(_, word)| word)
            .collect();
    }
    if has("name") && has("int") {
        let key = has("string").then_some("a string");
        return key
            .into_iter()
            .chain(["a number", "a path", "a converter"])
            .collect();
    }
    let words: Vec<_> = WORDS
        .iter()
        .chain(&CLOSING)
        .filter(|(name, _)| has(name))
        .map(|&(_, word)| word)
        .collect();
    if !words.is_empty() {
        return words;
    }
    OPERATORS
        .iter()
        .filter(|(name, _)| has(name))
        .map(|&(_, word)| word)
        .collect()
}

const CLOSING: [(&str, &str); 3] = [(")", "`)`"), ("]", "`]`"), ("}", "`}`")];

const WORDS: [(&str, &str); 13] = [
    ("editor", "an editor"),
    ("name", "a name"),
    ("call (", "`(`"),
    ("compare", COMPARISON),
    ("and", "`and`"),
    ("or", "`or`"),
    ("where", "`where`"),
    ("then", "`>`"),
    (":", "`:`"),
    ("=", "`=`"),
    (",", "`,`"),
    ("string", "a string"),
    ("lambda end", "the lambda's end"),
];

/// Named only where nothing else could stand: they could almost anywhere.
const OPERATORS: [(&str, &str); 4] = [("+ -", "`+`"), ("* /", "`*`"), (".", "`.`"), ("[", "`[`")];

fn join(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => word.to_string(),
        [words @ .., last] => format!("{} or {last}", words.join(", ")),
    }
}

/// What is found, cut to be shown within a sentence.
fn shown(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 32;
    let plain = text.chars().take(SHOWN_CHARS_MAX + 1);
    let plain = plain.map(|c| if c.is_control() { ' ' } else { c });
    shorten(plain.collect(), SHOWN_CHARS_MAX)
}
