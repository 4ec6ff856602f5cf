//! `validate`: accepts and refuses what the reference's decoder does; `scan`: looks at containers alone.
//!
//! Both are one walk, derived from the schema as one function a message. It announces the nodes of the
//! request to a [`Visitor`] in wire order and tells whether the request is canonical. Invariants: nothing
//! is allocated or written, no byte outside a message's own range is read for it, and recursion is bounded
//! by [`VALUE_DEPTH_MAX`] levels of values plus the constant depth of the schema.

use super::any;
use super::cursor::{Cursor, WireType};
use super::error::{WireError, WireErrorKind};
use super::schema::{MessageKind, Messages, Signal, messages};
use super::usual::{FUNCTION, LOCATION, MAPPING, SAMPLE, STACK, plain_attributes, plain_messages};
use crate::limits::{REQUEST_BYTES_MAX, VALUE_DEPTH_MAX};

/// Is told of every message that can be a node of a tree, and of their fields.
pub trait Visitor<'a> {
    /// A message of `kind` whose tag is at `at` and whose payload is `start..end`: bytes from the start
    /// of the request. Called in wire order, before the messages inside it. Whether the visitor has checked it, so that
    /// it is not to be looked into.
    fn enter(&mut self, kind: MessageKind, at: u32, start: u32, end: u32) -> bool;

    /// Messages of `kind` follow each other from `at` on, in what ends with `bytes`: of those that the visitor steps over,
    /// and has checked, it is not told by [`enter`](Visitor::enter). Where the first field begins that it has not.
    ///
    /// # Errors
    /// What is wrong with one of them.
    #[inline(always)]
    fn messages(
        &mut self,
        _kind: MessageKind,
        _bytes: &'a [u8],
        at: usize,
    ) -> Result<usize, WireError> {
        Ok(at)
    }
}

/// Isn't told of anything, at no cost.
impl Visitor<'_> for () {
    #[inline(always)]
    fn enter(&mut self, _: MessageKind, _: u32, _: u32, _: u32) -> bool {
        false
    }
}

/// Whether readers may take the first occurrence of a field for the only one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Canonical {
    /// In every message looked at: a singular field occurs at most once, a oneof is set at most once, a
    /// packed field is one chunk, tags are minimal, field numbers fit 31 bits and there are no groups.
    /// Lengths and numbers may still be overlong varints.
    Yes,
    /// Not so; [`normalize`](super::normalize::normalize) makes it so.
    No,
}

/// Checks a whole request, down to the last value.
///
/// # Errors
/// What the reference refuses, values deeper than [`VALUE_DEPTH_MAX`] and requests larger than
/// [`REQUEST_BYTES_MAX`].
pub fn validate<'a, V: Visitor<'a>>(
    signal: Signal,
    request: &'a [u8],
    visitor: &mut V,
) -> Result<Canonical, WireError> {
    walk(signal, request, visitor, Everything)
}

/// Walks by lengths to the nodes of a request, looking only into the messages of `open` (the request
/// itself always is). The answer covers those messages alone.
///
/// # Errors
/// What is wrong in the messages looked into; other messages may be broken inside.
pub fn scan<'a, V: Visitor<'a>>(
    signal: Signal,
    request: &'a [u8],
    open: Messages,
    visitor: &mut V,
) -> Result<Canonical, WireError> {
    walk(signal, request, visitor, open)
}

/// Checks fields of one message, which may be all of it, down to the last value: those at `at..end` of the request.
///
/// # Errors
/// What the reference refuses, and values deeper than [`VALUE_DEPTH_MAX`].
pub(crate) fn validate_message(
    kind: MessageKind,
    request: &[u8],
    at: u32,
    end: u32,
) -> Result<Canonical, WireError> {
    let mut walk = Walk {
        request,
        visitor: &mut (),
        opens: Everything,
        depth: 0,
        hazards: 0,
    };
    let fields = Cursor::over(request, at as usize, end as usize);
    walk_message(kind, &mut walk, fields)?;
    Ok(if walk.hazards == 0 {
        Canonical::Yes
    } else {
        Canonical::No
    })
}

/// Which messages are looked into.
trait Opens: Copy {
    fn opens(self, kind: MessageKind) -> bool;
}

#[derive(Clone, Copy)]
struct Everything;

impl Opens for Everything {
    #[inline(always)]
    fn opens(self, _: MessageKind) -> bool {
        true
    }
}

impl Opens for Messages {
    #[inline(always)]
    fn opens(self, kind: MessageKind) -> bool {
        self.contains(kind)
    }
}

/// What the functions of one walk share.
struct Walk<'v, 'a, V, O> {
    /// The whole request, of which all messages are parts.
    request: &'a [u8],
    visitor: &'v mut V,
    opens: O,
    /// Levels of values around the message being read.
    depth: u32,
    /// Not zero once something isn't canonical.
    hazards: u32,
}

fn walk<'a, V: Visitor<'a>, O: Opens>(
    signal: Signal,
    request: &'a [u8],
    visitor: &mut V,
    opens: O,
) -> Result<Canonical, WireError> {
    if request.len() > REQUEST_BYTES_MAX {
        return Err(WireError::new(WireErrorKind::TooLarge, REQUEST_BYTES_MAX));
    }
    let mut walk = Walk {
        request,
        visitor,
        opens,
        depth: 0,
        hazards: 0,
    };
    match signal {
        Signal::Traces => export_trace_service_request(&mut walk, request, 0),
        Signal::Metrics => export_metrics_service_request(&mut walk, request, 0),
        Signal::Logs => export_logs_service_request(&mut walk, request, 0),
        Signal::Profiles => export_profiles_service_request(&mut walk, request, 0),
    }?;
    Ok(if walk.hazards == 0 {
        Canonical::Yes
    } else {
        Canonical::No
    })
}

/// Field number and wire type bits of a tag of more than one byte, where it ends, and whether it is a hazard: takes
/// more bytes than it needs.
#[inline(never)]
fn long_tag(bytes: &[u8], at: usize) -> Result<(u32, u32, usize, bool), WireError> {
    let mut cursor = Cursor::over(bytes, at, bytes.len());
    let tag = cursor.varint()?;
    let next = cursor.position();
    let odd = !is_minimal_tag(tag, next - at);
    Ok(((tag >> 3) as u32, tag as u32 & 7, next, odd))
}

#[inline(always)]
fn is_minimal_tag(tag: u64, length: usize) -> bool {
    tag >> 35 == 0 && super::cursor::varint_len(tag) == length
}

/// A field that the schema doesn't know, or number 0. Returns whether it isn't canonical.
#[inline(never)]
fn unknown(
    bytes: &[u8],
    value_at: usize,
    at: usize,
    number: u32,
    wire_type: u32,
) -> Result<(usize, bool), WireError> {
    let mut cursor = Cursor::over(bytes, value_at, bytes.len());
    if number == 0 || number > i32::MAX as u32 {
        return Err(WireError::new(WireErrorKind::FieldNumber, at));
    }
    let Some(wire_type) = WireType::of(u64::from(wire_type)) else {
        return Err(WireError::new(WireErrorKind::WireType, at));
    };
    cursor.skip(wire_type)?;
    let group = matches!(wire_type, WireType::StartGroup | WireType::EndGroup);
    Ok((cursor.position(), group))
}

/// Checks the `KeyValue` that begins with its length; how many bytes both take.
#[inline(never)]
fn attribute<'a, V: Visitor<'a>, O: Opens>(
    walk: &mut Walk<'_, 'a, V, O>,
    bytes: &'a [u8],
    at: usize,
) -> Result<usize, WireError> {
    let mut cursor = Cursor::over(bytes, at, bytes.len());
    let inner = cursor.message()?;
    if !is_plain_attribute(inner.rest()) {
        key_value(walk, inner.cut(), inner.position())?;
    }
    Ok(cursor.position() - at)
}

/// Whether a `KeyValue` is one key and one scalar of the usual width: valid and canonical.
#[inline(always)]
pub(crate) fn is_plain_attribute(attribute: &[u8]) -> bool {
    any::key_and_value(attribute).is_some_and(|(_, value)| is_plain_value(value))
}

/// Whether an `AnyValue` is one scalar of the usual width: valid and canonical.
#[inline(always)]
pub(crate) fn is_plain_value(value: &[u8]) -> bool {
    match *value {
        [0x0a, length @ 0..0x80, ref text @ ..] => text.len() == usize::from(length),
        [0x0a, low, high, ref text @ ..] => {
            high < 0x80 && text.len() == usize::from(low & 0x7f) | usize::from(high) << 7
        }
        [0x10, bool] => bool < 0x80,
        [0x18, int] => int < 0x80,
        [0x18, ref rest @ .., last] => {
            last < 0x80 && rest.len() < 10 && rest.iter().all(|byte| *byte >= 0x80)
        }
        [0x21, ref double @ ..] => double.len() == 8,
        _ => false,
    }
}

/// Whether a packed chunk of fields of this wire type is surely whole: of varints, one in which none is long.
#[inline(always)]
pub(crate) fn is_plain_chunk<const WIRE: u32>(chunk: &[u8]) -> bool {
    match WIRE {
        0 if chunk.len() <= 9 => chunk.last().is_none_or(|last| *last < 0x80),
        0 => has_short_varints(chunk),
        1 => chunk.len().is_multiple_of(8),
        _ => false,
    }
}

/// Whether a varint ends in every four bytes and with the last, so that none can take more than ten.
fn has_short_varints(chunk: &[u8]) -> bool {
    const GOES_ON: u32 = 0x8080_8080;
    let goes_on = |four: &[u8; 4]| u32::from_le_bytes(*four) & GOES_ON == GOES_ON;
    // What is left behind them ends with the last byte.
    let (fours, _) = chunk.as_chunks();
    chunk.last().is_none_or(|last| *last < 0x80) && !fours.iter().any(goes_on)
}

fn wrong_wire_type(at: usize) -> WireError {
    WireError::new(WireErrorKind::WrongWireType, at)
}

#[inline(always)]
fn id(cursor: &mut Cursor<'_>, length: usize) -> Result<(), WireError> {
    let at = cursor.position();
    let id = cursor.bytes()?;
    if id.is_empty() || id.len() == length {
        return Ok(());
    }
    Err(WireError::new(WireErrorKind::IdLength, at))
}

/// The wire type of a kind, as bits.
macro_rules! wire_bits {
    (fixed64) => {
        1
    };
    (sfixed64) => {
        1
    };
    (double) => {
        1
    };
    (fixed32) => {
        5
    };
    (string) => {
        2
    };
    (bytes) => {
        2
    };
    (trace_id) => {
        2
    };
    (span_id) => {
        2
    };
    (profile_id) => {
        2
    };
    (($name:ident $function:ident)) => {
        2
    };
    ($varint:tt) => {
        0
    };
}

/// Checks one value and steps over it.
macro_rules! value {
    ($walk:ident $cursor:ident $at:ident fixed64) => {
        $cursor.fixed64()?
    };
    ($walk:ident $cursor:ident $at:ident sfixed64) => {
        $cursor.fixed64()?
    };
    ($walk:ident $cursor:ident $at:ident double) => {
        $cursor.fixed64()?
    };
    ($walk:ident $cursor:ident $at:ident fixed32) => {
        $cursor.fixed32()?
    };
    ($walk:ident $cursor:ident $at:ident string) => {
        $cursor.bytes()?
    };
    ($walk:ident $cursor:ident $at:ident bytes) => {
        $cursor.bytes()?
    };
    ($walk:ident $cursor:ident $at:ident trace_id) => {
        id(&mut $cursor, 16)?
    };
    ($walk:ident $cursor:ident $at:ident span_id) => {
        id(&mut $cursor, 8)?
    };
    ($walk:ident $cursor:ident $at:ident profile_id) => {
        id(&mut $cursor, 16)?
    };
    ($walk:ident $cursor:ident $at:ident (KeyValue key_value)) => {{
        if $walk.opens.opens(MessageKind::KeyValue) {
            let next = plain_attributes($walk.request, $at, $cursor.end());
            if next > $at {
                $cursor = $cursor.moved_to(next);
            } else {
                let length = attribute($walk, $cursor.cut(), $cursor.position())?;
                $cursor.step(length);
            }
        } else {
            $cursor.bytes()?;
        }
    }};
    ($walk:ident $cursor:ident $at:ident (Sample sample)) => {
        flat!($walk $cursor $at SAMPLE Sample sample)
    };
    ($walk:ident $cursor:ident $at:ident (Function function)) => {
        flat!($walk $cursor $at FUNCTION Function function)
    };
    ($walk:ident $cursor:ident $at:ident (Stack stack)) => {
        flat!($walk $cursor $at STACK Stack stack)
    };
    ($walk:ident $cursor:ident $at:ident (Location location)) => {
        flat!($walk $cursor $at LOCATION Location location)
    };
    ($walk:ident $cursor:ident $at:ident (Mapping mapping)) => {
        flat!($walk $cursor $at MAPPING Mapping mapping)
    };
    ($walk:ident $cursor:ident $at:ident ($name:ident $function:ident)) => {{
        let mut next = $at;
        if const { MessageKind::$name.is_node() } {
            let visitor = &mut $walk.visitor;
            next = visitor.messages(MessageKind::$name, $cursor.cut(), $at)?;
        }
        if next > $at {
            $cursor = $cursor.moved_to(next);
        } else {
            let inner = $cursor.message()?;
            let is_checked = const { MessageKind::$name.is_node() }
                && $walk.visitor.enter(
                    MessageKind::$name,
                    $at as u32,
                    inner.position() as u32,
                    inner.end() as u32,
                );
            if !is_checked && $walk.opens.opens(MessageKind::$name) {
                $function($walk, inner.cut(), inner.position())?;
            }
        }
    }};
    ($walk:ident $cursor:ident $at:ident $varint:tt) => {
        $cursor.varint()?
    };
}

/// Checks messages of scalars, of which there are many, and steps over them: those of the usual form together.
macro_rules! flat {
    ($walk:ident $cursor:ident $at:ident $flat:ident $name:ident $function:ident) => {{
        if $walk.opens.opens(MessageKind::$name) {
            let next = plain_messages::<$flat>($walk.request, $at, $cursor.end());
            if next > $at {
                $cursor = $cursor.moved_to(next);
            } else {
                let inner = $cursor.message()?;
                $function($walk, inner.cut(), inner.position())?;
            }
        } else {
            $cursor.bytes()?;
        }
    }};
}

/// The bit that marks a field as seen; 0 for fields that may occur again.
macro_rules! seen_bit {
    (one $number:literal) => {
        1u32 << ($number & 31)
    };
    (optional $number:literal) => {
        1u32 << ($number & 31)
    };
    (packed $number:literal) => {
        1u32 << ($number & 31)
    };
    // All fields of a oneof share the bit of number 0, which no field has.
    (oneof $number:literal) => {
        1u32
    };
    (many $number:literal) => {
        0u32
    };
    (hidden $number:literal) => {
        0u32
    };
}

/// One field whose tag at `$at` is read.
macro_rules! field {
    ($walk:ident $cursor:ident $at:ident $wire:ident $again:ident packed $kind:tt) => {{
        if $wire == 2 {
            let mut $cursor = $cursor.message()?;
            if !is_plain_chunk::<{ wire_bits!($kind) }>($cursor.rest()) {
                while !$cursor.is_at_end() {
                    value!($walk $cursor $at $kind);
                }
            }
        } else if $wire == wire_bits!($kind) {
            value!($walk $cursor $at $kind);
            $again |= 1;
        } else {
            return Err(wrong_wire_type($at));
        }
    }};
    ($walk:ident $cursor:ident $at:ident $wire:ident $again:ident hidden ($name:ident $function:ident)) => {{
        if $wire != 2 {
            return Err(wrong_wire_type($at));
        }
        let inner = $cursor.message()?;
        if $walk.opens.opens(MessageKind::$name) {
            let mut unseen = Walk { request: $walk.request, visitor: &mut (), opens: $walk.opens, depth: 0, hazards: 0 };
            $function(&mut unseen, inner.cut(), inner.position())?;
            $again |= unseen.hazards;
        }
    }};
    ($walk:ident $cursor:ident $at:ident $wire:ident $again:ident $label:ident $kind:tt) => {{
        if $wire != wire_bits!($kind) {
            return Err(wrong_wire_type($at));
        }
        value!($walk $cursor $at $kind);
    }};
}

/// Around a message that can be inside itself.
macro_rules! nested {
    (nest $walk:ident $start:ident $body:expr) => {{
        $walk.depth += 1;
        let done = if $walk.depth > VALUE_DEPTH_MAX {
            Err(WireError::new(WireErrorKind::TooDeep, $start))
        } else {
            $body
        };
        $walk.depth -= 1;
        done
    }};
    ($role:ident $walk:ident $start:ident $body:expr) => {
        $body
    };
}

macro_rules! walkers {
    ($($name:ident $function:ident $role:ident {
        $($number:literal $field:ident $json:literal $label:ident $kind:tt;)*
    })*) => {$(
        /// The message that ends with `bytes` and begins at `start`; passed so, both stay in registers.
        fn $function<'a, V: Visitor<'a>, O: Opens>(
            walk: &mut Walk<'_, 'a, V, O>,
            bytes: &'a [u8],
            start: usize,
        ) -> Result<(), WireError> {
            #[inline(always)]
            fn fields<'a, V: Visitor<'a>, O: Opens>(
                walk: &mut Walk<'_, 'a, V, O>,
                bytes: &'a [u8],
                start: usize,
            ) -> Result<(), WireError> {
                let mut cursor = Cursor::over(bytes, start, bytes.len());
                let (mut seen, mut again) = (0u32, 0u32);
                while let Some(byte) = cursor.peek() {
                    let at = cursor.position();
                    // One byte is what nearly all tags take; then nothing can be wrong with its width.
                    let (number, wire) = if byte < 0x80 {
                        cursor.step(1);
                        (u32::from(byte >> 3), u32::from(byte & 7))
                    } else {
                        let (number, wire, next, odd) = long_tag(cursor.cut(), at)?;
                        cursor = cursor.moved_to(next);
                        again |= u32::from(odd);
                        (number, wire)
                    };
                    match number {
                        $($number => {
                            again |= seen & seen_bit!($label $number);
                            seen |= seen_bit!($label $number);
                            field!(walk cursor at wire again $label $kind);
                        })*
                        _ => {
                            let value_at = cursor.position();
                            let (next, group) = unknown(cursor.cut(), value_at, at, number, wire)?;
                            cursor = cursor.moved_to(next);
                            again |= u32::from(group);
                        }
                    }
                }
                walk.hazards |= again;
                Ok(())
            }
            nested!($role walk start fields(walk, bytes, start)).map_err(|error| error.within(MessageKind::$name))
        }
    )*

        fn walk_message<'a>(
            kind: MessageKind,
            walk: &mut Walk<'_, 'a, (), Everything>,
            cursor: Cursor<'a>,
        ) -> Result<(), WireError> {
            match kind {
                $(MessageKind::$name => $function(walk, cursor.cut(), cursor.position()),)*
            }
        }
    };
}
messages!(walkers);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    fn is_whole(chunk: &[u8]) -> bool {
        let mut cursor = Cursor::new(chunk);
        while !cursor.is_at_end() {
            if cursor.varint().is_err() {
                return false;
            }
        }
        true
    }

    #[test]
    fn chunks_that_are_plain_are_whole() {
        let mut random = Random(1);
        let mut plain = 0;
        for _ in 0..200_000 {
            let chances = 1 + random.below(12);
            let mut chunk = vec![0; random.below(40) as usize];
            for byte in &mut chunk {
                let goes_on = random.below(chances) > 0;
                *byte = random.below(128) as u8 | if goes_on { 0x80 } else { 0 };
            }
            let is_plain = is_plain_chunk::<0>(&chunk);
            plain += usize::from(is_plain);
            assert!(!is_plain || is_whole(&chunk), "{chunk:x?}");
            // What has varints of no more than three bytes is.
            let is_short = !chunk.windows(3).any(|w| w.iter().all(|byte| *byte >= 0x80));
            assert!(is_plain || !is_short || !is_whole(&chunk), "{chunk:x?}");
        }
        assert!(plain > 10_000, "{plain}");
    }
}
