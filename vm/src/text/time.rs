//! Instants with a zone, and the calendar: Go's `time.Time` without its monotonic clock.
//!
//! Every 64-bit number of Unix seconds is a valid instant. Where Go's arithmetic wraps or saturates,
//! this does so at the same place.

use super::layout::Layout;
use super::zone::{Offset, ZoneId};
use std::cmp::Ordering;
use std::sync::LazyLock;
use std::time::SystemTime;

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// Unix seconds of the first day of the year 1, negated. Go stores seconds since then, which shows
/// where they overflow.
const UNIX_TO_INTERNAL: i64 = 62_135_596_800;

/// The year whose March 1 begins Go's calendar: no representable instant is earlier.
const ABSOLUTE_YEAR: i64 = -292_277_022_400;

/// Seconds from that day to the Unix epoch.
const UNIX_TO_ABSOLUTE: u64 = 9_223_372_028_741_760_000;

/// Days in 400 years.
const DAYS_PER_ERA: i64 = 146_097;

/// An instant, with the zone in which its calendar fields are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Time {
    seconds: i64,
    nanos: u32,
    zone: ZoneId,
}

const _: () = assert!(size_of::<Time>() == 16);

/// Calendar fields of an instant in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year; year 0 is 1 BC.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 (Sunday) to 6.
    pub weekday: u8,
    /// 1 to 366.
    pub year_day: u16,
}

impl Time {
    /// `time.Unix(seconds, nanos)` in a zone; `nanos` may have any size and sign.
    pub fn from_unix(seconds: i64, nanos: i64, zone: ZoneId) -> Time {
        let carry = nanos.div_euclid(NANOS_PER_SECOND);
        let nanos = nanos.rem_euclid(NANOS_PER_SECOND) as u32;
        Time {
            seconds: seconds.wrapping_add(carry),
            nanos,
            zone,
        }
    }

    /// The instant of an OTLP timestamp, in UTC.
    pub fn from_unix_nano(nanos: i64) -> Time {
        Time::from_unix(0, nanos, ZoneId::UTC)
    }

    /// The machine's clock, in the local zone.
    pub fn now() -> Time {
        let (seconds, nanos) = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => (since.as_secs() as i64, i64::from(since.subsec_nanos())),
            Err(error) => {
                let before = error.duration();
                (
                    -(before.as_secs() as i64),
                    -i64::from(before.subsec_nanos()),
                )
            }
        };
        Time::from_unix(seconds, nanos, ZoneId::local())
    }

    /// `time.Date`: the instant at which a clock in `zone` shows these fields. The day may lie outside
    /// its month. A clock time that was skipped or shown twice is resolved as Go does.
    pub fn from_civil(civil: CivilInput, zone: ZoneId) -> Time {
        let CivilInput {
            year,
            month,
            day,
            hour,
            minute,
            second,
            nanos,
        } = civil;
        let days = days_from_civil(year, month, day);
        let clock = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
        let mut unix = days.wrapping_mul(SECONDS_PER_DAY).wrapping_add(clock);
        let period = zone.period_at(unix);
        let mut offset = period.offset;
        if offset != 0 {
            // The zone was asked with local time: ask again if that was another period.
            let utc = unix.wrapping_sub(i64::from(offset));
            if utc < period.start || utc >= period.end {
                offset = zone.period_at(utc).offset;
            }
            unix = unix.wrapping_sub(i64::from(offset));
        }
        Time {
            seconds: unix,
            nanos,
            zone,
        }
    }

    /// The same instant, shown in another zone.
    pub fn in_zone(self, zone: ZoneId) -> Time {
        Time { zone, ..self }
    }

    /// The zone that the calendar fields are read in.
    pub fn zone(self) -> ZoneId {
        self.zone
    }

    /// The offset in force, and its abbreviation.
    pub fn offset(self) -> Offset {
        self.zone.offset_at(self.seconds)
    }

    /// Unix time in seconds.
    pub fn unix(self) -> i64 {
        self.seconds
    }

    /// Unix time in milliseconds; wraps.
    pub fn unix_milli(self) -> i64 {
        self.seconds
            .wrapping_mul(1_000)
            .wrapping_add(i64::from(self.nanos / 1_000_000))
    }

    /// Unix time in microseconds; wraps.
    pub fn unix_micro(self) -> i64 {
        self.seconds
            .wrapping_mul(1_000_000)
            .wrapping_add(i64::from(self.nanos / 1_000))
    }

    /// Unix time in nanoseconds; wraps outside the years 1678 to 2262.
    pub fn unix_nano(self) -> i64 {
        self.seconds
            .wrapping_mul(NANOS_PER_SECOND)
            .wrapping_add(i64::from(self.nanos))
    }

    /// The nanosecond within the second.
    pub fn nanosecond(self) -> u32 {
        self.nanos
    }

    /// All calendar fields at once.
    pub fn civil(self) -> Civil {
        Civil::new(self.seconds, self.offset().seconds)
    }

    /// `Time.Add`: saturates at the ends of Go's range. The duration is in nanoseconds.
    #[expect(
        clippy::should_implement_trait,
        reason = "saturates, which `+` would hide"
    )]
    pub fn add(self, duration: i64) -> Time {
        let total = i64::from(self.nanos) + duration % NANOS_PER_SECOND;
        let seconds = duration / NANOS_PER_SECOND + total.div_euclid(NANOS_PER_SECOND);
        let internal = match self.internal().checked_add(seconds) {
            Some(sum) => sum,
            None if seconds > 0 => i64::MAX,
            None => -i64::MAX,
        };
        let nanos = total.rem_euclid(NANOS_PER_SECOND) as u32;
        Time {
            seconds: internal.wrapping_sub(UNIX_TO_INTERNAL),
            nanos,
            zone: self.zone,
        }
    }

    /// `Time.Sub`: the nanoseconds from `earlier` to this, saturating.
    #[expect(
        clippy::should_implement_trait,
        reason = "saturates, which `-` would hide"
    )]
    #[inline]
    pub fn sub(self, earlier: Time) -> i64 {
        // Between 1970 and 2106 nothing can overflow.
        if (self.seconds | earlier.seconds) as u64 <= u64::from(u32::MAX) {
            return (self.seconds - earlier.seconds) * NANOS_PER_SECOND + i64::from(self.nanos)
                - i64::from(earlier.nanos);
        }
        self.sub_saturating(earlier)
    }

    fn sub_saturating(self, earlier: Time) -> i64 {
        let seconds = i128::from(self.internal()) - i128::from(earlier.internal());
        let nanos = seconds * i128::from(NANOS_PER_SECOND) + i128::from(self.nanos)
            - i128::from(earlier.nanos);
        nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// `Time.AddDate`: moves the calendar date; days beyond a month's end go on into the next.
    pub fn add_date(self, years: i64, months: i64, days: i64) -> Time {
        let civil = self.civil();
        let input = CivilInput {
            year: civil.year + years,
            month: i64::from(civil.month) + months,
            day: i64::from(civil.day) + days,
            hour: civil.hour,
            minute: civil.minute,
            second: civil.second,
            nanos: self.nanos,
        };
        Time::from_civil(input, self.zone)
    }

    /// `Time.Truncate`: rounded down to a multiple of a duration since the year 1.
    pub fn truncate(self, duration: i64) -> Time {
        if duration <= 0 {
            return self;
        }
        let nanos =
            i128::from(self.internal()) * i128::from(NANOS_PER_SECOND) + i128::from(self.nanos);
        self.add(-(nanos.rem_euclid(i128::from(duration)) as i64))
    }

    /// Appends the time as Go's `String` does: `2006-01-02 15:04:05.999999999 -0700 MST`.
    pub fn append_display(self, out: &mut Vec<u8>) {
        static LAYOUT: LazyLock<Layout> =
            LazyLock::new(|| Layout::new(b"2006-01-02 15:04:05.999999999 -0700 MST"));
        LAYOUT.format(self, out);
    }

    /// Appends the time as `time.RFC3339Nano`.
    pub fn append_rfc3339_nano(self, out: &mut Vec<u8>) {
        static LAYOUT: LazyLock<Layout> =
            LazyLock::new(|| Layout::new(b"2006-01-02T15:04:05.999999999Z07:00"));
        LAYOUT.format(self, out);
    }

    /// Seconds since the year 1, as Go keeps them.
    fn internal(self) -> i64 {
        self.seconds.wrapping_add(UNIX_TO_INTERNAL)
    }
}

/// Equal if the instants are, whatever the zones.
impl PartialEq for Time {
    fn eq(&self, other: &Time) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> Ordering {
        (self.internal(), self.nanos).cmp(&(other.internal(), other.nanos))
    }
}

/// What a clock and a calendar show, for [`Time::from_civil`].
#[derive(Clone, Copy, Debug, Default)]
pub struct CivilInput {
    /// The year.
    pub year: i64,
    /// The month; those outside 1 to 12 count into other years.
    pub month: i64,
    /// The day; those outside the month count into other months.
    pub day: i64,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999,999.
    pub nanos: u32,
}

impl Civil {
    fn new(unix: i64, offset: i32) -> Civil {
        let absolute = unix
            .cast_unsigned()
            .wrapping_add_signed(i64::from(offset))
            .wrapping_add(UNIX_TO_ABSOLUTE);
        let days = (absolute / SECONDS_PER_DAY as u64) as i64;
        let second = (absolute % SECONDS_PER_DAY as u64) as u32;

        // Years are counted from March, so that the leap day is a year's last.
        let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let march_day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * march_day + 2) / 153;
        let day = march_day - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        let year = ABSOLUTE_YEAR + 400 * era + year_of_era + i64::from(month <= 2);
        let month = month as u8;
        Civil {
            year,
            month,
            day: day as u8,
            hour: (second / 3_600) as u8,
            minute: (second / 60 % 60) as u8,
            second: (second % 60) as u8,
            // March 1 of a year that 400 divides is a Wednesday.
            weekday: ((days + 3) % 7) as u8,
            year_day: days_before_month(year, month) + day as u16,
        }
    }
}

/// The year, and the day of it from 0, of an instant in UTC.
pub(super) fn civil_year_and_day(unix: i64) -> (i64, u16) {
    let civil = Civil::new(unix, 0);
    (civil.year, civil.year_day - 1)
}

/// Whether a year has a February 29.
pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a year before a month, which is 1 to 12.
pub(super) fn days_before_month(year: i64, month: u8) -> u16 {
    const BEFORE: [u16; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let before = BEFORE[usize::from(month.clamp(1, 12)) - 1];
    before + u16::from(month > 2 && is_leap(year))
}

/// Days in a month, which is 1 to 12.
pub(super) fn days_in_month(year: i64, month: u8) -> u16 {
    match month {
        12 => 31,
        _ => days_before_month(year, month + 1) - days_before_month(year, month),
    }
}

/// Days from the Unix epoch to a date; month and day may lie outside their ranges.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let year_of_march = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year_of_march.div_euclid(400), year_of_march.rem_euclid(400));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let march_day = (153 * march_month + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + march_day;
    era.wrapping_mul(DAYS_PER_ERA)
        .wrapping_add(day_of_era - 719_468)
        .wrapping_add(day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_subtracted_alike_in_64_bits_and_in_more() {
        let ends = [
            0,
            1,
            86_400,
            1 << 31,
            (1 << 32) - 1,
            1 << 32,
            -1,
            i64::MAX,
            i64::MIN,
        ];
        let times = ends.into_iter().flat_map(|seconds| {
            [0, 1, 999_999_999].map(|nanos| Time::from_unix(seconds, nanos, ZoneId::UTC))
        });
        for (left, right) in times
            .clone()
            .flat_map(|l| times.clone().map(move |r| (l, r)))
        {
            assert_eq!(
                left.sub(right),
                left.sub_saturating(right),
                "{left:?} {right:?}"
            );
        }
    }
}
