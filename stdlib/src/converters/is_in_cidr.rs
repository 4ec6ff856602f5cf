//! `IsInCIDR`: whether an address is in a network.

use crate::cidr::{self, Network};
use crate::prelude::*;
use ottl_vm::function::Literal;

function! {
    /// Whether `target` is an IP address in one of `networks`, which are written as in `10.0.0.0/8` or
    /// `fe80::/10`. Text that is no address is in no network. An IPv4 address written as an IPv6 one
    /// (`::ffff:10.0.0.1`) counts as IPv4.
    ///
    /// A literal that is no network is refused when the program is compiled if all `networks` before it are
    /// literals, too, else it is an error on the records whose address is in none before it.
    ///
    /// ```ottl
    /// IsInCIDR("10.1.2.3", ["192.168.0.0/16", "10.0.0.0/8"])  # true
    /// IsInCIDR("fe80::1", ["10.0.0.0/8"])  # false
    /// IsInCIDR("localhost", ["0.0.0.0/0"])  # false
    /// ```
    pub(crate) static FUNCTION = converter IsInCIDR(target: StringGetter, networks: List(&StringGetter))
        pure, prepare prepare, run is_in_cidr;
}

/// The networks, if all are literals.
struct Networks(Option<Vec<Network>>);

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    let parse = |text: &Vec<u8>| Network::parse(text).ok_or_else(|| cidr::invalid(text));
    let texts = literals.leading(1).iter().map_while(|item| match item {
        Literal::String(text) => Some(text),
        _ => None,
    });
    let networks = texts.map(parse).collect::<Result<Vec<Network>, String>>()?;
    let are_all = crate::keys::strings(literals, 1).is_some();
    Ok(Box::new(Networks(are_all.then_some(networks))))
}

fn is_in_cidr<'a>(call: &mut Call<'_, '_, 'a>) -> Outcome<'a> {
    let Some(address) = cidr::parse_address(call.string(0)?) else {
        return Ok(Value::Bool(false));
    };
    let networks: &Networks = call.prepared();
    if let Some(networks) = &networks.0 {
        return Ok(Value::Bool(
            networks.iter().any(|network| network.contains(address)),
        ));
    }
    for item in 0..call.len(1)? {
        let text = call.item_string(1, item)?;
        match Network::parse(text) {
            Some(network) if network.contains(address) => return Ok(Value::Bool(true)),
            Some(_) => {}
            None => return Err(call.error(format_args!("{}", cidr::invalid(text)))),
        }
    }
    Ok(Value::Bool(false))
}
