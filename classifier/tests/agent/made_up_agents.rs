// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Invented agents.

use std::time::Duration;

use crate::made_up::sources;
use classifier::{
    datapath::{Found, KnownPort, PinDirectory, PinnedInterface},
    evidence::Clock,
    hook::{self, Attachment},
    interfaces::Hooked,
    protocol_names::ProtocolNames,
    snapshot::{Age, MapFill, ProgramSnapshot},
    sockets::{Listener, Process, Sockets},
    status::{Holder, HostContext, Namespace, ProcessReport},
};
use classifier_common::{
    abi::Direction,
    address::Address,
    control::{Flags, Session, SessionKey},
    endpoint::{Endpoint, EndpointState, Evidence, Kind, Mode, PackedEndpoint},
    ports::Transport,
    protocol::Protocol,
};

/// Moment of the report: 10,000 seconds after boot.
pub const NOW: u64 = 10_000 * SECOND;

const SECOND: u64 = 1_000_000_000;
const CLIENT: Address = Address::v4([192, 0, 2, 7]);
const SERVER: Address = Address::v4([198, 51, 100, 21]);

/// Creates an agent with everything in this network namespace, and one with little in another.
pub fn found() -> Vec<Found> {
    let programs = vec![program("classifier_xdp", 41, "xdp"), program("classifier_out", 42, "tc_egress")];
    let here = Found {
        programs,
        links: vec![link(2, Direction::Ingress, hook::XDP, 41), link(2, Direction::Egress, hook::TCX, 42)],
        counted: vec![2],
        maps: vec![
            MapFill::counters(1, 4096),
            MapFill::fragments(0, 8192),
            MapFill::endpoints(5, 65_536),
            MapFill::sessions(3, 1024),
            MapFill::ports(5, 131_072),
        ],
        sessions: sessions(),
        endpoints: endpoints(),
        problems: Vec::new(),
        map_ids: vec![101, 102, 103],
        unattributed: Some(0),
        sources: Some(sources(NOW)),
        ports: vec![
            KnownPort { transport: Transport::Tcp, port: 25, protocol: Protocol::SMTP },
            KnownPort { transport: Transport::Tcp, port: 143, protocol: Protocol::IMAP },
        ],
    };
    let elsewhere = Found {
        programs: vec![program("classifier_in", 51, "tc_ingress")],
        links: vec![link(2, Direction::Ingress, hook::TCX, 51), link(17, Direction::Ingress, hook::TCX, 51)],
        problems: vec!["the map SESSIONS cannot be read: it is gone; look again".into()],
        ..Found::default()
    };
    vec![here, elsewhere]
}

/// Creates the context: the first agent is pinned and runs in a sandbox; the second is pinned elsewhere,
/// without a visible process.
pub fn context() -> HostContext {
    let process = ProcessReport {
        id: 4242,
        user: "classifier".into(),
        age_seconds: Age::of(0, 3600 * SECOND),
        capabilities: ["cap_net_admin", "cap_perfmon", "cap_bpf"].map(str::to_owned).into(),
        no_new_privs: true,
        seccomp: "filter",
        is_here: Some(true),
    };
    let pins = PinDirectory {
        folder: "/sys/fs/bpf/classifier".into(),
        process: Some(4242),
        generations: 1,
        maps: vec![102],
        names: ProtocolNames::default(),
        interfaces: vec![interface("eth\u{1b}0", true), interface("gone0", false)],
    };
    HostContext {
        sockets: Some(sockets()),
        namespace: namespace(),
        pins: Some(pins),
        holders: vec![Holder { program: 41, process: 4242 }],
        processes: vec![process],
        sees_all: true,
        clock: Clock::new(NOW, Duration::from_hours(500_000)),
        problems: Vec::new(),
    }
}

/// Creates a later state with every possible problem: the first agent has gone during a takeover.
pub fn found_wrong() -> (Vec<Found>, HostContext) {
    let mut found = found();
    found.truncate(1);
    let [agent] = &mut found[..] else { panic!("one agent") };
    agent.counted.push(17);
    agent.unattributed = Some(64);
    agent.maps = vec![
        MapFill::counters(3687, 4096),
        MapFill::fragments(8192, 8192),
        MapFill::endpoints(58_982, 65_536),
        MapFill::endpoints(58_983, 65_536),
        MapFill::sessions(1024, 1024),
        MapFill::ports(131_072, 131_072),
    ];
    agent.sessions.clear();
    agent.endpoints.clear();
    let mut context = context();
    let interfaces = &mut context.namespace.interfaces;
    interfaces[0].attachments.retain(|one| one.direction == Direction::Ingress);
    interfaces.push(Hooked { index: 18, name: "eth2".into(), attachments: Vec::new() });
    if let Some(pins) = &mut context.pins {
        (pins.process, pins.generations) = (None, 2);
        pins.interfaces.push(interface("eth2", false));
    }
    context.holders.clear();
    (found, context)
}

fn interface(name: &str, is_attached: bool) -> PinnedInterface {
    PinnedInterface { name: name.into(), is_attached }
}

/// Creates a network namespace with a counted interface, and one with programs of others.
pub fn namespace() -> Namespace {
    let hooked = |index, name: &str, attachments| Hooked { index, name: name.into(), attachments };
    let counted = vec![
        link(2, Direction::Ingress, hook::XDP_NATIVE, 41),
        link(2, Direction::Egress, hook::TCX, 7),
        link(2, Direction::Egress, hook::TCX, 42),
    ];
    let of_others = vec![link(17, Direction::Ingress, hook::XDP_GENERIC, 8)];
    let interfaces = vec![hooked(2, "eth\u{1b}0", counted), hooked(17, "eth1", of_others)];
    Namespace { interfaces, links_are_listed: true }
}

fn link(interface: u32, direction: Direction, hook: &'static str, program: u32) -> Attachment {
    Attachment { interface, direction, hook, program }
}

fn program(program: &'static str, id: u32, hook: &'static str) -> ProgramSnapshot {
    ProgramSnapshot { program, id, tag: "a04f5eef06a7f555".into(), hook, run_seconds: None, runs: None }
}

/// Creates a clear session, an encrypted one, and an ended one; the youngest first.
fn sessions() -> Vec<(SessionKey, Session)> {
    let v6 = |last| Address::v6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    let key = |client, client_port, server, server_port| SessionKey {
        client,
        server,
        client_port,
        server_port,
        reserved: 0,
    };
    let session = |since, last, flags| Session { since, last, flags, ..Session::default() };
    vec![
        (key(CLIENT, 40_003, SERVER, 21), session(NOW - SECOND, NOW - SECOND, flag(Session::has_ended))),
        (key(v6(7), 40_002, v6(0x21), 990), session(NOW - 60 * SECOND, NOW, flag(Session::is_encrypted))),
        (
            key(CLIENT, 40_001, SERVER, 21),
            session(NOW - 3600 * SECOND, NOW - 12_345_678_901, Flags::default()),
        ),
    ]
}

/// Returns the flags for which a predicate holds.
fn flag(is_so: fn(&Session) -> bool) -> Flags {
    let flags = (0..1 << 16).map(Flags::from_bits);
    let mut flags = flags.filter(|flags| is_so(&Session { flags: *flags, ..Session::default() }));
    flags.next().expect("there is one")
}

/// Creates one endpoint of each command, in every state.
fn endpoints() -> Vec<Endpoint> {
    let kind = |mode, evidence, extended| Kind { mode, evidence, extended };
    let announced =
        |mode, extended, port| PackedEndpoint::announced(port, kind(mode, Evidence::Announced, extended));
    let inferred = PackedEndpoint::announced(50_005, kind(Mode::Passive, Evidence::Inferred, false));
    let (active, passive) = ((CLIENT, SERVER), (SERVER, CLIENT));
    [
        (passive, announced(Mode::Passive, false, 50_001)),
        (passive, announced(Mode::Passive, true, 50_002).connected(40_010, 1)),
        (active, announced(Mode::Active, false, 50_003).in_state(EndpointState::Proposed)),
        (active, announced(Mode::Active, true, 50_004).connected(20, 1).in_state(EndpointState::Closed)),
        (passive, inferred.connected(40_011, 1)),
    ]
    .into_iter()
    .zip(1..)
    .map(|(((address, peer), word), age)| Endpoint {
        address,
        peer,
        word,
        since: NOW - age * SECOND,
        session: 1,
        rival: 0,
    })
    .collect()
}

/// Creates the sockets of a mail server, of which SMTP is forwarded.
fn sockets() -> Sockets {
    let listener = |transport, port, name: &str| Listener {
        transport,
        port,
        addresses: vec![std::net::Ipv6Addr::UNSPECIFIED.into()],
        processes: vec![Process { name: name.into(), unit: Some(format!("{name}.service")) }],
    };
    let listening = vec![
        listener(Transport::Tcp, 22, "sshd"),
        listener(Transport::Tcp, 143, "dovecot"),
        listener(Transport::Tcp, 3389, "xrdp"),
        listener(Transport::Udp, 123, "chronyd"),
    ];
    Sockets { listening, connected: Vec::new(), sees_processes: true }
}
