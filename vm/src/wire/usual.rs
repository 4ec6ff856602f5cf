//! Fields and attributes of the usual form are told by a few comparisons, in windows of the request that reach beyond the
//! message: whether the last ends within the message is asked in the end.

use super::any::VALUE_TAG;
use super::cursor::short_varint_len;
use super::short::{Short, Window, attribute_head};
use super::validate::is_plain_chunk;

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

/// A place in the request from which a walk steps over short fields, each with a length of a byte.
///
/// A field's length says where the next one begins, and with it its length, so that such a walk waits for one length after the
/// other. The next one is read in the window at hand, by the length at hand: to read it where the next field begins, once that
/// is reckoned, takes a processor half as long again.
///
/// Invariant: `second` is the second byte of the window here, if there is one.
#[derive(Clone, Copy)]
pub(crate) struct Ahead<'a> {
    windows: Windows<'a>,
    second: usize,
}

impl<'a> Ahead<'a> {
    #[inline(always)]
    pub(crate) fn new(windows: Windows<'a>) -> Ahead<'a> {
        // Together with the first byte: compilers would put off reading the next ones if all were read alike.
        let head = windows.first().and_then(|window| window.first_chunk());
        let second = head.map_or(0, |head| usize::from(u16::from_le_bytes(*head) >> 8));
        Ahead { windows, second }
    }

    /// The window here, and its second byte.
    #[inline(always)]
    pub(crate) fn first(self) -> Option<(&'a Window, usize)> {
        Some((self.windows.first()?, self.second))
    }

    #[inline(always)]
    pub(crate) fn windows(self) -> Windows<'a> {
        self.windows
    }

    /// What comes after a field whose length is the second byte.
    #[inline(always)]
    pub(crate) fn after_short(self) -> Ahead<'a> {
        let next = self.windows.first().map(|window| window[3 + self.second]);
        Ahead {
            windows: self.windows.after(2 + self.second),
            second: usize::from(next.unwrap_or_default()),
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
    let mut ahead = Ahead::new(Windows::new(request, at, end));
    let mut last = ahead;
    while let Some((window, length)) = ahead.first()
        && let Some(short) = Short::read::<VALUE_FIRST>(window, length, head)
        && short.is_plain::<VALUE_FIRST>(window)
    {
        last = ahead;
        ahead = ahead.after_short();
    }
    // An attribute that goes beyond the end is not stepped over.
    match ahead.windows().position() > end {
        true => last.windows().position(),
        false => ahead.windows().position(),
    }
}

/// What a field of a message is, of those that profiles have many of.
#[derive(Clone, Copy)]
enum Scalar {
    Varint,
    /// A packed chunk of varints.
    Varints,
    /// A packed chunk of numbers of eight bytes.
    Fixed64s,
    /// A message, which may stand more than once.
    Line,
    Other,
}

/// A message of scalars.
pub(crate) type Flat = u8;
pub(crate) const SAMPLE: Flat = 0;
pub(crate) const FUNCTION: Flat = 1;
pub(crate) const STACK: Flat = 2;
pub(crate) const LOCATION: Flat = 3;
pub(crate) const MAPPING: Flat = 4;
const LINE: Flat = 5;

/// What the field with a tag is.
#[inline(always)]
fn scalar(message: Flat, tag: u8) -> Scalar {
    match (message, tag) {
        (SAMPLE | LINE, 0x08 | 0x18)
        | (LINE, 0x10)
        | (FUNCTION | MAPPING, 0x08 | 0x10 | 0x18 | 0x20)
        | (LOCATION, 0x08 | 0x10) => Scalar::Varint,
        (SAMPLE, 0x12 | 0x22) | (STACK, 0x0a) | (LOCATION, 0x22) | (MAPPING, 0x2a) => {
            Scalar::Varints
        }
        (SAMPLE, 0x2a) => Scalar::Fixed64s,
        (LOCATION, 0x1a) => Scalar::Line,
        _ => Scalar::Other,
    }
}

/// Steps over messages of a kind at `at`, one after the other, whose lengths take a byte and whose fields have the usual
/// form: valid and canonical. Where the first other field begins.
#[inline(never)]
pub(crate) fn plain_messages<const FLAT: Flat>(request: &[u8], at: usize, end: usize) -> usize {
    let tag = request.get(at).copied();
    let mut windows = Windows::new(request, at, end);
    let mut last = windows;
    while let Some(window) = windows.first()
        && Some(window[0]) == tag
        && window[1] < 0x80
        && is_plain_message::<FLAT>(window, 2, usize::from(window[1]))
    {
        last = windows;
        windows = windows.after(2 + usize::from(window[1]));
    }
    // A message that goes beyond the end is not stepped over.
    match windows.position() > end {
        true => last.position(),
        false => windows.position(),
    }
}

/// Whether so many bytes of a window, fewer than 128, are a message of a kind whose fields have the usual form.
#[inline(always)]
fn is_plain_message<const FLAT: Flat>(window: &Window, mut at: usize, length: usize) -> bool {
    let end = at + length;
    let (mut seen, mut again) = (0u32, 0);
    while at < end {
        let Some([tag, rest @ ..]) = window[at..].first_chunk::<9>() else {
            return false;
        };
        let length = usize::from(rest[0]);
        let chunk = || window.get(at + 2..at + 2 + length).unwrap_or_default();
        let mut field = 1 << (tag >> 3);
        let is_plain = match scalar(FLAT, *tag) {
            Scalar::Varint => {
                let Some(length) = short_varint_len(rest) else {
                    return false;
                };
                at += 1 + length;
                again |= seen & field;
                seen |= field;
                continue;
            }
            Scalar::Varints => is_plain_chunk::<0>(chunk()),
            Scalar::Fixed64s => is_plain_chunk::<1>(chunk()),
            Scalar::Line => {
                field = 0;
                at + 2 + length <= end && is_plain_line(window, at + 2, length)
            }
            Scalar::Other => false,
        };
        if length >= 0x80 || !is_plain {
            return false;
        }
        again |= seen & field;
        seen |= field;
        at += 2 + length;
    }
    at == end && again == 0
}

#[inline(never)]
fn is_plain_line(window: &Window, at: usize, length: usize) -> bool {
    is_plain_message::<LINE>(window, at, length)
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
    use crate::testing::Random;
    use crate::wire::WireType;
    use crate::wire::schema::{Label, MessageKind};
    use crate::wire::validate::{Canonical, validate_message};

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

    /// A field with a message of a few fields with these tags, mostly well made, and something behind it.
    fn message(random: &mut Random, tags: &[u8]) -> (Vec<u8>, usize) {
        let mut request = vec![0x12, 0];
        for _ in 0..random.below(6) {
            let tag = tags[random.below(tags.len() as u64) as usize];
            let length = match tag {
                0x2a => 8 * random.below(3),
                _ => random.below(7),
            };
            request.push(tag);
            if tag & 7 == 2 {
                request.push(length as u8 + u8::from(random.below(50) == 0));
            }
            for at in 0..length {
                let below = if random.below(4) == 0 { 256 } else { 128 };
                let byte = random.below(below) as u8;
                // What could be a line.
                let is_line = tag == 0x1a && random.below(3) > 0;
                request.push(match at {
                    _ if !is_line => byte,
                    _ if at % 2 == 0 => [0x08, 0x10, 0x18][at as usize / 2 % 3],
                    _ => byte & 0x7f,
                });
            }
            if tag & 7 == 0 {
                request.push(random.below(130) as u8);
            }
        }
        let end = request.len();
        request[1] = (end - 2) as u8;
        request.resize(end + size_of::<Window>(), 0x12);
        (request, end)
    }

    fn check<const FLAT: Flat>(kind: MessageKind) {
        let tags: Vec<u8> = kind
            .message()
            .fields
            .iter()
            .map(|field| {
                let is_packed = field.label == Label::Packed;
                let wire_type = match field.kind.wire_type() {
                    _ if is_packed => WireType::Bytes,
                    wire_type => wire_type,
                };
                (field.number << 3) as u8 | wire_type as u8
            })
            .chain([0x30])
            .collect();
        let mut random = Random(1);
        let mut plain = 0;
        for _ in 0..100_000 {
            let (request, end) = message(&mut random, &tags);
            let next = plain_messages::<FLAT>(&request, 0, end);
            plain += usize::from(next == end);
            let checked = validate_message(kind, &request, 2, end as u32);
            assert!(next == 0 || next == end && checked == Ok(Canonical::Yes));
        }
        assert!(plain > 1_000, "{kind:?}: {plain}");
    }

    #[test]
    fn messages_that_are_plain_are_valid_and_canonical() {
        check::<SAMPLE>(MessageKind::Sample);
        check::<FUNCTION>(MessageKind::Function);
        check::<STACK>(MessageKind::Stack);
        check::<LOCATION>(MessageKind::Location);
        check::<MAPPING>(MessageKind::Mapping);
        check::<LINE>(MessageKind::Line);
    }

    #[test]
    fn lengths_read_ahead_are_those_that_stand_there() {
        let request: Vec<u8> = (0..3000u32).map(|at| (at * at % 127) as u8).collect();
        for start in 0..200 {
            let mut ahead = Ahead::new(Windows::new(&request, start, request.len()));
            let mut at = start;
            while let Some((window, length)) = ahead.first() {
                assert_eq!(window[..], request[at..at + size_of::<Window>()]);
                assert_eq!(length, usize::from(request[at + 1]));
                at += 2 + length;
                ahead = ahead.after_short();
                assert_eq!(ahead.windows().position(), at);
            }
            assert!(at > request.len() - size_of::<Window>());
        }
    }
}
