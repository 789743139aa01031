// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections whose packets cross several interfaces: of a bond, of asymmetric routes, of a router.

use classifier_common::{
    connection::{ConnReport, Ending, HookPoint},
    control::TrackingConfig,
    fixtures::ftp_traces::network::Network,
    host::{HostConnections, HostTables, HostTracking},
    packet::Direction::{self, Egress, Ingress},
    packet::{Frame, Link},
};

const NETWORK: Network = Network { v6: false, tagged: false };
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1000 * MILLISECOND;

const SYN: u8 = 2;
const SYN_ACK: u8 = 0x12;
const RST_ACK: u8 = 0x14;
const PUSH: u8 = 0x18;
const FIN: u8 = 0x11;

struct Host {
    tables: HostTables,
    tracking: HostTracking,
    connections: HostConnections,
    now: u64,
}

/// Results: the interface and direction in which each is counted.
type Known = Vec<(u32, Direction, Ending)>;

impl Host {
    fn new() -> Self {
        let tracking = HostTracking::new(TrackingConfig::default());
        Self { tables: HostTables::default(), tracking, connections: HostConnections::default(), now: SECOND }
    }

    /// Passes a packet of the client (or the server) of port 25 to a hook.
    fn see(
        &mut self,
        of_client: bool,
        flags: u8,
        numbers: (u32, u32),
        text: &[u8],
        at: (u32, Direction),
    ) -> Known {
        let (client, server) = ((1, 50_000), (2, 25));
        let ends = if of_client { [client, server] } else { [server, client] };
        let frame = NETWORK.frame(ends, flags, numbers, text);
        self.now += MILLISECOND;
        let outcome = self.tracking.classify(&frame, Frame::on_wire(Link::Ethernet), &self.tables, self.now);
        known(&self.connections.see(&frame, &outcome, &self.tables, HookPoint::hook(at.0, at.1), self.now))
    }

    fn syn(&mut self, number: u32, at: (u32, Direction)) -> Known {
        self.see(true, SYN, (number, 0), b"", at)
    }

    fn answer(&mut self, flags: u8, number: u32, at: (u32, Direction)) -> Known {
        self.see(false, flags, (900, number + 1), b"", at)
    }

    fn wait(&mut self, seconds: u64) -> Known {
        self.now += seconds * SECOND;
        known(&self.connections.sweep(self.now))
    }
}

fn known(reports: &[ConnReport]) -> Known {
    reports.iter().map(|report| (report.interface(), report.direction(), report.ending())).collect()
}

#[test]
fn an_answer_that_crosses_another_interface_establishes_at_that_of_the_syn() {
    for (syn, answer) in [(Ingress, Egress), (Egress, Ingress)] {
        let mut host = Host::new();
        assert_eq!(host.syn(100, (1, syn)), []);
        assert_eq!(host.answer(SYN_ACK, 100, (2, answer)), [(1, syn, Ending::Established)]);
        assert_eq!(host.wait(11), []);
    }
}

#[test]
fn so_does_a_reset_refuse() {
    let mut host = Host::new();
    host.syn(100, (1, Egress));
    assert_eq!(host.answer(RST_ACK, 100, (7, Ingress)), [(1, Egress, Ending::Refused)]);
}

#[test]
fn an_answer_at_the_hook_of_the_syn_is_none() {
    let mut host = Host::new();
    host.syn(100, (1, Ingress));
    assert_eq!(host.answer(SYN_ACK, 100, (2, Ingress)), []);
    assert_eq!(host.wait(11), [(1, Ingress, Ending::Unanswered)]);
}

#[test]
fn a_session_is_followed_whichever_interface_carries_it() {
    let mut host = Host::new();
    host.syn(100, (1, Ingress));
    host.answer(SYN_ACK, 100, (2, Egress));
    assert_eq!(host.see(true, PUSH, (101, 901), b"EHLO x\r\n", (2, Ingress)), []);
    let login = host.see(true, PUSH, (109, 901), b"AUTH LOGIN\r\n", (3, Ingress));
    assert_eq!(login, [(1, Ingress, Ending::ClearLogin)]);

    let mut host = Host::new();
    host.syn(100, (1, Ingress));
    host.answer(SYN_ACK, 100, (2, Egress));
    assert_eq!(host.see(false, FIN, (901, 101), b"", (4, Egress)), [(1, Ingress, Ending::Neither)]);
}

#[test]
fn each_interface_that_sees_the_same_syn_counts_it() {
    let mut host = Host::new();
    for interface in [1, 2] {
        assert_eq!(host.syn(100, (interface, Ingress)), []);
    }
    let mut both = host.answer(SYN_ACK, 100, (2, Egress));
    both.sort_unstable_by_key(|(interface, ..)| *interface);
    assert_eq!(both, [(1, Ingress, Ending::Established), (2, Ingress, Ending::Established)]);
    assert_eq!(host.answer(SYN_ACK, 100, (1, Egress)), []);
}

#[test]
fn a_router_counts_a_connection_in_and_out() {
    let mut host = Host::new();
    host.syn(100, (1, Ingress));
    host.syn(100, (2, Egress));
    assert_eq!(host.answer(SYN_ACK, 100, (2, Ingress)), [(2, Egress, Ending::Established)]);
    assert_eq!(host.answer(SYN_ACK, 100, (1, Egress)), [(1, Ingress, Ending::Established)]);
}

#[test]
fn a_syn_that_is_sent_again_by_another_interface_is_the_same_connection() {
    let mut host = Host::new();
    host.syn(100, (1, Egress));
    host.now += SECOND;
    host.syn(100, (2, Egress));
    host.now += 2 * SECOND;
    host.syn(100, (1, Egress));
    assert_eq!(host.answer(SYN_ACK, 100, (2, Ingress)), [(1, Egress, Ending::Established)]);
    host.syn(100, (3, Egress));
    assert_eq!(host.wait(11), []);
}

#[test]
fn a_handshake_with_another_number_ends_the_session_before_it_at_any_interface() {
    let mut host = Host::new();
    host.syn(100, (1, Ingress));
    host.answer(SYN_ACK, 100, (1, Egress));
    assert_eq!(host.syn(700, (2, Ingress)), [], "a SYN alone ends nothing");
    let known = host.answer(SYN_ACK, 700, (1, Egress));
    assert_eq!(known, [(2, Ingress, Ending::Established), (1, Ingress, Ending::Neither)]);
    let login = host.see(true, PUSH, (701, 901), b"AUTH LOGIN\r\n", (1, Ingress));
    assert_eq!(login, [(2, Ingress, Ending::ClearLogin)]);
}

#[test]
fn each_interface_that_sees_the_same_session_counts_what_its_client_says_once() {
    let mut host = Host::new();
    for interface in [1, 2] {
        host.syn(100, (interface, Ingress));
    }
    host.answer(SYN_ACK, 100, (2, Egress));
    let mut said = |sequence: u32, text: &[u8]| {
        [1, 2].map(|interface| {
            let mut known = host.see(true, PUSH, (sequence, 901), text, (interface, Ingress));
            known.sort_unstable_by_key(|(interface, ..)| *interface);
            known
        })
    };
    assert_eq!(said(101, b"EHLO x\r\nAU"), [[], []]);
    let both = vec![(1, Ingress, Ending::ClearLogin), (2, Ingress, Ending::ClearLogin)];
    assert_eq!(said(111, b"TH PLAIN x\r\n"), [both, vec![]]);
}

#[test]
fn a_router_hears_a_session_in_and_out() {
    let mut host = Host::new();
    host.syn(100, (1, Ingress));
    host.syn(100, (2, Egress));
    host.answer(SYN_ACK, 100, (2, Ingress));
    host.answer(SYN_ACK, 100, (1, Egress));
    let mut said = |sequence: u32, text: &[u8]| {
        [(1, Ingress), (2, Egress)].map(|at| host.see(true, PUSH, (sequence, 901), text, at))
    };
    assert_eq!(said(101, b"EHLO x\r\nSTART"), [[], []]);
    assert_eq!(said(114, b"TLS\r\n"), [[], []]);
    let ended = said(119, b"\x16\x03\x01\x02\0\x01");
    assert_eq!(ended, [(1, Ingress), (2, Egress)].map(|(at, way)| vec![(at, way, Ending::Upgraded)]));
}
