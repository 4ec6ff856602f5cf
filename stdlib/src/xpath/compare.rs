//! Comparisons, which nodes take part in with their texts.

use super::navigate::Place;
use super::parse::Operator;
use super::run::{Context, Query, Result, Value, to_number};

impl Query<'_> {
    /// Whether the values of both sides compare so; nodes do if one of them does.
    pub(super) fn compare(
        &mut self,
        operator: Operator,
        left: Value,
        right: Value,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<bool> {
        match (left, right) {
            // The reference has no such comparison of bools.
            (Value::Bool(_), Value::Bool(_)) => Ok(false),
            (Value::Bool(_), _) | (_, Value::Bool(_)) => {
                Err("xpath: a bool is compared with something else".to_owned())
            }
            (Value::Nodes, Value::Nodes) => self.compare_nodes(operator, here, context),
            (Value::Nodes, right) => {
                while let Some(place) = self.inner[0].select(here, context)? {
                    let value = Value::Text(place.value(context.document).to_vec());
                    if holds(operator, &value, &right) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (left, Value::Nodes) => {
                while let Some(place) = self.inner[1].select(here, context)? {
                    let value = Value::Text(place.value(context.document).to_vec());
                    if holds(operator, &left, &value) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (left, right) => Ok(holds(operator, &left, &right)),
        }
    }

    fn compare_nodes(
        &mut self,
        operator: Operator,
        here: &mut Place,
        context: &mut Context<'_, '_>,
    ) -> Result<bool> {
        while let Some(one) = self.inner[0].select(here, context)? {
            let Some(mut other) = self.inner[1].select(here, context)? else {
                return Ok(false);
            };
            let one = Value::Text(one.value(context.document).to_vec());
            loop {
                let value = Value::Text(other.value(context.document).to_vec());
                if holds(operator, &one, &value) {
                    return Ok(true);
                }
                match self.inner[1].select(here, context)? {
                    Some(next) => other = next,
                    None => break,
                }
            }
            self.inner[1].evaluate(here, context)?;
        }
        Ok(false)
    }
}

fn holds(operator: Operator, left: &Value, right: &Value) -> bool {
    if let (Value::Text(left), Value::Text(right)) = (left, right) {
        match operator {
            Operator::Equal => return left == right,
            Operator::NotEqual => return left != right,
            _ => {}
        }
    }
    let number = |value: &Value| match value {
        Value::Number(number) => *number,
        Value::Text(text) => to_number(text),
        _ => f64::NAN,
    };
    let (left, right) = (number(left), number(right));
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}
