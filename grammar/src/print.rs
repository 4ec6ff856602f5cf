//! Canonical text: `Display` of the syntax tree.
//!
//! Parsing the text of a tree that the parser made gives the same tree, spans aside. Groups are printed as they
//! are; parentheses are added only where a tree made by hand would otherwise mean something else.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::*;
use crate::literal::DURATION_UNITS;
use crate::token::is_keyword;

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.editor.fmt(f)?;
        match &self.condition {
            Some(condition) => write!(f, " where {condition}"),
            None => Ok(()),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_called(&self.name.text, f)?;
        f.write_char('(')?;
        write_list(&self.arguments, f)?;
        f.write_char(')')?;
        self.keys.iter().try_for_each(|key| key.fmt(f))
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write_called(&name.text, f)?;
            f.write_str(" = ")?;
        }
        match &self.value {
            ArgumentValue::Value(value) => value.fmt(f),
            ArgumentValue::FunctionName(name) => write_called(&name.text, f),
        }
    }
}

/// Writes a name that several lexemes can form. If the last of them is now a keyword (`Fnil`, written `Fn il`),
/// it must stay two.
fn write_called(name: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let last = name
        .rfind(|c: char| c.is_ascii_uppercase())
        .map_or(0, |at| at + 1);
    // Digits and underscores after a capital are that lexeme's.
    let last = last
        + name[last..]
            .find(|c: char| c.is_ascii_lowercase())
            .unwrap_or(0);
    let (before, word) = name.split_at(last);
    match word.split_at_checked(1) {
        Some((first, rest)) if is_keyword(word) => write!(f, "{before}{first} {rest}"),
        _ => f.write_str(name),
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ConditionKind::Or(operands) => write_joined(operands, " or ", f, |operand| {
                matches!(operand, ConditionKind::Or(_))
            }),
            ConditionKind::And(operands) => write_joined(operands, " and ", f, |operand| {
                matches!(operand, ConditionKind::Or(_) | ConditionKind::And(_))
            }),
            ConditionKind::Not(operand) => {
                let grouped = matches!(
                    operand.kind,
                    ConditionKind::Or(_) | ConditionKind::And(_) | ConditionKind::Not(_)
                );
                f.write_str("not ")?;
                write_grouped(&**operand, grouped, f)
            }
            ConditionKind::Comparison {
                left,
                operator,
                right,
            } => write!(f, "{left} {operator} {right}"),
            ConditionKind::Bool(value) => value.fmt(f),
            ConditionKind::Call(call) => call.fmt(f),
            ConditionKind::Group(inner) => write!(f, "({inner})"),
        }
    }
}

fn write_joined(
    operands: &[Condition],
    word: &str,
    f: &mut Formatter<'_>,
    is_grouped: impl Fn(&ConditionKind) -> bool,
) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        write_grouped(operand, is_grouped(&operand.kind), f)?;
    }
    Ok(())
}

fn write_grouped(inner: &dyn Display, grouped: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if grouped {
        write!(f, "({inner})")
    } else {
        inner.fmt(f)
    }
}

impl Display for Comparator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparator::Equal => "==",
            Comparator::NotEqual => "!=",
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Greater => ">",
            Comparator::GreaterOrEqual => ">=",
        })
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ValueKind::Nil => f.write_str("nil"),
            ValueKind::Bool(value) => value.fmt(f),
            ValueKind::String(text) => write_string(text, f),
            ValueKind::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            ValueKind::Int(value) => value.fmt(f),
            ValueKind::Float(value) => write_float(*value, f),
            ValueKind::Duration(nanos) => write_duration(*nanos, f),
            ValueKind::Enum(name) => name.fmt(f),
            ValueKind::Path(path) => path.fmt(f),
            ValueKind::Call(call) => call.fmt(f),
            ValueKind::Map(items) => {
                f.write_char('{')?;
                write_list(items, f)?;
                f.write_char('}')
            }
            ValueKind::List(values) => {
                f.write_char('[')?;
                write_list(values, f)?;
                f.write_char(']')
            }
            ValueKind::Lambda(lambda) => lambda.fmt(f),
            ValueKind::Math(math) => math.fmt(f),
        }
    }
}

fn write_list(items: &[impl Display], f: &mut Formatter<'_>) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

/// Writes a string, with its quotes.
fn write_string(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => write!(f, "\\x{:02x}", u32::from(character))?,
            '\u{2028}' | '\u{2029}' | '\u{feff}' => write!(f, "\\u{:04x}", u32::from(character))?,
            _ => f.write_char(character)?,
        }
    }
    f.write_char('"')
}

/// Writes a number with a point, without which an exponent is none.
fn write_float(value: f64, f: &mut Formatter<'_>) -> fmt::Result {
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => write!(f, "{digits}.0e{exponent}"),
        _ => f.write_str(&text),
    }
}

/// Writes `1h30m`: whole numbers of ever smaller units.
fn write_duration(nanos: i64, f: &mut Formatter<'_>) -> fmt::Result {
    let mut units = DURATION_UNITS;
    units.sort_by_key(|&(_, size)| std::cmp::Reverse(size));
    let mut rest = nanos;
    for (unit, size) in units {
        if rest / size > 0 {
            write!(f, "{}{unit}", rest / size)?;
            rest %= size;
        }
    }
    if nanos == 0 {
        f.write_str("0s")
    } else {
        Ok(())
    }
}

impl Display for MapItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_string(&self.key, f)?;
        write!(f, ": {}", self.value)
    }
}

impl Display for Lambda {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('(')?;
        write_list(&self.parameters, f)?;
        f.write_str(") => ")?;
        match &self.body {
            LambdaBody::Value(value) => value.fmt(f),
            LambdaBody::Condition(condition) => condition.fmt(f),
        }
    }
}

impl Display for Math {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Math::Binary {
                operator,
                left,
                right,
            } => {
                let binds = binding(*operator);
                write_grouped(left, value_binding(left) < binds, f)?;
                write!(f, " {operator} ")?;
                write_grouped(right, value_binding(right) <= binds, f)
            }
            Math::Unary { operator, operand } => {
                operator.fmt(f)?;
                write_grouped(operand, value_binding(operand) < Binding::None, f)
            }
            Math::Group(inner) => write!(f, "({inner})"),
        }
    }
}

/// How close the parts of a value are bound, from the loosest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Product,
    Sign,
    None,
}

fn binding(operator: MathOperator) -> Binding {
    match operator {
        MathOperator::Add | MathOperator::Subtract => Binding::Sum,
        MathOperator::Multiply | MathOperator::Divide => Binding::Product,
    }
}

fn value_binding(value: &Value) -> Binding {
    match &value.kind {
        ValueKind::Math(math) => match &**math {
            Math::Binary { operator, .. } => binding(*operator),
            Math::Unary { .. } => Binding::Sign,
            Math::Group(_) => Binding::None,
        },
        _ => Binding::None,
    }
}

impl Display for MathOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char(match self {
            MathOperator::Add => '+',
            MathOperator::Subtract => '-',
            MathOperator::Multiply => '*',
            MathOperator::Divide => '/',
        })
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            if index > 0 {
                f.write_char('.')?;
            }
            segment.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Segment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        self.keys.iter().try_for_each(|key| key.fmt(f))
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            KeyKind::String(text) => {
                f.write_char('[')?;
                write_string(text, f)?;
                f.write_char(']')
            }
            KeyKind::Int(index) => write!(f, "[{index}]"),
            KeyKind::Expression(value) => write!(f, "[{value}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, parse_statement, parse_value};

    fn value(text: &str) -> String {
        parse_value(text, Dialect::Extended)
            .map(|value| value.to_string())
            .unwrap_or_else(|errors| errors.to_string())
    }

    #[test]
    fn text_becomes_canonical() {
        assert_eq!(value("  a . b[ 010 ]"), "a.b[8]");
        assert_eq!(
            value(r#"{"a":1 "b" :[ TRUE,nil ] ,}"#),
            r#"{"a": 1, "b": [TRUE, nil]}"#
        );
        assert_eq!(value("0xABCD"), "0xabcd");
        assert_eq!(value("1.e300*-(.5)"), "1.0e300 * -(0.5)");
        assert_eq!(value("90m + 1500us + 0ns"), "1h30m + 1ms500us + 0s");
        assert_eq!(value("\"\\xff\\a\n\""), "\"ÿ\\x07\\n\"");
        assert_eq!(value("Is Match(n il=F n il)"), "IsMatch(n il = Fn il)");
        assert_eq!(
            value("(a , _)=>a==1or not(b()==2)"),
            "(a, _) => a == 1 or not (b() == 2)"
        );
        assert_eq!(
            value("(a , _)=>a==1or not(B()==2)"),
            "(a, _) => a == 1 or not (B() == 2)"
        );
    }

    #[test]
    fn the_other_spelling_is_printed_as_where() {
        let statement =
            parse_statement(r#"a["t"] == "A" > set(b, 3s)"#, Dialect::Extended).expect("it parses");
        assert_eq!(statement.to_string(), r#"set(b, 3s) where a["t"] == "A""#);
    }
}
