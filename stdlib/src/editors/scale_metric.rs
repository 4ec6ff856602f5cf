//! `scale_metric`: multiplies a metric's values.

use crate::message::{bits, put_bytes, put_fixed64, put_fixed64s};
use crate::metric::{Kind, Metric, POINTS, set_unit};
use crate::prelude::*;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use ottl_vm::exec::double_to_int;
use ottl_vm::wire::message_fields;

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

/// The numbers of a message's fields that are scaled.
struct Scaled {
    /// Doubles, of which zero counts.
    doubles: &'static [u32],
    /// Doubles that are not written when zero.
    plain_doubles: &'static [u32],
    /// `sfixed64`s.
    ints: &'static [u32],
    /// Repeated doubles.
    lists: &'static [u32],
    /// Messages within.
    inner: Option<(u32, &'static Scaled)>,
}

const NOTHING: Scaled = Scaled {
    doubles: &[],
    plain_doubles: &[],
    ints: &[],
    lists: &[],
    inner: None,
};

const NUMBER: Scaled = Scaled {
    doubles: &[4],
    ints: &[6],
    ..NOTHING
};

const HISTOGRAM: Scaled = Scaled {
    doubles: &[5, 11, 12],
    lists: &[7],
    inner: Some((8, &EXEMPLAR)),
    ..NOTHING
};

const EXEMPLAR: Scaled = Scaled {
    doubles: &[3],
    ints: &[6],
    ..NOTHING
};

const SUMMARY: Scaled = Scaled {
    plain_doubles: &[5],
    inner: Some((6, &QUANTILE)),
    ..NOTHING
};

const QUANTILE: Scaled = Scaled {
    plain_doubles: &[2],
    ..NOTHING
};

fn scale<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let unit = match call.given(1) {
        true => Some(call.string(1)?),
        false => None,
    };
    let Some((kind, data)) = metric.parts() else {
        return Err(Error::new("unsupported metric type: 'Empty'"));
    };
    let scaled = match kind {
        Kind::Gauge | Kind::Sum => &NUMBER,
        Kind::Histogram => &HISTOGRAM,
        Kind::Summary => &SUMMARY,
        Kind::ExponentialHistogram => {
            return Err(Error::new(
                "exponential histograms are not supported by the 'scale_metric' function",
            ));
        }
    };
    let points = Scaled {
        inner: Some((POINTS, scaled)),
        ..NOTHING
    };
    let factor = call.float_literal(0).unwrap_or_default();
    let data = points.message(data, factor, call.arena());
    call.record().set_metric_data(kind.field(), &data)?;
    if let Some(unit) = unit {
        set_unit(call, unit)?;
    }
    Ok(Value::Nil)
}

impl Scaled {
    /// A message with its fields scaled.
    fn message<'a>(&self, message: &[u8], factor: f64, arena: &'a Bump) -> Vec<'a, u8> {
        let scaled = |bits: u64| (f64::from_bits(bits) * factor).to_bits();
        let mut out = Vec::with_capacity_in(message.len(), arena);
        for field in message_fields(message) {
            let number = field.number;
            match (bits(field.payload), self.inner) {
                (Some(bits), _) if self.doubles.contains(&number) => {
                    put_fixed64(&mut out, number, scaled(bits));
                }
                (Some(bits), _) if self.plain_doubles.contains(&number) => {
                    let product = scaled(bits);
                    if f64::from_bits(product) != 0.0 {
                        put_fixed64(&mut out, number, product);
                    }
                }
                (Some(bits), _) if self.ints.contains(&number) => {
                    let product = double_to_int(bits as i64 as f64 * factor);
                    put_fixed64(&mut out, number, product as u64);
                }
                _ if self.lists.contains(&number) => {
                    let items = field
                        .payload
                        .chunks_exact(8)
                        .filter_map(crate::message::bits);
                    put_fixed64s(&mut out, number, items.map(scaled), arena);
                }
                (_, Some((inner_number, inner))) if inner_number == number => {
                    let inner = inner.message(field.payload, factor, arena);
                    put_bytes(&mut out, number, &inner);
                }
                _ => out.extend_from_slice_copy(field.whole),
            }
        }
        out
    }
}
