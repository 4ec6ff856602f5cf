//! IP addresses and networks as Go's package net reads and matches them.

use std::net::{IpAddr, Ipv4Addr};

/// An IP address; IPv4 ones written as IPv6 are IPv4.
pub(crate) fn parse_address(text: &[u8]) -> Option<IpAddr> {
    Some(parse(text)?.to_canonical())
}

/// An IP address as written.
fn parse(text: &[u8]) -> Option<IpAddr> {
    match parse_v4(text) {
        Some(address) => Some(IpAddr::V4(address)),
        None => std::str::from_utf8(text).ok()?.parse().ok(),
    }
}

/// Four numbers below 256, without leading zeros: most addresses.
fn parse_v4(text: &[u8]) -> Option<Ipv4Addr> {
    let (mut octets, mut at) = ([0; 4], 0);
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            text.get(at).filter(|byte| **byte == b'.')?;
            at += 1;
        }
        let start = at;
        let mut number = 0u32;
        while let Some(digit @ b'0'..=b'9') = text.get(at)
            && at < start + 3
        {
            number = number * 10 + u32::from(digit - b'0');
            at += 1;
        }
        if at == start || (text[start] == b'0' && at > start + 1) {
            return None;
        }
        *octet = u8::try_from(number).ok()?;
    }
    (at == text.len()).then(|| Ipv4Addr::from_octets(octets))
}

/// A network: the addresses that share some leading bits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Network {
    V4 { bits: u32, mask: u32 },
    V6 { bits: u128, mask: u128 },
}

impl Network {
    /// A network in CIDR notation.
    pub(crate) fn parse(text: &[u8]) -> Option<Network> {
        let slash = memchr::memchr(b'/', text)?;
        let length = &text[slash + 1..];
        if !length.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let length: u32 = std::str::from_utf8(length).ok()?.parse().ok()?;
        match parse(&text[..slash])? {
            IpAddr::V4(address) if length <= 32 => {
                let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
                Some(Network::V4 {
                    bits: address.to_bits() & mask,
                    mask,
                })
            }
            IpAddr::V6(address) if length <= 128 => {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                let bits = address.to_bits() & mask;
                Some(match std::net::Ipv6Addr::from_bits(bits).to_ipv4_mapped() {
                    Some(mapped) => Network::V4 {
                        bits: mapped.to_bits(),
                        mask: mask as u32,
                    },
                    None => Network::V6 { bits, mask },
                })
            }
            _ => None,
        }
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Network::V4 { bits, mask }, IpAddr::V4(address)) => address.to_bits() & mask == bits,
            (Network::V6 { bits, mask }, IpAddr::V6(address)) => address.to_bits() & mask == bits,
            _ => false,
        }
    }
}

/// The error for text that is no network.
pub(crate) fn invalid(text: &[u8]) -> String {
    format!("invalid CIDR address: {}", String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: &str, address: &str, expected: bool) {
        let network = Network::parse(network.as_bytes()).expect("a network");
        let address = parse_address(address.as_bytes()).expect("an address");
        assert_eq!(network.contains(address), expected);
    }

    #[test]
    fn matches_leading_bits() {
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.1.2.3/8", "10.255.0.1", true);
        check("10.0.0.0/32", "10.0.0.1", false);
        check("0.0.0.0/0", "255.0.0.1", true);
        check("fe80::/10", "febf::1", true);
        check("::/0", "10.0.0.1", false);
        check("::ffff:10.0.0.0/104", "10.9.9.9", true);
        check("10.0.0.0/8", "::ffff:10.9.9.9", true);
        check("10.0.0.0/08", "10.9.9.9", true);
    }

    #[test]
    fn addresses_of_four_numbers_are_those_of_the_standard_library() {
        for text in [
            "1.2.3.4",
            "0.0.0.0",
            "255.255.255.255",
            "256.1.1.1",
            "1234.5.6",
            "1.2.3",
            "1.2.3.",
            "1.2.3.4.",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.00.3.4",
            "1..3.4",
            " 1.2.3.4",
            "1.2.3.4a",
            "1,2,3,4",
            "1.2.3.0004",
            "",
        ] {
            assert_eq!(parse_v4(text.as_bytes()), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_network() {
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.01/8",
            "::/+1",
            "a/8",
        ] {
            assert!(Network::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(parse_address(b"fe80::1%eth0").is_none());
    }
}
