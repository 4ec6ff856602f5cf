//! Go's time layouts: the reference time as a pattern, such as `2006-01-02T15:04:05Z07:00`, cut into
//! its elements once.

use std::ops::Range;

/// A layout, ready to format and to parse.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(super) text: Box<[u8]>,
    pub(super) steps: Box<[Step]>,
    /// Where the literal text after the last element begins.
    pub(super) tail: usize,
}

/// An element with the literal text before it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) literal: Range<usize>,
    pub(super) span: Range<usize>,
    pub(super) element: Element,
}

/// What a layout can ask for. Each variant's doc shows its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// `January`
    LongMonth,
    /// `Jan`
    ShortMonth,
    /// `1`
    Month,
    /// `01`
    ZeroMonth,
    /// `Monday`
    LongWeekday,
    /// `Mon`
    ShortWeekday,
    /// `2`
    Day,
    /// `_2`
    SpaceDay,
    /// `02`
    ZeroDay,
    /// `__2`
    SpaceYearDay,
    /// `002`
    ZeroYearDay,
    /// `15`
    Hour,
    /// `3`
    Hour12,
    /// `03`
    ZeroHour12,
    /// `4`
    Minute,
    /// `04`
    ZeroMinute,
    /// `5`
    Second,
    /// `05`
    ZeroSecond,
    /// `2006`
    Year,
    /// `06`
    ShortYear,
    /// `PM`
    UpperHalf,
    /// `pm`
    LowerHalf,
    /// `MST`
    ZoneName,
    /// `-0700` and its kin
    Offset(OffsetStyle),
    /// `.000`, `,999`
    Fraction {
        /// How many digits.
        digits: usize,
        /// Written with nines: trailing zeros are left out.
        trim: bool,
        /// `.` or `,`.
        separator: u8,
    },
}

/// How a numeric zone is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetStyle {
    /// Spelled with a `Z`, which stands for UTC.
    pub(super) z: bool,
    /// Colons between the parts.
    pub(super) colon: bool,
    /// The last part shown.
    pub(super) precision: OffsetPrecision,
}

/// The last part of a numeric zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetPrecision {
    Hours,
    Minutes,
    Seconds,
}

impl Layout {
    /// Cuts a layout into its elements. Everything that is no element is literal text.
    pub fn new(text: &[u8]) -> Layout {
        let mut steps = Vec::new();
        let mut tail = 0;
        let mut position = 0;
        while position < text.len() {
            let Some((element, length)) = element_at(&text[position..]) else {
                position += 1;
                continue;
            };
            let span = position..position + length;
            position = span.end;
            steps.push(Step {
                literal: tail..span.start,
                span,
                element,
            });
            tail = position;
        }
        Layout {
            text: text.into(),
            steps: steps.into(),
            tail,
        }
    }

    /// The layout as written.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

/// The element at the start of a text and its length. The longest spelling wins.
fn element_at(text: &[u8]) -> Option<(Element, usize)> {
    let lower_after = |length: usize| text.get(length).is_some_and(u8::is_ascii_lowercase);
    Some(match text {
        [b'J', b'a', b'n', b'u', b'a', b'r', b'y', ..] => (Element::LongMonth, 7),
        [b'J', b'a', b'n', ..] if !lower_after(3) => (Element::ShortMonth, 3),
        [b'M', b'o', b'n', b'd', b'a', b'y', ..] => (Element::LongWeekday, 6),
        [b'M', b'o', b'n', ..] if !lower_after(3) => (Element::ShortWeekday, 3),
        [b'M', b'S', b'T', ..] => (Element::ZoneName, 3),
        [b'0', b'1', ..] => (Element::ZeroMonth, 2),
        [b'0', b'2', ..] => (Element::ZeroDay, 2),
        [b'0', b'3', ..] => (Element::ZeroHour12, 2),
        [b'0', b'4', ..] => (Element::ZeroMinute, 2),
        [b'0', b'5', ..] => (Element::ZeroSecond, 2),
        [b'0', b'6', ..] => (Element::ShortYear, 2),
        [b'0', b'0', b'2', ..] => (Element::ZeroYearDay, 3),
        [b'1', b'5', ..] => (Element::Hour, 2),
        [b'1', ..] => (Element::Month, 1),
        [b'2', b'0', b'0', b'6', ..] => (Element::Year, 4),
        [b'2', ..] => (Element::Day, 1),
        // A literal underscore before a year.
        [b'_', b'2', b'0', b'0', b'6', ..] => return None,
        [b'_', b'2', ..] => (Element::SpaceDay, 2),
        [b'_', b'_', b'2', ..] => (Element::SpaceYearDay, 3),
        [b'3', ..] => (Element::Hour12, 1),
        [b'4', ..] => (Element::Minute, 1),
        [b'5', ..] => (Element::Second, 1),
        [b'P', b'M', ..] => (Element::UpperHalf, 2),
        [b'p', b'm', ..] => (Element::LowerHalf, 2),
        [b'-' | b'Z', b'0', b'7', ..] => offset_at(text),
        [b'.' | b',', b'0' | b'9', ..] => return fraction_at(text),
        _ => return None,
    })
}

/// The numeric zone at the start of a text that begins with `-07` or `Z07`.
fn offset_at(text: &[u8]) -> (Element, usize) {
    use OffsetPrecision::{Hours, Minutes, Seconds};
    let z = text.first() == Some(&b'Z');
    let spellings: [(&[u8], bool, OffsetPrecision); 5] = [
        (b"070000", false, Seconds),
        (b"07:00:00", true, Seconds),
        (b"0700", false, Minutes),
        (b"07:00", true, Minutes),
        (b"07", false, Hours),
    ];
    let after = &text[1..];
    let found = spellings
        .into_iter()
        .find(|(spelling, ..)| after.starts_with(spelling));
    let (spelling, colon, precision) = found.unwrap_or((b"07", false, Hours));
    (
        Element::Offset(OffsetStyle {
            z,
            colon,
            precision,
        }),
        spelling.len() + 1,
    )
}

/// The fraction at the start of a text that begins with a separator and 0 or 9: a run of one digit
/// that no other digit follows.
fn fraction_at(text: &[u8]) -> Option<(Element, usize)> {
    let (separator, digit) = (text[0], text[1]);
    let end = text[1..]
        .iter()
        .position(|&b| b != digit)
        .map_or(text.len(), |n| n + 1);
    if text.get(end).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((
        Element::Fraction {
            digits: end - 1,
            trim: digit == b'9',
            separator,
        },
        end,
    ))
}
