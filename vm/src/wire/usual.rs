//! Fields and attributes of the usual form are told by a few comparisons, in windows of the request that reach beyond the
//! message: whether the last ends within the message is asked in the end.

use super::any::VALUE_TAG;
use super::short::{Short, Window, attribute_head};

/// A place in the request, at which there is a window if it is before an end and not near the end of the request.
///
/// Invariant: behind each place before `limit` there is all of a window.
#[derive(Clone, Copy)]
pub(crate) struct Windows<'a> {
    request: &'a [u8],
    at: usize,
    limit: usize,
}

impl<'a> Windows<'a> {
    /// At `at`, for what ends at `end`.
    #[inline(always)]
    pub(crate) fn new(request: &'a [u8], at: usize, end: usize) -> Windows<'a> {
        let windows = (request.len() + 1).saturating_sub(size_of::<Window>());
        Windows {
            request,
            at,
            limit: end.min(windows),
        }
    }

    #[inline(always)]
    pub(crate) fn first(self) -> Option<&'a Window> {
        if self.at >= self.limit {
            return None;
        }
        // SAFETY: `at` is before `limit`, so by the type's invariant there is all of a window, which lives as long as the
        // request. A checked slice takes 8 % more instructions in a walk over a span.
        Some(unsafe { &*self.request.as_ptr().add(self.at).cast() })
    }

    #[inline(always)]
    pub(crate) fn position(self) -> usize {
        self.at
    }

    /// What comes after so many bytes of the first window.
    #[inline(always)]
    pub(crate) fn after(self, length: usize) -> Windows<'a> {
        Windows {
            at: self.at + length,
            ..self
        }
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

/// Where the payload of the field at `at` begins and ends, if it has this tag and a length of a byte or two.
#[inline(always)]
pub(crate) fn message_at(bytes: &[u8], at: usize, tag: u8) -> Option<(usize, usize)> {
    let [first, low, rest @ ..] = bytes.get(at..)? else {
        return None;
    };
    let (start, length) = match rest {
        _ if *low < 0x80 => (at + 2, usize::from(*low)),
        [high @ 0..0x80, ..] => (at + 3, usize::from(low & 0x7f) | usize::from(*high) << 7),
        _ => return None,
    };
    let end = start + length;
    (*first == tag && end <= bytes.len()).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_what_a_checked_slice_would_be() {
        let request: Vec<u8> = (0..1000u32).map(|at| (at * 7) as u8).collect();
        for length in (0..request.len()).step_by(13) {
            let request = &request[..length];
            for (at, end) in (0..=length).flat_map(|at| [at, at + 1, length].map(|end| (at, end))) {
                let checked = request.get(at..at + size_of::<Window>());
                let checked = checked.filter(|_| at < end);
                let window = Windows::new(request, at, end).first();
                assert_eq!(
                    window.map(<[u8; _]>::as_slice),
                    checked,
                    "{at} {end} {length}"
                );
            }
        }
    }
}
