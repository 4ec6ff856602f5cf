//! Times read by a layout: Go's `time.ParseInLocation`.
//!
//! What looks odd here is Go's and shows in results or error texts: which rest of the value an error
//! quotes, signs in years and fractions, an offset of one second west that counts as none.

use super::layout::{Element, Layout, OffsetPrecision, OffsetStyle, Step};
use super::layout_format::{MONTHS, WEEKDAYS};
use super::quote::TimeQuoted;
use super::time::{CivilInput, Time, days_before_month, days_in_month, is_leap};
use super::zone::ZoneId;
use std::fmt;
use std::ops::Range;

/// Where and why a value does not match a layout: positions only, so that failing costs little.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// The part of the layout; empty where the value as a whole is wrong.
    pub(super) element: Range<usize>,
    /// Where the rest of the value begins that was not read.
    pub(super) rest: usize,
    pub(super) reason: Reason,
}

/// Why a value does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The rest of the value is not what the element asks for.
    Mismatch,
    /// Something follows where the layout ends.
    ExtraText,
    /// The value has the right form but says something impossible; the words say what.
    Impossible(&'static str),
}

/// A value that does not match a layout, printed as Go's `*time.ParseError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The layout, or for a strptime format the format.
    pub layout: Box<[u8]>,
    /// The whole value.
    pub value: Box<[u8]>,
    pub(super) element: Box<[u8]>,
    pub(super) rest: Box<[u8]>,
    pub(super) reason: Reason,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parsing time {}", TimeQuoted(&self.value))?;
        let rest = TimeQuoted(&self.rest);
        match self.reason {
            Reason::Mismatch => {
                let (layout, element) = (TimeQuoted(&self.layout), TimeQuoted(&self.element));
                write!(f, " as {layout}: cannot parse {rest} as {element}")
            }
            Reason::ExtraText => write!(f, ": extra text: {rest}"),
            Reason::Impossible(what) => write!(f, ": {what}"),
        }
    }
}

impl std::error::Error for ParseError {}

impl Layout {
    /// `time.ParseInLocation`: `zone` is assumed where the value names none, and is asked first what
    /// an abbreviation means.
    pub fn parse(&self, value: &[u8], zone: ZoneId) -> Result<Time, ParseError> {
        self.read(value, zone).map_err(|mismatch| ParseError {
            layout: self.text.clone(),
            value: value.into(),
            element: self.text[mismatch.element].into(),
            rest: value[mismatch.rest..].into(),
            reason: mismatch.reason,
        })
    }

    /// [`Layout::parse`] with an error of positions.
    pub(super) fn read(&self, value: &[u8], zone: ZoneId) -> Result<Time, Mismatch> {
        let mut fields = Fields::default();
        let mut rest = value;
        let mismatch = |element: Range<usize>, rest: &[u8], reason| {
            Err(Mismatch {
                element,
                rest: value.len() - rest.len(),
                reason,
            })
        };
        for (index, step) in self.steps.iter().enumerate() {
            if let Err(at) = skip_literal(&mut rest, &self.text[step.literal.clone()]) {
                return mismatch(step.literal.clone(), at, Reason::Mismatch);
            }
            let before = rest;
            let fraction_follows = || self.fraction_follows(index);
            match fields.element(step.element, &mut rest, fraction_follows) {
                Ok(()) => {}
                Err(Reason::Mismatch) => {
                    return mismatch(step.span.clone(), before, Reason::Mismatch);
                }
                Err(reason) => return mismatch(step.span.clone(), rest, reason),
            }
        }
        let tail = self.tail..self.text.len();
        if let Err(at) = skip_literal(&mut rest, &self.text[tail.clone()]) {
            return mismatch(tail, at, Reason::Mismatch);
        }
        if !rest.is_empty() {
            return mismatch(0..0, rest, Reason::ExtraText);
        }
        match fields.time(zone) {
            Ok(time) => Ok(time),
            Err(reason) => mismatch(0..0, rest, reason),
        }
    }

    /// Whether the element after this one is a fraction of the second, right after or not.
    fn fraction_follows(&self, index: usize) -> bool {
        let next = self.steps.get(index + 1);
        matches!(
            next,
            Some(Step {
                element: Element::Fraction { .. },
                ..
            })
        )
    }
}

/// Moves behind literal text, in which any run of spaces stands for any other. The error is the rest
/// at which the two differ.
fn skip_literal<'v>(rest: &mut &'v [u8], literal: &[u8]) -> Result<(), &'v [u8]> {
    let mut literal = literal;
    while let [expected, after @ ..] = literal {
        if *expected == b' ' {
            if rest.first().is_some_and(|&byte| byte != b' ') {
                return Err(rest);
            }
            literal = cut_spaces(literal);
            *rest = cut_spaces(rest);
            continue;
        }
        match rest {
            [byte, others @ ..] if byte == expected => *rest = others,
            _ => return Err(rest),
        }
        literal = after;
    }
    Ok(())
}

fn cut_spaces(text: &[u8]) -> &[u8] {
    &text[text
        .iter()
        .position(|&byte| byte != b' ')
        .unwrap_or(text.len())..]
}

/// What has been read so far.
#[derive(Default)]
struct Fields<'v> {
    year: i64,
    month: Option<u8>,
    day: Option<u8>,
    year_day: Option<u16>,
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
    /// Whether the hour is one of the afternoon, if the value says.
    afternoon: Option<bool>,
    utc: bool,
    /// Seconds east of UTC.
    offset: Option<i32>,
    zone_name: &'v [u8],
}

type Read<T> = Result<T, Reason>;

const MISMATCH: Reason = Reason::Mismatch;

impl<'v> Fields<'v> {
    /// Reads one element. After [`Reason::Mismatch`] the caller goes back to where it began.
    fn element(
        &mut self,
        element: Element,
        rest: &mut &'v [u8],
        fraction_follows: impl Fn() -> bool,
    ) -> Read<()> {
        match element {
            Element::ShortYear => self.year = short_year(rest)?,
            Element::Year => self.year = long_year(rest)?,
            Element::ShortMonth => self.month = Some(name(rest, &MONTHS, Some(3))? + 1),
            Element::LongMonth => self.month = Some(name(rest, &MONTHS, None)? + 1),
            Element::Month | Element::ZeroMonth => {
                let month = two_digits(rest, element == Element::ZeroMonth)?;
                self.month = Some(within(month, 1, 12, "month out of range")?);
            }
            Element::ShortWeekday => drop(name(rest, &WEEKDAYS, Some(3))?),
            Element::LongWeekday => drop(name(rest, &WEEKDAYS, None)?),
            Element::Day | Element::SpaceDay | Element::ZeroDay => {
                if element == Element::SpaceDay {
                    cut_space(rest);
                }
                self.day = Some(two_digits(rest, element == Element::ZeroDay)?);
            }
            Element::SpaceYearDay | Element::ZeroYearDay => {
                if element == Element::SpaceYearDay {
                    cut_space(rest);
                    cut_space(rest);
                }
                self.year_day = Some(three_digits(rest, element == Element::ZeroYearDay)?);
            }
            Element::Hour => {
                self.hour = within(two_digits(rest, false)?, 0, 23, "hour out of range")?;
            }
            Element::Hour12 | Element::ZeroHour12 => {
                let hour = two_digits(rest, element == Element::ZeroHour12)?;
                self.hour = within(hour, 0, 12, "hour out of range")?;
            }
            Element::Minute | Element::ZeroMinute => {
                let minute = two_digits(rest, element == Element::ZeroMinute)?;
                self.minute = within(minute, 0, 59, "minute out of range")?;
            }
            Element::Second | Element::ZeroSecond => {
                self.second(rest, element == Element::ZeroSecond, fraction_follows)?;
            }
            Element::UpperHalf => self.afternoon = Some(half(rest, *b"AM", *b"PM")?),
            Element::LowerHalf => self.afternoon = Some(half(rest, *b"am", *b"pm")?),
            Element::Offset(style) => self.zone_offset(style, rest)?,
            Element::ZoneName => self.zone_name(rest)?,
            Element::Fraction {
                trim: false,
                digits,
                ..
            } => {
                if rest.len() < 1 + digits {
                    return Err(MISMATCH);
                }
                self.nanos = fraction(rest, 1 + digits)?;
            }
            Element::Fraction { trim: true, .. } => {
                // Any number of digits will do, none included.
                if fraction_digits(rest) > 0 {
                    self.nanos = fraction(rest, 1 + fraction_digits(rest))?;
                }
            }
        }
        Ok(())
    }

    /// The second, and a fraction of it even if the layout has none.
    fn second(
        &mut self,
        rest: &mut &'v [u8],
        fixed: bool,
        fraction_follows: impl Fn() -> bool,
    ) -> Read<()> {
        self.second = within(two_digits(rest, fixed)?, 0, 59, "second out of range")?;
        let digits = fraction_digits(rest);
        if digits > 0 && !fraction_follows() {
            self.nanos = fraction(rest, 1 + digits)?;
        }
        Ok(())
    }

    fn zone_offset(&mut self, style: OffsetStyle, rest: &mut &'v [u8]) -> Read<()> {
        if style.z
            && let [b'Z', after @ ..] = rest
        {
            *rest = after;
            self.utc = true;
            return Ok(());
        }
        let parts = match style.precision {
            OffsetPrecision::Hours => 1,
            OffsetPrecision::Minutes => 2,
            OffsetPrecision::Seconds => 3,
        };
        let stride = if style.colon { 3 } else { 2 };
        let length = 1 + parts * stride - usize::from(style.colon);
        let (text, after) = rest.split_at_checked(length).ok_or(MISMATCH)?;
        if (1..parts).any(|part| style.colon && text[part * stride] != b':') {
            return Err(MISMATCH);
        }
        *rest = after;
        let mut numbers = [0i32; 3];
        let mut digits_only = true;
        for (part, number) in numbers[..parts].iter_mut().enumerate() {
            match &text[1 + part * stride..][..2] {
                [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] if digits_only => {
                    *number = i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
                }
                _ => digits_only = false,
            }
        }
        let [hours, minutes, seconds] = numbers;
        // Go lets an offset end in 24 hours, 60 minutes or 60 seconds, and names the last excess.
        let impossible = |what| Err(Reason::Impossible(what));
        if seconds > 60 {
            return impossible("time zone offset second out of range");
        } else if minutes > 60 {
            return impossible("time zone offset minute out of range");
        } else if hours > 24 {
            return impossible("time zone offset hour out of range");
        }
        let offset = (hours * 60 + minutes) * 60 + seconds;
        let offset = match text[0] {
            b'+' if digits_only => offset,
            b'-' if digits_only => -offset,
            _ => return Err(MISMATCH),
        };
        // Go marks "no offset" with -1.
        self.offset = (offset != -1).then_some(offset);
        Ok(())
    }

    fn zone_name(&mut self, rest: &mut &'v [u8]) -> Read<()> {
        if let Some(after) = rest.strip_prefix(b"UTC") {
            *rest = after;
            self.utc = true;
            return Ok(());
        }
        let length = zone_name_length(rest).ok_or(MISMATCH)?;
        (self.zone_name, *rest) = rest.split_at(length);
        Ok(())
    }

    /// The instant that the fields name.
    fn time(&self, zone: ZoneId) -> Read<Time> {
        let hour = match (self.afternoon, self.hour) {
            (Some(true), hour @ 0..12) => hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let (month, day) = self.date()?;
        let input = CivilInput {
            year: self.year,
            month: i64::from(month),
            day: i64::from(day),
            hour,
            minute: self.minute,
            second: self.second,
            nanos: self.nanos,
        };
        if self.utc {
            return Ok(Time::from_civil(input, ZoneId::UTC));
        }
        let name = self.zone_name;
        let clock = Time::from_civil(input, ZoneId::UTC);
        let shifted = |offset: i32, zone| {
            Time::from_unix(
                clock.unix() - i64::from(offset),
                i64::from(self.nanos),
                zone,
            )
        };
        if let Some(offset) = self.offset {
            let local = shifted(offset, zone).offset();
            let same_name = name.is_empty() || local.name.as_bytes() == name;
            let same = local.seconds == offset && same_name;
            return Ok(shifted(
                offset,
                if same {
                    zone
                } else {
                    ZoneId::fixed(name, offset)
                },
            ));
        }
        if name.is_empty() {
            return Ok(Time::from_civil(input, zone));
        }
        if let Some(offset) = zone.lookup_name(name, clock.unix()) {
            return Ok(shifted(offset, zone));
        }
        // An unknown abbreviation counts as UTC, except that `GMT+3` says what it is. The clock is
        // shown as if in UTC all the same.
        let offset = match name {
            [b'G', b'M', b'T', hours @ ..] if !hours.is_empty() => signed(hours)
                .and_then(|n| i32::try_from(n).ok())
                .map_or(0, |hours| hours * 3600),
            _ => 0,
        };
        Ok(clock.in_zone(ZoneId::fixed(name, offset)))
    }

    /// The month and day, which a day of the year may give or must agree with.
    fn date(&self) -> Read<(u8, u8)> {
        let impossible = |what| Err(Reason::Impossible(what));
        let year = self.year;
        let Some(year_day) = self.year_day else {
            let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
            return match day >= 1 && u16::from(day) <= days_in_month(year, month) {
                true => Ok((month, day)),
                false => impossible("day out of range"),
            };
        };
        if year_day < 1 || year_day > 365 + u16::from(is_leap(year)) {
            return impossible("day-of-year out of range");
        }
        let month = (1..=12)
            .rfind(|&month| days_before_month(year, month) < year_day)
            .unwrap_or(1);
        let day = (year_day - days_before_month(year, month)) as u8;
        if self.month.is_some_and(|given| given != month) {
            return impossible("day-of-year does not match month");
        }
        if self.day.is_some_and(|given| given != day) {
            return impossible("day-of-year does not match day");
        }
        Ok((month, day))
    }
}

fn within(value: u8, min: u8, max: u8, what: &'static str) -> Read<u8> {
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(Reason::Impossible(what))
    }
}

fn cut_space(rest: &mut &[u8]) {
    *rest = rest.strip_prefix(b" ").unwrap_or(rest);
}

/// One or two digits; two if `fixed`.
fn two_digits(rest: &mut &[u8], fixed: bool) -> Read<u8> {
    let (number, after) = match rest {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', after @ ..] => {
            ((tens - b'0') * 10 + (ones - b'0'), after)
        }
        [ones @ b'0'..=b'9', after @ ..] if !fixed => (ones - b'0', after),
        _ => return Err(MISMATCH),
    };
    *rest = after;
    Ok(number)
}

/// One to three digits; three if `fixed`.
fn three_digits(rest: &mut &[u8], fixed: bool) -> Read<u16> {
    let count = rest
        .iter()
        .take(3)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if count == 0 || fixed && count < 3 {
        return Err(MISMATCH);
    }
    let (digits, after) = rest.split_at(count);
    *rest = after;
    Ok(digits
        .iter()
        .fold(0, |n, digit| n * 10 + u16::from(digit - b'0')))
}

/// A whole number with an optional sign, and nothing else.
fn signed(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    };
    let mut size = 0i64;
    for digit in digits {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        size = size.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    Some(if negative { -size } else { size })
}

/// Two characters; from 69 on the 20th century.
fn short_year(rest: &mut &[u8]) -> Read<i64> {
    let (text, after) = rest.split_at_checked(2).ok_or(MISMATCH)?;
    let year = signed(text).ok_or(MISMATCH)?;
    *rest = after;
    Ok(if year >= 69 { 1900 + year } else { 2000 + year })
}

fn long_year(rest: &mut &[u8]) -> Read<i64> {
    let (text, after) = rest.split_at_checked(4).ok_or(MISMATCH)?;
    let year = signed(text)
        .filter(|_| text[0].is_ascii_digit())
        .ok_or(MISMATCH)?;
    *rest = after;
    Ok(year)
}

/// The index of the first name that the rest begins with, whatever its case. Names may be cut.
fn name(rest: &mut &[u8], names: &[&str], cut: Option<usize>) -> Read<u8> {
    for (index, name) in names.iter().enumerate() {
        let name = &name.as_bytes()[..cut.unwrap_or(name.len())];
        if let Some((start, after)) = rest.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name)
        {
            *rest = after;
            return Ok(index as u8);
        }
    }
    Err(MISMATCH)
}

/// Whether it is the afternoon. Case matters.
fn half(rest: &mut &[u8], morning: [u8; 2], afternoon: [u8; 2]) -> Read<bool> {
    let (&text, after) = rest.split_first_chunk::<2>().ok_or(MISMATCH)?;
    if text != morning && text != afternoon {
        return Err(MISMATCH);
    }
    *rest = after;
    Ok(text == afternoon)
}

/// How many digits follow a leading point or comma.
fn fraction_digits(rest: &[u8]) -> usize {
    match rest {
        [b'.' | b',', digits @ ..] => digits
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count(),
        _ => 0,
    }
}

/// A separator and what follows it, `length` characters in all, as nanoseconds. The range error
/// quotes what is left after them.
fn fraction(rest: &mut &[u8], length: usize) -> Read<u32> {
    let (text, after) = rest.split_at(length);
    let [b'.' | b',', digits @ ..] = text else {
        return Err(MISMATCH);
    };
    let digits = &digits[..digits.len().min(9)];
    let value = signed(digits).ok_or(MISMATCH)?;
    *rest = after;
    let value = u32::try_from(value);
    let value = value.map_err(|_| Reason::Impossible("fractional second out of range"))?;
    Ok((digits.len()..9).fold(value, |value, _| value * 10))
}

/// How long the abbreviation is that a text begins with, if it looks like one.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(after));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_length(text)).filter(|&length| length > 0);
    }
    match text
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_uppercase())
        .count()
    {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of a sign with a number of up to 23, or 0.
fn signed_hours_length(text: &[u8]) -> usize {
    let [b'+' | b'-', after @ ..] = text else {
        return 0;
    };
    let count = after
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match signed(&after[..count]) {
        Some(0..=23) if count > 0 => 1 + count,
        _ => 0,
    }
}
