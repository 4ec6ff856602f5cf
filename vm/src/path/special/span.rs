//! Special paths of spans, span events and logs.

use super::{
    ResolvedKey, Result, Special, expect_pdata, expect_string, expects, pdata, read_form, read_run,
    special, trace_state, write_run,
};
use crate::error::Error;
use crate::exec::Lane;
use crate::path::form::{Form, any_field, length_delimited};
use crate::path::{Level, every};
use crate::text::json;
use crate::value::Value;

const TRACE_STATE_FIELD: u32 = 3;
const KIND_FIELD: u32 = 6;
const EVENTS_FIELD: u32 = 11;
const EVENTS: &str = "ptrace.SpanEventSlice";
const LINKS_FIELD: u32 = 13;
const LINKS: &str = "ptrace.SpanLinkSlice";
const STATUS_FIELD: u32 = 15;
const BODY_FIELD: u32 = 5;

special! {
    /// `span.trace_state`, or one of its members.
    TRACE_STATE: String = read_trace_state, write_trace_state => Span [TRACE_STATE_FIELD];
    /// `span.kind.string`.
    SPAN_KIND_STRING: String = read_kind, write_kind => Span [KIND_FIELD];
    /// `span.kind.deprecated_string`.
    SPAN_KIND_DEPRECATED_STRING: String = read_deprecated_kind, write_deprecated_kind => Span [KIND_FIELD];
    /// `span.events`.
    SPAN_EVENTS: Any = read_events, write_events;
    /// `span.links`.
    SPAN_LINKS: Any = read_links, write_links => Span [LINKS_FIELD];
    /// `span.status`.
    SPAN_STATUS: Any = read_status, write_status => Span [STATUS_FIELD];
    /// `spanevent.event_index`.
    EVENT_INDEX: Int = read_event_index, write_event_index;
    /// `log.body.string`.
    BODY_STRING: String = read_body, write_body => Log [BODY_FIELD];
}

const NOT_A_STRING_KEY: Error<'static> = Error::new("trace_state indexing type must be a string");

fn read_trace_state<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    keys: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    let text = lane
        .field(Level::Span, &every(TRACE_STATE_FIELD))
        .unwrap_or_default();
    let Some(key) = keys.first() else {
        return Ok(Value::String(text));
    };
    let Some(members) = trace_state::parse(text) else {
        return Ok(Value::Nil);
    };
    let ResolvedKey::String(key) = key else {
        return Err(NOT_A_STRING_KEY);
    };
    let member = members.iter().find(|(k, _)| k == key);
    Ok(Value::String(member.map_or(&[][..], |(_, value)| value)))
}

fn write_trace_state<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    keys: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    let new = expect_string(&value, arena)?;
    let Some(key) = keys.first() else {
        return lane.write(Level::Span, TRACE_STATE_FIELD, Form::String, value);
    };
    let text = lane
        .field(Level::Span, &every(TRACE_STATE_FIELD))
        .unwrap_or_default();
    let Some(members) = trace_state::parse(text) else {
        return Ok(());
    };
    let ResolvedKey::String(key) = key else {
        return Err(NOT_A_STRING_KEY);
    };
    let Some(new) = trace_state::insert(&members, key, new) else {
        return Ok(());
    };
    lane.replace(
        Level::Span,
        TRACE_STATE_FIELD,
        length_delimited(TRACE_STATE_FIELD, &new, arena),
    )
}

const KINDS: [(&str, &str); 6] = [
    ("Unspecified", "SPAN_KIND_UNSPECIFIED"),
    ("Internal", "SPAN_KIND_INTERNAL"),
    ("Server", "SPAN_KIND_SERVER"),
    ("Client", "SPAN_KIND_CLIENT"),
    ("Producer", "SPAN_KIND_PRODUCER"),
    ("Consumer", "SPAN_KIND_CONSUMER"),
];

fn kind_of(lane: &mut Lane<'_, '_, '_>) -> Option<&'static (&'static str, &'static str)> {
    let Value::Int(kind) = read_form(lane, Level::Span, KIND_FIELD, Form::Int32) else {
        return None;
    };
    KINDS.get(usize::try_from(kind).ok()?)
}

fn read_kind<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(Value::String(
        kind_of(lane).map_or("", |(name, _)| *name).as_bytes(),
    ))
}

fn read_deprecated_kind<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    Ok(Value::String(
        kind_of(lane).map_or("", |(_, name)| *name).as_bytes(),
    ))
}

fn write_kind<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    set_kind(lane, &value, |(name, _)| name, "string")
}

fn write_deprecated_kind<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    set_kind(lane, &value, |(_, name)| name, "deprecated string")
}

fn set_kind<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    value: &Value<'a>,
    name: impl Fn(&(&'static str, &'static str)) -> &'static str,
    what: &str,
) -> Result<'a, ()> {
    let arena = lane.arena();
    let text = expect_string(value, arena)?;
    match KINDS.iter().position(|kind| name(kind).as_bytes() == text) {
        Some(kind) => lane.write(
            Level::Span,
            KIND_FIELD,
            Form::Int32,
            Value::Int(kind as i64),
        ),
        None => {
            let text = String::from_utf8_lossy(text);
            Err(Error::format(
                arena,
                format_args!("unknown span kind {what}, {text}"),
            ))
        }
    }
}

fn read_events<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(read_run(lane, Level::Span, EVENTS_FIELD, EVENTS))
}

fn write_events<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    write_run(lane, Level::Span, EVENTS_FIELD, EVENTS, &value)
}

fn read_links<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(read_run(lane, Level::Span, LINKS_FIELD, LINKS))
}

fn write_links<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    write_run(lane, Level::Span, LINKS_FIELD, LINKS, &value)
}

fn read_status<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    let wire = lane
        .field(Level::Span, &every(STATUS_FIELD))
        .unwrap_or_default();
    Ok(pdata("ptrace.Status", STATUS_FIELD, wire, lane.arena()))
}

fn write_status<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    let wire = expect_pdata(&value, "ptrace.Status", arena)?;
    lane.replace(
        Level::Span,
        STATUS_FIELD,
        length_delimited(STATUS_FIELD, wire, arena),
    )
}

fn read_event_index<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    // The transform and filter processors do not number events, so that reading it fails there as well.
    let _ = lane;
    Err(Error::new("no 'event_index' property has been set"))
}

fn write_event_index<'a>(
    _: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    _: Value<'a>,
) -> Result<'a, ()> {
    Err(Error::new("the 'event_index' path cannot be modified"))
}

fn read_body<'a>(lane: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    match read_form(lane, Level::Log, BODY_FIELD, Form::Any) {
        value @ Value::String(_) => Ok(value),
        value => {
            let mut out = Vec::new();
            json::append_pdata_string(&mut out, &value);
            Ok(Value::String(lane.arena().alloc_slice_copy(&out)))
        }
    }
}

fn write_body<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    _: &[ResolvedKey<'a>],
    value: Value<'a>,
) -> Result<'a, ()> {
    let arena = lane.arena();
    match value {
        Value::String(_) => {
            lane.replace(Level::Log, BODY_FIELD, any_field(BODY_FIELD, &value, arena))
        }
        other => Err(expects("string", &other, arena)),
    }
}
