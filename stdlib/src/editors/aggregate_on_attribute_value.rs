//! `aggregate_on_attribute_value`: makes one data point of those that differ in the values of an attribute.

use crate::aggregate::{Aggregation, aggregate};
use crate::keys;
use crate::message::put_bytes;
use crate::metric::{Kind, Metric};
use crate::prelude::*;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::path::form::length_delimited;
use ottl_vm::wire::{any, message_fields};

function! {
    /// Sets `attribute` of the metric's data points to `new_value` where it is one of `values`, then makes
    /// one data point of those with the same attributes and time, as
    /// [`aggregate_on_attributes`](#aggregate_on_attributes) does. A value that is no string counts as an
    /// empty one.
    ///
    /// Summaries lose their data points, as in the reference.
    ///
    /// ```ottl
    /// aggregate_on_attribute_value("sum", "host", ["a", "b"], "any")
    /// Len(metric.data_points)  # 1
    /// ```
    pub(crate) static FUNCTION = editor aggregate_on_attribute_value(
        aggregation_function: String,
        attribute: String,
        values: List(&String),
        new_value: String,
    ) volatile, prepare prepare, run run, only &["transform/metric"];
}

struct Arguments {
    how: Aggregation,
    attribute: std::vec::Vec<u8>,
    values: std::vec::Vec<std::vec::Vec<u8>>,
    new_value: std::vec::Vec<u8>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let text = |parameter| literals.string(parameter).unwrap_or_default();
    Ok(Box::new(Arguments {
        how: Aggregation::of(text(0))?,
        attribute: text(1).to_vec(),
        values: keys::strings(literals, 2).unwrap_or_default(),
        new_value: text(3).to_vec(),
    }))
}

fn run<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let arguments: &Arguments = call.prepared();
    let arena = call.arena();
    aggregate(call, &metric, arguments.how, |kind, point| {
        arguments.replaced(kind, point, arena)
    })?;
    Ok(Value::Nil)
}

impl Arguments {
    /// A data point with the attribute's new value, if its value is one of those.
    fn replaced<'a>(&self, kind: Kind, point: &'a [u8], arena: &'a Bump) -> &'a [u8] {
        const KEY: u32 = 1;
        const VALUE: u32 = 2;
        const STRING: u32 = 1;
        let attribute = message_fields(point)
            .filter(|field| field.number == kind.attributes())
            .enumerate()
            .map(|(index, field)| (index, any::key_value(field.payload)))
            .find(|(_, (key, _))| *key == self.attribute);
        let Some((place, (key, value))) = attribute else {
            return point;
        };
        let text = match any::decode(value) {
            Value::String(text) => text,
            _ => b"",
        };
        if !self.values.iter().any(|value| value == text) {
            return point;
        }
        let value = length_delimited(STRING, &self.new_value, arena);
        let mut pair = Vec::new_in(arena);
        put_bytes(&mut pair, KEY, key);
        put_bytes(&mut pair, VALUE, value);
        let new = length_delimited(kind.attributes(), &pair, arena);
        let mut out = Vec::with_capacity_in(point.len() + new.len(), arena);
        let mut index = 0;
        for field in message_fields(point) {
            let is_attribute = field.number == kind.attributes();
            out.extend_from_slice_copy(match is_attribute && index == place {
                true => new,
                false => field.whole,
            });
            index += usize::from(is_attribute);
        }
        out.into_bump_slice()
    }
}
