//! `convert_summary_quantile_val_to_gauge`: makes a gauge of the quantiles of a summary.

use crate::message::{double, put_bytes, put_fixed64};
use crate::metric::{Derived, Kind, Metric, POINTS, number_point};
use crate::prelude::*;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::path::form::length_delimited;
use ottl_vm::wire::{any, message_fields};

function! {
    /// Adds a gauge metric to the scope, with a data point for each quantile of each data point of a
    /// summary, its value the quantile's. The attribute `attribute_key`, `quantile` unless given, says which
    /// quantile it is. The gauge's name is the metric's with `suffix`, `.quantiles` unless given. Nothing is
    /// done for other metrics. The same statements visit what was added.
    ///
    /// ```ottl
    /// convert_summary_quantile_val_to_gauge("q", "_q")
    /// metric.type  # 0
    /// ```
    pub(crate) static FUNCTION = editor convert_summary_quantile_val_to_gauge(
        attribute_key[optional]: String,
        suffix[optional]: String,
    ) volatile, run convert, only &["transform/metric"];
}

/// `quantile_values` of a summary's data point.
const QUANTILES: u32 = 6;

fn convert<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    const QUANTILE: u32 = 1;
    const VALUE: u32 = 2;
    const AS_DOUBLE: u32 = 4;
    let Some(metric) = Metric::of_kind(call, Kind::Summary)? else {
        return Ok(Value::Nil);
    };
    let key = call.text(0).unwrap_or(b"quantile");
    let arena = call.arena();
    check_size(call, &metric, key)?;
    let mut gauge = Vec::new_in(arena);
    for point in metric.points() {
        let base = number_point(call, Kind::Summary, point);
        for quantile in message_fields(point).filter(|field| field.number == QUANTILES) {
            let number = double(quantile.payload, QUANTILE).unwrap_or_default();
            let value = double(quantile.payload, VALUE).unwrap_or_default();
            let mut made = with_attribute(&base, key, number, arena);
            put_fixed64(&mut made, AS_DOUBLE, value.to_bits());
            put_bytes(&mut gauge, POINTS, &made);
        }
    }
    let derived = Derived {
        suffix: call.text(1).unwrap_or(b".quantiles"),
        ..Derived::default()
    };
    let made = metric.derive(call, derived, Kind::Gauge, &gauge);
    call.record().add_metric(&made)?;
    Ok(Value::Nil)
}

/// Refuses what would be too large before it takes memory: each quantile repeats all attributes.
fn check_size<'a>(
    call: &mut Call<'_, '_, 'a>,
    metric: &Metric<'a>,
    key: &[u8],
) -> Result<(), Error<'a>> {
    /// What a quantile adds to the attributes and the key: bytes at most.
    const QUANTILE_BYTES: usize = 64;
    let sizes = metric.points().map(|point| {
        let count = message_fields(point)
            .filter(|field| field.number == QUANTILES)
            .count();
        count.saturating_mul(point.len() - count + key.len() + QUANTILE_BYTES)
    });
    match sizes.fold(0, usize::saturating_add) > call.record().room() {
        true => Err(Error::new(
            "the quantiles would make too much of the request",
        )),
        false => Ok(()),
    }
}

/// A number data point with an attribute set.
fn with_attribute<'a>(point: &[u8], key: &[u8], number: f64, arena: &'a Bump) -> Vec<'a, u8> {
    const KEY: u32 = 1;
    const VALUE: u32 = 2;
    const DOUBLE: u32 = 4;
    let mut value = Vec::new_in(arena);
    put_fixed64(&mut value, DOUBLE, number.to_bits());
    let mut pair = Vec::new_in(arena);
    put_bytes(&mut pair, KEY, key);
    put_bytes(&mut pair, VALUE, &value);
    let attributes = Kind::Gauge.attributes();
    let attribute = length_delimited(attributes, &pair, arena);
    let mut is_set = false;
    let mut out = Vec::new_in(arena);
    for field in message_fields(point) {
        if !is_set && field.number == attributes && any::key_value(field.payload).0 == key {
            is_set = true;
            out.extend_from_slice_copy(attribute);
        } else {
            out.extend_from_slice_copy(field.whole);
        }
    }
    if !is_set {
        out.extend_from_slice_copy(attribute);
    }
    out
}
