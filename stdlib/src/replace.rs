//! Replacing the matches of a pattern: what `replace_pattern`, `replace_all_patterns` and `regex_replace` have
//! in common.

use crate::pattern::{self, Buffers, Pattern, Search};
use crate::prelude::*;
use crate::regex::{Regex, Template, TooLong, replaced_len_max};
use bumpalo::Bump;
use ottl_vm::function::{ChangeText, Changed};

/// The arguments of a function that replaces: a pattern, its replacement, a function and a format.
pub(crate) struct Replacing {
    pattern: Pattern,
    /// The replacement, if it is a literal.
    template: Option<Template>,
    /// What each match is replaced by, if that is always the same.
    literal: Option<Box<[u8]>>,
    /// Whether no function is given.
    is_plain: bool,
    /// The position of the pattern among the parameters; the others follow it.
    first: usize,
}

impl ChangeText for Replacing {
    fn change<'a>(&self, text: &[u8], head: &[u8], arena: &'a Bump) -> Changed<'a> {
        match self.literals() {
            Some((regex, replacement)) => regex.replaced_by_steps(text, replacement, head, arena),
            None => Changed::Untold,
        }
    }
}

/// One text after another, on one record.
pub(crate) struct Replacer<'s> {
    replacing: &'s Replacing,
    search: Search<'s>,
    /// The replacement as evaluated on this record.
    text: &'s [u8],
}

impl Replacing {
    /// Prepares the arguments of `function` from position `first` on, of which `given` says which there are.
    pub(crate) fn prepare(
        function: &'static str,
        literals: Literals<'_>,
        given: &[bool],
        first: usize,
    ) -> Result<Replacing, String> {
        let pattern = Pattern::prepare(function, literals, first)?;
        let template = literals.string(first + 1).map(Template::new);
        let is_plain = !given.get(first + 2).is_some_and(|given| *given);
        let literal = template.as_ref().and_then(Template::literal);
        Ok(Replacing {
            pattern,
            literal: literal.filter(|_| is_plain).map(Box::from),
            template,
            is_plain,
            first,
        })
    }

    /// The replacement's text: evaluated ahead of the pattern.
    pub(crate) fn replacement<'a>(
        &self,
        call: &mut Call<'_, '_, 'a>,
    ) -> Result<&'a [u8], Error<'a>> {
        match self.template {
            Some(_) => Ok(b""),
            None => call.string(self.first + 1),
        }
    }

    /// The text with all matches replaced, or `None` if there is no match; `replacement` is what
    /// [`Replacing::replacement`] said.
    #[inline(always)]
    pub(crate) fn replace<'a>(
        &self,
        call: &mut Call<'_, '_, 'a>,
        replacement: &'a [u8],
        text: &[u8],
    ) -> Result<Option<&'a [u8]>, Error<'a>> {
        match self.change(text, &[], call.arena()) {
            Changed::To(replaced) => Ok(Some(replaced)),
            Changed::Not => Ok(None),
            Changed::Untold => self.replace_by_engine(call, replacement, text),
        }
    }

    /// The same if steps do not tell.
    #[inline(never)]
    fn replace_by_engine<'a>(
        &self,
        call: &mut Call<'_, '_, 'a>,
        replacement: &'a [u8],
        text: &[u8],
    ) -> Result<Option<&'a [u8]>, Error<'a>> {
        self.run(call, replacement, |call, mut replacer| {
            replacer.replace_by_engine(call, text)
        })
    }

    /// The pattern and the text that replaces it, if both are always the same.
    #[inline(always)]
    fn literals(&self) -> Option<(&Regex, &[u8])> {
        Some((self.pattern.literal.as_ref()?, self.literal.as_deref()?))
    }

    /// Whether both are.
    pub(crate) fn is_literal(&self) -> bool {
        self.literals().is_some()
    }

    /// Runs `body` with what replaces on this record; `replacement` is what [`Replacing::replacement`] said.
    pub(crate) fn run<'m, 'p, 'a, T>(
        &self,
        call: &mut Call<'m, 'p, 'a>,
        replacement: &'a [u8],
        body: impl FnOnce(&mut Call<'m, 'p, 'a>, Replacer<'_>) -> Result<T, Error<'a>>,
    ) -> Result<T, Error<'a>> {
        pattern::search(call, &self.pattern, self.first, |call, search| {
            body(
                call,
                Replacer {
                    replacing: self,
                    search,
                    text: replacement,
                },
            )
        })
    }
}

impl Replacer<'_> {
    /// The text with all matches replaced, or `None` if there is no match.
    pub(crate) fn replace<'a>(
        &mut self,
        call: &mut Call<'_, '_, 'a>,
        text: &[u8],
    ) -> Result<Option<&'a [u8]>, Error<'a>> {
        match self.replacing.change(text, &[], call.arena()) {
            Changed::To(replaced) => Ok(Some(replaced)),
            Changed::Not => Ok(None),
            Changed::Untold => self.replace_by_engine(call, text),
        }
    }

    fn replace_by_engine<'a>(
        &mut self,
        call: &mut Call<'_, '_, 'a>,
        text: &[u8],
    ) -> Result<Option<&'a [u8]>, Error<'a>> {
        let function = self.replacing.first + 2;
        let Search {
            regex,
            cache,
            buffers,
        } = &mut self.search;
        let Buffers {
            out,
            expanded,
            captures,
            template,
        } = &mut **buffers;
        let template = match &self.replacing.template {
            Some(template) => template,
            None => remembered(template, self.text),
        };
        out.clear();
        let arena = call.arena();
        let too_long = |error: TooLong| Error::format(arena, format_args!("{error}"));
        if self.replacing.is_plain {
            let found = regex.replace_all(cache, text, template, out);
            return Ok(found.map_err(too_long)?.then(|| call.bytes(out)));
        }
        let length_max = replaced_len_max(text);
        let mut copied = None;
        let mut matches = regex.matches(cache, text);
        while matches.next(captures) {
            let Some(range) = captures.get(0) else { break };
            expanded.clear();
            let fits = template.expand_within(length_max, regex, text, captures, expanded);
            fits.map_err(too_long)?;
            out.extend_from_slice(&text[copied.unwrap_or(0)..range.start]);
            apply(call, function, expanded, out)?;
            if out.len() > length_max {
                return Err(too_long(TooLong));
            }
            copied = Some(range.end);
        }
        let Some(copied) = copied else {
            return Ok(None);
        };
        out.extend_from_slice(&text[copied..]);
        Ok(Some(call.bytes(out)))
    }
}

/// The template of this text, parsed again only when the text is another than last time.
fn remembered<'t>(last: &'t mut Option<(Vec<u8>, Template)>, text: &[u8]) -> &'t Template {
    if last.as_ref().is_some_and(|(known, _)| known != text) {
        *last = None;
    }
    &last
        .get_or_insert_with(|| (text.to_vec(), Template::new(text)))
        .1
}

/// Appends what the function at position `function` makes of a replacement, in the format after it.
pub(crate) fn apply<'a>(
    call: &mut Call<'_, '_, 'a>,
    function: usize,
    expanded: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error<'a>> {
    let argument = Value::String(call.bytes(expanded));
    let Value::String(value) = call.invoke(function, &[argument])?.ok()? else {
        return Err(Error::new("the replacement value must be a string"));
    };
    if !call.given(function + 1) {
        out.extend_from_slice(value);
        return Ok(());
    }
    let format = call.string(function + 1)?;
    if !is_valid_format(format) {
        return Err(Error::new(
            "replacementFormat must be format string containing a single %s and no other format specifiers",
        ));
    }
    append_formatted(out, format, value);
    Ok(())
}

/// Whether the format is one line with `%s` in it, and no percent sign before another character.
fn is_valid_format(format: &[u8]) -> bool {
    let mut has_verb = false;
    for pair in format.windows(2).filter(|pair| pair[0] == b'%') {
        if pair[1] != b's' {
            return false;
        }
        has_verb = true;
    }
    has_verb && !format.contains(&b'\n')
}

/// `fmt.Sprintf` of a valid format with one string. Not all that is valid makes sense: further verbs
/// miss their value, and a percent sign at the end its verb.
fn append_formatted(out: &mut Vec<u8>, format: &[u8], value: &[u8]) {
    let mut value = Some(value);
    let mut rest = format;
    while let Some(percent) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(&rest[..percent]);
        match rest.get(percent + 1..) {
            Some([_, after @ ..]) => {
                out.extend_from_slice(value.take().unwrap_or(b"%!s(MISSING)"));
                rest = after;
            }
            _ => {
                out.extend_from_slice(b"%!(NOVERB)");
                return;
            }
        }
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_formats() {
        for valid in ["%s", "a%sb", "%s%s", "%s %"] {
            assert!(is_valid_format(valid.as_bytes()), "{valid}");
        }
        for invalid in [
            "", "a", "%", "%d", "%s %d", "%5s", "%%", "%s%%", "100% %s", "%s\n", "%\n%s",
        ] {
            assert!(!is_valid_format(invalid.as_bytes()), "{invalid}");
        }
    }

    #[test]
    fn formats() {
        for (format, expected) in [
            ("<%s>", "<x>"),
            ("%s-%s", "x-%!s(MISSING)"),
            ("%s %", "x %!(NOVERB)"),
        ] {
            let mut out = Vec::new();
            append_formatted(&mut out, format.as_bytes(), b"x");
            assert_eq!(out, expected.as_bytes());
        }
    }
}
