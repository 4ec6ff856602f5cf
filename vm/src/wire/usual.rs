//! Fields and attributes of the usual form are told by a few comparisons, in windows of the request that reach beyond the
//! message: whether the last ends within the message is asked in the end.

use super::any::VALUE_TAG;
use super::short::{Short, Window, attribute_head};

/// The request from a place on, cut so that there is a window at each place before `end` and at none behind it, but near
/// the end of the request.
#[derive(Clone, Copy)]
pub(crate) struct Windows<'a> {
    rest: &'a [u8],
    cut: usize,
}

impl<'a> Windows<'a> {
    /// From `at` on, for what ends at `end`.
    #[inline(always)]
    pub(crate) fn new(request: &'a [u8], at: usize, end: usize) -> Windows<'a> {
        let cut = (end + size_of::<Window>() - 1).min(request.len());
        let rest = request.get(at..cut).unwrap_or_default();
        Windows { rest, cut }
    }

    #[inline(always)]
    pub(crate) fn first(self) -> Option<&'a Window> {
        self.rest.first_chunk()
    }

    #[inline(always)]
    pub(crate) fn position(self) -> usize {
        self.cut - self.rest.len()
    }

    /// What comes after so many bytes of the first window.
    #[inline(always)]
    pub(crate) fn after(self, length: usize) -> Windows<'a> {
        Windows {
            rest: &self.rest[length..],
            ..self
        }
    }

    /// What comes after so many bytes, if there are as many.
    #[inline(always)]
    pub(crate) fn far_after(self, length: usize) -> Option<Windows<'a>> {
        let rest = self.rest.get(length..)?;
        Some(Windows { rest, ..self })
    }
}

/// Steps over the attributes at `at`, one after the other, that are one key and one scalar value with short lengths:
/// valid and canonical. Where the first other field begins.
#[inline(never)]
pub(super) fn plain_attributes(request: &[u8], mut at: usize, end: usize) -> usize {
    let tag = request.get(at).copied();
    while let Some(&[first, _, inner, ..]) = request.get(at..).and_then(<[u8]>::first_chunk::<3>)
        && Some(first) == tag
    {
        let next = match inner {
            VALUE_TAG => in_order::<true>(request, at, end, first),
            _ => in_order::<false>(request, at, end, first),
        };
        if next == at {
            break;
        }
        at = next;
    }
    at
}

/// The same of those that begin with their value, or of those that begin with their key.
#[inline(always)]
fn in_order<const VALUE_FIRST: bool>(request: &[u8], at: usize, end: usize, tag: u8) -> usize {
    let head = attribute_head::<VALUE_FIRST>(tag);
    let mut windows = Windows::new(request, at, end);
    let mut last = windows;
    while let Some(window) = windows.first()
        && let Some(short) = Short::read::<VALUE_FIRST>(window, head)
        && short.is_plain::<VALUE_FIRST>(window)
    {
        last = windows;
        windows = windows.after(short.length as usize);
    }
    // An attribute that goes beyond the end is not stepped over.
    match windows.position() > end {
        true => last.position(),
        false => windows.position(),
    }
}
