// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Invented counters.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use classifier::{
    datapath::AgentCounters,
    metrics::LearnTimes,
    snapshot::{
        FtpSnapshot, Hotplug, InterfaceSnapshot, InterfaceState, MapFill, ProgramSnapshot, ReadError,
        Readiness, Snapshot, SnapshotSource, SourceSums, TopPorts, TopSources,
    },
};
use classifier_common::{
    abi::Direction,
    address::Address,
    connection::row,
    control::{TALLIES, Tally},
    counter::{Counters, PacketCount as Count},
    evidence::{ConnectionOutcome, Finding, HostSources, Observed},
    icmp_types::{IcmpCell, error_row},
    outcome::Limit,
    protocol::Protocol,
    wire::Family,
};

/// A source that can fail and be unready on request.
#[derive(Debug, Default)]
pub struct MadeUp {
    pub failing: AtomicBool,
    pub missing: AtomicBool,
    /// True if reading the sources fails.
    pub without_sources: AtomicBool,
    /// Interfaces in addition to the two with fixed numbers.
    pub more: AtomicUsize,
}

impl SnapshotSource for MadeUp {
    fn snapshot(&self) -> Result<Snapshot, ReadError> {
        if self.failing.load(Ordering::Relaxed) {
            return Err(ReadError::Map { map: "COUNTERS", cause: aya::maps::MapError::KeyNotFound });
        }
        let snapshot = snapshot(self.more.load(Ordering::Relaxed));
        if self.without_sources.load(Ordering::Relaxed) {
            return Ok(Snapshot {
                top_sources: None,
                top_ports: None,
                unread_sources: Some("torn".into()),
                ..snapshot
            });
        }
        Ok(snapshot)
    }

    fn readiness(&self) -> Readiness {
        let missing = self.missing.load(Ordering::Relaxed);
        let interface = InterfaceState {
            name: "eth0".into(),
            ingress: "xdp_native",
            egress: "tcx",
            why: "physical network card".into(),
        };
        let reasons = if missing { vec!["eth1: no such interface".into()] } else { Vec::new() };
        Readiness { ready: !missing, interfaces: vec![interface], reasons }
    }
}

fn snapshot(more: usize) -> Snapshot {
    let odd = InterfaceSnapshot {
        name: r#"o"d\d"#.into(),
        ingress: "tcx",
        egress: "none",
        counters: [Some(Box::new(Counters::new(3, 0))), None],
    };
    let gone =
        InterfaceSnapshot { name: "gone".into(), ingress: "none", counters: [None, None], ..odd.clone() };
    let more = (0..more).map(|number| InterfaceSnapshot { name: format!("veth{number}"), ..eth0() });
    Snapshot {
        interfaces: [eth0(), odd, gone].into_iter().chain(more).collect(),
        programs: vec![
            program("classifier_xdp", 41, "xdp", Some((0.0025, 1000))),
            program("classifier_out", 42, "tcx_egress", None),
        ],
        maps: vec![
            MapFill { map: "COUNTERS", entries: 2, capacity: 4096 },
            MapFill { map: "FRAGMENTS", entries: 0, capacity: 8192 },
        ],
        unattributed: 1,
        ftp: ftp(),
        top_sources: Some(TopSources { sums: sources(1 << 40), most: 2 }),
        top_ports: Some(TopPorts { services: sources(1 << 40).services, most: 2 }),
        unread_sources: None,
        hotplug: Hotplug {
            wanted: [("eth0", true), (r#"o"d\d"#, true), ("eth1", false)]
                .map(|(name, is)| (name.to_owned(), is))
                .into(),
            failures: [("eth1".to_owned(), 7)].into(),
            overruns: 2,
        },
    }
}

/// Creates sources up to a moment of the kernel's clock: clients, most of which scan, and a router.
pub fn sources(now: u64) -> SourceSums {
    const SECOND: u64 = 1_000_000_000;
    let mut sources = HostSources::default();
    let mut note = |last, outcome, port, times| {
        for time in 0..times {
            let finding = Finding {
                peer: Address::v4([203, 0, 113, last]),
                now: now - (times - time) * SECOND,
                direction: Direction::Ingress,
                protocol: Protocol::SMTP,
                outcome,
                port,
            };
            sources.note(&(&finding).into());
        }
    };
    note(1, ConnectionOutcome::Established, 25, 3);
    note(2, ConnectionOutcome::Established, 25, 1);
    (1..=12).for_each(|last| note(last, ConnectionOutcome::Refused, 2525, u64::from(last)));
    sources.note(&Observed::redirect(Address::v4([192, 0, 2, 1]), now - SECOND, Direction::Ingress));
    for (direction, port, outcome, times) in [
        (Direction::Ingress, 22, ConnectionOutcome::Established, 4),
        (Direction::Ingress, 3389, ConnectionOutcome::Refused, 2),
        (Direction::Egress, 8000, ConnectionOutcome::Established, 1),
    ] {
        for time in 0..times {
            let finding = Finding {
                peer: Address::v4([203, 0, 113, 1]),
                now: now - (times - time) * SECOND,
                direction,
                protocol: Protocol::TCP_OTHER,
                outcome,
                port,
            };
            sources.note(&(&finding).into());
        }
    }
    SourceSums::from(&sources)
}

fn ftp() -> FtpSnapshot {
    let mut tallies = [0; TALLIES];
    // 90 opened, 80 closed, and so on: every number is different.
    for (number, tally) in (1..).zip(&mut tallies) {
        *tally = number;
    }
    tallies[Tally::SessionsOpened as usize] = 90;
    tallies[Tally::SessionsClosed as usize] = 80;
    tallies[Tally::SessionsEncrypted as usize] = 44;
    tallies[Tally::SessionsDecrypted as usize] = 41;
    FtpSnapshot { tallies, endpoints: [[1, 2], [3, 4]], capacity: 65_536, sessions: 65_536 }
}

/// Creates times with one endpoint learned by the kernel, and one by the agent.
pub fn times() -> LearnTimes {
    let times = LearnTimes::new(Arc::new(AgentCounters::unpinned().expect("a page")))
        .expect("the catalogue has its names");
    times.by_kernel(2_500);
    times.by_agent(70_000);
    times
}

fn program(program: &'static str, id: u32, hook: &'static str, stats: Option<(f64, u64)>) -> ProgramSnapshot {
    let (run_seconds, runs) = stats.unzip();
    ProgramSnapshot { program, id, tag: "a04f5eef06a7f555".into(), hook, run_seconds, runs }
}

fn eth0() -> InterfaceSnapshot {
    InterfaceSnapshot {
        name: "eth0".into(),
        ingress: "xdp_native",
        egress: "tcx",
        counters: [Some(Box::new(received())), Some(Box::new(sent()))],
    }
}

fn received() -> Counters {
    let mut counters = Counters::new(2, 0);
    let [syn, _, fin, rst] = [0, 1, 2, 3];
    counters.classes[Protocol::SMTP.to_server().index()] = Count { packets: 4, bytes: 1_000_000_000_074 };
    counters.tcp_flags[Protocol::SMTP.index()][syn] = 1;
    counters.classes[Protocol::TCP_OTHER.to_server().index()] = Count { packets: 1, bytes: 54 };
    counters.tcp_flags[Protocol::TCP_OTHER.index()][fin] = 1;
    counters.tcp_flags[Protocol::TCP_OTHER.index()][rst] = 1;
    counters.classes[Protocol::ICMP.to_server().index()] = Count { packets: 2, bytes: 158 };
    counters.icmp[IcmpCell::of(Family::V4, 8, 0).index()] = 1;
    counters.icmp[IcmpCell::of(Family::V4, 200, 1).index()] = 1;
    counters.classes[Protocol::ICMPV6.to_server().index()] = Count { packets: 1, bytes: 122 };
    counters.icmp[IcmpCell::of(Family::V6, 1, 77).index()] = 1;
    let unreachable = error_row(Family::V6, 1).map_or(0, usize::from);
    counters.quoted[unreachable][Protocol::IMAP.index()] = 1;
    counters.classes[Protocol::NON_IP.to_server().index()] = Count { packets: 1, bytes: 64 };
    counters.limits[Limit::VlanTags as usize] = 1;
    counters.classes[Protocol::UDP_OTHER.to_server().index()] = Count { packets: 1, bytes: 1514 };
    counters.unremembered = 1;
    let smtp = &mut counters.connections[row(Protocol::SMTP).expect("SMTP has a server")];
    smtp.outcomes = [3, 1, 0, 2];
    smtp.times[0] = 2;
    smtp.times[11] = 1;
    smtp.nanoseconds = 9_500_120_000;
    counters.handshakes_evicted = 4;
    counters.sessions[row(Protocol::SMTP).expect("SMTP has a server")] = [1, 0, 1];
    counters
}

fn sent() -> Counters {
    let mut counters = Counters::new(2, 0);
    let most = Count { packets: u64::MAX, bytes: u64::MAX };
    counters.classes[Protocol::FTP_DATA_PASSIVE.from_server().index()] = most;
    counters
}
