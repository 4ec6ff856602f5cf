//! The tables of paths: a line a path.
//!
//! A line is `"name" Access "docs";`. Names are what follows the context; a name that ends in `.string` and
//! the like is a path of its own. Sources: the OTLP protos, and the reference's contexts.

use super::form::Form;
use super::special;
use super::{ANY_KEYS, Access, Context, FieldNumbers, Level, PathSpec, every};

macro_rules! paths {
    ($(#[doc = $table_docs:literal])+ $table:ident = $default:ident { $($name:literal $(at $level:ident:)? => $access:expr, $keys:expr, $docs:literal;)* }) => {
        $(#[doc = $table_docs])+
        pub static $table: &[PathSpec] = &[$(PathSpec {
            name: $name,
            level: paths!(@level $default $($level)?),
            access: $access,
            keys: $keys,
            docs: $docs,
        }),*];
    };
    (@level $default:ident) => { Level::$default };
    (@level $default:ident $level:ident) => { Level::$level };
}

const fn field(number: u32, form: Form) -> Access {
    Access::Field {
        field: every(number),
        form,
    }
}

/// A field of data points: its number in each of the four kinds.
const fn fields(field: FieldNumbers, form: Form) -> Access {
    Access::Field { field, form }
}

const fn nested(number: u32, inner: u32, form: Form) -> Access {
    Access::Nested {
        field: every(number),
        inner,
        form,
    }
}

const fn attributes(number: u32) -> Access {
    Access::Attributes {
        field: every(number),
    }
}

/// A context's own paths, without those of the contexts that it can see.
pub fn of(context: Context) -> &'static [PathSpec] {
    match context {
        Context::Resource => RESOURCE,
        Context::Scope => SCOPE,
        Context::Span => SPAN,
        Context::SpanEvent => SPAN_EVENT,
        Context::Metric => METRIC,
        Context::DataPoint => DATA_POINT,
        Context::Exemplar => EXEMPLAR,
        Context::Log => LOG,
        Context::Profile => PROFILE,
    }
}

/// `cache`, which every context has for itself.
pub static CACHE: PathSpec = PathSpec {
    name: "cache",
    level: Level::Cache,
    access: attributes(1),
    keys: ANY_KEYS,
    docs: "A map for values that are needed between statements; it is not sent.",
};

paths! {
    /// Paths of the resource context.
    RESOURCE = Resource {
        "attributes" => attributes(1), ANY_KEYS, "`Resource.attributes`.";
        "dropped_attributes_count" => field(2, Form::Uint32), 0, "`Resource.dropped_attributes_count`.";
        "schema_url" at ResourceContainer: => field(3, Form::String), 0, "`schema_url` beside the resource.";
    }
}

paths! {
    /// Paths of the scope context.
    SCOPE = Scope {
        "name" => field(1, Form::String), 0, "`InstrumentationScope.name`.";
        "version" => field(2, Form::String), 0, "`InstrumentationScope.version`.";
        "attributes" => attributes(3), ANY_KEYS, "`InstrumentationScope.attributes`.";
        "dropped_attributes_count" => field(4, Form::Uint32), 0, "`InstrumentationScope.dropped_attributes_count`.";
        "schema_url" at ScopeContainer: => field(3, Form::String), 0, "`schema_url` beside the scope.";
    }
}

paths! {
    /// Paths of the span context.
    SPAN = Span {
        "trace_id" => field(1, Form::TraceId), 0, "`Span.trace_id`.";
        "trace_id.string" => field(1, Form::TraceIdHex), 0, "`Span.trace_id` in lower-case hex.";
        "span_id" => field(2, Form::SpanId), 0, "`Span.span_id`.";
        "span_id.string" => field(2, Form::SpanIdHex), 0, "`Span.span_id` in lower-case hex.";
        "trace_state" => Access::Special(&special::TRACE_STATE), 1, "`Span.trace_state`, or with a key one member of it.";
        "parent_span_id" => field(4, Form::SpanId), 0, "`Span.parent_span_id`.";
        "parent_span_id.string" => field(4, Form::SpanIdHex), 0, "`Span.parent_span_id` in lower-case hex.";
        "name" => field(5, Form::String), 0, "`Span.name`.";
        "kind" => field(6, Form::Int32), 0, "`Span.kind` as a number: `SPAN_KIND_SERVER`, ….";
        "kind.string" => Access::Special(&special::SPAN_KIND_STRING), 0, "`Span.kind` as `Server`, `Client`, ….";
        "kind.deprecated_string" => Access::Special(&special::SPAN_KIND_DEPRECATED_STRING), 0, "`Span.kind` as `SPAN_KIND_SERVER`, ….";
        "start_time_unix_nano" => field(7, Form::Fixed64), 0, "`Span.start_time_unix_nano`.";
        "end_time_unix_nano" => field(8, Form::Fixed64), 0, "`Span.end_time_unix_nano`.";
        "start_time" => field(7, Form::Time), 0, "`Span.start_time_unix_nano` as an instant.";
        "end_time" => field(8, Form::Time), 0, "`Span.end_time_unix_nano` as an instant.";
        "attributes" => attributes(9), ANY_KEYS, "`Span.attributes`.";
        "dropped_attributes_count" => field(10, Form::Uint32), 0, "`Span.dropped_attributes_count`.";
        "events" => Access::Special(&special::SPAN_EVENTS), 0, "`Span.events`.";
        "dropped_events_count" => field(12, Form::Uint32), 0, "`Span.dropped_events_count`.";
        "links" => Access::Special(&special::SPAN_LINKS), 0, "`Span.links`.";
        "dropped_links_count" => field(14, Form::Uint32), 0, "`Span.dropped_links_count`.";
        "status" => Access::Special(&special::SPAN_STATUS), 0, "`Span.status`.";
        "status.code" => nested(15, 3, Form::Int32), 0, "`Status.code` as a number: `STATUS_CODE_ERROR`, ….";
        "status.message" => nested(15, 2, Form::String), 0, "`Status.message`.";
        "flags" => field(16, Form::Fixed32Checked), 0, "`Span.flags`.";
    }
}

paths! {
    /// Paths of the spanevent context.
    SPAN_EVENT = SpanEvent {
        "time_unix_nano" => field(1, Form::Fixed64), 0, "`Span.Event.time_unix_nano`.";
        "time" => field(1, Form::Time), 0, "`Span.Event.time_unix_nano` as an instant.";
        "name" => field(2, Form::String), 0, "`Span.Event.name`.";
        "attributes" => attributes(3), ANY_KEYS, "`Span.Event.attributes`.";
        "dropped_attributes_count" => field(4, Form::Uint32), 0, "`Span.Event.dropped_attributes_count`.";
        "event_index" => Access::Special(&special::EVENT_INDEX), 0, "The event's number in its span, from 0; read only.";
    }
}

paths! {
    /// Paths of the log context.
    LOG = Log {
        "time_unix_nano" => field(1, Form::Fixed64), 0, "`LogRecord.time_unix_nano`.";
        "observed_time_unix_nano" => field(11, Form::Fixed64), 0, "`LogRecord.observed_time_unix_nano`.";
        "time" => field(1, Form::Time), 0, "`LogRecord.time_unix_nano` as an instant.";
        "observed_time" => field(11, Form::Time), 0, "`LogRecord.observed_time_unix_nano` as an instant.";
        "severity_number" => field(2, Form::Int32), 0, "`LogRecord.severity_number`: `SEVERITY_NUMBER_WARN`, ….";
        "severity_text" => field(3, Form::String), 0, "`LogRecord.severity_text`.";
        "body" => field(5, Form::Any), ANY_KEYS, "`LogRecord.body`; keys index a map or list.";
        "body.string" => Access::Special(&special::BODY_STRING), 0, "`LogRecord.body` in its text form.";
        "attributes" => attributes(6), ANY_KEYS, "`LogRecord.attributes`.";
        "dropped_attributes_count" => field(7, Form::Uint32), 0, "`LogRecord.dropped_attributes_count`.";
        "flags" => field(8, Form::Fixed32), 0, "`LogRecord.flags`.";
        "trace_id" => field(9, Form::TraceId), 0, "`LogRecord.trace_id`.";
        "trace_id.string" => field(9, Form::TraceIdHex), 0, "`LogRecord.trace_id` in lower-case hex.";
        "span_id" => field(10, Form::SpanId), 0, "`LogRecord.span_id`.";
        "span_id.string" => field(10, Form::SpanIdHex), 0, "`LogRecord.span_id` in lower-case hex.";
        "event_name" => field(12, Form::String), 0, "`LogRecord.event_name`.";
    }
}

paths! {
    /// Paths of the metric context.
    METRIC = Metric {
        "name" => field(1, Form::String), 0, "`Metric.name`.";
        "description" => field(2, Form::String), 0, "`Metric.description`.";
        "unit" => field(3, Form::String), 0, "`Metric.unit`.";
        "type" => Access::Special(&special::METRIC_TYPE), 0, "Which of `Metric.data` is set: `METRIC_DATA_TYPE_SUM`, …; writing it does nothing.";
        "aggregation_temporality" => Access::Special(&special::AGGREGATION_TEMPORALITY), 0, "`aggregation_temporality` of a sum or histogram, nil for others.";
        "is_monotonic" => Access::Special(&special::IS_MONOTONIC), 0, "`Sum.is_monotonic`, nil for others.";
        "data_points" => Access::Special(&special::DATA_POINTS), 0, "The metric's data points.";
        "metadata" => attributes(12), ANY_KEYS, "`Metric.metadata`.";
    }
}

paths! {
    /// Paths of the datapoint context.
    DATA_POINT = DataPoint {
        "attributes" => Access::Attributes { field: [7, 9, 1, 7] }, ANY_KEYS, "The data point's `attributes`.";
        "start_time_unix_nano" => field(2, Form::Fixed64), 0, "The data point's `start_time_unix_nano`.";
        "time_unix_nano" => field(3, Form::Fixed64), 0, "The data point's `time_unix_nano`.";
        "start_time" => field(2, Form::Time), 0, "The data point's `start_time_unix_nano` as an instant.";
        "time" => field(3, Form::Time), 0, "The data point's `time_unix_nano` as an instant.";
        "value_double" => Access::Special(&special::VALUE_DOUBLE), 0, "`NumberDataPoint.as_double`.";
        "value_int" => Access::Special(&special::VALUE_INT), 0, "`NumberDataPoint.as_int`.";
        "exemplars" => Access::Special(&special::EXEMPLARS), 0, "The data point's `exemplars`.";
        "flags" => fields([8, 10, 10, 8], Form::Uint32), 0, "The data point's `flags`.";
        "count" => fields([0, 4, 4, 4], Form::Fixed64), 0, "The histogram's or summary's `count`.";
        "sum" => fields([0, 5, 5, 5], Form::OptionalDouble), 0, "The histogram's or summary's `sum`.";
        "bucket_counts" => Access::Special(&special::BUCKET_COUNTS), 0, "`HistogramDataPoint.bucket_counts`.";
        "explicit_bounds" => Access::Special(&special::EXPLICIT_BOUNDS), 0, "`HistogramDataPoint.explicit_bounds`.";
        "scale" => fields([0, 0, 6, 0], Form::Sint32), 0, "`ExponentialHistogramDataPoint.scale`.";
        "zero_count" => fields([0, 0, 7, 0], Form::Fixed64), 0, "`ExponentialHistogramDataPoint.zero_count`.";
        "positive" => Access::Special(&special::POSITIVE), 0, "`ExponentialHistogramDataPoint.positive`.";
        "positive.offset" => Access::Special(&special::POSITIVE_OFFSET), 0, "`positive.offset`.";
        "positive.bucket_counts" => Access::Special(&special::POSITIVE_BUCKET_COUNTS), 0, "`positive.bucket_counts`.";
        "negative" => Access::Special(&special::NEGATIVE), 0, "`ExponentialHistogramDataPoint.negative`.";
        "negative.offset" => Access::Special(&special::NEGATIVE_OFFSET), 0, "`negative.offset`.";
        "negative.bucket_counts" => Access::Special(&special::NEGATIVE_BUCKET_COUNTS), 0, "`negative.bucket_counts`.";
        "quantile_values" => Access::Special(&special::QUANTILE_VALUES), 0, "`SummaryDataPoint.quantile_values`.";
    }
}

paths! {
    /// Paths of the exemplar context.
    EXEMPLAR = Exemplar {
        "time_unix_nano" => field(2, Form::Fixed64), 0, "`Exemplar.time_unix_nano`.";
        "time" => field(2, Form::Time), 0, "`Exemplar.time_unix_nano` as an instant.";
        "double_value" => Access::Special(&special::EXEMPLAR_DOUBLE), 0, "`Exemplar.as_double`.";
        "int_value" => Access::Special(&special::EXEMPLAR_INT), 0, "`Exemplar.as_int`.";
        "trace_id" => field(5, Form::TraceId), 0, "`Exemplar.trace_id`.";
        "trace_id.string" => field(5, Form::TraceIdHex), 0, "`Exemplar.trace_id` in lower-case hex.";
        "span_id" => field(4, Form::SpanId), 0, "`Exemplar.span_id`.";
        "span_id.string" => field(4, Form::SpanIdHex), 0, "`Exemplar.span_id` in lower-case hex.";
        "filtered_attributes" => attributes(7), ANY_KEYS, "`Exemplar.filtered_attributes`.";
    }
}

paths! {
    /// Paths of the profile context.
    PROFILE = Profile {
        "sample_type" => Access::Special(&special::SAMPLE_TYPE), 0, "`Profile.sample_type`.";
        "sample_type.type" => Access::Special(&special::SAMPLE_TYPE_TYPE), 0, "The string that `sample_type.type_strindex` refers to.";
        "sample_type.unit" => Access::Special(&special::SAMPLE_TYPE_UNIT), 0, "The string that `sample_type.unit_strindex` refers to.";
        "sample" => Access::Special(&special::SAMPLES), 0, "`Profile.samples`.";
        "time_unix_nano" => field(3, Form::Fixed64), 0, "`Profile.time_unix_nano`.";
        "time" => field(3, Form::Time), 0, "`Profile.time_unix_nano` as an instant.";
        "duration_unix_nano" => field(4, Form::Nanoseconds), 0, "`Profile.duration_nano`.";
        "duration" => field(4, Form::Nanoseconds), 0, "`Profile.duration_nano`, as a number all the same.";
        "period_type" => Access::Special(&special::PERIOD_TYPE), 0, "`Profile.period_type`.";
        "period_type.type" => Access::Special(&special::PERIOD_TYPE_TYPE), 0, "The string that `period_type.type_strindex` refers to.";
        "period_type.unit" => Access::Special(&special::PERIOD_TYPE_UNIT), 0, "The string that `period_type.unit_strindex` refers to.";
        "period" => field(6, Form::Int), 0, "`Profile.period`.";
        "profile_id" => field(7, Form::ProfileId), 0, "`Profile.profile_id`.";
        "profile_id.string" => field(7, Form::ProfileIdHex), 0, "`Profile.profile_id` in lower-case hex.";
        "attribute_indices" => Access::Special(&special::ATTRIBUTE_INDICES), 0, "`Profile.attribute_indices`.";
        "dropped_attributes_count" => field(8, Form::Uint32), 0, "`Profile.dropped_attributes_count`.";
        "original_payload_format" => field(9, Form::String), 0, "`Profile.original_payload_format`.";
        "original_payload" => field(10, Form::Bytes), 0, "`Profile.original_payload`.";
        "attributes" => Access::Special(&special::PROFILE_ATTRIBUTES), ANY_KEYS, "The attributes that `attribute_indices` refers to.";
    }
}

paths! {
    /// Paths of what the collector knows about a request, in every context: there is no collector here, so all
    /// are empty. They can only be read.
    COLLECTOR = ResourceContainer {
        "client.addr" => Access::Special(&special::CLIENT_ADDRESS), 0, "The sender's address: nil.";
        "client.metadata" => Access::Special(&special::CLIENT_METADATA), ANY_KEYS, "The sender's headers: an empty map.";
        "client.auth.attributes" => Access::Special(&special::CLIENT_AUTH), ANY_KEYS, "What an authenticator found out: an empty map.";
        "grpc.metadata" => Access::Special(&special::GRPC_METADATA), ANY_KEYS, "The headers of gRPC: an empty map.";
    }
}
