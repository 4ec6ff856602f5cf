//! `ZScore`: how unusual a value of a series is.

use crate::limits::{SERIES_MAX, WINDOW_MAX, WINDOWS_VALUES_MAX};
use crate::prelude::*;
use crate::series::Series;
use std::sync::{Mutex, PoisonError};

function! {
    /// How many standard deviations `value` is above (or, negative, below) the mean of the last `window` values of
    /// the series `key` before it. Nil while there are fewer than two of those, and if all of them are equal. The
    /// standard deviation is that of the window itself (divided by the count). `value` then joins the series.
    ///
    /// It marks anomalies where the data is, without a query to a backend:
    /// `set(span.attributes["anomaly"], true) where ZScore(span.name, span.end_time_unix_nano -
    /// span.start_time_unix_nano, 100) > 3.0`.
    ///
    /// `key` is any value with a text form, `value` anything that converts to a float. Nil for either, NaN and the
    /// infinities give nil and change nothing; a `value` that is no number is an error. `window` is a literal from 2
    /// to 1024.
    ///
    /// Each call in a program has series of its own, at most 16384 of them and 4194304 values in all: a new one then
    /// takes the place of the one used least recently, which is forgotten. They are shared by the program's workers,
    /// start anew with every program that is compiled, and are lost when the process ends. Requests run in order, on
    /// one worker, and all records count for which the call is evaluated, as for [`EWMA`](#ewma).
    ///
    /// ```ottl
    /// ZScore("GET /", 10, 100)  # nil
    /// ZScore("GET /", log.attributes["missing"], 100)  # nil
    /// ZScore("GET /", "fast", 100)  # error: invalid syntax
    /// ZScore("GET /", 10, 1)  # error: window must be from 2 to 1024
    /// ```
    pub(crate) static FUNCTION = converter ZScore(
        key: StringLikeGetter,
        value: FloatLikeGetter,
        window: Int,
    ) stateful, prepare prepare, run z_score, extension;
}

/// The last values of each series.
struct Windows {
    length: usize,
    series: Mutex<Series<Window>>,
}

/// The last values of a series; once they are as many as may be, the oldest is at `next`.
#[derive(Default)]
struct Window {
    values: Vec<f64>,
    next: usize,
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let length = literals
        .int(2)
        .and_then(|length| usize::try_from(length).ok());
    let Some(length) = length.filter(|length| (2..=WINDOW_MAX).contains(length)) else {
        return Err(format!("window must be from 2 to {WINDOW_MAX}"));
    };
    Ok(Box::new(Windows {
        length,
        series: Mutex::new(Series::new(SERIES_MAX.min(WINDOWS_VALUES_MAX / length))),
    }))
}

fn z_score<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let (key, value) = (call.string_like(0)?, call.float_like(1)?);
    let (Some(key), Some(value)) = (key, value.filter(|value| value.is_finite())) else {
        return Ok(Value::Nil);
    };
    let windows: &Windows = call.prepared();
    let mut series = windows
        .series
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let window = series.state(key);
    let score = window.score(value);
    window.push(value, windows.length);
    Ok(score.map_or(Value::Nil, Value::Double))
}

impl Window {
    fn score(&self, value: f64) -> Option<f64> {
        let count = self.values.len() as f64;
        let (first, rest) = self.values.split_first()?;
        // Their mean need not be the value that all of them are.
        if rest.iter().all(|other| other == first) {
            return None;
        }
        let mean = self.values.iter().map(|value| value / count).sum::<f64>();
        let deviations = self.values.iter().map(|value| value - mean);
        // Taken by parts of the largest, no square is too large or too small for a double.
        let largest = deviations.clone().map(f64::abs).fold(0.0, f64::max);
        let squares = deviations.map(|deviation| (deviation / largest).powi(2));
        let score = (value - mean) / (largest * (squares.sum::<f64>() / count).sqrt());
        // At the end of the range of doubles there may be none.
        score.is_finite().then_some(score)
    }

    fn push(&mut self, value: f64, length: usize) {
        match self.values.get_mut(self.next) {
            Some(oldest) => *oldest = value,
            None => self.values.push(value),
        }
        self.next = (self.next + 1) % length;
    }
}
