//! `copy_metric`: adds a copy of a metric.

use crate::metric::Metric;
use crate::prelude::*;

function! {
    /// Adds a copy of the metric to its scope, with another `name`, `description` or `unit` if given. The
    /// copy is visited by the same statements: say with `where` what is not to be copied again. A value
    /// that is no string is an error, but the copy stays.
    ///
    /// ```ottl
    /// copy_metric(name="copy") where metric.name != "copy"
    /// metric.type  # 0
    /// ```
    pub(crate) static FUNCTION = editor copy_metric(
        name[optional]: StringGetter,
        description[optional]: StringGetter,
        unit[optional]: StringGetter,
    ) volatile, run copy, only &["transform/metric"];
}

fn copy<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let metric = Metric::of(call)?;
    let mut texts = [None; 3];
    let mut failure = Ok(Value::Nil);
    for (parameter, text) in texts.iter_mut().enumerate() {
        if call.given(parameter) {
            match call.string(parameter) {
                Ok(given) => *text = Some(given),
                Err(error) => {
                    failure = Err(error);
                    break;
                }
            }
        }
    }
    let copy = metric.with_texts(call, texts);
    call.record().add_metric(&copy)?;
    failure
}
