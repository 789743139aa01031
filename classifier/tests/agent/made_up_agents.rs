//! Agents that no kernel has.

use std::time::Duration;

use classifier::{
    config::ProtocolNames,
    counters::{MapFill, ProgramSnapshot},
    datapath::{Found, SeenInterface, SeenPins},
    evidence::Clock,
    hook::{self, Attachment},
    interfaces::Hooked,
    status::{Age, Around, Holder, Namespace, ProcessReport},
};
use classifier_common::{
    abi::Direction,
    control::{Flags, Session, SessionKey},
    endpoint::{Address, Endpoint, Evidence, Kind, Mode, State, Word},
};

use crate::made_up::sources;

/// The moment at which they are looked at: 10,000 seconds after the machine was started.
pub const NOW: u64 = 10_000 * SECOND;

const SECOND: u64 = 1_000_000_000;
const CLIENT: Address = Address::v4([192, 0, 2, 7]);
const SERVER: Address = Address::v4([198, 51, 100, 21]);

/// One in this network namespace with everything, and one in another with little.
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
    };
    let elsewhere = Found {
        programs: vec![program("classifier_in", 51, "tc_ingress")],
        links: vec![link(2, Direction::Ingress, hook::TCX, 51), link(17, Direction::Ingress, hook::TCX, 51)],
        problems: vec!["its map SESSIONS cannot be read: it is gone; look again".into()],
        ..Found::default()
    };
    vec![here, elsewhere]
}

/// The first is pinned and runs in a sandbox; the second is pinned elsewhere, and no process of it is seen.
pub fn around() -> Around {
    let process = ProcessReport {
        id: 4242,
        user: "classifier".into(),
        age_seconds: Age::of(0, 3600 * SECOND),
        capabilities: ["cap_net_admin", "cap_perfmon", "cap_bpf"].map(str::to_owned).into(),
        no_new_privs: true,
        seccomp: "filter",
        is_here: Some(true),
    };
    let pins = SeenPins {
        folder: "/sys/fs/bpf/classifier".into(),
        process: Some(4242),
        generations: 1,
        maps: vec![102],
        names: ProtocolNames::default(),
        interfaces: vec![interface("eth\u{1b}0", true), interface("gone0", false)],
    };
    Around {
        namespace: namespace(),
        pins: Some(pins),
        holders: vec![Holder { program: 41, process: 4242 }],
        processes: vec![process],
        sees_all: true,
        clock: Clock::new(NOW, Duration::from_hours(500_000)),
        problems: Vec::new(),
    }
}

/// The same a while later: the first has gone in the midst of a takeover, and all that can be wrong is.
pub fn found_wrong() -> (Vec<Found>, Around) {
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
    let mut around = around();
    let interfaces = &mut around.namespace.interfaces;
    interfaces[0].attachments.retain(|one| one.direction == Direction::Ingress);
    interfaces.push(Hooked { index: 18, name: "eth2".into(), attachments: Vec::new() });
    if let Some(pins) = &mut around.pins {
        (pins.process, pins.generations) = (None, 2);
        pins.interfaces.push(interface("eth2", false));
    }
    around.holders.clear();
    (found, around)
}

fn interface(name: &str, is_held: bool) -> SeenInterface {
    SeenInterface { name: name.into(), is_held }
}

/// A network namespace with one interface that is counted, and one that others have programs on.
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

/// In clear text, encrypted, and one that has ended; the youngest first.
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

/// The flag of which this is true.
fn flag(is_so: fn(&Session) -> bool) -> Flags {
    let flags = (0..32).map(|bit| Flags::from_bits(1 << bit));
    let mut flags = flags.filter(|flags| is_so(&Session { flags: *flags, ..Session::default() }));
    flags.next().expect("there is one")
}

/// One of each command, in every state.
fn endpoints() -> Vec<Endpoint> {
    let kind = |mode, evidence, extended| Kind { mode, evidence, extended };
    let announced = |mode, extended, port| Word::announced(port, kind(mode, Evidence::Announced, extended));
    let inferred = Word::announced(50_005, kind(Mode::Passive, Evidence::Inferred, false));
    let (active, passive) = ((CLIENT, SERVER), (SERVER, CLIENT));
    [
        (passive, announced(Mode::Passive, false, 50_001)),
        (passive, announced(Mode::Passive, true, 50_002).dialled(40_010)),
        (active, announced(Mode::Active, false, 50_003).in_state(State::Proposed)),
        (active, announced(Mode::Active, true, 50_004).dialled(20).in_state(State::Closed)),
        (passive, inferred.dialled(40_011)),
    ]
    .into_iter()
    .zip(1..)
    .map(|(((address, peer), word), age)| Endpoint {
        address,
        peer,
        word,
        since: NOW - age * SECOND,
        session: 1,
        reserved: 0,
    })
    .collect()
}
