//! Requests in files and streams: which of four formats it is, reading one request after the other, and
//! writing them.
//!
//! Invariants: a reader holds one frame and at most `READ_BYTES` beside it, however long the stream; a
//! frame larger than [`FRAME_BYTES_MAX`] is an error before it is read.

use crate::limits::FRAME_BYTES_MAX;
use std::fmt;
use std::io::{self, Read, Write};

/// Bytes asked for at once.
const READ_BYTES: usize = 64 * 1024;

/// Bytes asked for at once of a request that is read into its place.
const DIRECT_BYTES: usize = 1 << 20;

/// The length before a request: bytes, big endian.
pub const LENGTH_BYTES: usize = 4;

/// What is looked at of the first name in JSON: bytes.
const NAME_BYTES: usize = 8;

/// Bytes at the start of a stream that [`detect`] is given by [`Frames`], if there are so many
/// and fewer do not tell.
const DETECT_BYTES: usize = 4 * 1024;

/// How requests stand in a file or stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// OTLP/JSON, one request a line.
    JsonLines,
    /// OTLP/JSON, one request that may take several lines.
    Json,
    /// Protobuf, each request after its length: 4 bytes, big endian.
    LengthPrefixed,
    /// One request in protobuf.
    Protobuf,
}

impl Format {
    /// Whether its requests are OTLP/JSON.
    #[must_use]
    pub const fn is_json(self) -> bool {
        matches!(self, Format::JsonLines | Format::Json)
    }
}

/// Tells the format by the first bytes of a stream; the more the better, and a few thousand are enough.
///
/// Requests in protobuf start with the tag of field 1 or 2, and lengths below [`FRAME_BYTES_MAX`] with a
/// smaller byte, so these two can't be taken for each other unless the first field is an unknown one.
#[must_use]
pub fn detect(first: &[u8]) -> Format {
    if let Some(is_one_line) = json_start(first) {
        return if is_one_line {
            Format::JsonLines
        } else {
            Format::Json
        };
    }
    match first {
        [] => Format::JsonLines,
        [0x0a | 0x12, ..] => Format::Protobuf,
        [a, b, c, d, rest @ ..] => {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let fits = length <= FRAME_BYTES_MAX
                && (length == 0 || matches!(rest, [] | [0x0a | 0x12, ..]));
            if fits {
                Format::LengthPrefixed
            } else {
                Format::Protobuf
            }
        }
        _ => Format::Protobuf,
    }
}

/// Whether [`detect`] would tell the same of these bytes and whatever follows.
fn tells(first: &[u8]) -> bool {
    let text = without_mark(first).trim_ascii_start();
    match text {
        [] => false,
        // The first line, and enough for the first name.
        [b'{', inside @ ..] => {
            inside.trim_ascii_start().len() > NAME_BYTES && text.contains(&b'\n')
        }
        _ => first.len() > 4,
    }
}

/// The bytes without a byte-order mark.
fn without_mark(first: &[u8]) -> &[u8] {
    first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first)
}

/// Whether the bytes start a JSON object, and if they do, whether its first line could be all of it.
fn json_start(first: &[u8]) -> Option<bool> {
    let text = without_mark(first).trim_ascii_start();
    let inside = text.strip_prefix(b"{")?.trim_ascii_start();
    // The tag of field 1 is a line end and `{` may be its length, so look at the first name as well.
    let is_object = match inside {
        [] | [b'}', ..] => true,
        [b'"', name @ ..] => name
            .iter()
            .take_while(|&&byte| byte != b'"')
            .take(NAME_BYTES)
            .all(u8::is_ascii_graphic),
        _ => false,
    };
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or(text);
    is_object.then(|| line.len() == text.len() || is_balanced(line))
}

/// Whether every bracket outside strings is closed.
fn is_balanced(line: &[u8]) -> bool {
    let (mut depth, mut in_string, mut is_escaped) = (0usize, false, false);
    for &byte in line {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth == 0 && !in_string
}

/// One request of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame<'a> {
    /// Protobuf or JSON, as the format says, without length or line end.
    pub bytes: &'a [u8],
    /// Where `bytes` start: bytes from the start of the stream.
    pub offset: u64,
}

/// Why a stream can't be read on.
#[derive(Debug)]
pub enum FrameError {
    /// The stream itself failed.
    Io(io::Error),
    /// A request of more than [`FRAME_BYTES_MAX`] bytes starts at this offset.
    TooLarge {
        /// Bytes from the start of the stream.
        offset: u64,
    },
    /// The stream ends inside a request or its length.
    Truncated {
        /// Where the request or its length starts: bytes from the start of the stream.
        offset: u64,
        /// Bytes that should follow.
        expected: usize,
        /// Bytes that do.
        found: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Io(error) => error.fmt(f),
            FrameError::TooLarge { offset } => {
                write!(
                    f,
                    "the request at byte {offset} is larger than {FRAME_BYTES_MAX} bytes"
                )
            }
            FrameError::Truncated {
                offset,
                expected,
                found,
            } => {
                write!(
                    f,
                    "the input ends {found} bytes after byte {offset}, where {expected} should follow"
                )
            }
        }
    }
}

impl std::error::Error for FrameError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FrameError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        FrameError::Io(error)
    }
}

/// The requests of a stream, one after the other.
///
/// ```
/// use ottl_vm::wire::frame::{Format, Frames};
/// let mut frames = Frames::new("{\"a\":1}\n\n{}\n".as_bytes(), None)?;
/// assert_eq!(frames.format(), Format::JsonLines);
/// assert_eq!(frames.next()?.map(|frame| frame.bytes), Some(b"{\"a\":1}".as_slice()));
/// assert_eq!(frames.next()?.map(|frame| frame.offset), Some(9));
/// assert_eq!(frames.next()?, None);
/// # Ok::<(), ottl_vm::wire::frame::FrameError>(())
/// ```
#[derive(Debug)]
pub struct Frames<R> {
    input: R,
    format: Format,
    /// Its first `filled` bytes have been read; `taken` bytes of them have been handed out.
    buffer: Vec<u8>,
    filled: usize,
    taken: usize,
    /// Where the buffer starts in the stream.
    offset: u64,
    is_ended: bool,
}

impl<R: Read> Frames<R> {
    /// Reads `input`, in the format that its first bytes tell unless one is given.
    ///
    /// # Errors
    /// The input fails.
    pub fn new(input: R, format: Option<Format>) -> Result<Self, FrameError> {
        let mut frames = Frames {
            input,
            format: format.unwrap_or(Format::JsonLines),
            buffer: Vec::new(),
            filled: 0,
            taken: 0,
            offset: 0,
            is_ended: false,
        };
        if format.is_none() {
            // Whoever writes the other end of a pipe may wait for an answer to the first request.
            while !frames.is_ended && frames.filled < DETECT_BYTES && !tells(frames.read()) {
                frames.fill()?;
            }
            frames.format = detect(frames.read());
        }
        Ok(frames)
    }

    /// How the requests stand in the stream.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The next request; `None` at the end. Empty lines are passed over.
    ///
    /// # Errors
    /// The input fails, ends inside a request, or has one that is too large. Then there is no next one.
    #[expect(
        clippy::should_implement_trait,
        reason = "it lends: a frame lives until the next call"
    )]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        let Some((start, end)) = self.find()? else {
            return Ok(None);
        };
        Ok(Some(Frame {
            bytes: &self.buffer[start..end],
            offset: self.offset + start as u64,
        }))
    }

    /// The same, with the request in the place of what is in `bytes`, and where it starts: bytes from the start of the
    /// stream. Most of a long one goes there without a copy.
    ///
    /// # Errors
    /// As those of [`next`](Frames::next).
    pub fn next_into(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, FrameError> {
        if self.format == Format::LengthPrefixed {
            let read = self.read_prefixed(bytes);
            return self.or_end(read);
        }
        if matches!(self.format, Format::Json | Format::Protobuf) {
            let is_any = self.find()?.is_some();
            if is_any {
                self.buffer.truncate(self.filled);
                *bytes = std::mem::take(&mut self.buffer);
                (self.filled, self.taken) = (0, 0);
            }
            return Ok(is_any.then_some(0));
        }
        let Some(frame) = self.next()? else {
            return Ok(None);
        };
        bytes.clear();
        bytes.extend_from_slice(frame.bytes);
        Ok(Some(frame.offset))
    }

    /// Where in the buffer the next request is.
    fn find(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        let found = match self.format {
            Format::JsonLines => self.line(),
            Format::LengthPrefixed => self.length_prefixed(),
            Format::Json | Format::Protobuf => self.whole(),
        };
        self.or_end(found)
    }

    /// What has been read and not yet dropped.
    fn read(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// After an error there is nothing more.
    fn or_end<T>(&mut self, found: Result<T, FrameError>) -> Result<T, FrameError> {
        if found.is_err() {
            self.taken = self.filled;
            self.is_ended = true;
        }
        found
    }

    /// Drops what was handed out, to make room for more.
    fn release(&mut self) {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.offset += self.taken as u64;
        self.taken = 0;
    }

    /// Reads until `count` bytes are there that haven't been handed out, or to the end.
    fn fill_to(&mut self, count: usize) -> Result<(), FrameError> {
        while !self.is_ended && self.filled - self.taken < count {
            self.fill()?;
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), FrameError> {
        let end = self.filled + READ_BYTES;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        let read = read_some(&mut self.input, &mut self.buffer[self.filled..end])?;
        self.filled += read;
        self.is_ended = read == 0;
        Ok(())
    }

    fn too_large(&self) -> FrameError {
        FrameError::TooLarge {
            offset: self.offset + self.taken as u64,
        }
    }

    fn line(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        loop {
            let mut searched = self.taken;
            let newline = loop {
                match memchr::memchr(b'\n', &self.read()[searched..]) {
                    Some(at) => break Some(searched + at),
                    None if self.is_ended => break None,
                    None if self.filled - self.taken > FRAME_BYTES_MAX => {
                        return Err(self.too_large());
                    }
                    None => {
                        searched = self.filled - self.taken;
                        self.release();
                        self.fill()?;
                    }
                }
            };
            let start = self.taken;
            let end = newline.unwrap_or(self.filled);
            if end - start > FRAME_BYTES_MAX {
                return Err(self.too_large());
            }
            self.taken = newline.map_or(end, |newline| newline + 1);
            let line = self.buffer[start..end].trim_ascii();
            if !line.is_empty() {
                let indent = self.buffer[start..end].len()
                    - self.buffer[start..end].trim_ascii_start().len();
                return Ok(Some((start + indent, start + indent + line.len())));
            }
            if newline.is_none() {
                return Ok(None);
            }
        }
    }

    fn length_prefixed(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        let Some(length) = self.prefix()? else {
            return Ok(None);
        };
        self.fill_to(LENGTH_BYTES + length)?;
        if self.filled < LENGTH_BYTES + length {
            return Err(self.cut(length, self.filled - LENGTH_BYTES));
        }
        self.taken = LENGTH_BYTES + length;
        Ok(Some((LENGTH_BYTES, LENGTH_BYTES + length)))
    }

    /// Reads the next request into `bytes`: where it starts.
    fn read_prefixed(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u64>, FrameError> {
        let Some(length) = self.prefix()? else {
            return Ok(None);
        };
        let mut read = length.min(self.filled - LENGTH_BYTES);
        self.taken = LENGTH_BYTES + read;
        // What is there is written over, which costs less than to make it anew.
        bytes.resize(length.min(bytes.len().max(read)), 0);
        bytes[..read].copy_from_slice(&self.buffer[LENGTH_BYTES..self.taken]);
        while read < length {
            // Whoever gives a length need not give as many bytes.
            bytes.resize(length.min(bytes.len().max(read + DIRECT_BYTES)), 0);
            let count = read_some(&mut self.input, &mut bytes[read..])?;
            if count == 0 {
                return Err(self.cut(length, read));
            }
            read += count;
        }
        let start = self.offset + LENGTH_BYTES as u64;
        self.offset += (length - (self.taken - LENGTH_BYTES)) as u64;
        Ok(Some(start))
    }

    /// The length of the next request, which is the first thing in the buffer then.
    fn prefix(&mut self) -> Result<Option<usize>, FrameError> {
        self.release();
        self.fill_to(LENGTH_BYTES)?;
        let Some(prefix) = self.read().first_chunk::<LENGTH_BYTES>() else {
            return match self.filled {
                0 => Ok(None),
                found => Err(FrameError::Truncated {
                    offset: self.offset,
                    expected: LENGTH_BYTES,
                    found,
                }),
            };
        };
        let length = u32::from_be_bytes(*prefix) as usize;
        match length > FRAME_BYTES_MAX {
            true => Err(self.too_large()),
            false => Ok(Some(length)),
        }
    }

    /// A request of which there are only so many bytes.
    fn cut(&self, length: usize, found: usize) -> FrameError {
        FrameError::Truncated {
            offset: self.offset + LENGTH_BYTES as u64,
            expected: length,
            found,
        }
    }

    /// All there is, once; nothing at all is no request.
    fn whole(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        self.fill_to(FRAME_BYTES_MAX + 1)?;
        let (start, end) = (self.taken, self.filled);
        if end - start > FRAME_BYTES_MAX {
            return Err(self.too_large());
        }
        self.taken = end;
        Ok((start < end).then_some((start, end)))
    }
}

/// Reads what is there; nothing only at the end.
fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done.map(|count| count.min(buffer.len())),
        }
    }
}

/// Writes one request as a frame: with its length before it or a line end after it, as the format has it.
/// JSON must be in one line for [`Format::JsonLines`], which is what [`super::json::write`] makes.
///
/// # Errors
/// The output fails, or the request doesn't fit a length of 32 bits.
pub fn write_frame(format: Format, request: &[u8], output: &mut impl Write) -> io::Result<()> {
    match format {
        Format::LengthPrefixed => {
            let length = u32::try_from(request.len()).map_err(io::Error::other)?;
            output.write_all(&length.to_be_bytes())?;
            output.write_all(request)
        }
        Format::Protobuf => output.write_all(request),
        Format::JsonLines | Format::Json => {
            output.write_all(request)?;
            output.write_all(b"\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(out.len());
            let (now, later) = self.0.split_at(count);
            out[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn a_format_is_told_as_soon_as_nothing_can_change_it() {
        let streams: [&[u8]; 9] = [
            b"{\"resourceSpans\":[]}\n{}\n",
            b"\xef\xbb\xbf \n{\"a\":\"}{\"}\n",
            b"{\n  \"resourceSpans\": []\n}\n{\n}",
            b"{}\n{}\n{}\n",
            b"\0\0\0\x02\x0a\0\0\0\0\0",
            b"\0\0\0\0\0\0\0\0",
            b"\x0a\x7b\x0a\x79\x12\x77\x0a\x75\x0a\x0a",
            b"\x0a\x02\x0a\0\x0a\x02\x0a\0",
            b"text\nand more text",
        ];
        for stream in streams {
            for end in 0..stream.len() {
                if tells(&stream[..end]) {
                    assert_eq!(
                        detect(&stream[..end]),
                        detect(stream),
                        "{stream:?} at {end}"
                    );
                }
            }
        }
        let line: &[u8] = b"{\"resourceSpans\":[]}\n";
        assert!(tells(line) && tells(b"\0\0\0\x02\x0a"));
    }

    /// What a frame holds and where it was.
    type Found = (Vec<u8>, u64);

    /// Both ways of reading give the same.
    fn frames(input: &[u8], step: usize) -> (Format, Vec<Found>, Option<FrameError>) {
        let mut frames = Frames::new(Slow(input, step), None).expect("a readable input");
        let (mut bytes, mut read) = (Vec::new(), Vec::new());
        let error = loop {
            match frames.next_into(&mut bytes) {
                Ok(Some(offset)) => read.push((bytes.clone(), offset)),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        let (format, found, other) = lent(input, step);
        assert_eq!(
            (read, format!("{error:?}")),
            (found.clone(), format!("{other:?}"))
        );
        (format, found, other)
    }

    fn lent(input: &[u8], step: usize) -> (Format, Vec<Found>, Option<FrameError>) {
        let mut frames = Frames::new(Slow(input, step), None).expect("a readable input");
        let mut found = Vec::new();
        loop {
            match frames.next() {
                Ok(Some(frame)) => found.push((frame.bytes.to_vec(), frame.offset)),
                Ok(None) => return (frames.format, found, None),
                Err(error) => {
                    assert!(
                        matches!(frames.next(), Ok(None)),
                        "nothing follows an error"
                    );
                    return (frames.format, found, Some(error));
                }
            }
        }
    }

    #[test]
    fn formats_are_told_apart() {
        for (first, expected) in [
            (b"".as_slice(), Format::JsonLines),
            (b"{}", Format::JsonLines),
            (b"{\"resourceSpans\":[]}\n{", Format::JsonLines),
            (b"\n\n {\"resourceSpans\": [", Format::JsonLines),
            (b"{\n  \"resourceSpans\": []\n}", Format::Json),
            (b"{\"resourceSpans\": [\n]}", Format::Json),
            (b"\xef\xbb\xbf{\"a\":\"}\\\"\"}\n", Format::JsonLines),
            (b"\x0a\x7b\x0a\x22\x0a\x20", Format::Protobuf),
            (b"\x0a\x7b\x12\x22", Format::Protobuf),
            (b"\x12\x05", Format::Protobuf),
            (b"\x00\x00\x01\x22\x0a", Format::LengthPrefixed),
            (b"\x00\x00\x00\x00", Format::LengthPrefixed),
            (b"\x1a\x03abc", Format::Protobuf),
        ] {
            assert_eq!(detect(first), expected, "{first:x?}");
        }
    }

    #[test]
    fn every_format_is_read_back_however_it_arrives() {
        let requests: [&[u8]; 3] = [b"\x0a\x02\x0a\x00", b"", b"\x0a\x00"];
        let mut input = Vec::new();
        for request in requests {
            write_frame(Format::LengthPrefixed, request, &mut input).expect("a vector takes it");
        }
        for step in 1..input.len() {
            let (format, found, error) = frames(&input, step);
            assert!(error.is_none() && format == Format::LengthPrefixed);
            assert_eq!(
                found,
                [
                    (requests[0].to_vec(), 4),
                    (vec![], 12),
                    (requests[2].to_vec(), 16)
                ]
            );
        }
        let lines = b"{\"a\":1}\r\n\n  {}  \n{\"b\":2}";
        for step in 1..lines.len() {
            let (_, found, error) = frames(lines, step);
            assert!(error.is_none());
            assert_eq!(
                found,
                [
                    (b"{\"a\":1}".to_vec(), 0),
                    (b"{}".to_vec(), 12),
                    (b"{\"b\":2}".to_vec(), 17)
                ]
            );
        }
        let document = b"{\n\"a\": 1\n}\n";
        assert_eq!(frames(document, 3).1, [(document.to_vec(), 0)]);
        assert_eq!(frames(b"\x0a\x00", 1).1, [(vec![0x0a, 0], 0)]);
        assert_eq!(frames(b"", 1).1, []);
    }

    #[test]
    fn what_is_cut_or_too_large_is_an_error_with_its_offset() {
        let (_, found, error) = frames(b"\0\0\0\x02\x0a\0\0\0\0\x05\x0a", 2);
        assert_eq!(found.len(), 1);
        assert!(
            matches!(
                error,
                Some(FrameError::Truncated {
                    offset: 10,
                    expected: 5,
                    found: 1
                })
            ),
            "{error:?}"
        );
        let (_, _, error) = frames(b"\0\0\0\0\0\0", 9);
        assert!(
            matches!(
                error,
                Some(FrameError::Truncated {
                    offset: 4,
                    expected: 4,
                    found: 2
                })
            ),
            "{error:?}"
        );
        let over = (FRAME_BYTES_MAX as u32 + 1).to_be_bytes();
        let (_, found, error) = frames(&[[0; 4], over].concat(), 9);
        assert!(
            found.len() == 1 && matches!(error, Some(FrameError::TooLarge { offset: 4 })),
            "{error:?}"
        );
    }
}
