//! Globs given as arguments: what `replace_match` and `replace_all_matches` have in common.

use crate::glob::Glob;
use crate::prelude::*;
use crate::replace;
use ottl_vm::text::quote::Quoted;

/// Position of the pattern among the parameters; the replacement, the function and its format follow.
const PATTERN: usize = 1;

/// The arguments behind the target.
pub(crate) struct Matching {
    function: &'static str,
    /// The pattern, if it is a literal.
    literal: Option<Glob>,
}

/// The last pattern that was no literal, with its text.
type Last = Option<(Vec<u8>, Result<Glob, String>)>;

impl Matching {
    pub(crate) fn prepare(
        function: &'static str,
        literals: Literals<'_>,
    ) -> Result<Matching, String> {
        let compile =
            |pattern| Glob::new(pattern).map_err(|error| invalid(function, pattern, &error));
        Ok(Matching {
            function,
            literal: literals.string(PATTERN).map(compile).transpose()?,
        })
    }

    /// Runs `body` with the pattern that the argument is on this record.
    pub(crate) fn run<'m, 'p, 'a>(
        &self,
        call: &mut Call<'m, 'p, 'a>,
        body: impl FnOnce(&mut Call<'m, 'p, 'a>, &Glob) -> Outcome<'a>,
    ) -> Outcome<'a> {
        if let Some(glob) = &self.literal {
            return body(call, glob);
        }
        let pattern = call.string(PATTERN)?;
        call.with_scratch(|call, last: &mut Last| {
            if last.as_ref().is_some_and(|(text, _)| text != pattern) {
                *last = None;
            }
            match &last
                .get_or_insert_with(|| (pattern.to_vec(), Glob::new(pattern)))
                .1
            {
                Ok(glob) => body(call, glob),
                Err(error) => {
                    Err(call.error(format_args!("{}", invalid(self.function, pattern, error))))
                }
            }
        })
    }

    /// What replaces, the function and its format applied.
    pub(crate) fn replacement<'a>(
        &self,
        call: &mut Call<'_, '_, 'a>,
    ) -> Result<&'a [u8], Error<'a>> {
        let text = call.string(PATTERN + 1)?;
        if !call.given(PATTERN + 2) {
            return Ok(text);
        }
        let mut out = Vec::new();
        replace::apply(call, PATTERN + 2, text, &mut out)?;
        Ok(call.bytes(&out))
    }
}

fn invalid(function: &str, pattern: &[u8], error: &str) -> String {
    format!(
        "the regex pattern supplied to {function} '{}' is not a valid pattern: {error}",
        Quoted(pattern)
    )
}
