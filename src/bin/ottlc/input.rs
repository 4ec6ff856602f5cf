//! Requests from files and standard input, one at a time, each with its place.

use crate::error::CliError;
use ottl_vm::wire::frame::{Format, FrameError, Frames};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Is told of every read.
pub(crate) trait Watch: Sync {
    /// One is about to begin, and may take long.
    fn before_read(&self);

    /// It gave so many bytes.
    fn after_read(&self, bytes: u64);
}

/// A file or standard input.
pub(crate) struct Input<'w> {
    name: String,
    frames: Frames<Lines<'w, Box<dyn Read + Send>>>,
    breaks: Arc<Mutex<Breaks>>,
    /// Lines ended before the request last given.
    lines: u64,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its first line from 1; `None` if the input is binary.
    pub(crate) line: Option<u64>,
    /// Bytes from the start of the input.
    pub(crate) offset: u64,
}

impl Place {
    /// `name:line` for text, the offset in words for protobuf.
    pub(crate) fn within(&self, name: &str) -> String {
        match self.line {
            Some(line) => format!("{name}:{line}"),
            None => format!("{name}: the request at byte {}", self.offset),
        }
    }
}

impl<'w> Input<'w> {
    /// Opens a file, or standard input for `None`, and tells its format unless it is given.
    ///
    /// # Errors
    /// It cannot be opened or read.
    pub(crate) fn open(
        path: Option<&Path>,
        format: Option<Format>,
        watch: &'w dyn Watch,
    ) -> Result<Input<'w>, CliError> {
        let (name, input): (_, Box<dyn Read + Send>) = match path {
            Some(path) => {
                let file = File::open(path).map_err(|error| CliError::reading(path, &error))?;
                (path.display().to_string(), Box::new(file))
            }
            None => ("<stdin>".to_owned(), Box::new(io::stdin())),
        };
        let breaks = Arc::new(Mutex::new(Breaks {
            offsets: VecDeque::new(),
            is_wanted: true,
        }));
        let lines = Lines {
            input,
            offset: 0,
            breaks: Arc::clone(&breaks),
            watch,
        };
        let frames = Frames::new(lines, format).map_err(|error| CliError::about(&name, &error))?;
        if !frames.format().is_json() {
            *locked(&breaks) = Breaks {
                offsets: VecDeque::new(),
                is_wanted: false,
            };
        }
        Ok(Input {
            name,
            frames,
            breaks,
            lines: 0,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn format(&self) -> Format {
        self.frames.format()
    }

    /// The next request, JSON or protobuf as the input's format says, in the place of what is in `bytes`; where it
    /// stands. `None` if there is none.
    ///
    /// # Errors
    /// The input fails, is cut within a request, or has one that is too large.
    pub(crate) fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Place>, CliError> {
        let format = self.frames.format();
        let offset = self.frames.next_into(bytes).map_err(|error| match error {
            FrameError::Truncated { .. } => {
                CliError::about(&self.name, &format!("truncated: {error}"))
            }
            _ => CliError::about(&self.name, &error),
        })?;
        let Some(offset) = offset else {
            return Ok(None);
        };
        let line = format.is_json().then(|| {
            self.lines += locked(&self.breaks).pass(offset);
            self.lines + 1
        });
        Ok(Some(Place { line, offset }))
    }
}

/// Line ends that have been read, but lie behind the request last given.
struct Breaks {
    /// Bytes from the start of the input.
    offsets: VecDeque<u64>,
    is_wanted: bool,
}

impl Breaks {
    /// Forgets the line ends before an offset; gives how many they were.
    fn pass(&mut self, offset: u64) -> u64 {
        let count = self.offsets.partition_point(|&at| at < offset);
        self.offsets.drain(..count);
        count as u64
    }
}

/// Nobody panics with it.
fn locked(breaks: &Mutex<Breaks>) -> MutexGuard<'_, Breaks> {
    breaks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A reader that notes where lines end and tells how much was read.
struct Lines<'w, R> {
    input: R,
    offset: u64,
    breaks: Arc<Mutex<Breaks>>,
    watch: &'w dyn Watch,
}

impl<R: Read> Read for Lines<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.before_read();
        let read = self.input.read(buffer);
        self.watch
            .after_read(read.as_ref().map_or(0, |count| *count as u64));
        let count = read?;
        let mut breaks = locked(&self.breaks);
        if breaks.is_wanted {
            let found = buffer
                .iter()
                .take(count)
                .enumerate()
                .filter(|(_, byte)| **byte == b'\n');
            breaks
                .offsets
                .extend(found.map(|(at, _)| self.offset + at as u64));
        }
        self.offset += count as u64;
        Ok(count)
    }
}

/// The next of the JSON documents that follow one another in a text, from `start` on: where it stands. What cannot
/// be told apart is left together, for the reader to complain about.
pub(crate) fn next_document(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let indent = rest.len() - rest.trim_ascii_start().len();
    if indent == rest.len() {
        return None;
    }
    let at = start + indent;
    let document = &text[at..];
    let length = end_of_object(document).unwrap_or(document.len());
    Some(at..at + length)
}

/// Where the object ends that the text starts with, if it does both.
fn end_of_object(text: &[u8]) -> Option<usize> {
    let (mut depth, mut in_string, mut is_escaped) = (0usize, false, false);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}
