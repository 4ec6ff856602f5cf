//! OTLP/JSON to protobuf: one function a message, derived from the schema.
//!
//! Fields are written in the order of the text. What the text says twice is written twice, and the whole
//! is normalised at the end: protobuf and JSON agree on how occurrences merge, once a second packed chunk
//! is written as loose elements. Zeros that nothing came before are left out.

use super::base64;
use super::error::{JsonError, Read};
use super::text::Text;
use crate::limits::VALUE_DEPTH_MAX;
use crate::wire::cursor::{Cursor, WireType, varint_len, write_bytes, write_tag, write_varint};
use crate::wire::normalize::normalize;
use crate::wire::schema::{EnumKind, Signal, messages};

/// Appends the request that an OTLP/JSON text holds to `out`, as canonical protobuf. What follows the
/// request's closing brace isn't looked at. Deprecated scopes become scopes where there are no others.
///
/// # Errors
/// What the reference refuses, and values deeper than [`VALUE_DEPTH_MAX`]; `out` is unchanged then.
pub fn read(signal: Signal, text: &[u8], out: &mut Vec<u8>) -> Result<(), JsonError> {
    let start = out.len();
    let mut reader = Reader {
        text: Text::new(text),
        out,
        depth: 0,
        is_canonical: true,
    };
    let done = match signal {
        Signal::Traces => export_trace_service_request(&mut reader),
        Signal::Metrics => export_metrics_service_request(&mut reader),
        Signal::Logs => export_logs_service_request(&mut reader),
        Signal::Profiles => export_profiles_service_request(&mut reader),
    };
    let is_canonical = reader.is_canonical;
    if let Err(fault) = done {
        out.truncate(start);
        return Err(fault.in_text(text));
    }
    if !is_canonical {
        let request = out.split_off(start);
        // It was written just now, so it is well-formed and no deeper than allowed.
        if let Err(error) = normalize(signal, &request, out) {
            debug_assert!(false, "{error}");
            out.extend_from_slice(&request);
        }
    }
    Ok(())
}

struct Reader<'t, 'o> {
    text: Text<'t>,
    out: &'o mut Vec<u8>,
    /// Levels of values around the message being read.
    depth: u32,
    is_canonical: bool,
}

impl Reader<'_, '_> {
    /// A length-delimited field whose content `fill` writes.
    #[inline]
    fn delimited(&mut self, number: u32, fill: impl FnOnce(&mut Self) -> Read<()>) -> Read<()> {
        write_tag(self.out, number, WireType::Bytes);
        // Most lengths take one byte; longer ones push their content aside.
        self.out.push(0);
        let start = self.out.len();
        fill(self)?;
        let length = self.out.len() - start;
        let width = varint_len(length as u64);
        if width > 1 {
            self.out.resize(self.out.len() + width - 1, 0);
            self.out
                .copy_within(start..start + length, start + width - 1);
        }
        let mut rest = length;
        for byte in &mut self.out[start - 1..start + width - 2] {
            *byte = rest as u8 | 0x80;
            rest >>= 7;
        }
        self.out[start + width - 2] = rest as u8;
        Ok(())
    }

    /// Each element of an array; a fault is put into its element.
    #[inline]
    fn elements(&mut self, mut each: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        let mut index = 0;
        while self.text.element()? {
            each(self).map_err(|fault| fault.in_element(index))?;
            index += 1;
        }
        Ok(())
    }

    fn varint(&mut self, number: u32, value: u64, keeps_zero: bool) {
        if value != 0 || keeps_zero {
            write_tag(self.out, number, WireType::Varint);
            write_varint(self.out, value);
        }
    }

    fn fixed64(&mut self, number: u32, value: u64, keeps_zero: bool) {
        if value != 0 || keeps_zero {
            write_tag(self.out, number, WireType::Fixed64);
            self.out.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn fixed32(&mut self, number: u32, value: u32, keeps_zero: bool) {
        if value != 0 || keeps_zero {
            write_tag(self.out, number, WireType::Fixed32);
            self.out.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn bytes(&mut self, number: u32, value: &[u8], keeps_zero: bool) {
        if !value.is_empty() || keeps_zero {
            write_bytes(self.out, number, value);
        }
    }

    fn id<const LENGTH: usize>(&mut self, number: u32, keeps_zero: bool) -> Read<()> {
        let mut id = [0; LENGTH];
        let digits = self.text.raw_string()?;
        if !digits.is_empty() && base64::decode_hex(digits, &mut id).is_none() {
            return Err(self
                .text
                .fault("not an id: its hexadecimal digits are too many, too few or none"));
        }
        let id = if id == [0; LENGTH] {
            &[]
        } else {
            id.as_slice()
        };
        self.bytes(number, id, keeps_zero);
        Ok(())
    }

    fn base64(&mut self, number: u32, keeps_zero: bool) -> Read<()> {
        let text = self.text.raw_string()?;
        if text.is_empty() && !keeps_zero {
            return Ok(());
        }
        self.delimited(number, |reader| {
            base64::decode(text, reader.out).ok_or_else(|| reader.text.fault("not base64"))
        })
    }

    fn symbol(&mut self, kind: EnumKind) -> Read<i64> {
        if !self.text.is_string()? {
            return self.text.signed_number(32);
        }
        let symbol = self.text.string()?;
        // The reference knows this one with a space at its end only; it is read either way.
        let symbol = symbol
            .strip_suffix(b"TRACE ")
            .map_or(&*symbol, |_| &symbol[..symbol.len() - 1]);
        let found = kind
            .symbols()
            .iter()
            .find(|(name, _)| name.as_bytes() == symbol);
        found
            .map(|(_, value)| i64::from(*value))
            .ok_or_else(|| self.text.fault("an unknown symbol of an enum"))
    }

    /// Deprecated scopes, field 1000 of the message written since `start`: they become the scopes, field
    /// 2, if it has none, and go otherwise.
    #[cold]
    fn migrate_scopes(&mut self, start: usize) {
        const SCOPES: u32 = 2;
        const DEPRECATED: u32 = 1000;
        let message = self.out.split_off(start);
        let fields = || {
            let mut cursor = Cursor::new(&message);
            std::iter::from_fn(move || {
                let from = cursor.position();
                let (number, wire_type) = cursor.tag().ok()?;
                let value = cursor.position();
                cursor.skip(wire_type).ok()?;
                Some((number, from, value, cursor.position()))
            })
        };
        let has_scopes = fields().any(|(number, ..)| number == SCOPES);
        for (number, from, value, end) in fields() {
            match (number, has_scopes) {
                (DEPRECATED, true) => {}
                (DEPRECATED, false) => {
                    write_tag(self.out, SCOPES, WireType::Bytes);
                    self.out.extend_from_slice(&message[value..end]);
                }
                _ => self.out.extend_from_slice(&message[from..end]),
            }
        }
    }
}

/// Reads one value and writes it as a field.
macro_rules! value {
    ($r:ident $number:literal $keep:expr, bool) => {{
        let value = $r.text.bool()?;
        $r.varint($number, u64::from(value), $keep);
    }};
    ($r:ident $number:literal $keep:expr, [$kind:ident]) => {{
        let value = $r.symbol(EnumKind::$kind)?;
        $r.varint($number, value as u64, $keep);
    }};
    ($r:ident $number:literal $keep:expr, sint32) => {{
        let value = $r.text.signed(32)? as i32;
        $r.varint($number, u64::from((value << 1 ^ value >> 31) as u32), $keep);
    }};
    ($r:ident $number:literal $keep:expr, fixed32) => {{
        let value = $r.text.unsigned(32)? as u32;
        $r.fixed32($number, value, $keep);
    }};
    ($r:ident $number:literal $keep:expr, fixed64) => {{
        let value = $r.text.unsigned(64)?;
        $r.fixed64($number, value, $keep);
    }};
    ($r:ident $number:literal $keep:expr, sfixed64) => {{
        let value = $r.text.signed(64)?;
        $r.fixed64($number, value as u64, $keep);
    }};
    ($r:ident $number:literal $keep:expr, double) => {{
        let value = $r.text.double()?;
        $r.fixed64($number, value.to_bits(), $keep);
    }};
    ($r:ident $number:literal $keep:expr, string) => {{
        let value = $r.text.string()?;
        $r.bytes($number, &value, $keep);
    }};
    ($r:ident $number:literal $keep:expr, bytes) => { $r.base64($number, $keep)? };
    ($r:ident $number:literal $keep:expr, span_id) => { $r.id::<8>($number, $keep)? };
    ($r:ident $number:literal $keep:expr, trace_id) => { $r.id::<16>($number, $keep)? };
    ($r:ident $number:literal $keep:expr, profile_id) => { $r.id::<16>($number, $keep)? };
    ($r:ident $number:literal $keep:expr, ($name:ident $function:ident)) => { $r.delimited($number, $function)? };
    ($r:ident $number:literal $keep:expr, $varint:ident) => {{
        let value = integer!($r $varint);
        $r.varint($number, value, $keep);
    }};
}

/// Reads one number as what a varint holds of it.
macro_rules! integer {
    ($r:ident int32) => {
        $r.text.signed(32)? as u64
    };
    ($r:ident int64) => {
        $r.text.signed(64)? as u64
    };
    ($r:ident uint32) => {
        $r.text.unsigned(32)?
    };
    ($r:ident uint64) => {
        $r.text.unsigned(64)?
    };
}

/// Reads one number as an element of a packed field.
macro_rules! packed_element {
    ($r:ident fixed64) => {{
        let value = $r.text.unsigned(64)?;
        $r.out.extend_from_slice(&value.to_le_bytes());
    }};
    ($r:ident double) => {{
        let value = $r.text.double()?;
        $r.out.extend_from_slice(&value.to_bits().to_le_bytes());
    }};
    ($r:ident $varint:ident) => {{
        let value = integer!($r $varint);
        write_varint($r.out, value);
    }};
}

/// The bit that marks a singular field as seen; all fields of a oneof share that of number 0.
macro_rules! seen_bit {
    (oneof $number:literal) => {
        1u32
    };
    ($label:ident $number:literal) => {
        1u32 << ($number & 31)
    };
}

/// One field, its name read. `$again` tells whether the text had it before.
macro_rules! field {
    ($r:ident $number:literal $again:ident one $kind:tt) => {
        value!($r $number $again, $kind)
    };
    ($r:ident $number:literal $again:ident packed $kind:tt) => {
        if $again {
            $r.elements(|$r| { value!($r $number true, $kind); Ok(()) })?;
        } else {
            $r.delimited($number, |$r| $r.elements(|$r| { packed_element!($r $kind); Ok(()) }))?;
        }
    };
    ($r:ident $number:literal $again:ident many $kind:tt) => {
        $r.elements(|$r| { value!($r $number true, $kind); Ok(()) })?
    };
    ($r:ident $number:literal $again:ident hidden $kind:tt) => {
        field!($r $number $again many $kind)
    };
    ($r:ident $number:literal $again:ident $present:ident $kind:tt) => {
        value!($r $number true, $kind)
    };
}

/// Whether a second occurrence makes the output one to normalise.
macro_rules! is_singular {
    (many) => {
        false
    };
    (hidden) => {
        false
    };
    ($label:ident) => {
        true
    };
}

macro_rules! is_hidden {
    (hidden) => {
        true
    };
    ($label:ident) => {
        false
    };
}

/// Around a message that can be inside itself.
macro_rules! nested {
    (nest $r:ident $body:expr) => {{
        if $r.depth >= VALUE_DEPTH_MAX {
            return Err($r.text.fault("values are nested too deep"));
        }
        $r.depth += 1;
        let done = $body;
        $r.depth -= 1;
        done
    }};
    ($role:ident $r:ident $body:expr) => {
        $body
    };
}

macro_rules! readers {
    ($($name:ident $function:ident $role:ident {
        $($number:literal $field:ident $json:literal $label:ident $kind:tt;)*
    })*) => {$(
        fn $function(r: &mut Reader<'_, '_>) -> Read<()> {
            fn fields(r: &mut Reader<'_, '_>) -> Read<()> {
                let start = r.out.len();
                let (mut seen, mut migrates) = (0u32, false);
                while let Some(name) = r.text.field()? {
                    match &*name {
                        $(name if name == $json.as_bytes() || name == stringify!($field).as_bytes() => {
                            let again = seen & seen_bit!($label $number) != 0;
                            seen |= seen_bit!($label $number);
                            r.is_canonical &= !(again && is_singular!($label));
                            migrates |= is_hidden!($label);
                            let read = |r: &mut Reader<'_, '_>| -> Read<()> {
                                field!(r $number again $label $kind);
                                Ok(())
                            };
                            read(r).map_err(|fault| fault.in_field($json))?;
                        })*
                        _ => r.text.skip()?,
                    }
                }
                if migrates {
                    r.migrate_scopes(start);
                }
                Ok(())
            }
            nested!($role r fields(r))
        }
    )*};
}
messages!(readers);
