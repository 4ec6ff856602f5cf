//! The schema: every message of OTLP 1.10 (traces, metrics, logs, profiles), declared once.
//!
//! `messages!` hands the table to a macro of the caller's, so that validation, normalisation and
//! OTLP/JSON are code specialised for each message. [`MESSAGES`] is the same table at run time, for
//! everything that isn't hot.

mod table;

use super::cursor::WireType;
pub(crate) use table::messages;

/// The four kinds of OTLP requests.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Signal {
    /// `ExportTraceServiceRequest`, or `TracesData`.
    Traces,
    /// `ExportMetricsServiceRequest`, or `MetricsData`.
    Metrics,
    /// `ExportLogsServiceRequest`, or `LogsData`.
    Logs,
    /// `ExportProfilesServiceRequest`, or `ProfilesData`.
    Profiles,
}

impl Signal {
    /// The message that a request of this signal is.
    #[must_use]
    pub const fn request(self) -> MessageKind {
        match self {
            Signal::Traces => MessageKind::ExportTraceServiceRequest,
            Signal::Metrics => MessageKind::ExportMetricsServiceRequest,
            Signal::Logs => MessageKind::ExportLogsServiceRequest,
            Signal::Profiles => MessageKind::ExportProfilesServiceRequest,
        }
    }
}

/// One OTLP message at run time.
#[derive(Debug)]
pub struct Message {
    /// OTLP's name, such as `Span`.
    pub name: &'static str,
    /// Its fields, in the order in which the reference writes JSON.
    pub fields: &'static [Field],
}

/// One field of a message.
#[derive(Debug)]
pub struct Field {
    /// Protobuf field number: 1 to 16, and 1000.
    pub number: u32,
    /// OTLP's name, such as `trace_id`.
    pub name: &'static str,
    /// Its name in OTLP/JSON, such as `traceId`.
    pub json_name: &'static str,
    /// How often it may occur.
    pub label: Label,
    /// What it holds.
    pub kind: FieldKind,
}

/// How often a field may occur, and what its absence means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// Once; absent is the same as zero.
    One,
    /// Once; absent differs from zero.
    Optional,
    /// Once in its group, which is all the fields of the message with this label.
    Oneof,
    /// Any number of times.
    Many,
    /// Any number of times, in one chunk.
    Packed,
    /// As `Many`, for the deprecated fields that nobody sees: checked, kept, never visited.
    Hidden,
}

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "protobuf's own names")]
pub enum FieldKind {
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Fixed32,
    Fixed64,
    Sfixed64,
    Double,
    String,
    Bytes,
    /// 0 or 16 bytes.
    TraceId,
    /// 0 or 8 bytes.
    SpanId,
    /// 0 or 16 bytes.
    ProfileId,
    Enum(EnumKind),
    Message(MessageKind),
}

impl FieldKind {
    /// The wire type of one value.
    #[must_use]
    pub const fn wire_type(self) -> WireType {
        match self {
            FieldKind::Bool
            | FieldKind::Int32
            | FieldKind::Int64
            | FieldKind::Uint32
            | FieldKind::Uint64
            | FieldKind::Sint32
            | FieldKind::Enum(_) => WireType::Varint,
            FieldKind::Fixed32 => WireType::Fixed32,
            FieldKind::Fixed64 | FieldKind::Sfixed64 | FieldKind::Double => WireType::Fixed64,
            FieldKind::String
            | FieldKind::Bytes
            | FieldKind::TraceId
            | FieldKind::SpanId
            | FieldKind::ProfileId
            | FieldKind::Message(_) => WireType::Bytes,
        }
    }
}

macro_rules! enums {
    ($($name:ident { $($number:literal $symbol:literal)* })*) => {
        /// The enums of OTLP.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "OTLP's own names")]
        pub enum EnumKind { $($name,)* }

        impl EnumKind {
            /// Its symbols and their numbers.
            #[must_use]
            pub const fn symbols(self) -> &'static [(&'static str, i32)] {
                match self { $(EnumKind::$name => &[$(($symbol, $number)),*],)* }
            }
        }
    };
}

enums! {
    AggregationTemporality {
        0 "AGGREGATION_TEMPORALITY_UNSPECIFIED"
        1 "AGGREGATION_TEMPORALITY_DELTA"
        2 "AGGREGATION_TEMPORALITY_CUMULATIVE"
    }
    SpanKind {
        0 "SPAN_KIND_UNSPECIFIED"
        1 "SPAN_KIND_INTERNAL"
        2 "SPAN_KIND_SERVER"
        3 "SPAN_KIND_CLIENT"
        4 "SPAN_KIND_PRODUCER"
        5 "SPAN_KIND_CONSUMER"
    }
    StatusCode {
        0 "STATUS_CODE_UNSET"
        1 "STATUS_CODE_OK"
        2 "STATUS_CODE_ERROR"
    }
    SeverityNumber {
        0 "SEVERITY_NUMBER_UNSPECIFIED"
        1 "SEVERITY_NUMBER_TRACE"
        2 "SEVERITY_NUMBER_TRACE2"
        3 "SEVERITY_NUMBER_TRACE3"
        4 "SEVERITY_NUMBER_TRACE4"
        5 "SEVERITY_NUMBER_DEBUG"
        6 "SEVERITY_NUMBER_DEBUG2"
        7 "SEVERITY_NUMBER_DEBUG3"
        8 "SEVERITY_NUMBER_DEBUG4"
        9 "SEVERITY_NUMBER_INFO"
        10 "SEVERITY_NUMBER_INFO2"
        11 "SEVERITY_NUMBER_INFO3"
        12 "SEVERITY_NUMBER_INFO4"
        13 "SEVERITY_NUMBER_WARN"
        14 "SEVERITY_NUMBER_WARN2"
        15 "SEVERITY_NUMBER_WARN3"
        16 "SEVERITY_NUMBER_WARN4"
        17 "SEVERITY_NUMBER_ERROR"
        18 "SEVERITY_NUMBER_ERROR2"
        19 "SEVERITY_NUMBER_ERROR3"
        20 "SEVERITY_NUMBER_ERROR4"
        21 "SEVERITY_NUMBER_FATAL"
        22 "SEVERITY_NUMBER_FATAL2"
        23 "SEVERITY_NUMBER_FATAL3"
        24 "SEVERITY_NUMBER_FATAL4"
    }
}

macro_rules! label {
    (one) => {
        Label::One
    };
    (optional) => {
        Label::Optional
    };
    (oneof) => {
        Label::Oneof
    };
    (many) => {
        Label::Many
    };
    (packed) => {
        Label::Packed
    };
    (hidden) => {
        Label::Hidden
    };
}

macro_rules! field_kind {
    (bool) => {
        FieldKind::Bool
    };
    (int32) => {
        FieldKind::Int32
    };
    (int64) => {
        FieldKind::Int64
    };
    (uint32) => {
        FieldKind::Uint32
    };
    (uint64) => {
        FieldKind::Uint64
    };
    (sint32) => {
        FieldKind::Sint32
    };
    (fixed32) => {
        FieldKind::Fixed32
    };
    (fixed64) => {
        FieldKind::Fixed64
    };
    (sfixed64) => {
        FieldKind::Sfixed64
    };
    (double) => {
        FieldKind::Double
    };
    (string) => {
        FieldKind::String
    };
    (bytes) => {
        FieldKind::Bytes
    };
    (trace_id) => {
        FieldKind::TraceId
    };
    (span_id) => {
        FieldKind::SpanId
    };
    (profile_id) => {
        FieldKind::ProfileId
    };
    ([$name:ident]) => {
        FieldKind::Enum(EnumKind::$name)
    };
    (($name:ident $function:ident)) => {
        FieldKind::Message(MessageKind::$name)
    };
}

/// `type` is a keyword, so the table spells it `r#type`.
const fn field_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

macro_rules! is_node {
    (node) => {
        true
    };
    (part) => {
        false
    };
    (nest) => {
        false
    };
}

macro_rules! run_time_table {
    ($($name:ident $function:ident $role:ident {
        $($number:literal $field:ident $json:literal $label:ident $kind:tt;)*
    })*) => {
        /// The messages of OTLP, requests included; `as usize` indexes [`MESSAGES`].
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "OTLP's own names")]
        pub enum MessageKind { $($name,)* }

        /// Every message, by `MessageKind as usize`.
        pub static MESSAGES: &[Message] = &[$(
            Message {
                name: stringify!($name),
                fields: &[$(Field {
                    number: $number,
                    name: field_name(stringify!($field)),
                    json_name: $json,
                    label: label!($label),
                    kind: field_kind!($kind),
                },)*],
            },
        )*];

        impl MessageKind {
            /// Whether it is announced to visitors.
            #[must_use]
            pub const fn is_node(self) -> bool {
                match self { $(MessageKind::$name => is_node!($role),)* }
            }

            /// Every kind, in the order of [`MESSAGES`].
            pub const ALL: &'static [MessageKind] = &[$(MessageKind::$name),*];
        }
    };
}
messages!(run_time_table);

impl MessageKind {
    /// The message's name and fields.
    #[must_use]
    pub fn message(self) -> &'static Message {
        &MESSAGES[self as usize]
    }

    /// The field with this OTLP name, if there is one.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.message()
            .fields
            .iter()
            .find(|field| field.name == name)
    }

    /// The field with this number, if there is one.
    #[must_use]
    pub fn field_by_number(self, number: u32) -> Option<&'static Field> {
        self.message()
            .fields
            .iter()
            .find(|field| field.number == number)
    }
}

/// A set of message kinds: 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Messages(u64);

impl Messages {
    /// No message.
    pub const NONE: Messages = Messages(0);

    /// The set with `kind` added.
    #[must_use]
    pub const fn with(self, kind: MessageKind) -> Messages {
        Messages(self.0 | 1 << kind as u8)
    }

    /// Whether `kind` is in the set.
    #[inline(always)]
    #[must_use]
    pub const fn contains(self, kind: MessageKind) -> bool {
        self.0 >> kind as u8 & 1 != 0
    }

    /// The kinds of both sets.
    #[must_use]
    pub const fn union(self, other: Messages) -> Messages {
        Messages(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_keeps_its_own_rules() {
        assert!(MESSAGES.len() <= 64, "`Messages` is 64 bits");
        for message in MESSAGES {
            for (index, field) in message.fields.iter().enumerate() {
                let place = format!("{}.{}", message.name, field.name);
                let hidden = field.label == Label::Hidden;
                assert!(
                    hidden == (field.number == 1000) && (hidden || field.number < 32),
                    "{place}: its bit"
                );
                let earlier = &message.fields[..index];
                assert!(
                    earlier
                        .iter()
                        .all(|other| other.number != field.number && other.name != field.name),
                    "{place}"
                );
                let mut words = field.name.split('_');
                let mut camel = words.next().unwrap_or_default().to_owned();
                for word in words {
                    camel.push_str(&word[..1].to_uppercase());
                    camel.push_str(&word[1..]);
                }
                assert_eq!(camel, field.json_name, "{place}");
            }
        }
    }
}
