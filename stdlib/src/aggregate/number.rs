//! Number data points as one.

use super::{Aggregation, Bytes, START};
use crate::message::{bits, fixed64, put_fixed64, put_nonzero, put_others};
use bumpalo::Bump;
use ottl_vm::exec::double_to_int;
use ottl_vm::wire::message_fields;

const AS_DOUBLE: u32 = 4;
const AS_INT: u32 = 6;

/// A data point's value.
#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Double(f64),
    None,
}

impl Number {
    fn of(point: &[u8]) -> Number {
        let fields = message_fields(point);
        let last = fields
            .filter(|field| [AS_DOUBLE, AS_INT].contains(&field.number))
            .last();
        match last.map(|field| (field.number, bits(field.payload).unwrap_or_default())) {
            Some((AS_INT, bits)) => Number::Int(bits as i64),
            Some((_, bits)) => Number::Double(f64::from_bits(bits)),
            None => Number::None,
        }
    }

    fn double(self) -> f64 {
        match self {
            Number::Int(int) => int as f64,
            Number::Double(double) => double,
            Number::None => 0.0,
        }
    }

    fn int(self) -> i64 {
        match self {
            Number::Int(int) => int,
            Number::Double(double) => double_to_int(double),
            Number::None => 0,
        }
    }

    /// The int, 0 of a double: what the reference adds up.
    fn only_int(self) -> i64 {
        match self {
            Number::Int(int) => int,
            _ => 0,
        }
    }
}

/// The first point with the points' aggregated value, of the first one's type.
pub(super) fn merged<'a>(points: &[&[u8]], how: Aggregation, arena: &'a Bump) -> Bytes<'a> {
    let mut out = Bytes::new_in(arena);
    let Some(first) = points.first() else {
        return out;
    };
    let numbers = arena.alloc_slice_fill_iter(points.iter().map(|point| Number::of(point)));
    let numbers = || numbers.iter().copied();
    let (number, bits) = match numbers().next().unwrap_or(Number::None) {
        Number::None => {
            out.extend_from_slice(first);
            return out;
        }
        Number::Int(_) => (AS_INT, merged_ints(numbers(), how) as u64),
        Number::Double(_) => (AS_DOUBLE, merged_doubles(numbers(), how).to_bits()),
    };
    put_others(&mut out, first, &[START, AS_DOUBLE, AS_INT]);
    let starts = points
        .iter()
        .map(|point| fixed64(point, START).unwrap_or_default());
    put_nonzero(&mut out, START, starts.min().unwrap_or_default());
    put_fixed64(&mut out, number, bits);
    out
}

fn merged_ints(numbers: impl ExactSizeIterator<Item = Number> + Clone, how: Aggregation) -> i64 {
    let count = numbers.len() as i64;
    let sum = || {
        let ints = numbers.clone().map(Number::only_int);
        ints.fold(0, i64::wrapping_add)
    };
    let mut ints = numbers.clone().map(Number::int);
    match how {
        Aggregation::Sum => sum(),
        Aggregation::Mean => sum().wrapping_div(count.max(1)),
        Aggregation::Min => ints.min().unwrap_or_default(),
        Aggregation::Max => ints.max().unwrap_or_default(),
        Aggregation::Count if count == 1 => ints.next().unwrap_or_default(),
        Aggregation::Count => count,
        Aggregation::Median => {
            let mut ints: Vec<i64> = ints.collect();
            ints.sort_unstable();
            match middle(&ints) {
                (low, Some(high)) => low.wrapping_add(high) / 2,
                (middle, None) => middle,
            }
        }
    }
}

fn merged_doubles(numbers: impl ExactSizeIterator<Item = Number> + Clone, how: Aggregation) -> f64 {
    let count = numbers.len();
    let mut doubles = numbers.map(Number::double);
    match how {
        Aggregation::Sum => doubles.reduce(|a, b| a + b).unwrap_or_default(),
        Aggregation::Mean => doubles.reduce(|a, b| a + b).unwrap_or_default() / count as f64,
        Aggregation::Min => doubles.reduce(|a, b| -max(-a, -b)).unwrap_or_default(),
        Aggregation::Max => doubles.reduce(max).unwrap_or_default(),
        Aggregation::Count if count == 1 => doubles.next().unwrap_or_default(),
        Aggregation::Count => count as f64,
        Aggregation::Median => {
            let mut doubles: Vec<f64> = doubles.collect();
            // NaN comes first.
            doubles.sort_by(|a, b| {
                let by_value = || a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
                b.is_nan().cmp(&a.is_nan()).then_with(by_value)
            });
            match middle(&doubles) {
                (low, Some(high)) => (low + high) / 2.0,
                (middle, None) => middle,
            }
        }
    }
}

/// The middle of a sorted list, or the two that have it between them.
fn middle<T: Copy + Default>(sorted: &[T]) -> (T, Option<T>) {
    let half = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    match sorted.len() % 2 {
        0 => (at(half.saturating_sub(1)), Some(at(half))),
        _ => (at(half), None),
    }
}

/// The larger number: infinity before NaN, NaN before others, and 0 before -0.
fn max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == b {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}
