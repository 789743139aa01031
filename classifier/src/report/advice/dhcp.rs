// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rules for a DHCP client on this host (RFC 2131, RFC 8415).
//!
//! Answers to a broadcast or multicast request belong to no known connection. A host that loses its lease loses its
//! address, so the rules are left out only where no client waits.

use super::{Admits, Basis, Rule, rule::LETTERS};
use crate::report::traffic::{Opened, PortRange, Prefix, SocketsSeen, Transport, names};

/// Ports of the client and of the server.
const V4: [u16; 2] = [68, 67];
const V6: [u16; 2] = [546, 547];

/// Returns the rules.
pub(super) fn rules(sockets: &SocketsSeen) -> Vec<Rule> {
    let v4 = |_: Opened| Vec::new();
    // The server or its relay answers from an address of the link (RFC 8415 section 18.4), and is asked by multicast.
    let v6 = |direction| match direction {
        Opened::Inbound => Prefix::new([0xfe80, 0, 0, 0, 0, 0, 0, 0].into(), 10).into_iter().collect(),
        Opened::Outbound => Vec::new(),
    };
    let mut rules = of_family(sockets, "dhcp_client", V4, &v4);
    rules.extend(of_family(sockets, "dhcpv6_client", V6, &v6));
    rules
}

fn of_family(
    sockets: &SocketsSeen,
    name: &str,
    [client, server]: [u16; 2],
    peers: &dyn Fn(Opened) -> Vec<Prefix>,
) -> Vec<Rule> {
    let evidence = match (sockets, sockets.on(Transport::UDP, client)) {
        (SocketsSeen::Known(_), None) => return Vec::new(),
        (SocketsSeen::Known(_), Some(listening)) => {
            format!("a DHCP client waits: {}", names(&listening.processes))
        }
        (SocketsSeen::Unknown(_), _) => "the host may be a DHCP client: its sockets are not known".into(),
    };
    let evidence: String = evidence.chars().take(LETTERS).collect();
    let rule = |direction| Rule {
        counter: Rule::counter(direction, Transport::UDP, name),
        direction,
        protocol: String::new(),
        basis: Basis::Dhcp,
        transport: Transport::UDP,
        admits: Admits::To(vec![PortRange::one(if direction == Opened::Inbound { client } else { server })]),
        peers: peers(direction),
        is_read_by_helper: false,
        evidence: evidence.clone(),
    };
    Opened::ALL.map(rule).into()
}
