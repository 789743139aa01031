// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzes one side's stream in any chunks and any order: every byte is read once and in order, or forwarded
//! to the agent.
//!
//! The input's first byte gives the side (bit 0) and the number of operations, three bytes each; the rest is
//! the stream. `examples/seeds.rs` writes the described lines in this form.
#![no_main]

use std::net::Ipv4Addr;

use classifier_common::{
    control::{Session, Tally, TrackingConfig},
    fixtures::layers::{ethernet, ipv4_with, numbered},
    ftp::{Commands, Replies},
    host::{Event, HostTables, HostTracking},
    packet::{Frame, Link},
};
use libfuzzer_sys::fuzz_target;

const ENDS: [(Ipv4Addr, u16); 2] = [(Ipv4Addr::new(10, 0, 0, 1), 50_000), (Ipv4Addr::new(10, 0, 0, 2), 21)];
/// Initial sequence numbers of both sides, such that the streams wrap.
const FIRST: [u32; 2] = [u32::MAX - 40, u32::MAX - 1500];

thread_local! {
    static TABLES: HostTables = HostTables::default();
}

fuzz_target!(|input: &[u8]| {
    let Some((how, rest)) = input.split_first() else { return };
    let (operations, stream) = rest.split_at(rest.len().min(usize::from(how >> 1) * 3));
    let mut run = Run::new(usize::from(how & 1), stream);
    for operation in operations.chunks_exact(3) {
        if !run.operate([operation[0], operation[1], operation[2]]) {
            return;
        }
    }
    let forwarded_by_now = run.forwarded.clone();
    for start in (0..stream.len()).step_by(512) {
        if !run.deliver(start, stream.len().min(start + 512)) {
            return;
        }
    }
    assert_eq!(run.next, stream.len(), "all of it was there");
    for at in run.jumped.iter().flat_map(|(from, to)| *from..*to).filter(|_| !run.acknowledged) {
        assert!(run.forwarded[at], "byte {at} was skipped and not forwarded");
    }
    assert!(run.acknowledged || forwarded_by_now.iter().zip(&run.forwarded).all(|(then, now)| *now || !*then));
});

struct Run<'a> {
    tracking: HostTracking,
    side: usize,
    stream: &'a [u8],
    /// End of the bytes that the tracking has passed.
    next: usize,
    /// Start of the last reading, and whether a line begins there.
    restart: (usize, bool),
    forwarded: Vec<bool>,
    jumped: Vec<(usize, usize)>,
    acknowledged: bool,
}

impl<'a> Run<'a> {
    fn new(side: usize, stream: &'a [u8]) -> Self {
        let tracking =
            HostTracking::new(TrackingConfig { control_rate: u64::MAX, ..TrackingConfig::default() });
        let (forwarded, jumped) = (vec![false; stream.len()], Vec::new());
        let run =
            Run { tracking, side, stream, next: 0, restart: (0, true), forwarded, jumped, acknowledged: false };
        run.send(1, 18, (FIRST[1].wrapping_sub(1), FIRST[0]), b"");
        run.send(0, 16, (FIRST[0], FIRST[1]), b"");
        assert_eq!(run.tracking.tally(Tally::SessionsOpened), 1);
        run
    }

    fn send(&self, side: usize, flags: u8, numbers: (u32, u32), payload: &[u8]) {
        let ((from, source), (to, destination)) = (ENDS[side], ENDS[1 - side]);
        let packet = ipv4_with(numbered((source, destination), flags, numbers, payload), |header| {
            (header.source, header.destination) = (from.octets(), to.octets());
        });
        let frame = Vec::from(ethernet(packet));
        TABLES.with(|tables| self.tracking.classify(&frame, Frame::on_wire(Link::Ethernet), tables, 1));
    }

    /// Delivers a chunk from anywhere, the next chunk, or an acknowledgment of the other side.
    fn operate(&mut self, [kind, place, size]: [u8; 3]) -> bool {
        let place = self.stream.len() * usize::from(place) / 255;
        let size = usize::from(size) * if kind & 4 == 0 { 1 } else { 5 };
        let start = match kind & 3 {
            0 | 1 => self.next,
            2 => place,
            _ => {
                self.acknowledged = true;
                let other = 1 - self.side;
                self.send(other, 16, (FIRST[other], number(self.side, place)), b"");
                return true;
            }
        };
        self.deliver(start, self.stream.len().min(start + size))
    }

    /// Delivers a chunk; `false` once the connection cannot continue.
    fn deliver(&mut self, start: usize, end: usize) -> bool {
        let unseen = self.tracking.tally(Tally::UnseenBytes);
        let other = 1 - self.side;
        self.send(self.side, 16, (number(self.side, start), FIRST[other]), &self.stream[start..end]);
        let session = self.tracking.sessions()[0].1;
        if session.is_encrypted() {
            return false;
        }
        if self.tracking.tally(Tally::UnseenBytes) != unseen {
            self.restart = (start, false);
        }
        for event in self.tracking.take_events() {
            match event {
                Event::Segment { bytes, .. } => {
                    assert_eq!(bytes, &self.stream[start..end]);
                    self.forwarded[start..end].fill(true);
                }
                Event::Jump { session, from, to, .. } => self.jump(start, &session, from, to),
                Event::Learned { .. } | Event::Ended { .. } => {}
                Event::Full(_) => unreachable!("there is one session"),
            }
        }
        let next = self.place(session.streams[self.side].next);
        assert!(next >= self.next, "it goes back from {} to {next}", self.next);
        self.next = next;
        self.has_read(&session, next);
        true
    }

    fn jump(&mut self, start: usize, session: &Session, from: u32, to: u32) {
        let (from, to) = (self.place(from), self.place(to));
        assert!(from < to && to <= self.stream.len());
        if from == self.next && to == start && start > self.next {
            self.restart = (to, false);
        } else {
            self.has_read(session, from);
            self.restart = (to, self.stream[to - 1] == b'\n');
            self.jumped.push((from, to));
        }
    }

    /// Checks that the grammar's state is that of the bytes up to `to`, each read once.
    fn has_read(&self, session: &Session, to: usize) {
        let (from, whole) = self.restart;
        let bytes = &self.stream[from..to];
        if self.side == 0 {
            let mut commands = if whole { Commands::new() } else { Commands::mid_line() };
            bytes.iter().for_each(|byte| _ = commands.push(*byte));
            assert_eq!(session.commands, commands, "{from}..{to}");
        } else {
            let mut replies = if whole { Replies::new() } else { Replies::mid_line() };
            bytes.iter().for_each(|byte| _ = replies.push(*byte));
            assert_eq!(session.replies, replies, "{from}..{to}");
        }
    }

    fn place(&self, number: u32) -> usize {
        number.wrapping_sub(FIRST[self.side]) as usize
    }
}

fn number(side: usize, place: usize) -> u32 {
    FIRST[side].wrapping_add(u32::try_from(place).expect("a short stream"))
}
