//! One side's bytes in any pieces and any order: what is read is read once and in order, and what is not is
//! handed over.
//!
//! The input's first byte says the side (bit 0) and how many operations of three bytes follow; the rest is the
//! stream. `examples/seeds.rs` writes the described lines in this form.
#![no_main]

use std::net::Ipv4Addr;

use classifier_common::{
    control::{Policy, Session, Tally},
    fixtures::layers::{ethernet, ipv4_with, numbered},
    ftp::{Commands, Replies},
    host::{Event, HostTables, HostTracking},
    packet::{Frame, Link},
};
use libfuzzer_sys::fuzz_target;

const ENDS: [(Ipv4Addr, u16); 2] = [(Ipv4Addr::new(10, 0, 0, 1), 50_000), (Ipv4Addr::new(10, 0, 0, 2), 21)];
/// Both sides' first numbers: the streams wrap.
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
    let handed_by_now = run.handed.clone();
    for start in (0..stream.len()).step_by(512) {
        if !run.deliver(start, stream.len().min(start + 512)) {
            return;
        }
    }
    assert_eq!(run.next, stream.len(), "all of it was there");
    for at in run.jumped.iter().flat_map(|(from, to)| *from..*to).filter(|_| !run.acknowledged) {
        assert!(run.handed[at], "byte {at} was passed over and not handed over");
    }
    assert!(run.acknowledged || handed_by_now.iter().zip(&run.handed).all(|(then, now)| *now || !*then));
});

struct Run<'a> {
    tracking: HostTracking,
    side: usize,
    stream: &'a [u8],
    /// Up to where the tracking is.
    next: usize,
    /// Where it began to read last, and whether a line begins there.
    restart: (usize, bool),
    handed: Vec<bool>,
    jumped: Vec<(usize, usize)>,
    acknowledged: bool,
}

impl<'a> Run<'a> {
    fn new(side: usize, stream: &'a [u8]) -> Self {
        let tracking = HostTracking::new(Policy { control_rate: u64::MAX, ..Policy::default() });
        let (handed, jumped) = (vec![false; stream.len()], Vec::new());
        let run =
            Run { tracking, side, stream, next: 0, restart: (0, true), handed, jumped, acknowledged: false };
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
        TABLES.with(|tables| self.tracking.judge(&frame, Frame::on_wire(Link::Ethernet), tables, 1));
    }

    /// A piece from anywhere, the piece that comes next, or what the other side has.
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

    /// Delivers a piece; `false` once nothing more can be said.
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
                    self.handed[start..end].fill(true);
                }
                Event::Jump { session, from, to, .. } => self.jump(start, &session, from, to),
                Event::Learned { .. } | Event::Ended { .. } => {}
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

    /// The state of the grammar is that of the bytes up to there, each read once.
    fn has_read(&self, session: &Session, to: usize) {
        let (from, whole) = self.restart;
        let bytes = &self.stream[from..to];
        if self.side == 0 {
            let mut commands = if whole { Commands::new() } else { Commands::mid_line() };
            bytes.iter().for_each(|byte| drop(commands.push(*byte)));
            assert_eq!(session.commands, commands, "{from}..{to}");
        } else {
            let mut replies = if whole { Replies::new() } else { Replies::mid_line() };
            bytes.iter().for_each(|byte| drop(replies.push(*byte)));
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
