//! Literals: which parameters take which, and what comparing two of them yields.

use ottl_vm::function::{Literal, Type};
use ottl_vm::text::number;

/// Why a parameter of this type can never take this literal, as the error that it would be at run time.
/// Types that take only literals of one form, and paths, are checked where arguments are resolved.
pub(super) fn refusal(ty: Type, literal: &Literal) -> Option<String> {
    let exact = |expected: &str, matches: bool| {
        (!matches).then(|| format!("expected {expected} but got {}", type_name(literal)))
    };
    match ty {
        Type::StringGetter => exact("string", matches!(literal, Literal::String(_))),
        Type::IntGetter => exact("int64", matches!(literal, Literal::Int(_))),
        Type::FloatGetter => exact("float64", matches!(literal, Literal::Double(_))),
        Type::BoolGetter => exact("bool", matches!(literal, Literal::Bool(_))),
        Type::TimeGetter => exact("time", false),
        Type::DurationGetter => exact("duration", matches!(literal, Literal::Duration(_))),
        Type::PMapGetter => exact("pcommon.Map", matches!(literal, Literal::Map(_))),
        Type::PSliceGetter => match literal {
            Literal::List(items) => raw_list_refusal(items),
            _ => exact("pcommon.Slice", false),
        },
        Type::IntLikeGetter => scalar_refusal(literal, |text| {
            number::parse_int(text, 10)
                .err()
                .map(|error| error.to_string())
        }),
        Type::FloatLikeGetter => scalar_refusal(literal, |text| {
            number::parse_float(text)
                .err()
                .map(|error| error.to_string())
        }),
        Type::BoolLikeGetter => scalar_refusal(literal, |text| {
            number::parse_bool(text)
                .err()
                .map(|error| error.to_string())
        }),
        Type::ByteSliceLikeGetter => match literal {
            Literal::List(_)
            | Literal::Map(_)
            | Literal::Duration(_)
            | Literal::Function(_)
            | Literal::Lambda => Some(unsupported(literal)),
            _ => None,
        },
        _ => None,
    }
}

/// Why a list literal cannot become a `pcommon.Slice`: it has no place for maps that are values already.
pub(super) fn raw_list_refusal(items: &[Literal]) -> Option<String> {
    items.iter().find_map(|item| match item {
        Literal::Map(_) => Some(
            "a list of this kind holds no map literals, take it from ParseJSON or a path: <Invalid value type pcommon.Map>"
                .to_owned(),
        ),
        Literal::Duration(_) | Literal::Lambda => {
            Some(format!("<Invalid value type {}>", type_name(item)))
        }
        Literal::List(items) => raw_list_refusal(items),
        _ => None,
    })
}

fn scalar_refusal(
    literal: &Literal,
    parse_error: impl Fn(&[u8]) -> Option<String>,
) -> Option<String> {
    match literal {
        Literal::Nil | Literal::Int(_) | Literal::Double(_) | Literal::Bool(_) => None,
        Literal::String(text) => parse_error(text),
        _ => Some(unsupported(literal)),
    }
}

fn unsupported(literal: &Literal) -> String {
    format!("unsupported type: {}", type_name(literal))
}

/// The literal's type as Go's `%T` prints it.
pub(super) fn type_name(literal: &Literal) -> &'static str {
    match literal {
        Literal::Nil => "nil",
        Literal::String(_) => "string",
        Literal::Bytes(_) => "[]uint8",
        Literal::Int(_) => "int64",
        Literal::Double(_) => "float64",
        Literal::Bool(_) => "bool",
        Literal::Duration(_) => "time.Duration",
        Literal::List(_) => "[]interface {}",
        Literal::Map(_) => "pcommon.Map",
        Literal::Function(_) => "func",
        Literal::Lambda => "*ottl.LambdaExpression",
    }
}
