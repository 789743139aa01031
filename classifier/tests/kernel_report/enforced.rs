//! The loop closed: what was seen is written as a ruleset, the kernel enforces it, the same passes again, and its counters
//! are ours.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    num::NonZeroU32,
    time::Duration,
};

use rustix::net::{self, AddressFamily, SendFlags, SocketType, sendto, socket};
use testbed::Host;

use classifier_common::{counter::Counters, family::Family, icmp_types::cells, protocol::Protocol};

use crate::{conversations::Servers, scene::Scene};

/// Packets by counter, as the ruleset names them.
type Counts = BTreeMap<String, u64>;

/// The services, by the direction of their first packet and the name of their counter.
const SERVICES: [(&str, Protocol); 5] = [
    ("in_tcp_ftp_control", Protocol::FTP_CONTROL),
    ("in_tcp_ftp_data_passive", Protocol::FTP_DATA_PASSIVE),
    ("in_tcp_smtp", Protocol::SMTP),
    ("in_tcp_pop3", Protocol::POP3),
    ("in_tcp_imap", Protocol::IMAP),
];

/// Rules for ICMP that are not for answers, by the name of their counter.
const ICMP: [(&str, Family, &[u8]); 12] = [
    ("icmp_destination_unreachable", Family::V4, &[3]),
    ("icmp_time_exceeded", Family::V4, &[11]),
    ("icmp_echo_request", Family::V4, &[8]),
    ("icmp_redirect", Family::V4, &[5]),
    ("icmpv6_destination_unreachable", Family::V6, &[1]),
    ("icmpv6_packet_too_big", Family::V6, &[2]),
    ("icmpv6_time_exceeded", Family::V6, &[3]),
    ("icmpv6_parameter_problem", Family::V6, &[4]),
    ("icmpv6_neighbor_discovery", Family::V6, &[133, 134, 135, 136]),
    ("icmpv6_multicast_listener", Family::V6, &[130, 131, 132, 143]),
    ("icmpv6_echo_request", Family::V6, &[128]),
    ("icmpv6_redirect", Family::V6, &[137]),
];

#[test]
fn what_was_seen_passes_as_it_is_counted_and_what_was_never_seen_is_dropped() {
    let scene = Scene::new();
    let mut servers = Servers::start(&scene.server);
    scene.attach();
    let before = scene.keep("before.json", &scene.report(&["--format", "json"]));
    servers.talk(&scene);
    scene.wait_until_quiet();
    compared(&scene, &before);

    // Both ways in which FTP's data can pass.
    for (how, data) in [("helper", "ct state related ct helper \"ftp\""), ("ports", "tcp dport 1024-65535")] {
        let ruleset = scene.report(&["--format", "nft", "--ftp-data", how]);
        assert!(ruleset.contains(data), "{ruleset}");
        scene.enforce(&ruleset);
        let before = ours(&scene);
        servers.talk(&scene);
        scene.wait_until_quiet();
        let (counted, enforced) = (difference(&ours(&scene), &before), enforced(&scene));
        assert_eq!(enforced, counted, "{ruleset}");
        for (name, _) in SERVICES {
            assert!(enforced[name] >= 2, "{name}: {enforced:?}");
        }
        assert_eq!(enforced["out_tcp_ftp_data_active"], 3);
        for name in ["in_dropped", "out_dropped", "in_invalid", "out_invalid"] {
            assert_eq!(enforced.get(name), None, "{name}");
        }
    }

    never_seen(&scene);
}

/// What is new since a report, by the exit status too; since the one after it nothing is.
fn compared(scene: &Scene, before: &str) {
    let after = scene.keep("after.json", &scene.report(&["--format", "json"]));
    for (older, status, part) in [(before, 3, "+ rule in_tcp_smtp: 25"), (&after, 0, "nothing has changed")] {
        let output = scene.try_report(&["--diff", older]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(part), "{said}");
    }
}

/// What the ruleset has counted on the link.
fn enforced(scene: &Scene) -> Counts {
    let counters = scene.enforced().into_iter();
    counters.filter(|(name, packets)| *packets > 0 && !name.ends_with("_loopback")).collect()
}

/// The same by what the programs have counted.
fn ours(scene: &Scene) -> Counts {
    let look = scene.look();
    assert_eq!(look.problems, Vec::<String>::new());
    let [interface] = &look.snapshot.interfaces[..] else { panic!("one interface") };
    let counters = [&interface.ingress_counters, &interface.egress_counters];
    let [received, sent] = counters.map(|counters| counters.as_deref().expect("it is counted"));
    let mut counts: Counts =
        SERVICES.iter().map(|(name, protocol)| ((*name).to_owned(), syns(received, *protocol))).collect();
    counts.insert("out_tcp_ftp_data_active".into(), syns(sent, Protocol::FTP_DATA_ACTIVE));
    for (direction, counters) in [("in", received), ("out", sent)] {
        for (name, family, types) in ICMP {
            counts.insert(format!("{direction}_{name}"), messages(counters, family, types));
        }
        let unnamed = [Protocol::TCP_OTHER, Protocol::UDP_OTHER, Protocol::IP_OTHER];
        let dropped = unnamed.map(|protocol| packets(counters, protocol)).iter().sum();
        counts.insert(format!("{direction}_dropped"), dropped);
        // Tables of the family `inet` see IP, and the rest of it belongs to connections.
        let all: u64 = counters.classes.iter().map(|tally| tally.packets).sum();
        let of_direction = counts.iter().filter(|(name, _)| name.starts_with(&format!("{direction}_")));
        let others: u64 = of_direction.map(|(_, packets)| packets).sum();
        let established = all - packets(counters, Protocol::NON_IP) - others;
        counts.insert(format!("{direction}_established"), established);
    }
    counts
}

fn difference(after: &Counts, before: &Counts) -> Counts {
    let grown = after.iter().map(|(name, packets)| (name.clone(), packets - before[name]));
    grown.filter(|(_, packets)| *packets > 0).collect()
}

/// SYNs without ACK of a protocol.
fn syns(counters: &Counters, protocol: Protocol) -> u64 {
    counters.tcp_flags[protocol.index()][0]
}

fn packets(counters: &Counters, protocol: Protocol) -> u64 {
    [protocol.to_server(), protocol.from_server()]
        .map(|class| counters.classes[class.index()].packets)
        .iter()
        .sum()
}

fn messages(counters: &Counters, family: Family, types: &[u8]) -> u64 {
    let of_types = cells().zip(&counters.icmp).filter(|(labels, _)| {
        labels.family == family && labels.kind.is_some_and(|kind| types.contains(&kind))
    });
    of_types.map(|(_, messages)| messages).sum()
}

/// Another port, another transport, another protocol of IP, and what the server itself never did: nothing passes, and
/// everything is counted.
fn never_seen(scene: &Scene) {
    let before = ours(scene);
    let were = enforced(scene);
    for there in scene.there() {
        let listener = scene.server.enter(|| TcpListener::bind(SocketAddr::new(there, 81)).expect("a port"));
        dials(&scene.client, there, 81, false);
        scene.client.enter(|| {
            let any: SocketAddr = if there.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
            let socket = UdpSocket::bind(any).expect("a socket");
            for _ in 0..5 {
                socket.send_to(b"never seen", (there, 9)).expect("it is sent");
            }
        });
        experiment(&scene.client, there);
        drop(listener);
    }
    for here in [IpAddr::V4(scene.at_client.v4), IpAddr::V6(scene.at_client.v6)] {
        let listener = scene.client.enter(|| TcpListener::bind(SocketAddr::new(here, 81)).expect("a port"));
        dials(&scene.server, here, 81, false);
        drop(listener);
    }
    scene.wait_until_quiet();
    let (counted, now) = (difference(&ours(scene), &before), enforced(scene));
    let grown =
        |name: &str| now.get(name).copied().unwrap_or_default() - were.get(name).copied().unwrap_or_default();
    assert_eq!(
        counted["in_dropped"], 14,
        "a SYN, five datagrams and a packet, over either family: {counted:?}"
    );
    assert_eq!(grown("in_dropped"), counted["in_dropped"]);
    // What is dropped on its way out never reaches the hook.
    assert_eq!(grown("out_dropped"), 2);
    assert!(!counted.contains_key("out_dropped"), "{counted:?}");

    // It is the ruleset that drops.
    scene.server.run("nft", &["delete", "table", "inet", "classifier_host"]);
    for there in scene.there() {
        let listener = scene.server.enter(|| TcpListener::bind(SocketAddr::new(there, 81)).expect("a port"));
        dials(&scene.client, there, 81, true);
        drop(listener);
    }
}

/// Sends a packet of an IP protocol that is for experiments (RFC 3692).
fn experiment(from: &Host, to: IpAddr) {
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let protocol = net::Protocol::from_raw(NonZeroU32::new(253).expect("a number"));
    from.enter(|| {
        let raw = socket(family, SocketType::RAW, Some(protocol)).expect("a raw socket");
        sendto(raw, b"never seen", SendFlags::empty(), &SocketAddr::new(to, 0)).expect("it is sent");
    });
}

/// Whether a connection comes about, before a second SYN would be sent.
fn dials(from: &Host, to: IpAddr, port: u16, succeeds: bool) {
    let dialled = from.enter(|| TcpStream::connect_timeout(&(to, port).into(), Duration::from_millis(500)));
    match dialled {
        Ok(_) => assert!(succeeds, "{to}:{port} was dialled"),
        Err(error) => {
            assert!(!succeeds, "{to}:{port}: {error}");
            assert!(matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock), "{error}");
        }
    }
}
