//! Paths of what the collector knows about a request, where there is no collector.

use super::{ResolvedKey, Result, Special, special};
use crate::error::Error;
use crate::exec::{Lane, keyed};
use crate::path::form::Form;
use crate::value::Value;

special! {
    /// `otelcol.client.addr`.
    CLIENT_ADDRESS: Any = read_nothing, refuse;
    /// `otelcol.client.metadata`.
    CLIENT_METADATA: Any = read_metadata, refuse;
    /// `otelcol.client.auth.attributes`.
    CLIENT_AUTH: Any = read_auth, refuse;
    /// `otelcol.grpc.metadata`.
    GRPC_METADATA: Any = read_grpc, refuse;
}

fn read_nothing<'a>(_: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(Value::Nil)
}

fn read_metadata<'a>(
    lane: &mut Lane<'_, '_, 'a>,
    keys: &[ResolvedKey<'a>],
) -> Result<'a, Value<'a>> {
    read_auth(lane, keys)
        .map_err(|error| Error::format(lane.arena(), format_args!("cannot get map value: {error}")))
}

fn read_auth<'a>(lane: &mut Lane<'_, '_, 'a>, keys: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    match keys.first() {
        None => Ok(Value::Map(&[])),
        Some(key) => keyed::map_key(key, lane.arena()).map(|_| Value::Nil),
    }
}

/// Without a call of gRPC the reference does not even look at the key.
fn read_grpc<'a>(_: &mut Lane<'_, '_, 'a>, keys: &[ResolvedKey<'a>]) -> Result<'a, Value<'a>> {
    Ok(match keys {
        [] => Value::Map(&[]),
        _ => Value::Nil,
    })
}

fn refuse<'a>(_: &mut Lane<'_, '_, 'a>, _: &[ResolvedKey<'a>], _: Value<'a>) -> Result<'a, ()> {
    Err(Error::new("the path is read-only and cannot be modified"))
}
