// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of an invented host.

use std::f64::consts::TAU;

use classifier::snapshot::{FtpSnapshot, Hotplug, InterfaceSnapshot, MapFill, ProgramSnapshot, Snapshot};
use classifier_common::{
    control::{TALLIES, Tally},
    counter::Counters,
    endpoint::{Evidence, Mode},
    icmp_types::{IcmpCell, error_row},
    protocol::{Class, Protocol},
    wire::Family,
};

/// Traffic in a busy second, at the first interface: class, direction, packets, bytes.
const TALK: [(Class, bool, f64, f64); 20] = [
    (Protocol::FTP_CONTROL.to_server(), true, 6.0, 78.0),
    (Protocol::FTP_CONTROL.from_server(), false, 7.0, 96.0),
    (Protocol::FTP_DATA_ACTIVE.to_server(), true, 60.0, 66.0),
    (Protocol::FTP_DATA_ACTIVE.from_server(), false, 130.0, 1440.0),
    (Protocol::FTP_DATA_PASSIVE.to_server(), true, 420.0, 66.0),
    (Protocol::FTP_DATA_PASSIVE.from_server(), false, 910.0, 1460.0),
    (Protocol::SMTP.to_server(), true, 96.0, 640.0),
    (Protocol::SMTP.from_server(), false, 71.0, 88.0),
    (Protocol::POP3.to_server(), true, 4.0, 70.0),
    (Protocol::POP3.from_server(), false, 5.0, 410.0),
    (Protocol::IMAP.to_server(), true, 42.0, 120.0),
    (Protocol::IMAP.from_server(), false, 55.0, 730.0),
    (Protocol::ICMP.to_server(), true, 3.0, 98.0),
    (Protocol::ICMP.to_server(), false, 2.0, 98.0),
    (Protocol::ICMPV6.to_server(), true, 0.7, 86.0),
    (Protocol::TCP_OTHER.to_server(), true, 760.0, 300.0),
    (Protocol::TCP_OTHER.to_server(), false, 680.0, 820.0),
    (Protocol::UDP_OTHER.to_server(), true, 120.0, 210.0),
    (Protocol::UDP_OTHER.to_server(), false, 90.0, 180.0),
    (Protocol::NON_IP.to_server(), true, 0.4, 60.0),
];

/// Creates an interface after this many steps, with a share of [`TALK`] in each direction.
pub fn interface(
    name: &str,
    ingress: &'static str,
    egress: &'static str,
    share: (f64, f64),
    step: u32,
) -> InterfaceSnapshot {
    let mut sides = [Box::new(Counters::new(2, 0)), Box::new(Counters::new(2, 0))];
    for (nth, (class, is_in, packets, bytes)) in TALK.into_iter().enumerate() {
        let (side, share) = if is_in { (0, share.0) } else { (1, share.1) };
        let packets: f64 = (0..step).map(|step| 10.0 * packets * share * tide(nth, step)).sum();
        let sum = &mut sides[side].classes[class.index()];
        sum.packets += whole(packets);
        sum.bytes += whole(packets * bytes);
    }
    for (family, kind, code, is_in, share_of) in MESSAGES {
        let number = whole(f64::from(step) * share_of * if is_in { share.0 } else { share.1 });
        sides[usize::from(!is_in)].icmp[IcmpCell::of(family, kind, code).index()] += number;
        if let Some(row) = error_row(family, kind) {
            let quoted = &mut sides[usize::from(!is_in)].quoted[usize::from(row)];
            let of_smtp = if code == 3 { number / 5 } else { 0 };
            quoted[Protocol::SMTP.index()] += of_smtp;
            quoted[Protocol::UDP_OTHER.index()] += number - of_smtp;
        }
    }
    for side in &mut sides {
        let packets = |protocol: Protocol| {
            let classes = [protocol.to_server(), protocol.from_server()];
            classes.map(|class| side.classes[class.index()].packets).iter().sum::<u64>()
        };
        let [active, passive] = [Protocol::FTP_DATA_ACTIVE, Protocol::FTP_DATA_PASSIVE].map(packets);
        side.ftp_data[Mode::Active as usize][Evidence::Port20 as usize] = active;
        side.ftp_data[Mode::Passive as usize][Evidence::Announced as usize] = passive - passive / 9;
        side.ftp_data[Mode::Passive as usize][Evidence::Inferred as usize] = passive / 9;
    }
    let [received, sent] = sides;
    InterfaceSnapshot { name: name.into(), ingress, egress, counters: [Some(received), Some(sent)] }
}

const MESSAGES: [(Family, u8, u8, bool, f64); 7] = [
    (Family::V4, 8, 0, true, 24.0),
    (Family::V4, 0, 0, false, 24.0),
    (Family::V4, 3, 3, true, 5.0),
    (Family::V4, 11, 0, true, 1.0),
    (Family::V6, 135, 0, true, 6.5),
    (Family::V6, 136, 0, false, 6.4),
    (Family::V6, 2, 0, true, 0.2),
];

/// Varies the `nth` rate at a time: each has a period of its own, and some noise.
fn tide(nth: usize, step: u32) -> f64 {
    let nth = u32::try_from(nth).expect("a few");
    let beat = f64::from(nth % 5 + 2);
    let swell = 1.0 + 0.45 * (f64::from(step) / 90.0 * TAU * beat / 2.0 + f64::from(nth / 2)).sin();
    let mut unrest = fastrand::Rng::with_seed(u64::from(nth * 1000 + step));
    let transfers = if (4..=5).contains(&nth) && step % 23 > 14 { 0.05 } else { 1.0 };
    swell * transfers * (0.85 + 0.3 * unrest.f64())
}

pub fn tallies(step: u32) -> [u64; TALLIES] {
    let mut tallies = [0; TALLIES];
    for (tally, share) in [
        (Tally::SessionsOpened, 6.0),
        (Tally::SessionsClosed, 5.96),
        (Tally::SessionsEncrypted, 1.5),
        (Tally::SessionsDecrypted, 1.489),
        (Tally::LearnedEpsv, 14.0),
        (Tally::LearnedPasv, 5.1),
        (Tally::LearnedPort, 1.2),
        (Tally::LearnedInferred, 2.3),
        (Tally::RemovedClosed, 21.9),
        (Tally::RemovedExpired, 0.4),
        (Tally::RejectedForeignAddress, 0.05),
    ] {
        tallies[tally as usize] = whole((f64::from(step) * share).round());
    }
    tallies
}

pub fn snapshot(tallies: &[u64; TALLIES], interfaces: u32) -> Snapshot {
    let program = |program, id, hook| ProgramSnapshot {
        program,
        id,
        tag: "a04f5eef06a7f555".into(),
        hook,
        run_seconds: None,
        runs: None,
    };
    let ftp =
        FtpSnapshot { tallies: *tallies, endpoints: [[0, 0], [1, 2]], capacity: 65_536, sessions: 65_536 };
    let is_quiet = tallies.iter().all(|number| *number == 0);
    Snapshot {
        interfaces: Vec::new(),
        programs: vec![
            program("classifier_xdp", 41, "xdp"),
            program("classifier_in", 42, "tcx_ingress"),
            program("classifier_out", 43, "tcx_egress"),
        ],
        maps: vec![
            MapFill::counters(interfaces.into(), 4096),
            MapFill::fragments(if is_quiet { 0 } else { 17 }, 8192),
            MapFill::endpoints(if is_quiet { 0 } else { 3 }, 65_536),
            MapFill::sessions(if is_quiet { 0 } else { 9 }, 65_536),
            MapFill::ports(5, 131_072),
        ],
        unattributed: 0,
        ftp: if is_quiet { FtpSnapshot { endpoints: [[0; 2]; 2], ..ftp } } else { ftp },
        hotplug: Hotplug {
            wanted: (0..interfaces).map(|number| (format!("wanted{number}"), true)).collect(),
            ..Hotplug::default()
        },
        ..Snapshot::default()
    }
}

/// Rounds a number down.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small ones, made up")]
fn whole(number: f64) -> u64 {
    number as u64
}
