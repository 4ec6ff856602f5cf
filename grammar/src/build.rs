//! Nodes of the syntax tree from what the grammar has read: the actions of `ottl.lalrpop`.
//!
//! Also finds what reads well and is refused all the same, as the reference does: an editor among values, a
//! converter as a statement, an indexed editor, a lambda that gives a lambda, arithmetic in a key after an integer.

use crate::Dialect;
use crate::ast::*;
use crate::error::{Code, Error};
use crate::literal;

/// What a text can be.
pub(crate) enum Parsed {
    Statement(Statement),
    Condition(Condition),
    Value(Value),
}

pub(crate) fn value(kind: ValueKind, start: u32, end: u32) -> Value {
    Value {
        kind,
        span: Span::new(start, end),
    }
}

pub(crate) fn condition(kind: ConditionKind, start: u32, end: u32) -> Condition {
    Condition {
        kind,
        span: Span::new(start, end),
    }
}

pub(crate) fn math(math: Math, start: u32, end: u32) -> Value {
    value(ValueKind::Math(Box::new(math)), start, end)
}

pub(crate) fn binary(
    operator: MathOperator,
    left: Value,
    right: Value,
    start: u32,
    end: u32,
) -> Value {
    math(
        Math::Binary {
            operator,
            left,
            right,
        },
        start,
        end,
    )
}

pub(crate) fn name(start: u32, end: u32, text: &str) -> Name {
    let span = Span::new(start, end);
    Name {
        text: span.of(text).split_ascii_whitespace().collect(),
        span,
    }
}

pub(crate) fn string(start: u32, end: u32, text: &str) -> String {
    let quoted = Span::new(start, end).of(text);
    let quote = quoted.chars().next().unwrap_or('"');
    let body = quoted.strip_prefix(quote).unwrap_or(quoted);
    // The lexer has reported what is wrong with it.
    literal::unescape(
        body.strip_suffix(quote).unwrap_or(body),
        start,
        &mut Vec::new(),
    )
}

// The lexer has also reported the numbers that are none; they stand for 0 here.

pub(crate) fn int(start: u32, end: u32, text: &str) -> Value {
    value(
        ValueKind::Int(literal::int(Span::new(start, end).of(text)).unwrap_or(0)),
        start,
        end,
    )
}

pub(crate) fn float(start: u32, end: u32, text: &str) -> Value {
    value(
        ValueKind::Float(literal::float(Span::new(start, end).of(text)).unwrap_or(0.0)),
        start,
        end,
    )
}

pub(crate) fn duration(start: u32, end: u32, text: &str) -> Value {
    value(
        ValueKind::Duration(literal::duration(Span::new(start, end).of(text)).unwrap_or(0)),
        start,
        end,
    )
}

pub(crate) fn bytes(start: u32, end: u32, text: &str) -> Value {
    value(
        ValueKind::Bytes(literal::bytes(Span::new(start, end).of(text))),
        start,
        end,
    )
}

pub(crate) fn key(value: Value, start: u32, end: u32, text: &str, errors: &mut Vec<Error>) -> Key {
    let span = Span::new(start, end);
    if let ValueKind::Int(index) = value.kind {
        return Key {
            kind: KeyKind::Int(index),
            span,
        };
    }
    if begins_with_int(&value) {
        let inner = value.span.of(text);
        errors.push(
            Error::new(
                Code::ArithmeticKey,
                value.span,
                "arithmetic in a key cannot begin with an integer",
            )
            .help(format!("write [({inner})]"))
            .fix(value.span, format!("({inner})")),
        );
    }
    Key {
        kind: KeyKind::Expression(value),
        span,
    }
}

fn begins_with_int(value: &Value) -> bool {
    let mut value = value;
    while let ValueKind::Math(math) = &value.kind {
        match &**math {
            Math::Binary { left, .. } => value = left,
            Math::Unary { .. } | Math::Group(_) => return false,
        }
    }
    matches!(value.kind, ValueKind::Int(_))
}

pub(crate) fn editor(call: Call, errors: &mut Vec<Error>) -> Call {
    if let (Some(first), Some(last)) = (call.keys.first(), call.keys.last()) {
        let span = first.span.to(last.span);
        let message = format!(
            "only paths and converters are indexed, `{}` is an editor",
            call.name.text
        );
        errors.push(
            Error::new(Code::IndexedEditor, span, message)
                .help("remove the keys")
                .fix(span, ""),
        );
    }
    call
}

pub(crate) fn converter_as_editor(call: Call, errors: &mut Vec<Error>) -> Call {
    let suggestion = snake_case(&call.name.text);
    let message = format!(
        "a statement begins with an editor, whose name is lower-case, but `{}` is a converter",
        call.name.text
    );
    errors.push(
        Error::new(Code::ConverterAsEditor, call.name.span, message)
            .help(format!("if the editor is meant, write {suggestion}"))
            .fix(call.name.span, suggestion),
    );
    call
}

/// A lower-case call among values. The extended dialect has converters that are called so; which names are theirs,
/// whoever looks them up knows.
pub(crate) fn lower_case_converter(call: Call, dialect: Dialect, errors: &mut Vec<Error>) -> Call {
    if dialect == Dialect::Extended {
        return call;
    }
    let suggestion = camel_case(&call.name.text);
    let message = format!(
        "values come from converters, whose names begin with a capital, but `{}` is an editor",
        call.name.text
    );
    errors.push(
        Error::new(Code::EditorAsConverter, call.name.span, message)
            .help(format!("if the converter is meant, write {suggestion}"))
            .fix(call.name.span, suggestion),
    );
    call
}

pub(crate) fn lambda(
    parameters: Vec<Name>,
    body: LambdaBody,
    start: u32,
    end: u32,
    errors: &mut Vec<Error>,
) -> Lambda {
    if let LambdaBody::Value(Value {
        kind: ValueKind::Lambda(_),
        span,
    }) = &body
    {
        errors.push(Error::new(
            Code::LambdaInLambda,
            *span,
            "a lambda cannot give another lambda",
        ));
    }
    Lambda {
        parameters,
        body,
        span: Span::new(start, end),
    }
}

pub(crate) fn hole_call(span: Span) -> Call {
    Call {
        name: Name {
            text: String::new(),
            span,
        },
        arguments: Vec::new(),
        keys: Vec::new(),
        span,
    }
}

pub(crate) fn hole_item(value: Value, start: u32, end: u32) -> MapItem {
    MapItem {
        key: String::new(),
        key_span: value.span,
        value,
        span: Span::new(start, end),
    }
}

/// `DeleteKey` is `delete_key`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = !character.is_ascii_uppercase() && character != '_';
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// `is_match` and `isMatch` are `IsMatch`.
fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut characters = word.chars();
        out.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(characters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_spelling() {
        assert_eq!(
            ["DeleteKey", "SHA256", "Set", "toKV"].map(snake_case),
            ["delete_key", "sha256", "set", "to_kv"]
        );
        assert_eq!(
            ["is_match", "isMatch", "set"].map(camel_case),
            ["IsMatch", "IsMatch", "Set"]
        );
    }
}
