//! The filters of the clsact qdisc, on which TC programs hang where the kernel has no links for them: where the pinned
//! agent's stands, and what else is there.

use std::io;

use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS};
use rtnetlink::packet_route::{
    RouteNetlinkMessage,
    tc::{TcAttribute, TcFilterBpfOption, TcHandle, TcMessage, TcOption},
};

use super::{netlink, programs::trying};

/// First in its hook: a program before this one could end the chain, and its packets would not be seen.
pub(super) const PRIORITY: u16 = 1;

/// Where among the filters of that priority the pinned agent's stands. Others number theirs from 1 on.
pub(super) const HANDLE: u16 = 0xc1a5;

/// Whether a pinned agent's filter is on the interface with this index.
pub(super) fn is_there(index: u32, direction: Direction) -> io::Result<bool> {
    let name = match direction {
        Direction::Ingress => PROGRAM_INGRESS,
        Direction::Egress => PROGRAM_EGRESS,
    };
    let names = [Some(name), Some(trying(name))];
    let place = |filter: &TcMessage| (filter.header.info >> 16, u32::from(filter.header.handle));
    let is_it = |filter: &TcMessage| {
        place(filter) == (PRIORITY.into(), HANDLE.into()) && names.contains(&program(filter))
    };
    Ok(all(index, direction)?.iter().any(is_it))
}

/// Removes it, if it is there.
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

/// The command that removes it.
pub(super) fn removal(interface: &str, direction: Direction) -> String {
    format!("tc filter del dev {interface} {} pref {PRIORITY} handle {HANDLE:#x} bpf", direction.label())
}

/// All filters on a side of an interface, whoever hung them there; none where it is gone.
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

/// Name of the program on a filter, as whoever hung it there gave it.
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
