// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the filters of the clsact qdisc, which has the TC programs on kernels without TCX: the pinned
//! agent's filter, and others.

use std::io;

use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS};
use rtnetlink::packet_route::{
    RouteNetlinkMessage,
    tc::{TcAttribute, TcFilterBpfOption, TcHandle, TcMessage, TcOption},
};

use super::{netlink, programs::with_policy};

/// Priority of the first filter: an earlier program could end the chain and hide its packets.
pub(super) const PRIORITY: u16 = 1;

/// Handle of the pinned agent's filter among those of its priority. Other handles are numbered from 1 on.
pub(super) const HANDLE: u16 = 0xc1a5;

/// Tells whether the interface with this index has a pinned agent's filter.
pub(super) fn is_there(index: u32, direction: Direction) -> io::Result<bool> {
    let names = names(direction);
    let position = |filter: &TcMessage| (filter.header.info >> 16, u32::from(filter.header.handle));
    let is_it =
        |filter: &TcMessage| position(filter) == (PRIORITY.into(), HANDLE.into()) && is_among(filter, &names);
    Ok(all(index, direction)?.iter().any(is_it))
}

/// Tells whether the interface with this index has an agent's filter, at any handle.
pub(super) fn has_program(index: u32, direction: Direction) -> io::Result<bool> {
    let names = names(direction);
    Ok(all(index, direction)?.iter().any(|filter| is_among(filter, &names)))
}

/// Tells whether a filter's program has one of these names, or none, as on a kernel without tracing: see
/// `found/unnamed.rs`.
fn is_among(filter: &TcMessage, names: &[&str]) -> bool {
    program(filter).is_some_and(|name| name.is_empty() || names.contains(&name))
}

/// Names of an agent's programs.
fn names(direction: Direction) -> [&'static str; 2] {
    let name = match direction {
        Direction::Ingress => PROGRAM_INGRESS,
        Direction::Egress => PROGRAM_EGRESS,
    };
    [name, with_policy(name)]
}

/// Removes the pinned agent's filter, if it is there.
pub(super) fn remove(index: u32, direction: Direction) -> io::Result<()> {
    if !is_there(index, direction)? {
        return Ok(());
    }
    let mut filter = at(index, direction);
    filter.header.handle = TcHandle { major: 0, minor: HANDLE };
    #[expect(clippy::cast_possible_truncation, reason = "it is 3")]
    let every_protocol = (libc::ETH_P_ALL as u16).to_be();
    filter.header.info = u32::from(PRIORITY) << 16 | u32::from(every_protocol);
    netlink::change(RouteNetlinkMessage::DelTrafficFilter(filter))
}

/// Command line that removes the filter.
pub(super) fn removal(interface: &str, direction: Direction) -> String {
    format!("tc filter del dev {interface} {} pref {PRIORITY} handle {HANDLE:#x} bpf", direction.label())
}

/// Lists all filters on a side of an interface; none if the interface has gone.
pub(super) fn all(index: u32, direction: Direction) -> io::Result<Vec<TcMessage>> {
    netlink::list(RouteNetlinkMessage::GetTrafficFilter(at(index, direction)))
}

fn at(index: u32, direction: Direction) -> TcMessage {
    let mut message = TcMessage::with_index(index.cast_signed());
    let minor = match direction {
        Direction::Ingress => TcHandle::MIN_INGRESS,
        Direction::Egress => TcHandle::MIN_EGRESS,
    };
    message.header.parent = TcHandle { major: u16::MAX, minor };
    message
}

/// Name of a filter's program, as its owner gave it.
fn program(filter: &TcMessage) -> Option<&str> {
    filter.attributes.iter().find_map(|attribute| {
        let TcAttribute::Options(options) = attribute else { return None };
        options.iter().find_map(|option| {
            let TcOption::Bpf(TcFilterBpfOption::ProgName(name)) = option else { return None };
            Some(name.as_str())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_none_of_the_agents() {
        for direction in Direction::ALL {
            assert!(!is_there(1, direction).expect("anybody may ask"));
        }
    }
}
