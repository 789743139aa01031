// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;
use crate::{address::Address, protocol::CLASSES};

const FIN: u8 = flag::FIN;
const SYN: u8 = flag::SYN;
const RST: u8 = flag::RST;
const ACK: u8 = flag::ACK;
const PSH: u8 = flag::PSH;

#[test]
fn states_are_sought_from_the_first_to_the_last() {
    let states = [
        ConnState::Free,
        ConnState::Finished,
        ConnState::Pending,
        ConnState::Quiet,
        ConnState::Talking,
        ConnState::Asked,
        ConnState::Claimed,
    ];
    for state in states {
        let word = PackedConnection::pending(9, Protocol::SMTP, Direction::Egress, 7).in_state(state);
        assert!(Sought::Any.is_met(word));
        assert_eq!(Sought::Unanswered.is_met(word), word.is_pending(), "{state:?}");
        assert_eq!(Sought::Followed.is_met(word), word.is_followed(), "{state:?}");
    }
}

#[test]
fn a_packet_concerns_connections_by_its_flags_or_the_sessions_of_its_protocol() {
    for class in (0..u32::try_from(CLASSES).unwrap()).map(Class::from_index) {
        for flags in 0..=u8::MAX {
            let expected = flags & (SYN | RST) != 0 || class.protocol().may_have_session();
            assert_eq!(concerns(class, flags), expected);
        }
    }
    assert!(!concerns(Protocol::TCP_OTHER.to_server(), ACK | FIN));
    assert!(concerns(Protocol::SMTP.to_server(), ACK));
}

const HOOK: HookPoint = HookPoint::hook(3, Direction::Ingress);

fn ends(flags: u8, length: u32) -> Ends {
    Ends {
        source: Address::v4([10, 0, 0, 1]),
        destination: Address::v4([10, 0, 0, 2]),
        source_port: 1001,
        destination_port: 1002,
        sequence: 500,
        acknowledgment: 900,
        length,
        flags,
        ..Ends::default()
    }
}

/// Returns kind, number, direction and sought entries of the event of a packet, and whether its key is that of a packet
/// by the client.
fn read(flags: u8, length: u32, of_client: bool) -> Option<(ConnEventKind, u32, Direction, Sought, bool)> {
    let class = if of_client { Protocol::SMTP.to_server() } else { Protocol::SMTP.from_server() };
    let ends = ends(flags, length);
    let mut event = ConnEvent { parts: 9, looked_at: 9, has_answered: true, ..ConnEvent::default() };
    if !event.read_segment(&ends, class, Protocol::SMTP, HOOK) {
        return None;
    }
    let sent = FlowKey::sent(ends.source, ends.destination, 1001, 1002);
    let forward = event.key == sent;
    assert!(forward || event.key == sent.reversed());
    assert_eq!((event.looked_at, event.has_answered, event.place), (0, false, WAYS));
    assert_eq!((event.interface, event.along), (3, Direction::Ingress));
    assert_eq!(event.parts != 0, length != 0 && event.sought == Sought::Followed);
    let spoken = event.spoken;
    assert_eq!((spoken.sequence, spoken.acknowledgment, spoken.length), (500, 900, length));
    assert_eq!((spoken.flags, spoken.of_client), (flags, u8::from(of_client)));
    Some((event.kind, event.number, event.direction, event.sought, forward))
}

#[test]
fn a_packet_is_read_by_its_flags_and_its_sender() {
    use ConnEventKind::{Ended, Replied, Reset, Spoken, Syn, SynAck};
    use Direction::{Egress, Ingress};
    use Sought::{Any, Followed, Unanswered};
    let cases = [
        (SYN, 0, true, Some((Syn, 500, Ingress, Any, true))),
        (SYN, 0, false, None),
        (SYN | ACK, 0, false, Some((SynAck, 899, Egress, Unanswered, false))),
        (RST, 0, false, Some((Reset, 899, Egress, Unanswered, false))),
        (RST | ACK, 0, true, Some((Reset, 899, Egress, Unanswered, false))),
        (RST | SYN, 0, true, None),
        (ACK, 0, true, None),
        (ACK, 0, false, None),
        (ACK | PSH, 5, true, Some((Spoken, 499, Ingress, Followed, true))),
        (ACK | PSH, 5, false, Some((Replied, 899, Egress, Followed, false))),
        (PSH, 5, true, Some((Spoken, 499, Ingress, Followed, true))),
        (FIN | ACK, 5, true, Some((Ended, 499, Ingress, Followed, true))),
        (FIN | ACK, 5, false, Some((Ended, 899, Egress, Followed, false))),
        (FIN, 0, true, Some((Ended, 499, Ingress, Followed, true))),
    ];
    for (flags, length, of_client, expected) in cases {
        assert_eq!(read(flags, length, of_client), expected, "{flags:#x}, {length} bytes, {of_client}");
    }
}

/// Without ACK the acknowledgment field has no meaning, and nothing else shows that the server sent the packet.
#[test]
fn a_packet_of_the_server_without_ack_belongs_to_no_session() {
    for (flags, length) in [(FIN, 0), (FIN, 5), (PSH, 5), (0, 5)] {
        assert_eq!(read(flags, length, false), None);
        assert!(read(flags | ACK, length, false).is_some());
        assert!(read(flags, length, true).is_some());
    }
}

#[test]
fn a_session_of_a_port_that_is_not_followed_is_not_read() {
    for flags in [ACK | PSH, FIN | ACK] {
        let mut event = ConnEvent::default();
        assert!(!event.read_segment(&ends(flags, 5), Protocol::SMTP.to_server(), Protocol::TCP_OTHER, HOOK));
    }
    let mut event = ConnEvent::default();
    assert!(event.read_segment(&ends(SYN, 0), Protocol::TCP_OTHER.to_server(), Protocol::TCP_OTHER, HOOK));
}

#[test]
fn a_reset_that_is_reversed_is_the_clients_own() {
    let mut event = ConnEvent::default();
    assert!(event.read_segment(&ends(RST, 0), Protocol::SMTP.to_server(), Protocol::SMTP, HOOK));
    event.looked_at = 7;
    event.reverse();
    let key = FlowKey::sent(Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]), 1001, 1002);
    assert_eq!((event.key, event.kind, event.number), (key, ConnEventKind::Ended, 499));
    assert_eq!((event.direction, event.sought, event.looked_at), (Direction::Ingress, Sought::Followed, 0));
}

/// Reads `most` bytes at a time of a segment, and returns the parts that were read.
fn parts(length: u32, most: u32) -> Vec<(u32, u32)> {
    let mut event = ConnEvent::default();
    let segment = Ends { sequence: 101, acknowledgment: 901, ..ends(ACK | PSH, length) };
    assert!(event.read_segment(&segment, Protocol::SMTP.to_server(), Protocol::SMTP, HOOK));
    let mut listener = Listener::new(101, 901);
    let mut read = Vec::new();
    while event.parts != 0 {
        let (from, count) = event.listen(&mut listener, most);
        read.push((from, count));
        for _ in 0..count {
            assert!(event.push(&mut listener, b'x'));
        }
    }
    assert!(event.is_of_session);
    read
}

#[test]
fn a_segment_is_read_in_parts_until_its_end_or_the_last_part() {
    assert_eq!(parts(1, 10), [(0, 1)]);
    assert_eq!(parts(10, 10), [(0, 10)]);
    assert_eq!(parts(11, 10), [(0, 10), (10, 1)]);
    assert_eq!(parts(40, 10), [(0, 10), (10, 10), (20, 10), (30, 10)]);
    assert_eq!(parts(60, 10).len(), usize::from(PARTS));
}

#[test]
fn only_active_data_connections_are_begun_by_the_server() {
    for protocol in [Protocol::SMTP, Protocol::FTP_CONTROL, Protocol::FTP_DATA_PASSIVE, Protocol::TCP_OTHER] {
        assert!(is_of_client(protocol.to_server()));
    }
    assert!(!is_of_client(Protocol::SMTP.from_server()));
    assert!(!is_of_client(Protocol::FTP_DATA_ACTIVE.to_server()));
    assert!(is_of_client(Protocol::FTP_DATA_ACTIVE.from_server()));
}
