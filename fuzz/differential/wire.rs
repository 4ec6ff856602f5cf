//! Random requests on the wire: every message and field of OTLP, in every way that protobuf has to write it.

use crate::vocabulary::{KEYS, STRINGS};
use ottl_fuzz::choices::Choices;
use ottl_fuzz::protobuf::Message;
use ottl_vm::wire::schema::{Field, FieldKind, Label};
use ottl_vm::wire::{MessageKind, message_fields};

/// How deep messages are inside one another at most; values may be that much deeper than records.
const DEPTH_MAX: usize = 12;

/// Entries of each table of a dictionary, so that most references point at one.
const TABLE_LEN: usize = 6;

/// A request of this kind. Half of them are written as senders do, the others oddly: fields in any order, twice,
/// in parts, unknown ones among them.
pub(crate) fn request(choices: &mut Choices<'_>, kind: MessageKind) -> Vec<u8> {
    let is_odd = choices.once_in(2);
    let has_dictionary = kind == MessageKind::ExportProfilesServiceRequest;
    let mut writer = Writer {
        choices,
        is_odd,
        has_dictionary,
    };
    writer.message(kind, 0)
}

struct Writer<'c, 'b> {
    choices: &'c mut Choices<'b>,
    is_odd: bool,
    /// Values may refer to a dictionary.
    has_dictionary: bool,
}

impl Writer<'_, '_> {
    /// True about once in `chances` of an odd request.
    fn oddly(&mut self, chances: usize) -> bool {
        self.is_odd && self.choices.once_in(chances)
    }

    fn message(&mut self, kind: MessageKind, depth: usize) -> Vec<u8> {
        let fields = kind.message().fields;
        let refers = self.has_dictionary || self.oddly(30);
        let oneof: Vec<&Field> = of_oneof(fields)
            .filter(|field| refers || field.kind != FieldKind::Int32)
            .collect();
        let chosen = match self.choices.below(oneof.len() + 1) {
            0 if self.choices.once_in(4) => None,
            0 => oneof.first().copied(),
            at => Some(oneof[at - 1]),
        };
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for field in fields {
            let is_chosen = chosen.is_some_and(|chosen| std::ptr::eq(chosen, field));
            for _ in 0..self.count(kind, field, is_chosen) {
                let part = self.field(field, depth);
                parts.push(part);
            }
        }
        if self.oddly(6) {
            let unknown = self.unknown();
            parts.push(unknown);
        }
        match self.choices.below(4) {
            0 => parts.reverse(),
            1 if self.is_odd && !parts.is_empty() => {
                let middle = self.choices.below(parts.len());
                parts.rotate_left(middle);
            }
            _ => {}
        }
        parts.concat()
    }

    /// How often a field stands in its message.
    fn count(&mut self, kind: MessageKind, field: &Field, is_chosen: bool) -> usize {
        let is_table = kind == MessageKind::ProfilesDictionary;
        match field.label {
            _ if is_table => TABLE_LEN,
            Label::Hidden => usize::from(self.oddly(12)),
            Label::Oneof => usize::from(is_chosen) + usize::from(self.oddly(20)),
            Label::Many if is_container(field.kind) => self.choices.pick(&[1, 1, 2, 0]),
            Label::Many => self.choices.pick(&[0, 1, 2, 3]),
            Label::Packed => usize::from(!self.choices.once_in(3)) + usize::from(self.oddly(12)),
            Label::One | Label::Optional => match field.name {
                // Without these, requests have little in common with programs.
                "key" | "dictionary" => 1,
                "key_strindex" if self.has_dictionary => usize::from(self.choices.once_in(9)),
                "key_strindex" => usize::from(self.oddly(60)),
                _ => usize::from(!self.choices.once_in(4)) + usize::from(self.oddly(16)),
            },
        }
    }

    fn field(&mut self, field: &Field, depth: usize) -> Vec<u8> {
        let mut out = Message::default();
        if field.label != Label::Packed {
            self.value(&mut out, field, depth);
            return out.0;
        }
        let count = self.choices.below(5);
        if self.oddly(3) {
            (0..count).for_each(|_| self.value(&mut out, field, depth));
            return out.0;
        }
        let mut chunk = Vec::new();
        for _ in 0..count {
            let mut one = Message::default();
            self.value(&mut one, field, depth);
            // The tag is one byte: no packed field has a number above 15.
            chunk.extend_from_slice(&one.0[1..]);
        }
        out.bytes(field.number, &chunk);
        out.0
    }

    fn value(&mut self, out: &mut Message, field: &Field, depth: usize) {
        let number = field.number;
        match field.kind {
            FieldKind::Message(_) if depth > DEPTH_MAX => {}
            FieldKind::Message(kind) => {
                let payload = self.message(kind, depth + 1);
                out.bytes(number, &payload);
            }
            FieldKind::String => {
                let text = self.text(field.name);
                out.bytes(number, &text);
            }
            FieldKind::Bytes => out.bytes(number, self.choices.pick(&[b"", b"abc", b"\0\xff"])),
            FieldKind::TraceId | FieldKind::ProfileId => self.id(out, number, 16),
            FieldKind::SpanId => self.id(out, number, 8),
            FieldKind::Bool => out.varint(number, self.choices.below(2) as u64),
            FieldKind::Enum(_) => {
                let value = self
                    .choices
                    .pick(&[0, 1, 2, 3, 4, 5, 6, 9, 17, 24, 25, 100]);
                let value = if self.oddly(8) { -1 } else { value };
                out.varint(number, value as u64);
            }
            FieldKind::Int32 => {
                let index = self.choices.below(TABLE_LEN) as i64;
                let index = if self.oddly(60) { -1 } else { index };
                out.varint(number, index as u64);
            }
            FieldKind::Sint32 => out.varint(number, self.choices.pick(&[0, 1, 2, 5, 40])),
            FieldKind::Int64 | FieldKind::Uint64 => {
                out.varint(number, self.choices.pick(&[0, 1, 42, 1 << 40, u64::MAX]));
            }
            FieldKind::Uint32 => {
                out.varint(number, self.choices.pick(&[0, 1, 7, u64::from(u32::MAX)]))
            }
            FieldKind::Fixed32 => fixed32(out, number, self.choices.pick(&[0, 1, 256, u32::MAX])),
            FieldKind::Fixed64 | FieldKind::Sfixed64 => out.fixed64(
                number,
                self.choices
                    .pick(&[0, 1, 9, 1000, 1_700_000_000_123_456_789, u64::MAX]),
            ),
            FieldKind::Double => {
                let value = self
                    .choices
                    .pick(&[0.0, 1.5, -2.0, 42.0, 0.1, 1e21, f64::NAN, -0.0]);
                out.fixed64(number, value.to_bits());
            }
        }
    }

    fn text(&mut self, name: &str) -> Vec<u8> {
        if name == "key" || name.ends_with("_table") {
            return self.choices.pick(KEYS).0.as_bytes().to_vec();
        }
        if self.oddly(12) {
            return b"a\xff".to_vec();
        }
        let escaped = self.choices.pick(STRINGS);
        let text: Option<String> = serde_json::from_str(&format!("\"{escaped}\"")).ok();
        text.map_or_else(|| escaped.into(), String::into_bytes)
    }

    fn id(&mut self, out: &mut Message, number: u32, len: usize) {
        let len = if self.oddly(60) { len - 1 } else { len };
        match self.choices.below(4) {
            0 => out.bytes(number, &vec![0; len]),
            1 => out.bytes(number, &[]),
            _ => out.bytes(number, &vec![7; len]),
        }
    }

    fn unknown(&mut self) -> Vec<u8> {
        let mut out = Message::default();
        let number = self.choices.pick(&[19, 500, 20000]);
        match self.choices.below(4) {
            0 => out.varint(number, u64::MAX),
            1 => out.fixed64(number, 7),
            2 => fixed32(&mut out, number, 7),
            _ => out.bytes(number, b"unknown"),
        }
        out.0
    }
}

fn fixed32(out: &mut Message, number: u32, value: u32) {
    let mut tag = Message::default();
    tag.varint(number, 0);
    // A varint's tag, then that of four bytes in its place.
    tag.0.pop();
    tag.0[0] |= 5;
    out.0.extend_from_slice(&tag.0);
    out.0.extend_from_slice(&value.to_le_bytes());
}

fn of_oneof(fields: &'static [Field]) -> impl Iterator<Item = &'static Field> {
    fields.iter().filter(|field| field.label == Label::Oneof)
}

/// Whether messages of a field hold records, or are records.
fn is_container(kind: FieldKind) -> bool {
    use MessageKind::*;
    let FieldKind::Message(kind) = kind else {
        return false;
    };
    matches!(
        kind,
        ResourceSpans
            | ScopeSpans
            | Span
            | ResourceMetrics
            | ScopeMetrics
            | Metric
            | NumberDataPoint
            | HistogramDataPoint
            | ExponentialHistogramDataPoint
            | SummaryDataPoint
            | ResourceLogs
            | ScopeLogs
            | LogRecord
            | ResourceProfiles
            | ScopeProfiles
            | Profile
    )
}

/// The message without one of its fields, or of those of its messages: each of them in turn.
pub(crate) fn smaller(kind: MessageKind, message: &[u8]) -> Vec<Vec<u8>> {
    let fields: Vec<(u32, &[u8], &[u8])> = message_fields(message)
        .map(|field| (field.number, field.payload, field.whole))
        .collect();
    let with = |at: usize, new: &[u8]| -> Vec<u8> {
        let parts = fields.iter().enumerate();
        parts
            .flat_map(|(index, (_, _, whole))| if index == at { new } else { whole })
            .copied()
            .collect()
    };
    let mut all: Vec<Vec<u8>> = (0..fields.len()).map(|at| with(at, &[])).collect();
    for (at, (number, payload, _)) in fields.iter().enumerate() {
        if let Some(Field {
            kind: FieldKind::Message(inner),
            ..
        }) = kind.field_by_number(*number)
        {
            let inner = smaller(*inner, payload).into_iter().map(|payload| {
                let mut field = Message::default();
                field.bytes(*number, &payload);
                with(at, &field.0)
            });
            all.extend(inner);
        }
    }
    all
}
