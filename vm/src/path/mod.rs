//! Paths: what the contexts let a statement read and write.
//!
//! A path is one line in its context's table ([`table`]): name, how it is reached ([`Access`]), whether
//! it takes keys. The compiler resolves text to a line; the executor interprets the access.

pub mod form;
pub mod special;
pub mod table;

use form::Form;

/// A message of the tree that a lane has at hand, from the record itself up to its resource.
///
/// `schema_url` stands beside the resource and the scope, in the message that contains them; hence the
/// containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// `ResourceSpans`, `ResourceLogs`, `ResourceMetrics`, `ResourceProfiles`.
    ResourceContainer,
    /// `Resource`.
    Resource,
    /// `ScopeSpans`, `ScopeLogs`, `ScopeMetrics`, `ScopeProfiles`.
    ScopeContainer,
    /// `InstrumentationScope`.
    Scope,
    /// `Span`.
    Span,
    /// `Span.Event`.
    SpanEvent,
    /// `LogRecord`.
    Log,
    /// `Metric`.
    Metric,
    /// `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram`, `Summary`.
    MetricData,
    /// A data point of any kind.
    DataPoint,
    /// `Exemplar`.
    Exemplar,
    /// `Profile`.
    Profile,
    /// `ProfilesDictionary`, the one of a request of profiles; no record's own.
    Dictionary,
    /// The context's cache: a map that is never encoded.
    Cache,
}

impl Level {
    /// All of them, each at its own number.
    pub const ALL: [Level; 14] = [
        Level::ResourceContainer,
        Level::Resource,
        Level::ScopeContainer,
        Level::Scope,
        Level::Span,
        Level::SpanEvent,
        Level::Log,
        Level::Metric,
        Level::MetricData,
        Level::DataPoint,
        Level::Exemplar,
        Level::Profile,
        Level::Dictionary,
        Level::Cache,
    ];

    /// How many there are.
    pub const COUNT: usize = Level::ALL.len();

    /// The messages that stand for those of this level, in order: resources and scopes can be left out of their containers.
    pub(crate) fn listed(self) -> Level {
        match self {
            Level::Resource => Level::ResourceContainer,
            Level::Scope => Level::ScopeContainer,
            level => level,
        }
    }
}

/// Where a statement runs; each names the levels that it can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// `resource`.
    Resource,
    /// `scope`, formerly `instrumentation_scope`.
    Scope,
    /// `span`.
    Span,
    /// `spanevent`.
    SpanEvent,
    /// `metric`.
    Metric,
    /// `datapoint`.
    DataPoint,
    /// `exemplar`.
    Exemplar,
    /// `log`.
    Log,
    /// `profile`.
    Profile,
}

impl Context {
    /// The name in statements and configurations.
    pub fn name(self) -> &'static str {
        match self {
            Context::Resource => "resource",
            Context::Scope => "scope",
            Context::Span => "span",
            Context::SpanEvent => "spanevent",
            Context::Metric => "metric",
            Context::DataPoint => "datapoint",
            Context::Exemplar => "exemplar",
            Context::Log => "log",
            Context::Profile => "profile",
        }
    }

    /// The message that a lane of this context is.
    pub fn level(self) -> Level {
        match self {
            Context::Resource => Level::Resource,
            Context::Scope => Level::Scope,
            Context::Span => Level::Span,
            Context::SpanEvent => Level::SpanEvent,
            Context::Metric => Level::Metric,
            Context::DataPoint => Level::DataPoint,
            Context::Exemplar => Level::Exemplar,
            Context::Log => Level::Log,
            Context::Profile => Level::Profile,
        }
    }

    /// The contexts whose paths a statement of this context can use, itself first.
    pub fn visible(self) -> &'static [Context] {
        use Context::*;
        match self {
            Resource => &[Resource],
            Scope => &[Scope, Resource],
            Span => &[Span, Scope, Resource],
            SpanEvent => &[SpanEvent, Span, Scope, Resource],
            Metric => &[Metric, Scope, Resource],
            DataPoint => &[DataPoint, Metric, Scope, Resource],
            Exemplar => &[Exemplar, DataPoint, Metric, Scope, Resource],
            Log => &[Log, Scope, Resource],
            Profile => &[Profile, Scope, Resource],
        }
    }
}

/// A field's number in each variant of a message: data points are of four messages (number, histogram,
/// exponential histogram, summary), all others of one. 0 where a variant does not have the field.
pub type FieldNumbers = [u32; 4];

/// The numbers of a field that is the same in all variants.
pub const fn every(number: u32) -> FieldNumbers {
    [number; 4]
}

/// How a path is reached from its context's message.
#[derive(Clone, Copy, Debug)]
pub enum Access {
    /// A singular field of the message.
    Field {
        /// Its number.
        field: FieldNumbers,
        /// How its payload and a value correspond.
        form: Form,
    },
    /// A singular field of a singular message field, such as `status.code`.
    Nested {
        /// The number of the message field.
        field: FieldNumbers,
        /// The number of the field in it.
        inner: u32,
        /// How its payload and a value correspond.
        form: Form,
    },
    /// A repeated `KeyValue` field: the map of attributes, or with a key one of them.
    Attributes {
        /// Its number.
        field: FieldNumbers,
    },
    /// Anything else: read and written by functions of its own.
    Special(&'static special::Special),
}

/// One line of a context's table.
#[derive(Clone, Copy, Debug)]
pub struct PathSpec {
    /// The name after the context, such as `status.code`.
    pub name: &'static str,
    /// The message that holds it.
    pub level: Level,
    /// How it is reached.
    pub access: Access,
    /// How many keys it takes: none, exactly so many, or any number (`u8::MAX`).
    pub keys: u8,
    /// What it is, with the OTLP field; one sentence.
    pub docs: &'static str,
}

/// `keys` of a path that takes any number of keys.
pub const ANY_KEYS: u8 = u8::MAX;
