//! Protobuf to OTLP/JSON: one function a message, derived from the schema.
//!
//! A message is walked once to find its fields and then written in the order of the schema, as the
//! reference's encoder does: zeros left out, singular messages always there, 64-bit integers as strings.

use super::base64;
use super::number::{write_double, write_integer};
use crate::wire::cursor::Cursor;
use crate::wire::error::WireError;
use crate::wire::normalize::normalize;
use crate::wire::schema::{Signal, messages};
use crate::wire::validate::{Canonical, validate};

/// Appends `request` as OTLP/JSON to `out`, in one line without its end. Unknown fields are left out.
///
/// # Errors
/// As [`validate`]; `out` is unchanged then.
pub fn write(signal: Signal, request: &[u8], out: &mut Vec<u8>) -> Result<(), WireError> {
    let canonical = validate(signal, request, &mut ())?;
    let mut normalized = Vec::new();
    let request = match canonical {
        Canonical::Yes => request,
        Canonical::No => {
            normalize(signal, request, &mut normalized)?;
            &normalized
        }
    };
    let start = out.len();
    let cursor = Cursor::new(request);
    match signal {
        Signal::Traces => export_trace_service_request(cursor, out),
        Signal::Metrics => export_metrics_service_request(cursor, out),
        Signal::Logs => export_logs_service_request(cursor, out),
        Signal::Profiles => export_profiles_service_request(cursor, out),
    }
    .inspect_err(|_| out.truncate(start))
}

/// Where the tags of one field's first and last occurrence are.
#[derive(Clone, Copy)]
struct Found {
    first: usize,
    last: usize,
}

impl Found {
    const ABSENT: Found = Found {
        first: usize::MAX,
        last: 0,
    };

    #[inline]
    fn add(&mut self, at: usize) {
        self.first = self.first.min(at);
        self.last = at;
    }

    #[inline]
    fn is_present(self) -> bool {
        self.first != usize::MAX
    }

    /// At the value of the only occurrence.
    #[inline]
    fn value<'a>(self, message: Cursor<'a>) -> Result<Cursor<'a>, WireError> {
        let mut cursor = message.moved_to(self.first);
        cursor.tag()?;
        Ok(cursor)
    }
}

fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

fn write_string(text: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text;
    while let Some(plain) = rest
        .iter()
        .position(|&byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        out.extend_from_slice(&rest[..plain]);
        match rest[plain] {
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[
                    DIGITS[usize::from(byte >> 4)],
                    DIGITS[usize::from(byte & 15)],
                ]);
            }
        }
        rest = &rest[plain + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn write_quoted(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.push(b'"');
    write_integer(value, out);
    out.push(b'"');
}

/// The value that the cursor is at, as what Rust calls it.
macro_rules! get {
    ($cursor:ident bool) => {
        $cursor.varint()? != 0
    };
    ($cursor:ident int32) => {
        $cursor.varint()? as i32
    };
    ($cursor:ident [$kind:ident]) => {
        $cursor.varint()? as i32
    };
    ($cursor:ident int64) => {
        $cursor.varint()? as i64
    };
    ($cursor:ident uint32) => {
        $cursor.varint()? as u32
    };
    ($cursor:ident uint64) => {
        $cursor.varint()?
    };
    ($cursor:ident sint32) => {{
        let value = $cursor.varint()? as u32;
        (value >> 1) as i32 ^ -((value & 1) as i32)
    }};
    ($cursor:ident fixed32) => {
        $cursor.fixed32()?
    };
    ($cursor:ident fixed64) => {
        $cursor.fixed64()?
    };
    ($cursor:ident sfixed64) => {
        $cursor.fixed64()? as i64
    };
    ($cursor:ident double) => {
        f64::from_bits($cursor.fixed64()?)
    };
    ($cursor:ident ($name:ident $function:ident)) => {
        $cursor.message()?
    };
    ($cursor:ident $bytes:ident) => {
        $cursor.bytes()?
    };
}

/// Whether a value is left out.
macro_rules! is_zero {
    ($value:ident bool) => {
        !$value
    };
    ($value:ident double) => {
        $value == 0.0
    };
    ($value:ident string) => {
        $value.is_empty()
    };
    ($value:ident bytes) => {
        $value.is_empty()
    };
    ($value:ident trace_id) => {
        $value.iter().all(|&byte| byte == 0)
    };
    ($value:ident span_id) => {
        $value.iter().all(|&byte| byte == 0)
    };
    ($value:ident profile_id) => {
        $value.iter().all(|&byte| byte == 0)
    };
    ($value:ident $integer:tt) => {
        $value == 0
    };
}

macro_rules! put {
    ($out:ident $value:ident bool) => { $out.extend_from_slice(if $value { b"true" } else { b"false" }) };
    ($out:ident $value:ident int64) => { write_quoted($value, $out) };
    ($out:ident $value:ident uint64) => { write_quoted($value, $out) };
    ($out:ident $value:ident fixed64) => { write_quoted($value, $out) };
    ($out:ident $value:ident sfixed64) => { write_quoted($value, $out) };
    ($out:ident $value:ident double) => { write_double($value, $out) };
    ($out:ident $value:ident string) => { write_string($value, $out) };
    ($out:ident $value:ident bytes) => {{
        $out.push(b'"');
        base64::encode($value, $out);
        $out.push(b'"');
    }};
    ($out:ident $value:ident trace_id) => { put!($out $value id) };
    ($out:ident $value:ident span_id) => { put!($out $value id) };
    ($out:ident $value:ident profile_id) => { put!($out $value id) };
    ($out:ident $value:ident id) => {{
        $out.push(b'"');
        base64::encode_hex($value, $out);
        $out.push(b'"');
    }};
    ($out:ident $value:ident ($name:ident $function:ident)) => { self::$function($value, $out)? };
    ($out:ident $value:ident $narrow:tt) => { write_integer($value, $out) };
}

macro_rules! name {
    ($out:ident $json:literal) => {{
        comma($out);
        $out.extend_from_slice(concat!("\"", $json, "\":").as_bytes());
    }};
}

/// One field of the message at `$cursor`.
macro_rules! field {
    ($out:ident $cursor:ident $found:ident $number:literal $json:literal one ($name:ident $function:ident)) => {{
        name!($out $json);
        let inner = if $found.is_present() { $found.value($cursor)?.message()? } else { Cursor::new(&[]) };
        self::$function(inner, $out)?;
    }};
    ($out:ident $cursor:ident $found:ident $number:literal $json:literal one $kind:tt) => {
        if $found.is_present() {
            let mut cursor = $found.value($cursor)?;
            let value = get!(cursor $kind);
            if !is_zero!(value $kind) {
                name!($out $json);
                put!($out value $kind);
            }
        }
    };
    ($out:ident $cursor:ident $found:ident $number:literal $json:literal many $kind:tt) => {
        if $found.is_present() {
            name!($out $json);
            $out.push(b'[');
            let mut cursor = $cursor.moved_to($found.first);
            while cursor.position() <= $found.last && !cursor.is_at_end() {
                let (number, wire_type) = cursor.tag()?;
                if number == $number {
                    let value = get!(cursor $kind);
                    comma($out);
                    put!($out value $kind);
                } else {
                    cursor.skip(wire_type)?;
                }
            }
            $out.push(b']');
        }
    };
    ($out:ident $cursor:ident $found:ident $number:literal $json:literal hidden $kind:tt) => {
        field!($out $cursor $found $number $json many $kind)
    };
    ($out:ident $cursor:ident $found:ident $number:literal $json:literal packed $kind:tt) => {
        if $found.is_present() {
            let mut cursor = $found.value($cursor)?.message()?;
            if !cursor.is_at_end() {
                name!($out $json);
                $out.push(b'[');
                while !cursor.is_at_end() {
                    let value = get!(cursor $kind);
                    comma($out);
                    put!($out value $kind);
                }
                $out.push(b']');
            }
        }
    };
    ($out:ident $cursor:ident $found:ident $number:literal $json:literal $present:ident $kind:tt) => {
        if $found.is_present() {
            let mut cursor = $found.value($cursor)?;
            let value = get!(cursor $kind);
            name!($out $json);
            put!($out value $kind);
        }
    };
}

macro_rules! writers {
    ($($name:ident $function:ident $role:ident {
        $($number:literal $field:ident $json:literal $label:ident $kind:tt;)*
    })*) => {$(
        fn $function(cursor: Cursor<'_>, out: &mut Vec<u8>) -> Result<(), WireError> {
            $(let mut $field = Found::ABSENT;)*
            // Closures, so that without optimisation the temporaries of one field don't stay on the stack
            // while values inside another are written.
            let mut find = || {
                let mut walk = cursor;
                while !walk.is_at_end() {
                    let at = walk.position();
                    let (number, wire_type) = walk.tag()?;
                    match number {
                        $($number => $field.add(at),)*
                        _ => {}
                    }
                    walk.skip(wire_type)?;
                }
                Ok(())
            };
            find()?;
            out.push(b'{');
            $(
                let mut write = || -> Result<(), WireError> {
                    field!(out cursor $field $number $json $label $kind);
                    Ok(())
                };
                write()?;
            )*
            out.push(b'}');
            Ok(())
        }
    )*};
}
messages!(writers);
