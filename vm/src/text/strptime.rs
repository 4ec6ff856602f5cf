//! The `%Y-%m-%d` formats of OTTL's `Time` and `FormatTime`.
//!
//! The reference turns such a format into one of Go's layouts and, to read a value, into several: a
//! directive may have alternative spellings, and blanks before a number are put into the layout when
//! the number did not match without them. Which layout reads a value, and the error when none does,
//! follow from the order in which they are tried, so that order is kept here. A layout that worked is
//! remembered and tried early, as in the reference.

use super::layout::Layout;
use super::layout_parse::{Mismatch, ParseError, Reason};
use super::locale::{Locale, LocaleError};
use super::time::{CivilInput, Time};
use super::zone::{ZoneError, ZoneId};
use crate::limits::{STRPTIME_ATTEMPT_COUNT_MAX, STRPTIME_DIRECTIVE_COUNT_MAX};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// A directive: its letter, what it becomes in a layout for writing, and in layouts for reading if
/// that differs. Those are cut into the elements that an error can name.
type Directive = (char, &'static str, &'static [&'static [&'static str]]);

const DIRECTIVES: &[Directive] = &[
    ('Y', "2006", &[]),
    ('y', "06", &[]),
    ('m', "01", &[&["1"]]),
    ('o', "_1", &[&["1"]]),
    ('q', "1", &[&["1"]]),
    ('b', "Jan", &[]),
    ('h', "Jan", &[]),
    ('B', "January", &[]),
    ('d', "02", &[&["2"]]),
    ('e', "_2", &[&["2"]]),
    ('g', "2", &[&["2"]]),
    ('a', "Mon", &[]),
    ('A', "Monday", &[]),
    ('H', "15", &[]),
    ('l', "3", &[]),
    ('I', "03", &[&["3"]]),
    ('p', "PM", &[]),
    ('P', "pm", &[]),
    ('M', "04", &[&["4"]]),
    ('S', "05", &[&["5"]]),
    ('L', "999", &[]),
    ('f', "999999", &[]),
    ('s', "999999999", &[]),
    ('Z', "MST", &[]),
    ('z', "Z0700", &[&["Z0700"], &["Z07:00"], &["Z07"]]),
    ('w', "-070000", &[]),
    ('i', "-07", &[]),
    ('j', "-07:00", &[]),
    ('k', "-07:00:00", &[]),
    ('D', "01/02/2006", DATE),
    ('x', "01/02/2006", DATE),
    ('F', "2006-01-02", &[&["2006", "-", "1", "-", "2"]]),
    ('T', "15:04:05", &[&["15", ":", "4", ":", "5"]]),
    ('X', "15:04:05", &[&["15", ":", "4", ":", "5"]]),
    ('r', "03:04:05 pm", &[&["3", ":", "4", ":", "5", " ", "pm"]]),
    ('R', "15:04", &[&["15", ":", "4"]]),
    ('n', "\n", &[]),
    ('t', "\t", &[]),
    ('%', "%", &[]),
    (
        'c',
        "Mon Jan 02 15:04:05 2006",
        &[&[
            "Mon", " ", "Jan", " ", "2", " ", "15", ":", "4", ":", "5", " ", "2006",
        ]],
    ),
];

const DATE: &[&[&str]] = &[&["1", "/", "2", "/", "2006"], &["1", "/", "2", "/", "06"]];

/// A format, checked and ready.
#[derive(Debug)]
pub struct Strptime {
    format: Box<[u8]>,
    uses: Box<[Use]>,
    /// For writing.
    written: Layout,
    /// For reading: the layout that is tried first.
    first: Layout,
    /// Another layout that read a value last.
    last: RwLock<Option<Arc<Layout>>>,
}

/// A directive where it stands in a format.
#[derive(Debug)]
struct Use {
    span: Range<usize>,
    /// The layouts for reading it, each in elements; never empty.
    alternatives: Vec<&'static [&'static str]>,
}

/// Why a format cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The format has a digit outside a directive.
    Decimals,
    /// A fraction of the second that no separator precedes; the offending part.
    Fraction(String),
    /// Directives that are none, each with its percent sign.
    Unsupported(Vec<String>),
    /// More directives than [`STRPTIME_DIRECTIVE_COUNT_MAX`].
    TooManyDirectives,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::Decimals => f.write_str("format string should not contain decimals"),
            FormatError::Fraction(part) => write!(
                f,
                "invalid fractional seconds directive: '{part}'. must be preceded with '.' or ','"
            ),
            FormatError::Unsupported(directives) => {
                f.write_str("invalid strptime format: [")?;
                for (index, directive) in directives.iter().enumerate() {
                    let gap = if index > 0 { " " } else { "" };
                    write!(
                        f,
                        "{gap}unsupported ctimefmt.toNative() directive: {directive}"
                    )?;
                }
                f.write_str("]")
            }
            FormatError::TooManyDirectives => {
                write!(
                    f,
                    "more than {STRPTIME_DIRECTIVE_COUNT_MAX} directives in a time format"
                )
            }
        }
    }
}

impl std::error::Error for FormatError {}

/// Why a value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// It does not match the format.
    Parse(ParseError),
    /// It names a zone that cannot be had.
    Zone {
        /// The abbreviation in the value.
        name: Box<str>,
        /// Why it cannot be had.
        error: ZoneError,
    },
    /// It is not written in the language asked for.
    Locale(LocaleError),
    /// Too many layouts would have to be tried.
    TooManyAttempts,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueError::Parse(error) => error.fmt(f),
            ValueError::Zone { name, error } => {
                write!(f, "failed to load location {name}: {error}")
            }
            ValueError::Locale(error) => error.fmt(f),
            ValueError::TooManyAttempts => {
                f.write_str("time format is too ambiguous for the value")
            }
        }
    }
}

impl std::error::Error for ValueError {}

/// The zone that a format's values are in where they do not say: the one named, else UTC if the format
/// ends in `Z`, else the machine's.
pub fn default_zone(location: Option<&[u8]>, format: &[u8]) -> Result<ZoneId, ValueError> {
    match location {
        Some(name) if !name.is_empty() => load_zone(name),
        _ if format.ends_with(b"Z") => Ok(ZoneId::UTC),
        _ => Ok(ZoneId::local()),
    }
}

fn load_zone(name: &[u8]) -> Result<ZoneId, ValueError> {
    ZoneId::load(name).map_err(|error| ValueError::Zone {
        name: String::from_utf8_lossy(name).into(),
        error,
    })
}

impl Strptime {
    /// Checks a format as the reference does, and prepares it.
    pub fn new(format: &[u8]) -> Result<Strptime, FormatError> {
        if format.iter().any(u8::is_ascii_digit) {
            return Err(FormatError::Decimals);
        }
        check_fractions(format)?;
        let mut written = Vec::new();
        let mut first = Vec::new();
        let mut uses = Vec::new();
        let mut unsupported = Vec::new();
        let mut literal = 0;
        for span in directive_spans(format) {
            let text = &format[span.clone()];
            let Some((_, native, alternatives)) = find_directive(text) else {
                unsupported.push(String::from_utf8_lossy(text).into_owned());
                continue;
            };
            let alternatives = match alternatives.is_empty() {
                true => vec![std::slice::from_ref(native)],
                false => alternatives.to_vec(),
            };
            for layout in [&mut written, &mut first] {
                layout.extend_from_slice(&format[literal..span.start]);
            }
            written.extend_from_slice(native.as_bytes());
            first.extend(alternatives[0].iter().flat_map(|element| element.bytes()));
            literal = span.end;
            uses.push(Use { span, alternatives });
        }
        if !unsupported.is_empty() {
            return Err(FormatError::Unsupported(unsupported));
        }
        if uses.len() > STRPTIME_DIRECTIVE_COUNT_MAX {
            return Err(FormatError::TooManyDirectives);
        }
        for layout in [&mut written, &mut first] {
            layout.extend_from_slice(&format[literal..]);
        }
        Ok(Strptime {
            format: format.into(),
            uses: uses.into(),
            written: Layout::new(&written),
            first: Layout::new(&first),
            last: RwLock::new(None),
        })
    }

    /// Appends a time in this format.
    pub fn format(&self, time: Time, out: &mut Vec<u8>) {
        self.written.format(time, out);
    }

    /// Reads a value. `zone` holds where the value names none; a value without a year is of this year,
    /// or the last if it would lie more than a week ahead.
    pub fn parse(
        &self,
        value: &[u8],
        zone: ZoneId,
        locale: Option<&Locale>,
    ) -> Result<Time, ValueError> {
        self.parse_at(value, zone, locale, Time::now)
    }

    /// [`Strptime::parse`] with another clock.
    pub fn parse_at(
        &self,
        value: &[u8],
        zone: ZoneId,
        locale: Option<&Locale>,
        now: impl FnOnce() -> Time,
    ) -> Result<Time, ValueError> {
        let time = self.parse_any(value, zone, locale)?;
        Ok(if time.civil().year > 0 {
            time
        } else {
            with_year(time, now())
        })
    }

    fn parse_any(
        &self,
        value: &[u8],
        zone: ZoneId,
        locale: Option<&Locale>,
    ) -> Result<Time, ValueError> {
        let source = Source {
            value,
            zone,
            locale,
        };
        if let Ok(time) = source.read(&self.first) {
            return Ok(time);
        }
        let last = self
            .last
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(layout) = last
            && let Ok(time) = source.read(&layout)
        {
            return Ok(time);
        }
        let mut search = Search {
            strptime: self,
            source,
            attempts: 0,
        };
        match search.read(&[], 0, &self.uses) {
            Ok((time, layout)) => {
                *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(layout));
                Ok(time)
            }
            Err(failure) => Err(failure.into_error(&self.format, value)),
        }
    }
}

/// Puts a time whose value named no year into this year or the last.
fn with_year(time: Time, now: Time) -> Time {
    let civil = time.civil();
    let input = CivilInput {
        year: now.civil().year,
        month: i64::from(civil.month),
        day: i64::from(civil.day),
        hour: civil.hour,
        minute: civil.minute,
        second: civil.second,
        nanos: time.nanosecond(),
    };
    let this_year = Time::from_civil(input, time.zone());
    match this_year > now.add_date(0, 0, 7) {
        true => this_year.add_date(-1, 0, 0),
        false => this_year,
    }
}

/// A percent sign with the character after it, which is any but a line feed.
fn directive_spans(format: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut position = 0;
    while position < format.len() {
        let after = &format[position + 1..];
        if format[position] != b'%' || matches!(after.first(), None | Some(b'\n')) {
            position += 1;
            continue;
        }
        let end = position + 1 + character_length(after);
        spans.push(position..end);
        position = end;
    }
    spans
}

/// The length of the character that a text begins with; a byte that is no UTF-8 counts as one.
fn character_length(text: &[u8]) -> usize {
    let chunk = text.get(..4).unwrap_or(text).utf8_chunks().next();
    let first = chunk.and_then(|chunk| chunk.valid().chars().next());
    first.map_or(1, char::len_utf8)
}

fn find_directive(text: &[u8]) -> Option<&'static Directive> {
    let [b'%', letter] = text else { return None };
    DIRECTIVES
        .iter()
        .find(|(name, ..)| *name == char::from(*letter))
}

/// Refuses a fraction of the second where Go's layouts could not tell it from other digits.
fn check_fractions(format: &[u8]) -> Result<(), FormatError> {
    let mut previous = 0..0;
    while previous.end < format.len() {
        let rest = &format[previous.end..];
        if let [b'%', b'L' | b'f' | b's', ..] = rest
            && !matches!(&format[previous.clone()], b"" | b"." | b",")
        {
            let part = String::from_utf8_lossy(&format[previous.start..previous.end + 2]);
            return Err(FormatError::Fraction(part.into_owned()));
        }
        previous = previous.end..previous.end + character_length(rest);
    }
    Ok(())
}

/// A value and how to understand it.
#[derive(Clone, Copy)]
struct Source<'v> {
    value: &'v [u8],
    zone: ZoneId,
    locale: Option<&'v Locale>,
}

/// Why a layout did not read a value.
enum Failure {
    Mismatch {
        /// What failed: an element of the layout, or the directive that it came from.
        element: Box<[u8]>,
        /// What was left of the value, which is translated if there is a locale.
        rest: Box<[u8]>,
        reason: Reason,
        translated: Option<Box<[u8]>>,
    },
    Other(ValueError),
}

impl Failure {
    fn into_error(self, format: &[u8], value: &[u8]) -> ValueError {
        match self {
            Failure::Mismatch {
                element,
                rest,
                reason,
                translated,
            } => {
                let value = translated.unwrap_or_else(|| value.into());
                ValueError::Parse(ParseError {
                    layout: format.into(),
                    value,
                    element,
                    rest,
                    reason,
                })
            }
            Failure::Other(error) => error,
        }
    }
}

impl Source<'_> {
    fn read(&self, layout: &Layout) -> Result<Time, Failure> {
        match self.locale {
            None => self.read_english(layout, self.value, false),
            Some(locale) => {
                let translated = locale
                    .translate(layout.text(), self.value)
                    .map_err(|error| Failure::Other(ValueError::Locale(error)))?;
                self.read_english(layout, &translated, true)
            }
        }
    }

    fn read_english(
        &self,
        layout: &Layout,
        value: &[u8],
        translated: bool,
    ) -> Result<Time, Failure> {
        let time = layout.read(value, self.zone).map_err(|mismatch| {
            let Mismatch {
                element,
                rest,
                reason,
            } = mismatch;
            Failure::Mismatch {
                element: layout.text()[element].into(),
                rest: value[rest..].into(),
                reason,
                translated: translated.then(|| value.into()),
            }
        })?;
        let offset = time.offset();
        let assumed = self.zone.offset_at(time.unix());
        if offset.seconds != 0 || offset.name == "UTC" || offset.name == assumed.name {
            return Ok(time);
        }
        // Go reads an abbreviation that it does not know as one of UTC: look it up as a zone's name.
        let zone = load_zone(offset.name.as_bytes()).map_err(Failure::Other)?;
        Ok(layout.read(value, zone).unwrap_or(time))
    }
}

/// The search for a layout that reads a value.
struct Search<'v> {
    strptime: &'v Strptime,
    source: Source<'v>,
    attempts: usize,
}

type Found = Result<(Time, Layout), Failure>;

impl Search<'_> {
    /// Tries all layouts that begin with `before` and go on with the format from `position`, where
    /// `uses` are the directives from there on.
    fn read(&mut self, before: &[u8], position: usize, uses: &[Use]) -> Found {
        let format = &self.strptime.format;
        let Some((used, others)) = uses.split_first() else {
            self.attempts += 1;
            if self.attempts > STRPTIME_ATTEMPT_COUNT_MAX {
                return Err(Failure::Other(ValueError::TooManyAttempts));
            }
            let layout = Layout::new(&[before, &format[position..]].concat());
            return self.source.read(&layout).map(|time| (time, layout));
        };
        let before = [before, &format[position..used.span.start]].concat();
        let mut outcome = Err(Failure::Other(ValueError::TooManyAttempts));
        for alternative in &used.alternatives {
            let mine;
            (mine, outcome) = self.read_alternative(&before, used, alternative, others);
            if !mine {
                break;
            }
        }
        outcome
    }

    /// Tries one spelling of a directive, with the blanks that the value turns out to have before its
    /// numbers. Also says whether it is this directive that failed.
    fn read_alternative(
        &mut self,
        before: &[u8],
        used: &Use,
        elements: &[&'static str],
        others: &[Use],
    ) -> (bool, Found) {
        let mut elements: Vec<Box<[u8]>> = elements
            .iter()
            .map(|element| element.as_bytes().into())
            .collect();
        let mut rest_before = usize::MAX;
        loop {
            let layout = [before, &elements.concat()].concat();
            let mut outcome = self.read(&layout, used.span.end, others);
            let name = &self.strptime.format[used.span.clone()];
            let Some((index, rest)) = claim(&mut outcome, &elements, name) else {
                return (false, outcome);
            };
            let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
            let blanks = rest.iter().take_while(blank).count();
            let number = matches!(elements[index].first(), Some(b'0'..=b'9' | b'Z'));
            // Where blanks did not help before, the reference adds more without end: it mistakes an
            // impossible number before blanks, or an earlier use of the element, for this case.
            if blanks == 0 || !number || rest.len() >= rest_before {
                return (true, outcome);
            }
            rest_before = rest.len();
            elements.insert(index, rest[..blanks].into());
        }
    }
}

/// If it is one of these elements that failed, makes the error name their directive, and returns the
/// element's index and the rest of the value at which it failed.
fn claim(outcome: &mut Found, elements: &[Box<[u8]>], name: &[u8]) -> Option<(usize, Box<[u8]>)> {
    match outcome {
        Err(Failure::Mismatch { element, rest, .. }) if !element.is_empty() => {
            let index = elements.iter().position(|own| own == element)?;
            *element = name.into();
            Some((index, rest.clone()))
        }
        Err(Failure::Other(ValueError::Locale(error))) => {
            let element = error.mismatched_element()?;
            let index = elements.iter().position(|own| **own == **element)?;
            *element = name.into();
            Some((index, Box::default()))
        }
        _ => None,
    }
}
