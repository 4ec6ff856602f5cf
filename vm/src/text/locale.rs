//! Month, weekday and half-day names of other languages, as OTTL's `Time` reads them: a value is
//! translated into English along a layout, then read.
//!
//! The names (`locales.tsv`) are those of Unicode CLDR 48 in the selection of elastic/lunes 0.2.2
//! (Apache-2.0). A line holds the language tags that share names, then short and long weekdays, short
//! and long months, and the half-days. The translation does byte by byte what lunes does, which shows
//! where a value has characters outside ASCII in unexpected places.

use super::layout_format::{MONTHS, WEEKDAYS};
use super::quote::LossyText;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

static LOCALES: LazyLock<HashMap<&'static str, Names>> = LazyLock::new(|| {
    let mut locales = HashMap::new();
    for line in include_str!("locales.tsv").lines() {
        let mut columns = line.split('\t');
        let tags = columns.next().unwrap_or_default();
        let mut names = || columns.next().unwrap_or_default();
        let names = Names {
            short_weekdays: names(),
            long_weekdays: names(),
            short_months: names(),
            long_months: names(),
            halves: names(),
        };
        locales.extend(tags.split(' ').map(|tag| (tag, names)));
    }
    locales
});

/// A language's names, each list separated by bars, or empty if the language has none.
#[derive(Clone, Copy, Debug)]
struct Names {
    short_weekdays: &'static str,
    long_weekdays: &'static str,
    short_months: &'static str,
    long_months: &'static str,
    halves: &'static str,
}

/// A language to read times in.
#[derive(Clone, Debug)]
pub struct Locale {
    tag: &'static str,
    names: Names,
}

/// A language tag that is not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedLocale {
    /// The tag.
    pub tag: Box<str>,
}

impl fmt::Display for UnsupportedLocale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = &self.tag;
        write!(
            f,
            "unsupported locale '{tag}', value must be a supported BCP 47 language tag"
        )
    }
}

impl std::error::Error for UnsupportedLocale {}

/// Why a value cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocaleError {
    /// No name of the language stands where the layout wants one.
    Mismatch {
        /// The element of the layout, or the directive that it came from.
        element: Box<[u8]>,
        /// The whole value.
        value: Box<[u8]>,
    },
    /// The language has no names for an element.
    Unsupported {
        /// The element of the layout.
        element: &'static str,
        /// The language's tag.
        tag: &'static str,
    },
}

impl LocaleError {
    /// The element that did not match, if that is what is wrong.
    pub(super) fn mismatched_element(&mut self) -> Option<&mut Box<[u8]>> {
        match self {
            LocaleError::Mismatch { element, .. } => Some(element),
            LocaleError::Unsupported { .. } => None,
        }
    }
}

impl fmt::Display for LocaleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocaleError::Mismatch { element, value } => {
                let (element, value) = (LossyText(element), LossyText(value));
                write!(
                    f,
                    "value \"{value}\" does not match the layout element \"{element}\""
                )
            }
            LocaleError::Unsupported { element, tag } => {
                write!(
                    f,
                    "layout element \"{element}\" is not supported by the language \"{tag}\""
                )
            }
        }
    }
}

impl std::error::Error for LocaleError {}

impl Locale {
    /// The language with this tag, such as `de` or `pt-BR`, exactly as written.
    pub fn new(tag: &str) -> Result<Locale, UnsupportedLocale> {
        match LOCALES.get_key_value(tag) {
            Some((&tag, &names)) => Ok(Locale { tag, names }),
            None => Err(UnsupportedLocale { tag: tag.into() }),
        }
    }

    /// A value with its names in English, read along a layout.
    pub(super) fn translate(&self, layout: &[u8], value: &[u8]) -> Result<Vec<u8>, LocaleError> {
        let mut translation = Translation {
            value,
            position: 0,
            out: Vec::with_capacity(value.len() + 32),
        };
        let mut position = 0;
        while position < layout.len() {
            let read = self.element(layout, position, &mut translation)?;
            position += read;
            if read == 0 {
                translation.copy_character();
                position += 1;
            }
        }
        if let Some(rest) = value.get(translation.position..) {
            translation.out.extend_from_slice(rest);
        }
        Ok(translation.out)
    }

    /// Translates the element at a position of the layout, if it is one that needs care. Returns how
    /// much of the layout it took, 0 if none.
    fn element(
        &self,
        layout: &[u8],
        position: usize,
        translation: &mut Translation<'_>,
    ) -> Result<usize, LocaleError> {
        let rest = &layout[position..];
        let lower_after = |length: usize| rest.get(length).is_some_and(u8::is_ascii_lowercase);
        let names = &self.names;
        match rest {
            [b'J', b'a', b'n', b'u', b'a', b'r', b'y', ..] => {
                self.name("January", names.long_months, &MONTHS, None, translation)
            }
            [b'J', b'a', b'n', ..] if !lower_after(3) => {
                self.name("Jan", names.short_months, &MONTHS, Some(3), translation)
            }
            [b'M', b'o', b'n', b'd', b'a', b'y', ..] => {
                self.name("Monday", names.long_weekdays, &WEEKDAYS, None, translation)
            }
            [b'M', b'o', b'n', ..] if !lower_after(3) => {
                self.name("Mon", names.short_weekdays, &WEEKDAYS, Some(3), translation)
            }
            [b'P', b'M' | b'm', ..] => {
                self.name("PM", names.halves, &["AM", "PM"], None, translation)
            }
            [b'p', b'M' | b'm', ..] => {
                self.name("pm", names.halves, &["am", "pm"], None, translation)
            }
            [b'_', b'2', b'0', b'0', b'6', ..] => translation.padded("_2006"),
            [b'_', b'2', ..] => {
                let read = translation.padded("_2")?;
                // lunes goes on to look for a day of the year where the day ended.
                match rest.get(read..) {
                    Some([_, b'_', b'2', ..]) if read > 0 => Ok(read + translation.padded("__2")?),
                    _ => Ok(read),
                }
            }
            [b'_', b'_', b'2', ..] => translation.padded("__2"),
            [digit @ b'3'..=b'5', ..] if position == 0 || layout[position - 1] != b'0' => {
                translation.clock_digits(*digit)
            }
            _ => Ok(0),
        }
    }

    /// Translates a name: the longest of a list that the value goes on with.
    fn name(
        &self,
        element: &'static str,
        foreign: &str,
        english: &[&str],
        cut: Option<usize>,
        translation: &mut Translation<'_>,
    ) -> Result<usize, LocaleError> {
        if foreign.is_empty() {
            return Err(LocaleError::Unsupported {
                element,
                tag: self.tag,
            });
        }
        let start = translation.skip_blanks();
        let rest = translation.value.get(start..).unwrap_or_default();
        let mut found: Option<(usize, &str)> = None;
        if !rest.is_empty() {
            for (name, english) in foreign.split('|').zip(english) {
                let longer = found.is_none_or(|(length, _)| name.len() > length);
                let candidate = rest.get(..name.len());
                if longer && candidate.is_some_and(|candidate| equal_fold(candidate, name)) {
                    found = Some((name.len(), &english[..cut.unwrap_or(english.len())]));
                }
            }
        }
        let Some((length, english)) = found else {
            return Err(translation.mismatch(element));
        };
        translation.blanks(start - translation.position);
        translation.out.extend_from_slice(english.as_bytes());
        translation.position = start + length;
        Ok(element.len())
    }
}

/// A translation under way.
struct Translation<'v> {
    value: &'v [u8],
    /// How much of the value has been read; may lie behind its end.
    position: usize,
    out: Vec<u8>,
}

impl Translation<'_> {
    /// Copies what stands for itself. lunes takes the byte for a character of Latin-1 and moves on by
    /// the length of that character in UTF-8.
    fn copy_character(&mut self) {
        if let Some(&byte) = self.value.get(self.position) {
            let mut buffer = [0; 2];
            let character = char::from(byte).encode_utf8(&mut buffer);
            self.out.extend_from_slice(character.as_bytes());
            self.position += character.len();
        }
    }

    /// Where the value goes on after blanks.
    fn skip_blanks(&self) -> usize {
        let rest = self.value.get(self.position..).unwrap_or_default();
        self.position + rest.iter().take_while(|&&byte| is_blank(byte)).count()
    }

    fn blanks(&mut self, count: usize) {
        self.out.resize(self.out.len() + count, b' ');
    }

    /// Copies a value padded with blanks, up to the element's length; nothing if the value is shorter.
    fn padded(&mut self, element: &'static str) -> Result<usize, LocaleError> {
        if self.value.len() < self.position + element.len() {
            return Ok(0);
        }
        let start = self.skip_blanks();
        if start >= self.value.len() {
            return Err(self.mismatch(element));
        }
        let rest = &self.value[start..];
        let length = rest
            .iter()
            .take(element.len())
            .take_while(|&&byte| !is_blank(byte))
            .count();
        self.blanks(start - self.position);
        self.out.extend_from_slice(&rest[..length]);
        self.position = start + length;
        Ok(element.len())
    }

    /// Copies one or two digits of an hour, minute or second.
    fn clock_digits(&mut self, element: u8) -> Result<usize, LocaleError> {
        let start = self.skip_blanks();
        let rest = self.value.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(2)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if length == 0 {
            return Err(LocaleError::Mismatch {
                element: [element].into(),
                value: self.value.into(),
            });
        }
        self.blanks(start - self.position);
        self.out
            .extend_from_slice(&self.value[start..start + length]);
        self.position = start + length;
        Ok(1)
    }

    fn mismatch(&self, element: &str) -> LocaleError {
        LocaleError::Mismatch {
            element: element.as_bytes().into(),
            value: self.value.into(),
        }
    }
}

/// Go's `unicode.IsSpace` of a byte taken for a character.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

/// Go's `strings.EqualFold`: equal under Unicode's simple case folding.
fn equal_fold(text: &[u8], name: &str) -> bool {
    let Ok(text) = str::from_utf8(text) else {
        return false;
    };
    text.chars().map(fold).eq(name.chars().map(fold))
}

/// One character for all that differ in case only.
fn fold(c: char) -> char {
    // The dotless i has an upper case but folds to nothing else.
    if c == '\u{131}' {
        return c;
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}
