//! THE table of OTLP messages; see the parent for who reads it.
//!
//! A message is `Name function_name node|part|nest { fields }`: a *node* is announced to a
//! [`Visitor`](crate::wire::validate::Visitor), a *part* isn't, a *nest* is a part that can be inside
//! itself and counts towards the depth of values. A field is
//! `number field_name "jsonName" label kind`, in the order in which the reference writes JSON.
//! Labels: `one` (absent is the same as zero), `optional` (presence counts), `oneof` (at most one of
//! them in a message; no message has two groups), `many`, `packed` (many, preferably in one chunk) and
//! `hidden` (many, checked and kept but invisible to everybody else). Kinds: a scalar's name,
//! `[Enum]` or `(Message function_name)`.

macro_rules! messages {
    ($then:ident) => {
        $then! {
            ExportTraceServiceRequest export_trace_service_request part {
                1 resource_spans "resourceSpans" many (ResourceSpans resource_spans);
            }
            ResourceSpans resource_spans node {
                1 resource "resource" one (Resource resource);
                2 scope_spans "scopeSpans" many (ScopeSpans scope_spans);
                3 schema_url "schemaUrl" one string;
                1000 deprecated_scope_spans "deprecatedScopeSpans" hidden (ScopeSpans scope_spans);
            }
            ScopeSpans scope_spans node {
                1 scope "scope" one (InstrumentationScope instrumentation_scope);
                2 spans "spans" many (Span span);
                3 schema_url "schemaUrl" one string;
            }
            Span span node {
                1 trace_id "traceId" one trace_id;
                2 span_id "spanId" one span_id;
                3 trace_state "traceState" one string;
                4 parent_span_id "parentSpanId" one span_id;
                16 flags "flags" one fixed32;
                5 name "name" one string;
                6 kind "kind" one [SpanKind];
                7 start_time_unix_nano "startTimeUnixNano" one fixed64;
                8 end_time_unix_nano "endTimeUnixNano" one fixed64;
                9 attributes "attributes" many (KeyValue key_value);
                10 dropped_attributes_count "droppedAttributesCount" one uint32;
                11 events "events" many (SpanEvent span_event);
                12 dropped_events_count "droppedEventsCount" one uint32;
                13 links "links" many (SpanLink span_link);
                14 dropped_links_count "droppedLinksCount" one uint32;
                15 status "status" one (Status status);
            }
            SpanEvent span_event node {
                1 time_unix_nano "timeUnixNano" one fixed64;
                2 name "name" one string;
                3 attributes "attributes" many (KeyValue key_value);
                4 dropped_attributes_count "droppedAttributesCount" one uint32;
            }
            SpanLink span_link part {
                1 trace_id "traceId" one trace_id;
                2 span_id "spanId" one span_id;
                3 trace_state "traceState" one string;
                4 attributes "attributes" many (KeyValue key_value);
                5 dropped_attributes_count "droppedAttributesCount" one uint32;
                6 flags "flags" one fixed32;
            }
            Status status part {
                2 message "message" one string;
                3 code "code" one [StatusCode];
            }
            ExportMetricsServiceRequest export_metrics_service_request part {
                1 resource_metrics "resourceMetrics" many (ResourceMetrics resource_metrics);
            }
            ResourceMetrics resource_metrics node {
                1 resource "resource" one (Resource resource);
                2 scope_metrics "scopeMetrics" many (ScopeMetrics scope_metrics);
                3 schema_url "schemaUrl" one string;
                1000 deprecated_scope_metrics "deprecatedScopeMetrics" hidden (ScopeMetrics scope_metrics);
            }
            ScopeMetrics scope_metrics node {
                1 scope "scope" one (InstrumentationScope instrumentation_scope);
                2 metrics "metrics" many (Metric metric);
                3 schema_url "schemaUrl" one string;
            }
            Metric metric node {
                1 name "name" one string;
                2 description "description" one string;
                3 unit "unit" one string;
                5 gauge "gauge" oneof (Gauge gauge);
                7 sum "sum" oneof (Sum sum);
                9 histogram "histogram" oneof (Histogram histogram);
                10 exponential_histogram "exponentialHistogram" oneof (ExponentialHistogram exponential_histogram);
                11 summary "summary" oneof (Summary summary);
                12 metadata "metadata" many (KeyValue key_value);
            }
            Gauge gauge node {
                1 data_points "dataPoints" many (NumberDataPoint number_data_point);
            }
            Sum sum node {
                1 data_points "dataPoints" many (NumberDataPoint number_data_point);
                2 aggregation_temporality "aggregationTemporality" one [AggregationTemporality];
                3 is_monotonic "isMonotonic" one bool;
            }
            Histogram histogram node {
                1 data_points "dataPoints" many (HistogramDataPoint histogram_data_point);
                2 aggregation_temporality "aggregationTemporality" one [AggregationTemporality];
            }
            ExponentialHistogram exponential_histogram node {
                1 data_points "dataPoints" many (ExponentialHistogramDataPoint exponential_histogram_data_point);
                2 aggregation_temporality "aggregationTemporality" one [AggregationTemporality];
            }
            Summary summary node {
                1 data_points "dataPoints" many (SummaryDataPoint summary_data_point);
            }
            NumberDataPoint number_data_point node {
                7 attributes "attributes" many (KeyValue key_value);
                2 start_time_unix_nano "startTimeUnixNano" one fixed64;
                3 time_unix_nano "timeUnixNano" one fixed64;
                4 as_double "asDouble" oneof double;
                6 as_int "asInt" oneof sfixed64;
                5 exemplars "exemplars" many (Exemplar exemplar);
                8 flags "flags" one uint32;
            }
            HistogramDataPoint histogram_data_point node {
                9 attributes "attributes" many (KeyValue key_value);
                2 start_time_unix_nano "startTimeUnixNano" one fixed64;
                3 time_unix_nano "timeUnixNano" one fixed64;
                4 count "count" one fixed64;
                5 sum "sum" optional double;
                6 bucket_counts "bucketCounts" packed fixed64;
                7 explicit_bounds "explicitBounds" packed double;
                8 exemplars "exemplars" many (Exemplar exemplar);
                10 flags "flags" one uint32;
                11 min "min" optional double;
                12 max "max" optional double;
            }
            ExponentialHistogramDataPoint exponential_histogram_data_point node {
                1 attributes "attributes" many (KeyValue key_value);
                2 start_time_unix_nano "startTimeUnixNano" one fixed64;
                3 time_unix_nano "timeUnixNano" one fixed64;
                4 count "count" one fixed64;
                5 sum "sum" optional double;
                6 scale "scale" one sint32;
                7 zero_count "zeroCount" one fixed64;
                8 positive "positive" one (ExponentialHistogramDataPointBuckets exponential_histogram_data_point_buckets);
                9 negative "negative" one (ExponentialHistogramDataPointBuckets exponential_histogram_data_point_buckets);
                10 flags "flags" one uint32;
                11 exemplars "exemplars" many (Exemplar exemplar);
                12 min "min" optional double;
                13 max "max" optional double;
                14 zero_threshold "zeroThreshold" one double;
            }
            ExponentialHistogramDataPointBuckets exponential_histogram_data_point_buckets part {
                1 offset "offset" one sint32;
                2 bucket_counts "bucketCounts" packed uint64;
            }
            SummaryDataPoint summary_data_point node {
                7 attributes "attributes" many (KeyValue key_value);
                2 start_time_unix_nano "startTimeUnixNano" one fixed64;
                3 time_unix_nano "timeUnixNano" one fixed64;
                4 count "count" one fixed64;
                5 sum "sum" one double;
                6 quantile_values "quantileValues" many (SummaryDataPointValueAtQuantile summary_data_point_value_at_quantile);
                8 flags "flags" one uint32;
            }
            SummaryDataPointValueAtQuantile summary_data_point_value_at_quantile part {
                1 quantile "quantile" one double;
                2 value "value" one double;
            }
            Exemplar exemplar node {
                7 filtered_attributes "filteredAttributes" many (KeyValue key_value);
                2 time_unix_nano "timeUnixNano" one fixed64;
                3 as_double "asDouble" oneof double;
                6 as_int "asInt" oneof sfixed64;
                5 trace_id "traceId" one trace_id;
                4 span_id "spanId" one span_id;
            }
            ExportLogsServiceRequest export_logs_service_request part {
                1 resource_logs "resourceLogs" many (ResourceLogs resource_logs);
            }
            ResourceLogs resource_logs node {
                1 resource "resource" one (Resource resource);
                2 scope_logs "scopeLogs" many (ScopeLogs scope_logs);
                3 schema_url "schemaUrl" one string;
                1000 deprecated_scope_logs "deprecatedScopeLogs" hidden (ScopeLogs scope_logs);
            }
            ScopeLogs scope_logs node {
                1 scope "scope" one (InstrumentationScope instrumentation_scope);
                2 log_records "logRecords" many (LogRecord log_record);
                3 schema_url "schemaUrl" one string;
            }
            LogRecord log_record node {
                1 time_unix_nano "timeUnixNano" one fixed64;
                11 observed_time_unix_nano "observedTimeUnixNano" one fixed64;
                2 severity_number "severityNumber" one [SeverityNumber];
                3 severity_text "severityText" one string;
                5 body "body" one (AnyValue any_value);
                6 attributes "attributes" many (KeyValue key_value);
                7 dropped_attributes_count "droppedAttributesCount" one uint32;
                8 flags "flags" one fixed32;
                9 trace_id "traceId" one trace_id;
                10 span_id "spanId" one span_id;
                12 event_name "eventName" one string;
            }
            ExportProfilesServiceRequest export_profiles_service_request part {
                1 resource_profiles "resourceProfiles" many (ResourceProfiles resource_profiles);
                2 dictionary "dictionary" one (ProfilesDictionary profiles_dictionary);
            }
            ResourceProfiles resource_profiles node {
                1 resource "resource" one (Resource resource);
                2 scope_profiles "scopeProfiles" many (ScopeProfiles scope_profiles);
                3 schema_url "schemaUrl" one string;
            }
            ScopeProfiles scope_profiles node {
                1 scope "scope" one (InstrumentationScope instrumentation_scope);
                2 profiles "profiles" many (Profile profile);
                3 schema_url "schemaUrl" one string;
            }
            Profile profile node {
                1 sample_type "sampleType" one (ValueType value_type);
                2 samples "samples" many (Sample sample);
                3 time_unix_nano "timeUnixNano" one fixed64;
                4 duration_nano "durationNano" one uint64;
                5 period_type "periodType" one (ValueType value_type);
                6 period "period" one int64;
                7 profile_id "profileId" one profile_id;
                8 dropped_attributes_count "droppedAttributesCount" one uint32;
                9 original_payload_format "originalPayloadFormat" one string;
                10 original_payload "originalPayload" one bytes;
                11 attribute_indices "attributeIndices" packed int32;
            }
            Sample sample node {
                1 stack_index "stackIndex" one int32;
                2 attribute_indices "attributeIndices" packed int32;
                3 link_index "linkIndex" one int32;
                4 values "values" packed int64;
                5 timestamps_unix_nano "timestampsUnixNano" packed fixed64;
            }
            ValueType value_type node {
                1 type_strindex "typeStrindex" one int32;
                2 unit_strindex "unitStrindex" one int32;
            }
            ProfilesDictionary profiles_dictionary node {
                1 mapping_table "mappingTable" many (Mapping mapping);
                2 location_table "locationTable" many (Location location);
                3 function_table "functionTable" many (Function function);
                4 link_table "linkTable" many (Link link);
                5 string_table "stringTable" many string;
                6 attribute_table "attributeTable" many (KeyValueAndUnit key_value_and_unit);
                7 stack_table "stackTable" many (Stack stack);
            }
            Mapping mapping node {
                1 memory_start "memoryStart" one uint64;
                2 memory_limit "memoryLimit" one uint64;
                3 file_offset "fileOffset" one uint64;
                4 filename_strindex "filenameStrindex" one int32;
                5 attribute_indices "attributeIndices" packed int32;
            }
            Location location node {
                1 mapping_index "mappingIndex" one int32;
                2 address "address" one uint64;
                3 lines "lines" many (Line line);
                4 attribute_indices "attributeIndices" packed int32;
            }
            Line line part {
                1 function_index "functionIndex" one int32;
                2 line "line" one int64;
                3 column "column" one int64;
            }
            Function function node {
                1 name_strindex "nameStrindex" one int32;
                2 system_name_strindex "systemNameStrindex" one int32;
                3 filename_strindex "filenameStrindex" one int32;
                4 start_line "startLine" one int64;
            }
            Link link node {
                1 trace_id "traceId" one trace_id;
                2 span_id "spanId" one span_id;
            }
            Stack stack node {
                1 location_indices "locationIndices" packed int32;
            }
            KeyValueAndUnit key_value_and_unit node {
                1 key_strindex "keyStrindex" one int32;
                2 value "value" one (AnyValue any_value);
                3 unit_strindex "unitStrindex" one int32;
            }
            Resource resource node {
                1 attributes "attributes" many (KeyValue key_value);
                2 dropped_attributes_count "droppedAttributesCount" one uint32;
                3 entity_refs "entityRefs" many (EntityRef entity_ref);
            }
            InstrumentationScope instrumentation_scope node {
                1 name "name" one string;
                2 version "version" one string;
                3 attributes "attributes" many (KeyValue key_value);
                4 dropped_attributes_count "droppedAttributesCount" one uint32;
            }
            EntityRef entity_ref part {
                1 schema_url "schemaUrl" one string;
                2 r#type "type" one string;
                3 id_keys "idKeys" many string;
                4 description_keys "descriptionKeys" many string;
            }
            KeyValue key_value part {
                1 key "key" one string;
                2 value "value" one (AnyValue any_value);
                3 key_strindex "keyStrindex" one int32;
            }
            AnyValue any_value part {
                1 string_value "stringValue" oneof string;
                2 bool_value "boolValue" oneof bool;
                3 int_value "intValue" oneof int64;
                4 double_value "doubleValue" oneof double;
                5 array_value "arrayValue" oneof (ArrayValue array_value);
                6 kvlist_value "kvlistValue" oneof (KeyValueList key_value_list);
                7 bytes_value "bytesValue" oneof bytes;
                8 string_value_strindex "stringValueStrindex" oneof int32;
            }
            ArrayValue array_value nest {
                1 values "values" many (AnyValue any_value);
            }
            KeyValueList key_value_list nest {
                1 values "values" many (KeyValue key_value);
            }
        }
    };
}
pub(crate) use messages;
