//! `EWMA`: a moving average of a series.

use crate::limits::SERIES_MAX;
use crate::prelude::*;
use crate::series::Series;
use std::sync::{Mutex, PoisonError};

function! {
    /// The exponentially weighted moving average of the series `key`, `value` included: `alpha * value +
    /// (1 - alpha) * average`. The first value of a series is its average.
    ///
    /// It tells what is usual where the data is, without a query to a backend: a record can be marked, or kept, since
    /// it is slower than its route usually is. [`ZScore`](#zscore) also says how unusual it is.
    ///
    /// `key` is any value with a text form, `value` anything that converts to a float. Nil for either, NaN and the
    /// infinities give nil and change nothing; a `value` that is no number is an error. `alpha` is a literal above
    /// 0.0 and at most 1.0.
    ///
    /// Each call in a program has averages of its own, of at most 16384 series: a new one then takes the place of
    /// the one used least recently, whose next value is a first one again. They are shared by the program's workers,
    /// start anew with every program that is compiled, and are lost when the process ends. Requests run in order, on
    /// one worker (`ottlc run` sees to that; a host that runs several at once gets averages in the order in which
    /// they happen to run). All records count for which the call is evaluated: those that the statement's condition
    /// lets through, also if the statement then fails or the request is refused. A request that is encoded in an
    /// unusual way (a message in several parts) may have to be run again from its start, and then counts twice.
    ///
    /// ```ottl
    /// EWMA("GET /", 10, 0.5)  # 10.0
    /// EWMA(log.attributes["missing"], 1, 0.5)  # nil
    /// EWMA("GET /", log.attributes["missing"], 0.5)  # nil
    /// EWMA("GET /", "fast", 0.5)  # error: invalid syntax
    /// EWMA("GET /", 10, 1.5)  # error: alpha must be above 0 and at most 1
    /// ```
    pub(crate) static FUNCTION = converter EWMA(
        key: StringLikeGetter,
        value: FloatLikeGetter,
        alpha: Float,
    ) stateful, prepare prepare, run ewma, extension;
}

/// The average of each series that has one.
type Averages = Mutex<Series<Option<f64>>>;

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    match literals.float(2) {
        Some(alpha) if alpha > 0.0 && alpha <= 1.0 => {
            Ok(Box::new(Averages::new(Series::new(SERIES_MAX))))
        }
        _ => Err("alpha must be above 0 and at most 1".to_owned()),
    }
}

fn ewma<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (key, value) = (call.string_like(0)?, call.float_like(1)?);
    let (Some(key), Some(value)) = (key, value.filter(|value| value.is_finite())) else {
        return Ok(Value::Nil);
    };
    let alpha = call.float_literal(2).unwrap_or(1.0);
    let averages: &Averages = call.prepared();
    let mut averages = averages.lock().unwrap_or_else(PoisonError::into_inner);
    let average = averages.state(key);
    let updated = match *average {
        // Each part is finite, and so is their sum.
        Some(average) => alpha * value + (1.0 - alpha) * average,
        None => value,
    };
    *average = Some(updated);
    Ok(Value::Double(updated))
}
