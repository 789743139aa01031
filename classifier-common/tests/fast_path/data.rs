// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packets of learned data connections: the fast path labels them as the tracking does.

use classifier_common::{
    endpoint::Evidence,
    fixtures::ftp_traces::network::{End, Network},
    protocol::{Class, Protocol},
};

use crate::{
    seeing::Seeing,
    sink::{Told, told},
};

const CLIENT: End = (1, 49_152);
const SERVER: End = (2, 21);

/// Lets the tracking learn the port that a session announces, and see the handshake from `from` to `to`.
fn learn(seeing: &Seeing, network: Network, said: [&str; 2], [from, to]: [End; 2]) {
    let [command, reply] = said.map(|line| format!("{line}\r\n").into_bytes());
    let after = |number: u32, bytes: &[u8]| number + u32::try_from(bytes.len()).expect("a line is short");
    let (client, server) = ([CLIENT, SERVER], [SERVER, CLIENT]);
    let see = |ends, flags, numbers, text: &[u8]| seeing.track(&network.frame(ends, flags, numbers, text));
    see(client, 0x02, (100, 0), b"");
    see(server, 0x12, (900, 101), b"");
    see(client, 0x18, (101, 901), &command);
    see(server, 0x18, (901, after(101, &command)), &reply);
    see([from, to], 0x02, (7, 0), b"");
    see([to, from], 0x12, (8, 8), b"");
}

fn cases() -> [([&'static str; 2], [End; 2], Protocol, bool); 5] {
    let passive = (["PASV", "227 Entering Passive Mode (10,0,0,2,156,64)"], [(1, 50_000), (2, 40_000)]);
    let active = ["PORT 10,0,0,1,195,80", "200 PORT command successful."];
    [
        (passive.0, passive.1, Protocol::FTP_DATA_PASSIVE, false),
        (active, [(2, 20), (1, 50_000)], Protocol::FTP_DATA_ACTIVE, false),
        (active, [(2, 45_000), (1, 50_000)], Protocol::FTP_DATA_ACTIVE, false),
        // The first port that is no system port.
        (
            ["PASV", "227 Entering Passive Mode (10,0,0,2,4,0)"],
            [(1, 50_000), (2, 1024)],
            Protocol::FTP_DATA_PASSIVE,
            false,
        ),
        (
            ["EPSV", "229 Extended passive (|||40000|)"],
            [(1, 50_000), (2, 40_000)],
            Protocol::FTP_DATA_PASSIVE,
            true,
        ),
    ]
}

/// Returns the classes of a packet of the side that connects, and of the answer.
fn classes(protocol: Protocol) -> [Class; 2] {
    if protocol == Protocol::FTP_DATA_PASSIVE {
        [protocol.to_server(), protocol.from_server()]
    } else {
        [protocol.from_server(), protocol.to_server()]
    }
}

#[test]
fn packets_of_a_learned_connection_are_labelled_in_both_directions() {
    for (said, ends, protocol, v6) in cases() {
        let seeing = Seeing::new();
        let network = Network { v6, tagged: false };
        learn(&seeing, network, said, ends);
        for (ends, class) in [ends, [ends[1], ends[0]]].into_iter().zip(classes(protocol)) {
            for payload in [b"".as_slice(), b"a file"] {
                let frame = network.frame(ends, 0x18, (8, 9), payload);
                let Told { outcome, payload: length, may_be_data, left, .. } =
                    told(&frame, &seeing).expect("the fast path decides");
                assert_eq!((outcome.class, outcome.evidence), (class, Evidence::Announced), "{said:?}");
                assert_eq!((length.unsigned_abs(), may_be_data, left), (payload.len(), true, None));
                let tracked = seeing.track(&frame);
                assert_eq!((tracked.class, tracked.evidence), (outcome.class, outcome.evidence));
            }
        }
    }
}

#[test]
fn other_ports_of_the_same_hosts_and_other_hosts_keep_the_class_of_their_ports() {
    for (said, [from, to], _, v6) in cases() {
        let seeing = Seeing::new();
        let network = Network { v6, tagged: false };
        learn(&seeing, network, said, [from, to]);
        let others = [
            [(from.0, 50_001), to],
            [from, (to.0, to.1 + 1)],
            [(9, from.1), to],
            [from, (9, to.1)],
            [(to.0, from.1), (from.0, to.1)],
        ];
        for ends in others.into_iter().flat_map(|[one, other]| [[one, other], [other, one]]) {
            let frame = network.frame(ends, 0x10, (8, 9), b"x");
            let outcome = told(&frame, &seeing).expect("the fast path decides").outcome;
            let tracked = seeing.track(&frame);
            assert_eq!((outcome.class, outcome.evidence), (tracked.class, tracked.evidence), "{ends:?}");
            assert_eq!(outcome.evidence, Evidence::Port20);
        }
    }
}

/// A flag that begins or ends a connection changes the endpoint, which the fast path does not.
#[test]
fn flags_that_change_an_endpoint_are_left() {
    for (said, ends, ..) in cases().into_iter().filter(|case| !case.3) {
        let seeing = Seeing::new();
        learn(&seeing, Network::default(), said, ends);
        for flags in [0x02, 0x12, 0x11, 0x14] {
            assert_eq!(told(&Network::default().frame(ends, flags, (8, 9), b""), &seeing), None);
        }
    }
}

/// The protocol of the quoted packet is that of the endpoint, which the tracking asks.
#[test]
fn errors_that_quote_a_port_with_an_endpoint_are_left() {
    for (said, ends, _, v6) in cases() {
        let seeing = Seeing::new();
        let network = Network { v6, tagged: false };
        learn(&seeing, network, said, ends);
        for ends in [ends, [ends[1], ends[0]]] {
            let error = network.error("3/3", ends).expect("an error that exists");
            assert_eq!(told(&error, &seeing), None, "{said:?}");
        }
        let elsewhere = [(1, 50_001), (2, 40_001)];
        let other = network.error("3/3", elsewhere).expect("an error that exists");
        assert!(told(&other, &seeing).is_some());
    }
}
