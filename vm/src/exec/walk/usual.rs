//! Fields and attributes of the usual form, which a walk goes over in one loop.
//!
//! It reads windows of the request that reach beyond the message: whether the last field ends within it is asked in the end.

use super::super::locate::Row;
use super::super::locator::{
    ALL_WANTED, NONE_WANTED, SOME_WANTED, SOME_WANTED_ALL_MEASURED, Step, Wanted, bucket,
};
use super::{Walk, input_place};
use crate::wire::any;
use crate::wire::cursor::short_varint_len;
use crate::wire::short::{Short, Window};
use crate::wire::tree::NONE;
use crate::wire::usual::{Ahead, SAMPLE, Windows, plain_messages};
use crate::wire::validate::is_plain_value;

impl<'a, const FULL: bool> Walk<'_, 'a, FULL> {
    /// Goes over fields and attributes of the usual form. Where that ends: at the end of the message or of what is to be
    /// found in it, or before a field of another form or one that lies near the end of the request.
    #[inline(always)]
    pub(super) fn usual<const WANTED: Wanted, const VALUE_FIRST: bool>(
        &mut self,
        at: u32,
        end: u32,
    ) -> u32 {
        let steps = self.variant.steps::<FULL>();
        let mut windows = Windows::new(self.input, at as usize, end as usize);
        // Where the first field begins after the last that was noted.
        let mut unnoted = at;
        /// Steps over a field that nobody looks for, if it is like this.
        macro_rules! step_over {
            ($tag:ident, $is_usual:expr, $length:expr) => {{
                if !$is_usual {
                    return windows.position() as u32;
                }
                if FULL {
                    self.meet(u32::from($tag >> 3));
                }
                windows = windows.after($length);
                continue;
            }};
        }
        while let Some(window) = windows.first() {
            let tag = window[0];
            let length = || window[1];
            let short = || usize::from(window[1]);
            let (header, payload) = match steps[usize::from(tag)] {
                Step::Attribute => {
                    let after = match WANTED {
                        ALL_WANTED => self.rows::<VALUE_FIRST>(windows, end),
                        _ => self.attributes::<WANTED, VALUE_FIRST>(windows, end),
                    };
                    match after {
                        Ok(after) => windows = after,
                        Err(at) => return at,
                    }
                    unnoted = windows.position() as u32;
                    match windows.first() {
                        Some(window) if window[0] == tag => {
                            let Some(length) = self.long_attribute(window, unnoted, end) else {
                                return unnoted;
                            };
                            windows = windows.after(length);
                            unnoted = windows.position() as u32;
                            if !FULL && WANTED == SOME_WANTED && self.found.missing == 0 {
                                return end;
                            }
                            continue;
                        }
                        Some(_) => continue,
                        None => break,
                    }
                }
                Step::Fixed64 => step_over!(tag, true, 9),
                Step::Fixed32 => step_over!(tag, true, 5),
                Step::Varint if length() < 0x80 => step_over!(tag, true, 2),
                Step::Varint => {
                    let Some(length) = long_varint(window) else {
                        return windows.position() as u32;
                    };
                    step_over!(tag, true, 1 + length)
                }
                Step::Bytes if WANTED == NONE_WANTED && length() < 0x80 => {
                    windows = skip_run(windows.after(2 + short()), tag);
                    continue;
                }
                Step::Bytes if length() < 0x80 => step_over!(tag, true, 2 + short()),
                Step::Bytes => {
                    let Some((header, payload)) = long_payload(window) else {
                        return windows.position() as u32;
                    };
                    step_over!(tag, true, header + payload)
                }
                Step::Samples if FULL => {
                    // So that the other steps keep their registers.
                    std::hint::cold_path();
                    let at = windows.position();
                    match plain_messages::<SAMPLE>(self.input, at, end as usize) {
                        next if next == at => return at as u32,
                        next => windows = windows.after(next - at),
                    }
                    continue;
                }
                Step::Empty => step_over!(tag, length() == 0, 2),
                Step::Id8 => step_over!(tag, length() & !8 == 0, 2 + short()),
                Step::Id16 => step_over!(tag, length() & !16 == 0, 2 + short()),
                Step::FoundFixed64 => (1, 8),
                Step::FoundFixed32 => (1, 4),
                Step::FoundVarint if length() < 0x80 => (1, 1),
                Step::FoundVarint => match long_varint(window) {
                    Some(length) => (1, length),
                    None => return windows.position() as u32,
                },
                Step::FoundBytes if length() < 0x80 => (2, short()),
                Step::FoundBytes => match long_payload(window) {
                    Some(found) => found,
                    None => return windows.position() as u32,
                },
                Step::FoundEmpty if length() == 0 => (2, 0),
                _ => return windows.position() as u32,
            };
            let at = windows.position() as u32;
            let next = at + (header + payload) as u32;
            if next > end {
                return at;
            }
            windows = windows.after(header + payload);
            unnoted = next;
            if FULL {
                self.meet(u32::from(tag >> 3));
            }
            // So that what steps over the others, most of them, keeps its registers.
            std::hint::cold_path();
            self.usual_field(tag, at, header as u32, next);
        }
        match windows.position() as u32 {
            next if next > end => self.beyond(unnoted, end),
            next => next,
        }
    }

    /// A field goes beyond the message: tells what is wrong from `at` on. That what was noted is noted again does no harm
    /// then.
    #[cold]
    #[inline(never)]
    fn beyond(&mut self, mut at: u32, end: u32) -> u32 {
        while at < end {
            at = self.careful_field(at, end);
        }
        end
    }

    /// Goes over attributes of the usual form. What comes behind them.
    ///
    /// # Errors
    /// Where the walk goes on in another way: at one that goes beyond the message, or at the message's end.
    #[inline(always)]
    fn attributes<const WANTED: Wanted, const VALUE_FIRST: bool>(
        &mut self,
        mut windows: Windows<'a>,
        end: u32,
    ) -> Result<Windows<'a>, u32> {
        let (head, keys) = (self.head::<VALUE_FIRST>(), self.found.locator.keys_wanted);
        let first = windows.position() as u32;
        let (mut count, mut value_bytes_max, mut length) = (0, 0, 0);
        'attributes: loop {
            // Those that nobody looks for, in a loop of their own.
            let mut ahead = Ahead::new(windows);
            let (window, short, bucket) = loop {
                windows = ahead.windows();
                let Some((window, second)) = ahead.first() else {
                    break 'attributes;
                };
                let Some(short) = Short::read::<VALUE_FIRST>(window, second, head) else {
                    break 'attributes;
                };
                if FULL && !short.is_plain::<VALUE_FIRST>(window) {
                    break 'attributes;
                }
                if WANTED == SOME_WANTED_ALL_MEASURED {
                    count += 1;
                    value_bytes_max = short.value_len::<VALUE_FIRST>().max(value_bytes_max);
                    length = short.length;
                }
                let bucket = short_bucket::<VALUE_FIRST>(short, window);
                if keys >> bucket & 1 != 0 {
                    break (window, short, bucket);
                }
                ahead = ahead.after_short();
            };
            let at = windows.position() as u32;
            if at + short.length > end {
                return Err(at);
            }
            self.some_attribute::<VALUE_FIRST>(window, short, bucket, at);
            if !FULL && WANTED == SOME_WANTED && self.found.missing == 0 {
                return Err(end);
            }
            windows = windows.after(short.length as usize);
        }
        let next = windows.position() as u32;
        if next > end {
            return Err(self.beyond(first, end));
        }
        if WANTED == SOME_WANTED_ALL_MEASURED {
            self.found.measure(count, value_bytes_max as usize);
            self.found.extend_run(first, next - length, next);
        }
        Ok(windows)
    }

    /// An attribute of the usual form but for lengths of two bytes, at `at`. How many bytes it takes, unless it is another or
    /// goes beyond the message.
    #[inline(never)]
    fn long_attribute(&mut self, window: &Window, at: u32, end: u32) -> Option<usize> {
        let is_long = window[1] >= 0x80;
        let (header, payload) = long_payload(window).filter(|_| is_long)?;
        let length = header + payload;
        let field = self.input[..end as usize].get(at as usize..at as usize + length)?;
        let (key, value) = any::key_and_value(&field[header..])?;
        let place = input_place(at, at + length as u32);
        if FULL && !is_plain_value(value) {
            self.check(place.at, place.end);
        }
        self.attribute(Row { place, key, value });
        Some(length)
    }

    /// Makes rows for attributes of the usual form. What comes behind them.
    ///
    /// # Errors
    /// The same.
    #[inline(always)]
    fn rows<const VALUE_FIRST: bool>(
        &mut self,
        windows: Windows<'a>,
        end: u32,
    ) -> Result<Windows<'a>, u32> {
        let (head, keys) = (self.head::<VALUE_FIRST>(), self.found.locator.keys_wanted);
        let mut ahead = Ahead::new(windows);
        while let Some((window, second)) = ahead.first()
            && let Some(short) = Short::read::<VALUE_FIRST>(window, second, head)
        {
            let at = ahead.windows().position() as u32;
            let place = input_place(at, at + short.length);
            if (FULL && !short.is_plain::<VALUE_FIRST>(window)) || place.end > end {
                return Err(at);
            }
            let Some((key, value)) = short.key_value::<VALUE_FIRST>(window) else {
                return Err(at);
            };
            let row = Row { place, key, value };
            self.found.rows.push(row);
            let bucket = short_bucket::<VALUE_FIRST>(short, window);
            let mut has_slot = false;
            if keys >> bucket & 1 != 0 {
                self.has_unnamed |= key.is_empty();
                let number = self.found.rows.len() - 1 - self.found.first_row;
                has_slot = self.found.keyed(row, number as u32, bucket);
            }
            if !FULL && !short.is_plain::<VALUE_FIRST>(window) {
                self.doubt_attribute(has_slot, place);
            }
            ahead = ahead.after_short();
        }
        Ok(ahead.windows())
    }

    /// An attribute of the usual form with a key like those that are looked for. Out of line, as few are.
    #[inline(never)]
    fn some_attribute<const VALUE_FIRST: bool>(
        &mut self,
        window: &'a Window,
        short: Short,
        bucket: u32,
        at: u32,
    ) {
        let Some((key, value)) = short.key_value::<VALUE_FIRST>(window) else {
            return;
        };
        self.has_unnamed |= key.is_empty();
        let place = input_place(at, at + short.length);
        if self.found.keyed(Row { place, key, value }, NONE, bucket)
            && !FULL
            && !short.is_plain::<VALUE_FIRST>(window)
        {
            self.doubt(place);
        }
    }

    /// Notes where a field of the usual form stands that needs no check: its tag, where it begins, how many bytes come before
    /// its payload, and where it ends.
    #[inline(always)]
    fn usual_field(&mut self, tag: u8, at: u32, header: u32, end: u32) {
        let payload = &self.input[(at + header) as usize..end as usize];
        let action = self.variant.actions[usize::from(tag >> 3)];
        self.note(action, payload, input_place(at, end));
    }
}

/// The bucket of an attribute's key.
#[inline(always)]
fn short_bucket<const VALUE_FIRST: bool>(short: Short, window: &Window) -> u32 {
    let (length, last) = short.key_end::<VALUE_FIRST>(window);
    bucket(length, last)
}

/// How many bytes come before the payload of a field of 128 bytes or more, and how many it has, if its length takes two.
#[inline(always)]
fn long_payload(window: &Window) -> Option<(usize, usize)> {
    let [_, low, high, ..] = *window;
    let length = usize::from(low & 0x7f) | usize::from(high) << 7;
    (high < 0x80).then_some((3, length))
}

/// How many bytes a field's varint has, if these are no more than eight.
#[inline(always)]
fn long_varint(window: &Window) -> Option<usize> {
    let [_, varint @ ..] = window.first_chunk::<9>()?;
    short_varint_len(varint)
}

/// Steps over fields with this tag whose lengths take a byte or two. What comes after them.
#[inline(always)]
fn skip_run(windows: Windows<'_>, tag: u8) -> Windows<'_> {
    let mut ahead = Ahead::new(windows);
    while let Some((window, length)) = ahead.first()
        && window[0] == tag
    {
        if length < 0x80 {
            ahead = ahead.after_short();
        } else if let Some((header, payload)) = long_payload(window) {
            ahead = Ahead::new(ahead.windows().after(header + payload));
        } else {
            break;
        }
    }
    ahead.windows()
}
