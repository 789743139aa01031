// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Exactness of the tracking: a dialogue that is cut, repeated and mixed has the same result, and noise has
//! none.

use classifier_common::{
    control::{Tally, TrackingConfig},
    fixtures::layers::{ethernet, ipv4_with, numbered},
    host::{HostTables, HostTracking},
    outcome::Outcome,
    packet::{Frame, Link},
    protocol::Protocol,
};
use proptest::prelude::*;

/// Lines of both sides, in turns.
const DIALOGUE: [(usize, &str); 12] = [
    (1, "220-hello\r\n227 (9,9,9,9,9,9)\r\n220 ready\r\n"),
    (0, "USER a\r\nPASS b\r\nEPSV\r\n"),
    (1, "331 x\r\n230 x\r\n229 ok (|||40001|)\r\n"),
    (0, "PASV\r\n"),
    (1, "227 ok (10,0,0,2,156,66)\r\n"),
    (0, "PORT 192,0,2,1,156,67\r\n"),
    (1, "200 ok\r\n"),
    (0, "PORT 192,0,2,1,156,68\r\n"),
    (1, "500 no\r\n"),
    (0, "EPRT |1|192.0.2.1|40005|\r\n"),
    (1, "200 ok\r\n227 ok (10,0,0,2,156,70)\r\n"),
    (0, "NOOP\r\n"),
];

const TOLD: [Tally; 9] = [
    Tally::LearnedPasv,
    Tally::LearnedEpsv,
    Tally::LearnedPort,
    Tally::LearnedEprt,
    Tally::RemovedReplaced,
    Tally::RejectedRefused,
    Tally::RejectedUnsolicited,
    Tally::AddressMismatch,
    Tally::RejectedMalformed,
];

struct Run {
    tracking: HostTracking,
    tables: HostTables,
    next: [u32; 2],
}

impl Run {
    fn new(first: [u32; 2]) -> Self {
        let tracking =
            HostTracking::new(TrackingConfig { control_rate: u64::MAX, ..TrackingConfig::default() });
        Self { tracking, tables: HostTables::default(), next: first }
    }

    fn open(&self) {
        let [client, server] = self.next;
        self.send(1, (21, 50_000), 18, (server.wrapping_sub(1), client), b"");
        self.send(0, (50_000, 21), 16, (client, server), b"");
    }

    fn send(&self, side: usize, ports: (u16, u16), flags: u8, numbers: (u32, u32), bytes: &[u8]) -> Outcome {
        let packet = ipv4_with(numbered(ports, flags, numbers, bytes), |header| {
            if side == 1 {
                (header.source, header.destination) = (header.destination, header.source);
            }
        });
        let frame: Vec<u8> = ethernet(packet).into();
        self.tracking.classify(&frame, Frame::on_wire(Link::Ethernet), &self.tables, 1)
    }

    /// Sends a turn in chunks of these lengths, each also from further back.
    fn say(&mut self, side: usize, text: &[u8], pieces: &mut impl Iterator<Item = (usize, usize)>) {
        let ports = if side == 0 { (50_000, 21) } else { (21, 50_000) };
        let (first, mut at) = (self.next[side], 0);
        while at < text.len() {
            let (length, back) = pieces.next().unwrap_or((1, 0));
            let (start, end) = (at.saturating_sub(back), text.len().min(at + length));
            let number = first.wrapping_add(u32::try_from(start).expect("a short text"));
            self.send(side, ports, 16, (number, self.next[1 - side]), &text[start..end]);
            at = end;
        }
        self.next[side] = first.wrapping_add(u32::try_from(text.len()).expect("a short text"));
    }

    fn endpoints(&self) -> Vec<String> {
        let places = self.tracking.endpoints().into_iter();
        let mut found: Vec<_> =
            places.map(|(_, place)| format!("{:?}", (place.address, place.peer, place.word))).collect();
        found.sort();
        found
    }
}

fn told(mut run: Run, pieces: &[(usize, usize)]) -> (Vec<u64>, Vec<String>) {
    run.open();
    let mut pieces = pieces.iter().copied().cycle();
    for (side, text) in DIALOGUE {
        run.say(side, text.as_bytes(), &mut pieces);
    }
    (TOLD.iter().map(|tally| run.tracking.tally(*tally)).collect(), run.endpoints())
}

proptest! {
    #[test]
    fn however_a_dialogue_is_cut_and_repeated_it_says_the_same(
        first: [u32; 2],
        pieces in prop::collection::vec((1_usize..60, 0_usize..40), 1..40),
    ) {
        let whole = told(Run::new([1, 1]), &[(usize::MAX / 2, 0)]);
        prop_assert_eq!(&whole.0, &[1, 1, 1, 1, 3, 1, 2, 1, 0]);
        prop_assert_eq!(told(Run::new(first), &pieces), whole);
    }

    #[test]
    fn noise_labels_nothing(
        noise in prop::collection::vec((0_usize..2, prop::collection::vec(any::<u8>(), 1..200)), 1..20),
        data in prop::collection::vec((0_usize..2, any::<(u16, u16)>(), any::<u8>()), 1..60),
    ) {
        let mut run = Run::new([7, 9]);
        run.open();
        for (side, bytes) in noise {
            run.say(side, &bytes, &mut [(bytes.len(), 0)].into_iter());
        }
        prop_assume!(run.tracking.endpoints().is_empty());
        // Noise may begin like TLS. Connections beside an encrypted session are then inferred correctly.
        prop_assume!(run.tracking.tally(Tally::SessionsEncrypted) == 0);
        for (side, (source, destination), flags) in data.iter().filter(|(_, (a, b), _)| *a != 20 && *b != 20) {
            let outcome = run.send(*side, (*source, *destination), *flags, (1, 1), b"");
            let protocol = outcome.class.protocol();
            prop_assert!(protocol != Protocol::FTP_DATA_ACTIVE && protocol != Protocol::FTP_DATA_PASSIVE);
        }
    }

    #[test]
    fn after_an_announcement_only_its_connection_is_labelled(
        data in prop::collection::vec((0_usize..2, any::<(u16, u16)>(), any::<u8>()), 1..100),
    ) {
        let mut run = Run::new([7, 9]);
        run.open();
        run.say(0, b"PASV\r\n", &mut [(6, 0)].into_iter());
        run.say(1, b"227 ok (198,51,100,2,156,64)\r\n", &mut [(99, 0)].into_iter());
        for (side, (source, destination), flags) in data {
            let near = |port: u16| if port.is_multiple_of(2) { 39_999 + port % 3 } else { port.max(21) };
            let ports = (near(source), near(destination));
            let outcome = run.send(side, ports, flags, (1, 1), b"");
            let announced = outcome.class.protocol() == Protocol::FTP_DATA_PASSIVE;
            let of_server = if side == 0 { ports.1 } else { ports.0 };
            prop_assert!(!announced || of_server == 40_000, "{ports:?} {outcome:?}");
        }
    }
}
