// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel accepts the rulesets of random traffic.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use classifier::report::{
    Format, Report,
    advice::{FtpData, Options, Output, SourceChoice},
    traffic::{
        Connections, Finding, FtpSeen, IcmpSeen, Listening, Loss, Moment, OfSockets, Opened, OtherService,
        OtherServices, OtherTraffic, Outcome, Peer, Peers, PortRange, Prefix, Service, Sessions, SocketsSeen,
        Span, Traffic, Transport,
    },
};
use classifier::sockets::Process;
use classifier_common::{
    evidence::ConnectionOutcome,
    icmp_types::cells,
    protocol::{Protocol, Sides},
};
use fastrand::Rng;
use testbed::{firewalls::Firewalld, servers::Folder};

use crate::{frontends::profiles_are_accepted, rulesets::host};

/// Number of rulesets.
const COUNT: u64 = 300;

/// Rulesets that are checked at once, in one transaction.
const BATCH: usize = 50;

#[test]
fn any_traffic_gives_rulesets_that_are_accepted() {
    let (host, files) = (host(), Folder::new("generated"));
    let seeds: Vec<_> = (0..COUNT).collect();
    for seeds in seeds.chunks(BATCH) {
        let reports: Vec<_> = seeds.iter().map(|seed| report(&mut Rng::with_seed(*seed))).collect();
        let all = |format| {
            let texts = reports.iter().map(|report: &Report| report.write(format).expect("it is written"));
            texts.collect::<String>()
        };
        println!("seeds {} to {}", seeds[0], seeds[seeds.len() - 1]);
        let file = files.write("all.nft", all(Format::Nft));
        host.run("nft", &["-c", "-f", &file]);
        let file = files.write("all.iptables", all(Format::Iptables));
        host.run("iptables-restore", &["--test", &file]);
        host.run("ip6tables-restore", &["--test", &file]);
        let zones: Vec<_> = (0..).map(|nth: u32| format!("z{nth}")).zip(reports.iter().map(zone)).collect();
        Firewalld::new(&host, &zones).check().unwrap_or_else(|complaint| panic!("{complaint}"));
        // ufw checks all its profiles whenever it starts. The names of one report are those of another.
        for report in reports.iter().step_by(25) {
            profiles_are_accepted(&host, &report.write(Format::Ufw).expect("it is written"));
        }
    }
}

fn zone(report: &Report) -> String {
    report.write(Format::Firewalld).expect("it is written")
}

fn report(rng: &mut Rng) -> Report {
    let sources = [SourceChoice::Any, SourceChoice::Hosts, SourceChoice::Networks];
    let ftp_data = [FtpData::Auto, FtpData::Helper, FtpData::Ports];
    let allow = ["tcp/22", "out:udp/53", "udp/60000-61000"].map(|text| text.parse().expect("ports"));
    let options = Options {
        sources: sources[rng.usize(..3)],
        ftp_data: ftp_data[rng.usize(..3)],
        output: [Output::Open, Output::Closed][rng.usize(..2)],
        allow: allow[..rng.usize(..=3)].to_vec(),
        ..Options::default()
    };
    Report::of(traffic(rng), &options, moment(rng))
}

fn moment(rng: &mut Rng) -> Moment {
    // Up to the year 9999, the last one of RFC 3339.
    Moment::since_epoch(std::time::Duration::from_secs(rng.u64(..253_402_300_800)))
}

/// Creates numbers of any size.
fn number(rng: &mut Rng) -> u64 {
    rng.u64(..) >> rng.u32(..64)
}

fn traffic(rng: &mut Rng) -> Traffic {
    let fixed =
        Protocol::FIXED.iter().filter(|(_, _, sides)| *sides == Sides::Server).map(|(_, label, _)| *label);
    let configured =
        ["a", "established", "udp_dns", "x_0123456789_0123456789_0123456789_0123456789_0123456789_01"];
    let mut services = Vec::new();
    for protocol in fixed.chain(configured) {
        for direction in Opened::ALL {
            for transport in [Transport::TCP, Transport::UDP] {
                if rng.bool() {
                    services.push(service(rng, direction, protocol, transport));
                }
            }
        }
    }
    let mut icmp = Vec::new();
    for labels in cells() {
        let direction = Opened::ALL[rng.usize(..2)];
        if rng.bool() {
            icmp.push(IcmpSeen {
                direction,
                family: labels.family,
                kind: labels.kind,
                code: labels.code,
                name: labels.name,
                messages: number(rng) >> 10,
                senders: Peers::default(),
            });
        }
    }
    Traffic {
        origin: vec!["a file\nwith \"anything\" in its name\u{1b}[0m }".into()],
        interfaces: vec!["eth0".into()],
        sees_egress: rng.bool(),
        observed: None,
        sockets: sockets(rng),
        icmp,
        errors: Vec::new(),
        services,
        other_services: other_services(rng),
        sessions: vec![Sessions {
            protocol: "ftp_control".into(),
            upgraded: number(rng),
            ..Sessions::default()
        }],
        ftp: FtpSeen { inferred_packets: number(rng), bounce_attempts: number(rng), ..FtpSeen::default() },
        others: vec![OtherTraffic { protocol: "tcp_other".into(), received: number(rng), sent: number(rng) }],
        losses: vec![Loss { what: "of a\nflush ruleset\r\n-A INPUT -j ACCEPT".into(), count: number(rng) }],
    }
}

/// Creates connections to ports without a protocol, some of which may have sockets.
fn other_services(rng: &mut Rng) -> OtherServices {
    let ports: BTreeSet<_> = [68, 546, rng.u16(1..)].into_iter().filter(|_| rng.bool()).collect();
    let directions =
        Opened::ALL.into_iter().flat_map(|direction| ports.iter().map(move |port| (direction, *port)));
    let moment = Moment::default();
    let listed = directions.map(|(direction, port)| OtherService {
        direction,
        transport: Transport::TCP,
        port,
        name: rng.bool().then(|| "a-name".into()),
        connections: Connections { established: number(rng), refused: number(rng), ..Connections::default() },
        overcounts: Connections { established: rng.u64(..2), ..Connections::default() },
        seen: Span { first: moment, last: moment },
    });
    OtherServices { listed: listed.collect(), unlisted: Connections::default() }
}

/// Creates sockets on ports of services and others, with names as long as the kernel keeps them.
fn sockets(rng: &mut Rng) -> SocketsSeen {
    if rng.bool() {
        return SocketsSeen::Unknown("it is a test");
    }
    let process = |name: &str| Process { name: name.into(), unit: Some("a?unit.service".into()) };
    let ports = [21, 25, 68, 546, rng.u16(1..)].into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
    let listening = ports.into_iter().map(|port| Listening {
        transport: if rng.bool() { Transport::TCP } else { Transport::UDP },
        port,
        addresses: vec![IpAddr::V6(Ipv6Addr::UNSPECIFIED)],
        processes: (0..rng.usize(..20)).map(|number| process(&format!("a?name{number:09}"))).collect(),
        protocol: None,
        is_remote_login: rng.bool(),
    });
    let listening = listening.collect();
    SocketsSeen::Known(OfSockets { listening, logins: Vec::new(), sees_processes: rng.bool() })
}

fn service(rng: &mut Rng, direction: Opened, protocol: &str, transport: Transport) -> Service {
    let outcomes = ConnectionOutcome::ALL.into_iter().filter(|_| rng.bool()).collect::<Vec<_>>();
    Service {
        direction,
        protocol: protocol.to_owned(),
        transport,
        ports: (0..rng.usize(..5)).map(|_| rng.u16(1..)).collect(),
        findings: outcomes.into_iter().map(|outcome| finding(rng, outcome)).collect(),
        packets_asking: number(rng),
        packets_answering: number(rng),
    }
}

fn finding(rng: &mut Rng, outcome: ConnectionOutcome) -> Finding {
    let [one, other] = [moment(rng), moment(rng)];
    let [low, high] = [rng.u16(1..), rng.u16(1..)];
    Finding {
        outcome: Outcome(outcome),
        connections: number(rng) >> 2,
        seen: rng.bool().then_some(Span { first: one.min(other), last: one.max(other) }),
        server_ports: rng.bool().then_some(PortRange { low: low.min(high), high: low.max(high) }),
        peers: Peers {
            hosts: peers(rng, [32, 128]),
            networks: peers(rng, [24, 64]),
            all_hosts: rng.bool(),
            all_networks: rng.bool(),
        },
    }
}

fn peers(rng: &mut Rng, [v4, v6]: [u8; 2]) -> Vec<Peer> {
    let prefix = |rng: &mut Rng| {
        let (network, length) = if rng.bool() {
            (IpAddr::V4(Ipv4Addr::from_bits(rng.u32(..) & u32::MAX << (32 - v4))), v4)
        } else {
            (IpAddr::V6(Ipv6Addr::from_bits(rng.u128(..) & u128::MAX << (128 - v6))), v6)
        };
        Prefix::new(network, length).expect("what is behind it was cut off")
    };
    let count = rng.usize(..80);
    (0..count)
        .map(|_| Peer { prefix: prefix(rng), connections: number(rng), overcount: number(rng) })
        .collect()
}
