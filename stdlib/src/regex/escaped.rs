//! Texts with escapes between quotes, as `"((?:[^"\\]|\\.)*)"` has them.

use super::steps::{count, set};
use regex_syntax::hir::{Hir, HirKind};

/// Any number of bytes of a set and of pairs, which are an escaping byte, not of the set, and what it may escape:
/// `(?:[^"\\]|\\.)*`. As after a run, nothing that follows begins with what it could have taken.
#[derive(Debug)]
pub(super) struct Escaped {
    set: [bool; 256],
    escape: u8,
    escaped: [bool; 256],
    min: usize,
}

impl Escaped {
    /// What is repeated so often at least, if it is such bytes and pairs.
    pub(super) fn of(repeated: &Hir, min: u32) -> Option<Escaped> {
        let HirKind::Alternation(alternatives) = repeated.kind() else {
            return None;
        };
        let (class, pair) = match alternatives.as_slice() {
            [a, b] if matches!(a.kind(), HirKind::Class(_)) => (a, b),
            [a, b] => (b, a),
            _ => return None,
        };
        let (HirKind::Class(class), HirKind::Concat(pair)) = (class.kind(), pair.kind()) else {
            return None;
        };
        let [first, second] = pair.as_slice() else {
            return None;
        };
        let (HirKind::Literal(first), HirKind::Class(second)) = (first.kind(), second.kind())
        else {
            return None;
        };
        let (set, escaped) = (set(class)?, set(second)?);
        let [escape @ 0..0x80] = *first.0 else {
            return None;
        };
        // Of an escaped character of several bytes, those behind the first are taken as others.
        let is_by_bytes = set[0x80] || !escaped[0x80];
        (min <= 1 && is_by_bytes && !set[usize::from(escape)]).then_some(Escaped {
            set,
            escape,
            escaped,
            min: min as usize,
        })
    }

    /// How many bytes it takes of what the text begins with, if they suffice.
    pub(super) fn len(&self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = &text[at..];
            at += count(&self.set, rest);
            match text[at..] {
                [escape, next, ..] if escape == self.escape && self.escaped[usize::from(next)] => {
                    at += 2;
                }
                _ => return (at >= self.min).then_some(at),
            }
        }
    }

    /// How many bytes it takes of the text at least.
    pub(super) fn len_min(&self) -> usize {
        self.min
    }

    /// What it can begin with.
    pub(super) fn first(&self) -> [bool; 256] {
        let mut first = self.set;
        first[usize::from(self.escape)] = true;
        first
    }
}
