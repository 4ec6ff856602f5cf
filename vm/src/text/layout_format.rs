//! Times written by a layout: Go's `Time.Format`.

use super::layout::{Element, Layout, OffsetPrecision, OffsetStyle};
use super::time::{Civil, Time};
use super::zone::Offset;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

impl Layout {
    /// Appends a time in this layout.
    pub fn format(&self, time: Time, out: &mut Vec<u8>) {
        let writer = Writer {
            civil: time.civil(),
            offset: time.offset(),
            nanos: time.nanosecond(),
        };
        for step in &self.steps {
            out.extend_from_slice(&self.text[step.literal.clone()]);
            writer.element(step.element, out);
        }
        out.extend_from_slice(&self.text[self.tail..]);
    }
}

struct Writer {
    civil: Civil,
    offset: Offset,
    nanos: u32,
}

impl Writer {
    fn element(&self, element: Element, out: &mut Vec<u8>) {
        let civil = &self.civil;
        let month = MONTHS[usize::from(civil.month) - 1];
        let weekday = WEEKDAYS[usize::from(civil.weekday)];
        let hour12 = match civil.hour % 12 {
            0 => 12,
            hour => hour,
        };
        let afternoon = civil.hour >= 12;
        match element {
            Element::LongMonth => out.extend_from_slice(month.as_bytes()),
            Element::ShortMonth => out.extend_from_slice(&month.as_bytes()[..3]),
            Element::Month => number(out, civil.month, 0, b'0'),
            Element::ZeroMonth => number(out, civil.month, 2, b'0'),
            Element::LongWeekday => out.extend_from_slice(weekday.as_bytes()),
            Element::ShortWeekday => out.extend_from_slice(&weekday.as_bytes()[..3]),
            Element::Day => number(out, civil.day, 0, b'0'),
            Element::SpaceDay => number(out, civil.day, 2, b' '),
            Element::ZeroDay => number(out, civil.day, 2, b'0'),
            Element::SpaceYearDay => number(out, civil.year_day, 3, b' '),
            Element::ZeroYearDay => number(out, civil.year_day, 3, b'0'),
            Element::Hour => number(out, civil.hour, 2, b'0'),
            Element::Hour12 => number(out, hour12, 0, b'0'),
            Element::ZeroHour12 => number(out, hour12, 2, b'0'),
            Element::Minute => number(out, civil.minute, 0, b'0'),
            Element::ZeroMinute => number(out, civil.minute, 2, b'0'),
            Element::Second => number(out, civil.second, 0, b'0'),
            Element::ZeroSecond => number(out, civil.second, 2, b'0'),
            Element::Year => {
                if civil.year < 0 {
                    out.push(b'-');
                }
                number(out, civil.year.unsigned_abs(), 4, b'0');
            }
            Element::ShortYear => number(out, civil.year.unsigned_abs() % 100, 2, b'0'),
            Element::UpperHalf => out.extend_from_slice(if afternoon { b"PM" } else { b"AM" }),
            Element::LowerHalf => out.extend_from_slice(if afternoon { b"pm" } else { b"am" }),
            Element::ZoneName => self.zone_name(out),
            Element::Offset(style) => self.zone_offset(style, out),
            Element::Fraction {
                digits,
                trim,
                separator,
            } => {
                fraction(out, self.nanos, digits, trim, separator);
            }
        }
    }

    /// The abbreviation, or where there is none the offset.
    fn zone_name(&self, out: &mut Vec<u8>) {
        if !self.offset.name.is_empty() {
            out.extend_from_slice(self.offset.name.as_bytes());
            return;
        }
        let style = OffsetStyle {
            z: false,
            colon: false,
            precision: OffsetPrecision::Minutes,
        };
        self.zone_offset(style, out);
    }

    fn zone_offset(&self, style: OffsetStyle, out: &mut Vec<u8>) {
        let offset = self.offset.seconds;
        if style.z && offset == 0 {
            out.push(b'Z');
            return;
        }
        // Less than a minute west of UTC counts as east: Go looks at the sign of the minutes.
        let minutes = offset / 60;
        out.push(if minutes < 0 { b'-' } else { b'+' });
        let seconds = if minutes < 0 { -offset } else { offset } % 60;
        let minutes = minutes.unsigned_abs();
        number(out, minutes / 60, 2, b'0');
        if style.precision != OffsetPrecision::Hours {
            if style.colon {
                out.push(b':');
            }
            number(out, minutes % 60, 2, b'0');
        }
        if style.precision == OffsetPrecision::Seconds {
            if style.colon {
                out.push(b':');
            }
            if seconds < 0 {
                out.push(b'-');
            }
            number(out, seconds.unsigned_abs(), 2, b'0');
        }
    }
}

/// Appends a number, padded on the left to a width.
fn number(out: &mut Vec<u8>, value: impl Into<u64>, width: usize, padding: u8) {
    let value = value.into();
    if width == 2 && padding == b'0' && value < 100 {
        out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
        return;
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value).as_bytes();
    out.resize(out.len() + width.saturating_sub(digits.len()), padding);
    out.extend_from_slice(digits);
}

fn fraction(out: &mut Vec<u8>, nanos: u32, digits: usize, trim: bool, separator: u8) {
    if trim && nanos == 0 {
        return;
    }
    let before = out.len();
    out.push(separator);
    number(out, nanos, 9, b'0');
    out.truncate(before + 1 + digits.min(9));
    if trim {
        while out.len() > before && matches!(out.last(), Some(b'0')) {
            out.pop();
        }
        if out.len() == before + 1 {
            out.pop();
        }
    }
}
