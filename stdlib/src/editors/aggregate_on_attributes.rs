//! `aggregate_on_attributes`: makes one data point of those that agree in some attributes.

use crate::aggregate::{Aggregation, aggregate};
use crate::keys::KeySet;
use crate::message::put_others;
use crate::metric::{Kind, Metric};
use crate::prelude::*;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::wire::{any, message_fields};

function! {
    /// Removes all but `attributes` from the metric's data points, if given, then makes one data point of
    /// those with the same attributes and time; of sums and histograms of delta temporality also with the
    /// same start. Values become their `aggregation_function`: `sum`, `mean`, `min`, `max`, `median` or
    /// `count`; anything else is refused when compiled. Histograms of the same bounds, and exponential
    /// histograms of the same scale, are added up. Everything else is the first point's, but the start
    /// is the earliest, and histograms keep all exemplars. The metric loses its metadata.
    ///
    /// Summaries are an error.
    ///
    /// ```ottl
    /// aggregate_on_attributes("sum", ["host"])
    /// Len(metric.data_points)  # 1
    /// ```
    pub(crate) static FUNCTION = editor aggregate_on_attributes(
        aggregation_function: String,
        attributes[optional]: List(&String),
    ) volatile, prepare prepare, run run, only &["transform/metric"];
}

struct Arguments {
    how: Aggregation,
    /// The keys that stay; all without any.
    keys: Option<KeySet>,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    Ok(Box::new(Arguments {
        how: Aggregation::of(literals.string(0).unwrap_or_default())?,
        keys: KeySet::from_literals(literals, 1),
    }))
}

fn run<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    if metric.kind() == Some(Kind::Summary) {
        return Err(Error::new(
            "aggregate_on_attributes does not support aggregating Summary metrics",
        ));
    }
    let Arguments { how, keys } = call.prepared();
    let arena = call.arena();
    aggregate(call, &metric, *how, |kind, point| match keys {
        Some(keys) => filtered(kind, point, keys, arena),
        None => point,
    })?;
    Ok(Value::Nil)
}

/// A data point with those attributes alone.
fn filtered<'a>(kind: Kind, point: &[u8], keys: &KeySet, arena: &'a Bump) -> &'a [u8] {
    let mut out = Vec::with_capacity_in(point.len(), arena);
    put_others(&mut out, point, &[kind.attributes()]);
    let attributes = message_fields(point).filter(|field| field.number == kind.attributes());
    for field in attributes.filter(|field| keys.contains(any::key_value(field.payload).0)) {
        out.extend_from_slice_copy(field.whole);
    }
    out.into_bump_slice()
}
