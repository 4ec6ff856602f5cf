//! Patterns that need no automaton: texts and runs of bytes, one after the other, in which no run can
//! take what the part behind it begins with. `token=[0-9a-f]+` and `user=(\w+) ` are such.
//!
//! A run is greedy, and giving back what it took could not help the rest, so a match is found in one go
//! from left to right without a choice to take back. Classes count if they are within ASCII, or if they
//! hold every character beyond ASCII: then bytes tell as much as characters do, bad bytes included.

use super::escaped::Escaped;
use super::replaced::replace_all;
use super::text_run::TextRun;
use bumpalo::Bump;
use memchr::memmem;
use ottl_vm::function::Changed;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use std::ops::Range;

/// The longest run with a bound, in bytes; what is longer is left to the automaton.
const RUN_MAX: usize = 64;

/// How often a byte of the haystack may be looked at before the automaton is asked: a bound on the time.
const LOOKS_MAX: usize = 8;

/// Haystacks that are searched for a byte without ado: bytes.
const SHORT: usize = 32;

/// How many bytes a run behind a text may ask for at least for the two to be searched in one piece: a try that fails
/// looks at so many.
const TEXT_RUN_MIN_MAX: usize = 8;

/// A pattern as steps.
#[derive(Debug)]
pub(super) struct Steps {
    steps: Box<[Step]>,
    /// Looks for the text that the pattern begins with, if it begins with one.
    prefix: Option<Prefix>,
    /// The same pattern in one piece, if it is a text and a run.
    text_run: Option<TextRun>,
    /// What the byte behind that text has to be, if it is one of a set.
    follow: Option<Box<[bool; 256]>>,
}

/// Looks for a text.
#[derive(Debug)]
enum Prefix {
    Byte(u8),
    Text(Box<memmem::Finder<'static>>),
}

impl Prefix {
    fn of(text: &[u8]) -> Prefix {
        match *text {
            [byte] => Prefix::Byte(byte),
            _ => Prefix::Text(Box::new(memmem::Finder::new(text).into_owned())),
        }
    }

    fn len(&self) -> usize {
        match self {
            Prefix::Byte(_) => 1,
            Prefix::Text(finder) => finder.needle().len(),
        }
    }

    fn find(&self, haystack: &[u8]) -> Option<usize> {
        match self {
            // Over a few bytes a loop is done before a vector search is set up.
            Prefix::Byte(byte) if haystack.len() < SHORT => {
                haystack.iter().position(|found| found == byte)
            }
            Prefix::Byte(byte) => memchr::memchr(*byte, haystack),
            Prefix::Text(finder) => finder.find(haystack),
        }
    }
}

#[derive(Debug)]
enum Step {
    Text(Box<[u8]>),
    Run(Box<Run>),
    Escaped(Box<Escaped>),
    /// The start (or with `true` the end) of a group.
    Group(usize, bool),
    /// The start of the haystack.
    Start,
    /// The end of the haystack.
    End,
}

/// At least `min` bytes of a set, and as many as there are up to `max`.
#[derive(Clone, Debug)]
pub(super) struct Run {
    set: [bool; 256],
    min: usize,
    max: usize,
}

/// The search took too long: the automaton has to say.
#[derive(Debug)]
pub(super) struct GaveUp;

impl Run {
    /// How many bytes it takes of the text at least.
    pub(super) fn len_min(&self) -> usize {
        self.min
    }

    /// How many bytes it takes at most.
    pub(super) fn len_max(&self) -> usize {
        self.max
    }

    /// The bytes that it takes.
    pub(super) fn set(&self) -> &[bool; 256] {
        &self.set
    }

    /// How many bytes it takes of what the text begins with, if they suffice.
    #[inline]
    pub(super) fn len(&self, text: &[u8]) -> Option<usize> {
        let text = &text[..text.len().min(self.max)];
        let len = count(&self.set, text);
        (len >= self.min).then_some(len)
    }
}

/// How many bytes of a set a text begins with.
#[inline]
pub(super) fn count(set: &[bool; 256], text: &[u8]) -> usize {
    let is_other = |byte: &u8| !set[usize::from(*byte)];
    let mut at = 0;
    // A loop of known length needs no counter.
    while let Some(chunk) = text[at..].first_chunk::<8>() {
        if let Some(end) = chunk.iter().position(is_other) {
            return at + end;
        }
        at += chunk.len();
    }
    let end = text[at..].iter().position(is_other);
    at + end.unwrap_or(text.len() - at)
}

impl Steps {
    /// The pattern as steps, if it can be said so.
    pub(super) fn of(hir: &Hir) -> Option<Steps> {
        let mut steps = Vec::new();
        push(hir, &mut steps)?;
        // A match that can be empty may lie within a character.
        if hir.properties().minimum_len() == Some(0) || !steps.iter().any(is_fixed) {
            return None;
        }
        for at in 0..steps.len() {
            let rest = &steps[at + 1..];
            let is_certain = match &steps[at] {
                Step::Run(run) if run.max != run.min => is_disjoint(&run.set, rest),
                Step::Escaped(escaped) => is_disjoint(&escaped.first(), rest),
                _ => true,
            };
            if !is_certain {
                return None;
            }
        }
        // Only the outermost ends can be anchored.
        let is_anchor = |step: &Step| matches!(step, Step::Start | Step::End);
        let inner = steps.get(1..steps.len().saturating_sub(1)).unwrap_or(&[]);
        if inner.iter().any(is_anchor)
            || matches!(steps.first(), Some(Step::End))
            || matches!(steps.last(), Some(Step::Start))
        {
            return None;
        }
        let first = steps.iter().find(|step| !matches!(step, Step::Group(..)));
        let prefix = match first {
            Some(Step::Text(text)) => Some(Prefix::of(text)),
            // There would be nothing to look for.
            Some(Step::Escaped(_)) => return None,
            _ => None,
        };
        let mut real = steps.iter().filter(|step| !matches!(step, Step::Group(..)));
        let follow = match (real.next(), real.next()) {
            (Some(Step::Text(_)), Some(Step::Run(run))) if run.min > 0 => Some(run.set.into()),
            _ => None,
        };
        let text_run = match steps.as_slice() {
            [Step::Text(text), Step::Run(run)] if run.min <= TEXT_RUN_MIN_MAX => {
                Some(TextRun::new(text, (**run).clone()))
            }
            _ => None,
        };
        Some(Steps {
            steps: steps.into(),
            prefix,
            text_run,
            follow,
        })
    }

    /// The first match that begins at or behind `at`; `group` is told where groups begin and end.
    #[inline]
    pub(super) fn find(
        &self,
        text: &[u8],
        at: usize,
        group: &mut impl FnMut(usize, bool, usize),
    ) -> Result<Option<Range<usize>>, GaveUp> {
        if let Some(text_run) = &self.text_run {
            return Ok(text_run.find(text, at));
        }
        if matches!(self.steps.first(), Some(Step::Start)) {
            let end = (at == 0).then(|| self.match_at(text, 0, group).ok());
            return Ok(end.flatten().map(|end| 0..end));
        }
        let mut looks = 64 + LOOKS_MAX * (text.len() - at);
        let mut from = at;
        while let Some(start) = self.candidate(text, from) {
            let stopped = match self.match_at(text, start, group) {
                Ok(end) => return Ok(Some(start..end)),
                Err(stopped) => stopped,
            };
            from = self.after_failure(text, start);
            looks = looks.checked_sub(stopped - start + 1).ok_or(GaveUp)?;
        }
        Ok(None)
    }

    /// The text with each match replaced, behind a copy of `head` in the arena. Not told, either, if the text gets much
    /// longer by that.
    #[inline(never)]
    pub(super) fn replace_all<'a>(
        &self,
        text: &[u8],
        replacement: &[u8],
        head: &[u8],
        arena: &'a Bump,
    ) -> Changed<'a> {
        let Some(text_run) = &self.text_run else {
            let find = |at| self.find(text, at, &mut |_, _, _| {});
            return replace_all(text, replacement, head, arena, find);
        };
        match text_run.by_blocks(text, 0) {
            Some(mut blocks) => {
                replace_all(text, replacement, head, arena, |at| Ok(blocks.find(at)))
            }
            None => {
                let find = |at| Ok(text_run.find_text(text, at));
                replace_all(text, replacement, head, arena, find)
            }
        }
    }

    /// Where a match could begin next.
    fn candidate(&self, text: &[u8], from: usize) -> Option<usize> {
        if let Some(prefix) = &self.prefix {
            return self.candidate_by_prefix(prefix, text, from);
        }
        let rest = text.get(from..)?;
        match self.first_run() {
            Some(run) if run.min > 0 => {
                let first = rest.iter().position(|byte| run.set[usize::from(*byte)])?;
                Some(from + first)
            }
            _ => (!rest.is_empty()).then_some(from),
        }
    }

    fn candidate_by_prefix(&self, prefix: &Prefix, text: &[u8], mut from: usize) -> Option<usize> {
        loop {
            let start = from + prefix.find(text.get(from..)?)?;
            match &self.follow {
                Some(set) if !set[usize::from(*text.get(start + prefix.len())?)] => {
                    from = start + 1
                }
                _ => return Some(start),
            }
        }
    }

    fn first_run(&self) -> Option<&Run> {
        self.steps.iter().find_map(|step| match step {
            Step::Run(run) => Some(run.as_ref()),
            _ => None,
        })
    }

    /// Where to go on after a failed attempt. An unbounded run that led to nothing leads to nothing from
    /// any of its later bytes, too.
    fn after_failure(&self, text: &[u8], start: usize) -> usize {
        match self.first_run() {
            Some(run) if self.prefix.is_none() && run.max == usize::MAX => {
                let rest = &text[start..];
                let len = rest.iter().position(|byte| !run.set[usize::from(*byte)]);
                start + len.unwrap_or(rest.len()).max(1)
            }
            _ => start + 1,
        }
    }

    /// Where the match that begins at `start` ends, or if there is none how far it was looked for.
    #[inline]
    fn match_at(
        &self,
        text: &[u8],
        start: usize,
        group: &mut impl FnMut(usize, bool, usize),
    ) -> Result<usize, usize> {
        let mut at = start;
        for step in &self.steps {
            match step {
                Step::Text(expected) => {
                    if !text[at..].starts_with(expected) {
                        return Err(at);
                    }
                    at += expected.len();
                }
                Step::Run(run) => at += run.len(&text[at..]).ok_or(at)?,
                Step::Escaped(escaped) => at += escaped.len(&text[at..]).ok_or(at)?,
                Step::Group(number, is_end) => group(*number, *is_end, at),
                Step::Start if at == 0 => {}
                Step::End if at == text.len() => {}
                Step::Start | Step::End => return Err(at),
            }
        }
        Ok(at)
    }
}

/// Whether a step takes something in any case.
fn is_fixed(step: &Step) -> bool {
    match step {
        Step::Text(text) => !text.is_empty(),
        Step::Run(run) => run.min > 0,
        _ => false,
    }
}

/// Whether nothing that can follow a run begins with one of its bytes.
fn is_disjoint(run: &[bool; 256], rest: &[Step]) -> bool {
    let meets = |set: &[bool; 256]| run.iter().zip(set).any(|(a, b)| *a && *b);
    for step in rest {
        let (first, min) = match step {
            Step::Text(text) => match text.first() {
                Some(first) => return !run[usize::from(*first)],
                None => continue,
            },
            Step::Run(next) => (next.set, next.min),
            Step::Escaped(next) => (next.first(), next.len_min()),
            Step::Group(..) | Step::Start | Step::End => continue,
        };
        if meets(&first) {
            return false;
        }
        if min > 0 {
            return true;
        }
    }
    true
}

fn push(hir: &Hir, steps: &mut Vec<Step>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            if super::engine::has_replacement(&literal.0) {
                return None;
            }
            steps.push(Step::Text(literal.0.clone()));
        }
        HirKind::Class(class) => push_run(set(class)?, 1, Some(1), steps)?,
        HirKind::Repetition(repetition)
            if repetition.greedy
                && repetition.max.is_none()
                && let Some(escaped) = Escaped::of(&repetition.sub, repetition.min) =>
        {
            steps.push(Step::Escaped(Box::new(escaped)));
        }
        HirKind::Repetition(repetition) if repetition.greedy => {
            let set = match repetition.sub.kind() {
                HirKind::Class(class) => set(class)?,
                HirKind::Literal(literal) => match *literal.0 {
                    [byte @ 0..0x80] => {
                        let mut set = [false; 256];
                        set[usize::from(byte)] = true;
                        set
                    }
                    _ => return None,
                },
                _ => return None,
            };
            push_run(set, repetition.min, repetition.max, steps)?;
        }
        HirKind::Capture(capture) => {
            let number = capture.index as usize;
            steps.push(Step::Group(number, false));
            push(&capture.sub, steps)?;
            steps.push(Step::Group(number, true));
        }
        HirKind::Concat(parts) => {
            for part in parts {
                push(part, steps)?;
            }
        }
        HirKind::Look(Look::Start) => steps.push(Step::Start),
        HirKind::Look(Look::End) => steps.push(Step::End),
        HirKind::Look(_) | HirKind::Repetition(_) | HirKind::Alternation(_) => return None,
    }
    Some(())
}

/// Adds a run, if it can be counted byte by byte.
fn push_run(set: [bool; 256], min: u32, max: Option<u32>, steps: &mut Vec<Step>) -> Option<()> {
    let min = min as usize;
    let max = max.map_or(usize::MAX, |max| max as usize);
    // Characters of several bytes cannot, unless there is nothing to count.
    let is_counted = min > 1 || max != usize::MAX;
    if (set[0x80] && is_counted) || (max != usize::MAX && max > RUN_MAX) || min > RUN_MAX {
        return None;
    }
    steps.push(Step::Run(Box::new(Run { set, min, max })));
    Some(())
}

/// A class as a set of bytes: all beyond ASCII or none.
pub(super) fn set(class: &Class) -> Option<[bool; 256]> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let mut set = [false; 256];
    for range in class.ranges() {
        let (start, end) = (range.start() as usize, range.end() as usize);
        if start < 0x80 {
            set[start..=end.min(0x7f)].fill(true);
        }
        if end >= 0x80 {
            if start > 0x80 || range.end() != char::MAX {
                return None;
            }
            set[0x80..].fill(true);
        }
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use super::super::{Cache, Captures, Regex, Template};
    use bumpalo::Bump;
    use ottl_vm::function::Changed;

    /// The matches of a pattern with all their groups, by steps or by the automaton.
    fn matches(regex: &Regex, text: &[u8]) -> Vec<Vec<Option<std::ops::Range<usize>>>> {
        let mut cache = Cache::new();
        let mut captures = Captures::new();
        let mut found = Vec::new();
        let mut matches = regex.matches(&mut cache, text);
        while matches.next(&mut captures) {
            found.push(
                (0..=regex.capture_count())
                    .map(|n| captures.get(n))
                    .collect(),
            );
        }
        found
    }

    #[test]
    fn steps_agree_with_the_automaton() {
        let patterns = [
            "token=[0-9a-f]+",
            "/[0-9]+",
            "user=(\\w+) ",
            "[a-z]+@[a-z]+\\.com",
            "[^&]+&",
            "(\\d{1,3})\\.(\\d{1,3})",
            "^a+b",
            "a+b$",
            "k=([^;]*);",
            "a[a-z]+1",
            "x?y*z",
            "[^a]",
            "é+",
            "é[^é]*",
            "\"((?:[^\"\\\\]|\\\\.)*)\"",
            "^(\\S+) \"((?:\\\\.|[^\"\\\\])+)\" ([^x]*)$",
            "k(?:\\\\[a-z]|[0-9])*;",
        ];
        let texts: [&[u8]; 20] = [
            b"\"\" \"a\\\"b\" \"\\\\\" \"c\\\n\" \"d\\",
            b"a \"b\\\"c\" d",
            b"a \"\" d",
            b"a \"\\\xff\\\xc3\xa9\xff\\\xe2\x82\" \xff",
            b"a \"\\\" d",
            b"k12\\a3;k\\A;k\\\\;k;k\\",
            b"",
            b"token=12af&token=zz token=0",
            b"/1/22/x/333",
            b"user=ann user=bob  user= user=c",
            b"joe@site.com, a@b.org, aa@b@c.com",
            b"a=1&&b=2&\xff\xfe&c",
            b"10.1.2.345 1.22",
            b"aab aab",
            b"aaaaaaaab",
            b"k=;k=a;k=\xc3\xa9\xff;k=",
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            b"z xz yyz xyyyz",
            b"\xc3\xa9\xc3\xa9 \xc3 \xa9\xc3\xa9a",
            b"\xff\xc3\xa9\xe2\x82",
        ];
        for pattern in patterns {
            let regex = Regex::new(pattern).expect("a pattern");
            let automaton = Regex::new(pattern).expect("a pattern").without_steps();
            for text in texts {
                assert_eq!(
                    matches(&regex, text),
                    matches(&automaton, text),
                    "{pattern} on {text:?}"
                );
            }
        }
    }

    /// Texts of pieces that the patterns are made of, and others.
    fn made_texts() -> impl Iterator<Item = Vec<u8>> {
        const PIECES: [&[u8]; 12] = [
            b"token=",
            b"toke",
            b"=",
            b"/",
            b"k",
            b"7",
            b"0af3",
            b"zz ",
            b"\xc3\xa9",
            b"\xff",
            b"https://example.com/path",
            b"kkkkkkkkkkkkkkkk",
        ];
        let mut state = 1u64;
        let mut next = move |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        (0..2000).map(move |_| {
            let count = next(16);
            (0..count)
                .flat_map(|_| PIECES[next(PIECES.len())])
                .copied()
                .collect()
        })
    }

    #[test]
    fn replacing_agrees_with_the_automaton() {
        let patterns = [
            "token=[0-9a-f]+",
            "token=[0-9a-f]*",
            "token=[0-9]{2,3}",
            "/[0-9]+",
            "/[0-9]{2,}",
            "/[^/]+",
            "k[^k]+",
            "example.com/[a-z]{3}",
            "https://example[.]com/path[0-9]",
            "k[a-z=/]{9,}",
            "é[0-9]+",
            "[0-9]+ ",
        ];
        let arena = Bump::new();
        for pattern in patterns {
            let regex = Regex::new(pattern).expect("a pattern");
            let automaton = Regex::new(pattern).expect("a pattern").without_steps();
            for text in made_texts() {
                assert_eq!(matches(&regex, &text), matches(&automaton, &text));
                for replacement in ["", "x", "token=0/1é", &"long ".repeat(9)] {
                    let mut expected = Vec::new();
                    let template = Template::new(replacement);
                    let mut cache = Cache::new();
                    let found = automaton.replace_all(&mut cache, &text, &template, &mut expected);
                    let expected = found
                        .expect("short")
                        .then(|| [&b"head"[..], &expected].concat());
                    let replaced =
                        regex.replaced_by_steps(&text, replacement.as_bytes(), b"head", &arena);
                    let replaced = match replaced {
                        Changed::Untold => continue,
                        Changed::Not => None,
                        Changed::To(replaced) => Some(&*replaced),
                    };
                    assert_eq!(replaced, expected.as_deref(), "{pattern} on {text:?}");
                }
            }
        }
    }

    #[test]
    fn matches_are_found_wherever_they_are() {
        let patterns = [
            "/[0-9]+",
            "/[0-9]*",
            "/[0-9]{3,5}",
            "token=[0-9a-f]+",
            "k[^a-j/]{2,}",
        ];
        for pattern in patterns {
            let regex = Regex::new(pattern).expect("a pattern");
            let automaton = Regex::new(pattern).expect("a pattern").without_steps();
            for fill in [&b"x"[..], b"/", b"/1", b"k", b"\xff"] {
                for length in [
                    0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 80, 127, 150,
                ] {
                    for at in (0..length).step_by(3) {
                        for run in [0, 1, 2, 4, 5, 16, 31, 32, 33, 70] {
                            let mut text: Vec<u8> =
                                fill.iter().copied().cycle().take(length).collect();
                            let found = [b"token=", &b"7".repeat(run)[..], b"/123"].concat();
                            text.splice(at..at, found);
                            assert_eq!(
                                matches(&regex, &text),
                                matches(&automaton, &text),
                                "{pattern} on {text:?}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn simple_patterns_have_steps_and_others_do_not() {
        for pattern in [
            "token=[0-9a-f]+",
            "/[0-9]+",
            "a(b+)c",
            "^x=[^;]*;$",
            "[a-z]{2,5}9",
            "\"((?:[^\"\\\\]|\\\\.)*)\"",
        ] {
            let has = Regex::new(pattern).expect("a pattern").has_steps();
            assert!(has, "{pattern}");
        }
        for pattern in [
            "a*",
            "[a-z]+a",
            "(?i)key=\\d",
            "ab|cd",
            "a+?b",
            "\\bx\\d",
            "(ab)+c",
            "(?:[^\"\\\\]|\\\\.)+\"",
            "k(?:[a-z]|\\\\.)*\\\\",
        ] {
            let has = Regex::new(pattern).expect("a pattern").has_steps();
            assert!(!has, "{pattern}");
        }
    }
}
