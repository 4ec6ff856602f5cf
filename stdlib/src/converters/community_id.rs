//! `CommunityID`: the Community ID of a network flow.

use crate::base64::Variant;
use crate::cidr;
use crate::prelude::*;
use sha1::{Digest, Sha1};
use std::net::IpAddr;

function! {
    /// The Community ID (version 1) of a flow between two addresses and ports, which is the same in both
    /// directions. `protocol` is `"TCP"` (the default), `"UDP"`, `"ICMP"`, `"ICMP6"`, `"RSVP"` or `"SCTP"`;
    /// `seed` (default: 0) and ports lie between 0 and 65535.
    ///
    /// ```ottl
    /// CommunityID("128.232.110.120", 34855, "66.35.250.204", 80)  # "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
    /// CommunityID("66.35.250.204", 80, "128.232.110.120", 34855, "TCP")  # "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
    /// CommunityID("x", 1, "10.0.0.1", 2)  # error: invalid source IP: x
    /// ```
    pub(crate) static FUNCTION = converter CommunityID(
        source_ip: StringGetter,
        source_port: IntGetter,
        destination_ip: StringGetter,
        destination_port: IntGetter,
        protocol[optional]: StringGetter,
        seed[optional]: IntGetter,
    ) pure, run community_id;
}

fn community_id<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let source = endpoint(call, 0, "source")?;
    let destination = endpoint(call, 2, "destination")?;
    let protocol = match call.given(4) {
        true => protocol(call)?,
        false => 6,
    };
    let seed = match call.given(5) {
        true => {
            let seed = call
                .int(5)
                .map_err(|error| call.error(format_args!("failed to get seed: {error}")))?;
            u16::try_from(seed).map_err(|_| {
                call.error(format_args!("seed must be between 0 and 65535, got {seed}"))
            })?
        }
        false => 0,
    };
    // In the order of bytes; an IPv4 address goes before an IPv6 one.
    let (first, second) = if source <= destination {
        (source, destination)
    } else {
        (destination, source)
    };
    let mut flow = Flow {
        bytes: [0; FLOW_MAX],
        length: 0,
    };
    flow.add(&seed.to_be_bytes());
    for (address, _) in [first, second] {
        match address {
            IpAddr::V4(address) => flow.add(&address.octets()),
            IpAddr::V6(address) => flow.add(&address.octets()),
        }
    }
    flow.add(&[protocol, 0]);
    flow.add(&first.1.to_be_bytes());
    flow.add(&second.1.to_be_bytes());
    let hash = Sha1::digest(&flow.bytes[..flow.length]);
    Ok(Value::String(Variant::PADDED.encode_behind(
        call.arena(),
        b"1:",
        &hash,
    )))
}

/// What is hashed, in one piece: the seed, two addresses, the protocol and two ports.
struct Flow {
    bytes: [u8; FLOW_MAX],
    length: usize,
}

/// Of addresses of 16 bytes.
const FLOW_MAX: usize = 2 + 2 * 16 + 2 + 2 * 2;

impl Flow {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes[self.length..][..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}

/// The address at parameter `first` and the port after it.
fn endpoint<'a>(
    call: &mut Call<'_, '_, 'a>,
    first: usize,
    name: &str,
) -> Result<(IpAddr, u16), Error<'a>> {
    let address = call
        .string(first)
        .map_err(|error| call.error(format_args!("failed to get {name} IP: {error}")))?;
    let port = call
        .int(first + 1)
        .map_err(|error| call.error(format_args!("failed to get {name} port: {error}")))?;
    let Ok(port) = u16::try_from(port) else {
        return Err(call.error(format_args!(
            "{name} port must be between 0 and 65535, got {port}"
        )));
    };
    match cidr::parse_address(address) {
        Some(address) => Ok((address, port)),
        None => {
            let address = String::from_utf8_lossy(address);
            Err(call.error(format_args!("invalid {name} IP: {address}")))
        }
    }
}

/// The number of the protocol at parameter 4.
fn protocol<'a>(call: &mut Call<'_, '_, 'a>) -> Result<u8, Error<'a>> {
    let name = call
        .string(4)
        .map_err(|error| call.error(format_args!("failed to get protocol: {error}")))?;
    Ok(match name {
        b"ICMP" => 1,
        b"TCP" => 6,
        b"UDP" => 17,
        b"RSVP" => 46,
        b"ICMP6" => 58,
        b"SCTP" => 132,
        _ => {
            let name = String::from_utf8_lossy(name);
            return Err(call.error(format_args!("unsupported protocol: {name}")));
        }
    })
}
