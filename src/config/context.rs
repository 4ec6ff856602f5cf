//! The names that configurations and paths use: contexts, signals, error modes. One table each.

use std::fmt;

/// Defines an enum whose variants have one name each in configurations.
macro_rules! names {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($(#[$doc])* $variant,)* }

        impl $type {
            /// Every one, in the order declared.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// As written in configurations.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }

            /// The one with this name, letter case included.
            pub fn from_name(name: &str) -> Option<$type> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

names! {
    /// A kind of telemetry.
    Signal {
        /// Spans and their events.
        Traces = "traces",
        /// Metrics and their data points.
        Metrics = "metrics",
        /// Log records.
        Logs = "logs",
        /// Profiles.
        Profiles = "profiles",
    }
}

names! {
    /// What happens when a statement or condition fails on a record.
    #[derive(Default)]
    ErrorMode {
        /// The failure is logged and the next statement runs. The default.
        #[default]
        Ignore = "ignore",
        /// The failure ends the request's processing and is returned.
        Propagate = "propagate",
        /// The next statement runs, nothing is logged.
        Silent = "silent",
    }
}

names! {
    /// The processors whose configuration holds OTTL.
    ProcessorKind {
        /// Edits telemetry by statements.
        Transform = "transform",
        /// Drops telemetry by conditions.
        Filter = "filter",
    }
}

names! {
    /// Something that a path can begin with; most are also what statements run on.
    ContextName {
        /// A resource.
        Resource = "resource",
        /// An instrumentation scope; paths may also say `instrumentation_scope`.
        Scope = "scope",
        /// A span.
        Span = "span",
        /// An event of a span.
        SpanEvent = "spanevent",
        /// A metric.
        Metric = "metric",
        /// A data point of a metric.
        DataPoint = "datapoint",
        /// An exemplar of a data point.
        Exemplar = "exemplar",
        /// A log record.
        Log = "log",
        /// A profile.
        Profile = "profile",
        /// A sample of a profile. No processor runs statements on it.
        ProfileSample = "profilesample",
        /// The collector's own request metadata. No processor runs statements on it.
        OtelCol = "otelcol",
    }
}

/// The older name of [`ContextName::Scope`], allowed in paths of the contexts below it only.
pub const SCOPE_LEGACY_NAME: &str = "instrumentation_scope";

impl ErrorMode {
    /// The mode that a configuration's text names, in any letter case.
    pub fn parse(text: &str) -> Option<ErrorMode> {
        ErrorMode::from_name(&text.to_lowercase())
    }
}

impl ContextName {
    /// The contexts whose statements (conditions, for the filter processor) a signal's groups can hold.
    pub fn of_groups(kind: ProcessorKind, signal: Signal) -> &'static [ContextName] {
        use ContextName::{
            DataPoint, Exemplar, Log, Metric, Profile, Resource, Scope, Span, SpanEvent,
        };
        match (signal, kind) {
            (Signal::Traces, _) => &[Resource, Scope, Span, SpanEvent],
            (Signal::Metrics, ProcessorKind::Transform) => {
                &[Resource, Scope, Metric, DataPoint, Exemplar]
            }
            (Signal::Metrics, ProcessorKind::Filter) => &[Resource, Scope, Metric, DataPoint],
            (Signal::Logs, _) => &[Resource, Scope, Log],
            (Signal::Profiles, _) => &[Resource, Scope, Profile],
        }
    }

    /// The contexts that a group's `context` key can name, whatever the signal.
    pub fn of_processor(kind: ProcessorKind) -> &'static [ContextName] {
        use ContextName::{
            DataPoint, Exemplar, Log, Metric, Profile, Resource, Scope, Span, SpanEvent,
        };
        match kind {
            ProcessorKind::Transform => &[
                Resource, Scope, Span, SpanEvent, Metric, DataPoint, Exemplar, Log, Profile,
            ],
            ProcessorKind::Filter => &[
                Resource, Scope, Span, SpanEvent, Metric, DataPoint, Log, Profile,
            ],
        }
    }

    /// The names that a path may begin with where statements run on this context, its own first.
    pub fn path_names(self) -> &'static [&'static str] {
        match self {
            ContextName::Resource => &["resource", "otelcol"],
            ContextName::Scope => &["scope", "resource", "otelcol"],
            ContextName::Span => &["span", "scope", SCOPE_LEGACY_NAME, "resource", "otelcol"],
            ContextName::SpanEvent => &[
                "spanevent",
                "span",
                "scope",
                SCOPE_LEGACY_NAME,
                "resource",
                "otelcol",
            ],
            ContextName::Metric => &["metric", "scope", SCOPE_LEGACY_NAME, "resource", "otelcol"],
            ContextName::DataPoint => &[
                "datapoint",
                "metric",
                "scope",
                SCOPE_LEGACY_NAME,
                "resource",
                "otelcol",
            ],
            ContextName::Exemplar => &[
                "exemplar",
                "datapoint",
                "metric",
                "scope",
                SCOPE_LEGACY_NAME,
                "resource",
                "otelcol",
            ],
            ContextName::Log => &["log", "scope", SCOPE_LEGACY_NAME, "resource", "otelcol"],
            ContextName::Profile => &["profile", "scope", SCOPE_LEGACY_NAME, "resource", "otelcol"],
            ContextName::ProfileSample => &[
                "profilesample",
                "scope",
                SCOPE_LEGACY_NAME,
                "resource",
                "otelcol",
            ],
            ContextName::OtelCol => &["otelcol"],
        }
    }

    /// The context that a path's first segment names.
    pub fn of_path(name: &str) -> Option<ContextName> {
        if name == SCOPE_LEGACY_NAME {
            Some(ContextName::Scope)
        } else {
            ContextName::from_name(name)
        }
    }
}
