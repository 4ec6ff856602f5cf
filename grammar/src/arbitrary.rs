//! Random syntax trees that the parser can make: printed and parsed, each is itself again (extended dialect).
//!
//! Not made, though the parser makes them: lambdas as sides of comparisons, and the spans are all empty.
//! Where the source of choices runs dry, it gives the first choice: those are the ones without children.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::ast::*;
use crate::token::is_keyword;

/// Levels of the trees made; each holds a few of [`NESTING_MAX`](crate::limits::NESTING_MAX).
const LEVELS: u32 = 6;

/// Most children of a node.
const CHILDREN_MAX: u32 = 4;

type Source<'a, 'b> = &'a mut Unstructured<'b>;

macro_rules! arbitrary_by {
    ($($name:ident = $make:ident;)+) => {
        $(impl<'b> Arbitrary<'b> for $name {
            fn arbitrary(source: &mut Unstructured<'b>) -> Result<Self> {
                $make(source, LEVELS)
            }
        })+
    };
}

arbitrary_by! {
    Statement = statement;
    Condition = condition;
    Value = value;
}

fn statement(source: Source<'_, '_>, levels: u32) -> Result<Statement> {
    let editor = Call {
        keys: Vec::new(),
        ..call(source, levels, Case::Lower)?
    };
    let condition = if source.arbitrary()? {
        Some(condition(source, levels)?)
    } else {
        None
    };
    Ok(Statement {
        editor,
        condition,
        span: Span::default(),
    })
}

/// Between `least` and [`CHILDREN_MAX`] children.
fn several<'b, T>(
    source: Source<'_, 'b>,
    least: u32,
    mut one: impl FnMut(Source<'_, 'b>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..source.int_in_range(least..=CHILDREN_MAX)?)
        .map(|_| one(source))
        .collect()
}

/// True once in so many times; false where the source has run dry.
fn rarely(source: Source<'_, '_>, times: u32) -> Result<bool> {
    Ok(source.int_in_range(1..=times)? == times)
}

// Names.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Lower,
    Upper,
}

/// Letters of one case, digits and underscores: a lexeme.
fn word(source: Source<'_, '_>, case: Case) -> Result<String> {
    let (first, others): (&[u8], &[u8]) = match case {
        Case::Lower => (b"abnotrilw", b"abnotrilwhe09_"),
        Case::Upper => (b"AFX", b"AFX09_"),
    };
    let mut text = char::from(*source.choose(first)?).to_string();
    for _ in 0..source.int_in_range(0..=4)? {
        text.push(char::from(*source.choose(others)?));
    }
    Ok(text)
}

fn name(text: String) -> Name {
    Name {
        text,
        span: Span::default(),
    }
}

/// A path's segment or a parameter, which keywords cannot be.
fn lower_name(source: Source<'_, '_>) -> Result<Name> {
    let text = word(source, Case::Lower)?;
    Ok(name(if is_keyword(&text) {
        "where".to_string()
    } else {
        text
    }))
}

/// A name of several lexemes.
fn function_name(source: Source<'_, '_>, case: Case) -> Result<Name> {
    let mut text = word(source, case)?;
    for _ in 0..source.int_in_range(0..=3)? {
        let case = if source.arbitrary()? {
            Case::Lower
        } else {
            Case::Upper
        };
        text.push_str(&word(source, case)?);
    }
    Ok(name(text))
}

// Calls and paths.

fn call(source: Source<'_, '_>, levels: u32, case: Case) -> Result<Call> {
    let levels = levels.saturating_sub(1);
    let name = function_name(source, case)?;
    let arguments = several(source, 0, |source| argument(source, levels))?;
    let keys = keys(source, levels)?;
    Ok(Call {
        name,
        arguments,
        keys,
        span: Span::default(),
    })
}

fn argument(source: Source<'_, '_>, levels: u32) -> Result<Argument> {
    let name = if rarely(source, 4)? {
        Some(function_name(source, Case::Lower)?)
    } else {
        None
    };
    let value = if rarely(source, 6)? {
        let (first, second) = (
            word(source, Case::Upper)?,
            function_name(source, Case::Lower)?,
        );
        ArgumentValue::FunctionName(self::name(first + &second.text))
    } else {
        ArgumentValue::Value(value(source, levels)?)
    };
    Ok(Argument {
        name,
        value,
        span: Span::default(),
    })
}

fn keys(source: Source<'_, '_>, levels: u32) -> Result<Vec<Key>> {
    let levels = levels.saturating_sub(1);
    let count = if rarely(source, 3)? {
        source.int_in_range(1..=2)?
    } else {
        0
    };
    (0..count)
        .map(|_| {
            let kind = match source.int_in_range(0..=if levels > 0 { 2 } else { 1 })? {
                0 => KeyKind::String(String::arbitrary(source)?),
                1 => KeyKind::Int(int(source)?),
                _ => key_expression(sum(source, levels)?),
            };
            Ok(Key {
                kind,
                span: Span::default(),
            })
        })
        .collect()
}

/// Arithmetic in a key cannot begin with an integer, unless in parentheses.
fn key_expression(value: Value) -> KeyKind {
    let mut first = &value;
    while let ValueKind::Math(math) = &first.kind
        && let Math::Binary { left, .. } = &**math
    {
        first = left;
    }
    match first.kind {
        ValueKind::Int(_) => KeyKind::Expression(math(Math::Group(value))),
        _ => KeyKind::Expression(value),
    }
}

fn path(source: Source<'_, '_>, levels: u32) -> Result<Path> {
    let segments = several(source, 1, |source| {
        Ok(Segment {
            name: lower_name(source)?,
            keys: keys(source, levels)?,
            span: Span::default(),
        })
    })?;
    Ok(Path {
        segments,
        span: Span::default(),
    })
}

// Conditions.

fn of(kind: ConditionKind) -> Condition {
    Condition {
        kind,
        span: Span::default(),
    }
}

fn condition(source: Source<'_, '_>, levels: u32) -> Result<Condition> {
    if levels == 0 || !rarely(source, 3)? {
        return and_condition(source, levels);
    }
    Ok(of(ConditionKind::Or(several(source, 2, |source| {
        and_condition(source, levels - 1)
    })?)))
}

fn and_condition(source: Source<'_, '_>, levels: u32) -> Result<Condition> {
    if levels == 0 || !rarely(source, 3)? {
        return not_condition(source, levels);
    }
    Ok(of(ConditionKind::And(several(source, 2, |source| {
        not_condition(source, levels - 1)
    })?)))
}

fn not_condition(source: Source<'_, '_>, levels: u32) -> Result<Condition> {
    let plain = plain_condition(source, levels)?;
    Ok(if rarely(source, 4)? {
        of(ConditionKind::Not(Box::new(plain)))
    } else {
        plain
    })
}

fn plain_condition(source: Source<'_, '_>, levels: u32) -> Result<Condition> {
    Ok(of(
        match source.int_in_range(0..=if levels > 0 { 3 } else { 0 })? {
            0 => ConditionKind::Bool(source.arbitrary()?),
            1 => comparison(source, levels - 1)?,
            2 => ConditionKind::Call(call(source, levels - 1, Case::Upper)?),
            _ => ConditionKind::Group(Box::new(condition(source, levels - 1)?)),
        },
    ))
}

fn comparison(source: Source<'_, '_>, levels: u32) -> Result<ConditionKind> {
    use Comparator::*;
    let operator =
        *source.choose(&[Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual])?;
    let (left, right) = (closed_value(source, levels)?, closed_value(source, levels)?);
    Ok(ConditionKind::Comparison {
        left,
        operator,
        right,
    })
}

// Values.

fn value(source: Source<'_, '_>, levels: u32) -> Result<Value> {
    if levels == 0 || !rarely(source, 8)? {
        return closed_value(source, levels);
    }
    let parameters = several(source, 0, |source| {
        if rarely(source, 4)? {
            Ok(name("_".to_string()))
        } else {
            lower_name(source)
        }
    })?;
    let body = if source.arbitrary()? {
        LambdaBody::Value(closed_value(source, levels - 1)?)
    } else {
        // What could be read as a value is one.
        let condition = of(comparison(source, levels - 1)?);
        let negated = source.arbitrary()?;
        LambdaBody::Condition(if negated {
            of(ConditionKind::Not(Box::new(condition)))
        } else {
            condition
        })
    };
    let lambda = Lambda {
        parameters,
        body,
        span: Span::default(),
    };
    Ok(plain(ValueKind::Lambda(Box::new(lambda))))
}

fn plain(kind: ValueKind) -> Value {
    Value {
        kind,
        span: Span::default(),
    }
}

fn math(math: Math) -> Value {
    plain(ValueKind::Math(Box::new(math)))
}

/// A value other than a lambda.
fn closed_value(source: Source<'_, '_>, levels: u32) -> Result<Value> {
    let kind = match source.int_in_range(0..=if levels > 0 { 8 } else { 4 })? {
        0 => ValueKind::Nil,
        1 => ValueKind::Bool(source.arbitrary()?),
        2 => ValueKind::String(String::arbitrary(source)?),
        3 => ValueKind::Bytes(several(source, 1, |source| source.arbitrary())?),
        4 => ValueKind::Enum(name(word(source, Case::Upper)?)),
        5 => ValueKind::List(several(source, 0, |source| value(source, levels - 1))?),
        6 => ValueKind::Map(several(source, 0, |source| map_item(source, levels - 1))?),
        _ => return sum(source, levels - 1),
    };
    Ok(plain(kind))
}

fn map_item(source: Source<'_, '_>, levels: u32) -> Result<MapItem> {
    let key = match source.int_in_range(0..=7)? {
        // Signs that strings can be taken for.
        at @ 0..=5 => [",", "}", ".", ":", "(", "["][at].to_string(),
        _ => String::arbitrary(source)?,
    };
    Ok(MapItem {
        key,
        key_span: Span::default(),
        value: value(source, levels)?,
        span: Span::default(),
    })
}

fn sum(source: Source<'_, '_>, levels: u32) -> Result<Value> {
    let operators = [MathOperator::Add, MathOperator::Subtract];
    chain(source, &operators, |source| {
        chain(
            source,
            &[MathOperator::Multiply, MathOperator::Divide],
            |source| {
                let operand = operand(source, levels)?;
                if !rarely(source, 5)? {
                    return Ok(operand);
                }
                let operator = *source.choose(&operators)?;
                Ok(math(Math::Unary { operator, operand }))
            },
        )
    })
}

/// Operands of operators that bind alike, from the left.
fn chain<'b>(
    source: Source<'_, 'b>,
    operators: &[MathOperator],
    one: impl Fn(Source<'_, 'b>) -> Result<Value>,
) -> Result<Value> {
    let mut value = one(source)?;
    while rarely(source, 5)? {
        let operator = *source.choose(operators)?;
        value = math(Math::Binary {
            operator,
            left: value,
            right: one(source)?,
        });
    }
    Ok(value)
}

fn operand(source: Source<'_, '_>, levels: u32) -> Result<Value> {
    let kind = match source.int_in_range(0..=if levels > 0 { 6 } else { 3 })? {
        0 => ValueKind::Int(int(source)?),
        1 => ValueKind::Float(float(source)?),
        2 => ValueKind::Duration(int(source)?),
        3 | 4 => ValueKind::Path(path(source, levels)?),
        5 => ValueKind::Call(call(source, levels - 1, Case::Upper)?),
        _ => return Ok(math(Math::Group(sum(source, levels - 1)?))),
    };
    Ok(plain(kind))
}

/// Never negative: signs are arithmetic.
fn int(source: Source<'_, '_>) -> Result<i64> {
    if source.arbitrary()? {
        source.int_in_range(0..=i64::MAX)
    } else {
        source.int_in_range(0..=20)
    }
}

/// Never negative, infinite or not a number.
fn float(source: Source<'_, '_>) -> Result<f64> {
    let value = f64::arbitrary(source)?.abs();
    Ok(if value.is_finite() { value } else { 0.5 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, parse_condition, parse_statement, parse_value};

    /// Bytes that look random, from xorshift.
    fn bytes(seed: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        (0..1024).map(|_| next()).collect()
    }

    #[test]
    fn trees_print_and_parse_to_themselves() {
        let mut longest = 0;
        for seed in 0..1500 {
            let bytes = bytes(seed);
            let mut source = Unstructured::new(&bytes);
            let statement = Statement::arbitrary(&mut source).expect("choices never fail");
            let text = statement.to_string();
            longest = longest.max(text.len());
            let parsed = parse_statement(&text, Dialect::Extended).map(Statement::without_spans);
            assert_eq!(parsed, Ok(statement), "{text}");
            let condition = Condition::arbitrary(&mut source).expect("choices never fail");
            let text = condition.to_string();
            let parsed = parse_condition(&text, Dialect::Extended).map(Condition::without_spans);
            assert_eq!(parsed, Ok(condition), "{text}");
            let value = Value::arbitrary(&mut source).expect("choices never fail");
            let text = value.to_string();
            assert_eq!(
                parse_value(&text, Dialect::Extended).map(Value::without_spans),
                Ok(value),
                "{text}"
            );
        }
        assert!(longest > 300);
    }
}
