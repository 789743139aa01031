// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Invented traffic of a host.

use std::{net::IpAddr, time::Duration};

use classifier::report::traffic::{
    Connections, ErrorsSeen, Finding, FtpSeen, IcmpSeen, Listening, LoginInUse, Loss, Moment, OfSockets,
    Opened, OtherService, OtherServices, OtherTraffic, Outcome, Peer, Peers, PortRange, Prefix, Service,
    Sessions, SocketsSeen, Span, Traffic, Transport,
};
use classifier::sockets::Process;
use classifier_common::{evidence::ConnectionOutcome, wire::Family};

/// Time of the reports: 2026-11-28T12:00:00Z.
pub fn written() -> Moment {
    at(0)
}

/// Returns the moment this many seconds earlier.
fn at(seconds: u64) -> Moment {
    Moment::since_epoch(Duration::from_secs(1_795_867_200 - seconds))
}

pub fn peer(address: &str, length: u8, connections: u64) -> Peer {
    let address: IpAddr = address.parse().expect("an address");
    Peer { prefix: Prefix::new(address, length).expect("a prefix"), connections, overcount: 0 }
}

fn finding(outcome: ConnectionOutcome, connections: u64, ports: [u16; 2], peers: Peers) -> Finding {
    let [low, high] = ports;
    let seen = Span { first: at(86_400), last: at(60) };
    Finding {
        outcome: Outcome(outcome),
        connections,
        seen: Some(seen),
        server_ports: Some(PortRange { low, high }),
        peers,
    }
}

fn service(
    direction: Opened,
    protocol: &str,
    transport: Transport,
    ports: &[u16],
    findings: Vec<Finding>,
) -> Service {
    Service {
        direction,
        protocol: protocol.into(),
        transport,
        ports: ports.to_vec(),
        findings,
        packets_asking: 1000,
        packets_answering: 900,
    }
}

fn two_hosts() -> Peers {
    Peers {
        hosts: vec![peer("192.0.2.1", 32, 30), peer("2001:db8::1", 128, 10)],
        networks: vec![peer("192.0.2.0", 24, 30), peer("2001:db8::", 64, 10)],
        all_hosts: true,
        all_networks: true,
    }
}

fn icmp(
    direction: Opened,
    family: Family,
    kind: u8,
    code: u8,
    name: &'static str,
    messages: u64,
) -> IcmpSeen {
    IcmpSeen {
        direction,
        family,
        kind: Some(kind),
        code: Some(code),
        name,
        messages,
        senders: Peers::default(),
    }
}

/// Invents sockets on a port of all addresses.
pub fn listening(transport: Transport, port: u16, process: &str, protocol: Option<&str>) -> Listening {
    let unit = Some(format!("{process}.service"));
    Listening {
        transport,
        port,
        addresses: vec!["::".parse().expect("an address")],
        processes: vec![Process { name: process.into(), unit }],
        protocol: protocol.map(Into::into),
        is_remote_login: process == "sshd",
    }
}

/// Invents a login over a port.
pub fn login(port: u16, peer: &str) -> LoginInUse {
    let processes = vec![Process { name: "sshd".into(), unit: None }];
    LoginInUse { port, peer: peer.parse().expect("an address"), processes }
}

fn sockets() -> OfSockets {
    let listening = vec![
        listening(Transport::TCP, 21, "vsftpd", Some("ftp_control")),
        listening(Transport::TCP, 25, "master", Some("smtp")),
        listening(Transport::TCP, 110, "dovecot", Some("pop3")),
        listening(Transport::TCP, 8080, "nginx", None),
        listening(Transport::UDP, 68, "dhclient", None),
    ];
    OfSockets { listening, logins: Vec::new(), sees_processes: true }
}

/// Invents other services: one that listens here, one that does not, a scanned port, and one of another host.
fn other_services() -> OtherServices {
    let service = |direction, port, name: Option<&str>, connections| OtherService {
        direction,
        transport: Transport::TCP,
        port,
        name: name.map(Into::into),
        connections,
        overcounts: Connections::default(),
        seen: Span { first: at(86_400), last: at(60) },
    };
    let established = |established| Connections { established, ..Connections::default() };
    let listed = vec![
        service(Opened::Outbound, 443, Some("https"), established(7)),
        service(Opened::Inbound, 3389, Some("ms-wbt-server"), Connections { refused: 40, ..established(0) }),
        service(Opened::Inbound, 8080, Some("http-alt"), established(12)),
        service(Opened::Inbound, 9000, None, established(3)),
    ];
    OtherServices { listed, unlisted: Connections::default() }
}

/// Creates the traffic of a mail and FTP server without problems.
pub fn quiet() -> Traffic {
    use ConnectionOutcome::Established;
    let established = |count, port| vec![finding(Established, count, [port; 2], two_hosts())];
    let passive = vec![finding(Established, 25, [40_003, 40_061], two_hosts())];
    Traffic {
        origin: vec!["/sys/fs/bpf/classifier".into()],
        interfaces: vec!["eth1".into(), "eth0".into()],
        sees_egress: true,
        observed: Some(Span { first: at(86_400), last: at(0) }),
        sockets: SocketsSeen::Known(sockets()),
        services: vec![
            service(Opened::Outbound, "smtp", Transport::TCP, &[25], established(40, 25)),
            service(Opened::Inbound, "imap", Transport::TCP, &[143], established(40, 143)),
            service(Opened::Inbound, "smtp", Transport::TCP, &[25], established(40, 25)),
            service(Opened::Inbound, "ftp_control", Transport::TCP, &[21], established(40, 21)),
            service(Opened::Inbound, "ftp_data_passive", Transport::TCP, &[], passive),
            service(Opened::Outbound, "ftp_data_active", Transport::TCP, &[20], established(3, 50_000)),
            service(Opened::Outbound, "dns", Transport::UDP, &[53], Vec::new()),
        ],
        other_services: other_services(),
        icmp: vec![
            icmp(Opened::Inbound, Family::V6, 135, 0, "neighbor_solicitation", 7),
            icmp(Opened::Inbound, Family::V4, 8, 0, "echo_request", 4),
            icmp(Opened::Outbound, Family::V4, 0, 0, "echo_reply", 4),
        ],
        sessions: vec![Sessions { protocol: "imap".into(), upgraded: 40, ..Sessions::default() }],
        ..Traffic::default()
    }
}

/// Creates the traffic with every possible problem.
pub fn troubled() -> Traffic {
    use ConnectionOutcome::{Established, Refused, Rejected, Unanswered};
    let mut traffic = quiet();
    let many = Peers {
        hosts: (1..=70_u8)
            .map(|host| peer(&format!("198.51.100.{host}"), 32, 80 - u64::from(host)))
            .collect(),
        networks: vec![Peer { overcount: 5, ..peer("198.51.100.0", 24, 4000) }],
        all_hosts: false,
        all_networks: true,
    };
    traffic.services.extend([
        service(
            Opened::Inbound,
            "pop3",
            Transport::TCP,
            &[110],
            vec![
                finding(Unanswered, 9, [110; 2], many.clone()),
                finding(Established, 4000, [110; 2], many),
                finding(Refused, 2, [110; 2], Peers::default()),
            ],
        ),
        service(
            Opened::Outbound,
            "submission",
            Transport::TCP,
            &[465, 587],
            vec![finding(Rejected, 3, [587; 2], two_hosts())],
        ),
        service(
            Opened::Outbound,
            "imap",
            Transport::TCP,
            &[143],
            vec![finding(Refused, 1, [143; 2], two_hosts())],
        ),
        Service {
            packets_answering: 0,
            ..service(Opened::Inbound, "syslog", Transport::UDP, &[514], Vec::new())
        },
    ]);
    let senders = Peers { hosts: vec![peer("192.0.2.66", 32, 3)], ..Peers::default() };
    traffic.icmp.extend([
        IcmpSeen { senders, ..icmp(Opened::Inbound, Family::V4, 5, 1, "redirect", 3) },
        icmp(Opened::Inbound, Family::V4, 13, 0, "timestamp", 1),
    ]);
    traffic.errors = vec![ErrorsSeen {
        direction: Opened::Inbound,
        protocol: "submission".into(),
        family: Family::V4,
        kind: 3,
        name: "destination_unreachable",
        messages: 3,
    }];
    traffic.sessions.push(Sessions { protocol: "pop3".into(), upgraded: 1, clear_login: 3, neither: 2 });
    traffic.ftp = FtpSeen {
        bounce_attempts: 4,
        address_mismatches: 1,
        encrypted_sessions: 2,
        inferred_packets: 50,
        port20_packets: 6,
    };
    traffic.others = vec![
        OtherTraffic { protocol: "tcp_other".into(), received: 70, sent: 60 },
        OtherTraffic { protocol: "non_ip".into(), received: 7, sent: 6 },
        OtherTraffic { protocol: "udp_other".into(), received: 0, sent: 11 },
    ];
    traffic.losses = vec![Loss { what: "handshakes gave direction to others".into(), count: 12 }];
    traffic
}
