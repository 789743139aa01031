// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzes the tracking with any packets between a few hosts. Counts add up, nothing exceeds its bound, and
//! every endpoint comes from a session.
//!
//! The input consists of operations of four bytes: sender, action, and two parameters. `examples/seeds.rs`
//! writes conversations in this form.
#![no_main]

use std::cell::Cell;

use classifier_common::{
    address::Address,
    control::{Tally, TrackingConfig},
    endpoint::{EndpointState, Evidence, Mode, WAYS},
    fixtures::layers::{ethernet, ipv4_with, numbered},
    host::{HostTables, HostTracking},
    packet::{Frame, Link},
    ports::Transport,
    protocol::Protocol,
    tables::Tables,
};
use libfuzzer_sys::fuzz_target;

const PORTS: [u16; 8] = [20, 25, 1023, 1024, 40_000, 40_001, 50_000, 50_001];

/// The bits of a session's directions that a CPU works at.
const DIRECTIONS: u64 = 0b11;

/// Lines of both sides; `<p>` and `<q>` stand for the bytes of a port.
const LINES: [&str; 16] = [
    "PASV",
    "EPSV",
    "PORT 10,0,0,1,<p>,<q>",
    "PORT 10,0,0,2,<p>,<q>",
    "AUTH TLS",
    "NOOP",
    "RETR a",
    "PORT 10,0,0,9,<p>,<q>",
    "227 ok (10,0,0,3,<p>,<q>)",
    "227 ok (10,0,0,4,<p>,<q>)",
    "200 ok",
    "500 no",
    "234 go",
    "220 hi",
    "226 done",
    "229 (|||40000|)",
];

thread_local! {
    static TABLES: Cell<Option<HostTables>> = const { Cell::new(None) };
}

fuzz_target!(|input: &[u8]| {
    let mut run = Run {
        tracking: HostTracking::new(TrackingConfig { control_rate: 50, ..TrackingConfig::default() }),
        tables: TABLES.take().unwrap_or_default(),
        next: [[1000, 2_000_000]; 8],
        now: 1,
    };
    for operation in input.chunks_exact(4) {
        run.operate([operation[0], operation[1], operation[2], operation[3]]);
        run.adds_up();
    }
    // Tables take longer to create than most runs. Tables without endpoints are reused by the next run.
    if run.tracking.endpoints().is_empty() {
        TABLES.set(Some(run.tables));
    }
});

struct Run {
    tracking: HostTracking,
    tables: HostTables,
    /// Next sequence numbers of both sides of the control connections.
    next: [[u32; 2]; 8],
    now: u64,
}

impl Run {
    fn operate(&mut self, [who, what, more, rest]: [u8; 4]) {
        let connection = usize::from(who & 7);
        let side = usize::from(who >> 3 & 1);
        let (client, server) = ([10, 0, 0, 1 + (who & 1)], [10, 0, 0, 3 + (who >> 1 & 1)]);
        let control = [(client, 49_152 + u16::from(who >> 2 & 1)), (server, 21)];
        let port = PORTS[usize::from(more & 7)];
        let text;
        let (flags, payload, moves): (u8, &[u8], u32) = match what & 15 {
            0..=5 => {
                let line = LINES[usize::from(rest & 15)];
                let line =
                    line.replace("<p>", &(port >> 8).to_string()).replace("<q>", &(port & 255).to_string());
                text = format!("{line}\r\n").into_bytes();
                let text = if rest & 64 == 0 { &text[..] } else { &text[..text.len() / 2] };
                (16, text, u32::try_from(text.len()).expect("short"))
            }
            6 => (17, b"", 1),
            7 => (4, b"", 0),
            8 => (18, b"", 0),
            9 => (16, b"", 0),
            10 => (16, &[22, 3, 1, 0, 9, 200], 6),
            11 => (16, &[more, rest, b'\n'], 3),
            12 => {
                self.next[connection][side] =
                    self.next[connection][side].wrapping_add(u32::from(rest) << (more & 31));
                return;
            }
            _ => {
                let other = PORTS[usize::from(rest & 7)];
                let ends = [(client, port), (server, other)];
                let flags = [2, 18, 16, 17, 4, 20, 24, 0][usize::from(rest >> 3 & 7)];
                return self.data(if side == 0 { ends } else { [ends[1], ends[0]] }, flags);
            }
        };
        let syn = u32::from(flags & 2 != 0);
        let ahead = if rest & 32 == 0 { 0 } else { u32::from(more) };
        let numbers = (
            self.next[connection][side].wrapping_sub(syn).wrapping_add(ahead),
            self.next[connection][1 - side],
        );
        let ends = if side == 0 { control } else { [control[1], control[0]] };
        self.send(ends, flags, numbers, payload);
        if ahead == 0 {
            self.next[connection][side] = self.next[connection][side].wrapping_add(moves);
        }
    }

    fn data(&mut self, ends: [([u8; 4], u16); 2], flags: u8) {
        let label = self.send(ends, flags, (5, 5), b"");
        if label == Some(Evidence::Announced) {
            let [(from, source), (to, destination)] = ends;
            let known = self.tracking.endpoints().into_iter().any(|(_, entry)| {
                let is = |listener, port, peer| {
                    entry.address == Address::v4(listener)
                        && entry.word.port() == port
                        && entry.peer == Address::v4(peer)
                };
                is(to, destination, from) || is(from, source, to)
            });
            assert!(known, "{ends:?} is of no endpoint");
        }
    }

    fn send(
        &mut self,
        [(from, source), (to, destination)]: [([u8; 4], u16); 2],
        flags: u8,
        numbers: (u32, u32),
        payload: &[u8],
    ) -> Option<Evidence> {
        self.now += 1_000_000;
        let packet = ipv4_with(numbered((source, destination), flags, numbers, payload), |header| {
            (header.source, header.destination) = (from, to);
        });
        let frame = Vec::from(ethernet(packet));
        let outcome = self.tracking.classify(&frame, Frame::on_wire(Link::Ethernet), &self.tables, self.now);
        drop(self.tracking.take_events());
        let protocol = outcome.class.protocol();
        let data = protocol == Protocol::FTP_DATA_ACTIVE || protocol == Protocol::FTP_DATA_PASSIVE;
        data.then_some(outcome.evidence)
    }

    fn adds_up(&self) {
        use Tally::*;
        let sum = |tallies: &[Tally]| tallies.iter().map(|tally| self.tracking.tally(*tally)).sum::<u64>();
        let sessions = self.tracking.sessions();
        let live = sessions.iter().filter(|(_, session)| !session.has_ended());
        assert_eq!(sum(&[SessionsOpened]) - sum(&[SessionsClosed]), live.clone().count() as u64);
        let encrypted = live.filter(|(_, session)| session.is_encrypted()).count() as u64;
        assert_eq!(sum(&[SessionsEncrypted]) - sum(&[SessionsDecrypted]), encrypted);
        assert!(sessions.len() <= 8 && sessions.iter().all(|(_, session)| session.busy & DIRECTIONS == 0));

        let entries = self.tracking.endpoints();
        let learned = sum(&[LearnedPasv, LearnedEpsv, LearnedPort, LearnedEprt, LearnedInferred]);
        let removed =
            sum(&[RemovedClosed, RemovedExpired, RemovedEvicted, RemovedReplaced, RemovedWithdrawn]);
        let known =
            entries.iter().filter(|(_, entry)| entry.word.state() != EndpointState::Proposed).count() as u64;
        assert_eq!(learned, known + removed, "{entries:?}");
        for (_, entry) in &entries {
            assert_ne!(entry.word.state(), EndpointState::Claimed);
            let port = entry.word.port();
            let known = self.tables.port(Transport::Tcp, port);
            assert!(port >= 1024 && !known.is_known());
            let twins = entries.iter().filter(|(_, other)| other.word.port() == port).count();
            assert!(twins <= WAYS * 4 && (known.is_tracked() || known.endpoints() as usize == twins));
            let kind = entry.word.kind();
            assert_eq!(entry.session == 0, kind.evidence == Evidence::Inferred);
            let (client, server) = if kind.mode == Mode::Active {
                (entry.address, entry.peer)
            } else {
                (entry.peer, entry.address)
            };
            let began = sessions.iter().any(|(key, _)| (key.client, key.server) == (client, server));
            assert!(began, "no session between the hosts of {entry:?}");
        }
    }
}
