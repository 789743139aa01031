// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Entries of the port table: their count of FTP data endpoints, and what packets between two ports need.

use classifier_common::{
    assigned_port::AssignedPort,
    ports::{COUNTED, ENDPOINT, PortEntry, TRACKED, Transport},
    protocol::Protocol,
};

const UNKNOWN: PortEntry = PortEntry(0);

fn tcp(protocol: Protocol) -> PortEntry {
    AssignedPort::new(Transport::Tcp, 1, protocol).entry()
}

fn udp(protocol: Protocol) -> PortEntry {
    AssignedPort::new(Transport::Udp, 1, protocol).entry()
}

/// Returns an entry with so many endpoints.
fn with(entry: PortEntry, endpoints: u32) -> PortEntry {
    PortEntry(entry.0 + endpoints * ENDPOINT)
}

#[test]
fn the_count_of_endpoints_stays_when_the_port_gets_another_protocol() {
    for count in 0..=COUNTED {
        let entry = with(tcp(Protocol::SMTP), count);
        assert_eq!(entry.endpoints(), count);
        let other = entry.become_of(tcp(Protocol::IMAP));
        assert_eq!(other.endpoints(), count);
        assert_eq!(PortEntry::select(Transport::Tcp, UNKNOWN, other), Protocol::IMAP.to_server());
    }
}

#[test]
fn the_first_endpoint_makes_packets_of_its_port_tracked() {
    for entry in [UNKNOWN, tcp(Protocol::SMTP)] {
        assert!(!entry.has_endpoints() && !entry.is_tracked());
        assert!(!PortEntry::are_tracked(entry, UNKNOWN) && !PortEntry::are_tracked(UNKNOWN, entry));
        let one = with(entry, 1);
        assert!(one.has_endpoints());
        assert!(PortEntry::are_tracked(one, UNKNOWN) && PortEntry::are_tracked(UNKNOWN, one));
        assert!(PortEntry::are_looked_at(one, UNKNOWN) && PortEntry::are_looked_at(UNKNOWN, one));
    }
}

/// The ports of FTP itself are tracked, and nobody announces them.
#[test]
fn ports_of_ftp_are_tracked_without_an_endpoint() {
    for protocol in [Protocol::FTP_CONTROL, Protocol::FTP_DATA_ACTIVE] {
        let entry = tcp(protocol);
        assert!(entry.is_tracked() && entry.is_known() && !entry.has_endpoints());
        assert!(PortEntry::are_tracked(entry, UNKNOWN) && PortEntry::are_tracked(UNKNOWN, entry));
        assert!(!udp(protocol).is_tracked());
    }
}

/// A reload may give a port of FTP to the other protocol of FTP.
#[test]
fn a_tracked_port_that_gets_a_tracked_protocol_stays_tracked() {
    let (control, data) = (tcp(Protocol::FTP_CONTROL), tcp(Protocol::FTP_DATA_ACTIVE));
    assert!(control.become_of(data).is_tracked() && data.become_of(control).is_tracked());
    assert!(control.become_of(control).is_tracked());
}

#[test]
fn mail_is_looked_at_over_tcp_alone_and_other_services_are_not() {
    for protocol in [Protocol::SMTP, Protocol::POP3, Protocol::IMAP] {
        let entry = tcp(protocol);
        assert!(PortEntry::are_looked_at(entry, UNKNOWN) && PortEntry::are_looked_at(UNKNOWN, entry));
        assert!(!PortEntry::are_tracked(entry, UNKNOWN));
        let over_udp = udp(protocol);
        assert!(!PortEntry::are_looked_at(over_udp, UNKNOWN));
    }
    let web = tcp(Protocol::configured(0).expect("there are 32"));
    assert!(web.is_known() && !PortEntry::are_looked_at(web, web));
    assert!(!UNKNOWN.is_known() && !PortEntry::are_looked_at(UNKNOWN, UNKNOWN));
}

/// A port with more endpoints than are counted keeps being tracked when their count is 0.
#[test]
fn a_port_that_had_too_many_endpoints_may_have_one() {
    let overflowed = PortEntry(TRACKED);
    assert!(overflowed.has_endpoints() && overflowed.is_tracked() && overflowed.endpoints() == 0);
    for protocol in [Protocol::SMTP, Protocol::FTP_CONTROL, Protocol::configured(0).expect("there are 32")] {
        assert!(!tcp(protocol).has_endpoints(), "an announced port of a protocol is counted");
        assert!(with(tcp(protocol), COUNTED).has_endpoints());
        assert!(tcp(protocol).is_known());
    }
    assert!(!UNKNOWN.has_endpoints());
}

/// Two ports that need the same do not cancel each other.
#[test]
fn two_ports_need_what_one_of_them_needs() {
    let mail = AssignedPort::new(Transport::Tcp, 1, Protocol::SMTP).entry();
    let entries = [
        UNKNOWN,
        mail,
        with(UNKNOWN, 1),
        with(UNKNOWN, COUNTED),
        PortEntry(TRACKED),
        tcp(Protocol::FTP_CONTROL),
    ];
    for (one, other) in entries.into_iter().flat_map(|one| entries.map(|other| (one, other))) {
        let alone = |needs: fn(PortEntry, PortEntry) -> bool| needs(one, UNKNOWN) || needs(other, UNKNOWN);
        assert_eq!(PortEntry::are_tracked(one, other), alone(PortEntry::are_tracked));
        assert_eq!(PortEntry::are_looked_at(one, other), alone(PortEntry::are_looked_at));
        assert_eq!(PortEntry::are_inspected(one, other), alone(PortEntry::are_inspected));
    }
}
