//! `When`: one of two values.

use crate::lambdas;
use crate::prelude::*;

function! {
    /// `true_value` if `condition` holds, else `false_value`. An error in the value that is not wanted does
    /// not count.
    ///
    /// The condition is a lambda without parameters and must yield a bool.
    ///
    /// ```ottl
    /// When(() => log.attributes["missing"] == nil, "absent", "present")  # "absent"
    /// When(() => IsString(log.attributes["missing"]), 1, 2)  # 2
    /// When(() => 1, "a", "b")  # error: must return a value of type bool, got int64
    /// ```
    pub(crate) static FUNCTION = converter When(condition: Lambda(0), true_value: Getter, false_value: Getter) pure, run when;
}

fn when<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    match lambdas::applied_bool(call, 0, &[]) {
        Ok(true) => call.value(1),
        Ok(false) => call.value(2),
        Err(error) => Err(call.error(format_args!(
            "error while evaluating lambda function: {error}"
        ))),
    }
}
