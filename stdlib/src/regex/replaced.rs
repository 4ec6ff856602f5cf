//! A text with its matches replaced, made in one go.

use super::steps::GaveUp;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use ottl_vm::function::Changed;
use std::ops::Range;

/// How many replacements may be longer than what they replace, by all of their length, for a text to be made in one go.
const GROWING_MAX: usize = 4;

/// The text with each match replaced that `find` finds from a place on, of which none is empty, behind a copy of `head`
/// in the arena. Not told if the text gets much longer by that.
#[inline(always)]
pub(super) fn replace_all<'a>(
    text: &[u8],
    replacement: &[u8],
    head: &[u8],
    arena: &'a Bump,
    mut find: impl FnMut(usize) -> Result<Option<Range<usize>>, GaveUp>,
) -> Changed<'a> {
    let mut found = match find(0) {
        Ok(Some(found)) => found,
        Ok(None) => return Changed::Not,
        Err(GaveUp) => return Changed::Untold,
    };
    let capacity = head.len() + text.len() + GROWING_MAX * replacement.len();
    let mut out = ArenaVec::with_capacity_in(capacity, arena);
    out.extend_from_slice_copy(head);
    let mut copied = 0;
    loop {
        let kept = &text[copied..found.start];
        let rest = &text[found.end..];
        if out.len() + kept.len() + replacement.len() + rest.len() > capacity {
            return Changed::Untold;
        }
        out.extend_from_slice_copy(kept);
        out.extend_from_slice_copy(replacement);
        copied = found.end;
        match find(copied) {
            Ok(Some(next)) => found = next,
            Ok(None) => {
                out.extend_from_slice_copy(rest);
                return Changed::To(out.into_bump_slice_mut());
            }
            Err(GaveUp) => return Changed::Untold,
        }
    }
}
