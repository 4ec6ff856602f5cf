//! A text with its matches replaced, made in one go.

use super::steps::GaveUp;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use ottl_vm::function::Changed;
use std::ops::Range;

/// How many replacements may be longer than what they replace, by all of their length, for a text to be made in one go.
const GROWING_MAX: usize = 4;

/// Length of a word, in bytes.
const WORD: usize = 8;

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
    let length_max = head.len() + text.len() + GROWING_MAX * replacement.len();
    let mut out = ArenaVec::with_capacity_in(length_max + WORD, arena);
    out.extend_from_slice_copy(head);
    // What is ahead of the first match stands where it has to by that.
    out.extend_from_slice_copy(text);
    out.truncate(head.len() + found.start);
    loop {
        let copied = found.end;
        if out.len() + replacement.len() + text.len() - copied > length_max {
            return Changed::Untold;
        }
        out.extend_from_slice_copy(replacement);
        match find(copied) {
            Ok(Some(next)) => {
                out.extend_from_slice_copy(&text[copied..next.start]);
                found = next;
            }
            Ok(None) => {
                push_rest(&mut out, text, copied);
                return Changed::To(out.into_bump_slice_mut());
            }
            Err(GaveUp) => return Changed::Untold,
        }
    }
}

/// Appends what a text ends with, from a place on: mostly a few bytes, which are copied as a word.
#[inline(always)]
fn push_rest(out: &mut ArenaVec<'_, u8>, text: &[u8], from: usize) {
    let rest = &text[from..];
    match text.last_chunk::<WORD>() {
        Some(last) if rest.len() <= WORD => {
            let end = out.len() + rest.len();
            let others = 8 * (WORD - rest.len()) as u32;
            // If nothing is left, neither is anything of the word.
            let word = u64::from_le_bytes(*last).wrapping_shr(others);
            out.extend_from_slice_copy(&word.to_le_bytes());
            out.truncate(end);
        }
        _ => out.extend_from_slice_copy(rest),
    }
}
