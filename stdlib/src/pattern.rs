//! Regular expressions given as arguments: literals are compiled with the program, others when their
//! text turns up.

use crate::prelude::*;
use crate::regex::{Cache, Captures, DynamicCache, Regex, Template};
use ottl_vm::text::quote::Quoted;

/// A pattern argument.
pub(crate) struct Pattern {
    function: &'static str,
    /// Present if the argument is a literal.
    pub(crate) literal: Option<Regex>,
}

impl Pattern {
    /// Compiles the pattern if it is a literal. `parameter` is its position in `function`.
    pub(crate) fn prepare(
        function: &'static str,
        literals: Literals<'_>,
        parameter: usize,
    ) -> Result<Pattern, String> {
        let compile = |pattern| {
            Regex::new(pattern).map_err(|error| invalid(function, pattern, &error.to_string()))
        };
        let literal = literals.string(parameter).map(compile).transpose()?;
        Ok(Pattern { function, literal })
    }
}

fn invalid(function: &str, pattern: &[u8], error: &str) -> String {
    format!(
        "the regex pattern supplied to {function} '{}' is not a valid pattern: {error}",
        Quoted(pattern)
    )
}

/// Texts of at most this many bytes are searched for another faster than that could be prepared.
const SHORT_TEXT_BYTES: usize = 64;

/// The bytes that stand for themselves in a pattern.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(
            byte,
            b'\\'
                | b'.'
                | b'+'
                | b'*'
                | b'?'
                | b'('
                | b')'
                | b'|'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'^'
                | b'$'
        );
        byte += 1;
    }
    plain
};

/// Whether a pattern stands for itself: short, and nothing in it has a meaning.
fn is_plain(pattern: &[u8]) -> bool {
    pattern.len() <= SHORT_TEXT_BYTES && pattern.iter().all(|byte| PLAIN[usize::from(*byte)])
}

/// Whether a short text contains another.
fn contains(text: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else {
        return true;
    };
    memchr::memchr_iter(*first, text).any(|at| text[at..].starts_with(part))
}

/// Whether the pattern that argument `parameter` is on this record matches somewhere in argument `target`; in nil none
/// does. The pattern is evaluated before the target.
pub(crate) fn is_match<'a>(
    call: &mut Call<'_, '_, 'a>,
    pattern: &Pattern,
    parameter: usize,
    target: usize,
) -> Result<bool, Error<'a>> {
    if let Some(regex) = &pattern.literal {
        let Some(text) = call.string_like(target)? else {
            return Ok(false);
        };
        return Ok(regex.is_match_by_bytes(text).unwrap_or_else(|| {
            call.with_scratch(|_, memory: &mut Memory| {
                regex.is_match_by_automaton(&mut memory.cache, text)
            })
        }));
    }
    if let Ok(plain) = call.string(parameter)
        && is_plain(plain)
    {
        match call.string_like(target)? {
            None => return Ok(false),
            Some(text) if text.len() <= SHORT_TEXT_BYTES => {
                return Ok(contains(text, plain));
            }
            Some(_) => {}
        }
    }
    search(call, pattern, parameter, |call, mut search| {
        let text = call.string_like(target)?;
        Ok(text.is_some_and(|text| search.is_match(text)))
    })
}

/// What searching writes to: kept per worker and call, so that it is allocated once.
#[derive(Default)]
struct Memory {
    cache: Cache,
    dynamic: DynamicCache,
    buffers: Buffers,
}

/// Memory for replacing.
#[derive(Default)]
pub(crate) struct Buffers {
    /// A text in the making.
    pub(crate) out: Vec<u8>,
    /// The replacement of one match.
    pub(crate) expanded: Vec<u8>,
    /// Where a match and its groups are.
    pub(crate) captures: Captures,
    /// The last replacement that was no literal, with its text.
    pub(crate) template: Option<(Vec<u8>, Template)>,
}

/// A compiled pattern with the memory to search for it.
pub(crate) struct Search<'s> {
    pub(crate) regex: &'s Regex,
    pub(crate) cache: &'s mut Cache,
    pub(crate) buffers: &'s mut Buffers,
}

impl Search<'_> {
    /// Whether the pattern matches somewhere in `text`.
    #[inline]
    pub(crate) fn is_match(&mut self, text: &[u8]) -> bool {
        self.regex.is_match(self.cache, text)
    }
}

/// Runs `body` with the pattern that argument `parameter` is on this record.
pub(crate) fn search<'m, 'p, 'a, T>(
    call: &mut Call<'m, 'p, 'a>,
    pattern: &Pattern,
    parameter: usize,
    body: impl FnOnce(&mut Call<'m, 'p, 'a>, Search<'_>) -> Result<T, Error<'a>>,
) -> Result<T, Error<'a>> {
    call.with_scratch(|call, memory| with_memory(call, pattern, parameter, memory, body))
}

fn with_memory<'m, 'p, 'a, T>(
    call: &mut Call<'m, 'p, 'a>,
    pattern: &Pattern,
    parameter: usize,
    memory: &mut Memory,
    body: impl FnOnce(&mut Call<'m, 'p, 'a>, Search<'_>) -> Result<T, Error<'a>>,
) -> Result<T, Error<'a>> {
    let Memory {
        cache,
        dynamic,
        buffers,
    } = memory;
    let (regex, cache) = match &pattern.literal {
        Some(regex) => (regex, cache),
        None => {
            let text = call.string(parameter).map_err(|error| {
                call.error(format_args!(
                    "{}",
                    invalid(pattern.function, b"", error.text())
                ))
            })?;
            dynamic
                .get(text)
                .map_err(|error| call.error(format_args!("{error}")))?
        }
    };
    body(
        call,
        Search {
            regex,
            cache,
            buffers,
        },
    )
}
