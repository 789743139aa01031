// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections of an invented host: outcomes, handshake times, logins and peers.

use classifier::snapshot::{InterfaceSnapshot, SourceSums, TopSources};
use classifier_common::{
    abi::Direction,
    address::Address,
    connection::{Encryption, row},
    evidence::{ConnectionOutcome, Finding, HostSources, Summary},
    protocol::{CONFIGURED_MAX, Protocol},
};

/// Connections in ten seconds by outcome, as in [`ConnectionOutcome::ALL`].
const CONNECTIONS: [(Protocol, Direction, [u64; 4]); 6] = [
    (Protocol::FTP_CONTROL, Direction::Ingress, [6, 0, 0, 0]),
    (Protocol::FTP_DATA_PASSIVE, Direction::Ingress, [19, 0, 0, 1]),
    (Protocol::SMTP, Direction::Ingress, [88, 1, 0, 0]),
    (Protocol::SMTP, Direction::Egress, [31, 2, 1, 6]),
    (Protocol::POP3, Direction::Ingress, [3, 0, 0, 0]),
    (Protocol::IMAP, Direction::Ingress, [24, 0, 0, 0]),
];

/// Adds the connections of this many steps to the counters of one interface.
pub fn connect(interface: &mut InterfaceSnapshot, step: u32) {
    let sides = interface.counters.each_mut().map(|side| side.as_mut().expect("both are counted"));
    for (protocol, direction, outcomes) in CONNECTIONS {
        let of = &mut sides[direction as usize].connections[row(protocol).expect("it has a server")];
        of.outcomes = outcomes.map(|count| count * u64::from(step));
        let [established, ..] = of.outcomes;
        // Most servers answer within a millisecond, some within 30.
        (of.times[2], of.times[5]) = (established - established / 20, established / 20);
    }
    for (protocol, clear) in [(Protocol::FTP_CONTROL, 4), (Protocol::POP3, 0), (Protocol::IMAP, 1)] {
        let of = row(protocol).expect("it has a server");
        sides[0].sessions[of][Encryption::ClearLogin as usize] = clear * u64::from(step);
    }
}

/// Adds packets and connections of every configured protocol, in both directions.
pub fn talk_configured(interface: &mut InterfaceSnapshot, step: u32) {
    let sides = interface.counters.each_mut().map(|side| side.as_mut().expect("both are counted"));
    for (side, counters) in sides.into_iter().enumerate() {
        for (nth, protocol) in (0..CONFIGURED_MAX).filter_map(Protocol::configured).enumerate() {
            let packets = u64::from(step * step) * (nth + side + 1) as u64;
            let class = if side == 0 { protocol.to_server() } else { protocol.from_server() };
            let count = &mut counters.classes[class.index()];
            (count.packets, count.bytes) = (packets, packets * 700);
            counters.connections[row(protocol).expect("it has a server")].outcomes = [packets, 0, 0, 1];
        }
    }
}

/// Creates the peers of a mail server that exports them.
pub fn peers() -> TopSources {
    let mut sources = HostSources::default();
    for (last, outcome, times) in
        [(7, ConnectionOutcome::Established, 40), (9, ConnectionOutcome::Refused, 3)]
    {
        for second in 0..times {
            let finding = Finding {
                peer: Address::v4([203, 0, 113, last]),
                now: second * 1_000_000_000,
                direction: Direction::Ingress,
                protocol: Protocol::SMTP,
                outcome,
                port: 25,
            };
            sources.note(&(&finding).into());
        }
    }
    TopSources { sums: SourceSums::from(&sources), most: 5 }
}

/// Creates connections to SSH, and of a scan.
pub fn other_services() -> Summary {
    let mut sources = HostSources::default();
    for (port, outcome, times) in
        [(22, ConnectionOutcome::Established, 14), (3389, ConnectionOutcome::Unanswered, 1200)]
    {
        for second in 0..times {
            let finding = Finding {
                peer: Address::v4([203, 0, 113, 8]),
                now: second * 1_000_000_000,
                direction: Direction::Ingress,
                protocol: Protocol::TCP_OTHER,
                outcome,
                port,
            };
            sources.note(&(&finding).into());
        }
    }
    sources.services()
}
