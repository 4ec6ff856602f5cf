//! Tells of which signal a request is, and counts its records.

use ottl::config::Signal;
use ottl_vm::wire::validate::validate;
use ottl_vm::wire::{self, Cursor, WireError, WireType};

/// The engine's name of a signal.
pub(crate) fn wire_signal(signal: Signal) -> wire::Signal {
    match signal {
        Signal::Traces => wire::Signal::Traces,
        Signal::Metrics => wire::Signal::Metrics,
        Signal::Logs => wire::Signal::Logs,
        Signal::Profiles => wire::Signal::Profiles,
    }
}

/// The name of the list that a request of a signal holds in OTLP/JSON, in both spellings.
fn json_names(signal: Signal) -> [&'static [u8]; 2] {
    match signal {
        Signal::Traces => [b"resourceSpans", b"resource_spans"],
        Signal::Metrics => [b"resourceMetrics", b"resource_metrics"],
        Signal::Logs => [b"resourceLogs", b"resource_logs"],
        Signal::Profiles => [b"resourceProfiles", b"resource_profiles"],
    }
}

/// The signal of a request in OTLP/JSON, by the first name in it that is a signal's.
pub(crate) fn of_json(text: &[u8]) -> Option<Signal> {
    // Nearly always it is the first string of all.
    let mut strings = text.split(|&byte| byte == b'"');
    strings.find_map(|string| {
        Signal::ALL
            .iter()
            .copied()
            .find(|signal| json_names(*signal).contains(&string))
    })
}

/// The signals of which a request in protobuf can be. Requests of all signals have the same shape down to the
/// records, so a request without records can be of any.
pub(crate) fn of_protobuf(request: &[u8]) -> Vec<Signal> {
    let can_be = |signal: &Signal| {
        let signal = wire_signal(*signal);
        validate(signal, request, &mut ()).is_ok()
            && does_look_like(signal, request).unwrap_or(false)
    };
    Signal::ALL.iter().copied().filter(can_be).collect()
}

/// Whether the first record, if there is one, looks like a record of the signal. That its known fields have
/// the right types must be known already.
fn does_look_like(signal: wire::Signal, request: &[u8]) -> Result<bool, WireError> {
    let mut record = None;
    each(Cursor::new(request), 1, &mut |resource| {
        each(resource, 2, &mut |scope| {
            each(scope, 2, &mut |found| {
                record.get_or_insert(found);
                Ok(())
            })
        })
    })?;
    let Some(mut record) = record else {
        return Ok(true);
    };
    let mut looks = true;
    while !record.is_at_end() {
        let (number, wire_type) = record.tag()?;
        let length = match wire_type {
            WireType::Bytes => Some(record.bytes()?.len()),
            _ => {
                record.skip(wire_type)?;
                None
            }
        };
        looks &= match (signal, number) {
            (wire::Signal::Traces, _) => (1..=16).contains(&number),
            (wire::Signal::Logs, _) => (1..=12).contains(&number),
            (wire::Signal::Metrics, _) => {
                matches!(number, 1..=3 | 5 | 7 | 9..=12) && length.is_some()
            }
            (wire::Signal::Profiles, _) => (1..=16).contains(&number),
        };
    }
    Ok(looks)
}

/// How many records the reference counts in a request: spans, log records, data points, samples.
///
/// # Errors
/// The request is cut or malformed on the way to its records.
pub(crate) fn count_records(signal: wire::Signal, request: &[u8]) -> Result<u64, WireError> {
    let mut count = 0;
    each(Cursor::new(request), 1, &mut |resource| {
        each(resource, 2, &mut |scope| {
            each(scope, 2, &mut |record| {
                match signal {
                    wire::Signal::Traces | wire::Signal::Logs => count += 1,
                    // Gauge, sum and the three others: their field 1 is the data points.
                    wire::Signal::Metrics => {
                        for kind in [5, 7, 9, 10, 11] {
                            each(record, kind, &mut |data| {
                                each(data, 1, &mut |_| {
                                    count += 1;
                                    Ok(())
                                })
                            })?;
                        }
                    }
                    wire::Signal::Profiles => each(record, 2, &mut |_| {
                        count += 1;
                        Ok(())
                    })?,
                }
                Ok(())
            })
        })
    })?;
    Ok(count)
}

/// Calls `visit` with each message in the field `number` of the message at the cursor.
fn each<'r>(
    mut message: Cursor<'r>,
    number: u32,
    visit: &mut dyn FnMut(Cursor<'r>) -> Result<(), WireError>,
) -> Result<(), WireError> {
    while !message.is_at_end() {
        match message.tag()? {
            (found, WireType::Bytes) if found == number => visit(message.message()?)?,
            (_, wire_type) => message.skip(wire_type)?,
        }
    }
    Ok(())
}
