//! `scale_metric`: multiplies a metric's values.

use crate::message::{bits, put_fixed64, put_fixed64s};
use crate::metric::{Kind, Metric, POINTS, set_unit};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::exec::double_to_int;
use ottl_vm::wire::{message_fields, put_within};

function! {
    /// Multiplies the values of the metric's data points by `multiplier`, and sets the metric's `unit` if
    /// given. Of a histogram these are `sum`, `min`, `max`, the bounds and the exemplars' values, of a
    /// summary `sum` and the quantiles' values. Ints lose their fraction.
    ///
    /// Exponential histograms and metrics without data are an error, and a `unit` that is no string.
    ///
    /// ```ottl
    /// scale_metric(0.001, "s")
    /// metric.unit  # "s"
    /// ```
    pub(crate) static FUNCTION = editor scale_metric(multiplier: Float, unit[optional]: StringGetter)
        volatile, run scale, only &["transform/metric"];
}

/// What becomes of a field of a message.
#[derive(Clone, Copy)]
enum Part {
    /// A double, of which zero counts, is scaled.
    Double,
    /// A double that is not written when zero.
    PlainDouble,
    /// A `sfixed64`.
    Int,
    /// Repeated doubles.
    List,
    /// A message within.
    Message(Scaled),
}

/// The fields of a message that are scaled, by number.
type Scaled = &'static [(u32, Part)];

const NUMBER: Scaled = &[(4, Part::Double), (6, Part::Int)];

const HISTOGRAM: Scaled = &[
    (5, Part::Double),
    (7, Part::List),
    (8, Part::Message(EXEMPLAR)),
    (11, Part::Double),
    (12, Part::Double),
];

const EXEMPLAR: Scaled = &[(3, Part::Double), (6, Part::Int)];

const SUMMARY: Scaled = &[(5, Part::PlainDouble), (6, Part::Message(QUANTILE))];

const QUANTILE: Scaled = &[(2, Part::PlainDouble)];

fn scale<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let unit = match call.given(1) {
        true => Some(call.string(1)?),
        false => None,
    };
    let Some((kind, data)) = metric.parts() else {
        return Err(Error::new("unsupported metric type: 'Empty'"));
    };
    let points = match kind {
        Kind::Gauge | Kind::Sum => NUMBER,
        Kind::Histogram => HISTOGRAM,
        Kind::Summary => SUMMARY,
        Kind::ExponentialHistogram => {
            return Err(Error::new(
                "exponential histograms are not supported by the 'scale_metric' function",
            ));
        }
    };
    let factor = call.float_literal(0).unwrap_or_default();
    let mut out = Vec::with_capacity_in(data.len(), call.arena());
    for field in message_fields(data) {
        match field.number {
            POINTS => put_within(&mut out, POINTS, |out| {
                put_scaled(out, field.payload, points, factor);
            }),
            _ => out.extend_from_slice_copy(field.whole),
        }
    }
    call.record().set_metric_data(kind.field(), &out)?;
    if let Some(unit) = unit {
        set_unit(call, unit)?;
    }
    Ok(Value::Nil)
}

/// Appends a message with its fields scaled.
fn put_scaled(out: &mut Vec<'_, u8>, message: &[u8], scaled: Scaled, factor: f64) {
    let scale = |bits: u64| (f64::from_bits(bits) * factor).to_bits();
    // Neighbours that stay are copied in one go.
    let (mut kept, mut end) = (0, 0);
    for field in message_fields(message) {
        let start = end;
        end += field.whole.len();
        let (number, payload) = (field.number, field.payload);
        let Some((_, part)) = scaled.iter().find(|(scaled, _)| *scaled == number) else {
            continue;
        };
        let bits = bits(payload);
        if bits.is_none() && matches!(part, Part::Double | Part::PlainDouble | Part::Int) {
            continue;
        }
        let bits = bits.unwrap_or_default();
        out.extend_from_slice_copy(&message[kept..start]);
        kept = end;
        match part {
            Part::Double => put_fixed64(out, number, scale(bits)),
            Part::PlainDouble => {
                let product = scale(bits);
                if f64::from_bits(product) != 0.0 {
                    put_fixed64(out, number, product);
                }
            }
            Part::Int => {
                let product = double_to_int(bits as i64 as f64 * factor);
                put_fixed64(out, number, product as u64);
            }
            Part::List => {
                let (items, _) = payload.as_chunks();
                let items = items.iter().map(|item| scale(u64::from_le_bytes(*item)));
                put_fixed64s(out, number, items);
            }
            Part::Message(scaled) => {
                put_within(out, number, |out| put_scaled(out, payload, scaled, factor));
            }
        }
    }
    out.extend_from_slice_copy(&message[kept..end]);
}
