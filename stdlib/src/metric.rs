//! Metrics as they are on the wire: reading their data points, and making metrics of them.

use crate::message::{Lasts, put_bytes};
use crate::prelude::*;
use bumpalo::collections::Vec;
use ottl_vm::path::Level;
use ottl_vm::path::form::{length_delimited, varint_field};
use ottl_vm::wire::{any, message_fields};

/// A kind of metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
    Summary,
}

impl Kind {
    fn of_field(number: u32) -> Option<Kind> {
        Some(match number {
            5 => Kind::Gauge,
            7 => Kind::Sum,
            9 => Kind::Histogram,
            10 => Kind::ExponentialHistogram,
            11 => Kind::Summary,
            _ => return None,
        })
    }

    /// The number of the metric's field that holds data of this kind.
    pub(crate) fn field(self) -> u32 {
        match self {
            Kind::Gauge => 5,
            Kind::Sum => 7,
            Kind::Histogram => 9,
            Kind::ExponentialHistogram => 10,
            Kind::Summary => 11,
        }
    }

    /// The number of `attributes` in data points of this kind.
    pub(crate) fn attributes(self) -> u32 {
        match self {
            Kind::Histogram => 9,
            Kind::ExponentialHistogram => 1,
            _ => 7,
        }
    }
}

/// `AggregationTemporality` by the name that editors take.
pub(crate) fn temporality(name: &[u8]) -> Result<u64, String> {
    match name {
        b"delta" => Ok(1),
        b"cumulative" => Ok(CUMULATIVE),
        _ => {
            let name = String::from_utf8_lossy(name);
            Err(format!("unknown aggregation temporality: {name}"))
        }
    }
}

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`.
pub(crate) const CUMULATIVE: u64 = 2;

const NAME: u32 = 1;
const DESCRIPTION: u32 = 2;
const UNIT: u32 = 3;
const METADATA: u32 = 12;
pub(crate) const POINTS: u32 = 1;
const TEMPORALITY: u32 = 2;
const MONOTONIC: u32 = 3;

/// What a metric made from another has of its own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Derived<'t> {
    /// What its name ends in.
    pub(crate) suffix: &'t [u8],
    pub(crate) description: Option<&'t [u8]>,
    pub(crate) unit: Option<&'t [u8]>,
}

/// A metric as it is when the statement runs.
#[derive(Clone, Copy)]
pub(crate) struct Metric<'a> {
    wire: &'a [u8],
    pub(crate) data: Option<(Kind, &'a [u8])>,
}

impl<'a> Metric<'a> {
    /// The metric of the record.
    pub(crate) fn of(call: &mut Call<'_, '_, 'a>) -> Result<Metric<'a>, Error<'a>> {
        let wire = call.record().message(Level::Metric)?;
        let data = message_fields(wire)
            .filter_map(|field| Some((Kind::of_field(field.number)?, field.payload)))
            .last();
        Ok(Metric { wire, data })
    }

    /// The same if it is of this kind. To put together what was done to its data points is for those that are.
    pub(crate) fn of_kind(
        call: &mut Call<'_, '_, 'a>,
        kind: Kind,
    ) -> Result<Option<Metric<'a>>, Error<'a>> {
        let record = call.record();
        let found = record.numbers(Level::Metric).filter_map(Kind::of_field);
        if found.last().is_some_and(|found| found != kind) {
            return Ok(None);
        }
        let metric = Metric::of(call)?;
        Ok(Some(metric).filter(|metric| metric.kind() == Some(kind)))
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.data.map(|(kind, _)| kind)
    }

    /// The payload of its data, if it has any.
    pub(crate) fn data_of(&self) -> &'a [u8] {
        self.data.map_or(&[], |(_, data)| data)
    }

    /// The kind as the reference's errors name it.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind() {
            None => "Empty",
            Some(Kind::Gauge) => "Gauge",
            Some(Kind::Sum) => "Sum",
            Some(Kind::Histogram) => "Histogram",
            Some(Kind::ExponentialHistogram) => "ExponentialHistogram",
            Some(Kind::Summary) => "Summary",
        }
    }

    /// The data points' payloads.
    pub(crate) fn points(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        points(self.data_of())
    }

    /// `aggregation_temporality` of a histogram; a summary is cumulative, others have none (0).
    pub(crate) fn histogram_temporality(&self) -> u64 {
        match self.data {
            Some((Kind::Histogram | Kind::ExponentialHistogram, data)) => message_fields(data)
                .filter(|field| field.number == TEMPORALITY)
                .last()
                .and_then(|field| ottl_vm::wire::Cursor::new(field.payload).varint().ok())
                .unwrap_or_default(),
            Some((Kind::Summary, _)) => CUMULATIVE,
            _ => 0,
        }
    }

    /// The data's kind and payload.
    pub(crate) fn parts(&self) -> Option<(Kind, &'a [u8])> {
        self.data
    }

    pub(crate) fn description(&self) -> &'a [u8] {
        self.text(DESCRIPTION)
    }

    fn text(&self, number: u32) -> &'a [u8] {
        message_fields(self.wire)
            .filter(|field| field.number == number)
            .last()
            .map_or(&[], |field| field.payload)
    }

    /// A metric whose name is this one's with a suffix, and whose description and unit are this one's or
    /// others.
    pub(crate) fn derive(
        &self,
        call: &Call<'_, '_, 'a>,
        derived: Derived<'_>,
        kind: Kind,
        data: &[u8],
    ) -> Vec<'a, u8> {
        let arena = call.arena();
        let own = Lasts::of(self.wire);
        let own = |number| own.get(number).unwrap_or_default();
        let description = derived.description.unwrap_or_else(|| own(DESCRIPTION));
        let unit = derived.unit.unwrap_or_else(|| own(UNIT));
        let mut name = Vec::with_capacity_in(own(NAME).len() + derived.suffix.len(), arena);
        name.extend_from_slice_copy(own(NAME));
        name.extend_from_slice_copy(derived.suffix);
        let mut metric = Vec::with_capacity_in(self.wire.len() + data.len(), arena);
        let texts = [
            (NAME, name.as_slice()),
            (DESCRIPTION, description),
            (UNIT, unit),
        ];
        for (number, text) in texts {
            if !text.is_empty() {
                put_bytes(&mut metric, number, text);
            }
        }
        put_bytes(&mut metric, kind.field(), data);
        metric
    }

    /// The metric with another name, description or unit.
    pub(crate) fn with_texts(
        &self,
        call: &Call<'_, '_, 'a>,
        texts: [Option<&'a [u8]>; 3],
    ) -> Vec<'a, u8> {
        let mut metric = Vec::new_in(call.arena());
        let replaced = |number: u32| {
            (number as usize)
                .checked_sub(1)
                .and_then(|index| texts.get(index))
                .is_some_and(Option::is_some)
        };
        for field in message_fields(self.wire).filter(|field| !replaced(field.number)) {
            metric.extend_from_slice_copy(field.whole);
        }
        for (number, text) in (NAME..).zip(texts) {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                put_bytes(&mut metric, number, text);
            }
        }
        metric
    }
}

/// Gives the record's metric another unit.
pub(crate) fn set_unit<'a>(call: &mut Call<'_, '_, 'a>, unit: &[u8]) -> Result<(), Error<'a>> {
    let field = match unit {
        [] => &[],
        unit => length_delimited(UNIT, unit, call.arena()),
    };
    call.record().replace(Level::Metric, UNIT, field)
}

/// Gives the record's metric other data, if any, and takes its metadata, as the reference does where it
/// makes a metric anew.
pub(crate) fn remake<'a>(
    call: &mut Call<'_, '_, 'a>,
    data: Option<(Kind, &[u8])>,
) -> Result<(), Error<'a>> {
    call.record().replace(Level::Metric, METADATA, &[])?;
    match data {
        Some((kind, data)) => call.record().set_metric_data(kind.field(), data),
        None => Ok(()),
    }
}

/// The data points' payloads in a metric's data.
pub(crate) fn points<'a>(data: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    message_fields(data)
        .filter(|field| field.number == POINTS)
        .map(|field| field.payload)
}

/// What makes a gauge's data a sum's.
pub(crate) fn sum_fields<'a>(
    call: &Call<'_, '_, 'a>,
    temporality: u64,
    is_monotonic: bool,
) -> Vec<'a, u8> {
    let mut fields = Vec::new_in(call.arena());
    fields.extend_from_slice_copy(varint_field(TEMPORALITY, temporality, call.arena()));
    fields.extend_from_slice_copy(varint_field(
        MONOTONIC,
        u64::from(is_monotonic),
        call.arena(),
    ));
    fields
}

/// What a data point's number takes: `as_int` and `as_double` are 8 bytes each, of which a zero counts.
const NUMBER_BYTES: usize = 9;

/// A number data point with a point's attributes and times, and no value yet.
pub(crate) fn number_point<'a>(call: &Call<'_, '_, 'a>, kind: Kind, point: &[u8]) -> Vec<'a, u8> {
    let mut made = Vec::with_capacity_in(point.len() + NUMBER_BYTES, call.arena());
    put_number_point(&mut made, kind, point, u32::MAX);
    made
}

/// The same, appended. The payload of the point's last field `wanted`.
pub(crate) fn put_number_point<'m>(
    out: &mut Vec<'_, u8>,
    kind: Kind,
    point: &'m [u8],
    wanted: u32,
) -> Option<&'m [u8]> {
    const START: u32 = 2;
    const TIME: u32 = 3;
    let (number, attributes) = (Kind::Gauge.attributes(), kind.attributes());
    let mut found = None;
    for field in message_fields(point) {
        if field.number == attributes {
            put_bytes(out, number, field.payload);
        } else if field.number == START || field.number == TIME {
            out.extend_from_slice_copy(field.whole);
        } else if field.number == wanted {
            found = Some(field.payload);
        }
    }
    found
}

/// The value of the first attribute with this key on any of the metric's data points.
///
/// # Errors
/// A metric without data.
pub(crate) fn first_attribute<'a>(
    metric: &Metric<'a>,
    key: &[u8],
) -> Result<Option<Value<'a>>, Error<'a>> {
    let Some(kind) = metric.kind() else {
        return Err(Error::new("unknown metric type"));
    };
    let attributes = metric
        .points()
        .flat_map(message_fields)
        .filter(|field| field.number == kind.attributes());
    Ok(attributes
        .map(|field| any::key_value(field.payload))
        .find(|(found, _)| *found == key)
        .map(|(_, value)| any::decode(value)))
}
